"""Devices and threads: `tf.device`, `tf.config.list_physical_devices` and their kin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from engine.executors.devices import gpu_count
from engine.executors.executor import use_executor
from engine.executors.placement import CPUS, SOFT, find_place
from engine.ir.device_spec import DeviceSpec
from engine.ir.interpreter import current
from engine.ir.op import public

public("DeviceSpec")(DeviceSpec)
_threads = {"inter": 0, "intra": 0}


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
    count = len(_logical) if made is LogicalDevice else 1
    found = [made(f"{start}CPU:{i}", "CPU") for i in range(count)]
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


@public("config.LogicalDeviceConfiguration", "config.experimental.VirtualDeviceConfiguration")
class LogicalDeviceConfiguration(NamedTuple):
    """How a logical device is made."""

    memory_limit: Any = None
    experimental_priority: Any = None
    experimental_device_ordinal: Any = None


_logical: list[LogicalDeviceConfiguration] = [LogicalDeviceConfiguration()]


@public("config.set_logical_device_configuration",
        "config.experimental.set_virtual_device_configuration")  # fmt: skip
def set_logical_device_configuration(device: PhysicalDevice, logical_devices: Any) -> None:
    """Name a processor by several logical devices. They share it: nothing runs faster.

    Raises:
        ValueError: for another device than the CPU.
    """
    if device.device_type != "CPU":
        raise ValueError(f"Only the CPU can be divided here, not {device}")
    _logical[:] = list(logical_devices) or [LogicalDeviceConfiguration()]
    CPUS[0] = len(_logical)


@public("config.get_logical_device_configuration",
        "config.experimental.get_virtual_device_configuration")  # fmt: skip
def get_logical_device_configuration(device: PhysicalDevice) -> list[Any] | None:
    """The logical devices of a processor; None where it was not divided."""
    return list(_logical) if device.device_type == "CPU" and len(_logical) > 1 else None


@public("config.get_soft_device_placement")
def get_soft_device_placement() -> bool:
    """Do ops run on the CPU where the wanted device is missing?"""
    return SOFT[0]


@public("config.set_soft_device_placement")
def set_soft_device_placement(enabled: bool) -> None:
    """Run ops on the CPU where the wanted device is missing (True, the default), or refuse."""
    SOFT[0] = bool(enabled)


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

    Inside a function the ops that are traced keep the device's name. Where the device is missing,
    the CPU is used; if soft placement is off, ops are refused (InvalidArgumentError).

    Args:
        device_name: such as "/GPU:0", "CPU:0", "/job:localhost/device:GPU:1", or a
            `tf.DeviceSpec`; contexts inside one another add up. None: no wish.

    Raises:
        ValueError: on entering, for a name that is no device's.
        RuntimeError: for a function.
    """
    if callable(device_name):
        raise RuntimeError("tf.device does not support functions.")
    return _on(device_name)


@contextmanager
def _on(device: Any) -> Iterator[None]:
    it: Any = current()
    if it.eager:
        if isinstance(device, LogicalDevice):
            device = device.name
        elif device is not None and not isinstance(device, (str, DeviceSpec)):
            raise ValueError(f"Expecting a string device name. Got {type(device)}({device})")
    before = it.device_name
    if device is None:
        it.device_name = ""
    else:
        spec = device if isinstance(device, DeviceSpec) else DeviceSpec.from_string(device)
        it.device_name = DeviceSpec.from_string(before).make_merged_spec(spec).to_string()
    if not it.eager:
        try:
            yield
        finally:
            it.device_name = before
        return
    gpu, plain = it.gpu, it.plain
    it.gpu = find_place(DeviceSpec.from_string(it.device_name)) if it.device_name else None
    it.plain = plain and it.gpu is None
    try:
        yield
    finally:
        it.gpu, it.device_name, it.plain = gpu, before, plain
