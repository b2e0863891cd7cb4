"""Runs a Python function once, with symbolic arguments, to record its graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import resource
from engine.ir.interpreter import current, interpreting
from engine.ir.spec import TensorSpec
from engine.ir.structure import flatten, is_nested, like, map_structure, pack
from engine.ir.tensor import EagerTensor, SymbolicTensor, Tensor
from engine.objects.variable import Variable
from engine.tracing.concrete import ConcreteFunction
from engine.tracing.recorder import Recorder
from engine.tracing.signature import Call


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
    recorder.creation_allowed = creation_allowed
    placeholders = _placeholders(recorder, call)
    args, kwargs = _symbolic_arguments(call, placeholders)
    before = (map_structure(lambda leaf: leaf, args), map_structure(lambda leaf: leaf, kwargs))
    body = _converted(function) if options.get("autograph", True) else function
    with interpreting(recorder):
        result = body(*args, **kwargs)
        _check_unchanged(before, (args, kwargs), name)
        structure, outputs = _outputs(result, recorder, function)
    graph = recorder.finish(outputs)
    captures = [outer for outer, _ in recorder.captured()]
    concrete = ConcreteFunction(
        graph, captures, call, structure, name, _variables(captures)
    )
    return concrete, recorder.variables


def _converted(function: Callable[..., Any]) -> Callable[..., Any]:
    from engine.conversion.convert import convert

    return convert(function)  # type: ignore[no-any-return]


def _placeholders(recorder: Recorder, call: Call) -> list[SymbolicTensor]:
    made = []
    taken: set[str] = set()
    for leaf, path in zip(call.leaves, call.paths):
        label = getattr(leaf, "_name", None) if isinstance(leaf, TensorSpec) else None
        label = label or path
        taken.add(label)
        tensor = recorder.placeholder(leaf.dtype, leaf.dims, label)
        if isinstance(leaf, EagerTensor):
            recorder.argument_values[id(tensor)] = leaf
        made.append(tensor)
    return made


def _symbolic_arguments(call: Call, placeholders: list[SymbolicTensor]) -> tuple[Any, Any]:
    following = iter(placeholders)

    def replace(value: Any) -> Any:
        if isinstance(value, (Tensor, TensorSpec)):
            return next(following)
        if is_nested(value):
            return _replace_children(value, replace)
        return value

    args = tuple(replace(value) for value in call.args)
    return args, {key: replace(value) for key, value in call.kwargs.items()}


def _replace_children(value: Any, replace: Callable[[Any], Any]) -> Any:
    from engine.ir.structure import _children

    return like(value, [replace(child) for child in _children(value)])


def _check_unchanged(before: Any, after: Any, name: str) -> None:
    for old, new in zip(before, after):
        left, right = flatten(old), flatten(new)
        if len(left) != len(right) or any(a is not b for a, b in zip(left, right)):
            raise ValueError(
                f"{name}() should not modify its Python input arguments. Check if it modifies any "
                "lists or dicts passed as arguments. Modifying a copy is allowed."
            )


def _outputs(result: Any, recorder: Recorder, function: Any) -> tuple[Any, list[SymbolicTensor]]:
    """Structure of the result (True for leaves that are tensors), and its tensors."""
    leaves = flatten(result)
    outputs = []
    marks: list[Any] = []
    for leaf in leaves:
        if leaf is None:
            marks.append(None)
            continue
        marks.append(True)
        outputs.append(recorder.own(_as_tensor(leaf, function)))
    return pack(result, marks), outputs


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
