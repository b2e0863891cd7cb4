"""Layers that learn statistics of the data before the training."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.ir.op import public
from engine.keras import configs
from engine.keras.layer import Layer
from engine.ops.namespace import tf

_SMALLEST = 1e-7  # the least standard deviation that is divided by


@public("keras.layers.Normalization")
class Normalization(Layer):
    """Shifts and scales inputs to mean 0 and variance 1, of statistics given or learnt by `adapt`.

    Args:
        axis: the axes that keep statistics of their own; None: one mean for all numbers.
        mean, variance: the statistics, where they are known; both or none.
        invert: from normalised numbers to the original ones?
    """

    supports_masking = True

    def __init__(
        self, axis: Any = -1, mean: Any = None, variance: Any = None, invert: bool = False,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.axis: tuple[int, ...] = (
            () if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
        )
        _check_given(mean, variance, self.axis)
        self.input_mean, self.input_variance, self.invert = mean, variance, invert
        self._shape: tuple[int | None, ...] = ()
        self._kept: tuple[int, ...] = ()

    def build(self, input_shape: Any) -> None:
        """Make the weights `mean`, `variance` and `count`, unless the statistics were given."""
        rank = len(input_shape)
        if any(not -rank <= a < rank for a in self.axis):
            raise ValueError(
                "All `axis` values must be in the range [-ndim, ndim). Received inputs with "
                f"ndim={rank}, while axis={self.axis}"
            )
        self._shape, self._kept = tuple(input_shape), tuple(sorted(a % rank for a in self.axis))
        for axis in self._kept:
            if input_shape[axis] is None:
                raise ValueError(
                    "All `axis` values to be kept must have a known shape. Received "
                    f"axis={self.axis}, inputs.shape={input_shape}, with unknown axis at index "
                    f"{axis}"
                )
        if self.input_mean is None:
            shape = tuple(input_shape[a] for a in self._kept)
            self.adapt_mean = self.add_weight(shape, "zeros", trainable=False, name="mean")
            self.adapt_variance = self.add_weight(shape, "ones", trainable=False, name="variance")
            self.count = self.add_weight((), "zeros", dtype="int64", trainable=False, name="count")
        self.built = True

    @property
    def mean(self) -> Any:
        """The mean, of as many axes as the inputs; None before the layer is built."""
        return self._aligned(self.input_mean, "adapt_mean")

    @property
    def variance(self) -> Any:
        """The variance, of as many axes as the inputs; None before the layer is built."""
        return self._aligned(self.input_variance, "adapt_variance")

    def _aligned(self, given: Any, weight: str) -> Any:
        if not self.built:
            return None
        full = [d if i in self._kept else 1 for i, d in enumerate(self._shape)]
        if given is None:
            return tf.reshape(getattr(self, weight).value, full)
        given = tf.cast(tf.convert_to_tensor(given), self.dtype)
        dims = [1] * len(full)
        for axis, length in zip(reversed(self._kept), reversed(given.shape), strict=False):
            dims[axis] = length
        return tf.broadcast_to(tf.reshape(given, dims), full)

    def adapt(self, data: Any) -> None:
        """Learn the statistics.

        Args:
            data: an array or tensor, or a dataset or other iterable of batches (of tuples of
                inputs and labels: the inputs count).
        """
        if hasattr(data, "element_spec"):
            data, shape = _batched(data)
        elif isinstance(data, np.ndarray) or tf.is_tensor(data):
            shape = tuple(data.shape)
        elif hasattr(data, "__iter__"):
            data = list(data)
            if not data:
                raise ValueError(
                    "adapt() received an empty iterable (no batches). Expected at least one batch. "
                    "Pass a non-empty iterable of arrays or tensors, e.g. layer.adapt([x]) or "
                    "layer.adapt(list_of_batches)."
                )
            shape = _shape_of(_inputs(data[0]))
        else:
            raise TypeError(
                f"Unsupported data type: {type(data)}. `adapt` supports `np.ndarray`, tensors, "
                "`tf.data.Dataset` and iterables of batches (e.g. list, generator)."
            )
        if not self.built:
            self.build(shape)
        elif not self._fits(shape):
            raise ValueError(
                f"The layer was built with input_shape={self._shape}, but adapt() is being called "
                f"with data with an incompatible shape, data.shape={shape}"
            )
        if self.input_mean is not None:
            raise AttributeError(
                f"'{type(self).__name__}' object has no attribute 'adapt_mean': its statistics "
                "were given as `mean` and `variance`; leave those out to learn them from data."
            )
        mean, variance = self._statistics(data)
        self.adapt_mean.assign(mean)
        self.adapt_variance.assign(variance)

    def _fits(self, shape: tuple[int | None, ...]) -> bool:
        return all(shape[a] in (None, self._shape[a]) for a in self._kept)

    def _statistics(self, data: Any) -> tuple[Any, Any]:
        axes = tuple(a for a in range(len(self._shape)) if a not in self._kept)
        if isinstance(data, np.ndarray):
            return np.mean(data, axis=axes), np.var(data, axis=axes)
        if tf.is_tensor(data):
            data = tf.cast(data, self.dtype)
            return tf.reduce_mean(data, axes), tf.math.reduce_variance(data, axes)
        return self._running(data, axes)

    def _running(self, batches: Iterator[Any], axes: tuple[int, ...]) -> tuple[Any, Any]:
        mean = variance = tf.zeros([self._shape[a] for a in self._kept], self.dtype)
        total = 0
        for item in batches:
            batch = tf.cast(tf.convert_to_tensor(_inputs(item)), self.dtype)
            if not self._fits(tuple(batch.shape)):
                raise ValueError(
                    "adapt() yielded a batch with incompatible shape. Expected "
                    f"{self._shape}, got {tuple(batch.shape)}."
                )
            count = math.prod(batch.shape[a] for a in axes)
            total += count
            new = count / total
            old = 1.0 - new
            own, spread = tf.reduce_mean(batch, axes), tf.math.reduce_variance(batch, axes)
            both = mean * old + own * new
            variance = (variance + (mean - both) ** 2) * old + (spread + (own - both) ** 2) * new
            mean = both
        return mean, variance

    def call(self, inputs: Any) -> Any:
        """The normalised inputs, or with `invert` the original ones."""
        inputs = tf.cast(inputs, self.dtype)
        deviation = tf.maximum(tf.sqrt(self.variance), _SMALLEST)
        if self.invert:
            return self.mean + inputs * deviation
        return (inputs - self.mean) / deviation

    def compute_output_shape(self, input_shape: Any) -> Any:
        """That of the inputs."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a layer."""
        given = {
            name: None if value is None else np.asarray(value).tolist()
            for name, value in (("mean", self.input_mean), ("variance", self.input_variance))
        }
        common = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": configs.dtype_config(self.dtype),
        }
        return {**common, "axis": self.axis, "invert": self.invert, **given}


def _check_given(mean: Any, variance: Any, axis: tuple[int, ...]) -> None:
    if (mean is None) != (variance is None):
        raise ValueError(
            "When setting values directly, both `mean` and `variance` must be set. Received: "
            f"mean={mean} and variance={variance}"
        )
    if mean is None:
        return
    if np.shape(mean) != np.shape(variance):
        raise ValueError(
            "When setting values directly, `mean` and `variance` must have the same shape. "
            f"Received: mean shape {np.shape(mean)} and variance shape {np.shape(variance)}"
        )
    if len(np.shape(mean)) > len(axis):
        raise ValueError(
            "The rank of `mean` must be less than or equal to the number of axes "
            f"({len(axis)}). Received: mean shape {np.shape(mean)} for axis {axis}"
        )


def _batched(data: Any) -> tuple[Any, tuple[int | None, ...]]:
    shape = tuple(_inputs(data.element_spec).shape)
    if len(shape) == 1:
        data = data.batch(128)
        shape = (None, *shape)
    return data, shape


def _inputs(item: Any) -> Any:
    return item[0] if isinstance(item, tuple) else item


def _shape_of(batch: Any) -> tuple[int | None, ...]:
    if not hasattr(batch, "shape"):
        raise TypeError(
            "adapt() expects an iterable that yields arrays or tensors with a `.shape` attribute "
            "(e.g. numpy arrays or backend tensors). Got an element of type "
            f"{type(batch).__name__}. Ensure each yielded element is array-like with a `.shape` "
            "attribute."
        )
    return tuple(batch.shape)
