"""Dilation and erosion of images by structuring functions."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.op import public
from engine.ir.tensor import Tensor
from engine.ops.windows import check_padding, output_sizes, pad_amounts, positions, spatial


@public("nn.dilation2d")
def dilation2d(
    input: Any, filters: Any, strides: Any, padding: Any, data_format: str, dilations: Any,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """The largest sum of image and filter in each window.

    Args:
        input: real tensor [batch, height, width, channels] of known height and width.
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
    pad = check_padding(padding, 2, False)
    sizes, window = _known(x)[1:3], _known(w)[:2]
    outputs = output_sizes(sizes, window, steps, gaps, pad)
    amounts = pad_amounts(sizes, window, steps, gaps, pad)
    if any(sum(pair) for pair in amounts):
        paddings = [[0, 0], *(list(pair) for pair in amounts), [0, 0]]
        x = tf.pad(x, paddings, constant_values=x.dtype.min)
    best = None
    for index, piece in positions(window, outputs, steps, gaps):
        part = x[piece] + w[index]
        best = part if best is None else tf.maximum(best, part)
    return tf.identity(best, name=name)


def _known(x: Tensor) -> tuple[int, ...]:
    if x.dims is None or None in x.dims[:-1]:
        raise ValueError(f"height and width must be known while tracing, got shape {x.shape}")
    return tuple(-1 if n is None else n for n in x.dims)


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
