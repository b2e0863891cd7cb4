"""Objects whose attributes checkpoints save, also attributes that come after the restoring."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from engine.ir.op import public


@public("__internal__.tracking.AutoTrackable")
class Trackable:
    """Base of objects that checkpoints go through.

    Where a checkpoint had values for attributes that are not there yet, `_waiting` holds what
    gives them their value when they are assigned: functions of the attribute's name and value.
    """

    _waiting: list[Callable[[str, Any], None]]

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        if "_waiting" in self.__dict__:
            self._attached(name, value)

    def _attached(self, name: str, value: Any) -> None:
        """A part was added: give it the value that a checkpoint had for it."""
        for restore in self.__dict__.get("_waiting", ()):
            restore(name, value)


class ListWrapper(list[Any]):
    """A list in an attribute of a checkpoint: what is appended is restored, too."""

    def __init__(self, items: Iterable[Any] = ()) -> None:
        super().__init__(items)
        self._waiting: list[Callable[[str, Any], None]] = []

    def append(self, item: Any) -> None:
        """Append, and restore."""
        super().append(item)
        for restore in self._waiting:
            restore(str(len(self) - 1), item)

    def extend(self, items: Iterable[Any]) -> None:
        """Append each, and restore."""
        for item in items:
            self.append(item)

    def __repr__(self) -> str:
        return f"ListWrapper({super().__repr__()})"
