"""Regularizers: what is added to a model's losses for the size of weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.ir.op import public
from engine.ops.namespace import tf


@public("keras.Regularizer", "keras.regularizers.Regularizer")
class Regularizer:
    """Base of regularizers: called with a weight, they answer a number."""

    def __call__(self, x: Any) -> Any:
        """Zero. Subclasses define it."""
        return 0.0

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal regularizer."""
        raise NotImplementedError(f"{self} does not implement get_config()")

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A regularizer from what `get_config` answered."""
        return cls(**config)


@public("keras.regularizers.L1L2", "keras.regularizers.l1_l2")
class L1L2(Regularizer):
    """l1 times the sum of absolute values plus l2 times the sum of squares."""

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1, self.l2 = 0.0 if l1 is None else l1, 0.0 if l2 is None else l2

    def __call__(self, x: Any) -> Any:
        value = tf.zeros([], "float32")
        if self.l1:
            value = value + self.l1 * tf.reduce_sum(tf.abs(x))
        if self.l2:
            value = value + self.l2 * tf.reduce_sum(tf.square(x))
        return value

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal regularizer."""
        return {"l1": float(self.l1), "l2": float(self.l2)}


@public("keras.regularizers.L2", "keras.regularizers.l2")
class L2(Regularizer):
    """l2 times the sum of squares."""

    def __init__(self, l2: float = 0.01) -> None:
        self.l2 = 0.01 if l2 is None else l2

    def __call__(self, x: Any) -> Any:
        return self.l2 * tf.reduce_sum(tf.square(x))

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal regularizer."""
        return {"l2": float(self.l2)}


@public("keras.regularizers.L1", "keras.regularizers.l1")
class L1(Regularizer):
    """l1 times the sum of absolute values."""

    def __init__(self, l1: float = 0.01) -> None:
        self.l1 = 0.01 if l1 is None else l1

    def __call__(self, x: Any) -> Any:
        return self.l1 * tf.reduce_sum(tf.abs(x))

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal regularizer."""
        return {"l1": float(np.float32(self.l1))}  # Keras keeps it in single precision
