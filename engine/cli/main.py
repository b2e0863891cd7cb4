"""The entry point of the command `graphlens`."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from typing import NoReturn

__all__ = ["main"]

_INTERRUPTED = 130
_MANY_OBJECTS = 300_000


def _interrupted(*_: object) -> NoReturn:
    """Ctrl-C is no finding: it ends with what shells expect of it."""
    raise SystemExit(_INTERRUPTED)


def _end_at_once(code: int) -> NoReturn:
    """Ends without the interpreter's farewell: it would wait for threads of a killed pool, and
    takes apart one by one what the system takes back at once.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def main() -> None:
    """Runs the command line; exit codes: 0 clean, 1 findings, 2 could not run, 130 interrupted."""
    # A short run makes little garbage and many trees: looking for it takes longer than the work.
    gc.set_threshold(_MANY_OBJECTS)
    # Output goes where it is wanted as UTF-8, whatever the terminal's locale says.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupted)
    try:
        from engine.cli.app import app

        app()
    except SystemExit as end:
        if end.code == _INTERRUPTED:
            _end_at_once(_INTERRUPTED)
        if isinstance(end.code, int) and sys.argv[1:2] == ["check"]:
            sys.stdout.flush()  # a reader of the pipe who has gone is noticed here
            _end_at_once(end.code)  # its processes have ended, and nothing waits to be told
        raise
    except BrokenPipeError:
        # The reader of a pipe has gone, as `head` does.
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()
