"""Metrics of single examples, and the classes that average them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from engine.ir.dtypes import float32
from engine.ir.op import PUBLIC
from engine.keras import loss_functions as losses
from engine.keras.metric_classes import MeanMetricWrapper, export
from engine.ops.namespace import tf


@export("binary_accuracy")
def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
    """1 where predicted > threshold agrees with true."""
    true, predicted = tf.convert_to_tensor(y_true), tf.convert_to_tensor(y_pred)
    true, predicted = losses.squeeze_or_expand(true, predicted)
    positive = tf.cast(losses.floats(predicted) > threshold, true.dtype)
    return tf.cast(tf.equal(true, positive), float32)


def _classes(true: Any, predicted: Any) -> Any:
    """1 where the largest prediction is at the true class number."""
    best = tf.cast(tf.argmax(predicted, axis=-1), true.dtype)
    return tf.cast(tf.equal(true, best), float32)


@export("categorical_accuracy")
def categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where the largest entries of true and predicted are at the same place."""
    predicted = tf.convert_to_tensor(y_pred)
    return _classes(tf.cast(tf.argmax(y_true, axis=-1), predicted.dtype), predicted)


@export("sparse_categorical_accuracy")
def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where the largest prediction is at the true class number."""
    predicted = tf.convert_to_tensor(y_pred)
    true = tf.cast(y_true, predicted.dtype)
    shape = None
    if true.shape.rank == predicted.shape.rank and true.shape[-1] == 1:
        shape = tf.shape(true)
        true = tf.squeeze(true, [-1])
    matches = _classes(true, predicted)
    if shape is not None:
        matches = tf.reshape(matches, shape)
    if (matches.shape.rank or 0) > 1 and (shape is not None or matches.shape[-1] == 1):
        matches = tf.squeeze(matches, [-1])
    return matches


@export("sparse_top_k_categorical_accuracy")
def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> Any:
    """1 where the true class number is among the k largest predictions.

    Args:
        y_true: class numbers.
        y_pred: predictions; class numbers, the best first, where `from_sorted_ids`.
        k: how many may be best.
        from_sorted_ids: are predictions sorted class numbers?
    """
    predicted = tf.convert_to_tensor(y_pred)
    true = tf.cast(y_true, predicted.dtype if from_sorted_ids else "int32")
    shape = tf.shape(true)
    several = (true.shape.rank or 0) > 1
    if (predicted.shape.rank or 0) > 2:
        predicted = tf.reshape(predicted, [-1, predicted.shape[-1]])
    if several:
        true = tf.reshape(true, [-1])
    if from_sorted_ids:
        found = tf.reduce_any(tf.equal(tf.expand_dims(true, 1), predicted[:, :k]), axis=1)
    else:
        found = tf.math.in_top_k(true, losses.floats(predicted), k)
    matches = tf.cast(found, float32)
    return tf.reshape(matches, shape) if several else matches


@export("top_k_categorical_accuracy")
def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """1 where the true class is among the k largest predictions."""
    return sparse_top_k_categorical_accuracy(tf.argmax(y_true, axis=-1), y_pred, k)


def accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where true and predicted are equal."""
    predicted = tf.convert_to_tensor(y_pred)
    true, predicted = losses.squeeze_or_expand(tf.cast(y_true, predicted.dtype), predicted)
    return tf.cast(tf.equal(true, predicted), float32)


def _metric(
    name: str, function: Callable[..., Any], label: str, hidden: tuple[str, ...] = (),
    **options: Any,
) -> None:  # fmt: skip
    """A class that averages a function.

    Args:
        name: of the class.
        function: of true and predicted values.
        label: the metric's name.
        hidden: options that its configuration leaves out where they have their default.
        options: further arguments, with their defaults.
    """
    first = ("k",) if "k" in options else ()

    class Wrapped(MeanMetricWrapper):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            given = dict(defaults)
            for key in (*kwargs, *order[: len(args)]):
                if key not in given:
                    raise TypeError(f"{name}.__init__() got an unexpected keyword argument {key!r}")
            if len(args) > len(order):
                raise TypeError(f"{name}.__init__() takes from 1 to {len(order) + 1} positional "
                                f"arguments but {len(args) + 1} were given")  # fmt: skip
            given.update(zip(order, args))
            given.update(kwargs)
            chosen = {key: given[key] for key in options}
            super().__init__(function, given["name"], given["dtype"], **chosen)
            for key, value in chosen.items():
                setattr(self, key, value)

        def get_config(self) -> dict[str, Any]:
            """Arguments that make an equal metric."""
            own = {key: value for key, value in self._arguments.items()
                   if key not in hidden or value != options[key]}  # fmt: skip
            return {"name": self.name, "dtype": self.dtype, **own}

    both = inspect.Parameter.POSITIONAL_OR_KEYWORD
    defaults = {"name": label, "dtype": None, **options}
    order = (*first, "name", "dtype", *(key for key in options if key not in first))
    parameters = [inspect.Parameter("self", both)]
    parameters += [inspect.Parameter(key, both, default=defaults[key]) for key in order]
    Wrapped.__init__.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    Wrapped.__name__ = Wrapped.__qualname__ = name
    Wrapped.__doc__ = function.__doc__
    export(name)(Wrapped)


_metric("Accuracy", accuracy, "accuracy")
_metric("BinaryAccuracy", binary_accuracy, "binary_accuracy", threshold=0.5)
_metric("CategoricalAccuracy", categorical_accuracy, "categorical_accuracy")
_metric("SparseCategoricalAccuracy", sparse_categorical_accuracy, "sparse_categorical_accuracy")
_metric("TopKCategoricalAccuracy", top_k_categorical_accuracy, "top_k_categorical_accuracy", k=5)
_metric("SparseTopKCategoricalAccuracy", sparse_top_k_categorical_accuracy,
        "sparse_top_k_categorical_accuracy", ("from_sorted_ids",), k=5,
        from_sorted_ids=False)  # fmt: skip
_metric("MeanSquaredError", losses.mean_squared_error, "mean_squared_error")
_metric("MeanAbsoluteError", losses.mean_absolute_error, "mean_absolute_error")
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
_metric("BinaryCrossentropy", losses.binary_crossentropy, "binary_crossentropy",
        from_logits=False, label_smoothing=0)  # fmt: skip
_metric("CategoricalCrossentropy", losses.categorical_crossentropy, "categorical_crossentropy",
        from_logits=False, label_smoothing=0, axis=-1)  # fmt: skip
_metric("SparseCategoricalCrossentropy", losses.sparse_categorical_crossentropy,
        "sparse_categorical_crossentropy", from_logits=False, ignore_class=None,
        axis=-1)  # fmt: skip

for _name in ("KLD", "MAE", "MAPE", "MSE", "MSLE", "binary_crossentropy",
              "binary_focal_crossentropy", "categorical_crossentropy",
              "categorical_focal_crossentropy", "categorical_hinge", "hinge", "huber", "kld",
              "kullback_leibler_divergence", "logcosh", "mae", "mape", "mse", "msle", "poisson",
              "sparse_categorical_crossentropy", "squared_hinge"):  # fmt: skip
    for _space in ("keras.metrics", "metrics"):
        PUBLIC[f"{_space}.{_name}"] = PUBLIC[f"keras.losses.{_name}"]
