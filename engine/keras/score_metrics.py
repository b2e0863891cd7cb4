"""Scores: F scores of classes, the determination coefficient, correlations."""

from __future__ import annotations

import warnings
from typing import Any

from engine.keras.loss_functions import floats, squeeze_or_expand, unit
from engine.keras.metric_classes import MeanMetricWrapper, Metric, export
from engine.ops.namespace import tf

_EPSILON = 1e-7


def _check_shapes(name: str, true: Any, predicted: Any) -> int:
    shapes = tuple(predicted.shape), tuple(true.shape)
    received = f"Received input shapes: y_pred.shape={shapes[0]} and y_true.shape={shapes[1]}."
    if any(len(shape) != 2 for shape in shapes):
        raise ValueError(f"{name} expects 2D inputs with shape (batch_size, output_dim). "
                         f"{received}")  # fmt: skip
    if any(shape[-1] is None for shape in shapes):
        raise ValueError(f"{name} expects 2D inputs with shape (batch_size, output_dim), with "
                         f"output_dim fully defined (not None). {received}")  # fmt: skip
    return int(shapes[0][-1])


@export("FBetaScore")
class FBetaScore(Metric):
    """(1 + beta^2) * precision * recall / (beta^2 * precision + recall).

    Args:
        average: None (a score for each class), "micro", "macro" or "weighted".
        beta: how much more recall counts than precision.
        threshold: predictions above are positive; None: the largest of a row is.
        name, dtype: of the metric.

    Raises:
        ValueError: for another average, a beta or threshold that is no float or out of range.
    """

    def __init__(
        self, average: Any = None, beta: float = 1.0, threshold: float | None = None,
        name: str = "fbeta_score", dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(name=name, dtype=dtype)
        if average not in (None, "micro", "macro", "weighted"):
            raise ValueError(
                "Invalid `average` argument value. Expected one of: {None, 'micro', 'macro', "
                f"'weighted'}}. Received: average={average}"
            )
        _check_float("beta", beta)
        if beta <= 0.0:
            raise ValueError(f"Invalid `beta` argument value. It should be > 0. Received: "
                             f"beta={beta}")  # fmt: skip
        if threshold is not None:
            _check_float("threshold", threshold)
            if threshold > 1.0 or threshold <= 0.0:
                raise ValueError("Invalid `threshold` argument value. It should verify 0 < "
                                 f"threshold <= 1. Received: threshold={threshold}")  # fmt: skip
        self.average, self.beta, self.threshold = average, beta, threshold
        self.axis = None if average == "micro" else 0
        self._built = False

    def _build(self, classes: int) -> None:
        shape = () if self.average == "micro" else (classes,)
        for name in ("true_positives", "false_positives", "false_negatives",
                     "intermediate_weights"):  # fmt: skip
            setattr(self, name, self.add_variable(shape, "zeros", self.dtype, name=name))
        self._built = True

    true_positives: Any
    false_positives: Any
    false_negatives: Any
    intermediate_weights: Any

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch of one-hot labels and predictions into account."""
        true, predicted = (tf.cast(v, self._dtype) for v in (y_true, y_pred))
        if not self._built:
            self._build(_check_shapes("FBetaScore", true, predicted))
        if self.threshold is None:
            largest = tf.reduce_max(predicted, axis=-1, keepdims=True)
            positive = (predicted >= largest) & (tf.abs(predicted) > 1e-9)
        else:
            positive = predicted > self.threshold
        positive = tf.cast(positive, self._dtype)

        def add(variable: Any, value: Any) -> None:
            if sample_weight is not None:
                value = value * tf.expand_dims(tf.cast(sample_weight, self._dtype), 1)
            variable.assign(variable + tf.reduce_sum(value, axis=self.axis))

        add(self.true_positives, positive * true)
        add(self.false_positives, positive * (1 - true))
        add(self.false_negatives, (1 - positive) * true)
        add(self.intermediate_weights, true)

    def result(self) -> Any:
        """The score, or one for each class."""
        hits = tf.convert_to_tensor(self.true_positives)
        precision = hits / (hits + self.false_positives + _EPSILON)
        recall = hits / (hits + self.false_negatives + _EPSILON)
        weighted = self.beta**2 * precision + recall
        score = precision * recall / (weighted + _EPSILON) * (1 + self.beta**2)
        if self.average == "weighted":
            weights = tf.convert_to_tensor(self.intermediate_weights)
            return tf.reduce_sum(score * (weights / (tf.reduce_sum(weights) + _EPSILON)))
        return score if self.average is None else tf.reduce_mean(score)

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal metric."""
        own = {"average": self.average, "beta": self.beta, "threshold": self.threshold}
        return {**super().get_config(), **own}


def _check_float(name: str, value: Any) -> None:
    if not isinstance(value, float):
        raise ValueError(f"Invalid `{name}` argument value. It should be a Python float. Received: "
                         f"{name}={value} of type '{type(value)}'")  # fmt: skip


@export("F1Score")
class F1Score(FBetaScore):
    """The harmonic mean of precision and recall; arguments as of `FBetaScore`."""

    def __init__(self, average: Any = None, threshold: float | None = None,
                 name: str = "f1_score", dtype: Any = None) -> None:  # fmt: skip
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal metric."""
        return {k: v for k, v in super().get_config().items() if k != "beta"}


@export("R2Score")
class R2Score(Metric):
    """1 - squared error / variance.

    Args:
        class_aggregation: "uniform_average", "variance_weighted_average" or None (one for each
            column).
        num_regressors: how many variables predict, for the adjusted score; 0: not adjusted.
        name, dtype: of the metric.

    Raises:
        ValueError: for another aggregation, or a negative number.
    """

    def __init__(self, class_aggregation: Any = "uniform_average", num_regressors: int = 0,
                 name: str = "r2_score", dtype: Any = None) -> None:  # fmt: skip
        super().__init__(name=name, dtype=dtype)
        known = (None, "uniform_average", "variance_weighted_average")
        if class_aggregation not in known:
            raise ValueError(
                f"Invalid value for argument `class_aggregation`. Expected one of {known}. "
                f"Received: class_aggregation={class_aggregation}"
            )
        if num_regressors < 0:
            raise ValueError("Invalid value for argument `num_regressors`. Expected a value >= 0. "
                             f"Received: num_regressors={num_regressors}")  # fmt: skip
        self.class_aggregation, self.num_regressors = class_aggregation, num_regressors
        self.num_samples = self.add_variable((), "zeros", name="num_samples")
        self._built = False

    squared_sum: Any
    sum: Any
    total_mse: Any
    count: Any

    def _build(self, columns: int) -> None:
        for key, name in (("squared_sum", "squared_sum"), ("sum", "sum"),
                          ("total_mse", "residual"), ("count", "count")):  # fmt: skip
            setattr(self, key, self.add_variable((columns,), "zeros", name=name))
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch of true and predicted values into account."""
        true, predicted = (tf.cast(v, self._dtype) for v in (y_true, y_pred))
        true, predicted = squeeze_or_expand(true, predicted)
        if not self._built:
            self._build(_check_shapes("R2Score", true, predicted))
        weight = tf.cast(1 if sample_weight is None else sample_weight, self._dtype)
        if weight.shape.rank == 1:
            weight = tf.expand_dims(weight, 1)
        weight = tf.broadcast_to(weight, tf.shape(true))
        weighted = true * weight
        for variable, value in ((self.sum, weighted), (self.squared_sum, true * weighted),
                                (self.total_mse, (true - predicted) ** 2 * weight),
                                (self.count, weight)):  # fmt: skip
            variable.assign(variable + tf.reduce_sum(value, axis=0))
        self.num_samples.assign_add(tf.cast(tf.size(true), "float32"))

    def result(self) -> Any:
        """The score, or one for each column."""
        total = self.squared_sum - self.sum * (self.sum / self.count)
        scores = 1 - self.total_mse / total
        scores = tf.where(tf.math.is_inf(scores), tf.zeros_like(scores), scores)
        if self.class_aggregation == "uniform_average":
            scores = tf.reduce_mean(scores)
        elif self.class_aggregation is not None:
            scores = tf.reduce_sum(total * scores) / tf.reduce_sum(total)
        return self._adjusted(scores) if self.num_regressors else scores

    def _adjusted(self, score: Any) -> Any:
        rest = self.num_samples - 1
        if self.num_regressors > rest:
            warnings.warn("More independent predictors than datapoints in adjusted R2 score. "
                          "Falling back to standard R2 score.", stacklevel=2)  # fmt: skip
        elif self.num_regressors == rest:
            warnings.warn("Division by zero in Adjusted R2 score. Falling back to standard R2 "
                          "score.", stacklevel=2)  # fmt: skip
        else:
            return 1.0 - (1.0 - score) * rest / (rest - float(self.num_regressors))
        return score

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal metric."""
        return {**super().get_config(), "class_aggregation": self.class_aggregation,
                "num_regressors": self.num_regressors}  # fmt: skip


def _pair(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    predicted = floats(y_pred)
    return squeeze_or_expand(tf.cast(y_true, predicted.dtype), predicted)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """The cosine of the angle between true and predicted vectors."""
    true, predicted = (unit(v, axis) for v in _pair(y_true, y_pred))
    return tf.reduce_sum(true * predicted, axis=axis)


@export("pearson_correlation")
def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Pearson's correlation of true and predicted values along an axis."""

    def standard(values: Any) -> Any:
        values = values - tf.reduce_mean(values, axis=axis, keepdims=True)
        return values / tf.math.reduce_std(values, axis=axis, keepdims=True)

    true, predicted = (standard(v) for v in _pair(y_true, y_pred))
    return tf.reduce_mean(true * predicted, axis=axis)


@export("concordance_correlation")
def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Lin's concordance of true and predicted values along an axis."""
    true, predicted = _pair(y_true, y_pred)
    means = [tf.reduce_mean(v, axis=axis, keepdims=True) for v in (true, predicted)]
    spread = [tf.math.reduce_variance(v - m, axis=axis, keepdims=True)
              for v, m in zip((true, predicted), means)]  # fmt: skip
    together = (true - means[1]) * (predicted - means[1])
    norm = spread[0] + spread[1] + tf.square(means[0] - means[1])
    return tf.reduce_mean(2 * together / (norm + _EPSILON), axis=axis)


def _correlation(name: str, function: Any, label: str, with_axis: bool) -> None:
    class Correlation(MeanMetricWrapper):
        def __init__(self, name: str = label, dtype: Any = None, axis: int = -1) -> None:
            super().__init__(function, name, dtype, axis=axis)
            self.axis = axis

        def get_config(self) -> dict[str, Any]:
            """Arguments that make an equal metric."""
            own = {"name": self.name, "dtype": self.dtype}
            return {**own, "axis": self.axis} if with_axis else own

    Correlation.__name__ = Correlation.__qualname__ = name
    Correlation.__doc__ = function.__doc__
    export(name)(Correlation)


_correlation("CosineSimilarity", cosine_similarity, "cosine_similarity", False)
_correlation("PearsonCorrelation", pearson_correlation, "pearson_correlation", True)
_correlation("ConcordanceCorrelation", concordance_correlation, "concordance_correlation", True)
