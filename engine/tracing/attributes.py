"""`experimental_attributes` of `tf.function`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ALLOWED = frozenset({
    "_OutputsOnOpDevice", "_disable_acd", "_implements", "_noinline", "_tf_data_function",
    "api_implements", "api_preferred_device", "disable_summaries_at_runtime",
    "experimental_ints_on_device", "function_runs_at_most_once", "go_backwards",
    "runtime_constant_optimization", "time_major",
})  # fmt: skip


def check_attributes(attributes: Mapping[str, Any] | None) -> None:
    """Raises ValueError where functions have no attribute of such a name."""
    for name in attributes or ():
        if name not in _ALLOWED:
            raise ValueError(f"`{name} is not supported by tf.function as an attribute.")
