"""GR104: Python state is changed while tracing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.context import Context
from engine.inference.events import Called, Stored
from engine.inference.object_tables import MUTATORS
from engine.inference.values import (
    ClassValue,
    Const,
    Container,
    Function,
    Instance,
    Library,
    Python,
    Value,
)
from engine.lint.facts import Facts, has_staged, is_likely_staged, is_staged
from engine.lint.rule import Finding, rule

_TRACE_COUNTER = re.compile(r"trac(e|ing)|compil", re.I)


@rule(
    "GR104",
    "python-state-mutation",
    "This Python-side update happens once per trace, not once per call.",
    Severity.WARNING,
    bad=(
        "import tensorflow as tf\n\ncount = 0\n\n@tf.function\ndef f(x):\n"
        "    global count\n    count += 1\n    return x\n",
        "import tensorflow as tf\n\nseen = []\n\n@tf.function\ndef f(x):\n"
        "    seen.append('call')\n    return x\n",
        "import tensorflow as tf\n\nclass Model(tf.Module):\n    def __init__(self):\n"
        "        self.steps = 0\n\n    @tf.function\n    def step(self, x):\n"
        "        self.steps += 1\n        return x\n",
    ),
    good=(
        "import tensorflow as tf\n\ncount = tf.Variable(0)\n\n@tf.function\ndef f(x):\n"
        "    count.assign_add(1)\n    parts = []\n    parts.append(x)\n    return parts\n",
        "import tensorflow as tf\n\nclass Model(tf.Module):\n    def __init__(self):\n"
        "        self.built = False\n\n    @tf.function\n    def step(self, x):\n"
        "        if not self.built:\n            self.built = True\n        return x\n",
    ),
)
def python_state_mutation(facts: Facts) -> Iterator[Finding]:
    """Python statements run while the function is traced and leave nothing in the graph: after
    five calls with the same signature a counter stands at 1, and a list has one element.

    Keep the state in a `tf.Variable` and update it with `assign_add`, or update it where the
    function is called.
    """
    for event in facts.staged(Stored):
        if event.context.guard or is_staged(event.value) or has_staged(event.value):
            continue
        if is_likely_staged(event.value):
            continue
        if event.context.entry is not None and event.context.entry.staging.kind == "keras":
            continue
        if _is_undone(event.context):
            continue
        if event.kind in ("global", "nonlocal"):
            if _outlives(event, event.context) and not _TRACE_COUNTER.search(event.name):
                yield _finding(facts, event.node, event.context, f"`{event.name}`")
        elif event.kind == "attribute" and _is_update(facts, event):
            if not _TRACE_COUNTER.search(event.name):
                yield _finding(facts, event.node, event.context, f"`{facts.text(event.node)}`")
        elif event.kind == "item" and _is_item_update(facts, event):
            if isinstance(event.target, Container) and not event.target.argument:
                if facts.is_outer(event.target, event.context):
                    yield _finding(facts, event.node, event.context, f"`{facts.text(event.node)}`")
    yield from _methods(facts)


def _is_undone(context: Context) -> bool:
    """Whether it belongs to a `with` block, which puts things back at its end."""
    function = context.function
    return function is not None and getattr(function.node, "name", "") in ("__enter__", "__exit__")


def _is_item_update(facts: Facts, event: Stored) -> bool:
    """Whether an entry gets a value that is made from the collection's own."""
    if event.augmented:
        return event.augmented != "del"
    statement, node = facts.parents.get(event.node), event.node
    if not isinstance(statement, ast.Assign) or not isinstance(node, ast.Subscript):
        return False
    own = facts.text(node.value)
    return any(
        isinstance(child, (ast.Name, ast.Attribute)) and facts.text(child) == own
        for child in ast.walk(statement.value)
    )


def _outlives(event: Stored, context: Context) -> bool:
    if isinstance(event.value, (Function, Library)) or not event.outlives:
        return False
    if isinstance(event.old, Python) and event.old.type == "ndarray":
        return False
    return event.old is None or not isinstance(event.old, Library)


def _is_update(facts: Facts, event: Stored) -> bool:
    target = event.target
    if isinstance(target, Function):
        # `f.calls = ...`: of a function that was made before the trace, the traced one itself too.
        if target.born.context.trace == event.context.trace and target.staging is None:
            return False
        if isinstance(target.attributes.get(event.name), Library):
            return False
    elif (
        not isinstance(target, (Instance, ClassValue))
        or not _is_number(event.value)
        or isinstance(event.old, Library)
        or not facts.is_outer(target, event.context)
    ):
        return False
    if event.augmented:
        return True
    statement = facts.parents.get(event.node)
    call = event.node
    if isinstance(call, ast.Call) and len(call.args) == 3:  # setattr(self, "n", ...)
        own = f"{facts.text(call.args[0])}.{event.name}"
        return any(_reads(facts, child, own) for child in ast.walk(call.args[2]))
    if not isinstance(statement, ast.Assign):
        return False
    own = facts.text(event.node)
    around = facts.parents.get(statement)
    if isinstance(around, ast.If) and facts.text(around.test) in (own, f"not {own}"):
        return True
    return any(_reads(facts, child, own) for child in ast.walk(statement.value))


def _reads(facts: Facts, node: ast.AST, own: str) -> bool:
    """Whether an expression reads an attribute: `f.calls`, or `getattr(f, "calls", 0)`."""
    if isinstance(node, ast.Attribute):
        return facts.text(node) == own
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) > 1:
        name = node.args[1]
        if node.func.id == "getattr" and isinstance(name, ast.Constant):
            return own == f"{facts.text(node.args[0])}.{name.value!s}"
    return False


def _is_number(value: Value) -> bool:
    if isinstance(value, Const):
        return isinstance(value.value, (int, float, bool, str))
    return isinstance(value, Python) and value.type in ("int", "float", "bool", "str")


def _methods(facts: Facts) -> Iterator[Finding]:
    for event in facts.staged(Called):
        receiver = event.receiver
        if not isinstance(receiver, Container) or receiver.argument or event.context.guard:
            continue
        if event.context.entry is not None and event.context.entry.staging.kind == "keras":
            continue
        method = event.name.rsplit(".", 1)[-1]
        if method not in MUTATORS.get(receiver.kind, frozenset()):
            continue
        if not facts.is_outer(receiver, event.context):
            continue
        values = (*event.args, *event.kwargs.values())
        if any(has_staged(value) or is_likely_staged(value) for value in values):
            continue
        if ".numpy()" in facts.text(event.node):
            # That has a finding of its own: it never comes to the update.
            continue
        owner = event.node.func if isinstance(event.node, ast.Call) else event.node
        name = facts.text(owner.value) if isinstance(owner, ast.Attribute) else "the list"
        if not _TRACE_COUNTER.search(name):
            yield _finding(facts, event.node, event.context, f"`{name}`")


def _finding(facts: Facts, node: ast.AST, context: Context, what: str) -> Finding:
    statement = facts.statement_of(node)
    message = (
        f"{what} is updated once per trace of {facts.entry_word(context.entry)}, not once per "
        "call; use a `tf.Variable`, or do it where the function is called."
    )
    place = statement if isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign)) else node
    return Finding(place, context, message)
