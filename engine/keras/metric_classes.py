"""Metrics: values accumulated over batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.base.tracebacks import with_users_frames
from engine.ir.dtypes import as_dtype, float32
from engine.ir.op import PUBLIC
from engine.keras import configs, initial_values, masks, naming
from engine.keras import loss_functions as losses
from engine.keras.variables import KerasVariable
from engine.objects.variable import init_scope
from engine.ops.namespace import tf


def export(*names: str) -> Callable[[Any], Any]:
    """Decorator: a class or function is public under names of `keras.metrics`."""

    def declare(value: Any) -> Any:
        value = with_users_frames(value)
        for name in names:
            for space in ("keras.metrics", "metrics"):
                PUBLIC[f"{space}.{name}"] = value
        return value

    return declare


@export("Metric")
class Metric:
    """Accumulates a value over calls of `update_state`.

    Args:
        dtype: of the accumulated values.
        name: default: the class name in snake case, made unique.
    """

    __keras_metric__ = True

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self.name = name or naming.unique_name(naming.snake_case(type(self).__name__))
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
        kind = float32 if dtype is None else as_dtype(dtype)
        with init_scope(), naming.scope(self.name, ""):
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


def by_example(values: Any, weight: Any, reduce: Callable[..., Any], dtype: Any) -> tuple[Any, Any]:
    """One weighted value for each example, and the examples' weights (or None).

    Args:
        values: numbers of any shape; the first axis is that of the examples.
        weight: of examples, or of single values.
        reduce: sum or mean, over all axes but the first.
        dtype: of both.
    """
    mask = masks.get_mask(values)
    values = tf.cast(values, dtype)
    if weight is not None:
        weight = masks.weighted_by_mask(mask, weight, "sum", dtype)
        values, weight = losses.squeeze_or_expand(values, tf.cast(weight, dtype))
        few, many = weight.shape.rank, values.shape.rank
        if many > few:
            values = reduce(values, axis=list(range(few, many)))
        weight = tf.broadcast_to(weight, tf.shape(values))
        values = values * weight
        if few > 1:
            weight = reduce(weight, axis=list(range(1, few)))
    if values.shape.rank > 1:
        values = reduce(values, axis=list(range(1, values.shape.rank)))
    return values, weight


@export("Mean")
class Mean(Metric):
    """The (weighted) mean of all values."""

    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
        super().__init__(dtype, name)
        self.total = self.add_variable(name="total")
        self.count = self.add_variable(name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add the mean of each example, with weights where given."""
        values, weight = by_example(values, sample_weight, tf.reduce_mean, self._dtype)
        self.total.assign_add(tf.reduce_sum(values))
        if weight is not None:
            count = tf.reduce_sum(weight)
        else:
            count = tf.shape(values)[0] if values.shape.rank else 1
        self.count.assign_add(tf.cast(count, self._dtype))

    def result(self) -> Any:
        """The mean; zero before the first value."""
        return tf.math.divide_no_nan(
            tf.convert_to_tensor(self.total), tf.convert_to_tensor(self.count)
        )


@export("Sum")
class Sum(Metric):
    """The (weighted) sum of all values."""

    def __init__(self, name: str = "sum", dtype: Any = None) -> None:
        super().__init__(dtype, name)
        self.total = self.add_variable(name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add values, with weights where given."""
        values, _ = by_example(values, sample_weight, tf.reduce_sum, self._dtype)
        self.total.assign_add(tf.reduce_sum(values))

    def result(self) -> Any:
        """The sum."""
        return tf.convert_to_tensor(self.total)


@export("MeanMetricWrapper")
class MeanMetricWrapper(Mean):
    """The mean of a function of true and predicted values."""

    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(name, dtype)
        self._function = fn
        self._arguments = kwargs

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal metric."""
        own = {"fn": configs.serialize(self._function), **configs.serialize(self._arguments)}
        return {**super().get_config(), **own}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A metric from what `get_config` answered."""
        return cls(**(configs.revived(config) if "fn" in config else config))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Take a batch of true and predicted values into account."""
        mask = masks.get_mask(y_pred)
        values = self._function(y_true, y_pred, **self._arguments)
        weight = masks.weighted_by_mask(mask, sample_weight, "sum", self._dtype)
        super().update_state(values, weight)


@export("RootMeanSquaredError")
class RootMeanSquaredError(Mean):
    """The root of the mean of (true - predicted)^2."""

    def __init__(self, name: str = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Take a batch into account."""
        true, predicted = (tf.cast(v, self._dtype) for v in (y_true, y_pred))
        true, predicted = losses.squeeze_or_expand(true, predicted)
        super().update_state(tf.square(true - predicted), sample_weight)

    def result(self) -> Any:
        """The root."""
        return tf.sqrt(super().result())
