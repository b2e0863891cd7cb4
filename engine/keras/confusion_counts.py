"""Counts of true and false positives and negatives above thresholds."""

from __future__ import annotations

from typing import Any

from engine.keras.loss_functions import floats, squeeze_or_expand
from engine.ops.namespace import tf

LOWEST = -1e10
"""What stands for predictions that are not among the largest."""

EPSILON = 1e-7


def checked_thresholds(thresholds: Any, default: float) -> list[Any]:
    """The thresholds as a list.

    Raises:
        ValueError: for a threshold outside of [0, 1].
    """
    if thresholds is None:
        return [default]
    given = list(thresholds) if isinstance(thresholds, (list, tuple)) else [thresholds]
    wrong = [t for t in given if t is None or t < 0 or t > 1]
    if wrong:
        raise ValueError(f"Threshold values must be in [0, 1]. Received: {wrong}")
    return given


def evenly_spread(thresholds: Any) -> bool:
    """Are the thresholds 0, ..., 1 in equal steps?"""
    steps = len(thresholds) - 1
    if steps < 2:
        return False
    return all(abs(t - i / steps) <= EPSILON + 1e-5 * i / steps for i, t in enumerate(thresholds))


def count(
    counters: dict[str, Any], y_true: Any, y_pred: Any, thresholds: Any, top_k: int | None = None,
    class_id: int | None = None, sample_weight: Any = None, multi_label: bool = False,
    label_weights: Any = None, evenly: bool = False,
) -> None:  # fmt: skip
    """Add a batch to the counters.

    Args:
        counters: variables `[thresholds]` (`[thresholds, labels]` where `multi_label`) by what
            they count: "tp", "fp", "tn", "fn".
        y_true: labels 0 and 1.
        y_pred: predictions between 0 and 1.
        thresholds: predictions above them are positive.
        top_k: only the k largest predictions of a row can be positive.
        class_id: the only column that counts.
        sample_weight: of the rows.
        multi_label: keep the columns apart?
        label_weights: of the columns.
        evenly: are the thresholds spread evenly?

    Raises:
        ValueError: for a `class_id` with predictions of one axis.
    """
    kind = next(iter(counters.values())).dtype
    true, predicted = tf.cast(y_true, kind), tf.cast(floats(y_pred), kind)
    predicted, true = squeeze_or_expand(predicted, true)
    weight = sample_weight
    if weight is not None:
        weight = tf.expand_dims(tf.cast(weight, kind), -1)
        _, weight = squeeze_or_expand(true, weight, expand=False)
    if top_k is not None:
        predicted = _largest(predicted, top_k)
    if class_id is not None:
        if predicted.shape.rank == 1:
            raise ValueError(
                "When class_id is provided, y_pred must be a 2D array with shape (num_samples, "
                f"num_classes), found shape: {tuple(predicted.shape)}"
            )
        true, predicted = true[..., class_id, None], predicted[..., class_id, None]
    weight = _weights(weight, label_weights, predicted)
    if evenly:
        found = _by_bucket(true, predicted, thresholds, weight, multi_label)
    else:
        found = _by_comparison(true, predicted, thresholds, weight, multi_label)
    for name, variable in counters.items():
        variable.assign(variable + found[name])


def _largest(predicted: Any, k: int) -> Any:
    places = tf.math.top_k(predicted, k)[1]
    mask = tf.reduce_sum(tf.one_hot(places, tf.shape(predicted)[-1], dtype=predicted.dtype), -2)
    return predicted * mask + LOWEST * (1 - mask)


def _weights(weight: Any, label_weights: Any, predicted: Any) -> Any:
    """One weight for each prediction; None where all count alike."""
    shape = tf.shape(predicted)
    if weight is not None:
        weight = tf.broadcast_to(weight, shape)
    if label_weights is not None:
        labels = tf.broadcast_to(tf.expand_dims(label_weights, 0), shape)
        weight = labels if weight is None else weight * labels
    return weight


def _by_bucket(
    true: Any, predicted: Any, thresholds: Any, weight: Any, multi_label: bool
) -> dict[str, Any]:
    """One pass over the predictions: each falls between two of the evenly spread thresholds."""
    number = len(thresholds)
    weight = tf.ones_like(predicted) if weight is None else weight
    predicted = tf.clip_by_value(predicted, 0.0, 1.0)
    true = tf.cast(tf.cast(true, "bool"), true.dtype)
    if not multi_label:
        true, predicted, weight = (tf.reshape(v, [-1]) for v in (true, predicted, weight))
    right, wrong = true * weight, (1.0 - true) * weight
    bucket = tf.math.ceil(predicted * (number - 1.0)) - 1.0
    if thresholds[0] < 0.0 or thresholds[-1] > 1.0:
        bucket = tf.nn.relu(bucket)
    bucket = tf.cast(bucket, "int32")

    def above(values: Any) -> Any:
        if not multi_label:
            sums = tf.math.unsorted_segment_sum(values, bucket, number)
        else:
            columns = zip(tf.unstack(values, axis=1), tf.unstack(bucket, axis=1))
            sums = tf.stack(
                [tf.math.unsorted_segment_sum(v, b, number) for v, b in columns], axis=1
            )
        return tf.cumsum(sums, axis=0, reverse=True)

    positive, negative = above(right), above(wrong)
    axis = 0 if multi_label else None
    return {"tp": positive, "fp": negative, "tn": tf.reduce_sum(wrong, axis) - negative,
            "fn": tf.reduce_sum(right, axis) - positive}  # fmt: skip


def _by_comparison(
    true: Any, predicted: Any, thresholds: Any, weight: Any, multi_label: bool
) -> dict[str, Any]:
    """Every prediction against every threshold."""
    kind = predicted.dtype

    def rows(values: Any) -> Any:
        return tf.expand_dims(values, 0) if multi_label else tf.reshape(values, [1, -1])

    limits = tf.reshape(tf.cast(tf.convert_to_tensor(list(thresholds)), kind),
                        [-1, 1, 1] if multi_label else [-1, 1])  # fmt: skip
    positive = rows(predicted) > limits
    label = tf.broadcast_to(rows(tf.cast(true, "bool")), tf.shape(positive))
    weight = tf.ones([], kind) if weight is None else rows(weight)

    def total(chosen: Any) -> Any:
        return tf.reduce_sum(tf.where(chosen, weight, tf.zeros([], kind)), axis=1)

    return {
        "tp": total(label & positive),
        "fp": total(~label & positive),
        "tn": total(~label & ~positive),
        "fn": total(label & ~positive),
    }
