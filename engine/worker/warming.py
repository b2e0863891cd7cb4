"""A function with a branch and loops: what its trace loads, the first of a user's need not."""

from __future__ import annotations

from typing import Any

__all__ = ["sample"]


def sample(x: Any) -> Any:
    """Whatever becomes of `x`."""
    for _ in range(2):
        x = x * 2.0
    if x[0] > 0:
        x = x - 1.0
    while x[0] > 1.0:
        x = x / 2.0
    return x
