"""Jacobians and derivatives along a direction, from reverse mode."""

from __future__ import annotations

from typing import Any

from engine.autodiff.backprop import Entry, backprop, differentiable, input_gradients
from engine.autodiff.rows import Rows
from engine.autodiff.tape import GradientTape, UnconnectedGradients
from engine.ir.convert import convert_to_tensor
from engine.ir.interpreter import current
from engine.ir.op import Op, public
from engine.ir.structure import flatten, map_structure, pack
from engine.ir.tensor import Tensor
from engine.objects.variable import Variable
from engine.ops.namespace import tf


def jacobian(tape: GradientTape, target: Any, sources: Any, mode: Any, pfor: bool) -> Any:
    """What `GradientTape.jacobian` answers; `mode` is its `unconnected_gradients`."""
    if isinstance(target, (list, tuple, dict)):
        raise AttributeError(f"{type(target).__name__!r} object has no attribute 'shape'")
    if not pfor and not tape._persistent and current().eager:
        raise RuntimeError(
            "GradientTape must be created with persistent=True to compute the jacobian with eager "
            "execution enabled and with experimental_use_pfor set to False."
        )
    leaves = flatten(sources)
    rows = _rows(tape, target, leaves, mode)
    target = convert_to_tensor(target)
    results: list[Any] = []
    for column, leaf in zip(zip(*rows), leaves):
        if all(row is None for row in column):
            results.append(None)
            continue
        filled = [tf.zeros_like(leaf) if row is None else row for row in column]
        shape = [*target.shape.as_list(), *filled[0].shape.as_list()]
        results.append(tf.reshape(tf.stack(filled), shape))
    return pack(sources, results)


def _rows(tape: GradientTape, target: Any, leaves: list[Any], mode: Any) -> list[list[Any]]:
    target = convert_to_tensor(target)
    count = target.shape.num_elements()
    if count is None:
        raise ValueError("jacobian needs a target whose shape is known")
    persistent, tape._persistent = tape._persistent, True
    was_recording = tape._interpreter is not None
    if was_recording and not persistent:
        tape._stop()
    try:
        rows = []
        for i in range(count):
            seed = tf.reshape(_unit(i, count, target), target.shape)
            rows.append(tape.gradient(target, leaves, seed, mode))
    finally:
        tape._persistent = persistent
        if not persistent:
            tape._entries = None
    return rows


def _unit(index: int, count: int, like: Tensor) -> Tensor:
    """A vector of zeros with a one at `index`."""
    return tf.cast(tf.math.equal(tf.range(count), index), like.dtype)


def batch_jacobian(tape: GradientTape, target: Any, source: Any, mode: Any) -> Any:
    """What `GradientTape.batch_jacobian` answers; `mode` is its `unconnected_gradients`."""
    target, shape = convert_to_tensor(target), source.shape
    if target.shape.rank is None or target.shape[:1] != shape[:1]:
        raise ValueError(f"Need first dimension of target shape ({target.shape}) and source shape "
                         f"({shape}) to match.")  # fmt: skip
    rows = target.shape[1:].num_elements()
    batch = target.shape[0]
    if rows is None or batch is None:
        raise ValueError("batch_jacobian needs a target whose shape is known")

    persistent, tape._persistent = tape._persistent, True
    if tape._interpreter is not None and not persistent:
        tape._stop()
    try:
        columns = []
        for i in range(rows):
            seed = tf.reshape(
                tf.tile(tf.expand_dims(_unit(i, rows, target), 0), [batch, 1]), target.shape
            )
            columns.append(tape.gradient(target, source, seed, mode))
    finally:
        tape._persistent = persistent
        if not persistent:
            tape._entries = None
    if any(column is None for column in columns):
        return tf.zeros([*target.shape.as_list(), *shape[1:].as_list()], target.dtype)
    stacked = tf.stack(columns, axis=1)
    return tf.reshape(stacked, [*target.shape.as_list(), *shape[1:].as_list()])


@public("autodiff.ForwardAccumulator")
class ForwardAccumulator:
    """Derivatives along a direction, computed beside the function itself.

    Each call's derivative is its gradient's gradient: a gradient is linear in the output's weight
    u, so differentiating it by u along the inputs' tangents gives the output's tangent.

    Args:
        primals: tensors or variables.
        tangents: a direction for each.

    Raises:
        ValueError: if the structures or dtypes differ.
    """

    def __init__(self, primals: Any, tangents: Any) -> None:
        self._tangents: dict[int, Any] = {}
        self._alive: list[Any] = []
        self._interpreter: Any = None
        self._busy = False
        for primal, tangent in zip(flatten(primals), flatten(tangents)):
            direction = convert_to_tensor(tangent, primal.dtype)
            key = primal.handle if isinstance(primal, Variable) else primal
            self._set(key, direction)

    def _set(self, tensor: Any, tangent: Any) -> None:
        self._tangents[id(tensor)] = tangent
        self._alive.append(tensor)

    def __enter__(self) -> ForwardAccumulator:
        """Start. Raises ValueError where it has been started already."""
        it: Any = current()
        if self._interpreter is not None:
            raise ValueError("Accumulator is already recording.")
        it.tapes.append(self)
        if it.eager:
            it.plain = False
        self._interpreter = it
        return self

    def __exit__(self, *exc_info: object) -> None:
        it = self._interpreter
        self._interpreter = None
        it.tapes[:] = [tape for tape in it.tapes if tape is not self]
        if it.eager:
            it.plain = not it.tapes

    def watches(self, tensors: tuple[Any, ...]) -> bool:
        """Would a call with these inputs have a derivative?"""
        return any(id(t) in self._tangents for t in tensors)

    def extended(self, node: Any, outputs: tuple[Any, ...]) -> None:
        """Further outputs of a node have no tangents."""

    def record(
        self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], outputs: tuple[Any, ...]
    ) -> None:
        """Called by the interpreters for every op call."""
        if self._busy or not any(id(t) in self._tangents for t in inputs):
            return
        self._busy = True
        try:
            self._push_forward(Entry(op, inputs, attrs, outputs))
        finally:
            self._busy = False

    def _push_forward(self, entry: Entry) -> None:
        moving = [t for t in entry.inputs if id(t) in self._tangents]
        levels = entry.attrs.get("levels")
        count = len(entry.outputs) - (levels[-1].saved if levels else 0)  # the last are not taped
        for output in entry.outputs[:count]:
            if not differentiable(output) or output.dtype.kind == "V":
                continue
            weight = tf.zeros_like(output)
            with GradientTape() as tape:
                tape.watch(weight)
                weights = [weight if t is output else None for t in entry.outputs]
                grads = input_gradients(entry, weights)
                pairs = [
                    (g, self._tangents[id(t)]) for t, g in zip(entry.inputs, grads)
                    if g is not None and any(t is m for m in moving)
                ]  # fmt: skip
            if pairs:
                tangent = tape.gradient([g for g, _ in pairs], weight, [v for _, v in pairs])
                if tangent is not None:
                    self._set(output, tangent)

    def jvp(self, primals: Any, unconnected_gradients: str = "none") -> Any:
        """The directional derivative of `primals`: None (or zeros) where there is none."""

        def one(leaf: Any) -> Any:
            key = leaf.handle if isinstance(leaf, Variable) else leaf
            found = self._tangents.get(id(key))
            if found is None and unconnected_gradients == "zero":
                return tf.zeros_like(leaf)
            return found

        return map_structure(one, primals)


@public("gradients")
def gradients(
    ys: Any, xs: Any, grad_ys: Any = None, name: str = "gradients",
    gate_gradients: bool = False, aggregation_method: Any = None, stop_gradients: Any = None,
    unconnected_gradients: Any = UnconnectedGradients.NONE,
) -> list[Any]:  # fmt: skip
    """Inside a traced function: derivatives of the sum of `ys` by each of `xs`.

    Args:
        ys: tensor or list of tensors.
        xs: tensor or list of tensors (or variables) of the same function.
        grad_ys: weights of `ys`; by default ones.
        name, gate_gradients, aggregation_method: accepted.
        stop_gradients: tensors through which nothing flows.
        unconnected_gradients: "none" or "zero".

    Raises:
        RuntimeError: outside of traced functions.
    """
    it: Any = current()
    if it.eager:
        raise RuntimeError("tf.gradients is not supported when eager execution is enabled. Use "
                           "tf.GradientTape instead.")  # fmt: skip
    targets = [it.own(convert_to_tensor(y)) for y in flatten(ys)]
    weights = [None] * len(targets) if grad_ys is None else flatten(grad_ys)
    sources = [it.own(x.handle if isinstance(x, Variable) else x) for x in flatten(xs)]
    stopped = {id(it.own(t)) for t in flatten(stop_gradients or [])}
    entries = [
        Entry(node.op, node.inputs, node.attrs, node.outputs)
        for node in list(it.nodes)
        if node.outputs and not any(id(t) in stopped for t in node.outputs)
    ]
    found = [
        grad.slices() if type(grad) is Rows else grad
        for grad in backprop(entries, targets, weights, sources, rows=True)
    ]
    if getattr(unconnected_gradients, "value", unconnected_gradients) == "zero":
        found = [tf.zeros_like(x) if g is None else g for x, g in zip(flatten(xs), found)]
    return found


@public("hessians")
def hessians(
    ys: Any, xs: Any, gate_gradients: bool = False, aggregation_method: Any = None,
    name: str = "hessians",
) -> list[Any]:  # fmt: skip
    """Inside a traced function: second derivatives of the sum of `ys` by each of `xs`.

    Args:
        ys: tensor or list of tensors.
        xs: tensor or list of tensors (or variables) of the same function, of known shapes.
        gate_gradients, aggregation_method, name: accepted.

    Returns:
        For each of `xs` a tensor of shape `x.shape + x.shape`.

    Raises:
        RuntimeError: outside of traced functions.
        ValueError: if a shape is not known.
    """
    results = []
    for x, slope in zip(flatten(xs), gradients(ys, xs)):
        count = x.shape.num_elements()
        if count is None:
            raise ValueError(f"tf.hessians needs the shape of {x!r} to be known.")
        slopes = tf.reshape(slope, [-1])
        rows = [gradients(slopes[i], [x], unconnected_gradients="zero")[0] for i in range(count)]
        results.append(tf.reshape(tf.stack(rows), [*x.shape.as_list(), *x.shape.as_list()]))
    return results
