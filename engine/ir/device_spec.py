"""Names of devices: ``/job:localhost/replica:0/task:0/device:GPU:1`` and its parts."""

from __future__ import annotations

from typing import Any

_PROCESSORS = ("CPU", "GPU")


def _number(value: Any) -> int | None:
    return None if value is None else int(value)


class DeviceSpec:
    """What a device's name says; what it leaves open is None. Cannot be changed.

    Args:
        job: name of the job.
        replica: number of the replica.
        task: number of the task.
        device_type: "CPU", "GPU" or another kind, in any case.
        device_index: number of the device.
    """

    __slots__ = ("_parts",)

    def __init__(
        self, job: Any = None, replica: Any = None, task: Any = None, device_type: Any = None,
        device_index: Any = None,
    ) -> None:  # fmt: skip
        self._parts: tuple[str | None, int | None, int | None, str | None, int | None] = (
            None if job is None else str(job), _number(replica), _number(task),
            None if device_type is None else str(device_type).upper(), _number(device_index),
        )  # fmt: skip

    @property
    def job(self) -> str | None:
        """Name of the job."""
        return self._parts[0]

    @property
    def replica(self) -> int | None:
        """Number of the replica."""
        return self._parts[1]

    @property
    def task(self) -> int | None:
        """Number of the task."""
        return self._parts[2]

    @property
    def device_type(self) -> str | None:
        """Kind of the device, in capitals."""
        return self._parts[3]

    @property
    def device_index(self) -> int | None:
        """Number of the device among those of its kind."""
        return self._parts[4]

    @classmethod
    def from_string(cls, spec: str) -> DeviceSpec:
        """The spec of a name.

        Args:
            spec: parts between slashes, such as ``/job:a/device:GPU:0``, ``GPU:0`` or ``/cpu:0``.

        Raises:
            ValueError: for other parts, or where kinds of devices are named twice.
        """
        known: dict[str, Any] = {}
        for part in spec.split("/"):
            label, *rest = part.split(":")
            if label in ("job", "replica", "task") and len(rest) == 1:
                known[label] = rest[0]
            elif (label.upper() in _PROCESSORS and len(rest) < 2) or (
                label == "device" and len(rest) == 2
            ):
                if "device_type" in known:
                    raise ValueError(
                        f"Multiple device types are not allowed while parsing the device spec: "
                        f"{spec}."
                    )
                kind, number = rest if label == "device" else (label, *(rest or ["*"]))
                known["device_type"] = kind
                known["device_index"] = None if number == "*" else int(number)
            elif label.upper() == "TPU" and len(rest) == 1:
                known["device_type"], known["device_index"] = label, rest[0]
            elif label:
                raise ValueError(
                    f"Unknown attribute '{label}' is encountered while parsing the device spec: "
                    f"'{spec}'."
                )
        return cls(**known)

    def parse_from_string(self, spec: str) -> DeviceSpec:
        """The spec of a name; the same as `from_string`."""
        return self.from_string(spec)

    def to_string(self) -> str:
        """The name."""
        job, replica, task, kind, index = self._parts
        named = (("job", job), ("replica", replica), ("task", task))
        parts = [f"/{label}:{value}" for label, value in named if value is not None]
        if kind is not None:
            parts.append(f"/device:{kind}:{'*' if index is None else index}")
        return "".join(parts)

    def make_merged_spec(self, dev: DeviceSpec) -> DeviceSpec:
        """What `dev` says, and of this one what `dev` leaves open."""
        return DeviceSpec(*[b if a is None else a for a, b in zip(dev._parts, self._parts)])

    def replace(self, **kwargs: Any) -> DeviceSpec:
        """The spec with other values for some of its parts."""
        names = ("job", "replica", "task", "device_type", "device_index")
        return DeviceSpec(**{**dict(zip(names, self._parts)), **kwargs})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DeviceSpec) and self._parts == other._parts

    def __hash__(self) -> int:
        return hash(self._parts)

    def __repr__(self) -> str:
        job, replica, task, kind, index = self._parts
        return (f"<DeviceSpec(job={job}, replica={replica}, task={task}, device_type={kind}, "
                f"device_index={index})>")  # fmt: skip
