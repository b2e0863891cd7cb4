"""GR605: staging is switched off for the whole program."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.events import Called
from engine.inference.values import Const, Value
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule

SWITCHES = ("tf.config.run_functions_eagerly", "tf.config.experimental_run_functions_eagerly")
"""What a call of these means depends on all calls of them in the file."""


@rule(
    "GR605",
    "ineffective-staging",
    "Staging is switched off for the whole program: no function is traced.",
    Severity.INFO,
    bad=(
        """
        tf.config.run_functions_eagerly(True)

        @tf.function
        def f(x):
            return x * 2
        """,
    ),
    good=(
        """
        import sys

        tf.config.run_functions_eagerly("--debug" in sys.argv)

        @tf.function
        def f(x):
            return x * 2
        """,
        """
        tf.config.run_functions_eagerly(True)
        print("eagerly, for a moment")
        tf.config.run_functions_eagerly(False)

        @tf.function
        def f(x):
            return x * 2
        """,
    ),
)
def ineffective_staging(facts: Facts) -> Iterator[Finding]:
    """After `tf.config.run_functions_eagerly(True)` every `tf.function` runs as plain Python: good for
    finding a mistake, slow for anything else, and easily left behind.

    Remove the call, or let a flag of the program decide.
    """
    calls = [call for call in facts.happened(Called) if call.name in SWITCHES]
    if any(_given(call) is not True for call in calls):
        return
    for call in calls:
        function = call.context.function
        if (function is None or function.qualname == "main") and not _is_chosen(facts, call.node):
            yield Finding(call.node, call.context)


def _is_chosen(facts: Facts, node: ast.AST) -> bool:
    """Whether a condition of the program decides, besides `if __name__ == "__main__":`."""
    for parent in facts.ancestors(node):
        if isinstance(parent, (ast.If, ast.IfExp, ast.Try, ast.BoolOp)):
            test = getattr(parent, "test", None)
            if test is None or "__name__" not in facts.text(test):
                return True
    return False


def _given(call: Called) -> object:
    value: Value | None = call.args[0] if call.args else call.kwargs.get("run_eagerly")
    return value.value if isinstance(value, Const) else None
