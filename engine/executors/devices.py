"""Where values live: in the computer's memory, or on a GPU (through CuPy)."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

GPU_USED = [False]
"""Has any value of this process been on a GPU? Until then nothing looks at places."""

MISSING = (
    "no GPU can be used: {0}. Graphlens runs on NVIDIA GPUs through CuPy; install it with "
    "`pip install graphlens[cuda]`."
)


@functools.cache
def _found() -> tuple[Any, int, str]:
    """CuPy (or None), the number of GPUs, and why there are none."""
    try:
        import cupy
    except ImportError as error:
        return None, 0, f"CuPy cannot be imported ({error})"
    try:
        count = int(cupy.cuda.runtime.getDeviceCount())
    except Exception as error:
        return None, 0, f"CuPy finds no GPU ({error})"
    return cupy, count, "" if count else "CuPy finds no GPU"


def gpu_count() -> int:
    """How many GPUs can be used."""
    return _found()[1]


def why_no_gpu() -> str:
    """Why there is no GPU; empty where there is one."""
    reason = _found()[2]
    return MISSING.format(reason) if reason else ""


def gpu_library() -> Any:
    """CuPy.

    Raises:
        ImportError: if there is no GPU or no CuPy; the message says how to get it.
    """
    library, count, reason = _found()
    if not count:
        raise ImportError(MISSING.format(reason))
    return library


def on_gpu(value: Any) -> bool:
    """Is it an array on a GPU?"""
    return hasattr(value, "__cuda_array_interface__")


def gpu_number(value: Any) -> int:
    """The number of the GPU that holds an array."""
    return int(getattr(getattr(value, "device", None), "id", 0))


def to_host(value: Any) -> Any:
    """A value in the computer's memory."""
    return value.get()[()] if on_gpu(value) else value


def to_gpu(value: Any, number: int = 0) -> Any:
    """Arrays of numbers on a GPU; scalars, strings and resources as they are.

    Scalars steer Python's control flow: on the host they cost no transfer.
    """
    if type(value) is not np.ndarray or value.dtype.kind not in "fiucb" or not value.shape:
        return value
    GPU_USED[0] = True
    library = gpu_library()
    with library.cuda.Device(number):
        return library.asarray(value)


def any_on_gpu(values: Any) -> bool:
    """Is one of the values an array on a GPU?"""
    return any(on_gpu(value) for value in values)


def compute_anywhere(compute: Any, values: Any, attrs: dict[str, Any], number: int = 0) -> Any:
    """A kernel's results on a GPU; computed by numpy where CuPy lacks a function.

    Args:
        compute: the kernel.
        values: arrays anywhere.
        attrs: the op's attributes.
        number: of the GPU.
    """
    library = gpu_library()
    try:
        return compute(library, *[to_gpu(value, number) for value in values], **attrs)
    except (AttributeError, TypeError, NotImplementedError):
        result = compute(np, *[to_host(value) for value in values], **attrs)
    if type(result) is tuple:
        return tuple([to_gpu(item, number) for item in result])
    return to_gpu(result, number)


def compute_on_host(compute: Any, values: Any, attrs: dict[str, Any]) -> Any:
    """A kernel's results, computed by numpy, on the GPU: where the rest of the graph takes them."""
    result = compute(np, *[to_host(value) for value in values], **attrs)
    return tuple(map(to_gpu, result)) if type(result) is tuple else to_gpu(result)


def write_variable(compute: Any, values: Any, attrs: dict[str, Any]) -> Any:
    """Run a kernel that writes to a variable: the values come to where the variable is."""
    storage, *others = values
    if on_gpu(storage.value):
        number = gpu_number(storage.value)
        return compute(gpu_library(), storage, *[to_gpu(v, number) for v in others], **attrs)
    return compute(np, storage, *[to_host(value) for value in others], **attrs)
