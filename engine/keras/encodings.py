"""Numbers of categories as one-hot, multi-hot or counting vectors."""

from __future__ import annotations

from typing import Any

from engine.ops.namespace import tf

MODES = ("int", "one_hot", "multi_hot", "count")


def encoded(inputs: Any, mode: str, depth: int, dtype: Any = "float32", weights: Any = None) -> Any:
    """Category numbers in the form that `mode` names.

    Args:
        inputs: integers; for "multi_hot" and "count" the last axis lists what one vector holds.
        mode: "int", "one_hot", "multi_hot" or "count".
        depth: number of categories.
        dtype: of the result.
        weights: what each number counts, for "count".
    """
    if mode == "int":
        return tf.cast(inputs, dtype)
    if hasattr(inputs, "to_tensor"):  # numbers outside count nowhere
        inputs = inputs.to_tensor(default_value=-1)
    rank = inputs.shape.rank
    if rank == 0:
        inputs, rank = tf.expand_dims(inputs, -1), 1
    if mode == "one_hot":
        if rank > 1 and inputs.shape[-1] == 1:
            inputs = tf.squeeze(inputs, [-1])
        return tf.one_hot(tf.cast(inputs, "int64"), depth, dtype=dtype)
    hits = tf.one_hot(tf.cast(inputs, "int64"), depth, dtype=dtype)
    axis = -2 if rank <= 2 or mode == "multi_hot" else 1
    if mode == "multi_hot":
        return tf.reduce_max(hits, axis=axis)
    if weights is not None:
        hits = hits * tf.expand_dims(tf.cast(weights, dtype), -1)
    return tf.reduce_sum(hits, axis=axis)
