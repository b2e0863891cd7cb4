"""Fixes as edits of the text: which go together, and what the text becomes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.base.diagnostics import Diagnostic, Edit

__all__ = ["apply_edits", "compatible_edits", "fixed_findings"]


def fixed_findings(
    findings: Iterable[Diagnostic], unsafe: bool = False
) -> tuple[tuple[Diagnostic, ...], tuple[Edit, ...]]:
    """The findings whose fixes can be made together, and the edits; earlier places win.

    Args:
        findings: In order of place.
        unsafe: Whether fixes that may change what the program means are wanted too.
    """
    chosen: list[Edit] = []
    mended: list[Diagnostic] = []
    for finding in findings:
        fix = finding.fix
        if fix is None or not (fix.safe or unsafe):
            continue
        fresh = [edit for edit in fix.edits if edit not in chosen]
        if any(_clash(edit, other) for edit in fresh for other in chosen):
            continue
        chosen.extend(fresh)
        mended.append(finding)
    chosen.sort(key=lambda edit: (edit.span.start, edit.span.end))
    return tuple(mended), tuple(chosen)


def compatible_edits(findings: Iterable[Diagnostic], unsafe: bool = False) -> tuple[Edit, ...]:
    """The edits of all fixes that can be made together, in order of place."""
    return fixed_findings(findings, unsafe)[1]


def _clash(one: Edit, other: Edit) -> bool:
    if one.span == other.span:
        return True
    return one.span.start < other.span.end and other.span.start < one.span.end


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """The text with the edits made; they are in order and do not overlap."""
    parts: list[str] = []
    at = 0
    for edit in edits:
        parts.append(text[at : edit.span.start])
        parts.append(edit.text)
        at = edit.span.end
    parts.append(text[at:])
    return "".join(parts)
