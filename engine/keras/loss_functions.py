"""Losses: functions and objects that reduce them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.base.tracebacks import with_users_frames
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import float32
from engine.ir.op import PUBLIC
from engine.ir.tensor import Tensor
from engine.keras import masks
from engine.objects.variable import Variable
from engine.ops.namespace import tf

_EPSILON = 1e-7


def export(*names: str) -> Callable[[Any], Any]:
    """Decorator: a function is public under names of `keras.losses`."""

    def declare(value: Any) -> Any:
        value = with_users_frames(value)
        for name in names:
            for space in ("keras.losses", "losses"):
                PUBLIC[f"{space}.{name}"] = value
        return value

    return declare


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


def squeeze_or_expand(first: Any, second: Any, expand: bool = True) -> tuple[Any, Any]:
    """Both with as many axes, where one has a last axis of size one more than the other.

    Args:
        first, second: tensors.
        expand: does the other one get that axis if it has one axis? Otherwise it is dropped.
    """
    a, b = first.shape.rank, second.shape.rank
    if a is None or b is None or abs(a - b) != 1:
        return first, second
    if b > a:
        second, first = squeeze_or_expand(second, first, expand)
    elif first.shape[-1] == 1:
        if b == 1 and expand:
            second = tf.expand_dims(second, -1)
        else:
            first = tf.squeeze(first, [-1])
    return first, second


def _aligned(y_true: Any, y_pred: Any) -> tuple[Tensor, Tensor]:
    """Both as floats of the prediction's dtype, with the axes they have."""
    predicted = floats(y_pred)
    return tf.cast(y_true, predicted.dtype), predicted


def _same_shape(y_true: Any, y_pred: Any) -> tuple[Tensor, Tensor]:
    """As `_aligned`. Raises ValueError for shapes that differ."""
    true, predicted = _aligned(y_true, y_pred)
    shapes = tuple(true.shape), tuple(predicted.shape)
    told = f"Received: target.shape={shapes[0]}, output.shape={shapes[1]}"
    if len(shapes[0]) != len(shapes[1]):
        raise ValueError(f"Arguments `target` and `output` must have the same rank (ndim). {told}")
    if any(None not in pair and pair[0] != pair[1] for pair in zip(*shapes)):
        raise ValueError(f"Arguments `target` and `output` must have the same shape. {told}")
    return true, predicted


@export("mean_squared_error", "mse", "MSE")
def mean_squared_error(y_true: Any, y_pred: Any) -> Tensor:
    """Mean over the last axis of (true - predicted)^2."""
    true, predicted = _pair(y_true, y_pred)
    return tf.reduce_mean(tf.square(true - predicted), axis=-1)


@export("mean_absolute_error", "mae", "MAE")
def mean_absolute_error(y_true: Any, y_pred: Any) -> Tensor:
    """Mean over the last axis of |true - predicted|."""
    true, predicted = _pair(y_true, y_pred)
    return tf.reduce_mean(tf.abs(true - predicted), axis=-1)


@export("mean_absolute_percentage_error", "mape", "MAPE")
def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Tensor:
    """100 times the mean of |true - predicted| / |true|."""
    true, predicted = _pair(y_true, y_pred)
    share = tf.abs((true - predicted) / tf.maximum(tf.abs(true), _EPSILON))
    return 100.0 * tf.reduce_mean(share, axis=-1)


@export("huber")
def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Tensor:
    """Quadratic up to `delta`, linear beyond."""
    true, predicted = _pair(y_true, y_pred)
    error = tf.abs(true - predicted)
    half = tf.cast(0.5, error.dtype)
    inner = half * tf.square(error)
    outer = delta * error - half * delta * delta
    return tf.reduce_mean(tf.where(error <= delta, inner, outer), axis=-1)


@export("log_cosh", "logcosh")
def log_cosh(y_true: Any, y_pred: Any) -> Tensor:
    """Mean of log(cosh(predicted - true)), without overflow."""
    true, predicted = _pair(y_true, y_pred)
    x = predicted - true
    log2 = tf.cast(tf.math.log(2.0), x.dtype)
    return tf.reduce_mean(x + tf.nn.softplus(-2.0 * x) - log2, axis=-1)


def _signs(true: Any) -> Any:
    """Labels that are all 0 or 1 become -1 and 1."""
    binary = tf.reduce_all(tf.equal(true, 0) | tf.equal(true, 1))
    return tf.where(binary, 2.0 * true - 1.0, true)


@export("hinge")
def hinge(y_true: Any, y_pred: Any) -> Tensor:
    """Mean of max(1 - true * predicted, 0), with labels -1 and 1 (0 counts as -1)."""
    true, predicted = _aligned(y_true, y_pred)
    true = _signs(true)
    return tf.reduce_mean(tf.maximum(1.0 - true * predicted, 0.0), axis=-1)


@export("kl_divergence", "KLD", "kld", "kullback_leibler_divergence")
def kl_divergence(y_true: Any, y_pred: Any) -> Tensor:
    """Sum of true * log(true / predicted)."""
    true, predicted = _aligned(y_true, y_pred)
    true = tf.clip_by_value(true, _EPSILON, 1.0)
    predicted = tf.clip_by_value(predicted, _EPSILON, 1.0)
    return tf.reduce_sum(true * tf.math.log(true / predicted), axis=-1)


@export("binary_crossentropy")
def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """Mean over `axis` of the cross entropy between true and predicted probabilities."""
    true, predicted = _same_shape(y_true, y_pred)
    if label_smoothing:
        true = true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    if from_logits:
        losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=true, logits=predicted)
    else:
        p = tf.clip_by_value(predicted, _EPSILON, 1.0 - _EPSILON)
        losses = -(true * tf.math.log(p) + (1.0 - true) * tf.math.log(1.0 - p))
    return tf.reduce_mean(losses, axis=axis)


@export("categorical_crossentropy")
def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """Cross entropy between true and predicted distributions over `axis`."""
    true, predicted = _same_shape(y_true, y_pred)
    if label_smoothing:
        classes = tf.cast(tf.shape(true)[-1], predicted.dtype)
        true = true * (1.0 - label_smoothing) + label_smoothing / classes
    if from_logits:
        return tf.nn.softmax_cross_entropy_with_logits(true, predicted, axis=axis)
    p = predicted / tf.reduce_sum(predicted, axis=axis, keepdims=True)
    p = tf.clip_by_value(p, _EPSILON, 1.0 - _EPSILON)
    return -tf.reduce_sum(true * tf.math.log(p), axis=axis)


@export("sparse_categorical_crossentropy")
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
        masks.set_mask(losses, kept)
    return losses


@export("cosine_similarity")
def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    """Minus the cosine of the angle between true and predicted vectors."""
    true, predicted = _pair(y_true, y_pred)
    return -tf.reduce_sum(unit(true, axis) * unit(predicted, axis), axis=axis)


def unit(vectors: Any, axis: int) -> Any:
    """The vectors along an axis, with length one."""
    inverse = tf.math.rsqrt(tf.reduce_sum(tf.square(vectors), axis=axis, keepdims=True))
    return vectors * tf.minimum(inverse, 1.0 / _EPSILON)


@export("mean_squared_logarithmic_error", "msle", "MSLE")
def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Tensor:
    """Mean of (log(true + 1) - log(predicted + 1))^2."""
    true, predicted = _pair(y_true, y_pred)
    logs = [tf.math.log(tf.maximum(v, _EPSILON) + 1.0) for v in (true, predicted)]
    return tf.reduce_mean(tf.square(logs[0] - logs[1]), axis=-1)


@export("squared_hinge")
def squared_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """Mean of max(1 - true * predicted, 0)^2, with labels -1 and 1 (0 counts as -1)."""
    true, predicted = _aligned(y_true, y_pred)
    true = _signs(true)
    square = tf.square(tf.maximum(1.0 - true * predicted, 0.0))
    return tf.reduce_mean(square, axis=-1)


@export("categorical_hinge")
def categorical_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """max(largest wrong - right + 1, 0)."""
    true, predicted = _aligned(y_true, y_pred)
    right = tf.reduce_sum(true * predicted, axis=-1)
    wrong = tf.reduce_max((1.0 - true) * predicted, axis=-1)
    return tf.maximum(wrong - right + 1.0, 0.0)


@export("poisson")
def poisson(y_true: Any, y_pred: Any) -> Tensor:
    """Mean of predicted - true * log(predicted)."""
    true, predicted = _aligned(y_true, y_pred)
    return tf.reduce_mean(predicted - true * tf.math.log(predicted + _EPSILON), axis=-1)


@export("binary_focal_crossentropy")
def binary_focal_crossentropy(
    y_true: Any, y_pred: Any, apply_class_balancing: bool = False, alpha: float = 0.25,
    gamma: float = 2.0, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1,
) -> Tensor:  # fmt: skip
    """Binary cross entropy in which sure predictions count less."""
    true, predicted = _same_shape(y_true, y_pred)
    if label_smoothing:
        true = true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    if from_logits:
        predicted = tf.sigmoid(predicted)
    p = tf.clip_by_value(predicted, _EPSILON, 1.0 - _EPSILON)
    entropy = -(true * tf.math.log(p) + (1.0 - true) * tf.math.log(1.0 - p))
    hit = true * predicted + (1.0 - true) * (1.0 - predicted)
    focal = tf.pow(1.0 - hit, gamma) * entropy
    if apply_class_balancing:
        focal = focal * (true * alpha + (1.0 - true) * (1.0 - alpha))
    return tf.reduce_mean(focal, axis=axis)


@export("categorical_focal_crossentropy")
def categorical_focal_crossentropy(
    y_true: Any, y_pred: Any, alpha: Any = 0.25, gamma: float = 2.0, from_logits: bool = False,
    label_smoothing: float = 0.0, axis: int = -1,
) -> Tensor:  # fmt: skip
    """Cross entropy over classes in which sure predictions count less."""
    predicted = floats(y_pred)
    true = tf.cast(y_true, predicted.dtype)
    if label_smoothing:
        classes = tf.cast(tf.shape(true)[-1], predicted.dtype)
        true = true * (1.0 - label_smoothing) + label_smoothing / classes
    if from_logits:
        predicted = tf.nn.softmax(predicted, axis=axis)
    p = predicted / tf.reduce_sum(predicted, axis=axis, keepdims=True)
    p = tf.clip_by_value(p, _EPSILON, 1.0 - _EPSILON)
    loss = alpha * tf.pow(1.0 - p, gamma) * (-true * tf.math.log(p))
    return tf.reduce_sum(loss, axis=axis)


@export("get")
def get(identifier: Any) -> Any:
    """The loss that a name, function, object or configuration stands for.

    Raises:
        ValueError: for an unknown name.
    """
    if identifier is None:
        return None
    if isinstance(identifier, dict):
        from engine.keras import lookups

        return lookups.deserialized("keras.losses", identifier)
    if isinstance(identifier, str):
        found = PUBLIC.get(f"keras.losses.{identifier}")
        if found is None or identifier in ("get", "Loss"):
            raise ValueError(f"Could not interpret loss identifier: {identifier}")
        return found() if isinstance(found, type) else found
    if isinstance(identifier, type):
        return identifier()
    if callable(identifier):
        return identifier
    raise ValueError(f"Could not interpret loss identifier: {identifier}")
