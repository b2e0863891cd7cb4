"""GR315: Python iterates a dataset while tracing, and never stops."""

from __future__ import annotations

from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.events import Called, Iterated
from engine.inference.values import Library
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule

_ENDLESS = ("list", "tuple", "comprehension", "generator", "sum", "set", "frozenset", "max", "min",
            "star", "unpack", "dict")  # fmt: skip
_WRAPPERS = ("tqdm.", "rich.progress.")


@rule(
    "GR315",
    "dataset-iterated-by-python",
    "Python iterates this dataset while tracing and never stops.",
    Severity.ERROR,
    bad=(
        """
        data = tf.data.Dataset.range(10)

        @tf.function
        def f():
            return [x * 2 for x in data]
        """,
    ),
    good=(
        """
        data = tf.data.Dataset.range(10)

        @tf.function
        def f():
            total = tf.constant(0, tf.int64)
            for x in data:
                total += x
            return total
        """,
    ),
)
def dataset_iterated_by_python(facts: Facts) -> Iterator[Finding]:
    """In a trace the next element of a dataset is a symbolic tensor, and there is always one more.

    `for x in dataset` is converted to a graph loop; a comprehension, `list(dataset)` or a wrapper
    such as a progress bar goes on for ever.

    Loop over the dataset itself, or use `dataset.reduce`.
    """
    for event in facts.staged(Iterated):
        value = event.value
        by_python = event.kind in _ENDLESS or (event.kind == "for" and not event.converted)
        if by_python and isinstance(value, Library) and value.kind == "dataset":
            message = "Python goes through this dataset while tracing, and never comes to its end."
            yield Finding(event.node, event.context, message)
    for call in facts.staged(Called):
        if call.name.startswith(_WRAPPERS) and call.args:
            source = call.args[0]
            if isinstance(source, Library) and source.kind == "dataset":
                message = "This wrapper is iterated by Python while tracing, and never ends."
                yield Finding(call.node, call.context, message)
