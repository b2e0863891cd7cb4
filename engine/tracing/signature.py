"""From the arguments of a call to the key of a trace, and to the tensors it takes as inputs."""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable, Mapping
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.spec import TensorSpec
from engine.ir.structure import sorted_keys
from engine.ir.tensor import Tensor

_LITERALS = frozenset({int, float, bool, str, bytes, complex, type(None)})


class Call:
    """The arguments of one call, as seen by the cache.

    Attributes:
        key: equal for calls that can share a trace.
        leaves: tensors, variables and specs, in the order of the trace's inputs.
        args: positional arguments with arrays turned into tensors.
        kwargs: the same for keyword arguments.
        paths: a name for each leaf.
    """

    __slots__ = ("args", "key", "kwargs", "leaves", "paths")

    def __init__(self, args: tuple[Any, ...], kwargs: dict[str, Any], names: list[str]) -> None:
        self.leaves: list[Any] = []
        self.paths: list[str] = []
        self.args = tuple(
            self._prepare(value, names[i] if i < len(names) else f"args_{i}")
            for i, value in enumerate(args)
        )
        self.kwargs = {name: self._prepare(kwargs[name], name) for name in sorted(kwargs)}
        self.key = (
            tuple(self._part(value) for value in self.args),
            tuple((name, self._part(value)) for name, value in self.kwargs.items()),
        )

    def _prepare(self, value: Any, path: str) -> Any:
        """`value` with its arrays as tensors; collects the leaves that become inputs."""
        kind = type(value)
        if kind in _LITERALS:
            return value
        if isinstance(value, (Tensor, TensorSpec)):
            self.leaves.append(value)
            self.paths.append(path)
            return value
        if kind.__module__ == "numpy" and hasattr(value, "dtype"):
            tensor = convert_to_tensor(value)
            self.leaves.append(tensor)
            self.paths.append(path)
            return tensor
        if isinstance(value, Mapping):
            made = {k: self._prepare(value[k], f"{path}_{k}") for k in sorted_keys(value)}
            ordered = [(k, made[k]) for k in value]
            return _rebuild_mapping(value, ordered)
        if isinstance(value, (list, tuple)):
            items = [self._prepare(item, f"{path}_{i}") for i, item in enumerate(value)]
            if kind is list or kind is tuple:
                return kind(items)
            return kind(*items) if hasattr(kind, "_fields") else kind(items)
        return value

    def _part(self, value: Any) -> Any:
        kind = type(value)
        if kind in _LITERALS:
            return (kind, str(value) if kind is float else value)
        if isinstance(value, (Tensor, TensorSpec)):
            return ("tensor", value.dtype, value.dims)
        if isinstance(value, Mapping):
            return (kind, tuple((k, self._part(value[k])) for k in sorted_keys(value)))
        if isinstance(value, (list, tuple)):
            return (kind, tuple(self._part(item) for item in value))
        return ("object", _reference(value))


def _rebuild_mapping(value: Any, ordered: list[tuple[Any, Any]]) -> Any:
    if type(value) is dict:
        return dict(ordered)
    if hasattr(value, "default_factory"):
        return type(value)(value.default_factory, ordered)
    return type(value)(ordered)


def _reference(value: Any) -> Any:
    """An object by identity, held weakly where it can be.

    Raises:
        TypeError: for objects that cannot be part of a key.
    """
    if isinstance(value, set):
        raise TypeError(_UNHASHABLE.format(type(value).__name__, value))
    try:
        made = weakref.ref(value)
    except TypeError:
        made = value
    try:
        hash(made)
    except TypeError:
        if hasattr(type(value), "__tf_tensor__"):  # a variable: unhashable, but has an identity
            return ("id", id(value))
        raise TypeError(_UNHASHABLE.format(type(value).__name__, value)) from None
    return made


_UNHASHABLE = (
    "Could not generate a generic TraceType for {0} instance {1!r}: it is not hashable. Please "
    "pass tensors, hashable Python objects, or containers of them."
)


class Parameters:
    """The parameters of a Python function, for binding calls.

    Args:
        function: the function.
        bound: leave out its first parameter (a method's `self`).
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        try:
            self.signature = inspect.signature(function)
        except (TypeError, ValueError):
            self.signature = inspect.Signature(
                [
                    inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL),
                    inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD),
                ]
            )
        kinds = inspect.Parameter
        self.names = [
            p.name
            for p in self.signature.parameters.values()
            if p.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)
        ]
        self.simple = len(self.names) == len(self.signature.parameters)
        self.count = len(self.names)

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
        """Positional and keyword-only arguments, with defaults filled in.

        Raises:
            TypeError: if the call does not fit, as Python would.
        """
        if not kwargs and self.simple and len(args) == self.count:
            return args, kwargs
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return bound.args, bound.kwargs


