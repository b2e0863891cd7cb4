"""From the arguments of a call to the key of a trace, and to the tensors it takes as inputs."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import resource
from engine.ir.shapes import Dims
from engine.ir.spec import TensorSpec
from engine.ir.structure import children, composite_parts, is_nested, like, sorted_keys
from engine.ir.tensor import Tensor
from engine.objects.variable import Variable

_LITERALS = frozenset({int, float, bool, str, bytes, complex, type(None)})


class Names(list[str]):
    """Names of positional parameters.

    Attributes:
        positional_only: how many of them cannot be given by keyword.
        variadic: the parameter that takes further ones.
    """

    positional_only = 0
    variadic = "args"

    def label(self, number: int) -> str:
        """The name of a positional argument: `args_0` is the first that has no own parameter."""
        if number < len(self):
            return self[number]
        return f"{self.variadic}_{number - len(self)}"


class Call:
    """The arguments of one call, as seen by the cache.

    Attributes:
        args: positional arguments with arrays turned into tensors.
        kwargs: the same for keyword arguments.
        leaves: tensors, specs and resources, in the order of the trace's inputs.
        paths: where each leaf is, as `d_a` for `d['a']`.
        labels: the parameter that each leaf belongs to.
        skeleton: everything about the call but the shapes.
        dims: raw shapes of the leaves.
        names: of the positional parameters.
    """

    __slots__ = (
        "_sizes", "_variables", "args", "dims", "kwargs", "labels", "leaves", "names", "paths",
        "skeleton",
    )  # fmt: skip

    def __init__(self, args: tuple[Any, ...], kwargs: dict[str, Any], names: Names) -> None:
        self.names = names
        self.leaves: list[Any] = []
        self.paths: list[str] = []
        self.labels: list[str] = []
        self._sizes: list[Dims] = []
        self._variables: dict[int, int] = {}
        parts = []
        prepared = []
        for i, value in enumerate(args):
            label = names.label(i)
            made, part = self._prepare(value, label)
            self._label(label)
            prepared.append(made)
            parts.append(part)
        self.args = tuple(prepared)
        self.kwargs: dict[str, Any] = {}
        for name in sorted(kwargs):
            self.kwargs[name], part = self._prepare(kwargs[name], name)
            self._label(name)
            parts.append((name, part))
        self.skeleton = tuple(parts)
        self.dims: tuple[Dims, ...] = tuple(self._sizes)

    def _prepare(self, value: Any, path: str) -> tuple[Any, Any]:
        """`value` with its arrays as tensors, and its part of the key; collects the leaves."""
        kind = type(value)
        if kind in _LITERALS:
            return value, (value if value == value else (kind, "nan"))
        if hasattr(kind, "__composite_of__"):  # a spec of a composite stands for one
            value = value.__composite_of__()
            kind = type(value)
        if isinstance(value, Tensor):
            self._add(value, path)
            return value, ("tensor", value.dtype)
        if isinstance(value, TensorSpec):  # traces for specs of other names are other traces
            self._add(value, path)
            named = ("tensor", value.dtype, value._name)
            return value, (named if value._name else named[:2])
        if isinstance(value, Variable):
            return value, self._variable(value, path)
        if kind.__module__ == "numpy" and hasattr(value, "dtype"):
            tensor = convert_to_tensor(value)
            self._add(tensor, path)
            return tensor, ("tensor", tensor.dtype)
        if isinstance(value, (list, tuple, range, Mapping)):
            return self._container(value, path)
        if hasattr(kind, "__composite_parts__"):
            parts = composite_parts(value)
            wide = getattr(value, "__composite_dims__", list)() or [part.dims for part in parts]
            for i, (part, dims) in enumerate(zip(parts, wide)):
                self._add(part, f"{path}_{i}" if i else path, dims)
            key = getattr(value, "__composite_key__", None)
            kept = kind if key is None else key()
            return value, ("composite", kept, tuple(part.dtype for part in parts))
        return value, ("object", _reference(value))

    def _label(self, label: str) -> None:
        """The leaves found since the last call belong to this parameter."""
        self.labels += [label] * (len(self.leaves) - len(self.labels))

    def _add(self, value: Any, path: str, dims: Any = ()) -> None:
        self.leaves.append(value)
        self.paths.append(path)
        self._sizes.append(dims or value.dims)

    def _variable(self, value: Variable, path: str) -> Any:
        """A variable is an input too; the same one twice is another trace than two."""
        alias = self._variables.get(id(value))
        if alias is not None:
            return ("alias", alias)
        self._variables[id(value)] = len(self._variables)
        self._add(value.handle, path)
        return ("variable", value.dtype, value.dims, value.trainable)

    def _container(self, value: Any, path: str) -> tuple[Any, Any]:
        kind = type(value)
        if isinstance(value, Mapping):
            made, parts = {}, []
            for key in sorted_keys(value):
                made[key], part = self._prepare(value[key], f"{path}_{key}")
                parts.append((key, part))
            return _rebuild(value, [(key, made[key]) for key in value]), ("Dict", tuple(parts))
        items = [self._prepare(item, f"{path}_{i}") for i, item in enumerate(value)]
        values = [item for item, _ in items]
        key = (kind, tuple(part for _, part in items))
        if kind is list or kind is tuple:
            return kind(values), key
        if kind is range:
            return values, (list, key[1])
        return (kind(*values) if hasattr(kind, "_fields") else kind(values)), key

    def with_leaves(
        self, leaves: list[Any], variable: Callable[[Any, Any], Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments with other leaves.

        Args:
            leaves: in the order of `self.leaves`.
            variable: (variable, its leaf) -> what stands for the variable.
        """
        following = iter(leaves)
        known: dict[int, Any] = {}

        def replace(value: Any) -> Any:
            if isinstance(value, (Tensor, TensorSpec)):
                return next(following)
            if isinstance(value, Variable):
                if id(value) not in known:
                    known[id(value)] = variable(value, next(following))
                return known[id(value)]
            if hasattr(type(value), "__composite_parts__"):
                parts = [next(following) for _ in composite_parts(value)]
                return value.__composite_like__(parts)
            if is_nested(value):
                return like(value, [replace(child) for child in children(value)])
            return value

        args = tuple(replace(value) for value in self.args)
        return args, {key: replace(value) for key, value in self.kwargs.items()}

    def without_objects(self) -> Call:
        """The same call, with Python objects held weakly: a trace must not keep them alive."""
        made = object.__new__(Call)
        made.leaves = [leaf if leaf.dtype is resource else _as_spec(leaf) for leaf in self.leaves]
        made.names, made.paths, made.labels = self.names, self.paths, self.labels
        made.skeleton, made.dims, made._variables = self.skeleton, self.dims, self._variables
        args, kwargs = self.with_leaves(made.leaves, lambda variable, handle: variable)
        made.args = tuple(_weakly(value) for value in args)
        made.kwargs = {key: _weakly(value) for key, value in kwargs.items()}
        return made

    def unnamed(self) -> Call:
        """The same call as tensors would make it: specs have no names."""
        if not any(map(_name, self.leaves)):
            return self
        leaves = [
            TensorSpec(leaf.dims, leaf.dtype) if _name(leaf) else leaf for leaf in self.leaves
        ]
        return Call(*self.with_leaves(leaves, lambda variable, handle: variable), self.names)

    def with_dims(self, dims: tuple[Dims, ...], names: Sequence[str | None] = ()) -> Call:
        """The same call with more general shapes: tensors become specs, the first with `names`."""
        named = [*names, *map(_name, self.leaves[len(names) :])]
        made = object.__new__(Call)
        made.leaves = [
            leaf if leaf.dtype is resource else TensorSpec(shape, leaf.dtype, name)
            for leaf, shape, name in zip(self.leaves, dims, named)
        ]
        made.names, made.paths, made.labels = self.names, self.paths, self.labels
        made.skeleton = self.skeleton
        made.dims = dims
        made.args, made.kwargs = self.with_leaves(made.leaves, lambda variable, handle: variable)
        made._variables = self._variables
        return made


def _name(leaf: Any) -> str | None:
    return leaf._name if isinstance(leaf, TensorSpec) else None


def _as_spec(leaf: Any) -> Any:
    return leaf if isinstance(leaf, TensorSpec) else TensorSpec(leaf.shape, leaf.dtype)


def _weakly(value: Any) -> Any:
    """Containers and literals as they are; other objects as weak references where possible."""
    if type(value) in _LITERALS or isinstance(value, (Tensor, TensorSpec, Variable)):
        return value
    if is_nested(value):
        return like(value, [_weakly(child) for child in children(value)])
    if hasattr(type(value), "__composite_parts__"):
        return value  # made of specs
    try:
        return weakref.ref(value)
    except TypeError:
        return value


def _rebuild(value: Any, ordered: list[tuple[Any, Any]]) -> Any:
    if type(value) is dict:
        return dict(ordered)
    if hasattr(value, "default_factory"):
        return type(value)(value.default_factory, ordered)
    return type(value)(ordered)


def _reference(value: Any) -> Any:
    """An object by identity (or its own equality), held weakly where it can be.

    Raises:
        TypeError: for objects that cannot be part of a key.
    """
    try:
        made = weakref.ref(value)
    except TypeError:
        made = value
    try:
        hash(made)
    except TypeError:
        raise TypeError(
            f"Could not generate a generic TraceType for {value!r}.Please verify that it is "
            "immutable/hashable. Otherwise, consider implementing the Tracing Protocol for it."
        ) from None
    return made


def describe(value: Any) -> str:
    """How signatures print an argument or a result."""
    if isinstance(value, (Tensor, TensorSpec)):
        name = value._name if isinstance(value, TensorSpec) else None
        return f"TensorSpec(shape={value.shape}, dtype={value.dtype!r}, name={name!r})"
    if isinstance(value, Variable):
        return (
            f"VariableSpec(shape={value.shape}, dtype={value.dtype!r}, "
            f"trainable={value.trainable}, alias_id=0)"
        )
    if isinstance(value, Mapping):
        inner = ", ".join(f"[{key!r}, {describe(value[key])}]" for key in value)
        return f"Dict[{inner}]"
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        inner = ", ".join(f"['{k}', {describe(v)}]" for k, v in zip(value._fields, value))
        return f"{type(value).__name__}[{inner}]"
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__.capitalize()}[{', '.join(map(describe, value))}]"
    if value is None or type(value) in _LITERALS:
        return f"Literal[{value!r}]"
    if hasattr(type(value), "__composite_spec__"):
        return repr(value.__composite_spec__())
    return f"{type(value).__name__}"
