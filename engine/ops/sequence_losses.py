"""Losses of label sequences that are shorter than what was seen: connectionist classification."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import int32
from engine.ir.op import public
from engine.ir.tensor import Tensor
from engine.ops.namespace import tf

_IMPOSSIBLE = -707.0
"""Stands for the logarithm of 0, as in TensorFlow."""


@public("nn.ctc_loss")
def ctc_loss(
    labels: Any, logits: Any, label_length: Any, logit_length: Any, logits_time_major: bool = True,
    unique: Any = None, blank_index: int | None = None, name: str | None = None,
) -> Tensor:  # fmt: skip
    """How unlikely sequences of labels are, whatever the time each of them takes.

    Args:
        labels: int32 [batch, most labels].
        logits: floats [time, batch, classes], or [batch, time, classes].
        label_length: int32 [batch]: how many labels of each row count.
        logit_length: int32 [batch]: how much of the time counts.
        logits_time_major: is time the first axis of `logits`?
        unique: accepted.
        blank_index: the class of the pauses; by default 0; negative ones from the back.
        name: of the last node.

    Returns:
        The negative logarithm of each row's likelihood, [batch]; about 707 for impossible rows.
    """
    x = convert_to_tensor(logits)
    if not logits_time_major:
        x = tf.transpose(x, [1, 0, 2])
    blank = tf.constant(0 if blank_index is None else blank_index, int32)
    blank = tf.where(blank < 0, blank + tf.shape(x)[2], blank)
    wanted = _with_pauses(tf.cast(labels, int32), blank)
    logs = tf.nn.log_softmax(x)
    seen = tf.gather(logs, tf.tile(wanted[None], [tf.shape(x)[0], 1, 1]), axis=2, batch_dims=2)
    never = tf.constant(_IMPOSSIBLE, x.dtype)
    before = tf.pad(wanted, [[0, 0], [2, 0]], constant_values=-1)[:, :-2]
    may_skip = (wanted != blank) & (wanted != before)

    def advance(paths: Tensor, now: Tensor) -> Tensor:
        one = tf.pad(paths, [[0, 0], [1, 0]], constant_values=never)[:, :-1]
        two = tf.pad(paths, [[0, 0], [2, 0]], constant_values=never)[:, :-2]
        ways = tf.stack([paths, one, tf.where(may_skip, two, never)])
        return tf.reduce_logsumexp(ways, 0) + now

    places = tf.range(tf.shape(wanted)[1])[None, :]
    start = tf.where(places < 2, seen[0], never)
    paths = tf.concat([start[None], tf.scan(advance, seen[1:], start)], 0)
    last = tf.gather(
        tf.transpose(paths, [1, 0, 2]), tf.cast(logit_length, int32) - 1, axis=1, batch_dims=1
    )
    end = 2 * tf.cast(label_length, int32)[:, None]
    final = tf.where((places == end) | (places == end - 1), last, never)
    return tf.negative(tf.reduce_logsumexp(final, 1), name=name)


def _with_pauses(labels: Tensor, blank: Tensor) -> Tensor:
    """Labels [batch, n] with a pause before each and one at the end: [batch, 2 n + 1]."""
    shape = tf.shape(labels)
    pairs = tf.stack([tf.fill(shape, blank), labels], 2)
    flat = tf.reshape(pairs, [shape[0], 2 * shape[1]])
    return tf.concat([flat, tf.fill([shape[0], 1], blank)], 1)


@public("nn.collapse_repeated")
def collapse_repeated(labels: Any, seq_length: Any, name: str | None = None) -> Any:
    """Rows of labels with each run of equal ones made one.

    Args:
        labels: [batch, most labels].
        seq_length: int32 [batch]: how many labels of each row count.
        name: of the last node.

    Returns:
        (labels, lengths): the rows, with zeros behind, as wide as the longest; and how long each
        is.
    """
    rows, lengths = convert_to_tensor(labels), tf.cast(seq_length, int32)
    counts = tf.sequence_mask(lengths, tf.shape(rows)[1])
    fresh = tf.concat(
        [tf.ones_like(rows[:, :1], "bool"), tf.not_equal(rows[:, 1:], rows[:, :-1])], 1
    )
    kept = fresh & counts
    found = tf.reduce_sum(tf.cast(kept, int32), 1)
    width = tf.reduce_max(found)
    places = tf.where(kept)
    column = tf.cumsum(tf.cast(kept, places.dtype), 1, exclusive=True)
    target = tf.stack([places[:, 0], tf.gather_nd(column, places)], 1)
    shape = tf.cast(tf.stack([tf.shape(rows)[0], width]), places.dtype)
    return tf.scatter_nd(target, tf.gather_nd(rows, places), shape, name=name), found
