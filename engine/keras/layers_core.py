"""Dense, embedding, dropout and shape layers."""

from __future__ import annotations

from typing import Any

from engine.ir.op import PUBLIC, public
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
        kwargs: of `Layer`.
    """

    def __init__(
        self, units: int, activation: Any = None, use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None, bias_regularizer: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.units = units
        self.activation = _activation(activation)
        self.use_bias = use_bias
        self.kernel_initializer, self.bias_initializer = kernel_initializer, bias_initializer
        self.kernel_regularizer, self.bias_regularizer = kernel_regularizer, bias_regularizer
        self.kernel: Any = None
        self.bias: Any = None

    def build(self, input_shape: Any) -> None:
        """Make kernel `[inputs, units]` and bias `[units]`."""
        self.kernel = self.add_weight(
            (input_shape[-1], self.units), self.kernel_initializer, name="kernel",
            regularizer=self.kernel_regularizer,
        )  # fmt: skip
        if self.use_bias:
            self.bias = self.add_weight((self.units,), self.bias_initializer, name="bias",
                                        regularizer=self.bias_regularizer)  # fmt: skip
        self.built = True

    def call(self, inputs: Any, training: Any = None) -> Any:
        """`[..., inputs]` -> `[..., units]`."""
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

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = _activation(activation)

    def call(self, inputs: Any) -> Any:
        """The function of the inputs."""
        return self.activation(inputs)


def _fixed_activation(name: str, function: str) -> None:
    class Fixed(Activation):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(function, **kwargs)

    Fixed.__name__ = Fixed.__qualname__ = name
    Fixed.__doc__ = f"`{function}` as a layer."
    PUBLIC[f"keras.layers.{name}"] = Fixed


_fixed_activation("ReLU", "relu")
_fixed_activation("Softmax", "softmax")
_fixed_activation("ELU", "elu")


@public("keras.layers.Flatten")
class Flatten(Layer):
    """All axes but the first become one."""

    def call(self, inputs: Any) -> Any:
        """`[b, ...]` -> `[b, n]`."""
        count = inputs.shape[1:].num_elements()
        batch = inputs.shape[0]
        return tf.reshape(inputs, [-1 if batch is None else batch, -1 if count is None else count])


@public("keras.layers.Reshape")
class Reshape(Layer):
    """Another shape for each example.

    Args:
        target_shape: without the batch size.
    """

    def __init__(self, target_shape: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target_shape = tuple(target_shape)

    def call(self, inputs: Any) -> Any:
        """`[b, ...]` -> `[b, *target_shape]`."""
        return tf.reshape(inputs, [inputs.shape[0] or -1, *self.target_shape])


@public("keras.layers.Dropout")
class Dropout(Layer):
    """While training, sets a share of the inputs to zero and scales the others up.

    Args:
        rate: the share, between 0 and 1.
        seed: of the random numbers.
    """

    def __init__(
        self, rate: float, noise_shape: Any = None, seed: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if not 0 <= rate <= 1:
            raise ValueError(f"Invalid value received for argument `rate`. Expected a float value "
                             f"between 0 and 1. Received: rate={rate}")  # fmt: skip
        self.rate, self.noise_shape, self.seed = rate, noise_shape, seed

    def call(self, inputs: Any, training: Any = False) -> Any:
        """The inputs, thinned out where `training`."""
        if training and self.rate > 0:
            return tf.nn.dropout(inputs, self.rate, noise_shape=self.noise_shape, seed=self.seed)
        return inputs


@public("keras.layers.Embedding")
class Embedding(Layer):
    """Rows of a matrix by number.

    Args:
        input_dim: number of rows.
        output_dim: size of a row.
        embeddings_initializer: initial values.
    """

    def __init__(
        self, input_dim: int, output_dim: int, embeddings_initializer: Any = "uniform",
        mask_zero: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.input_dim, self.output_dim = input_dim, output_dim
        kind = "random_uniform" if embeddings_initializer == "uniform" else embeddings_initializer
        self.embeddings_initializer = kind
        self.mask_zero = mask_zero
        self.embeddings: Any = None

    def build(self, input_shape: Any) -> None:
        """Make the matrix `[input_dim, output_dim]`."""
        shape = (self.input_dim, self.output_dim)
        self.embeddings = self.add_weight(shape, self.embeddings_initializer, name="embeddings")
        self.built = True

    def call(self, inputs: Any) -> Any:
        """`[...]` integers -> `[..., output_dim]`."""
        if inputs.dtype.name not in ("int32", "int64"):
            inputs = tf.cast(inputs, "int32")
        return tf.gather(self.embeddings, inputs)


class _Merge(Layer):
    """A layer of several inputs."""

    def merge(self, inputs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not define `merge()`")

    def call(self, inputs: Any) -> Any:
        """One tensor from a list of them."""
        return self.merge(list(inputs))


@public("keras.layers.Add")
class Add(_Merge):
    """The sum of its inputs."""

    def merge(self, inputs: Any) -> Any:
        """The sum."""
        return tf.add_n(inputs)


@public("keras.layers.Concatenate")
class Concatenate(_Merge):
    """Its inputs joined along an axis (default: the last)."""

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def merge(self, inputs: Any) -> Any:
        """The joined tensor."""
        return tf.concat(inputs, self.axis)


@public("keras.layers.Rescaling")
class Rescaling(Layer):
    """inputs * scale + offset."""

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale, self.offset = scale, offset

    def call(self, inputs: Any) -> Any:
        """The scaled inputs."""
        return tf.cast(inputs, self.dtype) * self.scale + self.offset
