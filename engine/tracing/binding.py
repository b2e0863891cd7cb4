"""Which tensors a call of a concrete function hands over: by parameters, or by flat inputs."""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Mapping
from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import CPP_NAMES, convert_to_tensor
from engine.ir.dtypes import resource
from engine.ir.shapes import at_least_as_specific
from engine.ir.spec import TensorSpec
from engine.ir.structure import children, composite_parts, flatten, is_nested, sorted_keys
from engine.ir.tensor import Tensor
from engine.objects.variable import Variable
from engine.tracing.signature import describe

_KINDS = inspect.Parameter


def parameter_kinds(call: Any) -> list[tuple[str, Any, Any]]:
    """Name, kind and traced value of each parameter; extra positional ones are numbered."""
    found = []
    for i, value in enumerate(call.args):
        name = call.names.label(i)
        positional = i < call.names.positional_only or i >= len(call.names)
        kind = _KINDS.POSITIONAL_ONLY if positional else _KINDS.POSITIONAL_OR_KEYWORD
        found.append((name, kind, value))
    return found + [(name, _KINDS.KEYWORD_ONLY, value) for name, value in call.kwargs.items()]


class Binding:
    """How calls of one concrete function are understood.

    Args:
        concrete: the function.
    """

    def __init__(self, concrete: Any) -> None:
        self.concrete = concrete
        self.parameters = parameter_kinds(concrete.call)
        self.signature = _signature(self.parameters)

    def tensors(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        """The tensors for the traced inputs, in order.

        Raises:
            TypeError: if the call fits neither the parameters nor the flat inputs.
            InvalidArgumentError: if a tensor has another dtype.
        """
        try:
            values = self._structured(args, kwargs)
        except TypeError as error:
            try:
                values = self._flat(args, kwargs)
            except TypeError as other:
                raise TypeError(
                    f"Binding inputs to tf.function failed due to `{error}`. Received args: {args} "
                    f"and kwargs: {kwargs} for signature: "
                    f"{self.concrete.pretty_printed_signature(verbose=False)}.\nFallback to flat "
                    f"signature also failed due to: {other}"
                ) from None
        return [input_tensor(self.concrete, i, value) for i, value in enumerate(values)]

    def _structured(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        given = self.signature.bind(*args, **kwargs).arguments
        values: list[Any] = []
        for name, _, traced in self.parameters:
            cast_argument(given[name], traced, values)
        return values

    def _flat(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        labels = self.concrete.input_labels
        summary = f"{self.concrete.graph.name}({', '.join(labels)})"
        if len(args) > len(labels):
            raise TypeError(f"{summary} takes {len(labels)} positional arguments, got {len(args)}.")
        missing = sorted(set(labels[len(args) :]) - set(kwargs))
        if missing:
            raise TypeError(f"{summary} missing required arguments: {', '.join(missing)}.")
        values = [*args, *(kwargs[label] for label in labels[len(args) :])]
        for name in kwargs:
            if name in labels[: len(args)]:
                raise TypeError(f"{summary} got two values for {name!r}.")
            if name not in labels:
                raise TypeError(f"{summary} got unexpected keyword arguments: {name}.")
        for i, value in enumerate(values):
            if not isinstance(value, (Tensor, Variable)):
                raise TypeError(
                    f"{summary}: expected argument #{i}(zero-based) to be a Tensor; got "
                    f"{type(value).__name__} ({value})."
                )
        return values


def input_tensor(concrete: Any, number: int, value: Any) -> Any:
    """The tensor, or resource, for one input of a trace.

    Raises:
        InvalidArgumentError: if a tensor has another dtype.
    """
    placeholder = concrete.graph.inputs[number]
    if placeholder.dtype is resource:
        return getattr(value, "handle", value)
    tensor = convert_to_tensor(value, dtype_hint=placeholder.dtype)
    if tensor.dtype is not placeholder.dtype:
        wanted, found = placeholder.dtype.name, tensor.dtype.name
        label = concrete.name.decode()
        raise InvalidArgumentError(
            None, None, f"cannot compute {label} as input #{number}(zero-based) was expected "
            f"to be a {CPP_NAMES.get(wanted, wanted)} tensor but is a "
            f"{CPP_NAMES.get(found, found)} tensor [Op:{label}]",
        )  # fmt: skip
    return tensor


def _signature(parameters: list[tuple[str, Any, Any]]) -> inspect.Signature:
    """All of them must be given, Python values too; only the flat way leaves those out."""
    return inspect.Signature([_KINDS(name, kind) for name, kind, _ in parameters])


def input_leaves(value: Any) -> list[Any]:
    """The leaves of an argument that are inputs of the graph."""
    return [
        leaf for leaf in flatten(value, expand_composites=True)
        if isinstance(leaf, (Tensor, TensorSpec)) or hasattr(type(leaf), "__tf_tensor__")
    ]  # fmt: skip


def cast_argument(value: Any, traced: Any, out: list[Any]) -> None:
    """Collect the tensors of an argument. Raises TypeError where it is not as traced.

    Args:
        value: what the user passed.
        traced: what was traced, or wanted: tensors and specs, in any structure.
        out: gets the tensors, in order.
    """
    if isinstance(traced, (Tensor, TensorSpec)):
        out.append(_cast_tensor(value, traced))
    elif isinstance(traced, Variable):
        if not isinstance(value, (Variable, Tensor)):
            raise TypeError(f"Can not cast {value!r} to {describe(traced)}")
        out.append(value)
    elif hasattr(type(traced), "__composite_parts__"):
        wanted, found = composite_parts(traced), composite_parts(value)
        if not hasattr(type(value), "__composite_parts__") or len(wanted) != len(found):
            raise TypeError(f"Can not cast {value!r} to {describe(traced)}")
        out.extend([_cast_tensor(part, like) for part, like in zip(found, wanted)])
    elif is_nested(traced):
        _cast_container(value, traced, out)
    elif not same_object(value, traced):
        raise TypeError(f"Can not cast {value!r} to {describe(traced)}")


def _cast_tensor(value: Any, traced: Any) -> Any:
    if isinstance(value, Variable):
        value = value.value()
    if isinstance(value, (Tensor, TensorSpec)):
        tensor: Any = value
    else:
        try:
            tensor = convert_to_tensor(value, traced.dtype)
        except (TypeError, ValueError) as error:
            raise TypeError(str(error)) from None
    fits = at_least_as_specific(tensor.dims, traced.dims)
    if isinstance(tensor, TensorSpec) and tensor._name:
        fits = fits and tensor._name == traced._name
    if tensor.dtype is not traced.dtype or not fits:
        raise TypeError(f"Can not cast {describe(tensor)} to {describe(traced)}")
    return tensor


def _cast_container(value: Any, traced: Any, out: list[Any]) -> None:
    if isinstance(traced, Mapping):
        if not isinstance(value, Mapping):
            raise TypeError(f"Can not cast {value!r} to a Dict type.")
        if set(value) != set(traced):
            raise TypeError(f"{value!r} has different keys with the TraceType {describe(traced)}.")
        for key in sorted_keys(traced):
            cast_argument(value[key], traced[key], out)
        return
    kind = (
        list if isinstance(traced, list) else tuple if isinstance(traced, tuple) else type(traced)
    )
    if not isinstance(value, kind):
        raise TypeError(f"Can not cast {value!r} to {kind.__name__} type.")
    items, wanted = children(value), children(traced)
    if len(items) != len(wanted):
        raise TypeError(f"Expected {len(wanted)} elements, as in {describe(traced)}, got {value!r}")
    for item, one in zip(items, wanted):
        cast_argument(item, one, out)


def same_object(value: Any, traced: Any) -> bool:
    """Is it the Python value that was traced? `traced` may be a weak reference to it."""
    if isinstance(traced, weakref.ref):
        traced = traced()
    if value is traced:
        return True
    try:
        return type(value) is type(traced) and bool(value == traced)
    except Exception:  # comparing users' objects may do anything
        return False
