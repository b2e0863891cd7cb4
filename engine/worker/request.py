"""What is asked of a worker, and the shape of what it answers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

__all__ = ["RunRequest", "checked", "failure"]


@dataclass(frozen=True)
class RunRequest:
    """What to run.

    Attributes:
        path: The file; it need not exist, `text` counts.
        text: Its text.
        function: A qualified name.
        arguments: One Python expression each, `name=expression` for keywords.
        mode: `run`, or `trace` to make the graph only.
        timing: Whether to compare eager and graph by calling again.
        seconds: The deadline.
        megabytes: The limit of memory; None for no limit.
        folders: Where the file's own imports are looked for, after all else.
        engine: `graphlens`, or `tensorflow` to leave that import alone.
        export: `onnx` to answer the traced graph as a model, too.
    """

    path: str
    text: str
    function: str
    arguments: tuple[str, ...] = ()
    mode: str = "run"
    timing: bool = False
    seconds: float = 30.0
    megabytes: int | None = 2048
    folders: tuple[str, ...] = ()
    engine: str = "graphlens"
    export: str = ""

    @property
    def surroundings(self) -> tuple[Any, ...]:
        """What a process is started with."""
        return (os.path.dirname(self.path), self.megabytes, self.folders, self.engine)

    @property
    def identity(self) -> tuple[Any, ...]:
        """The same for runs that may share a process with its state."""
        return (self.path, self.text, *self.surroundings)

    def plain(self) -> dict[str, Any]:
        """As it travels to the worker."""
        return {
            "path": self.path,
            "text": self.text,
            "function": self.function,
            "arguments": list(self.arguments),
            "mode": self.mode,
            "timing": self.timing,
            "seconds": self.seconds,
            "folders": list(self.folders),
            "engine": self.engine,
            "export": self.export,
        }


def checked(answer: dict[str, Any], request: RunRequest, because: str | None) -> dict[str, Any]:
    """The answer, with what must be there made sure of, and the true reason of its end."""
    blank = failure(request, "failed", "the worker answered something else")
    for name, default in blank.items():
        if name not in answer or (
            answer[name] is not None and default is not None
            and not isinstance(answer[name], type(default)) and name != "error"
        ):  # fmt: skip
            answer[name] = default
    error = answer["error"]
    if error is not None and not isinstance(error, dict):
        answer["error"] = error = blank["error"]
    if answer["ok"]:
        answer["error"] = None
    elif error is None:
        answer["error"] = blank["error"]
    elif because is not None and error.get("type") == "KeyboardInterrupt":
        error["kind"] = because
        error["message"] = (
            f"stopped after {request.seconds:g} s" if because == "timeout" else "interrupted"
        )
    return answer


def failure(request: RunRequest, kind: str, message: str) -> dict[str, Any]:
    """The answer of a run that came to no answer of its own."""
    return {
        "ok": False,
        "mode": request.mode,
        "function": request.function,
        "arguments": list(request.arguments),
        "signature": "",
        "engine": "graphlens",
        "substituted": False,
        "result": None,
        "printed": [],
        "droppedOutput": 0,
        "traces": [],
        "retraces": 0,
        "graph": None,
        "picture": None,
        "timing": {"load": 0.0, "first": 0.0, "graph": None, "eager": None},
        "error": {
            "kind": kind, "type": kind, "message": message, "frames": [], "text": message
        },
    }  # fmt: skip
