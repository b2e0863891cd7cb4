"""How many random cases a test tries: a fixed sample in `make test`, many in `make fuzz`.

`GRAPHLENS_FUZZ` is the share of the large numbers, as 1 or 0.05; without it the sample is taken.
`GRAPHLENS_SEED` is where chance starts; a failing test prints it.
"""

from __future__ import annotations

import os
import random

__all__ = ["SHARE", "chance", "count"]

SHARE = float(os.environ.get("GRAPHLENS_FUZZ", "0"))
_SAMPLE_SEED = 1
_SEED = int(os.environ.get("GRAPHLENS_SEED", random.randrange(10**9) if SHARE else _SAMPLE_SEED))


def count(sample: int, large: int) -> int:
    """The number of cases."""
    return max(sample, round(large * SHARE))


def chance(name: str) -> random.Random:
    """A source of chance of one test."""
    print(f"GRAPHLENS_SEED={_SEED}")
    return random.Random(f"{_SEED} {name}")
