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


@public("keras.regularizers.OrthogonalRegularizer", "keras.regularizers.orthogonal_regularizer")
class OrthogonalRegularizer(Regularizer):
    """The mean absolute cosine between rows, or between columns, of a matrix.

    Args:
        factor: of the mean.
        mode: "rows" or "columns".

    Raises:
        ValueError: for another mode, and in the call for what is no matrix.
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        if mode not in ("rows", "columns"):
            raise ValueError('Invalid value for argument `mode`. Expected one of {"rows", '
                             f'"columns"}}. Received: mode={mode}')  # fmt: skip
        self.factor, self.mode = factor, mode

    def __call__(self, x: Any) -> Any:
        x = tf.convert_to_tensor(x)
        if x.shape.rank != 2:
            raise ValueError("Inputs to OrthogonalRegularizer must have rank 2. Received: "
                             f"inputs.shape={tuple(x.shape)}")  # fmt: skip
        rows = x if self.mode == "rows" else tf.transpose(x)
        inverse = tf.math.rsqrt(tf.reduce_sum(tf.square(rows), axis=1, keepdims=True))
        rows = rows * tf.minimum(inverse, 1e7)
        count = rows.shape[0]
        products = tf.matmul(rows, rows, transpose_b=True) * (1.0 - tf.eye(count, dtype=x.dtype))
        pairs = count * (count - 1.0) / 2.0
        return self.factor * 0.5 * tf.reduce_sum(tf.abs(products)) / pairs

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal regularizer."""
        return {"factor": float(np.float32(self.factor)), "mode": self.mode}


@public("keras.regularizers.get")
def get(identifier: Any) -> Any:
    """The regularizer that a name, class, function, object or configuration stands for.

    Raises:
        ValueError: for an unknown name.
    """
    from engine.keras import configs

    found = configs.regularizer(identifier)
    return found() if isinstance(found, type) else found
