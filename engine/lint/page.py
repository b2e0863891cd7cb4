"""A rule's page, made from the rule itself."""

from __future__ import annotations

from engine.base.diagnostics import Severity
from engine.lint.rule import Rule

__all__ = ["page"]

_MEANING = {
    Severity.ERROR: "error: raises when traced, called or used",
    Severity.WARNING: "warning: runs, and is silently wrong",
    Severity.INFO: "info: surprising, but may be meant",
    Severity.PERF: "perf: slow, or hungry for memory",
}


def page(rule: Rule) -> str:
    """What a rule finds, why, how to mend it, and examples; Markdown."""
    parts = [
        f"# {rule.code} {rule.name}",
        rule.message,
        f"*{_MEANING[rule.severity]}*" + ("" if rule.default else "; off unless it is selected"),
        rule.docs,
        "## Found",
    ]
    for example in rule.bad:
        parts.append(_code(example.bad))
        if example.fixed:
            parts.extend(["mended:", _code(example.fixed)])
    parts.append("## Fine")
    parts.extend(_code(text) for text in rule.good)
    parts.append(
        f"Silence one line with `# graphlens: ignore[{rule.code}]`, or the rule in "
        f'`pyproject.toml` with `[tool.graphlens]` `ignore = ["{rule.code}"]`.'
    )
    return "\n\n".join(parts) + "\n"


def _code(text: str) -> str:
    return f"```python\n{text.rstrip()}\n```"
