"""GR204: a clock is read while tracing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.inference.events import Called
from engine.lint.facts import Facts
from engine.lint.rule import Example, Finding, rule

_CLOCKS = frozenset(
    [
        "time.time", "time.time_ns", "time.perf_counter", "time.perf_counter_ns", "time.monotonic",
        "time.monotonic_ns", "time.process_time", "time.clock", "timeit.default_timer",
        "time.strftime", "time.localtime", "time.ctime", "time.gmtime",
        "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today",
        "datetime.date.today", "datetime.now", "datetime.utcnow", "time.sleep",
    ]
)  # fmt: skip


@rule(
    "GR204",
    "python-clock",
    "This clock is read once, while tracing.",
    Severity.WARNING,
    bad=(
        Example(
            """
            import time

            import tensorflow as tf

            @tf.function
            def f(x):
                return x + time.time()
            """,
            fixed="""
            import time

            import tensorflow as tf

            @tf.function
            def f(x):
                return x + tf.timestamp()
            """,
        ),
    ),
    good=(
        """
        import time

        import tensorflow as tf

        @tf.function
        def f(x):
            return x

        start = time.time()
        f(1)
        print(time.time() - start)
        """,
    ),
)
def python_clock(facts: Facts) -> Iterator[Finding]:
    """The clock is read by Python, once, and its value is a constant of the graph.

    Differences of two readings measure how long tracing took, and never change.

    Measure where the function is called, or use `tf.timestamp()`.
    """
    for event in facts.staged(Called):
        if event.name not in _CLOCKS:
            continue
        entry = facts.entry_word(event.context.entry)
        message = (
            f"The clock is read once, while {entry} is traced; measure outside, or use "
            "`tf.timestamp()`."
        )
        if event.name == "time.sleep":
            message = (
                f"This waits once, while {entry} is traced, not at every call; wait outside, or "
                "hand it to `tf.py_function`."
            )
        fix = None
        if event.name == "time.time" and facts.alias is not None:
            text = f"{facts.alias}.timestamp()"
            safe = not _is_made_a_number(facts, event.node)
            fix = Fix(f"Use `{text}`", (Edit(facts.span(event.node), text),), safe=safe)
        yield Finding(event.node, event.context, message, fix=fix)


def _is_made_a_number(facts: Facts, node: ast.AST, follow: bool = True) -> bool:
    """Whether Python makes a number or a text of it, which it cannot of a tensor.

    What other functions do with it is not known.

    Args:
        facts: of the module.
        node: the value.
        follow: look at the uses of the name that it is bound to?
    """
    bound: set[str] = set()
    for parent in facts.ancestors(node):
        if isinstance(parent, (ast.JoinedStr, ast.Subscript)):
            return True
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mod):
            return True
        if isinstance(parent, ast.Call):
            return not (isinstance(parent.func, ast.Attribute) and parent.func.attr == "print")
        if isinstance(parent, ast.Assign) and follow:
            bound.update(target.id for target in parent.targets if isinstance(target, ast.Name))
        if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return any(_is_made_a_number(facts, use, False) for use in _uses(parent, bound))
    return False


def _uses(function: ast.AST, names: set[str]) -> list[ast.Name]:
    return [
        node for node in (ast.walk(function) if names else ())
        if isinstance(node, ast.Name) and node.id in names and isinstance(node.ctx, ast.Load)
    ]  # fmt: skip
