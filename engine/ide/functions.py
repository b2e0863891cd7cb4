"""The functions of a file that will be traced."""

from __future__ import annotations

import ast
import re

from engine.base.source import Span
from engine.ide.snapshot import FunctionInfo
from engine.inference.context import Context
from engine.inference.values import Function
from engine.lint.facts import Facts
from engine.lint.rules.staged_condition_not_converted import reason_text

__all__ = ["traced_functions"]

_NAME = re.compile(r"def[\s\\]+([^\s(\[:\\]+)")


def traced_functions(facts: Facts) -> tuple[FunctionInfo, ...]:
    """Each function of the file that is staged or reached from one that is, in order of place."""
    machine = facts.machine
    staged = {id(function.node) for function in machine.staged_functions}
    # A method is known by its class only when the class is complete.
    methods = {
        id(value.node): value.qualname
        for owner in machine.classes
        for value in owner.attributes.values()
        if isinstance(value, Function) and value.owner is owner
    }
    found: dict[int, FunctionInfo] = {}
    for function in (*machine.functions, *machine.staged_functions):
        context = machine.visited_staged.get(id(function.node))
        if context is None or function.module is not facts.module:
            continue
        qualname = methods.get(id(function.node), function.qualname)
        info = _describe(facts, function, qualname, context, id(function.node) in staged)
        found.setdefault(id(function.node), info)
    return tuple(sorted(found.values(), key=lambda info: (info.span.start, info.span.end)))


def _describe(
    facts: Facts, function: Function, qualname: str, context: Context, staged: bool
) -> FunctionInfo:
    node = function.node
    span = facts.span(node)
    name_span = span
    if not isinstance(node, ast.Lambda):
        for decorator in node.decorator_list:
            first = facts.span(decorator).start
            at = facts.source.text.rfind("@", 0, first)
            span = Span(min(span.start, at if at >= 0 else first), span.end)
        # Not by looking for the name: Python normalises it, so the text may spell it otherwise.
        found = _NAME.search(facts.source.text, facts.span(node).start)
        if found is not None:
            name_span = Span(*found.span(1))
    entries = facts.machine.entries_of.get(id(node), set())
    kind = "decorated" if staged else "called"
    return FunctionInfo(
        qualname,
        span,
        name_span,
        kind,  # type: ignore[arg-type]
        tuple(sorted(entries)),
        context.converted,
        "" if context.converted else reason_text(context),
    )
