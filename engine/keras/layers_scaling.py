"""Layers that scale vectors and kernels."""

from __future__ import annotations

from typing import Any

from engine.ir.op import public
from engine.keras import initial_values
from engine.keras.input_spec import InputSpec
from engine.keras.layer import Layer
from engine.keras.layers_wrapping import Wrapper
from engine.ops.namespace import tf


@public("keras.layers.RMSNormalization")
class RMSNormalization(Layer):
    """Divides by the root of the mean square, and scales.

    Args:
        axis: one axis or several.
        epsilon: added to the mean square.
    """

    def __init__(self, axis: Any = -1, epsilon: float = 1e-6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis, self.epsilon = axis, epsilon
        self.scale: Any = None

    def build(self, input_shape: Any) -> None:
        """Make `scale`, of the sizes of the axes."""
        self.axis = sorted(self.axis) if isinstance(self.axis, (list, tuple)) else [self.axis]
        shape = tuple(input_shape[axis] for axis in self.axis)
        self.scale = self.add_weight(shape, "ones", name="scale")
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The normalised inputs."""
        rank = inputs.shape.rank
        square = tf.reduce_mean(tf.square(inputs), axis=self.axis, keepdims=True)
        axes = [axis % rank for axis in self.axis]
        shape = [inputs.shape[i] if i in axes else 1 for i in range(rank)]
        return inputs * tf.math.rsqrt(square + self.epsilon) * tf.reshape(self.scale, shape)


@public("keras.layers.UnitNormalization")
class UnitNormalization(Layer):
    """Vectors along an axis (or several) with length one.

    Raises:
        TypeError: for an axis that is no integer.
    """

    supports_masking = True

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(axis, (int, list, tuple)):
            raise TypeError("Invalid value for `axis` argument: expected an int or a list/tuple "
                            f"of ints. Received: axis={axis}")  # fmt: skip
        self.axis = axis if isinstance(axis, int) else list(axis)
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The unit vectors."""
        square = tf.reduce_sum(tf.square(inputs), axis=self.axis, keepdims=True)
        return inputs * tf.minimum(tf.math.rsqrt(square), tf.cast(1e12, inputs.dtype))


@public("keras.layers.SpectralNormalization")
class SpectralNormalization(Wrapper):
    """While training, divides the wrapped layer's kernel by its largest singular value.

    Args:
        layer: a layer with a kernel or embeddings.
        power_iterations: how many steps find the singular value.

    Raises:
        ValueError: for no steps, or a layer with neither weight.
    """

    def __init__(self, layer: Any, power_iterations: int = 1, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        if power_iterations <= 0:
            raise ValueError("`power_iterations` should be greater than zero. Received: "
                             f"`power_iterations={power_iterations}`")  # fmt: skip
        self.power_iterations = power_iterations

    def build(self, input_shape: Any = None) -> None:
        """Build the layer, and make the vector that follows the singular value."""
        super().build(input_shape)
        self.input_spec = InputSpec(min_ndim=1, axes={-1: input_shape[-1]})
        for name in ("kernel", "embeddings"):
            if getattr(self.layer, name, None) is not None:
                self.kernel = getattr(self.layer, name)
                break
        else:
            raise ValueError(f"{type(self.layer).__name__} object has no attribute 'kernel' nor "
                             "'embeddings'")  # fmt: skip
        start = initial_values.TruncatedNormal(stddev=0.02)
        self.vector_u = self.add_weight(
            (1, self.kernel.shape[-1]), start, trainable=False, name="vector_u",
            dtype=self.kernel.dtype,
        )  # fmt: skip

    def call(self, inputs: Any, training: Any = False) -> Any:
        """The layer's outputs."""
        if training:
            kernel, u = tf.convert_to_tensor(self.kernel), tf.convert_to_tensor(self.vector_u)
            empty = tf.reduce_all(tf.equal(kernel, 0))
            new_u, new_kernel = self._normalized(kernel, u)
            self.vector_u.assign(tf.where(empty, u, new_u))
            self.kernel.assign(tf.where(empty, kernel, new_kernel))
        return tf.cast(self.layer(inputs), inputs.dtype)

    def _normalized(self, kernel: Any, u: Any) -> tuple[Any, Any]:
        weights = tf.reshape(kernel, [-1, kernel.shape[-1]])
        v = u
        for _ in range(self.power_iterations):
            v = _unit(tf.matmul(u, weights, transpose_b=True))
            u = _unit(tf.matmul(v, weights))
        u, v = tf.stop_gradient(u), tf.stop_gradient(v)
        sigma = tf.matmul(tf.matmul(v, weights), u, transpose_b=True)
        return u, tf.reshape(weights / sigma, kernel.shape)


def _unit(vector: Any) -> Any:
    return vector * tf.minimum(tf.math.rsqrt(tf.reduce_sum(tf.square(vector))), 1e7)
