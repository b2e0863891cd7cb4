"""Traced functions as JSON, and functions made of them again."""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import as_dtype, resource
from engine.ir.interpreter import interpreting, new_recorder
from engine.ir.shapes import at_least_as_specific
from engine.ir.spec import TensorSpec
from engine.ir.structure import children, flatten, is_nested, like
from engine.ir.tensor import EagerTensor, Tensor
from engine.objects.variable import Variable, eager_interpreter
from engine.saving.encoding import Decoder, Encoder
from engine.saving.graphs import read_graph, write_graph
from engine.tracing.concrete import ConcreteFunction
from engine.tracing.function import Function
from engine.tracing.signature import Call, Names


def write_function(function: Function, encode: Encoder, number: Callable[[Any], int]) -> Any:
    """The JSON form of a function: its parameters and all that was traced of it.

    Args:
        function: the function.
        encode: of values.
        number: (captured variable) -> number of its object.
    """
    signature = function._bound_parameters().signature
    specs = function.input_signature
    return {
        "name": function.name,
        "parameters": [_write_parameter(p, encode) for p in signature.parameters.values()],
        "input_signature": None if specs is None else encode(tuple(specs)),
        "concrete": [write_concrete(c, encode, number)
                     for c in function._list_all_concrete_functions() if can_be_saved(c)],
    }  # fmt: skip


def _write_parameter(parameter: inspect.Parameter, encode: Encoder) -> Any:
    missing = parameter.default is inspect.Parameter.empty
    try:
        default = None if missing else encode(parameter.default)
    except TypeError:
        default = None
    return [parameter.name, parameter.kind.name, not missing, default]


def can_be_saved(concrete: ConcreteFunction) -> bool:
    """Are all arguments tensors and literals? Python objects cannot be saved."""
    call = concrete.call
    return not any(
        isinstance(leaf, (Variable, weakref.ref)) or hasattr(type(leaf), "__composite_parts__")
        for leaf in flatten([list(call.args), call.kwargs])
    )


def write_concrete(
    concrete: ConcreteFunction, encode: Encoder, number: Callable[[Any], int]
) -> Any:
    """The JSON form of one traced version."""
    call = concrete.call
    leaves = iter(call.leaves)
    return {
        "name": concrete.graph.name,
        "args": encode(tuple(_specs(value, leaves) for value in call.args)),
        "kwargs": encode({key: _specs(value, leaves) for key, value in call.kwargs.items()}),
        "names": list(call.names),
        "positional_only": call.names.positional_only,
        "variadic": call.names.variadic,
        "structure": encode(concrete._structure),
        "graph": write_graph(concrete.graph, encode),
        "captures": [_write_capture(t, encode, number) for t in concrete.captures],
    }


def _specs(value: Any, leaves: Any) -> Any:
    if isinstance(value, (Tensor, TensorSpec)):
        leaf = next(leaves)
        return TensorSpec(leaf.dims, leaf.dtype, getattr(value, "_name", None))
    if is_nested(value):
        return like(value, [_specs(child, leaves) for child in children(value)])
    return value


def _write_capture(tensor: Any, encode: Encoder, number: Callable[[Any], int]) -> Any:
    if tensor.dtype is resource:
        return {"variable": number(Variable.of_handle(tensor))}
    return {"value": encode(np.asarray(tensor._value)), "dtype": tensor.dtype.name}


def read_concrete(data: Any, decode: Decoder, objects: list[Any]) -> ConcreteFunction:
    """The traced version of its JSON form, over the restored variables."""
    names = Names(data["names"])
    names.positional_only = data["positional_only"]
    names.variadic = data.get("variadic", "args")
    call = Call(decode(data["args"]), decode(data["kwargs"]), names)
    captures, variables = [], []
    for item in data["captures"]:
        if "variable" in item:
            variable = objects[item["variable"]]
            captures.append(variable.handle)
            variables.append(variable)
        else:
            value = decode(item["value"])
            captures.append(
                EagerTensor(value if value.ndim else value[()], as_dtype(item["dtype"]))
            )
    made = ConcreteFunction(read_graph(data["graph"], decode), captures, call,
                            decode(data["structure"]), data["name"], tuple(variables))  # fmt: skip
    made.kept = variables  # type: ignore[attr-defined]
    return made


class RestoredFunction(Function):
    """A function of which only the traced versions are known."""

    def __init__(self, data: Any, decode: Decoder, objects: list[Any]) -> None:
        specs = decode(data["input_signature"])
        super().__init__(_stub(data, decode), input_signature=specs, autograph=False)
        for item in data["concrete"]:
            concrete = read_concrete(item, decode, objects)
            self._keep(concrete, concrete.call)

    def _trace(self, call: Call, called: bool) -> ConcreteFunction:
        raise ValueError(self._refusal(call))

    def _concrete(
        self, args: Any, kwargs: Any, called: bool = True
    ) -> tuple[ConcreteFunction, Call]:
        """A version for the arguments as they are, or with Python values as tensors."""
        if not self._concretes:
            raise ValueError("Found zero restored functions for caller function.")
        try:
            return super()._concrete(args, kwargs, called)
        except ValueError:
            bound = self._bound_parameters().bind(args, kwargs)
            for concrete in self._concretes:
                call = _converted(bound, concrete)
                if call is not None:
                    return concrete, call
            raise

    def _refusal(self, call: Call) -> str:
        options = "\n\n".join(
            f"Option {i}:\n{_arguments(c.call)}" for i, c in enumerate(self._concretes, 1)
        )
        return (
            "Could not find matching concrete function to call loaded from the SavedModel. Got:\n"
            f"{_arguments(call)}\n\n Expected these arguments to match one of the following "
            f"{len(self._concretes)} option(s):\n\n{options}"
        )


def _arguments(call: Call) -> str:
    shown = "\n".join(f"    * {value!r}" for value in call.args)
    return (f"  Positional arguments ({len(call.args)} total):\n{shown}\n"
            f"  Keyword arguments: {call.kwargs}")  # fmt: skip


def _converted(bound: tuple[Any, Any], concrete: ConcreteFunction) -> Call | None:
    """The call with Python values as tensors where the traced version has tensors."""
    args, kwargs = bound
    traced = concrete.call
    if len(args) != len(traced.args) or kwargs.keys() != traced.kwargs.keys():
        return None
    try:
        call = Call(
            tuple([_as_traced(*pair) for pair in zip(args, traced.args)]),
            {key: _as_traced(value, traced.kwargs[key]) for key, value in kwargs.items()},
            traced.names,
        )
    except (TypeError, ValueError):
        return None
    fits = call.skeleton == traced.unnamed().skeleton and all(
        map(at_least_as_specific, call.dims, traced.dims)
    )
    return call if fits else None


def _as_traced(value: Any, traced: Any) -> Any:
    if isinstance(traced, (Tensor, TensorSpec)):
        return value if isinstance(value, Tensor) else convert_to_tensor(value, traced.dtype)
    if is_nested(traced) and is_nested(value):
        pairs = zip(children(value), children(traced))
        return like(traced, [_as_traced(*pair) for pair in pairs])
    return value


def _stub(data: Any, decode: Decoder) -> Callable[..., Any]:
    """A function with the parameters of the one that was saved."""

    def restored(*args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("The Python code of a loaded function is not known.")

    restored.__name__ = data["name"]
    restored.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                name,
                inspect._ParameterKind[kind],
                default=decode(default) if given else inspect.Parameter.empty,
            )
            for name, kind, given, default in data["parameters"]
        ]
    )
    return restored


# -- gradients of the user's own -------------------------------------------------------------


def write_rule(function: Any, encode: Encoder, dtypes: list[tuple[Any, Any]]) -> Any:
    """The gradient function of `tf.custom_gradient` as a graph of the output gradients.

    None where it uses tensors of the function around it: it has no graph of its own then.
    """
    recorder = new_recorder("gradient", eager_interpreter())
    grads = [recorder.placeholder(dtype, dims, f"dy_{i}") for i, (dtype, dims) in enumerate(dtypes)]
    with interpreting(recorder):
        try:
            found = [None if g is None else convert_to_tensor(g) for g in function(*grads)]
            outputs = [recorder.own(g) for g in found if g is not None]
        except Exception:  # whatever the user's rule needs and does not find here
            return None
    if recorder.captured():
        return None
    graph = recorder.finish(outputs)
    return {"graph": write_graph(graph, encode), "given": [g is not None for g in found]}


def read_rule(data: Any, decode: Decoder) -> Callable[..., Any]:
    """The gradient function that `write_rule` wrote; one that refuses where there was none."""
    if data.get("graph") is None:

        def missing(*grads: Any) -> Any:
            raise LookupError(
                "The custom gradient of a loaded function was not saved: it uses values of the "
                "function around it."
            )

        return missing
    graph = read_graph(data["graph"], decode)

    def rule(*grads: Any) -> list[Any]:
        from engine.ir.interpreter import current
        from engine.ops.control import call_op

        results = iter(current().apply(call_op.op, tuple(grads), {"graph": graph}))
        return [next(results) if given else None for given in data["given"]]

    return rule
