"""Reverse-mode differentiation over a list of recorded op calls."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from engine.autodiff.rows import Gathered, Rows, dense, gathers_rows
from engine.ir.interpreter import current
from engine.ir.op import GRAPHS, Op
from engine.ops.namespace import tf


class Entry:
    """One recorded op call, as gradient functions see it.

    Attributes:
        op, inputs, attrs, outputs: of the call; inputs are those the caller passed.
    """

    __slots__ = ("attrs", "inputs", "op", "outputs")

    def __init__(
        self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], outputs: tuple[Any, ...]
    ) -> None:
        self.op = op
        self.inputs = inputs
        self.attrs = attrs
        self.outputs = outputs

    @property
    def node(self) -> Any:
        """The graph node of the call (only while tracing)."""
        return self.outputs[0].node


def differentiable(tensor: Any) -> bool:
    """Can a gradient flow to a tensor of this dtype?"""
    return tensor.dtype.kind in "fcV"


class Gradients:
    """Accumulated gradients by tensor identity.

    Partial sums are kept as lists and added in one go, so that a tensor used n times costs one
    `add_n`.
    """

    def __init__(self) -> None:
        self._parts: dict[int, list[Any]] = {}

    def add(self, tensor: Any, grad: Any) -> None:
        if grad is not None:
            self._parts.setdefault(id(tensor), []).append(grad)

    def get(self, tensor: Any) -> Any:
        """The total, or None."""
        parts = self._parts.get(id(tensor))
        if parts is None:
            return None
        if len(parts) > 1:
            if all(type(part) is Rows for part in parts):
                total: Any = Rows([one for part in parts for one in part.parts])
            else:
                total = dense(parts[0])
                for part in parts[1:]:
                    total = add_gradients(total, dense(part))
            parts[:] = [total]
        return parts[0]

    def pop(self, tensor: Any) -> Any:
        total = self.get(tensor)
        self._parts.pop(id(tensor), None)
        return total


def add_gradients(left: Any, right: Any) -> Any:
    """Sum of two gradients of one tensor; stacks add element by element."""
    if left.dtype.kind == "V":
        return tf.raw.stack_add(left, right)
    return tf.math.add(left, right)


def backprop(
    entries: Sequence[Entry],
    targets: Sequence[Any],
    target_gradients: Sequence[Any],
    sources: Sequence[Any],
    rows: bool = False,
) -> list[Any]:
    """Gradients of the targets (weighted and summed) with respect to the sources.

    Args:
        entries: recorded calls in the order they ran.
        targets: tensors to differentiate.
        target_gradients: one for each target; None: ones.
        sources: tensors to differentiate by.
        rows: answer `Rows` for sources of which only rows were gathered?

    Returns:
        One gradient for each source; None where the targets do not depend on it.

    Raises:
        LookupError: if an op on the way has no gradient.
    """
    grads = Gradients()
    for target, seed in zip(targets, target_gradients):
        grads.add(target, tf.ones_like(target) if seed is None else seed)
    wanted = {id(source) for source in sources}
    several = rows and sum(map(_may_answer_rows, entries)) > 1
    for entry in _by_consumers(entries, targets) if several else reversed(entries):
        outputs = [grads.get(t) if id(t) in wanted else grads.pop(t) for t in entry.outputs]
        if all(grad is None for grad in outputs):
            continue
        if rows and (gathers_rows(entry) or any(type(grad) is Rows for grad in outputs)):
            if _pass_rows(entry, outputs, grads):
                continue
            outputs = [dense(grad) for grad in outputs]
        for tensor, grad in zip(entry.inputs, input_gradients(entry, outputs)):
            if tensor is not None:
                grads.add(tensor, grad if rows else dense(grad))
    return [grads.get(source) for source in sources]


def _may_answer_rows(entry: Entry) -> bool:
    """Can the gradient of an input of a call be rows?"""
    return gathers_rows(entry) or bool(entry.op.effect == GRAPHS)


def _by_consumers(entries: Sequence[Entry], targets: Sequence[Any]) -> list[Entry]:
    """The calls that lead to the targets, each after all that use its results: breadth first.

    So the rows of several gatherings stand in the order that TensorFlow gives them.
    """
    makers = {id(t): entry for entry in entries for t in entry.outputs}
    uses: dict[int, int] = {}
    seen: dict[int, Entry] = {}
    reached = [makers[id(t)] for t in targets if id(t) in makers]
    while reached:
        entry = reached.pop()
        if id(entry) not in seen:
            seen[id(entry)] = entry
            for before in _makers_of(entry, makers):
                uses[id(before)] = uses.get(id(before), 0) + 1
                reached.append(before)
    order = [entry for entry in entries if id(entry) in seen and not uses.get(id(entry))]
    for entry in order:  # grows
        for before in _makers_of(entry, makers):
            uses[id(before)] -= 1
            if not uses[id(before)]:
                order.append(before)
    return order


def _makers_of(entry: Entry, makers: dict[int, Entry]) -> list[Entry]:
    """The calls that made the inputs of a call, once for each input."""
    return [makers[id(t)] for t in entry.inputs if t is not None and id(t) in makers]


def _pass_rows(entry: Entry, outputs: list[Any], grads: Gradients) -> bool:
    """Hand rows to the input of a gathering or reading call; False for other calls."""
    if gathers_rows(entry):
        grads.add(entry.inputs[0], Rows([Gathered(entry, dense(outputs[0]))]))
    elif entry.op.name == "raw.read_variable":
        grads.add(entry.inputs[0], outputs[0])
    else:
        return False
    return True


def input_gradients(entry: Entry, outputs: list[Any]) -> Sequence[Any]:
    """Gradients of one call's inputs, from those of its outputs."""
    op = entry.op
    if op.backward is None:
        _declare_gradients()
    if op.backward is None:
        if op.name in _NO_GRADIENT or not any(
            differentiable(t) for t in entry.inputs if t is not None
        ):
            return [None] * len(entry.inputs)
        if current().eager:
            raise LookupError(f"gradient registry has no entry for: {op.type}")
        raise LookupError(f"No gradient defined for operation '{op.type}' (op type: {op.type})")
    if getattr(op.backward, "takes_missing", False):
        filled = outputs
    else:
        filled = [
            tf.zeros_like(tensor) if grad is None and differentiable(tensor)
            and tensor.dtype.kind != "V" else grad
            for tensor, grad in zip(entry.outputs, outputs)
        ]  # fmt: skip
    result = op.backward(tf, entry, *filled)
    if isinstance(result, (tuple, list)):
        return result
    return [result] + [None] * (len(entry.inputs) - 1)


@functools.cache
def _declare_gradients() -> None:
    """Import all of this package: those of control flow and calls are declared here."""
    import engine.autodiff
    from engine.base.discover import import_all

    import_all(engine.autodiff)


def takes_missing(backward: Any) -> Any:
    """Mark a gradient function that wants None for outputs without a gradient."""
    backward.takes_missing = True
    return backward


_NO_GRADIENT = frozenset({"stop_gradient", "raw.constant", "raw.placeholder"})
