"""Fourier transforms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import COMPLEX, DType, complex64, complex128, float32, float64
from engine.ir.op import OpFunction, op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import known_ints
from engine.ir.tensor import Tensor
from engine.ops.dynamic import dynamic_twin

_NAMES = {1: "", 2: "2d", 3: "3d"}


def _check_rank(x: Any, rank: int) -> None:
    if x.dims is not None and len(x.dims) < rank:
        raise ValueError(f"Shape must be at least rank {rank} but is rank {len(x.dims)}")


def _axes(rank: int) -> tuple[int, ...]:
    return tuple(range(-rank, 0))


# -- complex to complex


_PYTHON = {"T": complex64}
"""What Python numbers and arrays become."""


def _declare_complex(rank: int, inverse: bool) -> OpFunction:
    name = ("ifft" if inverse else "fft") + _NAMES[rank]
    method = "ifftn" if inverse else "fftn"

    def infer(input: Tensor, name: str | None = None) -> TensorSpec:
        _check_rank(input, rank)
        return spec(input.dtype, input.dims)

    def kernel(xp: Any, x: Any) -> Any:
        if x.ndim < rank:
            raise InvalidArgumentError(None, None, f"Input must have rank of at least {rank} but "
                                                   f"got: {x.ndim}")  # fmt: skip
        if not x.size:
            return x.copy()
        return getattr(xp.fft, method)(x, axes=_axes(rank)).astype(x.dtype)

    def gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
        count = _size_of(tf, node.inputs[0], rank, grad.dtype)
        if inverse:
            return getattr(tf.signal, "fft" + _NAMES[rank])(grad) / count
        return getattr(tf.signal, "ifft" + _NAMES[rank])(grad) * count

    infer.__name__ = infer.__qualname__ = name
    way = "inverse " if inverse else ""
    infer.__doc__ = f"""The {way}discrete Fourier transform over the last {rank} axes.

    Args:
        input: complex tensor of rank at least {rank}.
        name: of the node.

    Returns:
        A tensor of the same shape and dtype.
    """
    made = op(f"signal.{name}", type=name.upper(), dtypes={"T": COMPLEX}, defaults=_PYTHON,
              samples=[("complex128[2,3,4]",), ("complex64[4,4,2]",)])(infer)  # fmt: skip
    made.op.compute = kernel
    made.op.backward = gradient
    return made


def _size_of(tf: Any, x: Tensor, rank: int, dtype: DType) -> Tensor:
    """The number of elements of each transform, as a scalar."""
    return tf.cast(tf.reduce_prod(tf.shape(x)[-rank:]), dtype)


for _rank in (1, 2, 3):
    _declare_complex(_rank, False)
    _declare_complex(_rank, True)


# -- real to complex and back


def _cut(xp: Any, x: Any, sizes: tuple[int, ...]) -> Any:
    """The last axes cut, or widened with zeros, to `sizes`."""
    rank = len(sizes)
    kept = tuple(slice(0, n) for n in sizes)
    x = x[(..., *kept)]
    if x.shape[-rank:] == sizes:
        return x
    out = xp.zeros(x.shape[:-rank] + sizes, x.dtype)
    out[(..., *(slice(0, n) for n in x.shape[-rank:]))] = x
    return out


def _real_sizes(x: Any, fft_length: Any, rank: int) -> tuple[Any, ...]:
    if len(fft_length) != rank:
        raise ValueError(f"fft_length must have shape [{rank}]")
    return (*x.dims[:-rank], *_half(fft_length))


def _half(length: tuple[int, ...]) -> tuple[int, ...]:
    """The sizes of a half spectrum."""
    return (*length[:-1], length[-1] // 2 + 1 if length[-1] else 0)


def _declare_real(rank: int) -> tuple[OpFunction, OpFunction]:
    name = "rfft" + _NAMES[rank]

    def infer(
        input: Tensor, fft_length: tuple[int, ...], result: DType, name: str | None = None
    ) -> TensorSpec:
        _check_rank(input, rank)
        if input.dims is None:
            return spec(result, None)
        return spec(result, _real_sizes(input, fft_length, rank))

    def infer_inverse(
        input: Tensor, fft_length: tuple[int, ...], result: DType, name: str | None = None
    ) -> TensorSpec:
        _check_rank(input, rank)
        dims = None if input.dims is None else (*input.dims[:-rank], *fft_length)
        return spec(result, dims)

    def kernel(xp: Any, x: Any, fft_length: tuple[int, ...], result: DType) -> Any:
        _check_array(x, fft_length, rank)
        if not x.size or 0 in fft_length:
            return xp.zeros((*x.shape[:-rank], *_half(fft_length)), result.name)
        return xp.fft.rfftn(_cut(xp, x, fft_length), axes=_axes(rank)).astype(result.name)

    def kernel_inverse(xp: Any, x: Any, fft_length: tuple[int, ...], result: DType) -> Any:
        _check_array(x, fft_length, rank)
        if not x.size or 0 in fft_length:
            return xp.zeros((*x.shape[:-rank], *fft_length), result.name)
        sizes = _half(fft_length)
        out = xp.fft.irfftn(_cut(xp, x, sizes), s=fft_length, axes=_axes(rank))
        return out.astype(result.name)

    forward = _register(name, rank, infer, kernel, {float32, float64})
    backward = _register("i" + name, rank, infer_inverse, kernel_inverse, COMPLEX)
    forward.op.backward = _rfft_gradient(rank)
    backward.op.backward = _irfft_gradient(rank)
    return forward, backward


def _check_array(x: Any, fft_length: Any, rank: int) -> None:
    if x.ndim < rank:
        raise InvalidArgumentError(
            None, None, f"Input must have rank of at least {rank} but got: {x.ndim}"
        )
    if len(fft_length) != rank:
        raise InvalidArgumentError(None, None, f"fft_length must have shape [{rank}]")


def _register(name: str, rank: int, infer: Any, kernel: Any, allowed: Any) -> OpFunction:
    infer.__name__ = infer.__qualname__ = name
    infer.__doc__ = f"The transform `{name}` with known lengths."
    made = op(f"raw.{name}", type=name.upper(), hint=name, dtypes={"T": allowed})(infer)
    made.op.compute = kernel
    return made


def _rfft_gradient(rank: int) -> Callable[..., Any]:
    def gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
        """The real part of a full inverse transform of the half that is there."""
        x, length = node.inputs[0], node.attrs["fft_length"]
        full = _padded(tf, grad, length, rank)
        inverse = getattr(tf.signal, "ifft" + _NAMES[rank])(full)
        scale = tf.cast(tf.reduce_prod(length), x.dtype)
        wide = tf.math.real(inverse) * scale
        return _resized(tf, wide, tf.shape(x), rank)

    return gradient


def _irfft_gradient(rank: int) -> Callable[..., Any]:
    def gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
        """Elements that stand for two of the full spectrum count twice."""
        x, length = node.inputs[0], node.attrs["fft_length"]
        half = getattr(tf.signal, "rfft" + _NAMES[rank])(grad)
        last = length[-1]
        count = last // 2 + 1
        doubled = tf.range(count)
        single = tf.logical_or(tf.equal(doubled, 0), tf.equal(doubled * 2, last))
        weight = tf.where(single, 1.0, 2.0)
        size = tf.cast(tf.reduce_prod(length), grad.dtype)
        scaled = half * tf.cast(tf.cast(weight, grad.dtype) / size, half.dtype)
        return _resized(tf, scaled, tf.shape(x), rank)

    return gradient


def _padded(tf: Any, half: Tensor, length: Any, rank: int) -> Tensor:
    """A half spectrum with zeros for the other half."""
    missing = length[-1] - (length[-1] // 2 + 1)
    zeros = tf.zeros([tf.rank(half) - 1, 2], "int32")
    return tf.pad(half, tf.concat([zeros, [[0, missing]]], 0))


def _resized(tf: Any, x: Tensor, shape: Tensor, rank: int) -> Tensor:
    """The last axes cut or widened to `shape`."""
    sizes = tf.minimum(shape, tf.shape(x))
    cut = tf.slice(x, tf.zeros_like(sizes), sizes)
    return tf.pad(cut, tf.stack([tf.zeros_like(shape), shape - sizes], axis=1))


def _loose(input: Tensor, fft_length: Tensor, result: DType) -> TensorSpec:
    return spec(result, None if input.dims is None else (None,) * len(input.dims))


_REAL = {rank: _declare_real(rank) for rank in (1, 2, 3)}
_LOOSE = {
    rank: tuple(dynamic_twin(function, "fft_length", _loose) for function in pair)
    for rank, pair in _REAL.items()
}


def _lengths(fft_length: Any) -> Any:
    found = known_ints(fft_length)
    if found is None or (isinstance(found, tuple) and None in found):
        return None
    return (found,) if isinstance(found, int) else tuple(int(n) for n in found)


def _real_transform(
    rank: int, inverse: bool, input_tensor: Any, fft_length: Any, name: str | None
) -> Tensor:
    from engine.ops.namespace import tf

    if inverse:
        x = convert_to_tensor(input_tensor, dtype_hint=complex64)
        result = float32 if x.dtype is complex64 else float64
    else:
        x = convert_to_tensor(input_tensor, dtype_hint=float32)
        result = complex64 if x.dtype is float32 else complex128
    usual = COMPLEX if inverse else {float32, float64}
    if x.dtype not in usual:
        kind = "IRFFT" if inverse else "RFFT"
        names = " or ".join(repr(dtype) for dtype in sorted(usual, key=str))
        raise ValueError(f"{kind} requires {names} inputs, got: {x}")
    if x.dims is not None and len(x.dims) < rank:
        raise ValueError(f"Shape {x.shape} must have rank at least {rank}")
    if fft_length is None:
        known = None if x.dims is None else x.dims[-rank:]
        if known is not None and None not in known:
            sizes = [int(n) for n in known if n is not None]
            if inverse and sizes:
                sizes[-1] = max(0, (sizes[-1] - 1) * 2)
            fft_length = tuple(sizes)
        else:
            shape = tf.shape(x)[-rank:]
            last = (shape[-1:] - 1) * 2 if inverse else shape[-1:]
            fft_length = tf.concat([shape[:-1], last], 0)
    lengths = _lengths(fft_length)
    if lengths is None:
        return _LOOSE[rank][inverse](x, fft_length, result, name)
    return _REAL[rank][inverse](x, lengths, result, name)


def _declare_public(rank: int, inverse: bool) -> None:
    def transform(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Tensor:
        return _real_transform(rank, inverse, input_tensor, fft_length, name)

    base = ("irfft" if inverse else "rfft") + _NAMES[rank]
    transform.__name__ = transform.__qualname__ = base
    one = "the half spectrum" if inverse else "real numbers"
    transform.__doc__ = f"""The Fourier transform over the last {rank} axes, from {one}.

    Args:
        input_tensor: {"complex" if inverse else "float32 or float64"} tensor.
        fft_length: {rank} lengths; the axes are cut or filled up with zeros to fit.
        name: of the node.

    Returns:
        {"A real tensor." if inverse else "A complex tensor; the last axis has length // 2 + 1."}
    """
    public(f"signal.{base}")(transform)


for _rank in (1, 2, 3):
    _declare_public(_rank, False)
    _declare_public(_rank, True)


# -- shifts


def _shift(x: Any, axes: Any, inverse: bool, name: str | None) -> Tensor:
    from engine.ops.namespace import tf

    x = convert_to_tensor(x)
    found = tuple(range(x.ndim)) if axes is None else known_ints(axes)
    chosen = [found] if isinstance(found, int) else list(found or ())
    sizes = tf.shape(x)
    shifts = [-(sizes[a] // 2) if inverse else sizes[a] // 2 for a in chosen]
    return tf.roll(x, tf.stack(shifts), chosen, name)


@public("signal.fftshift")
def fftshift(x: Any, axes: Any = None, name: str | None = None) -> Tensor:
    """`x` with frequency zero moved to the middle.

    Args:
        x: tensor.
        axes: axis or axes; None: all.
        name: of the last node.
    """
    return _shift(x, axes, False, name)


@public("signal.ifftshift")
def ifftshift(x: Any, axes: Any = None, name: str | None = None) -> Tensor:
    """The inverse of `tf.signal.fftshift`; arguments as there."""
    return _shift(x, axes, True, name)
