"""`tf.autograph.experimental.set_loop_options(...)`, first in a loop: options of the graph loop."""

from __future__ import annotations

from typing import Any

import gast

from engine.conversion.context import Context
from engine.conversion.expressions import Expressions
from engine.conversion.walk import Blocks, Statements
from engine.syntax.errors import UnsupportedLanguageElementError
from engine.syntax.names import dotted_name
from engine.syntax.template import constant, placed

__all__ = ["LoopOptions", "set_loop_options"]

_DIRECTIVE = "set_loop_options"
_PARAMETERS = ("parallel_iterations", "swap_memory", "maximum_iterations", "shape_invariants")


class LoopOptions(Blocks):
    """Takes the directive out of the loop and hands its arguments to the loop's operator."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.loops: list[gast.AST] = []
        self.seen = [0]  # statements so far, by loop

    def visit_While(self, node: gast.While) -> gast.stmt:
        """Look at the first statement of a loop."""
        return self.loop(node)

    def visit_For(self, node: gast.For) -> gast.stmt:
        """Look at the first statement of a loop."""
        return self.loop(node)

    def loop(self, node: Any) -> gast.stmt:
        """Take the directive out."""
        self.loops.append(node)
        self.seen.append(0)
        self.inner(node)
        self.seen.pop()
        self.loops.pop()
        return node

    def visit_Assign(self, node: gast.Assign) -> gast.stmt:
        """A statement that a directive must not come after."""
        self.seen[-1] += 1
        return node

    def visit_AugAssign(self, node: gast.AugAssign) -> gast.stmt:
        """A statement that a directive must not come after."""
        self.seen[-1] += 1
        return node

    def visit_Expr(self, node: gast.Expr) -> gast.stmt | Statements:
        """Perhaps the directive.

        Raises:
            UnsupportedLanguageElementError: If it is outside a loop, or not its first statement.
        """
        self.seen[-1] += 1
        options = directive(node)
        if options is None:
            return node
        if self.seen[-1] > 1:
            raise UnsupportedLanguageElementError(
                f'"{_DIRECTIVE}" must be the first statement in the loop block (line {node.lineno})'
            )
        if not self.loops:
            raise UnsupportedLanguageElementError(
                f'"{_DIRECTIVE}" must be used inside a loop (line {node.lineno})'
            )
        loop: Any = self.loops[-1]
        self.context.loop_options[loop] = options
        return [] if len(loop.body) > 1 and loop.body[0] is node else [placed(gast.Pass(), node)]


def directive(statement: gast.stmt) -> gast.Dict | None:
    """The options that a statement sets, as `{'maximum_iterations': 3}`; None for any other."""
    if not isinstance(statement, gast.Expr) or not isinstance(statement.value, gast.Call):
        return None
    call = statement.value
    name = dotted_name(call.func)
    if name is None or name.rpartition(".")[2] != _DIRECTIVE:
        return None
    pairs = list(zip(_PARAMETERS, call.args))
    pairs += [(keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg]
    return placed(
        gast.Dict([constant(key, call) for key, _ in pairs], [value for _, value in pairs]), call
    )


def rewrite(node: gast.Dict, walk: Expressions) -> gast.expr:
    """Calls inside loop options are made as they are."""
    calls = walk.calls
    if node in walk.context.loop_options.values():
        walk.calls = False
    walk.children(node)
    walk.calls = calls
    return node


def set_loop_options(
    parallel_iterations: object = None,
    swap_memory: object = None,
    maximum_iterations: object = None,
    shape_invariants: object = None,
) -> None:
    """Say how the loop around runs in a graph; must be the first statement of the loop.

    In code that is not converted it does nothing.

    Args:
        parallel_iterations: How many turns may overlap; accepted, without effect.
        swap_memory: Accepted, without effect.
        maximum_iterations: The loop ends after this many turns.
        shape_invariants: Pairs of a loop variable and the shape that it keeps in all turns.
    """
