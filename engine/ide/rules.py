"""The page of a rule: what is found, why it matters, how to mend it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RulePage", "rule_page"]


@dataclass(frozen=True)
class RulePage:
    """What is said of a rule.

    Attributes:
        code: As `GR201`.
        name: In kebab case.
        message: One line.
        docs: Paragraphs; text in single backticks is code.
        bad: Programs that have the finding.
        fixed: What becomes of each of them, empty where there is no fix.
        good: Programs that look alike and are fine.
        url: The page on the web.
    """

    code: str
    name: str
    message: str
    docs: str
    bad: tuple[str, ...]
    fixed: tuple[str, ...]
    good: tuple[str, ...]
    url: str


def rule_page(code: str) -> RulePage | None:
    """The page of a code; None if no rule has it."""
    from engine.lint.rule import find_rule

    rule = find_rule(code.upper())
    if rule is None:
        return None
    return RulePage(
        rule.code,
        rule.name,
        rule.message,
        rule.docs,
        tuple(example.bad for example in rule.bad),
        tuple(example.fixed for example in rule.bad),
        rule.good,
        rule.url,
    )
