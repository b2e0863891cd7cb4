"""Dense, embedding, dropout and shape layers."""

from __future__ import annotations

import inspect
from types import MappingProxyType
from typing import Any

from engine.ir.op import public
from engine.keras import configs, initial_values, masks, seeds
from engine.keras.input_spec import InputSpec
from engine.keras.layer import Layer, activation
from engine.ops.namespace import tf


@public("keras.layers.Dense")
class Dense(Layer):
    """activation(inputs @ kernel + bias).

    Args:
        units: size of the output's last axis.
        activation: name or function.
        use_bias: add a bias?
        kernel_initializer, bias_initializer: initial values.
        kernel_regularizer, bias_regularizer: added to the losses.
        activity_regularizer, kernel_constraint, bias_constraint: as `Layer.add_weight`.
        quantization_config: only None.
        kwargs: of `Layer`.

    Raises:
        ValueError: if `units` is no positive integer.
    """

    supports_masking = True

    def __init__(
        self, units: int, activation: Any = None, use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None, bias_regularizer: Any = None,
        activity_regularizer: Any = None, kernel_constraint: Any = None,
        bias_constraint: Any = None, quantization_config: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        if quantization_config is not None:
            raise NotImplementedError("layers cannot be quantized: leave `quantization_config` out")
        if not isinstance(units, int) or units <= 0:
            raise ValueError("Received an invalid value for `units`, expected a positive integer. "
                             f"Received: units={units}")  # fmt: skip
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units, self.quantization_config = units, None
        self.activation = _activation(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initial_values.get(kernel_initializer)
        self.bias_initializer = initial_values.get(bias_initializer)
        self.kernel_regularizer = configs.regularizer(kernel_regularizer)
        self.bias_regularizer = configs.regularizer(bias_regularizer)
        self.kernel_constraint = configs.constraint(kernel_constraint)
        self.bias_constraint = configs.constraint(bias_constraint)
        self.kernel: Any = None
        self.bias: Any = None
        self.input_spec = InputSpec(min_ndim=2)

    _checkpoint_names = MappingProxyType({"kernel": "_kernel"})

    def build(self, input_shape: Any) -> None:
        """Make kernel `[inputs, units]` and bias `[units]`."""
        self.kernel = self.add_weight(
            (input_shape[-1], self.units), self.kernel_initializer, name="kernel",
            regularizer=self.kernel_regularizer, constraint=self.kernel_constraint,
        )  # fmt: skip
        if self.use_bias:
            self.bias = self.add_weight(
                (self.units,), self.bias_initializer, name="bias",
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            )  # fmt: skip
        self.input_spec = InputSpec(min_ndim=2, axes={-1: input_shape[-1]})
        self.built = True

    _casts_integers = True

    def call(self, inputs: Any, training: Any = None) -> Any:
        """`[..., inputs]` -> `[..., units]`."""
        if inputs.dtype.is_integer:
            inputs = tf.cast(inputs, self.compute_dtype)
        if inputs.shape.rank is not None and inputs.shape.rank > 2:
            x = tf.tensordot(inputs, self.kernel, [[inputs.shape.rank - 1], [0]])
        else:
            x = tf.matmul(inputs, self.kernel)
        if self.use_bias:
            x = x + self.bias
        return self.activation(x)


_activation = activation


@public("keras.layers.Activation")
class Activation(Layer):
    """An activation function as a layer."""

    supports_masking = True
    _built_at_init = True

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = _activation(activation)

    def call(self, inputs: Any) -> Any:
        """The function of the inputs."""
        return self.activation(inputs)


@public("keras.layers.Flatten")
class Flatten(Layer):
    """All axes but the first become one.

    Args:
        data_format: "channels_first" inputs are flattened as if the channels were last.
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = data_format or "channels_last"
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Any) -> Any:
        """`[b, ...]` -> `[b, n]`."""
        if self.data_format == "channels_first" and inputs.shape.rank > 1:
            inputs = tf.transpose(inputs, [0, *range(2, inputs.shape.rank), 1])
        sizes = inputs.shape.as_list()[1:]
        if None in sizes:
            return tf.reshape(inputs, [tf.shape(inputs)[0], -1])
        batch, count = inputs.shape[0], 1
        for size in sizes:
            count *= size
        return tf.reshape(inputs, [-1 if batch is None else batch, count])


@public("keras.layers.Reshape")
class Reshape(Layer):
    """Another shape for each example.

    Args:
        target_shape: without the batch size.
    """

    _built_at_init = True

    def __init__(self, target_shape: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target_shape = tuple(target_shape)

    def call(self, inputs: Any) -> Any:
        """`[b, ...]` -> `[b, *target_shape]`."""
        if inputs.shape[0] is None and -1 in self.target_shape:
            return tf.reshape(inputs, [tf.shape(inputs)[0], *self.target_shape])
        batch = inputs.shape[0]
        return tf.reshape(inputs, [-1 if batch is None else batch, *self.target_shape])


@public("keras.layers.Dropout")
class Dropout(Layer):
    """While training, sets a share of the inputs to zero and scales the others up.

    Args:
        rate: the share, between 0 and 1.
        seed: of the random numbers.
    """

    supports_masking = True

    def __init__(
        self, rate: float, noise_shape: Any = None, seed: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if not 0 <= rate <= 1:
            raise ValueError(f"Invalid value received for argument `rate`. Expected a float value "
                             f"between 0 and 1. Received: rate={rate}")  # fmt: skip
        self.rate, self.noise_shape, self.seed = rate, _noise_shape(noise_shape), seed
        if rate > 0:
            self.seed_generator = seeds.SeedGenerator(seed)
        self.built = True

    def call(self, inputs: Any, training: Any = False) -> Any:
        """The inputs, thinned out where `training`."""
        if training and self.rate > 0:
            shape = self.noise_shape
            if shape is not None:
                sizes = tf.shape(inputs)
                shape = tf.stack([sizes[i] if n is None else n for i, n in enumerate(shape)])
            return tf.nn.experimental.stateless_dropout(
                inputs, self.rate, self.seed_generator.next(), noise_shape=shape
            )
        return inputs


def _noise_shape(shape: Any) -> Any:
    """The shape of a mask as a tuple. Raises ValueError for what is none."""
    text = "Invalid value received for argument `noise_shape`. Expected "
    if shape is None:
        return None
    if isinstance(shape, str):
        raise ValueError(f"{text}a tuple or list of integers. Received: noise_shape={shape}")
    if not isinstance(shape, tuple):
        try:
            shape = tuple(shape)
        except TypeError:
            raise ValueError(f"{text}an iterable of integers (e.g., a tuple or list). Received: "
                             f"noise_shape={shape}") from None  # fmt: skip
    for i, size in enumerate(shape):
        if size is not None and not isinstance(size, int):
            raise ValueError(f"{text}all elements to be integers or None. Received element at "
                             f"index {i}: {size} (type: {type(size).__name__})")  # fmt: skip
        if size is not None and size <= 0:
            raise ValueError(f"{text}all dimensions to be positive integers or None. Received "
                             f"negative or zero value at index {i}: {size}")  # fmt: skip
    return shape


@public("keras.layers.Embedding")
class Embedding(Layer):
    """Rows of a matrix by number.

    Args:
        input_dim: number of rows.
        output_dim: size of a row.
        embeddings_initializer, embeddings_regularizer, embeddings_constraint: of the matrix.
        mask_zero: hide 0 from the layers that follow?
        weights: the matrix, where it is known.
        quantization_config: only None.

    Raises:
        ValueError: for sizes that are no positive integers.
    """

    _lists_activity = True
    _unlisted = frozenset({"weights"})

    def __init__(
        self, input_dim: int, output_dim: int, embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None, embeddings_constraint: Any = None,
        mask_zero: bool = False, weights: Any = None, quantization_config: Any = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        for name, size in (("input_dim", input_dim), ("output_dim", output_dim)):
            if not isinstance(size, int) or isinstance(size, bool) or size <= 0:
                raise ValueError(f"`{name}` must be a positive integer. Received: {name}={size} "
                                 f"(of type {type(size).__name__}).")  # fmt: skip
        if quantization_config is not None:
            raise NotImplementedError("layers cannot be quantized: leave `quantization_config` out")
        super().__init__(**{k: v for k, v in kwargs.items() if k != "input_length"})
        self.input_dim, self.output_dim, self.quantization_config = input_dim, output_dim, None
        self.embeddings_initializer = initial_values.get(embeddings_initializer)
        self.embeddings_regularizer = configs.regularizer(embeddings_regularizer)
        self.embeddings_constraint = configs.constraint(embeddings_constraint)
        self.mask_zero = self.supports_masking = mask_zero
        self.embeddings: Any = None
        if weights is not None:
            self.build(None)
            self.set_weights(weights if isinstance(weights, list) else [weights])

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Which numbers are not 0, where the layer masks them."""
        return tf.not_equal(inputs, tf.zeros((), inputs.dtype)) if self.mask_zero else None

    def build(self, input_shape: Any) -> None:
        """Make the matrix `[input_dim, output_dim]`."""
        shape = (self.input_dim, self.output_dim)
        self.embeddings = self.add_weight(
            shape, self.embeddings_initializer, name="embeddings",
            regularizer=self.embeddings_regularizer, constraint=self.embeddings_constraint,
        )  # fmt: skip
        self.built = True

    def call(self, inputs: Any) -> Any:
        """`[...]` integers -> `[..., output_dim]`."""
        if inputs.dtype.name not in ("int32", "int64"):
            inputs = tf.cast(inputs, "int32")
        return tf.gather(self.embeddings, inputs)


@public("keras.layers.Masking")
class Masking(Layer):
    """Hides the steps of a sequence whose features all have one value.

    Args:
        mask_value: that value.
        kwargs: of `Layer`.
    """

    def __init__(self, mask_value: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mask_value = mask_value
        self.built = True

    def _counts(self, inputs: Any) -> Any:
        value = tf.cast(self.mask_value, inputs.dtype)
        return tf.reduce_any(tf.not_equal(inputs, value), axis=-1, keepdims=True)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Which steps count."""
        return tf.squeeze(self._counts(inputs), axis=-1)

    def call(self, inputs: Any) -> Any:
        """The inputs, with zeros in hidden steps; the mask travels with them."""
        counts = self._counts(inputs)
        out = tf.where(counts, inputs, tf.zeros_like(inputs))
        masks.set_mask(out, tf.squeeze(counts, axis=-1))
        return out


@public("keras.layers.Rescaling")
class Rescaling(Layer):
    """inputs * scale + offset."""

    supports_masking = True

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale, self.offset = scale, offset

    def call(self, inputs: Any) -> Any:
        """The scaled inputs."""
        return tf.cast(inputs, self.dtype) * self.scale + self.offset


@public("keras.layers.Lambda")
class Lambda(Layer):
    """A function as a layer.

    Args:
        function: called with the inputs (and `training` or `mask` where it takes them).
        output_shape, mask: accepted.
        arguments: keyword arguments of the function.
        kwargs: of `Layer`.
    """

    supports_masking = True

    _takes_anything = True

    def __init__(
        self, function: Any, output_shape: Any = None, mask: Any = None, arguments: Any = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.function, self.arguments = function, dict(arguments or {})
        self.built = True

    def call(self, inputs: Any, mask: Any = None, training: Any = None) -> Any:
        """What the function answers."""
        wanted = inspect.signature(self.function).parameters
        given = {"mask": mask, "training": training}
        extra = {name: value for name, value in given.items() if name in wanted}
        return self.function(inputs, **self.arguments, **extra)

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal layer; the function must be registered to be saved."""
        base = {"name": self.name, "trainable": self._trainable, "dtype": self.dtype}
        return {**base, "function": configs.serialize(self.function), "arguments": self.arguments}


class Operation(Layer):
    """An operator on symbolic tensors, as a layer of a model."""

    _takes_anything = True

    def __init__(self, function: Any, name: str, label: str) -> None:
        super().__init__(name=name)
        self.function, self.label = function, label
        self.built = True

    def call(self, *args: Any) -> Any:
        """What the operator answers."""
        return self.function(*args)


@public("keras.layers.Identity")
class Identity(Layer):
    """The inputs themselves."""

    supports_masking = True
    _built_at_init = True

    def call(self, inputs: Any) -> Any:
        """The inputs."""
        return inputs
