"""The last lines of a report: how many findings there are, and how many can be fixed."""

from __future__ import annotations

from collections.abc import Sequence

from engine.base.diagnostics import Diagnostic
from engine.cli.failure import say
from engine.cli.reports import Format
from engine.cli.result import Checked

__all__ = ["findings", "say_fixed", "statistics", "summary"]


def findings(count: int) -> str:
    """`1 finding`, `2 findings`."""
    return f"{count} finding{'' if count == 1 else 's'}"


def summary(results: Sequence[Checked], fixed: int, unsafe: bool) -> str:
    """What was found and what can be done about it.

    Args:
        results: What is left.
        fixed: How many findings were fixed before.
        unsafe: Whether unsafe fixes were asked for.
    """
    left = [finding for checked in results for finding in checked.findings]
    if not left and not fixed:
        return "All checks passed!\n"
    if fixed:
        text = f"Found {findings(len(left) + fixed)} ({fixed} fixed, {len(left)} remaining).\n"
    else:
        text = f"Found {findings(len(left))}.\n"
    safe = sum(1 for finding in left if finding.fix is not None and finding.fix.safe)
    others = sum(1 for finding in left if finding.fix is not None and not finding.fix.safe)
    if unsafe and safe + others:
        text += f"[*] {safe + others} fixable with `--fix --unsafe-fixes`.\n"
    elif safe:
        more = f" ({others} more with `--unsafe-fixes`)" if others else ""
        text += f"[*] {safe} fixable with `--fix`{more}.\n"
    elif others:
        text += f"No fixes available ({others} with `--unsafe-fixes`).\n"
    return text


def say_fixed(count: int) -> None:
    """Says on the standard error how many findings were fixed."""
    if count:
        say(f"Fixed {findings(count)}.", err=True)


def statistics(results: Sequence[Checked], form: Format) -> str:
    """How often each code was found, most often first; a table, or JSON where that is the form."""
    found: dict[str, list[Diagnostic]] = {}
    for checked in results:
        for finding in checked.findings:
            found.setdefault(finding.code, []).append(finding)
    rows = sorted(found.values(), key=lambda group: (-len(group), group[0].code))
    if form is Format.JSON:
        import json

        data = [
            {
                "code": group[0].code,
                "name": group[0].name,
                "count": len(group),
                "fixable": sum(1 for finding in group if finding.fix is not None),
            }
            for group in rows
        ]
        return json.dumps(data, indent=2) + "\n"
    width = len(str(len(rows[0]))) if rows else 1
    lines = []
    for group in rows:
        safe = all(finding.fix is not None and finding.fix.safe for finding in group)
        mark = "[*]" if safe else "[ ]"
        lines.append(f"{len(group):{width}}\t{group[0].code}\t{mark} {group[0].name}\n")
    return "".join(lines)
