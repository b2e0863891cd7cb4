"""GR302: a tensor is iterated or unpacked by Python."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.inference.binding import parameters
from engine.inference.events import Iterated
from engine.inference.values import Tensor
from engine.lint.facts import Facts, is_staged
from engine.lint.rule import Example, Finding, rule
from engine.lint.rules.staged_condition_not_converted import reason_text

_WORDS = {
    "unpack": "unpacking asks Python to iterate it",
    "star": "`*` asks Python to iterate it",
    "comprehension": "comprehensions are not converted",
    "generator": "generator expressions are not converted",
}


@rule(
    "GR302",
    "staged-iteration-not-converted",
    "A staged tensor is iterated or unpacked by Python.",
    Severity.ERROR,
    bad=(
        Example(
            "import tensorflow as tf\n\n@tf.function\ndef f(x):\n"
            "    height, width = tf.shape(x)\n    return height * width\n",
            fixed="import tensorflow as tf\n\n@tf.function\ndef f(x):\n"
            "    height, width = tf.unstack(tf.shape(x), 2)\n    return height * width\n",
        ),
        "import tensorflow as tf\n\n@tf.function\ndef f(n):\n"
        "    return [i * 2 for i in tf.range(n)]\n",
        "import tensorflow as tf\n\n@tf.function\ndef f(x):\n"
        "    for i, row in enumerate(tf.square(x)):\n        tf.print(i, row)\n",
    ),
    good=(
        "import tensorflow as tf\n\n@tf.function\ndef f(x):\n"
        "    for row in tf.square(x):\n        tf.print(row)\n"
        "    first, second = tf.unstack(x, 2)\n    a, b = x.shape\n    return first + second\n",
    ),
)
def staged_iteration_not_converted(facts: Facts) -> Iterator[Finding]:
    """AutoGraph converts `for e in tensor:`, and no other iteration: unpacking, comprehensions,
    `zip`, `enumerate`, `sum`, `list`, `*tensor` and the like ask Python to iterate,
    which raises `OperatorNotAllowedInGraphError: Iterating over a symbolic tf.Tensor`.

    Use `tf.unstack` where the size is known, `for i in tf.range(...)` where it is not, and ops
    such as `tf.reduce_sum` for builtins.
    """
    for event in facts.staged(Iterated):
        if event.converted or not is_staged(event.value) or event.context.caught:
            continue
        if isinstance(event.value, Tensor) and event.value.hinted:
            continue
        if event.kind == "unpack" and event.context.unsure and _is_parameter(facts, event):
            # Some condition of Python's decides, most likely by what the argument is.
            continue
        why = _WORDS.get(event.kind)
        if event.kind == "for":
            why = reason_text(event.context)
        if why is None:
            why = f"`{event.kind}` iterates it in Python"
        message = f"A staged tensor is iterated here, but {why}; tracing raises."
        yield Finding(_place(facts, event), event.context, message, fix=_fix(facts, event))


def _is_parameter(facts: Facts, event: Iterated) -> bool:
    """Whether what is unpacked is just an argument of the function."""
    statement, function = facts.parents.get(event.node), event.context.function
    if not isinstance(statement, ast.Assign) or function is None:
        return False
    value = statement.value
    return isinstance(value, ast.Name) and any(
        arg.arg == value.id for arg in parameters(function.node)
    )


def _place(facts: Facts, event: Iterated) -> ast.AST:
    if event.kind == "unpack":
        statement = facts.parents.get(event.node)
        if isinstance(statement, ast.Assign):
            return statement
    return event.node


def _fix(facts: Facts, event: Iterated) -> Fix | None:
    target = event.node
    statement = facts.parents.get(target)
    if event.kind != "unpack" or facts.alias is None or not isinstance(event.value, Tensor):
        return None
    if not isinstance(statement, ast.Assign) or not isinstance(target, (ast.Tuple, ast.List)):
        return None
    if len(statement.targets) != 1 or any(isinstance(e, ast.Starred) for e in target.elts):
        return None
    value = statement.value
    text = f"{facts.alias}.unstack({facts.text(value)}, {len(target.elts)})"
    return Fix(f"Unpack with `{facts.alias}.unstack`", (Edit(facts.span(value), text),))
