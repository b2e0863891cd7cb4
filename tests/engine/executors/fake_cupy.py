"""A stand-in for CuPy without a GPU: arrays that refuse to mix with numpy's."""

from __future__ import annotations

import contextlib
import types

import numpy as np

TRANSFERS = []


class ndarray(np.ndarray):
    """An array "on the GPU"."""

    @property
    def __cuda_array_interface__(self):
        return {"shape": self.shape}

    @property
    def device(self):
        return types.SimpleNamespace(id=0)

    def get(self):
        TRANSFERS.append(self.shape)
        return np.array(self.view(np.ndarray))

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        kwargs["out"] = tuple(_bare(o) for o in kwargs["out"]) if "out" in kwargs else None
        if kwargs["out"] is None:
            del kwargs["out"]
        return _there(getattr(ufunc, method)(*[_bare(x) for x in inputs], **kwargs))

    def __array_function__(self, func, types_, args, kwargs):
        return _there(func(*[_bare(x) for x in args], **{k: _bare(v) for k, v in kwargs.items()}))


def _bare(value):
    if isinstance(value, ndarray):
        return value.view(np.ndarray)
    if isinstance(value, np.ndarray) and value.ndim:
        raise TypeError("Unsupported type <class 'numpy.ndarray'>")
    if isinstance(value, (list, tuple)):
        return type(value)(_bare(item) for item in value)
    return value


def _there(value):
    if isinstance(value, tuple):
        return tuple(_there(item) for item in value)
    if isinstance(value, (np.ndarray, np.generic)):
        return np.asarray(value).view(ndarray)
    return value


class Module(types.ModuleType):
    """The module that `import cupy` finds."""

    def __init__(self):
        super().__init__("cupy")
        self.ndarray = ndarray
        runtime = types.SimpleNamespace(getDeviceCount=lambda: 1, deviceSynchronize=lambda: None)
        self.cuda = types.SimpleNamespace(
            runtime=runtime, Device=lambda number: contextlib.nullcontext()
        )

    @staticmethod
    def asarray(value, dtype=None):
        """Host to "GPU"."""
        if not isinstance(value, ndarray) and np.ndim(value):
            TRANSFERS.append(np.shape(value))
        return np.array(value, dtype).view(ndarray)

    def __getattr__(self, name):
        if name in ("in1d", "linalg"):  # something that CuPy lacks
            raise AttributeError(name)
        function = getattr(np, name)
        if isinstance(function, type) or not callable(function):
            return function
        return lambda *args, **kwargs: _there(
            function(*[_bare(a) for a in args], **{k: _bare(v) for k, v in kwargs.items()})
        )
