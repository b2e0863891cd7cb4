"""Devices and threads: `tf.device`, `tf.config.list_physical_devices` and their kin."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from engine.base.errors import InvalidArgumentError
from engine.executors.devices import gpu_count, why_no_gpu
from engine.executors.executor import use_executor
from engine.ir.interpreter import current
from engine.ir.op import public

logger = logging.getLogger("engine")

_soft = [True]
_threads = {"inter": 0, "intra": 0}
_told: set[str] = set()
_PART = re.compile(r"(job|replica|task|device|cpu|gpu|tpu)(?::(.*))?$", re.IGNORECASE)


@public("config.PhysicalDevice")
class PhysicalDevice(NamedTuple):
    """A processor that is there."""

    name: str
    device_type: str


@public("config.LogicalDevice")
class LogicalDevice(NamedTuple):
    """A processor as programs see it."""

    name: str
    device_type: str


def _devices(kind: str | None, start: str, made: Any) -> list[Any]:
    found = [made(f"{start}CPU:0", "CPU")]
    found += [made(f"{start}GPU:{i}", "GPU") for i in range(gpu_count())]
    return [device for device in found if kind in (None, device.device_type)]


@public("config.list_physical_devices", "config.experimental.list_physical_devices",
        "config.get_visible_devices", "config.experimental.get_visible_devices")  # fmt: skip
def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The processors of one type ("CPU", "GPU"), or all."""
    return _devices(device_type, "/physical_device:", PhysicalDevice)


@public("config.list_logical_devices", "config.experimental.list_logical_devices")
def list_logical_devices(device_type: str | None = None) -> list[LogicalDevice]:
    """The devices that programs can name, of one type or all."""
    return _devices(device_type, "/device:", LogicalDevice)


@public("config.get_soft_device_placement")
def get_soft_device_placement() -> bool:
    """Do ops run on the CPU where the wanted device is missing?"""
    return _soft[0]


@public("config.set_soft_device_placement")
def set_soft_device_placement(enabled: bool) -> None:
    """Run ops on the CPU where the wanted device is missing (True, the default), or refuse."""
    _soft[0] = bool(enabled)


@public("config.threading.set_inter_op_parallelism_threads")
def set_inter_op_parallelism_threads(num_threads: int) -> None:
    """Run independent parts of graphs in so many threads; 1 or 0: one after the other.

    Functions that have run already keep their way.
    """
    from engine.executors.parallel_executor import set_threads

    _threads["inter"] = num_threads
    set_threads(num_threads)
    use_executor("parallel" if num_threads > 1 else "numpy")


@public("config.threading.get_inter_op_parallelism_threads")
def get_inter_op_parallelism_threads() -> int:
    """What `set_inter_op_parallelism_threads` was given; 0: nothing."""
    return _threads["inter"]


@public("config.threading.set_intra_op_parallelism_threads")
def set_intra_op_parallelism_threads(num_threads: int) -> None:
    """Accepted; numpy's libraries choose their threads themselves."""
    _threads["intra"] = num_threads


@public("config.threading.get_intra_op_parallelism_threads")
def get_intra_op_parallelism_threads() -> int:
    """What `set_intra_op_parallelism_threads` was given; 0: nothing."""
    return _threads["intra"]


@public("test.is_gpu_available")
def is_gpu_available(cuda_only: bool = False, min_cuda_compute_capability: Any = None) -> bool:
    """Can a GPU be used?"""
    return gpu_count() > 0


@public("test.is_built_with_cuda")
def is_built_with_cuda() -> bool:
    """Can a GPU be used?"""
    return gpu_count() > 0


@public("test.gpu_device_name")
def gpu_device_name() -> str:
    """The name of the first GPU; empty where there is none."""
    return "/device:GPU:0" if gpu_count() else ""


@public("device")
def device(device_name: Any) -> Any:
    """A context whose new tensors live, and whose ops run, on a device.

    Args:
        device_name: such as "/GPU:0", "CPU:0", "/job:localhost/device:GPU:1"; None: no wish.

    Raises:
        ValueError: for a name that is no device's.
        InvalidArgumentError: where the device is missing and soft placement is off.
    """
    name = getattr(device_name, "name", device_name)
    return _on(None if name is None else _gpu_of(str(name)))


@contextmanager
def _on(gpu: int | None) -> Iterator[None]:
    it: Any = current()
    while not it.eager:
        it = it.outer
    before, it.gpu = it.gpu, gpu
    try:
        yield
    finally:
        it.gpu = before


def _gpu_of(name: str) -> int | None:
    """The number of the GPU that a device's name means; None for the CPU."""
    kind, number = "CPU", 0
    for part in name.replace("/physical_device:", "/device:").strip("/").split("/"):
        match = _PART.match(part)
        if match is None:
            raise ValueError(
                f"Unknown attribute {part!r} is encountered while parsing the device spec: "
                f"{name!r}."
            )
        label, value = match[1].lower(), match[2] or ""
        if label in ("cpu", "gpu", "tpu"):
            kind, number = label.upper(), int(value or 0)
        elif label == "device":
            kind, _, index = value.partition(":")
            kind, number = kind.upper(), int(index or 0)
    if kind == "CPU":
        return None
    if kind == "GPU" and number < gpu_count():
        return number
    reason = why_no_gpu() if kind == "GPU" else ""
    text = f"{name} unknown device. {reason}".strip()
    if not _soft[0]:
        raise InvalidArgumentError(None, None, text)
    if name not in _told:
        _told.add(name)
        logger.warning("%s The CPU is used instead.", text)
    return None
