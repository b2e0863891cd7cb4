"""Runs a Python function once, with symbolic arguments, to record its graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import resource
from engine.ir.interpreter import current, interpreting
from engine.ir.spec import TensorSpec
from engine.ir.structure import (
    composite_parts,
    flatten,
    map_structure,
    pack,
)
from engine.ir.tensor import EagerTensor, SymbolicTensor, Tensor
from engine.objects.variable import TRACING, Variable
from engine.ops.basic import identity
from engine.tracing.concrete import ConcreteFunction
from engine.tracing.recorder import Recorder, handle_attrs
from engine.tracing.signature import Call

LISTENERS: list[Callable[[ConcreteFunction], Any]] = []
"""Called with every function that was traced."""


def trace(
    function: Callable[..., Any], call: Call, name: str, options: dict[str, Any],
    creation_allowed: bool = True,
) -> tuple[ConcreteFunction, list[Any]]:  # fmt: skip
    """Record `function` for the arguments of `call`.

    Returns:
        The concrete function, and the variables made on the way.

    Raises:
        TypeError: if the function returns what is no tensor.
        ValueError: if it makes variables where `creation_allowed` is False.
    """
    around: Any = current()
    recorder = Recorder(name, around)
    recorder.creation_allowed, recorder.of_function = creation_allowed, True
    placeholders = _placeholders(recorder, call)
    args, kwargs = call.with_leaves(placeholders, lambda variable, handle: variable.over(handle))
    before = (map_structure(lambda leaf: leaf, args), map_structure(lambda leaf: leaf, kwargs))
    given = args
    method: Any = function
    if hasattr(function, "__func__") and hasattr(function, "__self__"):
        function, given = method.__func__, (method.__self__, *args)
    body = _converted(function, options) if options.get("autograph", True) else function
    token = TRACING.set(recorder)
    try:
        with interpreting(recorder):
            result = body(*given, **kwargs)
            label = getattr(function, "__qualname__", name)
            _check_unchanged(before, (args, kwargs), label, call)
            structure, outputs = _outputs(result, recorder, function)
    finally:
        TRACING.reset(token)
    graph = recorder.finish(outputs)
    captures = [outer for outer, _ in recorder.captured()]
    concrete = ConcreteFunction(graph, captures, call, structure, name, _variables(captures))
    graph.structured_outputs = concrete.structured_outputs
    concrete.used = [
        outer for outer, _ in recorder.captures.values() if type(outer) is EagerTensor
    ] or captures
    for listener in LISTENERS:
        listener(concrete)
    return concrete, recorder.variables


def _converted(function: Callable[..., Any], options: dict[str, Any]) -> Callable[..., Any]:
    from engine.conversion.convert import convert
    from engine.conversion.options import options_for

    return convert(function, options_for(features=options.get("autograph_options")))


def _placeholders(recorder: Recorder, call: Call) -> list[SymbolicTensor]:
    made = []
    for leaf, parameter in zip(call.leaves, call.labels):
        label = getattr(leaf, "_name", None) if isinstance(leaf, TensorSpec) else None
        label = label or parameter
        extra = handle_attrs(leaf) if leaf.dtype is resource else None
        tensor = recorder.placeholder(leaf.dtype, leaf.dims, label, extra)
        if isinstance(leaf, EagerTensor):
            recorder.argument_values[id(tensor)] = leaf
        made.append(tensor)
    return made


def _check_unchanged(before: Any, after: Any, name: str, call: Call) -> None:
    changed = [
        label for label, old, new in _arguments(before, after, call)
        if len(flatten(old)) != len(flatten(new))
        or any(a is not b for a, b in zip(flatten(old), flatten(new)))
    ]  # fmt: skip
    if changed:
        parameters = ", ".join(label for label, _, _ in _arguments(before, after, call))
        raise ValueError(
            f"{name}({parameters}) should not modify its Python input arguments. Modifying a copy "
            f"is allowed. The following parameter(s) were modified: {', '.join(changed)}"
        )


def _arguments(before: Any, after: Any, call: Call) -> list[tuple[str, Any, Any]]:
    names = call.names
    found = [(names.label(i), old, new) for i, (old, new) in enumerate(zip(before[0], after[0]))]
    return found + [(key, before[1][key], after[1][key]) for key in before[1]]


def _outputs(result: Any, recorder: Recorder, function: Any) -> tuple[Any, list[SymbolicTensor]]:
    """Structure of the result (True for leaves that are tensors), and its tensors."""
    outputs = []
    marks: list[Any] = []
    for leaf in flatten(result):
        if leaf is None:
            marks.append(None)
        elif hasattr(type(leaf), "__composite_parts__"):
            parts = [_output(part, recorder, function) for part in composite_parts(leaf)]
            marks.append(leaf.__composite_like__(parts))
            outputs += parts
        else:
            marks.append(True)
            outputs.append(_output(leaf, recorder, function))
    return pack(result, marks), outputs


def _output(leaf: Any, recorder: Recorder, function: Any) -> SymbolicTensor:
    return identity(recorder.own(_as_tensor(leaf, function)))


def _as_tensor(leaf: Any, function: Any) -> Tensor:
    try:
        return convert_to_tensor(leaf)
    except (ValueError, TypeError):
        raise TypeError(
            "To be compatible with tf.function, Python functions must return zero or more Tensors "
            f"or ExtensionTypes or None values; in compilation of {function!r}, found return value "
            f"of type {type(leaf).__name__}, which is not a Tensor or ExtensionType."
        ) from None


def _variables(captures: list[Any]) -> tuple[Any, ...]:
    found = [Variable.of_handle(t) for t in captures
             if t.dtype is resource and type(t) is EagerTensor]  # fmt: skip
    return tuple(v for v in found if v is not None)
