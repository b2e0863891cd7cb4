"""GR206: `next()` on a Python iterator while tracing."""

from __future__ import annotations

from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.events import Called
from engine.inference.values import Container, Value
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule


@rule(
    "GR206",
    "python-iterator",
    "`next()` on a Python iterator yields one value per trace.",
    Severity.WARNING,
    bad=(
        """
        numbers = iter([1.0, 2.0, 3.0])

        @tf.function
        def f(x):
            return x + next(numbers)
        """,
    ),
    good=(
        """
        batches = iter(tf.data.Dataset.range(3))

        @tf.function
        def f(x):
            layers = iter([tf.nn.relu, tf.nn.tanh])
            return next(layers)(x) + next(batches)
        """,
    ),
)
def python_iterator(facts: Facts) -> Iterator[Finding]:
    """A Python iterator moves on while tracing only, so every call gets the same element.

    An iterator over a `tf.data.Dataset` is a part of the graph, and is fine.

    Pass the value in as an argument, or make the source a dataset.
    """
    for event in facts.staged(Called):
        if event.name == "builtins.next" and event.args:
            source: Value | None = event.args[0]
        elif event.name.endswith(".__next__"):
            source = event.receiver
        else:
            continue
        if isinstance(source, Container) and source.kind in ("iterator", "generator"):
            if facts.is_outer(source, event.context):
                message = (
                    "This Python iterator moves on once per trace of "
                    f"{facts.entry_word(event.context.entry)}: every call gets the same element."
                )
                yield Finding(event.node, event.context, message)
