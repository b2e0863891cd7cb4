"""How many random cases a test tries: a fixed sample in `make test`, many in `make fuzz`.

`GRAPHLENS_FUZZ` is the share of the large numbers, as 1 or 0.05; without it the sample is taken.
"""

from __future__ import annotations

import os

__all__ = ["SHARE", "count"]

SHARE = float(os.environ.get("GRAPHLENS_FUZZ", "0"))


def count(sample: int, large: int) -> int:
    """The number of cases."""
    return max(sample, round(large * SHARE))
