"""Constraints: what weights are brought back to after every step."""

from __future__ import annotations

from typing import Any

from engine.ir.op import public
from engine.ops.namespace import tf

_EPSILON = 1e-7


@public("keras.constraints.Constraint")
class Constraint:
    """Base of constraints: called with a weight, they answer the weight it should be."""

    def __call__(self, w: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not define `__call__()`")

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal constraint."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A constraint from what `get_config` answered."""
        return cls(**config)


@public("keras.constraints.NonNeg", "keras.constraints.non_neg")
class NonNeg(Constraint):
    """No negative weights."""

    def __call__(self, w: Any) -> Any:
        return w * tf.cast(w >= 0.0, w.dtype)


def _lengths(w: Any, axis: Any) -> Any:
    return tf.sqrt(tf.reduce_sum(tf.square(w), axis=axis, keepdims=True))


@public("keras.constraints.MaxNorm", "keras.constraints.max_norm")
class MaxNorm(Constraint):
    """Vectors of a length of at most `max_value` along an axis."""

    def __init__(self, max_value: float = 2, axis: Any = 0) -> None:
        self.max_value, self.axis = max_value, axis

    def __call__(self, w: Any) -> Any:
        lengths = _lengths(w, self.axis)
        return w * (tf.clip_by_value(lengths, 0, self.max_value) / (_EPSILON + lengths))

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal constraint."""
        return {"max_value": self.max_value, "axis": self.axis}


@public("keras.constraints.UnitNorm", "keras.constraints.unit_norm")
class UnitNorm(Constraint):
    """Vectors of length one along an axis."""

    def __init__(self, axis: Any = 0) -> None:
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        return w / (_EPSILON + _lengths(w, self.axis))

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal constraint."""
        return {"axis": self.axis}


@public("keras.constraints.MinMaxNorm", "keras.constraints.min_max_norm")
class MinMaxNorm(Constraint):
    """Vectors whose length is between two bounds, along an axis.

    Args:
        min_value, max_value: the bounds.
        rate: share of the way that a length is moved towards them.
        axis: one axis or several.
    """

    def __init__(self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0,
                 axis: Any = 0) -> None:  # fmt: skip
        self.min_value, self.max_value, self.rate, self.axis = min_value, max_value, rate, axis

    def __call__(self, w: Any) -> Any:
        lengths = _lengths(w, self.axis)
        bounded = tf.clip_by_value(lengths, self.min_value, self.max_value)
        wanted = self.rate * bounded + (1 - self.rate) * lengths
        return w * (wanted / (_EPSILON + lengths))

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal constraint."""
        return {"min_value": self.min_value, "max_value": self.max_value, "rate": self.rate,
                "axis": self.axis}  # fmt: skip


@public("keras.constraints.get")
def get(identifier: Any) -> Any:
    """The constraint that a name, class, function, object or configuration stands for.

    Raises:
        ValueError: for an unknown name.
    """
    from engine.keras import configs

    found = configs.constraint(identifier)
    return found() if isinstance(found, type) else found
