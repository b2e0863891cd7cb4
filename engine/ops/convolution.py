"""Convolutions in 1, 2 and 3 dimensions, transposed, depthwise and separable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.op import public
from engine.ir.tensor import Tensor
from engine.ops.convolution_ops import CONV2D, CONV3D, DEPTHWISE, Family
from engine.ops.windows import channels_first, check_padding, spatial, to_last, to_second


def _convolve(
    family: Family, rank: int, input: Any, filters: Any, strides: Any, padding: Any,
    data_format: Any, dilations: Any, name: str | None,
) -> Tensor:  # fmt: skip
    from engine.ops.namespace import tf

    first = channels_first(data_format, rank)
    channels = 1 if first else rank + 1
    steps = spatial(strides, rank, "strides", channels)
    gaps = spatial(1 if dilations is None else dilations, rank, "dilations", channels)
    pad = check_padding(padding, rank, first, explicit=rank == 2)
    x = convert_to_tensor(input)
    w = convert_to_tensor(filters, dtype_hint=x.dtype)
    if x.dims is not None and len(x.dims) > rank + 2:
        return _over_batches(x, rank, lambda flat: _convolve(
            family, rank, flat, w, strides, padding, data_format, dilations, name))  # fmt: skip
    if not first:
        return family.forward(x, w, steps, pad, gaps, name)
    out = family.forward(to_last(tf, x, rank), w, steps, pad, gaps)
    return to_second(tf, out, rank, name)


def _over_batches(x: Tensor, rank: int, convolve: Callable[[Tensor], Tensor]) -> Tensor:
    """The convolution of a tensor with more axes in front: they count as one batch."""
    from engine.ops.namespace import tf

    dims = x.dims or ()
    lead = len(dims) - rank - 1
    shape = tf.shape(x)
    found = convolve(tf.reshape(x, tf.concat([[-1], shape[lead:]], 0)))
    result = tf.reshape(found, tf.concat([shape[:lead], tf.shape(found)[1:]], 0))
    result.set_shape(None if found.dims is None else (*dims[:lead], *found.dims[1:]))
    return result


@public("nn.conv2d")
def conv2d(
    input: Any, filters: Any, strides: Any, padding: Any, data_format: str = "NHWC",
    dilations: Any = None, name: str | None = None,
) -> Tensor:  # fmt: skip
    """The convolution (without mirroring the filters) of images with filters.

    Args:
        input: tensor of floats [batch, height, width, channels].
        filters: tensor [height, width, channels, outputs] of the same dtype; with fewer channels,
            the input's are divided into groups.
        strides: step of the window: a number, or a list of 1, 2 or 4.
        padding: 'SAME' (zeros around the image), 'VALID' (none), or four pairs of numbers.
        data_format: 'NHWC' or 'NCHW'.
        dilations: gaps between the filter's elements, as `strides`.
        name: of the node.

    Returns:
        A tensor [batch, new height, new width, outputs].

    Raises:
        ValueError: for a malformed argument.
        InvalidArgumentError: (ValueError while tracing) if the shapes do not fit.
    """
    return _convolve(CONV2D, 2, input, filters, strides, padding, data_format, dilations, name)


@public("nn.conv3d")
def conv3d(
    input: Any, filters: Any, strides: Any, padding: Any, data_format: str = "NDHWC",
    dilations: Any = None, name: str | None = None,
) -> Tensor:  # fmt: skip
    """As `tf.nn.conv2d` over three spatial axes.

    Args:
        input: tensor of floats [batch, depth, height, width, channels].
        filters: tensor [depth, height, width, channels, outputs].
        strides: a number, or a list of 1, 3 or 5.
        padding: 'SAME' or 'VALID'.
        data_format: 'NDHWC' or 'NCDHW'.
        dilations: as `strides`.
        name: of the node.
    """
    return _convolve(CONV3D, 3, input, filters, strides, padding, data_format, dilations, name)


@public("nn.conv1d")
def conv1d(
    input: Any, filters: Any, stride: Any, padding: Any, data_format: str = "NWC",
    dilations: Any = None, name: str | None = None,
) -> Tensor:  # fmt: skip
    """As `tf.nn.conv2d` over one spatial axis.

    Args:
        input: tensor of floats [batch, width, channels].
        filters: tensor [width, channels, outputs].
        stride: a number, or a list of 1 or 3.
        padding: 'SAME', 'VALID', or three pairs of numbers.
        data_format: 'NWC' or 'NCW'.
        dilations: as `stride`.
        name: of the last node.
    """
    from engine.ops.namespace import tf

    first = channels_first(data_format, 1)
    channels = 1 if first else 2
    step = spatial(stride, 1, "stride", channels)
    gap = spatial(1 if dilations is None else dilations, 1, "dilations", channels)
    pad = check_padding(padding, 1, first, explicit=False)
    pad = pad if isinstance(pad, str) else ((0, 0), *pad)
    x = convert_to_tensor(input)
    x = to_last(tf, x, 1) if first else x
    w = convert_to_tensor(filters, dtype_hint=x.dtype)
    if x.dims is not None and len(x.dims) > 3:
        return _over_batches(x, 1, lambda flat: conv1d(
            flat, w, stride, padding, "NWC", dilations, name))  # fmt: skip
    wide = CONV2D.forward(tf.expand_dims(x, 1), tf.expand_dims(w, 0), (1, *step), pad, (1, *gap))
    out = tf.squeeze(wide, [1], name=name)
    return to_second(tf, out, 1) if first else out


def _spatial_rank(x: Tensor, filters: Any) -> int:
    """How many spatial axes there are. Raises ValueError for a number without a convolution."""
    axes: Any = x.dims if x.dims is not None else convert_to_tensor(filters, x.dtype).dims
    if axes is None or len(axes) not in (3, 4, 5):
        said = None if axes is None else len(axes)
        raise ValueError(f"`input` must be of rank 3, 4 or 5. Received: rank {said}")
    return len(axes) - 2


@public("nn.convolution")
def convolution(
    input: Any, filters: Any, strides: Any = None, padding: Any = "VALID",
    data_format: Any = None, dilations: Any = None, name: str | None = None,
) -> Tensor:  # fmt: skip
    """The convolution over one, two or three spatial axes, as the rank of `input` tells.

    Args:
        input: tensor of floats [batch, *spatial axes, channels].
        filters: tensor [*spatial axes, channels, outputs].
        strides: a number or one per spatial axis; 1 by default.
        padding: see `tf.nn.conv2d`.
        data_format: 'N...C' (default) or 'NC...'.
        dilations: as `strides`.
        name: of the node.

    Raises:
        ValueError: for another rank.
    """
    x = convert_to_tensor(input)
    if not isinstance(padding, (str, bytes)):
        raise TypeError(f"Expected string for argument 'padding' not {padding}.")
    rank = _spatial_rank(x, filters)
    function = {1: conv1d, 2: conv2d, 3: conv3d}[rank]
    form = data_format or "N" + {1: "W", 2: "HW", 3: "DHW"}[rank] + "C"
    return function(x, filters, 1 if strides is None else strides, padding, form, dilations, name)


@public("nn.atrous_conv2d")
def atrous_conv2d(
    value: Any, filters: Any, rate: int, padding: str, name: str | None = None
) -> Tensor:
    """`tf.nn.conv2d` with gaps of `rate` between the filter's elements.

    Args:
        value: tensor of floats [batch, height, width, channels].
        filters: tensor [height, width, channels, outputs].
        rate: distance of neighbouring elements.
        padding: 'SAME' or 'VALID'.
        name: of the node.
    """
    if not isinstance(padding, (str, bytes)):
        raise TypeError(f"Expected string for argument 'padding' not {padding}.")
    return conv2d(value, filters, 1, padding, dilations=rate, name=name)


# -- transposed


def _transposed(
    family: Family, rank: int, input: Any, filters: Any, output_shape: Any, strides: Any,
    padding: Any, data_format: Any, dilations: Any, name: str | None,
) -> Tensor:  # fmt: skip
    from engine.ops.namespace import tf

    first = channels_first(data_format, rank)
    channels = 1 if first else rank + 1
    steps = spatial(strides, rank, "strides", channels)
    gaps = spatial(1 if dilations is None else dilations, rank, "dilations", channels)
    pad = check_padding(padding, rank, first, explicit=rank == 2)
    x = convert_to_tensor(input)
    w = convert_to_tensor(filters, dtype_hint=x.dtype)
    sizes = tf.cast(convert_to_tensor(output_shape), "int32")
    if not first:
        return family.to_input(sizes, w, x, steps, pad, gaps, name)
    sizes = tf.gather(sizes, [0, *range(2, rank + 2), 1])
    out = family.to_input(sizes, w, to_last(tf, x, rank), steps, pad, gaps)
    return to_second(tf, out, rank, name)


@public("nn.conv2d_transpose")
def conv2d_transpose(
    input: Any, filters: Any, output_shape: Any, strides: Any, padding: Any = "SAME",
    data_format: str = "NHWC", dilations: Any = None, name: str | None = None,
) -> Tensor:  # fmt: skip
    """The gradient of `tf.nn.conv2d` for its input, used as a layer ("deconvolution").

    Args:
        input: tensor of floats [batch, height, width, channels].
        filters: tensor [height, width, outputs, channels].
        output_shape: shape of the result.
        strides: a number, or a list of 1, 2 or 4.
        padding: 'SAME', 'VALID', or four pairs of numbers.
        data_format: 'NHWC' or 'NCHW'.
        dilations: as `strides`.
        name: of the node.

    Returns:
        A tensor of shape `output_shape`.

    Raises:
        InvalidArgumentError: if a convolution of that shape would not give the input's shape.
    """
    return _transposed(CONV2D, 2, input, filters, output_shape, strides, padding, data_format,
                       dilations, name)  # fmt: skip


@public("nn.conv3d_transpose")
def conv3d_transpose(
    input: Any, filters: Any, output_shape: Any, strides: Any, padding: Any = "SAME",
    data_format: str = "NDHWC", dilations: Any = None, name: str | None = None,
) -> Tensor:  # fmt: skip
    """As `tf.nn.conv2d_transpose` over three spatial axes; arguments as there, one more axis."""
    return _transposed(CONV3D, 3, input, filters, output_shape, strides, padding, data_format,
                       dilations, name)  # fmt: skip


@public("nn.conv1d_transpose")
def conv1d_transpose(
    input: Any, filters: Any, output_shape: Any, strides: Any, padding: Any = "SAME",
    data_format: str = "NWC", dilations: Any = None, name: str | None = None,
) -> Tensor:  # fmt: skip
    """As `tf.nn.conv2d_transpose` over one spatial axis.

    Args:
        input: tensor of floats [batch, width, channels].
        filters: tensor [width, outputs, channels].
        output_shape: shape of the result.
        strides: a number, or a list of 1 or 3.
        padding: 'SAME' or 'VALID'.
        data_format: 'NWC' or 'NCW'.
        dilations: as `strides`.
        name: of the last node.
    """
    from engine.ops.namespace import tf

    first = channels_first(data_format, 1)
    channels = 1 if first else 2
    step = spatial(strides, 1, "strides", channels)
    gap = spatial(1 if dilations is None else dilations, 1, "dilations", channels)
    pad = check_padding(padding, 1, first, explicit=False)
    pad = pad if isinstance(pad, str) else ((0, 0), *pad)
    x = convert_to_tensor(input)
    x = to_last(tf, x, 1) if first else x
    w = tf.expand_dims(convert_to_tensor(filters, dtype_hint=x.dtype), 0)
    sizes = tf.cast(convert_to_tensor(output_shape), "int32")
    sizes = tf.gather(sizes, [0, 2, 1]) if first else sizes
    wide = tf.concat([sizes[:1], [1], sizes[1:]], 0)
    out = CONV2D.to_input(wide, w, tf.expand_dims(x, 1), (1, *step), pad, (1, *gap))
    out = tf.squeeze(out, [1], name=name)
    return to_second(tf, out, 1) if first else out


@public("nn.conv_transpose")
def conv_transpose(
    input: Any, filters: Any, output_shape: Any, strides: Any, padding: Any = "SAME",
    data_format: Any = None, dilations: Any = None, name: str | None = None,
) -> Tensor:  # fmt: skip
    """The transposed convolution over one, two or three spatial axes.

    Args:
        input: tensor of floats [batch, *spatial axes, channels].
        filters: tensor [*spatial axes, outputs, channels].
        output_shape: shape of the result.
        strides: a number or one per spatial axis.
        padding: 'SAME' or 'VALID'.
        data_format: 'N...C' (default) or 'NC...'.
        dilations: as `strides`.
        name: of the node.
    """
    x = convert_to_tensor(input)
    rank = _spatial_rank(x, filters)
    function = {1: conv1d_transpose, 2: conv2d_transpose, 3: conv3d_transpose}[rank]
    form = data_format or "N" + {1: "W", 2: "HW", 3: "DHW"}[rank] + "C"
    return function(x, filters, output_shape, strides, padding, form, dilations, name)


@public("nn.atrous_conv2d_transpose")
def atrous_conv2d_transpose(
    value: Any, filters: Any, output_shape: Any, rate: int, padding: str, name: str | None = None
) -> Tensor:
    """`tf.nn.conv2d_transpose` with gaps of `rate` between the filter's elements."""
    return conv2d_transpose(value, filters, output_shape, 1, padding, dilations=rate, name=name)


# -- depthwise and separable


@public("nn.depthwise_conv2d")
def depthwise_conv2d(
    input: Any, filter: Any, strides: Any, padding: Any, data_format: Any = None,
    dilations: Any = None, name: str | None = None,
) -> Tensor:  # fmt: skip
    """Each channel convolved with filters of its own.

    Args:
        input: tensor of floats [batch, height, width, channels].
        filter: tensor [height, width, channels, multiplier].
        strides: list of 4 numbers.
        padding: 'SAME', 'VALID', or four pairs of numbers.
        data_format: 'NHWC' or 'NCHW'.
        dilations: a number or two.
        name: of the node.

    Returns:
        A tensor [batch, new height, new width, channels * multiplier].
    """
    if not isinstance(strides, (list, tuple)):
        raise TypeError("Expected list for 'strides' argument to 'depthwise_conv2d_native' Op, not "
                        f"{strides}.")  # fmt: skip
    return _convolve(DEPTHWISE, 2, input, filter, strides, padding, data_format, dilations, name)


@public("nn.separable_conv2d")
def separable_conv2d(
    input: Any, depthwise_filter: Any, pointwise_filter: Any, strides: Any, padding: Any,
    data_format: Any = None, dilations: Any = None, name: str | None = None,
) -> Tensor:  # fmt: skip
    """A depthwise convolution, then one that mixes the channels of each pixel.

    Args:
        input: tensor of floats [batch, height, width, channels].
        depthwise_filter: tensor [height, width, channels, multiplier].
        pointwise_filter: tensor [1, 1, channels * multiplier, outputs].
        strides: list of 4 numbers.
        padding: 'SAME' or 'VALID'.
        data_format: 'NHWC' or 'NCHW'.
        dilations: a number or two.
        name: of the last node.
    """
    middle = depthwise_conv2d(input, depthwise_filter, strides, padding, data_format, dilations)
    return conv2d(middle, pointwise_filter, 1, "VALID", data_format or "NHWC", name=name)


@public("nn.depthwise_conv2d_backprop_input")
def depthwise_conv2d_backprop_input(
    input_sizes: Any, filter: Any, out_backprop: Any, strides: Any, padding: Any,
    data_format: str = "NHWC", dilations: Any = (1, 1, 1, 1), name: str | None = None,
) -> Tensor:  # fmt: skip
    """The gradient of `tf.nn.depthwise_conv2d` for its input.

    Args:
        input_sizes: shape of the input.
        filter: tensor [height, width, channels, multiplier].
        out_backprop: gradient of the result.
        strides: list of 4 numbers.
        padding: 'SAME' or 'VALID'.
        data_format: 'NHWC'.
        dilations: list of 4 numbers.
        name: of the node.
    """
    steps = spatial(strides, 2, "strides", 3)
    gaps = spatial(dilations, 2, "dilations", 3)
    pad = check_padding(padding, 2, channels_first(data_format, 2))
    return DEPTHWISE.to_input(input_sizes, filter, out_backprop, steps, pad, gaps, name)


@public("nn.depthwise_conv2d_backprop_filter")
def depthwise_conv2d_backprop_filter(
    input: Any, filter_sizes: Any, out_backprop: Any, strides: Any, padding: Any,
    data_format: str = "NHWC", dilations: Any = (1, 1, 1, 1), name: str | None = None,
) -> Tensor:  # fmt: skip
    """The gradient of `tf.nn.depthwise_conv2d` for its filters; arguments as for the input."""
    steps = spatial(strides, 2, "strides", 3)
    gaps = spatial(dilations, 2, "dilations", 3)
    pad = check_padding(padding, 2, channels_first(data_format, 2))
    return DEPTHWISE.to_filters(input, filter_sizes, out_backprop, steps, pad, gaps, name)
