"""Transforms of sound: modified cosine transforms, mel scale, cepstral coefficients."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import as_dtype, float32
from engine.ir.op import public
from engine.ir.static_value import known_ints
from engine.ir.tensor import Tensor
from engine.ops.signal import dct, frame, overlap_and_add, vorbis_window

_ROOT_HALF = 0.7071067811865476
_MEL_BREAK = 700.0
_MEL_SCALE = 1127.0


@public("signal.mdct")
def mdct(
    signals: Any, frame_length: Any, window_fn: Callable[..., Any] | None = vorbis_window,
    pad_end: bool = False, norm: Any = None, name: str | None = None,
) -> Tensor:  # fmt: skip
    """The modified discrete cosine transform of half-overlapping pieces of a signal.

    Args:
        signals: tensor of floats [..., samples].
        frame_length: samples of a piece, a multiple of 4.
        window_fn: (length, dtype=...) -> window; None: a constant.
        pad_end: fill up the end with zeros?
        norm: None or 'ortho'.
        name: of the last node.

    Returns:
        A tensor [..., frames, frame_length / 2].

    Raises:
        ValueError: if the length is no multiple of 4.
    """
    from engine.ops.namespace import tf

    length = int(known_ints(frame_length))
    if length % 4:
        raise ValueError("The frame length must be a multiple of 4.")
    pieces = frame(convert_to_tensor(signals), length, length // 2, pad_end=pad_end)
    window = _ROOT_HALF if window_fn is None else window_fn(length, dtype=pieces.dtype)
    pieces = pieces * window
    a, b, c, d = tf.split(pieces, 4, -1)
    folded = tf.concat([-tf.reverse(c, [-1]) - d, a - tf.reverse(b, [-1])], -1)
    return dct(folded, type=4, norm=norm)


@public("signal.inverse_mdct")
def inverse_mdct(
    mdcts: Any, window_fn: Callable[..., Any] | None = vorbis_window, norm: Any = None,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """A signal from its modified discrete cosine transform; exact except at both ends.

    Args:
        mdcts: tensor of floats [..., frames, n].
        window_fn: the window that `mdct` used.
        norm: the norm that `mdct` used.
        name: of the last node.

    Returns:
        A tensor [..., (frames + 1) n].
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(mdcts)
    assert x.dims is not None
    half = x.dims[-1]
    assert half is not None
    window = _ROOT_HALF if window_fn is None else window_fn(2 * half, dtype=x.dtype)
    x = x * (0.5 / half) if norm is None else x
    first, second = tf.split(dct(x, type=4, norm=norm), 2, -1)
    pieces = tf.concat([second, -tf.reverse(second, [-1]), -tf.reverse(first, [-1]), -first], -1)
    return overlap_and_add(pieces * window, half, name)


def _mel(hertz: float) -> float:
    return _MEL_SCALE * math.log1p(hertz / _MEL_BREAK)


@public("signal.linear_to_mel_weight_matrix")
def linear_to_mel_weight_matrix(
    num_mel_bins: Any = 20, num_spectrogram_bins: Any = 129, sample_rate: Any = 8000,
    lower_edge_hertz: float = 125.0, upper_edge_hertz: float = 3800.0, dtype: Any = float32,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """The matrix that turns spectra into energies on the mel scale (triangular bands).

    Args:
        num_mel_bins: number of bands.
        num_spectrogram_bins: number of frequencies of the spectra.
        sample_rate: samples per second.
        lower_edge_hertz: where the first band starts.
        upper_edge_hertz: where the last band ends.
        dtype: of the result.
        name: of the last node.

    Returns:
        A matrix [num_spectrogram_bins, num_mel_bins].

    Raises:
        ValueError: if an argument is out of range.
    """
    from engine.ops.namespace import tf

    kind = as_dtype(dtype)
    bands, bins = int(num_mel_bins), int(num_spectrogram_bins)
    if bands <= 0:
        raise ValueError(f"num_mel_bins must be positive. Got: {bands}")
    if lower_edge_hertz < 0.0:
        raise ValueError(f"lower_edge_hertz must be non-negative. Got: {lower_edge_hertz}")
    if lower_edge_hertz >= upper_edge_hertz:
        raise ValueError(f"lower_edge_hertz {lower_edge_hertz:.1f} >= upper_edge_hertz "
                         f"{upper_edge_hertz:.1f}")  # fmt: skip
    nyquist = float(sample_rate) / 2.0
    if upper_edge_hertz > nyquist:
        raise ValueError(f"upper_edge_hertz must not be larger than the Nyquist frequency "
                         f"(sample_rate / 2). Got {upper_edge_hertz} for sample_rate: "
                         f"{sample_rate}")  # fmt: skip
    low, high = _mel(lower_edge_hertz), _mel(upper_edge_hertz)
    edges = [low + (high - low) * i / (bands + 1) for i in range(bands + 2)]
    rows = [[0.0] * bands]  # the constant part is left out
    for i in range(1, bins):
        place = _mel(nyquist * i / (bins - 1))
        row = []
        for j in range(bands):
            left, middle, right = edges[j : j + 3]
            row.append(max(0.0, min((place - left) / (middle - left),
                                    (right - place) / (right - middle))))  # fmt: skip
        rows.append(row)
    return tf.constant(rows, kind, name=name or "Const")


@public("signal.mfccs_from_log_mel_spectrograms")
def mfccs_from_log_mel_spectrograms(log_mel_spectrograms: Any, name: str | None = None) -> Tensor:
    """Mel-frequency cepstral coefficients: scaled cosine transforms of log-mel spectra.

    Args:
        log_mel_spectrograms: tensor of floats [..., bands].
        name: of the last node.

    Returns:
        A tensor of the same shape.

    Raises:
        ValueError: if there are no bands.
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(log_mel_spectrograms)
    bands = x.dims[-1] if x.dims else None
    if bands == 0:
        raise ValueError(f"num_mel_bins must be positive. Got: {x}")
    size = tf.cast(tf.shape(x)[-1], x.dtype) if bands is None else float(bands)
    factor = tf.math.rsqrt(tf.constant(2.0, x.dtype) * size)
    return tf.multiply(dct(x, type=2), factor, name=name)
