"""The one worklist solver; sets of names are bits of integers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from engine.analysis.cfg import Cfg

__all__ = ["Bits", "backwards", "forwards"]

Transfer = Callable[[int, int], int]


@dataclass(eq=False)
class Bits:
    """Numbers names, so that a set of names is an integer."""

    position: dict[str, int] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)

    def of(self, names: Iterable[str]) -> int:
        """The integer of a set of names."""
        found = 0
        position = self.position
        for name in names:
            place = position.get(name)
            if place is None:
                place = position[name] = len(self.names)
                self.names.append(name)
            found |= 1 << place
        return found

    def back(self, bits: int) -> frozenset[str]:
        """The set of names of an integer."""
        return frozenset(name for i, name in enumerate(self.names) if bits >> i & 1)


def forwards(cfg: Cfg, transfer: Transfer, start: int = 0) -> tuple[list[int], list[int]]:
    """Solve a forward problem whose answers join by union.

    Args:
        cfg: The graph; node 0 is the entry.
        transfer: What holds after a node, from the node and what holds before it.
        start: What holds before the entry.

    Returns:
        What holds before and after each node; 0 for nodes that are never reached.
    """
    entry = [0] if cfg.trees else []
    return _solve(entry, cfg.following, cfg.preceding, transfer, start)


def backwards(cfg: Cfg, transfer: Transfer) -> tuple[list[int], list[int]]:
    """Solve a backward problem whose answers join by union.

    Returns:
        What holds before and after each node (in the order of the program).
    """
    after, before = _solve(sorted(cfg.exits), cfg.preceding, cfg.following, transfer, 0)
    return before, after


def _solve(
    entries: list[int],
    onwards: list[list[int]],
    sources: list[list[int]],
    transfer: Transfer,
    start: int,
) -> tuple[list[int], list[int]]:
    size = len(onwards)
    inputs, outputs = [0] * size, [0] * size
    seen = [False] * size
    first = set(entries)
    waiting = deque(entries)
    queued = set(entries)
    while waiting:
        node = waiting.popleft()
        queued.discard(node)
        value = start if node in first else 0
        for source in sources[node]:
            value |= outputs[source]
        inputs[node] = value
        result = transfer(node, value)
        if seen[node] and result == outputs[node]:
            continue
        seen[node], outputs[node] = True, result
        for target in onwards[node]:
            if target not in queued:
                queued.add(target)
                waiting.append(target)
    return inputs, outputs
