"""Metrics: values accumulated over batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.base.tracebacks import with_users_frames
from engine.ir.dtypes import as_dtype, float32
from engine.ir.op import PUBLIC
from engine.keras import initial_values, naming
from engine.keras import loss_functions as losses
from engine.keras.variables import KerasVariable
from engine.objects.variable import init_scope
from engine.ops.namespace import tf


def _export(*names: str) -> Callable[[Any], Any]:
    def export(value: Any) -> Any:
        value = with_users_frames(value)
        for name in names:
            for space in ("keras.metrics", "metrics"):
                PUBLIC[f"{space}.{name}"] = value
        return value

    return export


@_export("Metric")
class Metric:
    """Accumulates a value over calls of `update_state`.

    Args:
        dtype: of the accumulated values.
        name: default: the class name in snake case, made unique.
    """

    __keras_metric__ = True

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self._name = name or naming.unique_name(naming.snake_case(type(self).__name__))
        self._dtype = float32 if dtype is None else as_dtype(dtype)
        self._variables: list[KerasVariable] = []
        self._metrics: list[Metric] = []

    def __setattr__(self, key: str, value: Any) -> None:
        object.__setattr__(self, key, value)
        if isinstance(value, Metric):
            self._metrics.append(value)
        elif isinstance(value, KerasVariable) and all(v is not value for v in self._variables):
            self._variables.append(value)

    @property
    def name(self) -> str:
        """The metric's name."""
        return self._name

    @property
    def dtype(self) -> str:
        """Name of the dtype."""
        return self._dtype.name

    @property
    def variables(self) -> list[Any]:
        """The variables, those of metrics inside last."""
        inner = [v for m in self._metrics for v in m.variables]
        return list({id(v): v for v in [*self._variables, *inner]}.values())

    def add_variable(
        self,
        shape: Any = (),
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: Any = "sum",
        name: str | None = None,
        **kwargs: Any,
    ) -> Any:
        """A new variable of the metric."""
        kind = self._dtype if dtype is None else as_dtype(dtype)
        with init_scope(), naming.scope(self._name, ""):
            value = initial_values.get(initializer)(tuple(shape), dtype=kind)
            made = KerasVariable(value, trainable=False, dtype=kind, name=name or "variable")
        made.initializer = initializer
        self._variables.append(made)
        return made

    def add_weight(self, shape: Any = (), initializer: Any = None, dtype: Any = None,
                   name: str | None = None, **kwargs: Any) -> Any:  # fmt: skip
        """As `add_variable`."""
        return self.add_variable(shape, initializer or "zeros", dtype, name=name)

    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        """Take a batch into account. Subclasses define it."""
        raise NotImplementedError(f"{type(self).__name__} does not define `update_state()`")

    def result(self) -> Any:
        """The value so far. Subclasses define it."""
        raise NotImplementedError(f"{type(self).__name__} does not define `result()`")

    def reset_state(self) -> None:
        """Start again."""
        for variable in self.variables:
            variable.assign(tf.zeros(variable.shape, variable.dtype))

    def reset_states(self) -> None:
        """The old name of `reset_state`."""
        self.reset_state()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Take a batch into account, and answer the value so far."""
        self.update_state(*args, **kwargs)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal metric."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A metric from what `get_config` answered."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


PUBLIC["keras.Metric"] = Metric


@_export("Mean")
class Mean(Metric):
    """The (weighted) mean of all values."""

    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
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
        return tf.math.divide_no_nan(
            tf.convert_to_tensor(self.total), tf.convert_to_tensor(self.count)
        )


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
        return tf.convert_to_tensor(self.total)


@_export("MeanMetricWrapper")
class MeanMetricWrapper(Mean):
    """The mean of a function of true and predicted values."""

    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(name or getattr(fn, "__name__", None), dtype)
        self._function = fn
        self._arguments = kwargs

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal metric."""
        return {**super().get_config(), **self._arguments}

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


@_export("top_k_categorical_accuracy")
def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """1 where the true class is among the k largest predictions."""
    return sparse_top_k_categorical_accuracy(tf.argmax(y_true, axis=-1), y_pred, k)


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
_metric("MeanAbsolutePercentageError", losses.mean_absolute_percentage_error,
        "mean_absolute_percentage_error")  # fmt: skip
_metric("MeanSquaredLogarithmicError", losses.mean_squared_logarithmic_error,
        "mean_squared_logarithmic_error")  # fmt: skip
_metric("KLDivergence", losses.kl_divergence, "kl_divergence")
_metric("Poisson", losses.poisson, "poisson")
_metric("Hinge", losses.hinge, "hinge")
_metric("SquaredHinge", losses.squared_hinge, "squared_hinge")
_metric("CategoricalHinge", losses.categorical_hinge, "categorical_hinge")
_metric("LogCoshError", losses.log_cosh, "logcosh")
_metric("TopKCategoricalAccuracy", top_k_categorical_accuracy, "top_k_categorical_accuracy")
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


_SHORT = {"mse": "MeanSquaredError", "mae": "MeanAbsoluteError",
          "mape": "MeanAbsolutePercentageError",
          "msle": "MeanSquaredLogarithmicError", "mean_squared_error": "MeanSquaredError",
          "mean_absolute_error": "MeanAbsoluteError", "binary_accuracy": "BinaryAccuracy",
          "categorical_accuracy": "CategoricalAccuracy", "accuracy": "Accuracy",
          "sparse_categorical_accuracy": "SparseCategoricalAccuracy",
          "root_mean_squared_error": "RootMeanSquaredError", "auc": "AUC",
          "precision": "Precision", "recall": "Recall",
          "cosine_similarity": "CosineSimilarity", "hinge": "Hinge",
          "binary_crossentropy": "BinaryCrossentropy", "kl_divergence": "KLDivergence",
          "categorical_crossentropy": "CategoricalCrossentropy",
          "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy"}  # fmt: skip


@_export("get")
def get(identifier: Any) -> Any:
    """The metric that a name, function, object or configuration stands for.

    Raises:
        ValueError: for an unknown name.
    """
    if isinstance(identifier, dict):
        from engine.keras import configs

        return configs.deserialize(identifier)
    if isinstance(identifier, str):
        found = PUBLIC.get(f"keras.metrics.{_SHORT.get(identifier.lower(), identifier)}")
        if found is None or identifier in ("get", "Metric"):
            raise ValueError(f"Could not interpret metric identifier: {identifier}")
        if not isinstance(found, type):
            return found
        return found(name=identifier) if identifier in _SHORT else found()
    if isinstance(identifier, type):
        return identifier()
    if callable(identifier):
        return identifier
    raise ValueError(f"Could not interpret metric identifier: {identifier}")
