"""Windows, frames and short-time Fourier transforms; cosine transforms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import as_dtype, float32
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import known_ints
from engine.ir.tensor import Tensor
from engine.ops.kernels import refuse

_PI = 3.141592653589793

# -- windows


def _raised_cosine(
    length: Any, periodic: Any, dtype: Any, a: float, b: float, name: str | None
) -> Tensor:
    from engine.ops.namespace import tf

    kind = as_dtype(dtype)
    if not kind.is_floating:
        raise ValueError(f"dtype must be a floating point type. Found {kind}")
    size = int(known_ints(length))
    if size == 1:
        return tf.ones([1], kind)
    even = 1 - size % 2
    count = size + (even if periodic else 0) - 1
    n = tf.cast(tf.range(size), kind)
    turn = tf.constant(2 * _PI, kind) * n / tf.cast(count, kind)
    return tf.cast(a - b * tf.cos(turn), kind, name=name)


@public("signal.hann_window")
def hann_window(
    window_length: Any, periodic: Any = True, dtype: Any = float32, name: str | None = None
) -> Tensor:
    """Hann's window: 1/2 - cos(2 pi n / N) / 2.

    Args:
        window_length: number of samples.
        periodic: for spectra (N = length) or for filters (N = length - 1)?
        dtype: of the result.
        name: of the last node.

    Returns:
        A vector [window_length].
    """
    return _raised_cosine(window_length, periodic, dtype, 0.5, 0.5, name)


@public("signal.hamming_window")
def hamming_window(
    window_length: Any, periodic: Any = True, dtype: Any = float32, name: str | None = None
) -> Tensor:
    """Hamming's window: 0.54 - 0.46 cos(2 pi n / N); arguments as `tf.signal.hann_window`."""
    return _raised_cosine(window_length, periodic, dtype, 0.54, 0.46, name)


@public("signal.vorbis_window")
def vorbis_window(window_length: Any, dtype: Any = float32, name: str | None = None) -> Tensor:
    """The window of Vorbis: sin(pi/2 sin(pi (n + 1/2) / N)**2).

    Args:
        window_length: number of samples N.
        dtype: of the result.
        name: of the last node.
    """
    from engine.ops.namespace import tf

    kind = as_dtype(dtype)
    size = tf.cast(window_length, kind)
    n = tf.cast(tf.range(window_length), kind)
    inner = tf.sin(_PI / size * (n + 0.5))
    return tf.sin(_PI / 2 * inner * inner, name=name)


@public("signal.kaiser_window")
def kaiser_window(
    window_length: Any, beta: float = 12.0, dtype: Any = float32, name: str | None = None
) -> Tensor:
    """Kaiser's window, from the Bessel function I0.

    Args:
        window_length: number of samples.
        beta: shape: larger ones are narrower.
        dtype: of the result.
        name: of the last node.
    """
    from engine.ops.namespace import tf

    kind = as_dtype(dtype)
    size = int(known_ints(window_length))
    if size == 1:
        return tf.ones([1], kind)
    half = (size - 1) / 2.0
    place = tf.cast(tf.range(-half, half + 0.1), kind)
    share = tf.cast(place / tf.cast(half, kind), kind)
    beta = tf.cast(beta, kind)
    inner = beta * tf.sqrt(tf.maximum(1 - share * share, tf.zeros((), kind)))
    scaled = tf.math.bessel_i0e(inner) / tf.math.bessel_i0e(beta)
    return tf.multiply(scaled, tf.exp(tf.abs(inner) - tf.abs(beta)), name=name)


@public("signal.kaiser_bessel_derived_window")
def kaiser_bessel_derived_window(
    window_length: Any, beta: float = 12.0, dtype: Any = float32, name: str | None = None
) -> Tensor:
    """The window of running sums of Kaiser's; arguments as `tf.signal.kaiser_window`."""
    from engine.ops.namespace import tf

    half = int(known_ints(window_length)) // 2
    sums = tf.cumsum(kaiser_window(half + 1, beta, dtype))
    first = tf.sqrt(sums[:-1] / sums[-1])
    return tf.concat([first, first[::-1]], 0, name=name or "concat")


# -- frames


@op("raw.frame", type="Frame", samples=[("float32[2,9]", 4, 2), ("float64[7]", 3, 3)])
def frame_op(signal: Tensor, length: int, step: int, name: str | None = None) -> TensorSpec:
    """Overlapping pieces of the last axis."""
    if signal.dims is None:
        return spec(signal.dtype, None)
    size = signal.dims[-1]
    count = None if size is None or not step else max(0, 1 + (size - length) // step)
    return spec(signal.dtype, (*signal.dims[:-1], count, length))


@frame_op.kernel
def _frame_kernel(xp: Any, x: Any, length: int, step: int) -> Any:
    if not step:
        raise refuse("Integer division by zero")
    count = max(0, 1 + (x.shape[-1] - length) // step)
    places = xp.arange(count)[:, None] * step + xp.arange(length)
    return x[..., places]


@frame_op.gradient
def _frame_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    whole = tf.signal.overlap_and_add(grad, node.attrs["step"])
    x = node.inputs[0]
    missing = tf.shape(x)[-1] - tf.shape(whole)[-1]
    result = tf.pad(whole, _last_widened(x, missing))
    result.set_shape(x.dims)
    return result


def _last_widened(x: Tensor, missing: Any) -> Any:
    """Paddings that add `missing` elements behind the last axis."""
    from engine.ops.namespace import tf

    if x.dims is not None:
        return [[0, 0]] * (len(x.dims) - 1) + [[0, missing]]
    return tf.concat([tf.zeros([tf.rank(x) - 1, 2], "int32"), [[0, missing]]], 0)


def _moved_last(x: Tensor, axis: int) -> tuple[Tensor, Any]:
    """The tensor with `axis` as its last one, and the order of axes that puts frames back."""
    from engine.ops.namespace import tf

    if x.dims is None:
        rank = tf.rank(x)
        at = axis if axis >= 0 else axis + rank
        order = tf.concat([tf.range(at), tf.range(at + 1, rank), [at]], 0)
        back = tf.concat([tf.range(at), [rank - 1, rank], tf.range(at, rank - 1)], 0)
        return tf.transpose(x, order), back
    known = len(x.dims)
    axis %= known
    moved = tf.transpose(x, [*[i for i in range(known) if i != axis], axis])
    return moved, [*range(axis), known - 1, known, *range(axis, known - 1)]


@public("signal.frame")
def frame(
    signal: Any, frame_length: Any, frame_step: Any, pad_end: bool = False, pad_value: Any = 0,
    axis: int = -1, name: str | None = None,
) -> Tensor:  # fmt: skip
    """Overlapping pieces of a signal.

    Args:
        signal: tensor [..., samples, ...].
        frame_length: samples of a piece.
        frame_step: samples from one piece's start to the next one's.
        pad_end: fill up the end, so that every sample starts in some piece?
        pad_value: what to fill up with.
        axis: the axis of the samples.
        name: of the last node.

    Returns:
        A tensor with two axes [frames, frame_length] in the place of `axis`.
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(signal)
    length, step = int(known_ints(frame_length)), int(known_ints(frame_step))
    if pad_end:
        pad_value = convert_to_tensor(pad_value, x.dtype)
    axis = int(known_ints(axis))
    last = axis == -1 or (x.dims is not None and axis % len(x.dims) == len(x.dims) - 1)
    back = None
    if not last:
        x, back = _moved_last(x, axis)
    if pad_end and step:
        size = x.dims[-1] if x.dims is not None else None
        total: Any = size if size is not None else tf.shape(x)[-1]
        frames = -(-total // step)
        missing = tf.maximum(0, length + step * (frames - 1) - total)
        x = tf.pad(x, _last_widened(x, missing), constant_values=pad_value)
    out = frame_op(x, length, step, name)
    return out if last else tf.transpose(out, back)


@op("raw.overlap_and_add", type="OverlapAndAdd",
    samples=[("float32[2,3,4]", 2), ("float64[4,3]", 3)])  # fmt: skip
def overlap_and_add_op(signal: Tensor, step: int, name: str | None = None) -> TensorSpec:
    """The pieces of the last two axes, added where they overlap."""
    if signal.dims is None:
        return spec(signal.dtype, None)
    if len(signal.dims) < 2:
        raise ValueError(f"Shape must be at least rank 2 but is rank {len(signal.dims)}")
    frames, length = signal.dims[-2:]
    total = None if frames is None or length is None else (frames - 1) * step + length
    return spec(signal.dtype, (*signal.dims[:-2], total))


@overlap_and_add_op.kernel
def _overlap_and_add_kernel(xp: Any, x: Any, step: int) -> Any:
    frames, length = x.shape[-2:]
    out = xp.zeros((*x.shape[:-2], max((frames - 1) * step + length, 0)), x.dtype)
    for i in range(frames):
        out[..., i * step : i * step + length] += x[..., i, :]
    return out


@overlap_and_add_op.gradient
def _overlap_and_add_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return tf.signal.frame(grad, node.inputs[0].dims[-1], node.attrs["step"])


@public("signal.overlap_and_add")
def overlap_and_add(signal: Any, frame_step: Any, name: str | None = None) -> Tensor:
    """A signal from overlapping pieces, added where they overlap.

    Args:
        signal: tensor [..., frames, frame_length].
        frame_step: samples from one piece's start to the next one's.
        name: of the node.

    Returns:
        A tensor [..., (frames - 1) * frame_step + frame_length].

    Raises:
        ValueError: if the step is no integer.
    """
    return overlap_and_add_op(signal, int(known_ints(frame_step)), name)


# -- short-time transforms


def _enclosing_power(length: int) -> int:
    return 1 << max(0, (length - 1).bit_length())


@public("signal.stft")
def stft(
    signals: Any, frame_length: Any, frame_step: Any, fft_length: Any = None,
    window_fn: Callable[..., Any] | None = hann_window, pad_end: bool = False,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """Spectra of overlapping, windowed pieces of a signal.

    Args:
        signals: tensor of floats [..., samples].
        frame_length: samples of a piece.
        frame_step: samples from one piece to the next.
        fft_length: length of the transform; by default the next power of two.
        window_fn: (length, dtype=...) -> window; None: none.
        pad_end: fill up the end with zeros?
        name: of the last node.

    Returns:
        A complex tensor [..., frames, fft_length // 2 + 1].
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(signals)
    length = int(known_ints(frame_length))
    size = _enclosing_power(length) if fft_length is None else int(known_ints(fft_length))
    pieces = frame(x, length, frame_step, pad_end=pad_end)
    if window_fn is not None:
        pieces = pieces * window_fn(length, dtype=pieces.dtype)
    return tf.signal.rfft(pieces, [size], name=name)


@public("signal.inverse_stft")
def inverse_stft(
    stfts: Any, frame_length: Any, frame_step: Any, fft_length: Any = None,
    window_fn: Callable[..., Any] | None = hann_window, name: str | None = None,
) -> Tensor:  # fmt: skip
    """A signal from its short-time spectra.

    Args:
        stfts: complex tensor [..., frames, fft_length // 2 + 1].
        frame_length: samples of a piece.
        frame_step: samples from one piece to the next.
        fft_length: length of the transform; by default the next power of two.
        window_fn: (length, dtype=...) -> window to multiply the pieces with.
        name: of the last node.

    Returns:
        A tensor of floats [..., samples].
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(stfts)
    length = int(known_ints(frame_length))
    size = _enclosing_power(length) if fft_length is None else int(known_ints(fft_length))
    pieces = tf.signal.irfft(x, [size])
    if size >= length:
        pieces = pieces[..., :length]
    else:
        pieces = tf.pad(pieces, [[0, 0]] * (x.ndim - 1) + [[0, length - size]])
    if window_fn is not None:
        pieces = pieces * window_fn(length, dtype=pieces.dtype)
    return overlap_and_add(pieces, frame_step, name)


@public("signal.inverse_stft_window_fn")
def inverse_stft_window_fn(
    frame_step: Any, forward_window_fn: Callable[..., Any] = hann_window, name: str | None = None
) -> Callable[..., Any]:
    """A window function with which `inverse_stft` undoes `stft`.

    Args:
        frame_step: samples from one piece to the next.
        forward_window_fn: the window that `stft` used.
        name: of the nodes.
    """
    from engine.ops.namespace import tf

    def inverse_window(frame_length: Any, dtype: Any) -> Tensor:
        length, step = int(known_ints(frame_length)), int(known_ints(frame_step))
        forward = forward_window_fn(length, dtype=dtype)
        squares = tf.square(forward)
        overlaps = -(-length // step)
        padded = tf.pad(squares, [[0, overlaps * step - length]])
        total = tf.reduce_sum(tf.reshape(padded, [overlaps, step]), 0, keepdims=True)
        repeated = tf.reshape(tf.tile(total, [overlaps, 1]), [overlaps * step])
        return forward / repeated[:length]

    return inverse_window


# -- cosine transforms


@public("signal.dct")
def dct(
    input: Any, type: int = 2, n: Any = None, axis: int = -1, norm: Any = None,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """The discrete cosine transform over the last axis.

    Args:
        input: tensor of float32 or float64 [..., samples].
        type: 1, 2, 3 or 4: which of the four definitions (Ahmed, Natarajan and Rao 1974).
        n: cut or fill up the signal to this length first.
        axis: must be -1.
        norm: None, or 'ortho' for an orthonormal transform.
        name: of the last node.

    Returns:
        A tensor of the same shape (with `n` samples) and dtype.

    Raises:
        ValueError: for another type, axis or norm, or 'ortho' with type 1.
    """
    from engine.ops.namespace import tf

    _check_dct(type, n, axis, norm)
    x = convert_to_tensor(input, dtype_hint=float32)
    if n is not None:
        x = _resized(tf, x, n)
    if type == 1:
        if x.dims is not None and (x.dims[-1] or 2) < 2:
            raise ValueError("DCT-I requires dimension greater than one")
        mirrored = tf.concat([x, x[..., -2:0:-1]], -1)
        return tf.math.real(tf.signal.rfft(mirrored), name=name)
    count = x.dims[-1] if x.dims is not None and x.dims[-1] is not None else tf.shape(x)[-1]
    if type == 4:
        odd = dct(x, type=2, n=2 * count)[..., 1::2]
        return odd * tf.math.rsqrt(2 * tf.cast(count, x.dtype)) if norm else odd
    size = tf.cast(count, x.dtype)
    angle = tf.cast(tf.range(count), x.dtype) * (_PI / 2) / size
    turn = tf.complex(tf.cos(angle), -tf.sin(angle)) * 2
    if type == 2:
        out = tf.math.real(tf.signal.rfft(x, [2 * count])[..., :count] * turn)
        return out * _weights(tf, size, x, True) if norm else out
    x = x * (_weights(tf, size, x, False) if norm else size)
    half = tf.math.conj(turn) * tf.complex(x, tf.zeros_like(x))
    return tf.signal.irfft(half, [2 * count])[..., :count]


def _resized(tf: Any, x: Tensor, n: Any) -> Tensor:
    size = x.dims[-1] if x.dims is not None and x.dims[-1] is not None else tf.shape(x)[-1]
    cut = x[..., : tf.minimum(n, size)] if isinstance(n, Tensor) else x[..., :n]
    missing = tf.maximum(0, n - size)
    return tf.pad(cut, [[0, 0]] * (x.ndim - 1) + [[0, missing]])


def _weights(tf: Any, size: Tensor, x: Tensor, forward: bool) -> Tensor:
    """What makes the transforms of types 2 and 3 orthonormal: the first element differs."""
    first = 0.5 * tf.math.rsqrt(size) if forward else tf.sqrt(size)
    others = first * (2.0 if forward else 0.5) ** 0.5
    is_first = tf.equal(tf.range(tf.shape(x)[-1]), 0)
    return tf.where(is_first, first, others)


def _check_dct(type: int, n: Any, axis: int, norm: Any) -> None:
    if axis != -1:
        raise NotImplementedError(f"`axis` must be -1. Got: {axis}")
    if isinstance(n, int) and n < 1:
        raise ValueError("n should be a positive integer or None")
    if type not in (1, 2, 3, 4):
        raise ValueError("Types I, II, III and IV (I)DCT are supported.")
    if type == 1 and norm == "ortho":
        raise ValueError("Normalization is not supported for the Type-I DCT.")
    if norm not in (None, "ortho"):
        raise ValueError(f"Unknown normalization. Expected None or 'ortho', got: {norm}")


@public("signal.idct")
def idct(
    input: Any, type: int = 2, n: Any = None, axis: int = -1, norm: Any = None,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """The inverse of `tf.signal.dct`, exact with norm 'ortho' and up to a factor without.

    Args:
        input: tensor of float32 or float64 [..., samples].
        type: which transform to undo.
        n: cut or fill up to this length first.
        axis: must be -1.
        norm: None or 'ortho'.
        name: of the last node.
    """
    return dct(input, {1: 1, 2: 3, 3: 2, 4: 4}.get(type, type), n, axis, norm, name)
