"""Losses: functions and objects that reduce them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import float32
from engine.ir.op import PUBLIC, public
from engine.ir.tensor import Tensor
from engine.objects.variable import Variable
from engine.ops.namespace import tf

_EPSILON = 1e-7


def _export(*names: str) -> Callable[[Any], Any]:
    def export(value: Any) -> Any:
        for name in names:
            for space in ("keras.losses", "losses"):
                PUBLIC[f"{space}.{name}"] = value
        return value

    return export


def floats(value: Any) -> Tensor:
    """A tensor, with integers and bools as float32."""
    tensor = value if isinstance(value, (Tensor, Variable)) else convert_to_tensor(value)
    if isinstance(tensor, Variable):
        tensor = tensor.value()
    return tensor if tensor.dtype.is_floating else tf.cast(tensor, float32)


def _pair(y_true: Any, y_pred: Any) -> tuple[Tensor, Tensor]:
    """Both as floats of the prediction's dtype; a last axis of one goes where one lacks it."""
    predicted = floats(y_pred)
    true = tf.cast(y_true if isinstance(y_true, Tensor) else convert_to_tensor(y_true),
                   predicted.dtype)  # fmt: skip
    return squeeze_or_expand(true, predicted)


def squeeze_or_expand(true: Any, predicted: Any) -> tuple[Any, Any]:
    """Drop a last axis of size one where only one of the two has it."""
    a, b = true.shape.rank, predicted.shape.rank
    if a is not None and b is not None:
        if a == b + 1 and true.shape[-1] == 1:
            true = tf.squeeze(true, [-1])
        elif b == a + 1 and predicted.shape[-1] == 1:
            predicted = tf.squeeze(predicted, [-1])
    return true, predicted


@_export("mean_squared_error", "mse", "MSE")
def mean_squared_error(y_true: Any, y_pred: Any) -> Tensor:
    """Mean over the last axis of (true - predicted)^2."""
    true, predicted = _pair(y_true, y_pred)
    return tf.reduce_mean(tf.square(true - predicted), axis=-1)  # type: ignore[no-any-return]


@_export("mean_absolute_error", "mae", "MAE")
def mean_absolute_error(y_true: Any, y_pred: Any) -> Tensor:
    """Mean over the last axis of |true - predicted|."""
    true, predicted = _pair(y_true, y_pred)
    return tf.reduce_mean(tf.abs(true - predicted), axis=-1)  # type: ignore[no-any-return]


@_export("mean_absolute_percentage_error", "mape", "MAPE")
def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Tensor:
    """100 times the mean of |true - predicted| / |true|."""
    true, predicted = _pair(y_true, y_pred)
    share = tf.abs((true - predicted) / tf.maximum(tf.abs(true), _EPSILON))
    return 100.0 * tf.reduce_mean(share, axis=-1)  # type: ignore[no-any-return]


@_export("huber")
def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Tensor:
    """Quadratic up to `delta`, linear beyond."""
    true, predicted = _pair(y_true, y_pred)
    error = tf.abs(true - predicted)
    half = tf.cast(0.5, error.dtype)
    inner = half * tf.square(error)
    outer = delta * error - half * delta * delta
    return tf.reduce_mean(tf.where(error <= delta, inner, outer), axis=-1)  # type: ignore[no-any-return]


@_export("log_cosh", "logcosh")
def log_cosh(y_true: Any, y_pred: Any) -> Tensor:
    """Mean of log(cosh(predicted - true)), without overflow."""
    true, predicted = _pair(y_true, y_pred)
    x = predicted - true
    log2 = tf.cast(tf.math.log(2.0), x.dtype)
    return tf.reduce_mean(x + tf.nn.softplus(-2.0 * x) - log2, axis=-1)  # type: ignore[no-any-return]


@_export("hinge")
def hinge(y_true: Any, y_pred: Any) -> Tensor:
    """Mean of max(1 - true * predicted, 0), with labels -1 and 1 (0 counts as -1)."""
    true, predicted = _pair(y_true, y_pred)
    true = tf.where(tf.equal(true, 0.0), -tf.ones_like(true), true)
    return tf.reduce_mean(tf.maximum(1.0 - true * predicted, 0.0), axis=-1)  # type: ignore[no-any-return]


@_export("kl_divergence", "KLD", "kld", "kullback_leibler_divergence")
def kl_divergence(y_true: Any, y_pred: Any) -> Tensor:
    """Sum of true * log(true / predicted)."""
    true, predicted = _pair(y_true, y_pred)
    true = tf.clip_by_value(true, _EPSILON, 1.0)
    predicted = tf.clip_by_value(predicted, _EPSILON, 1.0)
    return tf.reduce_sum(true * tf.math.log(true / predicted), axis=-1)  # type: ignore[no-any-return]


@_export("binary_crossentropy")
def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """Mean over `axis` of the cross entropy between true and predicted probabilities."""
    true, predicted = _pair(y_true, y_pred)
    if label_smoothing:
        true = true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    if from_logits:
        losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=true, logits=predicted)
    else:
        p = tf.clip_by_value(predicted, _EPSILON, 1.0 - _EPSILON)
        losses = -(true * tf.math.log(p) + (1.0 - true) * tf.math.log(1.0 - p))
    return tf.reduce_mean(losses, axis=axis)  # type: ignore[no-any-return]


@_export("categorical_crossentropy")
def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """Cross entropy between true and predicted distributions over `axis`."""
    predicted = floats(y_pred)
    true = tf.cast(y_true, predicted.dtype)
    if label_smoothing:
        classes = tf.cast(tf.shape(true)[-1], predicted.dtype)
        true = true * (1.0 - label_smoothing) + label_smoothing / classes
    if from_logits:
        return tf.nn.softmax_cross_entropy_with_logits(true, predicted, axis=axis)  # type: ignore[no-any-return]
    p = predicted / tf.reduce_sum(predicted, axis=axis, keepdims=True)
    p = tf.clip_by_value(p, _EPSILON, 1.0 - _EPSILON)
    return -tf.reduce_sum(true * tf.math.log(p), axis=axis)  # type: ignore[no-any-return]


@_export("sparse_categorical_crossentropy")
def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: Any = None, axis: int = -1
) -> Tensor:
    """Cross entropy between class numbers and predicted distributions over the last axis."""
    predicted = floats(y_pred)
    true = tf.cast(y_true, "int64")
    if true.shape.rank == predicted.shape.rank and true.shape[-1] == 1:
        true = tf.squeeze(true, [-1])
    logits = predicted
    if not from_logits:
        logits = tf.math.log(tf.clip_by_value(predicted, _EPSILON, 1.0 - _EPSILON))
    kept = None
    if ignore_class is not None:
        kept = tf.not_equal(true, ignore_class)
        true = tf.where(kept, true, tf.zeros_like(true))
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=true, logits=logits)
    if kept is not None:
        losses = tf.where(kept, losses, tf.zeros_like(losses))
    return losses  # type: ignore[no-any-return]


@_export("cosine_similarity")
def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    """Minus the cosine of the angle between true and predicted vectors."""
    true, predicted = _pair(y_true, y_pred)
    product = tf.math.l2_normalize(true, axis=axis) * tf.math.l2_normalize(predicted, axis=axis)
    return -tf.reduce_sum(product, axis=axis)  # type: ignore[no-any-return]


@_export("Loss")
class Loss:
    """A loss that is reduced over the batch.

    Args:
        name: of the loss.
        reduction: "sum_over_batch_size" (the mean), "sum", "mean" or "none".
    """

    def __init__(self, name: str | None = None, reduction: Any = "sum_over_batch_size",
                 dtype: Any = None) -> None:  # fmt: skip
        if reduction not in ("sum_over_batch_size", "sum", "mean", "none", None, "auto"):
            raise ValueError(f"Invalid value for argument `reduction`. Received: {reduction}")
        self.name = name or type(self).__name__
        self.reduction = reduction

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Losses, one for each example. Subclasses define it."""
        raise NotImplementedError(f"{type(self).__name__} does not define `call()`")

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tensor:
        """The reduced loss; weights multiply the examples' losses first."""
        losses = floats(self.call(y_true, y_pred))
        if sample_weight is not None:
            weight = tf.cast(sample_weight, losses.dtype)
            if weight.shape.rank == (losses.shape.rank or 0) + 1 and weight.shape[-1] == 1:
                weight = tf.squeeze(weight, [-1])
            losses = losses * weight
        if self.reduction in ("none", None):
            return losses
        if self.reduction == "sum":
            return tf.reduce_sum(losses)  # type: ignore[no-any-return]
        return tf.reduce_sum(losses) / tf.cast(tf.size(losses), losses.dtype)  # type: ignore[no-any-return]


def _loss_class(name: str, function: Callable[..., Any], parameters: tuple[str, ...] = ()) -> None:
    """A class around a loss function, whose arguments are given once."""

    class Wrapped(Loss):
        def __init__(self, *args: Any, reduction: Any = "sum_over_batch_size", name: Any = None,
                     dtype: Any = None, **kwargs: Any) -> None:  # fmt: skip
            super().__init__(name or function.__name__, reduction, dtype)
            self._arguments = {**dict(zip(parameters, args)), **kwargs}

        def call(self, y_true: Any, y_pred: Any) -> Any:
            """Losses, one for each example."""
            return function(y_true, y_pred, **self._arguments)

    Wrapped.__name__ = Wrapped.__qualname__ = name
    Wrapped.__doc__ = function.__doc__
    _export(name)(Wrapped)


_loss_class("MeanSquaredError", mean_squared_error)
_loss_class("MeanAbsoluteError", mean_absolute_error)
_loss_class("MeanAbsolutePercentageError", mean_absolute_percentage_error)
_loss_class("Huber", huber, ("delta",))
_loss_class("LogCosh", log_cosh)
_loss_class("Hinge", hinge)
_loss_class("KLDivergence", kl_divergence)
_loss_class("CosineSimilarity", cosine_similarity, ("axis",))
_loss_class("BinaryCrossentropy", binary_crossentropy, ("from_logits", "label_smoothing", "axis"))
_loss_class("CategoricalCrossentropy", categorical_crossentropy,
            ("from_logits", "label_smoothing", "axis"))  # fmt: skip
_loss_class("SparseCategoricalCrossentropy", sparse_categorical_crossentropy,
            ("from_logits", "ignore_class"))  # fmt: skip


@public("keras.regularizers.L2", "keras.regularizers.l2")
class L2:
    """l2 times the sum of squares."""

    def __init__(self, l2: float = 0.01) -> None:
        self.l2 = l2

    def __call__(self, x: Any) -> Any:
        return self.l2 * tf.reduce_sum(tf.square(x))


@public("keras.regularizers.L1", "keras.regularizers.l1")
class L1:
    """l1 times the sum of absolute values."""

    def __init__(self, l1: float = 0.01) -> None:
        self.l1 = l1

    def __call__(self, x: Any) -> Any:
        return self.l1 * tf.reduce_sum(tf.abs(x))
