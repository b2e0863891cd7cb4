"""Everything that the static half answers about a text, and what must hold of the answers."""

from __future__ import annotations

import ast
import logging
import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engine.base.diagnostics import Diagnostic
from engine.base.source import Span
from engine.ide.readable import readable_code
from engine.ide.snapshot import Snapshot
from engine.ide.stages import value_at

__all__ = ["answers", "check_text", "failures_are_errors", "is_python"]

_MOST_FINDINGS = 500


@contextmanager
def failures_are_errors() -> Iterator[None]:
    """Raises what the analyser catches and only writes into its log."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.exc_info and record.exc_info[1] is not None:
                raise AssertionError(record.getMessage()) from record.exc_info[1]

    handler, log = Handler(), logging.getLogger("graphlens")
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


def check_text(text: str, chance: random.Random, most: int = 3, twice: bool = False) -> Snapshot:
    """Asks everything about a text; an AssertionError says what is unsound.

    Args:
        text: The file.
        chance: Which functions and places are asked about.
        most: How many of each.
        twice: Whether to look that a second look says the same.
    """
    with failures_are_errors():
        snapshot = Snapshot("/nowhere/model.py", text)
        first = answers(snapshot, chance, most)
        if twice:
            again = Snapshot("/nowhere/model.py", text)
            assert repr(again.diagnostics) == repr(snapshot.diagnostics)
            assert again.hints == first["hints"]
            assert again.stages == first["stages"]
    return snapshot


def answers(snapshot: Snapshot, chance: random.Random, most: int) -> dict[str, Any]:
    """The answers of all features, each looked at."""
    text = snapshot.text
    found = snapshot.diagnostics
    assert len(found) <= _MOST_FINDINGS
    assert [f.span.start for f in found] == sorted(f.span.start for f in found)
    for finding in found:
        _look_at_finding(finding, text)
    problems = [f for f in found if f.code == "GR001"]
    assert len(problems) <= (0 if is_python(text) else 1)
    functions = snapshot.functions
    for function in functions:
        _in_text(function.span, text)
        _in_text(function.name_span, text)
    for function in chance.sample(functions, min(most, len(functions))):
        assert snapshot.graph_code(function.qualname).text
        assert readable_code(snapshot, function.qualname).text
    made, staged = snapshot.hints, snapshot.stages
    assert all(0 <= hint.offset <= len(text) for hint in made)
    for stage in staged:
        _in_text(stage.span, text)
    for _ in range(most):
        offset = chance.randrange(len(text) + 1)
        snapshot.symbol_at(offset)
        snapshot.hover(offset)
        value_at(snapshot, offset)
        snapshot.fixes(Span(offset, min(len(text), offset + 20)))
    snapshot.fix_all()
    return {"hints": made, "stages": staged}


def _look_at_finding(finding: Diagnostic, text: str) -> None:
    _in_text(finding.span, text)
    assert finding.message.strip(), finding
    assert "\n" not in finding.message, finding
    for edit in finding.fix.edits if finding.fix is not None else ():
        _in_text(edit.span, text)


def _in_text(span: Span, text: str) -> None:
    assert 0 <= span.start <= span.end <= len(text), span


def is_python(text: str) -> bool:
    """Whether Python itself can read a text."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
