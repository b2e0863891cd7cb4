"""Loops in the graph: what a loop's variables may be, and the loop itself."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from engine.conversion.constructs.return_ import UndefinedReturnValue
from engine.conversion.loop_checks import check_start, check_turn
from engine.conversion.placeholders import placeholder_for
from engine.conversion.staging import (
    Layout,
    condition,
    is_missing,
    is_scalar,
    is_tensor,
    operations,
)

__all__ = ["staged_while"]

Getter = Callable[[], tuple[Any, ...]]
Setter = Callable[[Any], None]
Options = dict[str, Any]


def staged_while(
    test: Callable[[], Any],
    body: Callable[[], None],
    get_state: Getter,
    set_state: Setter,
    names: tuple[str, ...],
    options: Options,
) -> None:
    """Record a loop; its variables get the values that they have after it.

    Args:
        test: Answers whether there is another turn.
        body: Runs one turn.
        get_state: Answers the loop's variables.
        set_state: Sets them.
        names: Their names.
        options: Arguments of `set_loop_options`.

    Raises:
        ValueError: If a variable has no value before the loop or changes its shape.
        TypeError: If a variable changes its dtype or structure.
        NotImplementedError: If a `return` cannot be told apart from going on.
    """
    before = tuple(get_state())
    missing = tuple(is_missing(value) for value in before)
    invariants = _invariants(options.get("shape_invariants", ()), before)
    start = before
    if any(missing):
        start, invariants = _fill_in(body, get_state, set_state, before, missing, invariants, names)
    loop = _Loop(test, body, get_state, set_state, names, start, invariants, any(missing))
    loop.relaxes = options.get("relax_shapes", False)
    after, turned = loop.run(options.get("maximum_iterations"))
    if any(missing):
        _check_turned(turned, names, missing, before)
    set_state(after)


class _RelaxedError(Exception):
    """A turn changed shapes that may change: the loop is recorded again with these.

    Attributes:
        shapes: what holds in every turn, for each leaf.
    """

    def __init__(self, shapes: list[Any]) -> None:
        super().__init__()
        self.shapes = shapes


class _Loop:
    """A loop being recorded over a flat list of tensors."""

    def __init__(
        self,
        test: Callable[[], Any],
        body: Callable[[], None],
        get_state: Getter,
        set_state: Setter,
        names: tuple[str, ...],
        start: tuple[Any, ...],
        invariants: tuple[Any, ...],
        counts_turns: bool,
    ) -> None:
        self.test = test
        self.body = body
        self.get_state = get_state
        self.set_state = set_state
        self.names = names
        self.start = start
        self.invariants = invariants
        self.layout = Layout(list(start))
        self.flag = [False] if counts_turns else []
        self.relaxes = False

    def run(self, limit: Any) -> tuple[tuple[Any, ...], Any]:
        """The variables after the loop, and whether there was a turn at all."""
        from engine.ops.control import while_loop

        given = [None] * len(self.flag) + self._flat_invariants()
        while True:
            try:
                results = while_loop(
                    self._test,
                    self._turn,
                    [*self.flag, *self.layout.leaves],
                    shape_invariants=given if any(one is not None for one in given) else None,
                    maximum_iterations=limit,
                    names=self._leaf_names(),
                )
                break
            except _RelaxedError as relaxed:
                given = relaxed.shapes
        turned = results[0] if self.flag else None
        return tuple(self.layout.rebuild(results[len(self.flag) :])), turned

    def _values(self, leaves: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(self.layout.rebuild(leaves[len(self.flag) :]))

    def _test(self, *leaves: Any) -> Any:
        self.set_state(self._values(leaves))
        return condition(self.test(), "while loop")

    def _turn(self, *leaves: Any) -> list[Any]:
        entry = self._values(leaves)
        self.set_state(entry)
        self.body()
        after = tuple(self.get_state())
        if self.relaxes:
            self._relax(leaves, Layout(list(after)).leaves)
        check_turn(self.start, entry, after, self.names, self.invariants)
        return [True] * len(self.flag) + Layout(list(after)).leaves

    def _relax(self, leaves: Sequence[Any], results: Sequence[Any]) -> None:
        """Start again with sizes unknown where a turn changed them."""
        from engine.ir.convert import convert_to_tensor
        from engine.ir.shapes import TensorShape, as_dims, relax

        entry = leaves[len(self.flag) :]
        if len(entry) != len(results):
            return
        shapes: list[Any] = [None] * len(self.flag)
        changed = False
        for before, then in zip(entry, results):
            after = convert_to_tensor(then) if is_scalar(then) else then
            if not is_tensor(after):
                return
            dims = relax(as_dims(before.shape), as_dims(after.shape))
            changed = changed or dims != as_dims(before.shape)
            shapes.append(TensorShape.of(dims))
        if changed:
            raise _RelaxedError(shapes)

    def _flat_invariants(self) -> list[Any]:
        from engine.ops.control import flatten_shapes

        found: list[Any] = []
        for value, invariant in zip(self.start, self.invariants):
            count = len(Layout(value).leaves)
            shapes = flatten_shapes(invariant) if invariant is not None else [None] * count
            parts = getattr(value, "__composite_invariants__", None)
            if parts is not None and (invariant is None or len(shapes) == 1):
                # of the whole: what holds of its tensors
                shapes = parts(value.shape if invariant is None else shapes[0])
            found += shapes if len(shapes) == count else [None] * count
        return found

    def _leaf_names(self) -> list[str]:
        found = ["turned"] * len(self.flag)
        for name, value in zip(self.names, self.start):
            word = "".join(c if c.isalnum() or c in "_." else "_" for c in name).strip("_.")
            found += [word or "state"] * len(Layout(value).leaves)
        return found


def _invariants(pairs: Any, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """By variable: its shape invariant; variables are recognised by their values."""
    known = {id(value): shape for value, shape in pairs or ()}
    return tuple(known.get(id(value)) for value in values)


def _fill_in(
    body: Callable[[], None],
    get_state: Getter,
    set_state: Setter,
    before: tuple[Any, ...],
    missing: tuple[bool, ...],
    invariants: tuple[Any, ...],
    names: tuple[str, ...],
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Values for variables that get their first one in the loop, found by trying one turn."""
    first: tuple[Any, ...] | None = None
    note = ""
    filled: Sequence[Any] = before
    found: Sequence[Any] = invariants
    try:
        first = _try_turn(body, get_state, set_state, before)
        pairs = [
            placeholder_for(turn, shape, value) if absent else (value, shape)
            for value, absent, turn, shape in zip(before, missing, first, invariants)
        ]
        filled, found = zip(*pairs)
    except (UnboundLocalError, TypeError, ValueError, KeyError):
        kind, error = sys.exc_info()[:2]
        assert kind is not None
        note = (
            "Note: AutoGraph tried to define it automatically, but ran into a "
            f"{kind.__name__}: {error}"
        )
    finally:
        set_state(tuple(filled))
    check_start(tuple(filled), names, first, note)
    return tuple(filled), tuple(found)


def _try_turn(
    body: Callable[[], None], get_state: Getter, set_state: Setter, before: tuple[Any, ...]
) -> tuple[Any, ...]:
    """One turn in a graph that is thrown away."""
    from engine.ir.convert import convert_to_tensor
    from engine.ir.interpreter import current
    from engine.ir.structure import map_structure
    from engine.ir.tensor import Tensor

    recorder: Any = current()

    def run() -> tuple[Any, ...]:
        inner: Any = current()

        def symbolic(value: Any) -> Any:
            # A constant has another value in the next turn: nothing may be concluded from it.
            if not is_scalar(value) and not isinstance(value, Tensor):
                return value
            tensor = convert_to_tensor(value)
            return inner.placeholder(tensor.dtype, tensor.dims, "state")

        set_state(tuple(map_structure(symbolic, list(before))))
        body()
        return tuple(get_state())

    return recorder.subgraph(run, [], "first_turn")[2]


def _check_turned(
    turned: Any, names: tuple[str, ...], missing: tuple[bool, ...], before: tuple[Any, ...]
) -> None:
    """Have the graph check that there was a turn: else the filled-in values would come out."""
    words = [
        "the function return value" if value.__class__ is UndefinedReturnValue else name
        for name, absent, value in zip(names, missing, before)
        if absent
    ]
    operations().debugging.Assert(
        turned, [f"loop must iterate at least once to initialize {', '.join(words)}"]
    )
