"""Losses of overlap, of pairs and of sequences."""

from __future__ import annotations

from typing import Any

from engine.keras import masks
from engine.keras.loss_functions import export, floats
from engine.ops.namespace import tf

_EPSILON = 1e-7


@export("dice")
def dice(y_true: Any, y_pred: Any, axis: Any = None) -> Any:
    """1 - 2 * overlap / (sum of true + sum of predicted), over `axis` (None: all)."""
    predicted = floats(y_pred)
    true = tf.cast(y_true, predicted.dtype)
    both = tf.reduce_sum(true * predicted, axis=axis)
    size = tf.reduce_sum(true, axis=axis) + tf.reduce_sum(predicted, axis=axis)
    return 1 - 2.0 * both / (size + _EPSILON)


@export("tversky")
def tversky(
    y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Any = None
) -> Any:
    """1 - overlap / (overlap + alpha * missed + beta * wrong), over `axis` (None: all)."""
    predicted = floats(y_pred)
    true = tf.cast(y_true, predicted.dtype)
    both = tf.reduce_sum(true * predicted, axis=axis)
    missed = tf.reduce_sum((1 - predicted) * true, axis=axis)
    wrong = tf.reduce_sum(predicted * (1 - true), axis=axis)
    return 1 - both / (both + missed * alpha + wrong * beta + _EPSILON)


@export("circle")
def circle(
    y_true: Any, y_pred: Any, ref_labels: Any = None, ref_embeddings: Any = None,
    remove_diagonal: bool = True, gamma: float = 80, margin: float = 0.4,
) -> Any:  # fmt: skip
    """Circle loss (Sun et al., 2020) of labels and unit vectors.

    Args:
        y_true: class numbers `[n]`.
        y_pred: unit vectors `[n, d]`.
        ref_labels, ref_embeddings: those they are compared with; default: themselves.
        remove_diagonal: is no vector compared with itself?
        gamma: scale of the similarities.
        margin: how far classes are kept apart.
    """
    predicted = floats(y_pred)
    labels = tf.reshape(tf.cast(y_true, "int32"), [-1])
    others = predicted if ref_embeddings is None else tf.convert_to_tensor(ref_embeddings)
    other_labels = labels if ref_labels is None else tf.reshape(tf.cast(ref_labels, "int32"), [-1])
    distances = tf.maximum(1 - tf.matmul(predicted, tf.transpose(others)), 0.0)
    same = tf.equal(labels[:, None], other_labels[None, :])
    different = ~same
    if remove_diagonal:
        size = tf.shape(same)
        same = same & ~tf.eye(size[0], size[1], dtype="bool")

    def total(mask: Any, weight: Any, distance: Any) -> Any:
        kept = tf.maximum(weight * tf.cast(mask, distances.dtype), 0.0)
        value = gamma * kept * distance
        return tf.reduce_logsumexp(tf.where(mask, value, -float("inf")), axis=1)

    positive = total(same, margin + distances, -(margin - distances))
    negative = total(different, 1 + margin - distances, 1 - margin - distances)
    losses = tf.nn.softplus(positive + negative)
    masks.set_mask(losses, losses > 0)
    return losses


@export("categorical_generalized_cross_entropy")
def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> Any:
    """(1 - p^q) / q for the probability p of the true class number."""
    predicted = floats(y_pred)
    true = tf.one_hot(tf.cast(y_true, "int64"), tf.shape(predicted)[-1], dtype=predicted.dtype)
    return (1 - tf.pow(tf.reduce_sum(predicted * true, axis=-1), q)) / q


def check_exponent(q: float) -> None:
    """Raise ValueError for an exponent that is not between 0 and 1."""
    if not 0 < q < 1:
        raise ValueError("q must be in the interval (0, 1)")


@export("ctc")
def ctc(y_true: Any, y_pred: Any) -> Any:
    """Connectionist temporal classification of labels `[b, n]` (0: nothing) by `[b, t, classes]`.

    Raises:
        ValueError: for other ranks.
    """
    true, predicted = tf.convert_to_tensor(y_true), floats(y_pred)
    if true.shape.rank != 2:
        raise ValueError(
            "Targets `y_true` are expected to be a tensor of shape `(batch_size, max_length)` in "
            f"integer format. Received: y_true.shape={tuple(true.shape)}"
        )
    if predicted.shape.rank != 3:
        raise ValueError(
            "Logits `y_pred` are expected to be a tensor of shape `(batch_size, max_length, "
            f"num_classes)`. Received: y_pred.shape={tuple(predicted.shape)}"
        )
    true = tf.cast(true, "int32")
    shape = tf.shape(predicted)
    lengths = tf.reduce_sum(tf.cast(tf.not_equal(true, 0), "int32"), axis=-1)
    return tf.nn.ctc_loss(
        true, predicted, lengths, tf.fill([shape[0]], shape[1]), logits_time_major=False,
        blank_index=0,
    )  # fmt: skip
