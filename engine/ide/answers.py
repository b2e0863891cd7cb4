"""Answers for editors, as plain data that imports nothing: they travel between processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.base.source import Span

__all__ = ["Hint", "HintKind", "StageName", "StageSpan", "ValueInfo"]

HintKind = Literal["shape", "flow"]
StageName = Literal["graph", "python"]


@dataclass(frozen=True, slots=True)
class Hint:
    """A few words for a place.

    Attributes:
        offset: Where they stand.
        label: As `float32[3]` or `graph cond`.
        kind: `shape` for a value, `flow` for what becomes of a statement.
        tooltip: A sentence more.
    """

    offset: int
    label: str
    kind: HintKind
    tooltip: str = ""


@dataclass(frozen=True, slots=True)
class StageSpan:
    """A name in traced code.

    Attributes:
        span: The name.
        stage: Whether it stands for something of the graph, or of Python while tracing.
        kind: `value` for a variable, `call` for the name of what is called.
    """

    span: Span
    stage: StageName
    kind: Literal["value", "call"]


@dataclass(frozen=True, slots=True)
class ValueInfo:
    """What is known of the value of a name or a call.

    Attributes:
        span: The name.
        name: Its text.
        stage: Whether it stands for something of the graph, or of Python while tracing.
        text: As `float32[3]`; empty where nothing is known.
        assumed: Whether an `# example:` comment is what tells of the arguments.
    """

    span: Span
    name: str
    stage: StageName
    text: str
    assumed: bool = False
