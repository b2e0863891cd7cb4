"""The worker's loop: takes requests from a private pipe, runs them, answers on another."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import threading
from typing import Any

from engine.worker import limits
from engine.worker.output import Output, OutputStream
from engine.worker.protocol import BadMessage, Unpacker, end_mark, pack

__all__ = ["serve"]


class _Pipe:
    """The private pipe back; every message carries the token of its request."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self.token = ""

    def send(self, message: dict[str, Any]) -> None:
        data = memoryview(pack({**message, "token": self.token}))
        with self._lock:
            while data:
                data = data[os.write(self._descriptor, data) :]


def serve() -> None:
    """Answers requests until the pipe ends."""
    reading, writing = _take_pipes()
    if hasattr(os, "register_at_fork"):  # not on Windows
        os.register_at_fork(after_in_child=lambda: _leave_pipes(reading, writing))
    pipe = _Pipe(writing)
    unpacker = Unpacker()
    runner: Any = None
    output: Any = None
    while True:
        try:
            data = os.read(reading, 1 << 20)
            messages = unpacker.feed(data)
        except (OSError, BadMessage):
            os._exit(1)
        except KeyboardInterrupt:  # came too late: what it should stop has ended
            continue
        if not data:
            os._exit(0)
        for message in messages:
            pipe.token = message["token"]
            if message["do"] == "start":
                runner, output = _start(message, pipe)
                pipe.send({"started": os.getpid()})
            elif message["do"] == "warm":
                runner.warm_up()
            elif message["do"] == "run":
                _run(message, pipe, runner, output)


def _take_pipes() -> tuple[int, int]:
    """The pipes, away from 0 and 1; stdin is empty, what is written to 1 or 2 is captured."""
    reading, writing = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False))
    return reading, writing


def _leave_pipes(reading: int, writing: int) -> None:
    """In a child that user code forks: questions and answers are its parent's business."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, writing)
    os.close(null)
    os.close(reading)
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__


def _start(message: dict[str, Any], pipe: _Pipe) -> tuple[Any, Output]:
    limits.die_with_parent(message["parent"])
    import numpy  # noqa: F401 (before the limits: its threads reserve much address space)

    from engine.worker.running import Runner

    runner = Runner()
    output = Output(
        lambda phase, stream, text: pipe.send(
            {"output": {"phase": phase, "stream": stream, "text": text}}
        ),
        lambda: runner.phase,
    )
    runner.mute = lambda on: setattr(output, "muted", on)
    sys.stdout = OutputStream(output, "stdout")
    sys.stderr = OutputStream(output, "stderr")
    limits.apply(message["megabytes"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return runner, output


def _run(message: dict[str, Any], pipe: _Pipe, runner: Any, output: Output) -> None:
    pipe.send({"began": True})
    output.reset()
    limits.renew_processor_time(message["seconds"])
    answer = runner.run(message)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, OutputStream):
            stream.flush()
    answer["droppedOutput"] = output.dropped
    with contextlib.suppress(OSError):  # user code may have closed it
        os.write(2, end_mark(pipe.token))
    try:
        pipe.send({"answer": answer})
    except (TypeError, ValueError, MemoryError) as error:
        answer.update(result=None, graph=None, picture=None)
        answer["notes"] = [f"the result could not be sent: {error}"]
        pipe.send({"answer": answer})
