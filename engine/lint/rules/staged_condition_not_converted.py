"""GR301: a tensor is asked for its truth where nothing converts that."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.inference.context import Context
from engine.inference.events import Called, Computed, Tested
from engine.inference.values import Const, Container, Stage, Tensor
from engine.lint.facts import Facts, is_staged
from engine.lint.rule import Example, Finding, rule

_WHY = {
    "autograph=False": "conversion is switched off (`autograph=False`)",
    "do_not_convert": "the function is marked `do_not_convert`",
    "gradient": "a custom gradient is not converted",
    "keras": "Keras 3 does not convert its methods",
    "constructor": "constructors are not converted",
    "property": "properties are not converted",
    "library": "a library calls this function without converting it",
    "yield": "a generator is not converted",
    "async": "an `async` function is not converted",
    "walrus": "`:=` keeps the function from being converted",
    "match": "`match` keeps the function from being converted",
    "else": "a loop with `else` keeps the function from being converted",
    "mangled": "`__name` attributes keep the function from being converted",
    "lambdas": "lambdas that share a line are not converted",
}
_WORDS = {
    "assert": "`assert` is not converted",
    "comprehension": "conditions of comprehensions are not converted",
    "bool": "`bool()` is not converted",
    "min": "`min()` is not converted",
    "max": "`max()` is not converted",
    "any": "`any()` asks Python",
    "all": "`all()` asks Python",
    "sorted": "`sorted()` compares the elements in Python",
    "filter": "`filter()` asks Python",
    "match": "`match` guards are not converted",
}


@rule(
    "GR301",
    "staged-condition-not-converted",
    "A staged tensor is used as a Python truth value where nothing converts it.",
    Severity.ERROR,
    bad=(
        "import tensorflow as tf\n\n@tf.function(autograph=False)\ndef f(x):\n"
        "    if tf.reduce_sum(x) > 0:\n        return x\n    return -x\n",
        Example(
            "import tensorflow as tf\n\n@tf.function\ndef f(x):\n"
            "    assert tf.reduce_all(x > 0), 'negative'\n    return x\n",
            fixed="import tensorflow as tf\n\n@tf.function\ndef f(x):\n"
            "    tf.debugging.Assert(tf.reduce_all(x > 0), ['negative'])\n    return x\n",
        ),
        Example(
            "import tensorflow as tf\n\n@tf.function\ndef f(x):\n    return max(tf.reduce_sum(x), 0.0)\n",
            fixed="import tensorflow as tf\n\n@tf.function\ndef f(x):\n"
            "    return tf.maximum(tf.reduce_sum(x), 0.0)\n",
        ),
    ),
    good=(
        "import tensorflow as tf\n\n@tf.function\ndef f(x):\n"
        "    if tf.reduce_sum(x) > 0:\n        return x\n    return -x\n",
        "import tensorflow as tf\n\n@tf.function(autograph=False)\ndef f(x, training=False):\n"
        "    if training:\n        x = x * 2\n    if len(x.shape) == 2:\n        x = x + 1\n    return x\n",
    ),
)
def staged_condition_not_converted(facts: Facts) -> Iterator[Finding]:
    """AutoGraph turns `if`, `while`, `and`, `or`, `not` and `a if c else b` on tensors into graph
    ops, but only in functions that it converts, and nothing else that asks for a truth value:
    `assert`, conditions of comprehensions, `in`, `min`, `max`, `bool`. There tracing
    raises `OperatorNotAllowedInGraphError: Using a symbolic tf.Tensor as a Python bool`.

    Use the op instead (`tf.debugging.Assert`, `tf.maximum`, `tf.reduce_any(tf.equal(...))`,
    `tf.cond`), or let the function be converted.
    """
    for event in facts.staged(Tested):
        if not event.converted and is_staged(event.value) and not event.context.caught:
            yield _finding(facts, event)
    for call in facts.staged(Called):
        if call.name in ("layer.__call__", "model.__call__") and not call.context.caught:
            training = call.kwargs.get("training")
            if isinstance(training, Tensor) and is_staged(training):
                message = "A layer asks `training` for its truth; a staged tensor raises there."
                yield Finding(call.node, call.context, message)
    for computed in facts.staged(Computed):
        if computed.operator in ("In", "NotIn") and not computed.context.caught:
            if _is_search(computed):
                yield _search(facts, computed)


def _finding(facts: Facts, event: Tested) -> Finding:
    why = _WORDS.get(event.kind) or reason_text(event.context)
    message = f"A staged tensor is used as a Python truth value here, but {why}; tracing raises."
    return Finding(event.node, event.context, message, fix=_fix(facts, event))


def reason_text(context: Context) -> str:
    """Why the code is not converted, as a clause."""
    return _WHY.get(context.reason, "nothing converts it")


def _is_search(event: Computed) -> bool:
    if isinstance(event.right, Container) and event.right.kind in ("list", "tuple", "range"):
        if is_staged(event.left):
            return True
        items = event.right.items or []
        return bool(items) and all(isinstance(item, Tensor) and is_staged(item) for item in items)
    return isinstance(event.right, Tensor) and event.right.stage is Stage.STAGED


def _search(facts: Facts, event: Computed) -> Finding:
    node = event.node
    message = (
        "`in` compares with Python's `==` and asks for its truth; on staged tensors tracing raises."
    )
    fix = None
    alias = facts.alias
    if alias and isinstance(node, ast.Compare) and len(node.ops) == 1 and is_staged(event.left):
        items = event.right.items if isinstance(event.right, Container) else None
        if items and all(isinstance(item, Const) for item in items):
            values = ", ".join(
                ast.unparse(part) for part in getattr(node.comparators[0], "elts", [])
            )
            text = f"{alias}.reduce_any({alias}.equal({facts.text(node.left)}, [{values}]))"
            if event.operator == "NotIn":
                text = f"{alias}.logical_not({text})"
            if values:
                fix = Fix(f"Use `{alias}.reduce_any`", (Edit(facts.span(node), text),))
    return Finding(node, event.context, message, fix=fix)


def _fix(facts: Facts, event: Tested) -> Fix | None:
    alias = facts.alias
    if alias is None:
        return None
    if event.kind == "assert":
        statement = facts.statement_of(event.node)
        if isinstance(statement, ast.Assert):
            message = "" if statement.msg is None else facts.text(statement.msg)
            if not message:
                message = (
                    facts.text(statement.test)
                    if isinstance(statement.test, ast.Name)
                    else "'assertion failed'"
                )
            text = f"{alias}.debugging.Assert({facts.text(statement.test)}, [{message}])"
            return Fix("Use `tf.debugging.Assert`", (Edit(facts.span(statement), text),))
    if event.kind in ("min", "max") and isinstance(event.node, ast.Call):
        call = event.node
        if len(call.args) == 2 and not call.keywords:
            name = {"min": "minimum", "max": "maximum"}[event.kind]
            edit = Edit(facts.span(call.func), f"{alias}.{name}")
            return Fix(f"Use `{alias}.{name}`", (edit,))
    return None
