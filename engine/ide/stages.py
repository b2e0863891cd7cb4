"""In the graph or in Python: the stage of each name and call in traced code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.base.source import Span
from engine.ide.answers import StageName, StageSpan, ValueInfo
from engine.ide.hints import value_text
from engine.inference.events import Bound, Called
from engine.inference.values import Library, Stage, Tensor, Value
from engine.lint.facts import from_example, has_staged

if TYPE_CHECKING:
    from engine.ide.snapshot import Snapshot
    from engine.lint.facts import Facts

__all__ = ["stages_of", "value_at"]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def stages_of(facts: Facts) -> tuple[StageSpan, ...]:
    """Names and calls in traced code with their stage, in order of place."""
    found: dict[Span, StageSpan] = {}
    for node, value in (*_bound(facts), *_loaded(facts)):
        stage = _stage(value)
        if stage is not None:
            span = facts.span(node)
            found[span] = StageSpan(span, stage, "value")
    for event in facts.told(Called):
        name = _name_span(facts, event.node)
        if name is not None:
            found[name] = StageSpan(name, _call_stage(event), "call")
    return tuple(found[span] for span in sorted(found))


def value_at(snapshot: Snapshot, offset: int) -> ValueInfo | None:
    """What is known of the value of the name or call at an offset of traced code."""
    facts = snapshot.facts_at(offset)
    if facts is None:
        return None
    best: ValueInfo | None = None
    assumed = _from_example(facts, offset)
    for event in facts.told(Called):
        span = _name_span(facts, event.node)
        if span is not None and span.start <= offset <= span.end and event.result is not None:
            text = value_text(event.result)
            best = ValueInfo(span, facts.source.slice(span), _call_stage(event), text, assumed)
    for node, value in (*_bound(facts), *_loaded(facts)):
        span = facts.span(node)
        known = _stage(value)
        if span.start <= offset <= span.end and known is not None:
            best = ValueInfo(span, node.id, known, value_text(value), assumed)
    return best


def _from_example(facts: Facts, offset: int) -> bool:
    """Whether what is known of the function around an offset is so because of an example."""
    return any(
        from_example(event.context)
        and event.context.function is not None
        and facts.span(event.context.function.node).start <= offset
        and offset <= facts.span(event.context.function.node).end
        for kind in (Bound, Called)
        for event in facts.told(kind)
    )


def _call_stage(event: Called) -> StageName:
    """Ops without a tensor to show for it (`tf.print`, `variable.assign`) are in the graph too."""
    result = event.result
    is_op = isinstance(result, Library) and (
        result.kind == "op" or event.name.startswith("variable.")
    )
    return "graph" if is_op or has_staged(result) else "python"


def _stage(value: Value) -> StageName | None:
    if isinstance(value, Tensor) and value.symbolic:
        return "graph"
    return {Stage.STAGED: "graph", Stage.PYTHON: "python"}.get(value.stage)  # type: ignore[return-value]


def _name_span(facts: Facts, call: ast.AST) -> Span | None:
    """The last name of what is called; `a += b` calls too, and has none."""
    node = getattr(call, "func", None)
    if isinstance(node, ast.Attribute):
        end = facts.span(node).end
        return Span(end - len(node.attr), end)
    return facts.span(node) if isinstance(node, ast.Name) else None


def _bound(facts: Facts) -> Iterator[tuple[ast.Name, Value]]:
    for event in facts.told(Bound):
        if isinstance(event.node, ast.Name):
            yield event.node, event.value


def _loaded(facts: Facts) -> Iterator[tuple[ast.Name, Value]]:
    """Where names are read: with the value they were last bound to above, in the same function."""
    bindings: dict[tuple[int, str], list[tuple[int, Value]]] = {}
    functions: dict[int, ast.AST] = {}
    for event in facts.told(Bound):
        function = _function_of(facts, event.node)
        if function is not None:
            functions[id(function)] = function
            at = facts.span(event.node).start
            bindings.setdefault((id(function), event.name), []).append((at, event.value))
    for function in functions.values():
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                at = facts.span(node).start
                known = bindings.get((id(function), node.id), ())
                above = [binding for binding in known if binding[0] < at]
                if above:
                    # Of several walks over one place, the last knows most.
                    yield node, max(reversed(above), key=lambda binding: binding[0])[1]


def _function_of(facts: Facts, node: ast.AST) -> ast.AST | None:
    return next((one for one in facts.ancestors(node) if isinstance(one, _FUNCTIONS)), None)
