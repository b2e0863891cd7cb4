"""Complex numbers: parts, conjugate, angle."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import COMPLEX, complex64, complex128, float32, float64, variant
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.declare import infer_broadcast, unbroadcast

_SAMPLES = [("complex64[3,4]",), ("complex128[]",)]


@op("raw.real", type="Real", dtypes={"T": COMPLEX}, samples=_SAMPLES)
def real_op(input: Tensor, name: str | None = None) -> TensorSpec:
    """The real part."""
    return spec(input.dtype.real_dtype, input.dims)


@real_op.kernel
def _real_kernel(xp: Any, x: Any) -> Any:
    return x.real.copy()


@real_op.gradient
def _real_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return tf.complex(grad, tf.zeros_like(grad))


@op("raw.imag", type="Imag", dtypes={"T": COMPLEX}, samples=_SAMPLES)
def imag_op(input: Tensor, name: str | None = None) -> TensorSpec:
    """The imaginary part."""
    return spec(input.dtype.real_dtype, input.dims)


@imag_op.kernel
def _imag_kernel(xp: Any, x: Any) -> Any:
    return x.imag.copy()


@imag_op.gradient
def _imag_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return tf.complex(tf.zeros_like(grad), grad)


@op("raw.conj", type="Conj", dtypes={"T": COMPLEX | {variant}}, samples=_SAMPLES)
def conj_op(input: Tensor, name: str | None = None) -> TensorSpec:
    """The complex conjugate."""
    return spec(input.dtype, input.dims)


@conj_op.kernel
def _conj_kernel(xp: Any, x: Any) -> Any:
    return x.conj()


@conj_op.gradient
def _conj_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return conj_op(grad)


@op("raw.angle", type="Angle", dtypes={"T": COMPLEX}, samples=_SAMPLES)
def angle_op(input: Tensor, name: str | None = None) -> TensorSpec:
    """The argument, in (-pi, pi]."""
    return spec(input.dtype.real_dtype, input.dims)


@angle_op.kernel
def _angle_kernel(xp: Any, x: Any) -> Any:
    return xp.arctan2(x.imag, x.real)


@angle_op.gradient
def _angle_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    x = node.inputs[0]
    re, im = tf.math.real(x), tf.math.imag(x)
    inverse = tf.math.reciprocal(tf.complex(im, re))
    zero = tf.zeros_like(grad)
    return tf.negative(inverse) * tf.complex(grad, zero)


@op("raw.complex", type="Complex", dtypes={"T": {float32, float64}},
    samples=[("float32[3,4]", "float32[4]"), ("float64[]", "float64[]")])  # fmt: skip
def complex_op(real: Tensor, imag: Tensor, name: str | None = None) -> TensorSpec:
    """A complex number from its parts."""
    return infer_broadcast(real, imag, complex64 if real.dtype is float32 else complex128)


@complex_op.kernel
def _complex_kernel(xp: Any, real: Any, imag: Any) -> Any:
    kind = xp.complex64 if real.dtype == xp.float32 else xp.complex128
    out = xp.empty(xp.broadcast_shapes(real.shape, imag.shape), kind)
    out.real = real
    out.imag = imag
    return out[()]


@complex_op.gradient
def _complex_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    real, imag = node.inputs
    return unbroadcast(tf, real_op(grad), real), unbroadcast(tf, imag_op(grad), imag)


@public("complex", "dtypes.complex")
def complex(real: Any, imag: Any, name: str | None = None) -> Tensor:
    """A complex tensor from its real and imaginary parts.

    Args:
        real: tensor of float32 or float64.
        imag: tensor of the same dtype; the shapes broadcast.
        name: of the node.

    Returns:
        A complex64 or complex128 tensor.

    Raises:
        TypeError: if the dtypes differ or are no floats.
    """
    real = convert_to_tensor(real, name="real")
    imag = convert_to_tensor(imag, name="imag")
    if real.dtype is not imag.dtype or real.dtype not in (float32, float64):
        raise TypeError(
            f"The `real` and `imag` components have incorrect types: {real.dtype.name} "
            f"{imag.dtype.name}. They must be consistent, and one of {[float32, float64]}"
        )
    return complex_op(real, imag, name)


@public("math.real")
def real(input: Any, name: str | None = None) -> Tensor:
    """The real part; real tensors are answered unchanged.

    Args:
        input: numeric tensor.
        name: of the node.

    Raises:
        TypeError: if `input` is not numeric.
    """
    input = convert_to_tensor(input)
    if not input.dtype.is_numeric:
        raise TypeError(f"input must be a numeric tensor, but got tensor with dtype {input.dtype}")
    return real_op(input, name) if input.dtype.is_complex else input


@public("math.imag")
def imag(input: Any, name: str | None = None) -> Tensor:
    """The imaginary part; zeros for a real tensor.

    Args:
        input: numeric tensor.
        name: of the node.
    """
    from engine.ops.namespace import tf

    input = convert_to_tensor(input)
    return imag_op(input, name) if input.dtype.is_complex else tf.zeros_like(input)


@public("math.conj")
def conj(x: Any, name: str | None = None) -> Tensor:
    """The complex conjugate; real tensors are answered unchanged.

    Args:
        x: numeric tensor.
        name: of the node.

    Raises:
        TypeError: if `x` is not numeric.
    """
    x = convert_to_tensor(x)
    if x.dtype.is_complex or x.dtype is variant:
        return conj_op(x, name)
    if x.dtype.is_numeric:
        return x
    raise TypeError(f"Expected numeric or variant tensor, got dtype {x.dtype!r}")


@public("math.angle")
def angle(input: Any, name: str | None = None) -> Tensor:
    """The argument of each element: for real ones 0, or pi where negative.

    Args:
        input: tensor of floats or complex numbers.
        name: of the node.
    """
    from engine.ops.namespace import tf

    input = convert_to_tensor(input)
    if input.dtype.is_complex:
        return angle_op(input, name)
    pi = tf.constant(3.141592653589793, input.dtype)
    return tf.where(input < 0, pi * tf.ones_like(input), tf.zeros_like(input))
