"""Calls of the user's functions and classes: walked with the arguments of the call."""

from __future__ import annotations

import ast
from collections.abc import Hashable

from engine.inference.attributes import bind_receiver, init_instance
from engine.inference.binding import Arguments, bind, blind_values, parameters
from engine.inference.containers import comes_from_tensors
from engine.inference.context import Context, Scope, Staging
from engine.inference.conversion import why_not_converted
from engine.inference.events import Branched, GivenUp, Recursed, Returned, UserCalled
from engine.inference.libraries import call_library, call_symbol
from engine.inference.machine import Frame, Machine
from engine.inference.staging import enter, trace
from engine.inference.values import (
    NONE,
    UNKNOWN,
    ClassValue,
    Const,
    Container,
    Function,
    Instance,
    Library,
    Python,
    Stage,
    Symbol,
    Tensor,
    Union,
    Unknown,
    Value,
    join_all,
)

__all__ = ["arguments_of", "call", "call_value", "walk"]


def call(machine: Machine, node: ast.Call, frame: Frame) -> Value:
    """The value of a call expression."""
    if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args:
        return _super(machine, frame)
    callee = machine.eval(node.func, frame)
    arguments = arguments_of(machine, node, frame)
    return call_value(machine, callee, arguments, node, frame)


def _super(machine: Machine, frame: Frame) -> Value:
    function = frame.function
    while function is not None and function.owner is None:
        return UNKNOWN
    if function is None or function.owner is None:
        return UNKNOWN
    names = parameters(function.node)
    receiver = frame.scope.names.get(names[0].arg) if names else None
    return Library("super", "", None, (function.owner, receiver))


def arguments_of(machine: Machine, node: ast.Call, frame: Frame) -> Arguments:
    """The arguments of a call, starred ones unpacked where their elements are known."""
    made = Arguments([], {})
    for part in node.args:
        if isinstance(part, ast.Starred):
            whole = machine.eval(part, frame)
            if isinstance(whole, Container) and whole.items is not None and whole.kind != "dict":
                made.positional.extend(whole.items)
            else:
                made.open = True
                from engine.inference.containers import iterate

                iterate(machine, part, whole, "star", frame, False)
        elif not made.open:
            made.positional.append(machine.eval(part, frame))
        else:
            machine.eval(part, frame)
    for keyword in node.keywords:
        value = machine.eval(keyword.value, frame)
        if keyword.arg is not None:
            made.keywords[keyword.arg] = value
        elif isinstance(value, Container) and value.keys is not None and value.items is not None:
            made.keywords.update(
                (key, item) for key, item in zip(value.keys, value.items) if isinstance(key, str)
            )
        else:
            made.open = True
    return made


def call_value(
    machine: Machine, callee: Value, arguments: Arguments, node: ast.AST, frame: Frame
) -> Value:
    """The value of calling something."""
    if isinstance(callee, Function):
        return call_function(machine, callee, arguments, node, frame)
    if isinstance(callee, Symbol):
        return call_symbol(machine, callee.name, arguments, node, frame)
    if isinstance(callee, Library):
        return call_library(machine, callee, arguments, node, frame)
    if isinstance(callee, ClassValue):
        return _construct(machine, callee, arguments, node, frame)
    if isinstance(callee, Instance):
        return _call_instance(machine, callee, arguments, node, frame)
    if isinstance(callee, Union):
        return _call_one_of(machine, callee, arguments, node, frame)
    return _call_unknown(machine, callee, arguments, node, frame)


def _call_one_of(
    machine: Machine, callee: Union, arguments: Arguments, node: ast.AST, frame: Frame
) -> Value:
    """Which of several is called is not known, so what goes wrong in one is not sure to happen."""
    options = [
        option
        for option in callee.options
        if not isinstance(option, (Container, Tensor))
        and not (isinstance(option, Const) and option.value is None)
    ]
    context = frame.context
    if len(options) > 1:
        frame.context = context.with_(caught=True)
    result = join_all(call_value(machine, option, arguments, node, frame) for option in options)
    frame.context = context
    return result


def _call_unknown(
    machine: Machine, callee: Value, arguments: Arguments, node: ast.AST, frame: Frame
) -> Value:
    values = [*arguments.positional, *arguments.keywords.values()]
    for value in values:
        if isinstance(value, Function) and value.born.context.staged and frame.context.staged:
            walk_blind(machine, value, node, frame)
    if frame.context.staged:
        if any(_carries(value) for value in values):
            return Unknown("derived")
    return UNKNOWN


def _carries(value: Value, depth: int = 0) -> bool:
    """Whether an argument is, holds or comes from a tensor of the trace."""
    if isinstance(value, Container):
        parts = value.items if value.items is not None else [value.element]
        return depth < 3 and any(_carries(part, depth + 1) for part in parts[:20])
    if isinstance(value, Unknown):
        return bool(value.argument)
    return value.stage is Stage.STAGED or comes_from_tensors(value)


def walk_blind(machine: Machine, function: Function, node: ast.AST, frame: Frame) -> None:
    """Walks a function that somebody unknown may call."""
    if id(function.node) not in machine.visited:
        call_function(machine, function, Arguments([], {}, open=True), node, frame)


def call_function(
    machine: Machine, function: Function, arguments: Arguments, node: ast.AST, frame: Frame
) -> Value:
    """The value of calling a function of the user's: its body is walked, unless it was already."""
    if function.wrapped == "host":
        return _host(machine, function, node, frame)
    if function.staging is not None:
        return enter(machine, function, arguments, node, frame, walk)
    machine.emit(
        UserCalled(node, frame.context, function, arguments.positional, arguments.keywords)
    )
    context = _callee_context(machine, function, node, frame.context)
    result = walk(machine, function, bind(function, arguments), context, node)
    if function.wrapped == "gradient" and isinstance(result, Container) and result.items:
        # A custom gradient gives its result and the function of the gradient.
        return result.items[0] if len(result.items) == 2 else result
    return result


def _host(machine: Machine, function: Function, node: ast.AST, frame: Frame) -> Value:
    outside = Context(function.module).with_(function=function)
    values = bind(function, Arguments([], {}, open=True))
    walk(machine, function, values, outside, node)
    return Tensor(frame.context.staged, node=node)


def _callee_context(
    machine: Machine, function: Function, node: ast.AST, caller: Context
) -> Context:
    converted, reason = caller.converted, caller.reason
    if caller.staged and _is_converted_within(function):
        converted, reason = True, ""
    elif function.wrapped == "unknown" and caller.staged:
        # Some decorator may convert it, or call it in its own way.
        converted, reason = True, ""
    elif caller.staged and converted:
        why = why_not_converted(function)
        if why:
            converted, reason = False, why
            if why not in ("do_not_convert", "gradient"):
                machine.emit(GivenUp(node, caller, function, why))
    return caller.with_(
        guard=caller.guard or function.wrapped == "once",
        module=function.module,
        function=function,
        converted=converted,
        reason=reason,
        loop=None,
        caller=caller,
        call=node,
    )


def _is_converted_within(function: Function) -> bool:
    """Whether the function stands in one that is converted: then it was converted with it."""
    born = function.born.context
    return born.staged and born.converted and function.convert is not False


def walk(
    machine: Machine,
    function: Function,
    values: dict[str, Value],
    context: Context,
    node: ast.AST,
) -> Value:
    """Walks the body of a function with the given values of its parameters."""
    recursive = any(other.node is function.node for other in machine.active)
    if recursive:
        machine.emit(Recursed(node, context.caller or context, function, list(values.values())))
        return Unknown("derived") if context.staged else UNKNOWN
    if not machine.has_room() or machine.is_far(function, context):
        return Unknown("derived") if context.staged else UNKNOWN
    key = _memo_key(function, values, context)
    if key in machine.memo:
        return machine.memo[key]
    machine.memo[key] = UNKNOWN
    machine.calls += 1
    machine.visited.add(id(function.node))
    if context.staged:
        machine.visited_staged.setdefault(id(function.node), context)
        if context.entry is not None:
            machine.entries_of.setdefault(id(function.node), set()).add(context.entry.qualname)
    scope = Scope(function.module, function.scope)
    scope.names = dict(values)
    scope.trace = context.trace
    inner = Frame(scope, context, function)
    machine.active.append(function)
    try:
        result = _body(machine, function, inner)
    finally:
        machine.active.pop()
    machine.memo[key] = result
    return result


def _memo_key(function: Function, values: dict[str, Value], context: Context) -> Hashable:
    region = context.region
    return (
        function.key(),
        tuple(value.key() for value in values.values()),
        context.trace,
        context.converted,
        context.guard,
        context.caught,
        None if region is None else (id(region.node), region.arm),
    )


def _body(machine: Machine, function: Function, frame: Frame) -> Value:
    if isinstance(function.node, ast.Lambda):
        value = machine.eval(function.node.body, frame)
        _note_result(machine, function, value, function.node.body, frame)
        return value
    reached = machine.run(function.node.body, frame)
    results = [value for value, _, _ in frame.returns]
    for value, where, _ in frame.returns:
        _note_result(machine, function, value, where, frame)
    _compare_results(machine, frame)
    if frame.yields:
        return Container("generator", None, join_all(frame.yields), frame.born(function.node))
    if isinstance(function.node, ast.AsyncFunctionDef):
        return UNKNOWN
    if reached or not results:
        results.append(NONE)
    return join_all(results)


def _compare_results(machine: Machine, frame: Frame) -> None:
    """Notes what is returned from the arms of a staged `if`: it must be of one type."""
    staged = [
        (value, context.region)
        for value, _, context in frame.returns
        if context.region is not frame.base_region
        and context.region is not None
        and context.region.kind == "if"
    ]
    if not staged or not frame.context.converted:
        return
    first, region = staged[0]
    for value, _, _ in frame.returns:
        if value is first or region is None:
            continue
        event = Branched(region.node, frame.context, first)
        event.arms = [{"": first}, {"": value}]
        event.ends = ["falls", "falls"]
        event.after = frozenset([""])
        machine.emit(event)


def _note_result(
    machine: Machine, function: Function, value: Value, node: ast.AST, frame: Frame
) -> None:
    entry = frame.context.entry
    if entry is not None and entry.function is not None and entry.function.node is function.node:
        if frame.context.caller is None or frame.context.caller.entry is not entry:
            machine.emit(Returned(node, frame.context, function, value))


def _construct(
    machine: Machine, cls: ClassValue, arguments: Arguments, node: ast.AST, frame: Frame
) -> Value:
    made = machine.new_instance(cls, frame.born(node))
    init_instance(machine, made, arguments, node, frame)
    return made


def _call_instance(
    machine: Machine, instance: Instance, arguments: Arguments, node: ast.AST, frame: Frame
) -> Value:
    own = instance.cls.lookup("__call__")
    if isinstance(own, (Function, Library)):
        return call_value(machine, bind_receiver(own, instance), arguments, node, frame)
    _build(machine, instance, node, frame)
    method = instance.cls.lookup("call")
    if isinstance(method, Function) and _has_input(arguments) and not frame.context.staged:
        if instance.cls.flavours & {"layer", "model"} and method.staging is None:
            return _on_input(machine, instance, method, arguments, node, frame)
    if method is not None and instance.cls.flavours & {"layer", "model", "loss"}:
        converts = machine.converts_keras(instance.cls.module)
        if (
            isinstance(method, Function)
            and method.staging is None
            and not (converts and machine.keras < 3)
        ):
            inner = frame.context
            # A layer of another file may be older than this one: then it is converted.
            frame.context = inner.with_(converted=converts, reason="" if converts else "keras")
            result = call_value(machine, bind_receiver(method, instance), arguments, node, frame)
            frame.context = inner
            return _as_op_result(result, frame)
        return call_value(machine, bind_receiver(method, instance), arguments, node, frame)
    if instance.cls.flavours & {"loss", "metric"}:
        return Tensor(frame.context.staged, node=node)
    if instance.cls.flavours & {"layer", "model"} and frame.context.staged:
        return Unknown("derived")
    return _call_unknown(machine, instance, arguments, node, frame)


def _has_input(arguments: Arguments) -> bool:
    given = (*arguments.positional, *arguments.keywords.values())
    return any(isinstance(value, Library) and value.kind == "keras tensor" for value in given)


def _on_input(
    machine: Machine,
    instance: Instance,
    method: Function,
    arguments: Arguments,
    node: ast.AST,
    frame: Frame,
) -> Value:
    """A layer that is called on `keras.Input`: Keras traces it, with the sizes the input leaves."""
    staging = Staging(method.node, method.module, "keras", machine.converts_keras(method.module))
    bound = method.copy()
    bound.receiver = instance
    positional = [_placeholder(value) for value in arguments.positional]
    keywords = {name: _placeholder(value) for name, value in arguments.keywords.items()}
    values = bind(bound, Arguments(positional, keywords))
    # What is not given here may be given by Keras, as `training` is.
    args = bound.node.args
    named = [arg.arg for arg in (*args.posonlyargs, *args.args)][1 : 1 + len(positional)]
    for name, value in blind_values(bound, True).items():
        if name not in named and name not in keywords:
            values[name] = value
    trace(machine, bound, staging, values, frame.context, method.node, walk)
    return Library("keras tensor")


def _placeholder(value: Value) -> Value:
    if not isinstance(value, Library) or value.kind != "keras tensor":
        return value
    made = Tensor(True, value.dtype, value.dims)
    made.declared = True
    return made


def _build(machine: Machine, instance: Instance, node: ast.AST, frame: Frame) -> None:
    """A layer that is made in a trace builds itself when it is first called there."""
    build = instance.cls.lookup("build")
    if instance.complete or not isinstance(build, Function) or not frame.context.staged:
        return
    if instance.born.context.trace != frame.context.trace or "layer" not in instance.cls.flavours:
        return
    instance.complete = True
    context = frame.context
    frame.context = context.with_(converted=False, reason="constructor")
    shape = Container("shape", None, Python("int"))
    machine.call(bind_receiver(build, instance), Arguments([shape], {}), node, frame)
    frame.context = context


def _as_op_result(result: Value, frame: Frame) -> Value:
    if isinstance(result, Unknown) and frame.context.staged:
        return Unknown("derived")
    return result
