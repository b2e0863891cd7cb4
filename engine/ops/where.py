"""Choosing elements: where."""

from __future__ import annotations

from typing import Any

from engine.base.errors import UnimplementedError
from engine.ir.dtypes import NUMERIC, bool_, int64
from engine.ir.op import op, public
from engine.ir.shapes import bracketed, broadcast
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.declare import unbroadcast
from engine.ops.kernels import as_array, refuse


@op("raw.where", samples=[("bool[3,2]",)], type="Where", hint="Where",
    dtypes={"T": NUMERIC | {bool_}})  # fmt: skip
def where_op(condition: Tensor, name: str | None = None) -> TensorSpec:
    """The places of the elements that are not zero, one row each."""
    return spec(int64, (None, None if condition.dims is None else len(condition.dims)))


@where_op.kernel
def _where_kernel(xp: Any, condition: Any) -> Any:
    array = as_array(xp, condition)
    if array.dtype == "float16":
        raise UnimplementedError(None, None, f"No WhereOp available for {array.dtype} type on CPU")
    if not array.ndim:
        raise refuse("WhereOp : Unhandled input dimensions: 0")
    return xp.stack(xp.nonzero(array), axis=1).astype("int64")


@op(
    "raw.select",
    samples=[("bool[3]", "float32[3]", "float32[1]")],
    type="SelectV2",
    hint="SelectV2",
    groups={"condition": bool_},
)
def select_op(condition: Tensor, x: Tensor, y: Tensor, name: str | None = None) -> TensorSpec:
    """`x` where `condition` is True, else `y`; the three broadcast."""
    try:
        dims = broadcast(broadcast(condition.dims, x.dims), y.dims)
    except ValueError:
        shapes = ", ".join(bracketed(item.dims) for item in (condition, x, y))
        raise ValueError(f"condition, then and else must be broadcastable, got {shapes}") from None
    return spec(x.dtype, dims)


@select_op.kernel
def _select_kernel(xp: Any, condition: Any, x: Any, y: Any) -> Any:
    if not getattr(condition, "shape", ()):
        if getattr(x, "shape", ()) == getattr(y, "shape", ()):
            return x if condition else y
    return xp.where(condition, as_array(xp, x), as_array(xp, y))[()]


@select_op.binder
def _select_binder(xp: Any, attrs: Any, inputs: Any, outputs: Any) -> Any:
    condition, x, y = (item.dims for item in inputs)
    if condition == () and x == y and x is not None and None not in x:
        return lambda c, a, b: a if c else b
    if outputs[0].dims and inputs[1].dtype.kind not in "SV":
        return xp.where
    return lambda c, a, b: _select_kernel(xp, c, a, b)


@select_op.gradient
def _select_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[None, Tensor, Tensor]:
    condition, x, y = node.inputs
    zero = tf.zeros_like(grad)
    return (
        None,
        unbroadcast(tf, tf.where(condition, grad, zero), x),
        unbroadcast(tf, tf.where(condition, zero, grad), y),
    )


@public("where")
def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    """Where a condition holds; or one of two values, element by element.

    Args:
        condition: bool tensor (without `x` and `y` also numeric: not zero).
        x: values where it is True; broadcast with the others.
        y: values where it is False, of the same dtype.
        name: of the node.

    Returns:
        Without `x` and `y`: int64 [number of True, rank]. With both: a tensor of their dtype.

    Raises:
        ValueError: if only one of `x` and `y` is given.
    """
    if x is None and y is None:
        return where_op(condition, name=name)
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    return select_op(condition, x, y, name=name)
