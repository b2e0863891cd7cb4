"""`while`: when the test is a tensor, the loop moves into the graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from engine.conversion.staged import ControlFlow
from engine.syntax.template import placed, quote

__all__ = ["while_stmt"]


def rewrite(node: gast.While, walk: ControlFlow) -> list[gast.stmt]:
    """Functions for body, test and variables, and a call of `ag__.while_stmt`."""
    state = walk.state(node, node.test, walk.facts.activity.body[node].bound)
    fresh = walk.context.fresh
    getter, setter = fresh("get_state"), fresh("set_state")
    body, test = fresh("loop_body"), fresh("loop_test")
    options = walk.context.loop_options.get(node) or placed(gast.Dict([], []), node)
    return quote(
        "STATE\n"
        "def BODY_NAME():\n    DECLARATIONS\n    BODY\n"
        "def TEST_NAME():\n    return TEST\n"
        "UNDEFINED\n"
        "ag__.while_stmt(TEST_NAME, BODY_NAME, GETTER, SETTER, (SYMBOLS,), OPTIONS)",
        at=node,
        STATE=state.functions(getter, setter, walk.facts),
        DECLARATIONS=state.declarations,
        BODY_NAME=body,
        BODY=node.body,
        TEST_NAME=test,
        TEST=node.test,
        UNDEFINED=state.undefined_assignments(),
        GETTER=getter,
        SETTER=setter,
        SYMBOLS=state.symbols(),
        OPTIONS=options,
    )


def while_stmt(
    test: Callable[[], Any],
    body: Callable[[], None],
    get_state: Callable[[], tuple[Any, ...]],
    set_state: Callable[[tuple[Any, ...]], None],
    symbol_names: tuple[str, ...],
    opts: dict[str, Any],
) -> None:
    """Python's own `while`, unless the test answers a tensor.

    Args:
        test: Answers whether there is another turn.
        body: Runs one turn.
        get_state: Answers the variables that the loop changes.
        set_state: Sets them.
        symbol_names: Their names.
        opts: Arguments of `set_loop_options`.

    Raises:
        NotImplementedError: If the test turns into a tensor after the first turn.
        ValueError, TypeError: If the loop's variables do not fit a loop in the graph.
    """
    from engine.conversion.staging import condition, is_tensor, tracing, with_tensors

    if not tracing():
        fresh = True
        while True:
            answer = test()
            if is_tensor(answer):
                if fresh:
                    set_state(with_tensors(get_state()))
                answer = bool(condition(answer, "while loop"))
            fresh = False
            if not answer:
                return
            body()
    first = _first_test(test)
    if is_tensor(first):
        from engine.conversion.loops import staged_while

        staged_while(test, body, get_state, set_state, symbol_names, opts)
    elif first:
        body()
        _python_while(test, body)


def _first_test(test: Callable[[], Any]) -> Any:
    """What the test answers; its ops are thrown away, because a staged loop asks again."""
    from engine.ir.interpreter import current

    recorder: Any = current()
    return recorder.subgraph(test, [], "first_test")[2]


def _python_while(test: Callable[[], Any], body: Callable[[], None]) -> None:
    from engine.base.errors import OperatorNotAllowedInGraphError
    from engine.conversion.unrolled import LoopWatch

    watch = LoopWatch()
    while True:
        answer = test()
        try:
            if not answer:
                return
        except OperatorNotAllowedInGraphError as error:
            raise NotImplementedError(
                "The condition of while loop started as non-Tensor, then changed to Tensor. This "
                "may happen either because variables changed type, or when a break or return "
                "statement inside the loop depends on a Tensor condition. In both cases, changing "
                "to a TF loop should remove the error: start with a Tensor, as in "
                "`n = tf.constant(0)`."
            ) from error
        body()
        watch.turn()
