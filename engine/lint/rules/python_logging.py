"""GR202: logging runs while tracing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.events import Called
from engine.inference.object_tables import LEVELS
from engine.inference.values import Const, Python, Unknown
from engine.lint.facts import Facts, has_staged, maybe_staged
from engine.lint.rule import Finding, rule

_FAMILIES = ("logging.", "absl.logging.", "loguru.logger.", "warnings.warn", "logger.",
             "tf.compat.v1.logging.", "tf.logging.")  # fmt: skip
_SETUP = ("getLogger", "basicConfig", "setLevel", "set_verbosity", "addHandler", "StreamHandler",
          "Formatter", "FileHandler", "use_absl_handler", "get_verbosity", "isEnabledFor")  # fmt: skip


@rule(
    "GR202",
    "python-logging",
    "Logging and `warnings` run while tracing.",
    Severity.INFO,
    bad=(
        """
        import logging

        import tensorflow as tf

        @tf.function
        def f(x):
            logging.info("x is %s", x)
            return x
        """,
    ),
    good=(
        """
        import logging

        import tensorflow as tf

        @tf.function
        def f(x):
            return x

        logging.info("done")
        """,
        """
        @tf.function
        def f(x, summaries):
            summaries.log("x", x)
            return x
        """,
    ),
)
def python_logging(facts: Facts) -> Iterator[Finding]:
    """A log call is Python: it runs once, while the function is traced, and shows no values.

    Log where the function is called, or use `tf.print` with `output_stream=tf.compat.v1.logging.info`.
    """
    for event in facts.staged(Called):
        if _before_raise(facts, event):
            continue
        if not event.name.startswith(_FAMILIES) and not _looks_like_a_logger(event):
            continue
        if event.name.rsplit(".", 1)[-1] in _SETUP:
            continue
        entry = event.context.entry
        if entry is not None and entry.staging.kind == "keras":
            continue
        values = (*event.args, *event.kwargs.values())
        staged = any(has_staged(value) or _is_argument(value) for value in values)
        if not staged and _is_chosen(facts, event):
            continue
        name = facts.entry_word(event.context.entry)
        message = f"This log call runs only while {name} is traced" + (
            " and shows no values; use `tf.print`." if staged else ", not at every call."
        )
        severity = Severity.WARNING if staged else Severity.INFO
        yield Finding(event.node, event.context, message, severity)


def _looks_like_a_logger(event: Called) -> bool:
    """Whether something that nothing is known of is named and used like a logger: with a text."""
    method = event.name.removeprefix("?.")
    if method not in LEVELS or not isinstance(event.receiver, Unknown):
        return False
    func = event.node.func
    if not isinstance(func, ast.Attribute) or not event.args:
        return False
    owner = func.value
    name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    first = event.args[0]
    is_text = isinstance(first, (Const, Python)) and _type(first) == "str"
    return is_text and _LOGGER.fullmatch(name) is not None


_LOGGER = re.compile(r"_*(?:log|logger|LOG|LOGGER)")


def _type(value: Const | Python) -> str:
    return type(value.value).__name__ if isinstance(value, Const) else value.type


def _is_chosen(facts: Facts, event: Called) -> bool:
    """Whether Python decides while tracing that there is something to say: once is then right."""
    for parent in facts.ancestors(event.node):
        if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return _may_have_left(parent, event)
        if isinstance(parent, ast.Lambda):
            return False
        if isinstance(parent, ast.ExceptHandler):
            return True
        if isinstance(parent, ast.If) and not event.context.in_region(parent):
            return True
    return False


def _may_have_left(function: ast.FunctionDef | ast.AsyncFunctionDef, event: Called) -> bool:
    """Whether an `if` that only returns stands before the call: `if seen: return`."""
    for statement in function.body:
        if statement.lineno >= event.node.lineno:
            return False
        if isinstance(statement, ast.If) and len(statement.body) == 1:
            only = statement.body[0]
            if isinstance(only, ast.Return) and only.value is None:
                return True
    return False


def _before_raise(facts: Facts, event: Called) -> bool:
    """Whether the next statement raises: the log call then belongs to that error."""
    statement = facts.statement_of(event.node)
    parent = facts.parents.get(statement) if statement is not None else None
    for field in ("body", "orelse", "finalbody"):
        block = getattr(parent, field, None)
        if isinstance(block, list) and statement in block:
            at = block.index(statement)
            return at + 1 < len(block) and isinstance(block[at + 1], ast.Raise)
    return False


def _is_argument(value: object) -> bool:
    return maybe_staged(value) and bool(getattr(value, "argument", ""))  # type: ignore[arg-type]
