"""For which replica of a distribution strategy code is running."""

from __future__ import annotations

import threading
from typing import Any


class Replicas(threading.local):
    """The strategy in force.

    Attributes:
        strategy: the strategy whose scope is open, or None.
        number: the replica being run, or None outside of `run`.
    """

    strategy: Any = None
    number: int | None = None

    @property
    def count(self) -> int:
        """How many replicas there are."""
        return 1 if self.strategy is None else int(self.strategy.num_replicas_in_sync)


replicas = Replicas()
