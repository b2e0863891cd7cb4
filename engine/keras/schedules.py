"""Learning rates that depend on the step."""

from __future__ import annotations

import math
from typing import Any

from engine.ir.op import PUBLIC
from engine.keras import configs
from engine.ops.namespace import tf


def _export(cls: type) -> type:
    for space in ("keras.optimizers.schedules", "optimizers.schedules"):
        PUBLIC[f"{space}.{cls.__name__}"] = cls
    return cls


@_export
class LearningRateSchedule:
    """Base of learning rates that depend on the step."""

    def __call__(self, step: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not define `__call__()`")

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal schedule."""
        return configs.constructor_arguments(self, object)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A schedule from what `get_config` answered."""
        return cls(**config)


def _ratio(step: Any, steps: Any) -> Any:
    return tf.cast(step, "float32") / tf.cast(steps, "float32")


@_export
class ExponentialDecay(LearningRateSchedule):
    """initial * rate ** (step / steps).

    Args:
        initial_learning_rate, decay_steps, decay_rate: of the formula.
        staircase: round the exponent down.
        name: kept.
    """

    def __init__(self, initial_learning_rate: float, decay_steps: int, decay_rate: float,
                 staircase: bool = False, name: str = "ExponentialDecay") -> None:  # fmt: skip
        if decay_steps <= 0:
            raise ValueError("Argument `decay_steps` must be > 0. "
                             f"Received: decay_steps={decay_steps}")  # fmt: skip
        self.initial_learning_rate, self.decay_steps = initial_learning_rate, decay_steps
        self.decay_rate, self.staircase, self.name = decay_rate, staircase, name

    def __call__(self, step: Any) -> Any:
        """The rate at `step`."""
        exponent = _ratio(step, self.decay_steps)
        if self.staircase:
            exponent = tf.floor(exponent)
        return self.initial_learning_rate * tf.pow(
            tf.constant(self.decay_rate, "float32"), exponent
        )


@_export
class InverseTimeDecay(LearningRateSchedule):
    """initial / (1 + rate * step / steps).

    Args:
        initial_learning_rate, decay_steps, decay_rate: of the formula.
        staircase: round step / steps down.
        name: kept.
    """

    def __init__(self, initial_learning_rate: float, decay_steps: int, decay_rate: float,
                 staircase: bool = False, name: str = "InverseTimeDecay") -> None:  # fmt: skip
        self.initial_learning_rate, self.decay_steps = initial_learning_rate, decay_steps
        self.decay_rate, self.staircase, self.name = decay_rate, staircase, name

    def __call__(self, step: Any) -> Any:
        """The rate at `step`."""
        share = _ratio(step, self.decay_steps)
        if self.staircase:
            share = tf.floor(share)
        return self.initial_learning_rate / (1.0 + self.decay_rate * share)


@_export
class PolynomialDecay(LearningRateSchedule):
    """From the initial to the end rate along a power of the share of steps left.

    Args:
        initial_learning_rate, decay_steps, end_learning_rate, power: of the formula.
        cycle: start again after `decay_steps`, with more steps each time?
        name: kept.
    """

    def __init__(self, initial_learning_rate: float, decay_steps: int,
                 end_learning_rate: float = 0.0001, power: float = 1.0, cycle: bool = False,
                 name: str = "PolynomialDecay") -> None:  # fmt: skip
        self.initial_learning_rate, self.decay_steps = initial_learning_rate, decay_steps
        self.end_learning_rate, self.power, self.cycle = end_learning_rate, power, cycle
        self.name = name

    def __call__(self, step: Any) -> Any:
        """The rate at `step`."""
        now, steps = tf.cast(step, "float32"), tf.constant(float(self.decay_steps))
        if self.cycle:
            steps = steps * tf.where(tf.equal(now, 0.0), 1.0, tf.math.ceil(now / steps))
        else:
            now = tf.minimum(now, steps)
        span = self.initial_learning_rate - self.end_learning_rate
        return span * tf.pow(1.0 - now / steps, self.power) + self.end_learning_rate


@_export
class CosineDecay(LearningRateSchedule):
    """Down half a wave of the cosine, after a linear warm-up where wanted.

    Args:
        initial_learning_rate: to start from.
        decay_steps: steps of the decay.
        alpha: share of the rate that is left in the end.
        name: kept.
        warmup_target: rate after the warm-up; None: there is none.
        warmup_steps: steps of the warm-up.
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: Any = None,
        warmup_steps: int = 0,
    ) -> None:
        self.initial_learning_rate, self.decay_steps = initial_learning_rate, decay_steps
        self.alpha, self.name = alpha, name
        self.warmup_target, self.warmup_steps = warmup_target, warmup_steps

    def __call__(self, step: Any) -> Any:
        """The rate at `step`."""
        now, steps = tf.cast(step, "float32"), float(self.decay_steps)
        if self.warmup_target is None:
            return self._decayed(tf.minimum(now, steps) / steps, self.initial_learning_rate)
        warm = float(self.warmup_steps)
        rise = self.warmup_target - self.initial_learning_rate
        rising = self.initial_learning_rate + rise * now / warm
        falling = self._decayed((tf.minimum(now, warm + steps) - warm) / steps, self.warmup_target)
        return tf.where(now < warm, rising, falling)

    def _decayed(self, share: Any, first: float) -> Any:
        wave = 0.5 * (1.0 + tf.cos(tf.constant(math.pi, "float32") * share))
        return first * ((1.0 - self.alpha) * wave + self.alpha)


@_export
class CosineDecayRestarts(LearningRateSchedule):
    """Half waves of the cosine, one after the other (Loshchilov and Hutter, 2016).

    Args:
        initial_learning_rate: to start from.
        first_decay_steps: steps of the first wave.
        t_mul: how much longer each following wave is.
        m_mul: how much lower each following wave starts.
        alpha: share of the rate that is left in the end.
        name: kept.

    Raises:
        ValueError: for no steps.
    """

    def __init__(
        self, initial_learning_rate: float, first_decay_steps: int, t_mul: float = 2.0,
        m_mul: float = 1.0, alpha: float = 0.0, name: str = "SGDRDecay",
    ) -> None:  # fmt: skip
        if first_decay_steps <= 0:
            raise ValueError("Argument `first_decay_steps` must be > 0. Received: "
                             f"first_decay_steps={first_decay_steps}")  # fmt: skip
        self.initial_learning_rate, self.first_decay_steps = (
            initial_learning_rate,
            first_decay_steps,
        )
        self.t_mul, self.m_mul, self.alpha, self.name = t_mul, m_mul, alpha, name

    def __call__(self, step: Any) -> Any:
        """The rate at `step`."""
        share = _ratio(step, self.first_decay_steps)
        longer = tf.constant(self.t_mul, "float32")
        if self.t_mul == 1.0:
            restarts = tf.floor(share)
            share = share - restarts
        else:
            restarts = tf.floor(tf.math.log(1.0 - share * (1.0 - longer)) / tf.math.log(longer))
            before = (1.0 - tf.pow(longer, restarts)) / (1.0 - longer)
            share = (share - before) / tf.pow(longer, restarts)
        height = tf.pow(tf.constant(self.m_mul, "float32"), restarts)
        wave = 0.5 * height * (1.0 + tf.cos(tf.constant(math.pi, "float32") * share))
        return self.initial_learning_rate * ((1.0 - self.alpha) * wave + self.alpha)


@_export
class PiecewiseConstantDecay(LearningRateSchedule):
    """`values[i]` up to and including step `boundaries[i]`."""

    def __init__(self, boundaries: list[Any], values: list[float],
                 name: str = "PiecewiseConstant") -> None:  # fmt: skip
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                "The length of boundaries should be 1 less than the length of values. Received: "
                f"boundaries={boundaries} of length {len(boundaries)}, and values={values} of "
                f"length {len(values)}."
            )
        self.boundaries, self.values, self.name = boundaries, values, name

    def __call__(self, step: Any) -> Any:
        """The rate at `step`."""
        rate = tf.constant(self.values[-1])
        for bound, value in reversed(list(zip(self.boundaries, self.values))):
            rate = tf.where(tf.cast(step, "float32") <= float(bound), value, rate)
        return rate
