"""What an editor writes into traced code: shapes, and what becomes of each `if` and `for`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.ide.answers import Hint
from engine.inference.events import Bound, Branched, Looped, PythonLooped, Tested
from engine.inference.values import Stage, Tensor, Union, Value
from engine.lint.facts import from_example

if TYPE_CHECKING:
    from engine.inference.events import Event
    from engine.lint.facts import Facts

__all__ = ["flow_lines", "hints_of", "value_text"]

_EITHER = "graph or "
_WHICH = "A part of the graph where this is a tensor; else Python decides while tracing."


def flow_lines(facts: Facts) -> dict[int, bool]:
    """By 0-based line of an `if` or a loop: whether it becomes part of the graph."""
    lines: dict[int, bool] = {}
    for hint in _flows(facts):
        if hint.label.startswith(_EITHER):
            continue
        line = facts.source.position(hint.offset)[0]
        lines[line] = lines.get(line, False) or hint.label.startswith("graph")
    return lines


def hints_of(facts: Facts) -> tuple[Hint, ...]:
    """All hints of what was analysed, in order of place; none outside traced functions."""
    found: dict[int, Hint] = {}
    for hint in (*_flows(facts), *_shapes(facts)):
        known = found.get(hint.offset)
        if known is not None and known.label != hint.label:
            # Traces differ, so the place has no one answer: say both, or nothing of many.
            label = known.label if hint.label in known.label else f"{known.label} | {hint.label}"
            found[hint.offset] = Hint(hint.offset, label, hint.kind, hint.tooltip)
        else:
            found[hint.offset] = hint
    return tuple(found[offset] for offset in sorted(found) if found[offset].label.count("|") < 3)


def _flows(facts: Facts) -> Iterator[Hint]:
    staged = {id(event.node) for event in (*facts.told(Branched), *facts.told(Looped))}
    for branch in facts.told(Branched):
        yield _flow(facts, branch, "graph cond", "Both arms become part of the graph.")
    for loop in facts.told(Looped):
        label = "graph while" if isinstance(loop.node, ast.While) else "graph loop"
        yield _flow(facts, loop, label, "The loop becomes one node of the graph.")
    unsure = _unsure(facts)
    for turns in facts.told(PythonLooped):
        if id(turns.node) in unsure:
            yield _flow(facts, turns, f"{_EITHER}unrolled", _WHICH)
        elif id(turns.node) not in staged:
            times = "unrolled" if turns.count is None else f"unrolled ×{turns.count}"
            yield _flow(
                facts, turns, times, "Python runs this loop while tracing: one copy for each turn."
            )
    for test in facts.told(Tested):
        statement = facts.statement_of(test.node)
        if test.kind != "if" or not isinstance(statement, ast.If) or id(statement) in staged:
            continue
        if id(statement) in unsure:
            yield _flow(facts, test, f"{_EITHER}Python", _WHICH)
        else:
            yield _flow(facts, test, "Python", "Decided once, while tracing.")


def _unsure(facts: Facts) -> set[int]:
    """Statements whose test or iterable may be a tensor or not, in a function that is converted."""
    found = {
        id(facts.statement_of(test.node))
        for test in facts.told(Tested)
        if test.context.converted and test.value.stage is Stage.UNKNOWN
    }
    found |= {
        id(turns.node)
        for turns in facts.told(PythonLooped)
        if turns.context.converted
        and turns.value is not None
        and turns.value.stage is Stage.UNKNOWN
    }
    sure = {id(event.node) for event in (*facts.told(Branched), *facts.told(Looped))}
    return found - sure


def _flow(facts: Facts, event: Event, label: str, tooltip: str) -> Hint:
    node = event.node
    if not isinstance(node, ast.stmt):
        node = facts.statement_of(node) or node
    end = facts.header(node).end
    text = facts.source.text
    colon = text.find(":", end)
    line_end = facts.source.line_end(facts.source.position(end)[0])
    at = colon + 1 if 0 <= colon < line_end else end
    return Hint(at, label, "flow", f"{tooltip}{_source(event)}")


def _shapes(facts: Facts) -> Iterator[Hint]:
    for event in facts.told(Bound):
        text = value_text(event.value)
        if text:
            end = facts.span(event.node).end
            tooltip = f"`{event.name}` is a tensor of the graph: {text}{_source(event)}"
            yield Hint(end, text, "shape", tooltip)


def _source(event: Event) -> str:
    """Where the arguments are from, unless a call in the program gives them."""
    return (
        " (with the arguments of the `# example:` comment)" if from_example(event.context) else ""
    )


def value_text(value: Value) -> str:
    """`float32[3,?]` for a tensor of the graph; empty for anything else or where all is unknown."""
    if isinstance(value, Union):
        texts = {value_text(option) for option in value.options}
        return texts.pop() if len(texts) == 1 else ""
    if not isinstance(value, Tensor) or not value.symbolic:
        return ""
    if value.dtype is None and value.dims is None:
        return ""
    if value.dims is None:
        return f"{value.dtype}[…]"
    sizes = ",".join("?" if size is None else str(size) for size in value.dims)
    return f"{value.dtype or '?'}[{sizes}]"
