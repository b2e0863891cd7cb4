"""Attributes of nodes and structures of arguments as JSON, with arrays beside it; and back."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from engine.ir.dtypes import DType, as_dtype
from engine.ir.graph import Graph
from engine.ir.shapes import TensorShape
from engine.ir.spec import TensorSpec
from engine.ops.indexing import Bound
from engine.ops.random_seed import PhiloxState

_PLAIN = (type(None), bool, int, str)


class Encoder:
    """Turns values into JSON.

    Attributes:
        arrays: what was put aside, by name.
        graph: (graph) -> JSON; set by `saving.graphs`.
        function: (Python function) -> JSON or None where it cannot be saved.
    """

    def __init__(self) -> None:
        self.arrays: dict[str, Any] = {}
        self.graph: Callable[[Graph], Any] = lambda graph: None
        self.function: Callable[[Any], Any] = lambda function: None

    def __call__(self, value: Any) -> Any:
        """The JSON form. Raises TypeError for a value that has none."""
        if isinstance(value, _PLAIN) and type(value) in _PLAIN:
            return value
        if type(value) is float:
            return value if math.isfinite(value) else {"float": str(value)}
        if isinstance(value, (np.ndarray, np.generic)):
            return self._array(value)
        if isinstance(value, (list, tuple)):
            kind = "list" if isinstance(value, list) else "tuple"
            if hasattr(value, "_fields"):
                raise TypeError(f"the named tuple {type(value).__name__}")
            return {kind: [self(item) for item in value]}
        if isinstance(value, dict):
            return {"dict": [[self(key), self(item)] for key, item in value.items()]}
        return self._other(value)

    def _other(self, value: Any) -> Any:
        if isinstance(value, Graph):
            return {"graph": self.graph(value)}
        if isinstance(value, DType):
            return {"dtype": value.name}
        if isinstance(value, TensorSpec):
            return {"spec": [self(value.dims), value.dtype.name, value._name]}
        if isinstance(value, TensorShape):
            return {"shape": self(None if value.rank is None else tuple(value.as_list()))}
        if isinstance(value, bytes):
            return {"bytes": _text(value)}
        if isinstance(value, complex):
            return {"complex": [value.real, value.imag]}
        if isinstance(value, slice):
            return {"slice": [self(value.start), self(value.stop), self(value.step)]}
        if value is Ellipsis:
            return {"ellipsis": True}
        if isinstance(value, Bound):
            return {"bound": value.place}
        if isinstance(value, PhiloxState):
            return {"random": [str(value.key), str(value.counter)]}
        if callable(value):
            made = self.function(value)
            if made is not None:
                return {"function": made}
        raise TypeError(f"{value!r} (a {type(value).__name__})")

    def _array(self, value: Any) -> Any:
        array = np.asarray(value)
        scalar = isinstance(value, np.generic)
        if array.dtype.kind == "S":
            array = array.astype(object)
        if array.dtype == object:
            items = [_text(item) for item in array.ravel().tolist()]
            return {"strings": [items, list(array.shape)]}
        name = f"array_{len(self.arrays)}"
        kind = array.dtype.name
        known = array.dtype.kind in "biufc"
        self.arrays[name] = array if known else array.view(f"uint{array.dtype.itemsize * 8}")
        return {"array": [name, kind, scalar]}


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


class Decoder:
    """Turns JSON into values.

    Attributes:
        arrays: what was put aside, by name.
        graph: (JSON) -> graph; set by `saving.graphs`.
        function: (JSON) -> Python function.
    """

    def __init__(self, arrays: Any) -> None:
        self.arrays = arrays
        self.graph: Callable[[Any], Graph | None] = lambda data: None
        self.function: Callable[[Any], Any] = lambda data: None
        self._kinds: dict[str, Callable[[Any], Any]] = {
            "float": float,
            "list": lambda items: [self(item) for item in items],
            "tuple": lambda items: tuple([self(item) for item in items]),
            "dict": lambda pairs: {self(key): self(item) for key, item in pairs},
            "graph": self._graph,
            "dtype": as_dtype,
            "spec": lambda data: TensorSpec(self(data[0]), data[1], data[2]),
            "shape": lambda data: TensorShape(self(data)),
            "bytes": base64.b64decode,
            "complex": lambda data: complex(*data),
            "slice": lambda data: slice(*[self(item) for item in data]),
            "ellipsis": lambda data: Ellipsis,
            "bound": Bound,
            "random": _random,
            "function": self._function,
            "strings": _strings,
            "array": self._array,
        }

    def __call__(self, data: Any) -> Any:
        """The value. Raises ValueError for JSON of no known form."""
        if not isinstance(data, dict):
            return data
        (kind, content), *more = data.items()
        if more or kind not in self._kinds:
            raise ValueError(f"unknown content {sorted(data)}")
        return self._kinds[kind](content)

    def _graph(self, data: Any) -> Any:
        return self.graph(data)

    def _function(self, data: Any) -> Any:
        return self.function(data)

    def _array(self, data: Any) -> Any:
        name, kind, scalar = data
        array = self.arrays[name]
        if array.dtype.name != kind:
            array = array.view(as_dtype(kind).as_numpy_dtype)
        return array[()] if scalar else array


def _strings(data: Any) -> Any:
    items, shape = data
    array = np.empty(len(items), dtype=object)
    array[:] = [base64.b64decode(item) for item in items]
    return array.reshape(shape)


def _random(data: Any) -> PhiloxState:
    state = PhiloxState(1, 1)
    state.key, state.counter = int(data[0]), int(data[1])
    return state
