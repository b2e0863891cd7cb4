"""Convolution layers."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from engine.ir.op import public
from engine.keras import configs, initial_values
from engine.keras.input_spec import InputSpec
from engine.keras.layer import Layer, activation
from engine.ops.namespace import tf

LAST, FIRST = "channels_last", "channels_first"


def sizes(value: Any, count: int, name: str = "pool_size", zero: bool = False) -> tuple[int, ...]:
    """One size for all axes, or one for each, as a tuple.

    Raises:
        ValueError: for another number of sizes, or one that is too small.
    """
    text = f"The `{name}` argument must be a tuple of {count} integers. Received {name}={value}"
    if isinstance(value, int):
        found: tuple[int, ...] = (value,) * count
    else:
        try:
            found = tuple(value)
        except TypeError:
            raise ValueError(text) from None
        if len(found) != count:
            raise ValueError(text)
        for item in found:
            try:
                int(item)
            except (ValueError, TypeError):
                raise ValueError(f"{text}including element {item} of type {type(item)}") from None
    wrong = {item for item in found if item < (0 if zero else 1)}
    if wrong:
        raise ValueError(f"{text}, including values {wrong} that do not satisfy `value "
                         f"{'>= 0' if zero else '> 0'}`")  # fmt: skip
    return found


def padding_name(value: Any, causal: bool = False) -> Any:
    """The padding in small letters. Raises ValueError for an unknown one."""
    if isinstance(value, (list, tuple)):
        return value
    known = {"valid", "same", *(("causal",) if causal else ())}
    if value.lower() not in known:
        raise ValueError(f"The `padding` argument must be a list/tuple or one of {known}. "
                         f"Received: {value.lower()}")  # fmt: skip
    return value.lower()


def format_name(value: Any) -> str:
    """The data format. Raises ValueError for an unknown one."""
    found = LAST if value is None else str(value).lower()
    if found not in (LAST, FIRST):
        raise ValueError("The `data_format` argument must be one of "
                         f"{{'channels_first', 'channels_last'}}. Received: {value}")  # fmt: skip
    return found


def to_last(x: Any) -> Any:
    """`[b, channels, ...]` -> `[b, ..., channels]`."""
    return tf.transpose(x, [0, *range(2, x.shape.rank), 1])


def to_first(x: Any) -> Any:
    """`[b, ..., channels]` -> `[b, channels, ...]`."""
    return tf.transpose(x, [0, x.shape.rank - 1, *range(1, x.shape.rank - 1)])


class Convolution(Layer):
    """activation(convolution(inputs, kernel) + bias)."""

    rank = 2
    _may_be_causal = False
    _lists_activity = True
    _checkpoint_names = MappingProxyType({"kernel": "_kernel"})

    def __init__(
        self, filters: int, kernel_size: Any, strides: Any = 1, padding: str = "valid",
        data_format: Any = None, dilation_rate: Any = 1, groups: int = 1, activation: Any = None,
        use_bias: bool = True, kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros", kernel_regularizer: Any = None,
        bias_regularizer: Any = None, activity_regularizer: Any = None,
        kernel_constraint: Any = None, bias_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = filters
        self.kernel_size = sizes(kernel_size, self.rank, "kernel_size")
        self.strides = sizes(strides, self.rank, "strides")
        self.dilation_rate = sizes(dilation_rate, self.rank, "dilation_rate")
        self.padding = padding_name(padding, self._may_be_causal)
        self.groups = groups
        self.activation = _activation(activation)
        self.use_bias = use_bias
        self.data_format = format_name(data_format)
        self.kernel_initializer = initial_values.get(kernel_initializer)
        self.bias_initializer = initial_values.get(bias_initializer)
        self.kernel_regularizer = configs.regularizer(kernel_regularizer)
        self.bias_regularizer = configs.regularizer(bias_regularizer)
        self.kernel_constraint = configs.constraint(kernel_constraint)
        self.bias_constraint = configs.constraint(bias_constraint)
        self.input_spec = InputSpec(min_ndim=self.rank + 2)
        self.kernel: Any = None
        self.bias: Any = None
        self._check()

    def _check(self) -> None:
        """Raise ValueError for numbers that do not fit together."""
        if self.filters is not None and self.filters <= 0:
            raise ValueError("Invalid value for argument `filters`. Expected a strictly positive "
                             f"value. Received filters={self.filters}.")  # fmt: skip
        if self.groups <= 0:
            raise ValueError("The number of groups must be a positive integer. Received: "
                             f"groups={self.groups}.")  # fmt: skip
        if self.filters is not None and self.filters % self.groups:
            raise ValueError(
                "The number of filters must be evenly divisible by the number of groups. Received: "
                f"groups={self.groups}, filters={self.filters}."
            )
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                "`strides > 1` not supported in conjunction with `dilation_rate > 1`. Received: "
                f"strides={self.strides} and dilation_rate={self.dilation_rate}"
            )

    def _channels(self, input_shape: Any) -> int:
        """The number of input channels, which later inputs must have too."""
        axis = -1 if self.data_format == LAST else 1
        found: int = input_shape[axis]
        self.input_spec = InputSpec(min_ndim=self.rank + 2, axes={axis: found})
        return found

    def build(self, input_shape: Any) -> None:
        """Make kernel `[*kernel_size, channels / groups, filters]` and bias `[filters]`."""
        channels = self._channels(input_shape)
        if channels % self.groups:
            raise ValueError(
                "The number of input channels must be evenly divisible by the number of groups. "
                f"Received groups={self.groups}, but the input has {channels} channels (full input "
                f"shape is {input_shape})."
            )
        self.kernel = self.add_weight(self.kernel_shape(channels), self.kernel_initializer,
                                      name="kernel", regularizer=self.kernel_regularizer,
                                      constraint=self.kernel_constraint)  # fmt: skip
        self._build_bias(channels)

    def _build_bias(self, channels: int) -> None:
        if self.use_bias:
            self.bias = self.add_weight(
                (self.bias_count(channels),), self.bias_initializer, name="bias",
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            )  # fmt: skip
        self.built = True

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        """Of the kernel, for a number of input channels."""
        return (*self.kernel_size, channels // self.groups, self.filters)

    def bias_count(self, channels: int) -> int:
        """Number of output channels."""
        return self.filters

    def call(self, inputs: Any) -> Any:
        """`[b, ..., channels]` -> `[b, ..., filters]`, or with the channels first."""
        x = self.convolve(inputs if self.data_format == LAST else to_last(inputs))
        if self.use_bias:
            x = tf.nn.bias_add(x, self.bias)
        return self.activation(x if self.data_format == LAST else to_first(x))

    def convolve(self, inputs: Any) -> Any:
        """The convolution alone."""
        return tf.nn.conv2d(inputs, self.kernel, self.strides, self.padding.upper(),
                            dilations=self.dilation_rate)  # fmt: skip


_activation = activation


@public("keras.layers.Conv2D", "keras.layers.Convolution2D")
class Conv2D(Convolution):
    """Two-dimensional convolution.

    Args:
        filters: number of output channels.
        kernel_size: one size, or two.
        strides, padding, dilation_rate, groups: as in `tf.nn.conv2d`.
        activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer: as `Dense`.
    """


@public("keras.layers.Conv3D", "keras.layers.Convolution3D")
class Conv3D(Convolution):
    """Three-dimensional convolution; arguments as `Conv2D`."""

    rank = 3

    def convolve(self, inputs: Any) -> Any:
        """The convolution alone."""
        return tf.nn.conv3d(inputs, self.kernel, [1, *self.strides, 1], self.padding.upper(),
                            dilations=[1, *self.dilation_rate, 1])  # fmt: skip


@public("keras.layers.Conv1D", "keras.layers.Convolution1D")
class Conv1D(Convolution):
    """One-dimensional convolution; arguments as `Conv2D`."""

    rank = 1
    _may_be_causal = True

    def convolve(self, inputs: Any) -> Any:
        """The convolution alone; causal padding looks back only."""
        padding = self.padding.upper()
        if padding == "CAUSAL":
            back = self.dilation_rate[0] * (self.kernel_size[0] - 1)
            inputs, padding = tf.pad(inputs, [[0, 0], [back, 0], [0, 0]]), "VALID"
        return tf.nn.conv1d(inputs, self.kernel, self.strides[0], padding,
                            dilations=self.dilation_rate[0])  # fmt: skip
