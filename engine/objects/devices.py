"""Devices: which there are, and the one that a `with tf.device(...)` block asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.util import find_spec
from typing import Any, NamedTuple

from engine.ir.op import public

_NAME = re.compile(
    r"^(?:/job:\w+)?(?:/replica:\d+)?(?:/task:\d+)?/?(?:device:)?(CPU|GPU)(?::(\d+|\*))?$", re.I
)
_wanted: ContextVar[str | None] = ContextVar("graphlens_device", default=None)
_soft = [True]


class PhysicalDevice(NamedTuple):
    """A device of this machine."""

    name: str
    device_type: str


class LogicalDevice(NamedTuple):
    """A device as programs name it."""

    name: str
    device_type: str


def gpu_count() -> int:
    """How many GPUs can be used: those that CuPy sees (0 where it is not installed)."""
    if find_spec("cupy") is None:
        return 0
    try:
        import cupy

        return int(cupy.cuda.runtime.getDeviceCount())
    except Exception:
        return 0


@public("config.list_physical_devices", "config.experimental.list_physical_devices")
def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The devices of this machine.

    Args:
        device_type: "CPU" or "GPU"; None: all.
    """
    found = [PhysicalDevice("/physical_device:CPU:0", "CPU")]
    if device_type != "CPU":
        found += [PhysicalDevice(f"/physical_device:GPU:{i}", "GPU") for i in range(gpu_count())]
    return [device for device in found if device_type in (None, device.device_type)]


@public("config.list_logical_devices", "config.experimental.list_logical_devices")
def list_logical_devices(device_type: str | None = None) -> list[LogicalDevice]:
    """The devices as programs name them; arguments as `list_physical_devices`."""
    return [
        LogicalDevice(f"/device:{d.name.split(':', 1)[1]}", d.device_type)
        for d in list_physical_devices(device_type)
    ]


@public("config.get_visible_devices", "config.experimental.get_visible_devices")
def get_visible_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The devices that may be used: all of them."""
    return list_physical_devices(device_type)  # type: ignore[no-any-return]


@public("test.is_gpu_available")
def is_gpu_available(*args: Any, **kwargs: Any) -> bool:
    """Is there a GPU that can be used?"""
    return gpu_count() > 0


@public("test.gpu_device_name")
def gpu_device_name() -> str:
    """Name of the first GPU, or an empty string."""
    return "/device:GPU:0" if gpu_count() else ""


@public("config.set_soft_device_placement")
def set_soft_device_placement(enabled: bool) -> None:
    """Where a device is missing, use the CPU (True, the default) or fail (False)."""
    _soft[0] = bool(enabled)


@public("config.get_soft_device_placement")
def get_soft_device_placement() -> bool:
    """Is the CPU used where a device is missing?"""
    return _soft[0]


def wanted_device() -> str | None:
    """The device that the innermost `tf.device` block asks for (`"GPU:0"`), or None."""
    return _wanted.get()


@public("device")
@contextmanager
def device(device_name: Any) -> Iterator[None]:
    """Run what is inside on a device.

    Args:
        device_name: such as `"/GPU:0"` or `"CPU:0"`; None: no wish.

    Raises:
        ValueError: if `device_name` names no kind of device.
        RuntimeError: if there is no such device and soft placement is off.
    """
    found = None
    if device_name is not None:
        match = _NAME.match(str(getattr(device_name, "name", device_name)))
        if match is None:
            raise ValueError(
                f"Failed to parse device name: {device_name!r}; expected a name such as '/CPU:0' or "
                "'/GPU:0'."
            )
        kind, index = match.group(1).upper(), match.group(2) or "0"
        if kind == "GPU" and gpu_count() == 0 and not _soft[0]:
            raise RuntimeError(
                f"{device_name}: there is no GPU that can be used. Install the extra "
                "`graphlens[cuda]` on a machine with an NVIDIA GPU, or allow soft placement."
            )
        found = f"{kind}:{0 if index == '*' else index}"
    token = _wanted.set(found)
    try:
        yield
    finally:
        _wanted.reset(token)
