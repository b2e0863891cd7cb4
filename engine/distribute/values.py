"""Values that differ between replicas."""

from __future__ import annotations

from typing import Any

from engine.ir.op import public
from engine.ir.structure import flatten, pack


@public("distribute.DistributedValues")
class PerReplica:
    """One value for each replica.

    Attributes:
        values: in the order of the replicas.
    """

    def __init__(self, values: Any) -> None:
        self.values = tuple(values)

    def __composite_parts__(self) -> list[Any]:
        return list(self.values)

    def __composite_like__(self, parts: list[Any]) -> PerReplica:
        return PerReplica(parts)

    def __repr__(self) -> str:
        shown = ",\n".join(f"  {i}: {value!s}" for i, value in enumerate(self.values))
        return f"PerReplica:{{\n{shown}\n}}"


def selected(value: Any, number: int) -> Any:
    """The structure with the replica's own value in place of each `PerReplica`."""
    leaves = [leaf.values[number] if isinstance(leaf, PerReplica) else leaf
              for leaf in flatten(value)]  # fmt: skip
    return pack(value, leaves)


def grouped(results: list[Any]) -> Any:
    """One structure of the replicas' results; None where all are None."""
    if all(result is None for result in results):
        return None
    if len(results) == 1:
        return results[0]
    columns = zip(*[flatten(result) for result in results])
    leaves = [None if all(v is None for v in column) else PerReplica(column) for column in columns]
    return pack(results[0], leaves)
