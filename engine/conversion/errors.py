"""Errors raised while user code is traced speak of the user's lines alone ("in user code: ...")."""

from __future__ import annotations

import linecache
import os
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any

from engine.base.tracebacks import entries
from engine.syntax.errors import StagingError

__all__ = ["Frame", "in_user_code", "translate", "user_frames"]

_REPEATS = 2
"""How often the same frame is shown again, as in endless recursion."""
_TAKES_A_MESSAGE = (
    AssertionError, AttributeError, NameError, NotImplementedError, RuntimeError, StopIteration,
    TypeError, UnboundLocalError, ValueError,
)  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """One step of the user's code on the way to an error."""

    path: str
    line: int
    function: str
    converted: bool

    @property
    def code(self) -> str:
        """The text of the line."""
        return linecache.getline(self.path, self.line).strip() or "<source unavailable>"


class _MultilineKeyError(KeyError):
    """`KeyError` shows its argument quoted; this one shows it as it is."""

    def __str__(self) -> str:
        return str(self.args[0])


_MultilineKeyError.__name__ = "KeyError"
_MultilineKeyError.__qualname__ = "KeyError"


def user_frames(traceback: TracebackType | None) -> list[Frame]:
    """The user's frames of a traceback, outermost first, each function once per call.

    Frames of the engine are left out unless the environment variable `GRAPHLENS_FULL_TRACEBACK`
    is set.
    """
    from engine.conversion.compiled import is_converted_code, is_helper

    full = bool(os.environ.get("GRAPHLENS_FULL_TRACEBACK"))
    frames: list[Frame] = []
    for entry in entries(traceback, full):
        code = entry.tb_frame.f_code
        converted = is_converted_code(code)
        frame = Frame(code.co_filename, entry.tb_lineno, code.co_name, converted)
        if is_helper(code) and frames and frames[-1].converted:
            frames[-1] = replace(frame, function=frames[-1].function)
        elif frames and _is_operand(frame, frames[-1]):
            pass  # the line is there already, under the function's own name
        else:
            frames.append(frame)
    return frames


def _is_operand(frame: Frame, around: Frame) -> bool:
    """Whether a frame is that of an operand of `and`, `or` or a ternary, which became a lambda."""
    place = (frame.path, frame.line)
    return frame.function == "<lambda>" and around.converted and place == (around.path, around.line)


def translate(error: Exception) -> Exception | None:
    """The same error with the user's frames in its message; None where it is left as it is."""
    if hasattr(error, "ag_pass_through"):
        return None
    cause = getattr(error, "_user_cause", None)
    if cause is None:
        cause = f"{type(error).__name__}: {error}"
    frames = user_frames(error.__traceback__)
    if not frames:
        return None
    made: Any = _like(error, _message(frames, cause), cause)
    made._user_cause = cause
    made.__suppress_context__ = True
    made.__cause__ = error.__cause__
    made.__traceback__ = error.__traceback__
    return made


def _message(frames: list[Frame], cause: str) -> str:
    lines = ["in user code:", ""]
    repeated = 0
    for i, frame in enumerate(frames):
        repeated = repeated + 1 if i and frame == frames[i - 1] else 0
        last = i + 1 == len(frames) or frames[i + 1] != frame
        if repeated > _REPEATS:
            if last:
                lines.append(f"    [Previous line repeated {repeated - _REPEATS} more times]")
            continue
        star = "  *" if frame.converted else ""
        lines.append(f'    File "{frame.path}", line {frame.line}, in {frame.function}{star}')
        lines.append(f"        {frame.code}")
    lines.append("")
    lines += [f"    {line}" for line in cause.split("\n")]
    lines.append("")
    return "\n".join(lines)


def _like(error: Exception, message: str, cause: str) -> Any:
    from engine.base.errors import OpError

    kind: Any = type(error)
    if isinstance(error, OpError):
        return kind(error.node_def, error.op, message)
    if kind in (KeyError, _MultilineKeyError):
        return _MultilineKeyError(message)
    if kind in _TAKES_A_MESSAGE or kind.__init__ is Exception.__init__:
        return kind(message)
    if kind.__module__.startswith("engine."):
        return kind(message)
    return StagingError(message)


class in_user_code:  # noqa: N801  # a generator would turn StopIteration into RuntimeError
    """A block that traces user code: errors that leave it show the user's frames alone.

    Raises:
        Exception: What the block raises, with a message that names the user's file and line.
    """

    __slots__ = ()

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        translated = translate(error) if isinstance(error, Exception) else None
        if translated is not None:
            raise translated from translated.__cause__
