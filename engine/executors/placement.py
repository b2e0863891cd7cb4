"""Which device a graph's nodes ask for, and what is said where that device is not there."""

from __future__ import annotations

from collections.abc import Iterator

from engine.base.errors import InvalidArgumentError
from engine.executors.devices import gpu_count, why_no_gpu
from engine.ir.device_spec import DeviceSpec
from engine.ir.graph import Graph

HOST = DeviceSpec("localhost", 0, 0, "CPU", 0)
SOFT = [True]
"""Is the CPU used in place of a device that is not there?"""
CPUS = [1]
"""By how many logical devices the CPU is named."""


def all_devices() -> list[str]:
    """The full names of the devices of this machine."""
    names = [HOST.replace(device_index=i).to_string() for i in range(CPUS[0])]
    return names + [HOST.replace(device_type="GPU", device_index=i).to_string()
                    for i in range(gpu_count())]  # fmt: skip


class Unavailable(str):
    """What is wrong with a device that ops are refused on."""

    __slots__ = ()

    def error(self, op_type: str) -> InvalidArgumentError:
        """The error of an op on that device."""
        return InvalidArgumentError(None, None, f"{self} [Op:{op_type}] name: ")


def elsewhere(spec: DeviceSpec) -> bool:
    """Does the spec name another machine than this one?"""
    return spec.job not in (None, "localhost") or bool(spec.replica) or bool(spec.task)


def exists(spec: DeviceSpec) -> bool:
    """Is there such a device here? One without a kind is the CPU."""
    if spec.device_type in (None, "CPU"):
        return (spec.device_index or 0) < CPUS[0]
    return spec.device_type == "GPU" and (spec.device_index or 0) < gpu_count()


def find_place(spec: DeviceSpec) -> int | Unavailable | None:
    """Where eager ops run: on the GPU of that number, or (None) on the CPU."""
    name = HOST.make_merged_spec(spec).to_string()
    if elsewhere(spec):
        return Unavailable(f"{name} unknown device.")
    if spec.device_index is not None and spec.device_index < 0:
        return Unavailable(f"Malformed device specification '{name}' in eager op")
    if spec.device_type == "GPU" and exists(spec):
        return spec.device_index or 0
    if not exists(spec) and not SOFT[0]:
        kinds = ", ".join(dict.fromkeys(n.split(":")[-2] for n in all_devices()))
        return Unavailable(
            f"Could not satisfy device specification '{name}'. enable_soft_placement=0. Supported "
            f"device types [{kinds}]. All available devices [{', '.join(all_devices())}]. "
            f"{why_no_gpu() if spec.device_type == 'GPU' else ''}".rstrip()
        )
    return None


def wanted(graph: Graph) -> Iterator[tuple[str, str]]:
    """The devices that nodes ask for, in inner graphs too, each with the name of such a node."""
    for node in graph.nodes:
        if node.device:
            yield node.device, node.op.type
        for _, inner in node.graphs:
            yield from wanted(inner)


def check_devices(graph: Graph) -> None:
    """Refuse a graph with nodes for devices that are not there.

    Raises:
        InvalidArgumentError: for other machines, for names without meaning, and where placement
            is strict for missing devices too.
    """
    for name, op_type in dict(wanted(graph)).items():
        spec = DeviceSpec.from_string(name)
        if spec.job == "" or (spec.device_index or 0) < 0:
            raise InvalidArgumentError(
                None, None, f"Failed to parse explicit device specification {name}"
            )
        if not SOFT[0] and (elsewhere(spec) or not exists(spec)):
            raise InvalidArgumentError(None, None, f"Unable to find any devices for spec {name}")
        if elsewhere(spec):
            raise InvalidArgumentError(
                None, None, f"Cannot assign a device for operation {op_type}: it was explicitly "
                f"assigned to {name} but available devices are [ {', '.join(all_devices())} ]. "
                "Make sure the device specification refers to a valid device.",
            )  # fmt: skip


def wanted_gpu(graph: Graph) -> int | None:
    """The number of the first GPU that is there and that a node asks for."""
    for name, _ in wanted(graph):
        spec = DeviceSpec.from_string(name)
        if spec.device_type == "GPU" and exists(spec):
            return spec.device_index or 0
    return None


def asks_for_cpu(device: str) -> bool:
    """Does a node with that device name ask for the CPU?"""
    return bool(device) and DeviceSpec.from_string(device).device_type == "CPU"
