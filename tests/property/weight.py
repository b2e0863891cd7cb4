"""How far rounding can move a derivative: the sum of the sizes of all its terms."""

from __future__ import annotations

from typing import Any


class Weight:
    """A number that goes through a program, with the sizes of its derivative's terms.

    The chain rule adds one term for every way from the arguments to the result. Where large terms
    cancel, a small derivative carries the rounding of the large ones: an error of a few units in
    the last place of `weight`, whichever order the terms are added in.

    Args:
        value: the number.
        weight: sum of the sizes of the terms; 1 for an argument.
    """

    def __init__(self, value: float, weight: float = 1.0) -> None:
        self.value = value
        self.weight = weight

    @staticmethod
    def of(value: Any) -> float:
        """The weight of a result; 0 for a constant."""
        return value.weight if isinstance(value, Weight) else 0.0

    @staticmethod
    def _lift(value: Any) -> Weight:
        return value if isinstance(value, Weight) else Weight(value, 0.0)

    def __add__(self, other: Any) -> Weight:
        other = self._lift(other)
        return Weight(self.value + other.value, self.weight + other.weight)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Weight:
        other = self._lift(other)
        weight = abs(self.value) * other.weight + abs(other.value) * self.weight
        return Weight(self.value * other.value, weight)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Weight:
        other = self._lift(other)
        value = self.value / other.value
        weight = (self.weight + abs(value) * other.weight) / abs(other.value)
        return Weight(value, weight)
