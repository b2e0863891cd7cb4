"""What was decided about a callable: remembered by identity, without keeping it alive."""

from __future__ import annotations

import weakref
from typing import Any

from engine.conversion.options import ConversionOptions

__all__ = ["AS_IS", "Decisions"]

AS_IS: Any = object()
"""The decision to call something as it is; any other decision is the factory of its code."""

_KEPT = 4096
"""How many objects that cannot be referred to weakly are remembered, and so kept alive."""


class Decisions:
    """Decisions by callable and options; for functions, as long as they keep their code."""

    __slots__ = ("_known", "_strong")

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, Any, dict[ConversionOptions, Any]]] = {}
        self._strong = 0

    def get(self, entity: Any, options: ConversionOptions) -> Any:
        """The decision; None where there is none yet."""
        known = self._known.get(id(entity))
        if known is None or known[0]() is not entity:
            return None
        if known[1] is not getattr(entity, "__code__", None):
            return None
        return known[2].get(options)

    def put(self, entity: Any, options: ConversionOptions, decision: Any) -> None:
        """Remember a decision."""
        key = id(entity)
        known = self._known.get(key)
        code = getattr(entity, "__code__", None)
        if known is None or known[0]() is not entity or known[1] is not code:
            reference = self._reference(entity, key)
            if reference is None:
                return
            known = self._known[key] = (reference, code, {})
        known[2][options] = decision

    def _reference(self, entity: Any, key: int) -> Any:
        def forget(reference: object) -> None:
            entry = self._known.get(key)
            if entry is not None and entry[0] is reference:
                del self._known[key]

        try:
            return weakref.ref(entity, forget)
        except TypeError:
            self._strong += 1
            return (lambda: entity) if self._strong < _KEPT else None
