"""Axes in another order: transpose."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.op import op, public
from engine.ir.shapes import bracketed
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.arguments import checked_ints
from engine.ops.namespace import tf


@op(
    "raw.transpose",
    samples=[("float32[2,3]", None, False), ("complex64[2,3,4]", (2, 0, 1), True)],
    type="Transpose",
    hint="transpose",
)
def transpose_op(a: Tensor, perm: Any, conjugate: bool, name: str | None = None) -> TensorSpec:
    """`a` with its axes in the order `perm` (None: reversed)."""
    if a.dims is None:
        return spec(a.dtype, None if perm is None else (None,) * len(perm))
    rank = len(a.dims)
    order = range(rank - 1, -1, -1) if perm is None else perm
    if len(order) != rank:
        raise ValueError(
            f"Dimension must be {rank} but is {len(order)} for 'transpose' with input shapes: "
            f"{bracketed(a.dims)}, [{len(order)}]."
        )
    if sorted(axis % rank for axis in order if -rank <= axis < rank) != list(range(rank)):
        raise ValueError(f"perm dim {list(order)} is not a permutation of {rank} dimensions")
    return spec(a.dtype, tuple(a.dims[axis] for axis in order))


@transpose_op.kernel
def _transpose_kernel(xp: Any, a: Any, perm: Any, conjugate: bool) -> Any:
    if type(a) is bytes:
        return a
    out = a.transpose() if perm is None else a.transpose(perm)
    return out.conj() if conjugate else out


@transpose_op.binder
def _transpose_binder(xp: Any, attrs: Any, inputs: Any, outputs: Any) -> Any:
    perm, conjugate = attrs["perm"], attrs["conjugate"]
    if conjugate or not inputs[0].dims:
        return lambda a: _transpose_kernel(xp, a, perm, conjugate)
    return lambda a: a.transpose(perm)


@transpose_op.gradient
def _transpose_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    perm = node.attrs["perm"]
    if perm is not None:
        inverse = [0] * len(perm)
        for i, axis in enumerate(perm):
            inverse[axis % len(perm)] = i
        perm = tuple(inverse)
    return tf.transpose(grad, perm, conjugate=node.attrs["conjugate"])


@op(
    "raw.transpose_dynamic",
    samples=[("float32[2,3]", (1, 0))],
    type="Transpose",
    hint="transpose",
    groups={"perm": "Tperm"},
)
def transpose_dynamic(a: Tensor, perm: Tensor, name: str | None = None) -> TensorSpec:
    """As `raw.transpose`, in an order known at run time."""
    return spec(a.dtype, None if a.dims is None else (None,) * len(a.dims))


@transpose_dynamic.kernel
def _transpose_dynamic_kernel(xp: Any, a: Any, perm: Any) -> Any:
    return a.transpose(tuple(perm.tolist()))


@transpose_dynamic.gradient
def _transpose_dynamic_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None]:
    return tf.transpose(grad, tf.argsort(node.inputs[1])), None


@public("transpose")
def transpose(a: Any, perm: Any = None, conjugate: bool = False, name: str = "transpose") -> Tensor:
    """A tensor with its axes in another order.

    Args:
        a: tensor of any dtype.
        perm: the axes of `a` in their new order; None: reversed.
        conjugate: also conjugate the (complex) elements.
        name: of the node.
    """
    a = convert_to_tensor(a)
    conjugate = conjugate and a.dtype.is_complex
    order = None if perm is None else checked_ints(perm, "Transpose", "perm", "Tperm")
    if perm is None or (isinstance(order, tuple) and None not in order):
        return transpose_op(a, order, conjugate, name=name)
    moved = transpose_dynamic(a, perm, name=name)
    return tf.math.conj(moved) if conjugate else moved
