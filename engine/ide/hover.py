"""What to show at a position: help on a finding, or the graph code of a function."""

from __future__ import annotations

from engine.base.diagnostics import Diagnostic
from engine.ide.snapshot import FunctionInfo, HoverContent, Snapshot
from engine.lint.rule import find_rule

__all__ = ["hover"]


def hover(snapshot: Snapshot, offset: int) -> HoverContent | None:
    """Help on the smallest finding at an offset, or the graph code of the function named there."""
    findings = [f for f in snapshot.diagnostics if f.span.start <= offset <= f.span.end]
    if findings:
        return _rule_help(min(findings, key=lambda finding: (len(finding.span), finding.code)))
    for function in snapshot.functions:
        if function.name_span.start <= offset <= function.name_span.end:
            return _graph_code(snapshot, function)
    return None


def _rule_help(finding: Diagnostic) -> HoverContent:
    rule = find_rule(finding.code)
    text = finding.message if rule is None else f"{finding.message}\n\n{rule.docs}"
    title = f"{finding.code} {finding.name}"
    return HoverContent("rule", title, text, finding.span, finding.url)


def _graph_code(snapshot: Snapshot, function: FunctionInfo) -> HoverContent:
    if not function.converted:
        title = f"`{function.qualname}` runs unchanged while it is traced"
        text = f"# {function.reason}\n"
    else:
        title = f"Graph code of `{function.qualname}`"
        text = snapshot.graph_code(function.qualname).text
    return HoverContent("code", title, text, function.name_span)
