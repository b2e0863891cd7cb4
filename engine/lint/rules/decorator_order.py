"""GR604: staging outside `staticmethod`, `classmethod` or `property`."""

from __future__ import annotations

from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.inference.events import Staged
from engine.inference.values import Function
from engine.lint.facts import Facts
from engine.lint.rule import Example, Finding, rule

_WORDS = {"static": "staticmethod", "class": "classmethod", "property": "property"}


@rule(
    "GR604",
    "decorator-order",
    "Stage inside `staticmethod`/`classmethod`/`property`, not outside.",
    Severity.ERROR,
    bad=(
        Example(
            """
            class Model:
                @tf.function
                @staticmethod
                def f(x):
                    return x
            """,
            fixed="""
            class Model:
                @staticmethod
                @tf.function
                def f(x):
                    return x
            """,
        ),
    ),
    good=(
        """
        class Model:
            @staticmethod
            @tf.function
            def f(x):
                return x
        """,
    ),
)
def decorator_order(facts: Facts) -> Iterator[Finding]:
    """Decorators apply from the lowest up, and a static method object cannot be staged.

    Staging a `staticmethod` raises `TypeError: cannot create weak reference`, a `classmethod`
    `not a callable object`.
    """
    for event in facts.happened(Staged):
        function = event.value
        if not event.decorator or not isinstance(function, Function) or not function.flavour:
            continue
        word = _WORDS.get(function.flavour, function.flavour)
        message = (
            f"This stages the `{word}` object, which raises TypeError; put it below `@{word}`."
        )
        yield Finding(event.node, event.context, message, fix=_fix(facts, event, function))


def _fix(facts: Facts, event: Staged, function: Function) -> Fix | None:
    decorators = getattr(function.node, "decorator_list", [])
    if event.node not in decorators:
        return None
    at = decorators.index(event.node)
    if at + 1 >= len(decorators):
        return None
    mine, below = facts.span(event.node), facts.span(decorators[at + 1])
    edits = (
        Edit(mine, facts.source.slice(below)),
        Edit(below, facts.source.slice(mine)),
    )
    return Fix("Swap the decorators", edits)
