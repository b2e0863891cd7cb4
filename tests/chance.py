"""Where tests take their chance from: always the same in `make test`, another one in long runs.

`GRAPHLENS_SEED` is where chance starts; a failing test prints it.
"""

from __future__ import annotations

import os
import random

__all__ = ["chance"]

_LONG = bool(os.environ.get("GRAPHLENS_FUZZ") or os.environ.get("GRAPHLENS_SOAK"))
_SEED = int(os.environ.get("GRAPHLENS_SEED", random.randrange(10**9) if _LONG else 1))


def chance(name: str) -> random.Random:
    """A source of chance of one test."""
    print(f"GRAPHLENS_SEED={_SEED}")
    return random.Random(f"{_SEED} {name}")
