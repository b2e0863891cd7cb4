"""GR406: a long Python loop that is unrolled into the graph."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.inference.events import Called, Computed, PythonLooped
from engine.inference.values import Const, Container, Unknown
from engine.lint.facts import Facts, is_staged
from engine.lint.rule import Example, Finding, rule

_OPS = 50
_MODELS = 20
_MODEL_CALLS = ("layer.__call__", "model.__call__")


@rule(
    "GR406",
    "unrolled-loop",
    "This Python loop is unrolled into the graph.",
    Severity.PERF,
    bad=(
        Example(
            """
            @tf.function
            def f(x):
                for i in range(1000):
                    x = tf.tanh(x)
                return x
            """,
            fixed="""
            @tf.function
            def f(x):
                for i in tf.range(1000):
                    x = tf.tanh(x)
                return x
            """,
        ),
    ),
    good=(
        """
        @tf.function
        def f(x):
            for i in tf.range(1000):
                x = tf.tanh(x)
            for j in range(3):
                x = tf.tanh(x)
            return x
        """,
    ),
)
def unrolled_loop(facts: Facts) -> Iterator[Finding]:
    """Python itself turns a loop over `range`, while tracing: each turn adds its ops to the graph.

    A thousand turns make thousands of nodes, and tracing takes long.

    Loop over `tf.range`: then the body is in the graph once. What the loop carries must keep dtype
    and shape then, and lists must become a `tf.TensorArray`.
    """
    loops = facts.staged(PythonLooped)
    work = _work(facts) if loops else {}
    for event in loops:
        count = event.count if event.count is not None else _default_count(event)
        ops, models = work.get(event.node, (False, False))
        if count is None or not ((count >= _OPS and ops) or (count >= _MODELS and models)):
            continue
        message = f"Python turns this loop {count} times while tracing, and each turn adds its ops."
        yield Finding(facts.header(event.node), event.context, message, fix=_fix(facts, event))


def _work(facts: Facts) -> dict[ast.AST, tuple[bool, bool]]:
    """For each Python loop in a trace: whether ops, and whether models, are called in it."""
    found: dict[ast.AST, tuple[bool, bool]] = {}

    def note(loop: object, models: bool) -> None:
        while loop is not None:
            node = loop.node  # type: ignore[attr-defined]
            before = found.get(node, (False, False))
            found[node] = (True, before[1] or models)
            loop = loop.outer  # type: ignore[attr-defined]

    for call in facts.machine.happened(Called):
        if call.context.staged:
            models = call.name in _MODEL_CALLS
            if models or (call.name.startswith("tf.") and is_staged(call.result)):
                note(call.context.loop, models)
                for caller in call.context.callers():
                    note(caller.loop if caller.staged else None, models)
    for computed in facts.staged(Computed):
        if is_staged(computed.left) or is_staged(computed.right):
            note(computed.context.loop, False)
    return found


def _default_count(event: PythonLooped) -> int | None:
    """The default of the parameter that a `range` goes up to."""
    value = event.value
    if not isinstance(value, Container) or not isinstance(value.source, Unknown):
        return None
    function = event.context.function
    if function is None or not value.source.argument:
        return None
    args = [*function.node.args.posonlyargs, *function.node.args.args]
    for arg, default in zip(args[len(args) - len(function.defaults) :], function.defaults):
        if arg.arg == value.source.argument and isinstance(default, Const):
            if type(default.value) is int:
                return default.value
    return None


def _fix(facts: Facts, event: PythonLooped) -> Fix | None:
    node = event.node
    if isinstance(node, ast.For) and isinstance(node.iter, ast.Call) and facts.alias is not None:
        name = node.iter.func
        if isinstance(name, ast.Name) and name.id == "range":
            text = f"{facts.alias}.range"
            return Fix(f"Loop over `{text}`", (Edit(facts.span(name), text),), safe=False)
    return None
