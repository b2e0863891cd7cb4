"""What user code prints, with the phase in which it was printed, up to a cap."""

from __future__ import annotations

import io
from collections.abc import Callable

__all__ = ["Output", "OutputStream"]

_CAP = 1_000_000
_PIECE = 8192


class Output:
    """Passes printed text on, and counts what is beyond the cap.

    Args:
        send: Called with (phase, stream, text).
        phase: Answers `loading`, `tracing` or `running`.

    Attributes:
        dropped: How many characters were beyond the cap.
        muted: Whether nothing is passed on: while calls are repeated to time them.
    """

    def __init__(self, send: Callable[[str, str, str], None], phase: Callable[[], str]) -> None:
        self._send = send
        self._phase = phase
        self._left = _CAP
        self.dropped = 0
        self.muted = False

    def reset(self) -> None:
        """Begins a new run."""
        self._left, self.dropped, self.muted = _CAP, 0, False

    def put(self, stream: str, text: str) -> None:
        """Takes printed text."""
        if not text or self.muted:
            return
        kept = text[: self._left]
        self._left -= len(kept)
        self.dropped += len(text) - len(kept)
        phase = self._phase()
        for start in range(0, len(kept), _PIECE):
            self._send(phase, stream, kept[start : start + _PIECE])


class OutputStream(io.TextIOBase):
    """Stands in the place of `sys.stdout` or `sys.stderr`.

    Args:
        output: Where text goes.
        name: `stdout` or `stderr`.
    """

    def __init__(self, output: Output, name: str) -> None:
        super().__init__()
        self._output = output
        self._name = name
        self._line = ""

    encoding = "utf-8"
    errors = "backslashreplace"

    @property
    def name(self) -> str:
        """As of the stream it stands for."""
        return f"<{self._name}>"

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        """The descriptor below, for child processes."""
        return 1 if self._name == "stdout" else 2

    def write(self, text: str) -> int:
        """Takes text; it is passed on by lines."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._line += text
        # The phase is that of the moment, so text is passed on as soon as it is a line.
        if "\n" in text or len(self._line) > _PIECE:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Passes on what is held back."""
        line, self._line = self._line, ""
        self._output.put(self._name, line)
