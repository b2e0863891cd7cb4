"""The other side of a worker: starts it, asks, keeps the deadline, ends it and all it started.

Standard library only: the server and the command line use it. What comes back is data from a
process that user code has held: its shape is checked, and nothing in it is ever executed.
"""

from __future__ import annotations

import contextlib
import os
import queue
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.worker.leftovers import FOLDER, marked, remove_left_folders
from engine.worker.pipes import read_answers, read_raw
from engine.worker.protocol import pack
from engine.worker.request import RunRequest, checked, failure

__all__ = ["OnOutput", "RunRequest", "Worker", "failure"]

_SCRIPT = Path(__file__).resolve().parent / "__main__.py"
_RAW_CAP = 1_000_000
_GRACE_SECONDS = 1.0
_DRAIN_SECONDS = 0.5
_START_SECONDS = 60.0

OnOutput = Callable[[dict[str, Any]], None]


@dataclass
class _Run:
    began: bool = False
    drained: bool = False
    printed: list[dict[str, Any]] = field(default_factory=list)
    raw_left: int = _RAW_CAP
    dropped: int = 0


class Worker:
    """One worker process, started when first asked; a new one is started where one has ended.

    Not for several threads at once, but `interrupt` and `stop` may come from any.

    Args:
        python: The interpreter for user code; None for this one.
        environment: Variables for it; None for all of ours.
    """

    def __init__(
        self, python: str | None = None, environment: dict[str, str] | None = None
    ) -> None:
        self.python = python or sys.executable
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: str | None = None
        self._mark = ""
        self._token = ""
        self._identity: tuple[Any, ...] | None = None
        self._ready: tuple[Any, ...] | None = None
        self._messages: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._stopped_because: str | None = None
        self._lock = threading.Lock()
        self._running = False

    @property
    def pid(self) -> int | None:
        """The process id while there is a process."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    # -- asking ------------------------------------------------------------------------------

    def run(self, request: RunRequest, on_output: OnOutput = lambda _: None) -> dict[str, Any]:
        """Runs a function and answers what came of it; never raises because of user code.

        A process whose last run of the same text ended well is used again, so that variables keep
        their values and traces are found again; for another text a new one is started.

        Args:
            request: What to run.
            on_output: Called on this thread with each piece of printed text as it comes.

        Returns:
            A `Run` as docs/protocol.md has it, without the fields the server adds.
        """
        self._stopped_because = None
        self._running = True
        try:
            return self._run(request, on_output)
        finally:
            self._running = False

    def remembers(self, request: RunRequest) -> bool:
        """Whether the process has run this text before and would go on with its state."""
        return self.pid is not None and self._identity == request.identity

    def is_meant_for(self, request: RunRequest) -> bool:
        """Whether a process was or will be prepared for a request like this one."""
        return self._ready == request.surroundings

    def reserve(self, request: RunRequest) -> None:
        """Says that `prepare` will be called for a request like this one."""
        self._ready = request.surroundings

    def prepare(self, request: RunRequest) -> None:
        """Starts a process for a request like this one, and lets it load what a trace needs.

        Nothing of the request's text is run. A process that cannot be started is told of when the
        run comes.
        """
        self.stop()
        with contextlib.suppress(OSError):
            self._start(request)
            self._ready = request.surroundings
            self._send({"do": "warm"})

    def _run(self, request: RunRequest, on_output: OnOutput) -> dict[str, Any]:
        identity = request.identity
        ready = self.pid is not None and self.is_meant_for(request)
        if not self.remembers(request) and not ready:
            self.stop()
            try:
                self._start(request)
            except OSError as error:
                if self._stopped_because == "interrupted":
                    return failure(request, "interrupted", "interrupted")
                return failure(request, "failed", _no_start(self.python, str(error)))
        if self._stopped_because == "interrupted":
            self.stop()
            return failure(request, "interrupted", "interrupted")
        reused = self._identity == identity or ready
        self._identity, self._ready = identity, None
        run = _Run()
        self._send({"do": "run", **request.plain()})
        answer = self._await(request, run, on_output)
        if answer is None and reused and not run.began and self._stopped_because is None:
            self.stop()  # it had ended since the last run: nothing of this one has happened
            return self._run(request, on_output)
        if answer is None:
            answer = self._without_answer(request)
        if answer.get("ok") is not True and (answer["error"] or {}).get("kind") != "exception":
            self.stop()
        answer["printed"] = run.printed
        answer["droppedOutput"] = int(answer.get("droppedOutput") or 0) + run.dropped
        return answer

    def _await(self, request: RunRequest, run: _Run, on_output: OnOutput) -> dict[str, Any] | None:
        end = time.monotonic() + request.seconds
        warned = False
        while True:
            left = end - time.monotonic()
            try:
                message = self._messages.get(timeout=max(0.0, left))
            except queue.Empty:
                if warned:
                    self._stopped_because = self._stopped_because or "timeout"
                    self.stop()
                    return None
                # First politely: then the answer says where it was.
                warned, end = True, time.monotonic() + _GRACE_SECONDS
                self._stopped_because = "timeout"
                self._signal(signal.SIGINT)
                continue
            if message is None:
                self._drain(run, on_output)
                return None
            run.began = run.began or "began" in message
            run.drained = run.drained or "drained" in message
            if "output" in message:
                _take_output(message["output"], run, on_output)
            elif isinstance(message.get("answer"), dict):
                self._drain(run, on_output)
                return checked(message["answer"], request, self._stopped_because)

    def _drain(self, run: _Run, on_output: OnOutput) -> None:
        """Takes what was written beside the answer (C code, child processes) before it."""
        end = time.monotonic() + _DRAIN_SECONDS
        with contextlib.suppress(queue.Empty):
            while not run.drained:
                message = self._messages.get(timeout=max(0.0, end - time.monotonic()))
                if message is None:
                    continue
                run.drained = "drained" in message
                if "output" in message:
                    _take_output(message["output"], run, on_output)

    def _without_answer(self, request: RunRequest) -> dict[str, Any]:
        process = self._process
        because = self._stopped_because
        code = None
        if process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = process.wait(_GRACE_SECONDS)
        self.stop()
        if because == "timeout":
            return failure(request, "timeout", f"stopped after {request.seconds:g} s")
        if because == "interrupted":
            return failure(request, "interrupted", "interrupted")
        return failure(request, "crash", _ending(code))

    def interrupt(self) -> bool:
        """Stops what is running; politely first.

        Returns:
            Whether there was something.
        """
        if not self._running:
            return False
        self._stopped_because = "interrupted"
        self._signal(signal.SIGINT)
        process = self._process

        def insist() -> None:
            if process is not None and process is self._process and self._stopped_because:
                self._kill(process)

        timer = threading.Timer(_GRACE_SECONDS, insist)
        timer.daemon = True
        timer.start()
        return True

    # -- the process -------------------------------------------------------------------------

    def _start(self, request: RunRequest) -> None:
        remove_left_folders()
        self._folder = tempfile.mkdtemp(prefix=f"{FOLDER}{os.getpid()}-")
        self._mark = secrets.token_hex(16)
        self._token = secrets.token_hex(16)
        self._messages = queue.SimpleQueue()
        folder = os.path.dirname(request.path)
        environment = dict(os.environ if self._environment is None else self._environment)
        environment.update(
            GRAPHLENS_RUN=self._mark, TMPDIR=self._folder, TEMP=self._folder, TMP=self._folder
        )
        self._process = subprocess.Popen(
            [self.python, "-I", "-B", "-X", "utf8", str(_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder if os.path.isdir(folder) else self._folder,
            env=environment,
            bufsize=0,
            start_new_session=True,
        )
        messages, token, process = self._messages, self._token, self._process
        for read in (read_answers, read_raw):
            threading.Thread(
                target=read, args=(process, messages, token), name="worker", daemon=True
            ).start()
        # TensorFlow reserves more address space than it uses: there the limit would hit at once.
        megabytes = None if request.engine == "tensorflow" else request.megabytes
        self._send({"do": "start", "megabytes": megabytes, "parent": os.getpid()})
        self._await_start()

    def _await_start(self) -> None:
        end = time.monotonic() + _START_SECONDS
        told: list[str] = []
        while (left := end - time.monotonic()) > 0:
            try:
                message = self._messages.get(timeout=left)
            except queue.Empty:
                break
            if message is None:
                # It ended: what it wrote last says why (no numpy, for one).
                with contextlib.suppress(queue.Empty):
                    while (message := self._messages.get(timeout=0.2)) is not None:
                        told.append(str(message.get("output", {}).get("text", "")))
                self.stop()
                raise OSError("".join(told).strip().rpartition("\n")[2] or "it ended at once")
            if "started" in message:
                return
            if "output" in message:
                told.append(str(message["output"].get("text", "")))
        self.stop()
        raise OSError(f"it did not start within {_START_SECONDS:g} s")

    def _send(self, message: dict[str, Any]) -> None:
        process = self._process
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError, ValueError):
                data = memoryview(pack({**message, "token": self._token}))
                while data:
                    data = data[process.stdin.write(data) or 0 :]

    def _signal(self, number: int) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        with contextlib.suppress(OSError, ValueError):
            if sys.platform == "win32":
                process.terminate()
            else:
                os.kill(process.pid, number)

    def stop(self) -> None:
        """Ends the process, its group and what it started; removes its folder."""
        with self._lock:
            process, self._process = self._process, None
            folder, self._folder = self._folder, None
            self._identity = self._ready = None
            if process is not None:
                self._kill(process)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(5)
                for stream in (process.stdin, process.stdout, process.stderr):
                    if stream is not None and stream is process.stdin:
                        with contextlib.suppress(OSError):
                            stream.close()
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        if sys.platform == "win32":
            process.kill()
            return
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        # A grandchild with a session of its own has left the group; it still has our mark.
        for pid in marked(self._mark):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)


def _take_output(output: Any, run: _Run, on_output: OnOutput) -> None:
    if not isinstance(output, dict) or not isinstance(output.get("text"), str):
        return
    text = output["text"][: run.raw_left]
    run.raw_left -= len(text)
    run.dropped += len(output["text"]) - len(text)
    piece = {
        "phase": output["phase"] if output.get("phase") in _PHASES else "running",
        "stream": "stderr" if output.get("stream") == "stderr" else "stdout",
        "text": text,
    }
    if not text:
        return
    last = run.printed[-1] if run.printed else None
    if last is not None and (last["phase"], last["stream"]) == (piece["phase"], piece["stream"]):
        last["text"] += text
    else:
        run.printed.append(dict(piece))
    on_output(piece)


_PHASES = ("loading", "tracing", "running")


def _no_start(python: str, error: str) -> str:
    if "No module named 'numpy'" in error:
        return (
            f"{python} has no NumPy, which running needs. Install it there "
            f"({python} -m pip install numpy), or choose another Python for the worker."
        )
    return f"{python} could not be started: {error}"


def _ending(code: int | None) -> str:
    if code is None:
        return "the worker ended without an answer"
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"the worker was ended by {signal.Signals(-code).name}"
    return f"the worker ended with code {code} before it answered"
