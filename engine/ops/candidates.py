"""Losses over many classes that look at a sample of them, and the samplers."""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import float32, int32, int64
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.kernels import refuse
from engine.ops.namespace import tf


class LogUniformCandidateSampler(NamedTuple):
    """What `tf.random.log_uniform_candidate_sampler` answers."""

    sampled_candidates: Any
    true_expected_count: Any
    sampled_expected_count: Any


class UniformCandidateSampler(NamedTuple):
    """What `tf.random.uniform_candidate_sampler` answers."""

    sampled_candidates: Any
    true_expected_count: Any
    sampled_expected_count: Any


@op("raw.draw_candidates", type="CandidateSampler", groups={"seed": int32},
    samples=[("int32[2]", 5, True, 20, "log")])  # fmt: skip
def draw_candidates(
    seed: Tensor, num_sampled: int, unique: bool, range_max: int, kind: str
) -> tuple[TensorSpec, TensorSpec]:
    """Classes drawn with a seed of two numbers, and how many draws that took."""
    return spec(int64, (num_sampled,)), spec(float32, ())


@draw_candidates.kernel
def _draw_candidates_kernel(
    xp: Any, seed: Any, num_sampled: int, unique: bool, range_max: int, kind: str
) -> Any:
    random = xp.random.default_rng([int(word) & 0xFFFFFFFF for word in seed])
    kept: dict[int, None] = {}
    drawn: list[int] = []
    tries = 0
    while len(drawn) < num_sampled:
        u = random.random()
        value = int(xp.exp(u * xp.log1p(range_max)) - 1) if kind == "log" else int(u * range_max)
        value %= range_max
        tries += 1
        if not unique or value not in kept:
            kept[value] = None
            drawn.append(value)
    return xp.array(drawn, dtype="int64"), xp.float32(tries)


def _sampled(
    true_classes: Any, num_true: int, num_sampled: int, unique: bool, range_max: int, seed: Any,
    kind: str,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    true = convert_to_tensor(true_classes, int64)
    true.shape.assert_has_rank(2)
    true.shape[1:].assert_is_compatible_with([num_true])
    if unique and num_sampled > range_max:
        raise refuse(f"Sampler's range is too small: {num_sampled} of {range_max}.")
    words = tf.random.uniform([2], maxval=2**31 - 1, dtype=int32, seed=seed)
    found, tries = draw_candidates(words, num_sampled, unique, range_max, kind)
    return (
        found,
        _expected(true, tries, range_max, unique, kind),
        _expected(found, tries, range_max, unique, kind),
    )


def _expected(classes: Tensor, tries: Tensor, range_max: int, unique: bool, kind: str) -> Tensor:
    """How often each class is expected among so many draws."""
    number = tf.cast(classes, float32)
    if kind == "log":
        chance = tf.math.log((number + 2.0) / (number + 1.0)) / tf.math.log(range_max + 1.0)
    else:
        chance = tf.fill(tf.shape(number), 1.0 / range_max)
        chance.set_shape(number.shape)
    if unique:
        return -tf.math.expm1(tries * tf.math.log1p(-chance))
    return chance * tries


@public("random.log_uniform_candidate_sampler")
def log_uniform_candidate_sampler(
    true_classes: Any, num_true: int, num_sampled: int, unique: bool, range_max: int,
    seed: int | None = None, name: str | None = None,
) -> LogUniformCandidateSampler:  # fmt: skip
    """Classes drawn so that small numbers are frequent, as words sorted by frequency are.

    Args:
        true_classes: int64 [batch, num_true].
        num_true: how many true classes each example has.
        num_sampled: how many classes to draw.
        unique: draw no class twice?
        range_max: how many classes there are.
        seed: of the draw.
        name: unused.

    Returns:
        (sampled_candidates int64 [num_sampled], true_expected_count float32 [batch, num_true],
        sampled_expected_count float32 [num_sampled]).
    """
    return LogUniformCandidateSampler(
        *_sampled(true_classes, num_true, num_sampled, unique, range_max, seed, "log")
    )


@public("random.uniform_candidate_sampler", "nn.uniform_candidate_sampler")
def uniform_candidate_sampler(
    true_classes: Any, num_true: int, num_sampled: int, unique: bool, range_max: int,
    seed: int | None = None, name: str | None = None,
) -> UniformCandidateSampler:  # fmt: skip
    """Classes drawn evenly; arguments as of `tf.random.log_uniform_candidate_sampler`."""
    return UniformCandidateSampler(
        *_sampled(true_classes, num_true, num_sampled, unique, range_max, seed, "even")
    )


def _logits(
    weights: Any, biases: Any, labels: Any, inputs: Any, num_sampled: int, num_classes: int,
    num_true: int, sampled_values: Any, remove_accidental_hits: bool, seed: Any,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """(logits, labels) [batch, num_true + num_sampled]: the true classes, then the sampled."""
    if isinstance(weights, (list, tuple)):
        weights = tf.concat(list(weights), 0)
    x, true = convert_to_tensor(inputs), labels
    if labels.dtype is not int64:
        true = tf.cast(labels, int64)
    if sampled_values is None:
        sampled_values = log_uniform_candidate_sampler(
            true, num_true, num_sampled, True, num_classes, seed
        )
    sampled, true_count, sampled_count = (tf.stop_gradient(item) for item in sampled_values)
    sampled = tf.cast(sampled, int64)
    flat = tf.reshape(true, [-1])
    width = tf.shape(x)[-1]
    true_weights = tf.reshape(tf.gather(weights, flat), [-1, num_true, width])
    true_logits = tf.reduce_sum(tf.expand_dims(x, 1) * true_weights, 2)
    true_logits += tf.reshape(tf.gather(biases, flat), [-1, num_true])
    sampled_logits = tf.matmul(x, tf.gather(weights, sampled), transpose_b=True)
    sampled_logits += tf.gather(biases, sampled)
    if remove_accidental_hits:
        hit = tf.reduce_any(true[:, :, None] == sampled[None, None, :], 1)
        sampled_logits += tf.where(hit, tf.constant(x.dtype.min, x.dtype), 0)
    true_logits -= tf.math.log(true_count)
    sampled_logits -= tf.math.log(sampled_count)
    wanted = [tf.ones_like(true_logits) / num_true, tf.zeros_like(sampled_logits)]
    return tf.concat([true_logits, sampled_logits], 1), tf.concat(wanted, 1)


@public("nn.sampled_softmax_loss")
def sampled_softmax_loss(
    weights: Any, biases: Any, labels: Any, inputs: Any, num_sampled: int, num_classes: int,
    num_true: int = 1, sampled_values: Any = None, remove_accidental_hits: bool = True,
    seed: int | None = None, name: str | None = None,
) -> Tensor:  # fmt: skip
    """The cross entropy of a softmax over the true classes and a sample of the others.

    Args:
        weights: [num_classes, dim].
        biases: [num_classes].
        labels: int64 [batch, num_true].
        inputs: [batch, dim].
        num_sampled: how many classes to draw for the batch.
        num_classes: how many classes there are.
        num_true: how many true classes each example has.
        sampled_values: what a candidate sampler answered; by default a log-uniform draw.
        remove_accidental_hits: take no sampled class that is a true one.
        seed: of the draw.
        name: of the last node.

    Returns:
        The loss of each example, [batch].
    """
    logits, targets = _logits(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
        remove_accidental_hits, seed,
    )  # fmt: skip
    return tf.nn.softmax_cross_entropy_with_logits(
        labels=tf.stop_gradient(targets), logits=logits, name=name
    )


@public("nn.nce_loss")
def nce_loss(
    weights: Any, biases: Any, labels: Any, inputs: Any, num_sampled: int, num_classes: int,
    num_true: int = 1, sampled_values: Any = None, remove_accidental_hits: bool = False,
    name: str | None = "nce_loss",
) -> Tensor:  # fmt: skip
    """The noise-contrastive loss; arguments as of `tf.nn.sampled_softmax_loss`.

    Returns:
        The loss of each example, [batch].
    """
    logits, targets = _logits(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
        remove_accidental_hits, None,
    )  # fmt: skip
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=targets, logits=logits)
    return tf.reduce_sum(losses, 1)
