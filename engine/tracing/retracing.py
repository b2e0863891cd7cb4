"""Warns where a function is traced again and again, and says which argument is to blame."""

from __future__ import annotations

import inspect
import weakref
from typing import Any

from engine.tracing.signature import Call

_HISTORY = 10
_THRESHOLD = 5
_MOST_WARNINGS = 2


class RetracingDetector:
    """Counts calls and traces of one function over its recent history."""

    __slots__ = ("_calls", "_per_trace", "_warned", "hits")

    def __init__(self) -> None:
        self.hits = 0  # calls by the short cut
        self._per_trace: list[int] = []
        self._calls = 0
        self._warned = 0

    def called(self) -> None:
        """A call that found its trace."""
        if self._per_trace:
            self._per_trace[-1] += 1
            self._calls += 1

    def traced(self, function: Any, before: Call | None, now: Call) -> None:
        """A call that had to trace."""
        if self._per_trace:
            self._per_trace[-1] += self.hits
            self._calls += self.hits
        self.hits = 0
        self._calls += 1
        self._per_trace.append(1)
        while self._per_trace and self._calls - self._per_trace[0] > _HISTORY:
            self._calls -= self._per_trace.pop(0)
        if self._warned >= _MOST_WARNINGS or len(self._per_trace) < _THRESHOLD:
            return
        self._warned += 1
        import logging

        logging.getLogger("engine").warning(
            "%d out of the last %d calls to %r triggered tf.function retracing. Tracing is "
            "expensive and the excessive number of tracings could be due to (1) creating "
            "@tf.function repeatedly in a loop, (2) passing tensors with different shapes, (3) "
            "passing Python objects instead of tensors. %s",
            len(self._per_trace), self._calls, function, difference(before, now),
        )  # fmt: skip


_detectors: weakref.WeakKeyDictionary[Any, RetracingDetector] = weakref.WeakKeyDictionary()


def detector_of(function: Any) -> RetracingDetector:
    """The detector of a function's code: decorating it again in a loop starts no new count."""
    plain = inspect.unwrap(function)
    code = getattr(getattr(plain, "__func__", plain), "__code__", None)
    return RetracingDetector() if code is None else _detectors.setdefault(code, RetracingDetector())


def difference(before: Call | None, now: Call) -> str:
    """Which argument made the new trace necessary, and how to stop it."""
    if before is None:
        return "Define the decorated function once, outside of loops."
    for path, old, new in zip(now.paths, before.leaves, now.leaves):
        if old.dtype is not new.dtype:
            return (
                f"Argument {path!r} changed its dtype from {old.dtype.name} to {new.dtype.name}: "
                "cast it before the call."
            )
        if old.dims != new.dims:
            return (
                f"Argument {path!r} changed its shape from {old.shape} to {new.shape}: give the "
                "decorator reduce_retracing=True, or an input_signature with None for the size "
                "that varies."
            )
    for i, (old, new) in enumerate(zip(before.args, now.args)):
        if type(new) in (int, float, bool) and old != new:
            return (
                f"Positional argument {i} is the Python number {new!r} (before: {old!r}): pass "
                "tf.constant(...) instead."
            )
        if old is not new and not hasattr(new, "dtype"):
            return (
                f"Positional argument {i} is another Python object ({type(new).__name__}) in every "
                "call: pass the same object, or tensors."
            )
    return "Pass tensors of the same dtype and shape, and the same Python objects."
