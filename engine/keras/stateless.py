"""Variables that stand for other values for a while."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from engine.ir.tensor import Tensor
from engine.keras.variables import KerasVariable
from engine.ops.namespace import tf


class _Held:
    """A value in the place of a variable: read and written as one, without a state."""

    def __init__(self, value: Tensor, variable: Any) -> None:
        self._tensor, self._variable = value, variable

    def value(self) -> Tensor:
        """The value."""
        return self._tensor

    read_value = value

    def assign(self, value: Any, *args: Any, **kwargs: Any) -> Tensor:
        """Hold another value."""
        self._tensor = tf.cast(value, self._tensor.dtype)
        return self._tensor

    def assign_add(self, value: Any, *args: Any, **kwargs: Any) -> Tensor:
        """Hold the sum."""
        return self.assign(self._tensor + tf.cast(value, self._tensor.dtype))

    def assign_sub(self, value: Any, *args: Any, **kwargs: Any) -> Tensor:
        """Hold the difference."""
        return self.assign(self._tensor - tf.cast(value, self._tensor.dtype))

    def __tf_tensor__(self, dtype: Any = None, name: str | None = None) -> Tensor:
        return self._tensor

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tensor if hasattr(Tensor, name) else self._variable, name)


@contextmanager
def state_of(pairs: Iterable[tuple[Any, Any]]) -> Iterator[Callable[[Any], Tensor]]:
    """Inside, each variable of a pair has the other's value; the block may ask for it.

    Args:
        pairs: Keras variables and values.
    """
    held: list[tuple[KerasVariable, Any]] = []
    for variable, value in pairs:
        held.append((variable, variable._value))
        other = _Held(tf.cast(value, variable.dtype), variable._value)
        variable._value = other
    try:
        yield lambda variable: variable._value.value()
    finally:
        for variable, before in held:
            variable._value = before
