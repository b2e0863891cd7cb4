"""What a rule is, and the registry that finds every rule in the folder `rules`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from engine.base.diagnostics import Fix, Note, Severity, Tag
from engine.base.source import Span
from engine.inference.context import Context
from engine.inference.module import Module
from engine.lint.facts import Facts

__all__ = ["Check", "Example", "Finding", "Rule", "all_rules", "find_rule", "rule", "url_of"]

DOCS = "https://graphlens.readthedocs.io/rules"


class Example(NamedTuple):
    """A short program that has the finding, and what its fix makes of it, if it has one."""

    bad: str
    fixed: str = ""


class Finding(NamedTuple):
    """What a rule finds: a place, and what differs from the rule's own words.

    Attributes:
        at: The node, or the stretch of text.
        context: The circumstances in which the code runs.
        message: The sentence for this place; the rule's own where it is empty.
        severity: Where it differs from the rule's.
        fix: How to mend it.
        notes: Related places besides the way to the staged function.
    """

    at: ast.AST | Span
    context: Context
    message: str = ""
    severity: Severity | None = None
    fix: Fix | None = None
    notes: tuple[Note, ...] = ()
    tags: tuple[Tag, ...] = ()
    module: Module | None = None


Check = Callable[[Facts], Iterator[Finding]]


@dataclass(frozen=True)
class Rule:
    """One pitfall: how it is called, what is said of it, and how it is found.

    Attributes:
        code: `GR` and three digits; the first digit is the family.
        name: In kebab case.
        message: One line.
        severity: How much it matters, as a rule.
        default: Whether the rule is on unless a project says otherwise.
        check: What finds it.
        written_bad, written_good: The examples as the rule's file has them.
    """

    code: str
    name: str
    message: str
    severity: Severity
    default: bool
    check: Check = field(compare=False)
    written_bad: tuple[Example | str, ...]
    written_good: tuple[str, ...]

    @property
    def docs(self) -> str:
        """What happens, why, and how to mend it."""
        return _unindented(self.check.__doc__ or "")

    @cached_property
    def bad(self) -> tuple[Example, ...]:
        """Programs with the finding."""
        return tuple(
            Example(_program(e.bad), _program(e.fixed))
            if isinstance(e, Example)
            else Example(_program(e))
            for e in self.written_bad
        )

    @cached_property
    def good(self) -> tuple[str, ...]:
        """Programs that look alike and are fine."""
        return tuple(_program(text) for text in self.written_good)

    @property
    def url(self) -> str:
        return url_of(self.code)


def url_of(code: str) -> str:
    """The page that explains a code."""
    return f"{DOCS}/{code}/"


RULES: dict[str, Rule] = {}
"""All rules by code; complete once `all_rules` has been called."""


def rule(
    code: str,
    name: str,
    message: str,
    severity: Severity,
    *,
    bad: tuple[Example | str, ...],
    good: tuple[str, ...],
    default: bool = True,
) -> Callable[[Check], Check]:
    """Registers a check as a rule; the docstring of the function is the rule's explanation."""

    def register(check: Check) -> Check:
        if code in RULES:
            raise ValueError(f"rule {code} is declared twice")
        RULES[code] = Rule(code, name, message, severity, default, check, bad, good)
        return check

    return register


def _program(text: str) -> str:
    """An example as a whole file: without the indentation it has in the rule, with its import."""
    import textwrap

    made = textwrap.dedent(text).lstrip("\n").rstrip() + "\n" if text else ""
    return f"import tensorflow as tf\n\n{made}" if made and "import " not in made else made


def _unindented(text: str) -> str:
    lines = text.strip().split("\n")
    return "\n".join([lines[0], *(line.removeprefix("    ") for line in lines[1:])]).strip()


@lru_cache(maxsize=1)
def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the codes."""
    from engine.base.discover import import_all
    from engine.lint import rules

    import_all(rules)
    return tuple(RULES[code] for code in sorted(RULES))


def find_rule(text: str) -> Rule | None:
    """The rule with a code or name, in capitals or not."""
    wanted = text.strip()
    for candidate in all_rules():
        if candidate.code == wanted.upper() or candidate.name == wanted.lower():
            return candidate
    return None
