"""An exception as data: where it came from in the user's files, and a text to print."""

from __future__ import annotations

import os
import sysconfig
import traceback
from types import TracebackType
from typing import Any

__all__ = ["describe_error"]

_OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_LIBRARY = tuple(
    {
        os.path.abspath(path) + os.sep
        for name in ("stdlib", "platstdlib", "purelib", "platlib")
        if (path := sysconfig.get_paths().get(name))
    }
)
_GENERATED = "__autograph_generated_file"
"""The name of the files that TensorFlow writes its converted functions into."""
_MESSAGE_CAP = 20_000
_FRAMES = 50


def describe_error(error: BaseException, kind: str = "exception") -> dict[str, Any]:
    """An exception as plain data with the user's frames only.

    Args:
        error: What was raised.
        kind: What to call it; `syntax` and `memory` are found out here.
    """
    if isinstance(error, SyntaxError) and kind == "exception":
        kind = "syntax"
    elif _is_of_memory(error):
        kind = "memory"
    frames = _user_frames(error.__traceback__)
    if any(_GENERATED in frame["path"] for frame in frames):
        written = [frame for frame in frames if _GENERATED not in frame["path"]]
        frames = [*written, *_translated(error)]
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        frames = [*frames, _syntax_frame(error)]
    message = _message(error)
    return {
        "kind": kind,
        "type": type(error).__name__,
        "message": message,
        "frames": frames,
        "text": _text(frames, type(error).__name__, message),
    }


def _is_of_memory(error: BaseException) -> bool:
    """Whether memory ran out; in a traced function that is told by another type of error."""
    looked = 0
    current: BaseException | None = error
    while current is not None and looked < 20:
        if isinstance(current, MemoryError):
            return True
        current = current.__cause__ or current.__context__
        looked += 1
    return False


def _message(error: BaseException) -> str:
    try:
        text = str(error.msg) if isinstance(error, SyntaxError) else str(error)
    except Exception as inner:  # the user's own __str__
        text = f"<its text raised {type(inner).__name__}>"
    text = _without_places(text, type(error).__name__)
    return text if len(text) <= _MESSAGE_CAP else text[:_MESSAGE_CAP] + " …"


def _without_places(text: str, name: str) -> str:
    """A message that lists the user's lines itself, without them: the frames say where it was."""
    if not text.startswith("in user code:"):
        return text
    _, found, last = text.rpartition(f"\n    {name}: ")
    return (
        "\n".join(line.removeprefix("    ") for line in last.strip().split("\n")) if found else text
    )


def _user_frames(trace: TracebackType | None) -> list[dict[str, Any]]:
    frames: list[dict[str, Any]] = []
    caller = "<module>"
    for summary in traceback.extract_tb(trace):
        if not _is_users(summary.filename):
            continue
        caller = _users_name(summary.name, caller)
        frame = {
            "path": summary.filename,
            "line": (summary.lineno or 1) - 1,
            **_columns(summary),
            "name": caller,
            "text": (summary.line or "").strip(),
        }
        # The generated function around a line, and the line itself, are one place to the user.
        if frames and (frames[-1]["path"], frames[-1]["line"]) == (frame["path"], frame["line"]):
            frames.pop()
        frames.append(frame)
    return frames[-_FRAMES:]


def _translated(error: BaseException) -> list[dict[str, Any]]:
    """The user's lines of what TensorFlow converted, as its error tells them, outermost first."""
    stack = getattr(getattr(error, "ag_error_metadata", None), "translated_stack", ())
    frames = []
    for told in reversed(list(stack)):
        if not told.is_converted or not _is_users(told.filename):
            continue
        line = str(told.code or "").rstrip()
        indent = len(line) - len(line.lstrip())
        frames.append(
            {
                "path": told.filename,
                "line": told.lineno - 1,
                "column": indent,
                "endColumn": max(len(line), indent + 1),
                "name": _users_name(told.function_name, told.function_name),
                "text": line.strip(),
            }
        )
    return frames


def _is_users(path: str) -> bool:
    if path.startswith("<"):
        return False
    absolute = os.path.abspath(path)
    return not absolute.startswith(_OWN) and not absolute.startswith(_LIBRARY)


def _users_name(name: str, caller: str) -> str:
    if name.startswith("tf__"):
        return name[len("tf__") :]
    generated = ("if_body", "else_body", "loop_body", "loop_test", "extra_test", "get_state",
                 "set_state", "inner_factory", "outer_factory")  # fmt: skip
    return caller if name.startswith(generated) or name == "<lambda>" else name


def _columns(summary: traceback.FrameSummary) -> dict[str, int]:
    line = getattr(summary, "_original_line", None) or summary.line or ""
    indent = len(line) - len(line.lstrip())
    start, end = getattr(summary, "colno", None), getattr(summary, "end_colno", None)
    if start is None or end is None or getattr(summary, "end_lineno", None) != summary.lineno:
        return {"column": indent, "endColumn": max(len(line.rstrip()), indent + 1)}
    encoded = line.encode("utf-8", "surrogatepass")
    first = len(encoded[:start].decode("utf-8", "replace"))
    last = len(encoded[:end].decode("utf-8", "replace"))
    return {"column": first, "endColumn": max(last, first + 1)}


def _syntax_frame(error: SyntaxError) -> dict[str, Any]:
    column = max((error.offset or 1) - 1, 0)
    return {
        "path": error.filename,
        "line": (error.lineno or 1) - 1,
        "column": column,
        "endColumn": column + 1,
        "name": "<module>",
        "text": (error.text or "").strip(),
    }


def _text(frames: list[dict[str, Any]], name: str, message: str) -> str:
    lines = ["Traceback (most recent call last):"] if frames else []
    for frame in frames:
        lines.append(f'  File "{frame["path"]}", line {frame["line"] + 1}, in {frame["name"]}')
        if frame["text"]:
            lines.append(f"    {frame['text']}")
    lines.append(f"{name}: {message}" if message else name)
    return "\n".join(lines)
