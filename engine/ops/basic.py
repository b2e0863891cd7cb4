"""Constants, placeholders and identities: the ops that hold a graph together."""

from __future__ import annotations

from typing import Any

from engine.base.tracebacks import hide_engine_frames
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import DType, as_dtype
from engine.ir.op import op, public
from engine.ir.shapes import Dims
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor

public("convert_to_tensor")(convert_to_tensor)


@op("raw.constant", type="Const")
def constant_op(value: Any, dtype: DType, dims: Dims) -> TensorSpec:
    """A value known while tracing."""
    return spec(dtype, dims)


@constant_op.kernel
def _constant_kernel(xp: Any, value: Any, dtype: DType, dims: Dims) -> Any:
    return value


@op("raw.placeholder", type="Placeholder")
def placeholder_op(dtype: DType, dims: Dims) -> TensorSpec:
    """An argument of a graph."""
    return spec(dtype, dims)


@op("identity", type="Identity", samples=[("float32[3,4]",)])
def identity(input: Tensor, name: str | None = None) -> TensorSpec:
    """A tensor with the same value as `input`.

    Args:
        input: any tensor.
        name: of the node.
    """
    return spec(input.dtype, input.dims)


@identity.kernel
def _identity_kernel(xp: Any, x: Any) -> Any:
    return x


@identity.gradient
def _identity_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return grad


@op("stop_gradient", type="StopGradient", samples=[("float32[3,4]",)])
def stop_gradient(input: Tensor, name: str | None = None) -> TensorSpec:
    """The same value, through which no gradient flows."""
    return spec(input.dtype, input.dims)


@stop_gradient.kernel
def _stop_gradient_kernel(xp: Any, x: Any) -> Any:
    return x


@public("guarantee_const")
def guarantee_const(input: Any, name: str | None = None) -> Tensor:
    """`input`, which the caller promises never changes."""
    return identity(input, name=name)


@public("constant")
def constant(value: Any, dtype: Any = None, shape: Any = None, name: str = "Const") -> Tensor:
    """A tensor of a value known now.

    Args:
        value: number, string, array, or nested list.
        dtype: element type; by default int32, float32, ... as `value` suggests.
        shape: if given, the value is reshaped to it; a single element is repeated.
        name: of the node.

    Raises:
        TypeError: if `value` does not fit `dtype` or `shape`.
        ValueError: if `value` is None or ragged.
    """
    try:
        from engine.ir.interpreter import current

        wanted = None if dtype is None else as_dtype(dtype)
        return current().make_constant(value, wanted, shape, name)  # type: ignore[attr-defined]
    except Exception as error:
        hide_engine_frames(error)
        raise
