"""Metrics: values accumulated over batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.ir.dtypes import as_dtype, float32
from engine.ir.op import PUBLIC
from engine.keras import loss_functions as losses
from engine.objects.module import Module, snake_case
from engine.objects.variable import Variable, init_scope
from engine.ops.namespace import tf


def _export(*names: str) -> Callable[[Any], Any]:
    def export(value: Any) -> Any:
        for name in names:
            for space in ("keras.metrics", "metrics"):
                PUBLIC[f"{space}.{name}"] = value
        return value

    return export


@_export("Metric")
class Metric(Module):
    """Accumulates a value over calls of `update_state`.

    Args:
        dtype: of the accumulated values.
        name: default: the class name in snake case.
    """

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        super().__init__(name=None)
        self._name = name or snake_case(type(self).__name__)
        self._dtype = float32 if dtype is None else as_dtype(dtype)

    def add_variable(self, shape: Any = (), initializer: Any = "zeros", dtype: Any = None,
                     name: str | None = None, **kwargs: Any) -> Variable:  # fmt: skip
        """A new variable of the metric."""
        from engine.keras import initial_values

        with init_scope():
            value = initial_values.get(initializer)(tuple(shape), dtype or self._dtype)
            return Variable(value, trainable=False, name=name or "state")

    add_weight = add_variable

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Take a batch into account. Subclasses define it."""
        raise NotImplementedError(f"{type(self).__name__} does not define `update_state()`")

    def result(self) -> Any:
        """The value so far. Subclasses define it."""
        raise NotImplementedError(f"{type(self).__name__} does not define `result()`")

    def reset_state(self) -> None:
        """Start again."""
        for variable in self.variables:
            variable.assign(tf.zeros(variable.shape, variable.dtype))

    reset_states = reset_state

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Take a batch into account, and answer the value so far."""
        self.update_state(*args, **kwargs)
        return self.result()


@_export("Mean")
class Mean(Metric):
    """The (weighted) mean of all values."""

    def __init__(self, name: str = "mean", dtype: Any = None) -> None:
        super().__init__(dtype, name)
        self.total = self.add_variable(name="total")
        self.count = self.add_variable(name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add values, with weights where given."""
        values = tf.cast(losses.floats(values), self._dtype)
        if sample_weight is None:
            self.total.assign_add(tf.reduce_sum(values))
            self.count.assign_add(tf.cast(tf.size(values), self._dtype))
            return
        weight = tf.cast(sample_weight, self._dtype)
        while weight.shape.rank > values.shape.rank:
            weight = tf.squeeze(weight, [-1])
        while values.shape.rank > weight.shape.rank:
            values = tf.reduce_mean(values, axis=-1)
        weight = weight * tf.ones_like(values)
        self.total.assign_add(tf.reduce_sum(values * weight))
        self.count.assign_add(tf.reduce_sum(weight))

    def result(self) -> Any:
        """The mean; zero before the first value."""
        return tf.math.divide_no_nan(self.total.value(), self.count.value())


@_export("Sum")
class Sum(Metric):
    """The (weighted) sum of all values."""

    def __init__(self, name: str = "sum", dtype: Any = None) -> None:
        super().__init__(dtype, name)
        self.total = self.add_variable(name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add values, with weights where given."""
        values = tf.cast(losses.floats(values), self._dtype)
        if sample_weight is not None:
            values = values * tf.cast(sample_weight, self._dtype)
        self.total.assign_add(tf.reduce_sum(values))

    def result(self) -> Any:
        """The sum."""
        return self.total.value()


@_export("MeanMetricWrapper")
class MeanMetricWrapper(Mean):
    """The mean of a function of true and predicted values."""

    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(name or fn.__name__, dtype)
        self._function = fn
        self._arguments = kwargs

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Take a batch of true and predicted values into account."""
        super().update_state(self._function(y_true, y_pred, **self._arguments), sample_weight)


@_export("binary_accuracy")
def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
    """Share of the last axis where predicted > threshold agrees with true."""
    predicted = losses.floats(y_pred)
    true, predicted = losses.squeeze_or_expand(tf.cast(y_true, predicted.dtype), predicted)
    agree = tf.equal(true, tf.cast(predicted > threshold, true.dtype))
    return tf.reduce_mean(tf.cast(agree, float32), axis=-1)


@_export("categorical_accuracy")
def categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where the largest entries of true and predicted are at the same place."""
    agree = tf.equal(tf.argmax(y_true, axis=-1), tf.argmax(y_pred, axis=-1))
    return tf.cast(agree, float32)


@_export("sparse_categorical_accuracy")
def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where the largest prediction is at the true class number."""
    predicted = losses.floats(y_pred)
    true = tf.convert_to_tensor(y_true)
    if true.shape.rank == predicted.shape.rank and true.shape[-1] == 1:
        true = tf.squeeze(true, [-1])
    best = tf.argmax(predicted, axis=-1)
    return tf.cast(tf.equal(tf.cast(true, "int64"), best), float32)


@_export("sparse_top_k_categorical_accuracy")
def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """1 where the true class number is among the k largest predictions."""
    true = tf.reshape(tf.cast(y_true, "int32"), [-1])
    return tf.cast(tf.math.in_top_k(true, y_pred, k), float32)


def accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where true and predicted are equal."""
    predicted = losses.floats(y_pred)
    true, predicted = losses.squeeze_or_expand(tf.cast(y_true, predicted.dtype), predicted)
    return tf.cast(tf.equal(true, predicted), float32)


def _metric(name: str, function: Callable[..., Any], label: str) -> None:
    class Wrapped(MeanMetricWrapper):
        def __init__(self, name: str = label, dtype: Any = None, **kwargs: Any) -> None:
            super().__init__(function, name, dtype, **kwargs)

    Wrapped.__name__ = Wrapped.__qualname__ = name
    Wrapped.__doc__ = function.__doc__
    _export(name)(Wrapped)


_metric("Accuracy", accuracy, "accuracy")
_metric("BinaryAccuracy", binary_accuracy, "binary_accuracy")
_metric("CategoricalAccuracy", categorical_accuracy, "categorical_accuracy")
_metric("SparseCategoricalAccuracy", sparse_categorical_accuracy, "sparse_categorical_accuracy")
_metric("SparseTopKCategoricalAccuracy", sparse_top_k_categorical_accuracy,
        "sparse_top_k_categorical_accuracy")  # fmt: skip
_metric("MeanSquaredError", losses.mean_squared_error, "mean_squared_error")
_metric("MeanAbsoluteError", losses.mean_absolute_error, "mean_absolute_error")
_metric("BinaryCrossentropy", losses.binary_crossentropy, "binary_crossentropy")
_metric("CategoricalCrossentropy", losses.categorical_crossentropy, "categorical_crossentropy")
_metric("SparseCategoricalCrossentropy", losses.sparse_categorical_crossentropy,
        "sparse_categorical_crossentropy")  # fmt: skip


@_export("RootMeanSquaredError")
class RootMeanSquaredError(Mean):
    """The root of the mean of (true - predicted)^2."""

    def __init__(self, name: str = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Take a batch into account."""
        predicted = losses.floats(y_pred)
        true, predicted = losses.squeeze_or_expand(tf.cast(y_true, predicted.dtype), predicted)
        super().update_state(tf.square(true - predicted), sample_weight)

    def result(self) -> Any:
        """The root."""
        return tf.sqrt(super().result())
