"""`assert`, where `Feature.ASSERT_STATEMENTS` is on: a check that becomes part of the graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from engine.conversion.context import Context
from engine.conversion.walk import Blocks, Statements
from engine.syntax.errors import UnsupportedLanguageElementError
from engine.syntax.template import constant, quote

__all__ = ["AssertStatements", "assert_stmt"]


class AssertStatements(Blocks):
    """Rewrites `assert a, b` into `ag__.assert_stmt(a, lambda: b)`."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def visit_Assert(self, node: gast.Assert) -> Statements:
        """One statement."""
        message = node.msg if node.msg is not None else constant("Assertion error", node)
        if not isinstance(message, gast.Constant):
            raise UnsupportedLanguageElementError(
                f"can only convert string messages for now (line {node.lineno})"
            )
        return quote("ag__.assert_stmt(TEST, lambda: MESSAGE)", at=node, TEST=node.test,
                     MESSAGE=message)  # fmt: skip


def assert_stmt(expression: Any, message: Callable[[], Any]) -> Any:
    """Python's `assert`, or a check in the graph where `expression` is a tensor.

    Args:
        expression: What must hold.
        message: Answers what to say where it does not.

    Raises:
        ValueError: If `message` is no function without parameters.
        AssertionError: If a Python value is false.
    """
    import inspect

    if not callable(message) or inspect.signature(message).parameters:
        raise ValueError(f"{message} must be a callable with no arguments")
    from engine.conversion.staging import is_tensor, operations

    if is_tensor(expression):
        return operations().debugging.Assert(expression, [message()])
    assert expression, message()
    return None
