"""GR305: only one arm of a staged `if` returns."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.events import Branched
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule


@rule(
    "GR305",
    "partial-return",
    "Only one arm of this staged `if` returns.",
    Severity.ERROR,
    bad=(
        """
        @tf.function
        def f(x):
            if tf.reduce_sum(x) > 0:
                return x
            tf.print('negative')
        """,
        """
        @tf.function
        def f(x):
            with tf.name_scope('part'):
                if tf.reduce_sum(x) > 0:
                    return x
            return -x
        """,
        """
        @tf.function
        def f(x):
            if tf.reduce_sum(x) > 1:
                return x
            elif tf.reduce_sum(x) > 0:
                return x * 2
            return -x
        """,
    ),
    good=(
        """
        @tf.function
        def f(x):
            if tf.reduce_sum(x) > 0:
                return x
            return -x
        """,
        """
        @tf.function
        def f(x):
            if tf.reduce_sum(x) > 0:
                return x
            elif tf.reduce_sum(x) < -1:
                y = -x
            else:
                y = x * 2
            return y
        """,
    ),
)
def partial_return(facts: Facts) -> Iterator[Finding]:
    """A staged `if` that returns on one way must return on every way.

    Otherwise tracing raises `ValueError: the else branch must also have a return statement`. An
    early return followed by a final one is fine where both stand in the same block; it is not
    where the final one is further out: after an `elif`, an outer `if`, a `with` or a `try`.

    Move the rest into `else: return ...`.
    """
    found = [event for event in facts.staged(Branched) if _is_partial(facts, event)]
    nodes = {event.node for event in found}
    for event in found:
        node = event.node
        if any(child in nodes for child in ast.walk(node) if child is not node):
            continue
        other = "else" if event.ends[0] == "return" else "main"
        message = (
            f"One branch of this staged `if` returns and the {other} branch does not; tracing "
            "raises. Return in both."
        )
        yield Finding(facts.header(node), event.context, message)


def _is_partial(facts: Facts, event: Branched) -> bool:
    node = event.node
    if event.context.caught or not isinstance(node, ast.If):
        return False
    if sorted(event.ends) != ["falls", "return"]:
        return False
    return not _in_loop(facts, node) and not _rest_returns(facts, node)


def _in_loop(facts: Facts, node: ast.AST) -> bool:
    for parent in facts.ancestors(node):
        if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            return False
        if isinstance(parent, (ast.For, ast.While)):
            return True
    return False


def _rest_returns(facts: Facts, node: ast.stmt) -> bool:
    """Whether what follows the statement in its own block always returns: that is moved into the
    other branch, and nothing from further out is.
    """
    parent = facts.parents.get(node)
    block = None if parent is None else _block_of(node, parent)
    if block is None:
        return False
    at = next(index for index, other in enumerate(block) if other is node)
    return _always_ends(block[at + 1 :])


def _block_of(child: ast.AST, parent: ast.AST) -> list[ast.stmt] | None:
    for field in ("body", "orelse", "finalbody"):
        block = getattr(parent, field, None)
        if isinstance(block, list) and any(other is child for other in block):
            return block
    return None


def _always_ends(body: list[ast.stmt]) -> bool:
    for statement in body:
        if isinstance(statement, (ast.Return, ast.Raise)):
            return True
        if isinstance(statement, ast.If) and statement.orelse:
            if _always_ends(statement.body) and _always_ends(statement.orelse):
                return True
        if isinstance(statement, (ast.With, ast.AsyncWith)) and _always_ends(statement.body):
            return True
        if isinstance(statement, ast.Try) and _always_ends(statement.body):
            return True
    return False
