"""Strategies: `run` calls a function for every replica, one after the other.

There is one copy of each variable: what a replica assigns, the next one sees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

from engine.distribute.datasets import DistributedDataset
from engine.distribute.values import PerReplica, grouped, selected
from engine.ir.op import public
from engine.ir.structure import flatten, pack
from engine.objects.replicas import replicas
from engine.ops.namespace import tf


@public("distribute.ReduceOp")
class ReduceOp(Enum):
    """How values of replicas become one."""

    SUM = "SUM"
    MEAN = "MEAN"


@public("distribute.Strategy")
class Strategy:
    """Runs functions for a number of replicas.

    Args:
        devices: a name for each replica.
    """

    def __init__(self, devices: Any = None) -> None:
        if devices is None:
            found = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
            devices = [device.name for device in found]
        self._devices = [str(name) for name in ([devices] if isinstance(devices, str) else devices)]
        if not self._devices:
            raise ValueError("A strategy needs at least one device.")

    @property
    def num_replicas_in_sync(self) -> int:
        """How many replicas there are."""
        return len(self._devices)

    @contextmanager
    def scope(self) -> Iterator[Strategy]:
        """A block in which this is the strategy. Raises RuntimeError inside another's scope."""
        if replicas.strategy is not None and replicas.strategy is not self:
            raise RuntimeError("Mixing different tf.distribute.Strategy objects: "
                               f"{replicas.strategy} is not {self}")  # fmt: skip
        before, replicas.strategy = replicas.strategy, self
        try:
            yield self
        finally:
            replicas.strategy = before

    def run(self, fn: Callable[..., Any], args: Any = (), kwargs: Any = None,
            options: Any = None) -> Any:  # fmt: skip
        """Call a function for every replica.

        Args:
            fn: the function.
            args, kwargs: of the calls; each replica gets its own part of `PerReplica` values.
            options: accepted.

        Returns:
            The results: `PerReplica` values where there are several replicas.
        """
        before, results = replicas.number, []
        with self.scope():
            try:
                for number in range(self.num_replicas_in_sync):
                    replicas.number = number
                    given = selected(list(args), number)
                    results.append(fn(*given, **selected(kwargs or {}, number)))
            finally:
                replicas.number = before
        return grouped(results)

    def reduce(self, reduce_op: Any, value: Any, axis: int | None) -> Any:
        """One value from those of the replicas: their sum or mean, along an axis first.

        Args:
            reduce_op: "SUM", "MEAN" or a `ReduceOp`.
            value: what `run` answered.
            axis: axis to reduce in each value; None: none.
        """
        kind = str(getattr(reduce_op, "value", reduce_op)).upper()
        if kind not in ("SUM", "MEAN"):
            raise ValueError(f"reduce_op must be SUM or MEAN, got {reduce_op!r}")
        return pack(value, [self._reduced(kind, leaf, axis) for leaf in flatten(value)])

    def _reduced(self, kind: str, leaf: Any, axis: int | None) -> Any:
        parts = list(leaf.values) if isinstance(leaf, PerReplica) else [tf.convert_to_tensor(leaf)]
        if axis is None:
            total = tf.add_n(parts)
            return total if kind == "SUM" else total / len(parts)
        joined = tf.concat(parts, axis)
        return (tf.reduce_sum if kind == "SUM" else tf.reduce_mean)(joined, axis)

    def experimental_local_results(self, value: Any) -> tuple[Any, ...]:
        """The values of the replicas."""
        return value.values if isinstance(value, PerReplica) else (value,)

    def gather(self, value: Any, axis: int) -> Any:
        """The replicas' values joined along an axis."""
        return tf.concat(list(self.experimental_local_results(value)), axis)

    def experimental_distribute_values_from_function(self, value_fn: Callable[..., Any]) -> Any:
        """A value for each replica, from a function of its `ValueContext`."""
        count = self.num_replicas_in_sync
        return grouped([value_fn(ValueContext(i, count)) for i in range(count)])

    def experimental_distribute_dataset(self, dataset: Any, options: Any = None) -> Any:
        """A dataset whose batches are split between the replicas."""
        return DistributedDataset(dataset, self.num_replicas_in_sync)

    def distribute_datasets_from_function(self, dataset_fn: Callable[..., Any],
                                          options: Any = None) -> Any:  # fmt: skip
        """A dataset that gives each replica batches of its own."""
        return DistributedDataset(dataset_fn(InputContext()), self.num_replicas_in_sync, whole=True)


@public("distribute.MirroredStrategy")
class MirroredStrategy(Strategy):
    """Replicas on the devices of this machine."""

    def __init__(self, devices: Any = None, cross_device_ops: Any = None) -> None:
        super().__init__(devices)


@public("distribute.OneDeviceStrategy")
class OneDeviceStrategy(Strategy):
    """One replica."""

    def __init__(self, device: str) -> None:
        super().__init__([device])


class _DefaultDistributionStrategy(Strategy):
    """What is in force outside of scopes: one replica."""

    def __init__(self) -> None:
        super().__init__(["/device:CPU:0"])


_default = _DefaultDistributionStrategy()


class ValueContext:
    """For which replica a value is made.

    Attributes:
        replica_id_in_sync_group, num_replicas_in_sync: its number, and how many there are.
    """

    def __init__(self, replica_id_in_sync_group: int, num_replicas_in_sync: int) -> None:
        self.replica_id_in_sync_group = replica_id_in_sync_group
        self.num_replicas_in_sync = num_replicas_in_sync


@public("distribute.InputContext")
class InputContext:
    """One input pipeline, of one."""

    num_input_pipelines, input_pipeline_id = 1, 0

    def get_per_replica_batch_size(self, global_batch_size: int) -> int:
        """The share of a batch. Raises ValueError where it is no whole number."""
        if global_batch_size % replicas.count:
            raise ValueError(f"The `global_batch_size` {global_batch_size} is not divisible by "
                             f"`num_replicas_in_sync` {replicas.count}")  # fmt: skip
        return global_batch_size // replicas.count


@public("distribute.ReplicaContext")
class ReplicaContext:
    """Inside `run`: which replica is running."""

    @property
    def replica_id_in_sync_group(self) -> Any:
        """Its number, an int32 tensor."""
        return tf.constant(replicas.number or 0, "int32")

    @property
    def num_replicas_in_sync(self) -> int:
        """How many there are."""
        return replicas.count

    @property
    def strategy(self) -> Strategy:
        """The strategy."""
        found: Strategy = get_strategy()
        return found

    def all_reduce(self, reduce_op: Any, value: Any, options: Any = None) -> Any:
        """The value of all replicas together; of one replica, the value."""
        if replicas.count == 1:
            return value
        raise NotImplementedError(
            "Replicas run one after the other here: `all_reduce` would need the results of later "
            "ones. Return the values from `run`, and use `strategy.reduce`."
        )


@public("distribute.get_strategy")
def get_strategy() -> Strategy:
    """The strategy in force; outside of scopes one of a single replica."""
    found: Strategy = replicas.strategy or _default
    return found


@public("distribute.has_strategy")
def has_strategy() -> bool:
    """Is a strategy's scope open?"""
    return replicas.strategy is not None


@public("distribute.in_cross_replica_context")
def in_cross_replica_context() -> bool:
    """Is a strategy's scope open, outside of `run`?"""
    return replicas.strategy is not None and replicas.number is None


@public("distribute.get_replica_context")
def get_replica_context() -> ReplicaContext | None:
    """Which replica is running; None in a scope outside of `run`."""
    return None if in_cross_replica_context() else ReplicaContext()
