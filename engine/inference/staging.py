"""Calls of staged functions: their arguments become symbolic, their bodies run in a trace."""

from __future__ import annotations

import ast
from collections.abc import Callable

from engine.inference.binding import Arguments, bind, parameters, unknown_parameter
from engine.inference.context import Context, Origin, Staging
from engine.inference.conversion import why_not_converted
from engine.inference.events import Entered, GivenUp
from engine.inference.machine import Frame, Machine
from engine.inference.values import (
    UNKNOWN,
    Container,
    Function,
    Library,
    Python,
    Tensor,
    Union,
    Unknown,
    Value,
    join_all,
)

__all__ = ["enter", "enter_blind", "enter_example", "symbolic", "trace"]

Walk = Callable[[Machine, Function, "dict[str, Value]", Context, ast.AST], Value]

_MOST_TRACES = 8


def symbolic(value: Value, name: str, node: ast.AST | None) -> Value:
    """What an argument is inside the trace."""
    if isinstance(value, Tensor):
        return Tensor(True, value.dtype, value.dims, node)
    if isinstance(value, Python) and value.type == "ndarray":
        return Tensor(True, value.dtype, value.dims, node)
    if isinstance(value, Container) and value.kind in ("list", "tuple", "dict"):
        items = None if value.items is None else [symbolic(v, name, node) for v in value.items]
        element = symbolic(value.element, name, node) if items is None else None
        return Container(value.kind, items, element, None, value.keys, argument=name)
    if isinstance(value, Union):
        return join_all(symbolic(option, name, node) for option in value.options)
    if isinstance(value, Unknown):
        return Unknown(name)
    return value


def enter(
    machine: Machine,
    function: Function,
    arguments: Arguments,
    node: ast.AST,
    frame: Frame,
    walk: Walk,
) -> Value:
    """The value of calling a staged function."""
    assert function.staging is not None
    if machine.origin is not Origin.EXAMPLE:  # rules about calls are about those of the program
        machine.emit(
            Entered(node, frame.context, function, arguments.positional, arguments.keywords)
        )
    values = bind(function, arguments)
    inside = _parameters(function, values)
    result = trace(machine, function, function.staging, inside, frame.context, node, walk)
    return _outside(result, frame.context.staged)


def enter_blind(
    machine: Machine, function: Function, receiver: Value | None, context: Context, walk: Walk
) -> None:
    """Walks a staged function that no call was found for."""
    call = Arguments([], {}, open=True)
    with machine.known_by(Origin.BLIND):
        _enter_from_outside(machine, function, receiver, call, context, walk)


def enter_example(
    machine: Machine,
    function: Function,
    receiver: Value | None,
    arguments: Arguments,
    context: Context,
    walk: Walk,
) -> None:
    """Walks a staged function with the arguments of an `# example:` comment."""
    _enter_from_outside(machine, function, receiver, arguments, context, walk)


def _enter_from_outside(
    machine: Machine,
    function: Function,
    receiver: Value | None,
    call: Arguments,
    context: Context,
    walk: Walk,
) -> None:
    staging = function.staging
    assert staging is not None
    if receiver is not None and function.receiver is None and function.flavour != "static":
        function = function.copy()
        function.receiver = receiver
    inside = _parameters(function, bind(function, call))
    trace(machine, function, staging, inside, context, function.node, walk)


def trace(
    machine: Machine,
    function: Function,
    staging: Staging,
    values: dict[str, Value],
    context: Context,
    node: ast.AST,
    walk: Walk,
) -> Value:
    """Walks a function's body as a trace of its own."""
    key = (
        function.key(),
        id(staging),
        context.trace,
        tuple(value.key() for value in values.values()),
    )
    if key in machine.entered:
        return machine.entered[key]
    count = machine.entry_counts.get(id(function.node), 0)
    if count >= _MOST_TRACES:
        return Unknown("derived")
    machine.entry_counts[id(function.node)] = count + 1
    machine.entered[key] = Unknown("derived")
    entry = machine.new_entry(function, staging, context.entry)
    if entry.origin is Origin.CALL and any(isinstance(v, Unknown) for v in values.values()):
        entry.origin = Origin.BLIND
    converted, reason = staging.autograph, "" if staging.autograph else "autograph=False"
    if staging.kind == "keras" and reason:
        reason = "keras"
    if converted:
        reason = why_not_converted(function)
        converted = not reason
    inner = Context(function.module).with_(
        function=function,
        entry=entry,
        converted=converted,
        reason=reason,
        caller=context,
        call=node,
    )
    if reason and staging.autograph and reason not in ("do_not_convert", "gradient"):
        machine.emit(GivenUp(function.node, inner, function, reason))
    result = walk(machine, function, values, inner, node)
    machine.entered[key] = result
    machine.traced.append((function, values, result, entry.origin))
    return result


def _outside(result: Value, staged: bool) -> Value:
    if isinstance(result, Tensor):
        return Tensor(staged, result.dtype, result.dims, result.node)
    if isinstance(result, Container) and result.items is not None:
        items = [_outside(item, staged) for item in result.items]
        return Container(result.kind, items, None, result.born, result.keys)
    if isinstance(result, Unknown):
        return Unknown("derived") if staged else UNKNOWN
    return result


def _parameters(function: Function, values: dict[str, Value]) -> dict[str, Value]:
    assert function.staging is not None
    signature = _signature(function)
    defaults = _defaults(function)
    found: dict[str, Value] = {}
    position = 0
    is_method = function.receiver is not None
    args = function.node.args
    for index, arg in enumerate(parameters(function.node)):
        value = values.get(arg.arg, UNKNOWN)
        if is_method and index == 0:
            found[arg.arg] = value
            continue
        if signature is not None and position < len(signature):
            value = _from_spec(signature[position], arg)
            position += 1
        elif isinstance(value, Unknown):
            value = unknown_parameter(function, arg, defaults.get(arg.arg), True)
        else:
            value = symbolic(value, arg.arg, arg)
        if isinstance(value, Container) and arg in (args.vararg, args.kwarg):
            # Python makes these anew for each call.
            value.argument = ""
        found[arg.arg] = value
    return found


def _defaults(function: Function) -> dict[str, Value]:
    args = function.node.args
    names = [arg.arg for arg in (*args.posonlyargs, *args.args)]
    found = dict(zip(names[len(names) - len(function.defaults) :], function.defaults))
    for arg, default in zip(args.kwonlyargs, function.kw_defaults):
        if default is not None:
            found[arg.arg] = default
    return found


def _signature(function: Function) -> list[Value] | None:
    assert function.staging is not None
    given = function.staging.options.get("input_signature")
    if isinstance(given, Container) and given.items is not None:
        return given.items
    return None


def _from_spec(spec: Value, arg: ast.arg) -> Value:
    if isinstance(spec, Library) and spec.kind == "spec":
        made = Tensor(True, spec.dtype, spec.dims, arg)
        made.declared = True
        return made
    if isinstance(spec, Container) and spec.items is not None:
        items = [_from_spec(item, arg) for item in spec.items]
        return Container(spec.kind, items, None, None, spec.keys, argument=arg.arg)
    return Unknown(arg.arg)
