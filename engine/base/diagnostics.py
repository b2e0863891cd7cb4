"""The one shape of a complaint: what is wrong, where, why, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from engine.base.source import Span

__all__ = ["Diagnostic", "Edit", "Fix", "Note", "Severity", "Tag"]


class Severity(Enum):
    """How much a finding matters."""

    ERROR = "error"
    """Raises when traced, called or used."""
    WARNING = "warning"
    """Runs, and is silently wrong."""
    INFO = "info"
    """Surprising, but may be meant."""
    PERF = "perf"
    """Slow, or hungry for memory."""

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return _RANKS[self]


_RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.PERF: 2, Severity.INFO: 3}


class Tag(Enum):
    """What an editor may show in its own way."""

    UNNECESSARY = "unnecessary"
    DEPRECATED = "deprecated"


@dataclass(frozen=True)
class Edit:
    """Put `text` in the place of `span`; an empty span inserts."""

    span: Span
    text: str


@dataclass(frozen=True)
class Fix:
    """A mend: what it does in a few words, and the edits, which do not overlap.

    `safe` says that the meaning of the program is kept in every case that can be decided.
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True


@dataclass(frozen=True)
class Note:
    """A related place: where a value was made, or who calls the function from a graph."""

    message: str
    span: Span
    path: str


@dataclass(frozen=True)
class Diagnostic:
    """A finding about a stretch of a file.

    Attributes:
        code: The rule's code, as `GR201`.
        name: The rule's name in kebab case.
        message: One sentence or two: what is wrong and what to do.
        span: Where, in code points of the file's text.
        severity: How much it matters.
        fix: How to mend it, where that can be said as edits.
        notes: Related places.
        tags: Ways of showing it.
        url: The rule's page.
    """

    code: str
    name: str
    message: str
    span: Span
    severity: Severity
    fix: Fix | None = None
    notes: tuple[Note, ...] = ()
    tags: tuple[Tag, ...] = ()
    url: str = field(default="")
