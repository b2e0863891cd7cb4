"""GR314: what becomes of a data-dependent `if`, `while` or `for`."""

from __future__ import annotations

from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.events import Iterated, Tested
from engine.inference.values import Library
from engine.lint.facts import Facts, is_staged
from engine.lint.rule import Finding, rule

_BECOMES = {"if": "tf.cond", "while": "tf.while_loop", "ifexp": "tf.cond"}


@rule(
    "GR314",
    "staged-condition",
    "This depends on a staged tensor, and becomes a part of the graph.",
    Severity.INFO,
    default=False,
    bad=(
        "import tensorflow as tf\n\n@tf.function\ndef f(x):\n"
        "    if tf.reduce_sum(x) > 0:\n        x = -x\n    return x\n",
        "import tensorflow as tf\n\n@tf.function\ndef f(n):\n    total = 0\n"
        "    for i in tf.range(n):\n        total += i\n    return total\n",
    ),
    good=(
        "import tensorflow as tf\n\n@tf.function\ndef f(x, training=False):\n"
        "    if training:\n        x = -x\n    return x\n",
    ),
)
def staged_condition(facts: Facts) -> Iterator[Finding]:
    """AutoGraph turns an `if` on a tensor into `tf.cond`, and a `while` or `for` into a graph loop.
    Both arms of the `if` are traced, and so is a body that never runs: the ops in it must be valid
    for the static shapes, and Python side effects happen once in any case.

    Nothing is wrong with this; the rule is off unless it is asked for.
    """
    for event in facts.staged(Tested):
        if event.converted and event.kind in _BECOMES and is_staged(event.value):
            word = "conditional expression" if event.kind == "ifexp" else f"`{event.kind}`"
            what = f"This {word} depends on a staged tensor: it becomes `{_BECOMES[event.kind]}` in the graph"
            both = "" if event.kind == "while" else ", and both arms are traced"
            yield Finding(event.node, event.context, f"{what}{both}.")
    for loop in facts.staged(Iterated):
        if loop.kind == "for" and loop.converted and _in_graph(loop):
            message = "This `for` goes over a staged value: it becomes one loop in the graph."
            yield Finding(loop.node, loop.context, message)


def _in_graph(event: Iterated) -> bool:
    value = event.value
    return is_staged(value) or (
        isinstance(value, Library) and value.kind in ("dataset", "iterator")
    )
