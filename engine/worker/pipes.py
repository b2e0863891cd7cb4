"""What comes from a worker through its two pipes, as messages for the one who waits."""

from __future__ import annotations

import codecs
import contextlib
import queue
import subprocess
from typing import Any

from engine.worker.protocol import BadMessage, Unpacker, end_mark

__all__ = ["read_answers", "read_raw"]


def read_answers(
    process: subprocess.Popen[bytes], messages: queue.SimpleQueue[Any], token: str
) -> None:
    """Messages that carry the token; None when the pipe ends or holds something else."""
    unpacker = Unpacker()
    assert process.stdout is not None
    try:
        while data := process.stdout.read(1 << 20):
            for message in unpacker.feed(data):
                if message.get("token") == token:
                    messages.put(message)
    except (OSError, ValueError, BadMessage):
        # User code wrote into the pipe: nothing that comes after can be believed.
        with contextlib.suppress(OSError):
            process.kill()
    messages.put(None)
    with contextlib.suppress(OSError):
        process.stdout.close()


def read_raw(
    process: subprocess.Popen[bytes], messages: queue.SimpleQueue[Any], token: str
) -> None:
    """What C code and child processes write to the descriptors 1 and 2, until the pipe ends.

    Where a run's own output ends (`end_mark`), and at the end, a message `drained` follows it.
    """
    assert process.stderr is not None
    mark = end_mark(token)
    decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
    held = b""

    def tell(data: bytes, final: bool = False) -> None:
        if text := decoder.decode(data, final):
            messages.put({"output": {"phase": "running", "stream": "stdout", "text": text}})

    with contextlib.suppress(OSError, ValueError):
        while data := process.stderr.read(65536):
            *ended, held = (held + data).split(mark)
            for piece in ended:
                tell(piece, True)
                messages.put({"drained": True})
            # The beginning of a mark waits for its rest.
            start = held.rfind(mark[:1], max(0, len(held) - len(mark)))
            cut = start if start >= 0 and mark.startswith(held[start:]) else len(held)
            tell(held[:cut])
            held = held[cut:]
    tell(held, True)
    messages.put({"drained": True})
    with contextlib.suppress(OSError):
        process.stderr.close()
