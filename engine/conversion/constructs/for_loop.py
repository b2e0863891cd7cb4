"""`for`: over a tensor, a dataset or `tf.range` the loop moves into the graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from engine.conversion.constructs.variable import Undefined
from engine.conversion.staged import ControlFlow
from engine.syntax.template import constant, placed, quote
from engine.syntax.unparse import unparse

__all__ = ["for_stmt"]


def rewrite(node: gast.For, walk: ControlFlow) -> list[gast.stmt]:
    """Functions for body, extra test and variables, and a call of `ag__.for_stmt`."""
    scopes = walk.facts.activity
    state = walk.state(node, node.iter, scopes.body[node].bound | scopes.iterate[node].bound)
    fresh = walk.context.fresh
    getter, setter = fresh("get_state"), fresh("set_state")
    extra = getattr(node, "extra_test", None)
    extra_name = fresh("extra_test") if extra is not None else None
    iterate, body = fresh("itr"), fresh("loop_body")
    extra_function: list[gast.stmt] = []
    if extra_name is not None:
        extra_function = quote(
            "def NAME():\n    DECLARATIONS\n    return TEST",
            at=node,
            NAME=extra_name,
            DECLARATIONS=state.declarations,
            TEST=extra,
        )
    return quote(
        "STATE\n"
        "def BODY_NAME(ITERATE):\n    DECLARATIONS\n    TARGET = ITERATE\n    BODY\n"
        "EXTRA\n"
        "UNDEFINED\n"
        "ag__.for_stmt(ITERATED, EXTRA_NAME, BODY_NAME, GETTER, SETTER, (SYMBOLS,), OPTIONS)",
        at=node,
        STATE=state.functions(getter, setter, walk.facts),
        DECLARATIONS=state.declarations,
        BODY_NAME=body,
        ITERATE=iterate,
        TARGET=node.target,
        BODY=node.body,
        EXTRA=extra_function,
        UNDEFINED=state.undefined_assignments(),
        ITERATED=node.iter,
        EXTRA_NAME=extra_name if extra_name is not None else constant(None, node),
        GETTER=getter,
        SETTER=setter,
        SYMBOLS=state.symbols(),
        OPTIONS=_options(node, walk),
    )


def _options(node: gast.For, walk: ControlFlow) -> gast.Dict:
    options = walk.context.loop_options.get(node) or placed(gast.Dict([], []), node)
    options.keys.append(constant("iterate_names", node))
    options.values.append(constant(unparse(node.target), node))
    return options


Body = Callable[[Any], None]
Test = Callable[[], Any]


def for_stmt(
    iter_: Any,
    extra_test: Test | None,
    body: Body,
    get_state: Callable[[], tuple[Any, ...]],
    set_state: Callable[[Any], None],
    symbol_names: tuple[str, ...],
    opts: dict[str, Any],
) -> None:
    """Python's own `for`, unless what it iterates over is a tensor or knows better.

    Args:
        iter_: What is iterated over. An object with a method `_autograph_for_` is asked to run
            the loop; it gets all other arguments.
        extra_test: Answers whether there is another turn, for loops with `break` or `return`.
        body: Runs one turn.
        get_state: Answers the variables that the loop changes.
        set_state: Sets them.
        symbol_names: Their names.
        opts: Arguments of `set_loop_options`, and the text of the target as `iterate_names`.

    Raises:
        NotImplementedError: If the extra test of a Python loop is a tensor.
        ValueError, TypeError: If the loop's variables do not fit a loop in the graph.
    """
    from engine.conversion.staging import is_tensor, tracing, with_tensors

    own = getattr(type(iter_), "_autograph_for_", None)
    if own is not None:
        own(iter_, extra_test, body, get_state, set_state, symbol_names, opts)
    elif is_tensor(iter_) and tracing():
        loop = _RangeLoop if _is_range(iter_) else _TensorLoop
        loop(iter_, extra_test, body, get_state, set_state, symbol_names, opts).run()
    elif hasattr(iter_, "row_splits") and tracing():
        _RaggedLoop(iter_, extra_test, body, get_state, set_state, symbol_names, opts).run()
    else:
        if is_tensor(iter_):
            set_state(with_tensors(get_state()))
        _python_for(iter_, extra_test, body)


def _is_range(tensor: Any) -> bool:
    node = getattr(tensor, "node", None)
    return node is not None and node.op.name == "raw.range"


def _python_for(iter_: Any, extra_test: Test | None, body: Body) -> None:
    from engine.conversion.unrolled import LoopWatch

    watch = LoopWatch()
    if extra_test is not None and not _goes_on(extra_test):
        return
    for target in iter_:
        body(target)
        if watch.needed:
            watch.turn()
        if extra_test is not None and not _goes_on(extra_test):
            return


def _goes_on(extra_test: Test) -> bool:
    from engine.base.errors import OperatorNotAllowedInGraphError

    try:
        return bool(extra_test())
    except OperatorNotAllowedInGraphError as error:
        raise NotImplementedError(
            "break and return statements which depend on a TF condition are not supported in "
            "Python for loops. Did you intend to make it a TF loop? Loop over tf.range(...) or a "
            "tensor instead."
        ) from error


class _StagedLoop:
    """A loop in the graph with one variable more than the user's: where it is."""

    def __init__(
        self,
        iter_: Any,
        extra_test: Test | None,
        body: Body,
        get_state: Callable[[], tuple[Any, ...]],
        set_state: Callable[[Any], None],
        symbol_names: tuple[str, ...],
        opts: dict[str, Any],
    ) -> None:
        self.iterated = iter_
        self.extra_test = extra_test
        self.body = body
        self.get_state = get_state
        self.set_state = set_state
        self.names = symbol_names
        self.options = opts
        self.place: Any = 0
        self.label: str = opts.get("iterate_names", "iterate")

    def run(self) -> None:
        """Record it."""
        from engine.conversion.loops import staged_while

        staged_while(
            self.test, self.turn, self.get, self.set, (self.label, *self.names), self.options
        )

    def get(self) -> tuple[Any, ...]:
        """The place, and the user's variables."""
        return (self.place, *self.get_state())

    def set(self, values: Any) -> None:
        """Set them."""
        self.place = values[0]
        self.set_state(tuple(values[1:]))

    def test(self) -> Any:
        """Is there another turn?"""
        from engine.conversion.staging import choose, operations

        more = self.more()
        if self.extra_test is None:
            return more
        return choose(more, self.extra_test, lambda: operations().constant(False))

    def more(self) -> Any:
        """Is there another element?"""
        raise AssertionError("each kind of loop has its own")

    def turn(self) -> None:
        """One turn of the user's loop."""
        raise AssertionError("each kind of loop has its own")


class _RangeLoop(_StagedLoop):
    """Over `tf.range`: the numbers are counted, not stored."""

    def __init__(self, iter_: Any, *rest: Any) -> None:
        super().__init__(iter_, *rest)
        self.start, self.limit, self.step = iter_.node.inputs
        self.place = self.start
        _count(self.start, self.limit, self.step)

    def get(self) -> tuple[Any, ...]:
        """Before the first turn the target has the first number, in case it is used later."""
        target = self.options.get("iterate_names")
        state = [
            self.place if name == target and value.__class__ is Undefined else value
            for name, value in zip(self.names, self.get_state())
        ]
        return (self.place, *state)

    def more(self) -> Any:
        """Compare with the limit, in the direction of the step."""
        from engine.conversion.staging import operations
        from engine.ir.static_value import known_value

        step = known_value(self.step)
        if step is not None:
            return self.place < self.limit if step >= 0 else self.place > self.limit
        tf = operations()
        return tf.logical_or(
            tf.logical_and(self.step >= 0, self.place < self.limit),
            tf.logical_and(self.step < 0, self.place > self.limit),
        )

    def turn(self) -> None:
        """The place is the number."""
        self.body(self.place)
        self.place = self.place + self.step


class _RaggedLoop(_StagedLoop):
    """Over the rows of a ragged tensor."""

    def __init__(self, iter_: Any, *rest: Any) -> None:
        from engine.conversion.staging import operations

        super().__init__(iter_, *rest)
        self.count = operations().cast(iter_.nrows(), "int32")

    def more(self) -> Any:
        """Compare with the number of rows."""
        return self.place < self.count

    def turn(self) -> None:
        """The row at the place."""
        self.body(self.iterated[self.place])
        self.place = self.place + 1


def _count(start: Any, limit: Any, step: Any) -> Any:
    """How many numbers a range has: recorded before the loop, as in TensorFlow's graphs."""
    from engine.conversion.staging import operations

    tf = operations()
    distance = limit - start
    whole = distance // step
    rest = tf.not_equal(distance % step, tf.zeros_like(whole))
    count = whole + tf.cast(rest, distance.dtype)
    return tf.maximum(count, tf.zeros_like(count))


class _TensorLoop(_StagedLoop):
    """Over the first axis of a tensor."""

    def __init__(self, iter_: Any, *rest: Any) -> None:
        from engine.conversion.constructs.builtin import length
        from engine.conversion.staging import operations
        from engine.ir.convert import convert_to_tensor

        super().__init__(iter_, *rest)
        tensor = convert_to_tensor(iter_)
        self.count = length(tensor)
        array = operations().TensorArray(tensor.dtype, size=self.count)
        self.elements = array.unstack(tensor)

    def more(self) -> Any:
        """Compare with the number of elements."""
        return self.place < self.count

    def turn(self) -> None:
        """The element at the place."""
        self.body(self.elements.read(self.place))
        self.place = self.place + 1
