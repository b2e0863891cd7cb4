"""`if`: when the test is a tensor, both branches move into the graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from engine.conversion.staged import ControlFlow
from engine.syntax.template import constant, placed, quote

__all__ = ["if_stmt"]


def rewrite(node: gast.If, walk: ControlFlow) -> list[gast.stmt]:
    """Two functions for the branches, two for the variables, and a call of `ag__.if_stmt`."""
    scopes = walk.facts.activity
    state = walk.state(node, node.test, scopes.body[node].bound | scopes.orelse[node].bound)
    fresh = walk.context.fresh
    getter, setter = fresh("get_state"), fresh("set_state")
    body, orelse = fresh("if_body"), fresh("else_body")
    return quote(
        "STATE\n"
        "def BODY_NAME():\n    DECLARATIONS\n    BODY\n"
        "def ORELSE_NAME():\n    DECLARATIONS\n    ORELSE\n"
        "UNDEFINED\n"
        "ag__.if_stmt(TEST, BODY_NAME, ORELSE_NAME, GETTER, SETTER, (SYMBOLS,), OUTPUTS)",
        at=node,
        STATE=state.functions(getter, setter, walk.facts),
        DECLARATIONS=state.declarations,
        BODY_NAME=body,
        BODY=node.body,
        ORELSE_NAME=orelse,
        ORELSE=node.orelse or [placed(gast.Pass(), node)],
        UNDEFINED=state.undefined_assignments(),
        TEST=node.test,
        GETTER=getter,
        SETTER=setter,
        SYMBOLS=state.symbols(),
        OUTPUTS=constant(state.outputs, node),
    )


def if_stmt(
    cond: Any,
    body: Callable[[], None],
    orelse: Callable[[], None],
    get_state: Callable[[], tuple[Any, ...]],
    set_state: Callable[[tuple[Any, ...]], None],
    symbol_names: tuple[str, ...],
    nouts: int,
) -> None:
    """Python's own `if`, unless the test is a tensor.

    Args:
        cond: The test.
        body: Runs the first branch.
        orelse: Runs the other one.
        get_state: Answers the variables that the branches change.
        set_state: Sets them.
        symbol_names: Their names, those needed afterwards first.
        nouts: How many of them are needed afterwards.

    Raises:
        ValueError: If the test is no bool scalar, or a variable lacks a value in a branch.
        TypeError: If a variable has different dtypes or structures in the branches.
    """
    from engine.conversion.staging import condition, is_tensor, tracing

    if not is_tensor(cond):
        if cond:
            body()
        else:
            orelse()
        return
    test = condition(cond, "if statement")
    start = get_state()
    if tracing():
        results = _staged(test, body, orelse, get_state, set_state, symbol_names[:nouts], start)
    else:
        chosen, label = (body, "main") if bool(test) else (orelse, "else")
        chosen()
        results = _outputs(get_state(), symbol_names[:nouts], label)
    set_state((*results, *start[nouts:]))


def _outputs(values: tuple[Any, ...], names: tuple[str, ...], branch: str) -> tuple[Any, ...]:
    from engine.conversion.branches import check_assigned

    outputs = tuple(values[: len(names)])
    check_assigned(outputs, names, branch)
    return outputs


def _staged(
    test: Any,
    body: Callable[[], None],
    orelse: Callable[[], None],
    get_state: Callable[[], tuple[Any, ...]],
    set_state: Callable[[tuple[Any, ...]], None],
    names: tuple[str, ...],
    start: tuple[Any, ...],
) -> tuple[Any, ...]:
    """Both branches in the graph; answers the variables that are needed afterwards."""
    from engine.conversion.branches import check_same
    from engine.conversion.staging import Layout
    from engine.ops.control import cond as staged_cond

    seen: dict[str, tuple[Any, ...]] = {}

    def traced(branch: Callable[[], None], label: str) -> Callable[[], list[Any]]:
        def run() -> list[Any]:
            set_state(start)
            branch()
            outputs = seen[label] = _outputs(get_state(), names, label)
            if len(seen) == 2:
                check_same(seen["main"], seen["else"], names)
            return _tensors(outputs, names)

        return run

    leaves = staged_cond(test, traced(body, "main"), traced(orelse, "else"))
    layout = Layout(list(seen["main"]))
    return tuple(layout.rebuild(leaves))


def _tensors(values: tuple[Any, ...], names: tuple[str, ...]) -> list[Any]:
    """All tensors in the values; None is left out until both branches can be compared."""
    from engine.conversion.staging import Layout, shown
    from engine.ir.convert import convert_to_tensor

    made: list[Any] = []
    for name, value in zip(names, values):
        for leaf in Layout(value).leaves:
            if leaf is None:
                continue
            try:
                made.append(convert_to_tensor(leaf))
            except (TypeError, ValueError) as error:
                raise TypeError(
                    f"{shown(name)} must be a Tensor, a number, a string or a structure of them "
                    "where a conditional on a Tensor ends, because the graph has to choose "
                    f"between two values; found {type(leaf).__name__}: {leaf!r}"
                ) from error
    return made
