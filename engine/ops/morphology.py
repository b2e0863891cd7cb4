"""Dilation and erosion of images by structuring functions."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.op import public
from engine.ir.tensor import Tensor
from engine.ops.windows import check_padding, output_sizes, pad_amounts, positions, spatial, spread


@public("nn.dilation2d")
def dilation2d(
    input: Any, filters: Any, strides: Any, padding: Any, data_format: str, dilations: Any,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """The largest sum of image and filter in each window.

    Args:
        input: real tensor [batch, height, width, channels].
        filters: tensor [height, width, channels] of the same dtype.
        strides: list of 4 numbers.
        padding: 'SAME' or 'VALID'.
        data_format: must be 'NHWC'.
        dilations: list of 4 numbers.
        name: of the last node.

    Raises:
        ValueError: for another format.
    """
    from engine.ops.namespace import tf

    if data_format != "NHWC":
        raise ValueError("`data_format` values other  than 'NHWC' are not supported. "
                         f"Received: data_format={data_format}")  # fmt: skip
    x = convert_to_tensor(input)
    w = convert_to_tensor(filters, dtype_hint=x.dtype)
    steps, gaps = spatial(strides, 2, "strides", 3), spatial(dilations, 2, "dilations", 3)
    pad = check_padding(padding, 2, False, explicit=False)
    if w.dims is None or None in w.dims[:2]:
        raise ValueError(f"the filter's height and width must be known, got shape {w.shape}")
    window: Any = w.dims[:2]
    known: Any = x.dims[1:3] if x.dims is not None else (None, None)
    if None in known:
        sizes = tf.shape(x)[1], tf.shape(x)[2]
        found = [_place(*one, pad) for one in zip(sizes, window, steps, gaps)]
        outputs, amounts = tuple(n for n, _ in found), [pair for _, pair in found]
    else:
        outputs = output_sizes(known, window, steps, gaps, pad)
        amounts = pad_amounts(known, window, steps, gaps, pad)
    if None in known or any(sum(pair) for pair in amounts):
        paddings = [[0, 0], *(list(pair) for pair in amounts), [0, 0]]
        x = tf.pad(x, paddings, constant_values=x.dtype.min)
    best: Any = None
    for index, piece in positions(window, outputs, steps, gaps):
        part = x[piece] + w[index]
        best = part if best is None else tf.maximum(best, part)
    if best.dims is None:
        best.set_shape([None, None, None, w.dims[2]])
    return tf.identity(best, name=name)


def _place(n: Any, k: int, step: int, gap: int, pad: Any) -> tuple[Any, tuple[Any, Any]]:
    """How many windows fit an axis of a size that is known later, and its paddings."""
    from engine.ops.namespace import tf

    reach = spread(k, gap)
    if pad == "VALID":
        return (n - reach) // step + 1, (0, 0)
    count = -(-n // step)
    total = tf.maximum((count - 1) * step + reach - n, 0)
    return count, (total // 2, total - total // 2)


@public("nn.erosion2d")
def erosion2d(
    value: Any, filters: Any, strides: Any, padding: Any, data_format: str, dilations: Any,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """The smallest difference of image and filter in each window; see `tf.nn.dilation2d`.

    Args:
        value: real tensor [batch, height, width, channels].
        filters: tensor [height, width, channels].
        strides: list of 4 numbers.
        padding: 'SAME' or 'VALID'.
        data_format: must be 'NHWC'.
        dilations: list of 4 numbers.
        name: of the last node.
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(value)
    mirrored = tf.reverse(filters, [0, 1])
    return tf.negative(
        dilation2d(-x, mirrored, strides, padding, data_format, dilations), name=name
    )
