"""Functions handed to a library: who calls them, with what, in which trace, converted or not."""

from __future__ import annotations

import ast

from engine.inference.binding import Arguments, bind
from engine.inference.containers import element_of
from engine.inference.context import Context, Region, Staging
from engine.inference.events import Handed
from engine.inference.machine import Frame, Machine
from engine.inference.specs import creation_spec
from engine.inference.staging import trace
from engine.inference.values import (
    NONE,
    UNKNOWN,
    Const,
    Container,
    Function,
    Instance,
    Library,
    Python,
    Stage,
    Tensor,
    Unknown,
    Value,
    join_all,
)

__all__ = ["hand_over", "hand_to_method"]

_BRANCHES = ("tf.cond", "tf.case", "tf.switch_case", "tf.compat.v1.cond")
_REPEATED = ("tf.map_fn", "tf.scan", "tf.foldl", "tf.foldr", "tf.vectorized_map")
_HOST = ("tf.py_function", "tf.numpy_function", "tf.compat.v1.py_func", "tf.compat.v1.py_function")
_WRAPPERS = ("tf.custom_gradient", "tf.recompute_grad", "tf.grad_pass_through")
_MAPS = ("tf.nest.map_structure", "tf.nest.map_structure_up_to", "functools.reduce")
_CONVERTING = ("functools.reduce",)
_DATASET = (
    "map",
    "filter",
    "flat_map",
    "interleave",
    "reduce",
    "scan",
    "take_while",
    "map_with_legacy_function",
)


def hand_over(
    machine: Machine, name: str, arguments: Arguments, node: ast.AST, frame: Frame
) -> Value | None:
    """The value of a call that takes functions; None where the call is not of that kind."""
    if name in _BRANCHES:
        return _branches(machine, arguments, node, frame)
    if name in ("tf.while_loop", "tf.compat.v1.while_loop"):
        return _while_loop(machine, arguments, node, frame)
    if name in _REPEATED:
        return _repeated(machine, name, arguments, node, frame)
    if name in _HOST:
        return _host(machine, arguments, node, frame)
    if name in _WRAPPERS:
        return _wrapped(arguments)
    if name in _MAPS:
        return _mapped(machine, name, arguments, node, frame)
    if name == "tf.keras.layers.Lambda" and not frame.context.staged:
        _lambda_layer(machine, arguments, node, frame)
        return None
    if name.startswith("tf.autograph.to_"):
        return Python("str")
    if any(isinstance(value, Function) for value in _all(arguments)) and frame.context.staged:
        return _anyone(machine, arguments, node, frame)
    return None


def _lambda_layer(machine: Machine, arguments: Arguments, node: ast.AST, frame: Frame) -> None:
    """What a `Lambda` layer calls is traced by Keras with the model."""
    given = arguments.positional[0] if arguments.positional else arguments.keywords.get("function")
    if isinstance(given, Function) and given.staging is None and not given.wrapped:
        staging = Staging(
            node, frame.scope.module, "keras", machine.converts_keras(frame.scope.module)
        )
        bound = bind(given, Arguments([Unknown("element")], {}))
        trace(machine, given, staging, bound, frame.context, node, machine.walking)


def _all(arguments: Arguments) -> list[Value]:
    return [*arguments.positional, *arguments.keywords.values()]


def _functions(values: list[Value]) -> list[Value]:
    found: list[Value] = []
    for value in values:
        if isinstance(value, (Function, Library)) and not (
            isinstance(value, Library) and value.kind not in ("partial", "method")
        ):
            found.append(value)
        elif isinstance(value, Container) and value.items is not None and value.kind != "slice":
            found.extend(_functions(value.items))
    return found


def _in_region(
    machine: Machine,
    function: Value,
    call: Arguments,
    node: ast.AST,
    frame: Frame,
    kind: str,
    arm: int = 0,
    converted: bool | None = None,
) -> Value:
    context = frame.context
    if context.staged:
        region = Region(kind, node, arm, context.region)
        frame.context = context.with_(region=region, loop=None)
        if converted is False:
            frame.context = frame.context.with_(converted=False, reason="library")
    result = machine.call(function, call, node, frame)
    frame.context = context
    return result


def _branches(machine: Machine, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
    results = []
    for arm, function in enumerate(_functions(_all(arguments))):
        results.append(
            _in_region(machine, function, Arguments([], {}), node, frame, "function", arm)
        )
    if len(results) == 2 and _is_asked_in_graph(arguments):
        first, second = (_staged_result(result, frame) for result in results)
        machine.emit(Handed(node, frame.context, "cond", first, second))
    return _staged_result(join_all(results), frame)


def _is_asked_in_graph(arguments: Arguments) -> bool:
    """Whether the condition is a tensor: what Python knows takes one function and not the other."""
    condition = arguments.positional[0] if arguments.positional else arguments.keywords.get("pred")
    return isinstance(condition, Tensor) and condition.stage is Stage.STAGED


def _staged_result(value: Value, frame: Frame) -> Value:
    if isinstance(value, (Const, Python)) and not (
        isinstance(value, Const) and value.value is None
    ):
        dtype, dims = creation_spec(Arguments([value], {}))
        return Tensor(frame.context.staged, dtype, dims)
    if isinstance(value, Unknown) and frame.context.staged:
        return Unknown("derived")
    if isinstance(value, Container) and value.items is not None:
        items = [_staged_result(item, frame) for item in value.items]
        return Container(value.kind, items, None, value.born, value.keys)
    return value


def _while_loop(machine: Machine, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
    positional = arguments.positional
    keywords = arguments.keywords
    test = positional[0] if positional else keywords.get("cond")
    body = positional[1] if len(positional) > 1 else keywords.get("body")
    state = positional[2] if len(positional) > 2 else keywords.get("loop_vars")
    values: list[Value] = []
    if isinstance(state, Container) and state.items is not None:
        values = [_staged_result(item, frame) for item in state.items]
    may_grow = len(positional) > 3 or "shape_invariants" in keywords
    started = Container("list", list(values))
    if may_grow:
        values = [_loose(value) for value in values]
    call = Arguments(values, {}, open=not values)
    result: Value = UNKNOWN
    for function in (test, body):
        if function is not None and _functions([function]):
            result = _in_region(machine, function, call, node, frame, "body")
    if values:
        if isinstance(result, Container) and not may_grow:
            turned = Container("list", result.items, result.element)
            machine.emit(Handed(node, frame.context, "while_loop", started, turned))
        return Container("list", [_loose(value) for value in values], None, frame.born(node))
    return _staged_result(result, frame)


def _loose(value: Value) -> Value:
    """A loop variable may have another shape in the next turn."""
    return Tensor(value.symbolic, value.dtype, None) if isinstance(value, Tensor) else value


def _repeated(
    machine: Machine, name: str, arguments: Arguments, node: ast.AST, frame: Frame
) -> Value:
    positional = arguments.positional
    function = positional[0] if positional else arguments.keywords.get("fn")
    elems = positional[1] if len(positional) > 1 else arguments.keywords.get("elems", UNKNOWN)
    staged = frame.context.staged
    inner = _elements(elems, staged)
    values = [inner]
    if name not in ("tf.map_fn", "tf.vectorized_map"):
        start = arguments.keywords.get("initializer")
        start = positional[2] if len(positional) > 2 else start
        values.insert(0, _staged_result(start, frame) if start is not None else inner)
    result: Value = UNKNOWN
    if function is not None and _functions([function]):
        plain = False if name == "tf.vectorized_map" else None
        call = Arguments(values, {})
        result = _in_region(machine, function, call, node, frame, "body", 0, plain)
    # A fold gives what it starts with, the others pile up what each turn gives.
    return _piled(values[0] if name not in ("tf.map_fn", "tf.vectorized_map") else result, frame)


def _piled(value: Value, frame: Frame) -> Value:
    """What all turns give together: a tensor for each tensor of one turn."""
    staged = frame.context.staged
    if isinstance(value, Container) and value.items is not None and value.kind != "list":
        items = [_piled(item, frame) for item in value.items]
        return Container(value.kind, items, None, frame.born(None), value.keys)
    if isinstance(value, Container):
        return Container(value.kind, None, Tensor(staged), frame.born(None))
    if isinstance(value, (Tensor, Const, Python)):
        return Tensor(staged, getattr(value, "dtype", None))
    return Unknown("derived") if staged else UNKNOWN


def _elements(elems: Value, staged: bool) -> Value:
    if isinstance(elems, Container) and elems.items is not None:
        items = [_elements(item, staged) for item in elems.items]
        return Container(elems.kind, items, None, elems.born, elems.keys)
    if isinstance(elems, Tensor):
        return element_of(elems, staged)
    return Tensor(staged)


def _host(machine: Machine, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
    function = arguments.positional[0] if arguments.positional else arguments.keywords.get("func")
    if isinstance(function, Function):
        # It runs when the graph runs, on values: nothing in it is staged.
        outside = Context(function.module)
        inner = Frame(frame.scope, outside, frame.function)
        machine.call(function, Arguments([], {}, open=True), node, inner)
    wanted = arguments.positional[2] if len(arguments.positional) > 2 else None
    wanted = arguments.keywords.get("Tout", wanted)
    if isinstance(wanted, Container):
        return Container("list", None, Tensor(frame.context.staged), frame.born(node))
    return Tensor(frame.context.staged, node=node)


def _wrapped(arguments: Arguments) -> Value:
    function = arguments.positional[0] if arguments.positional else UNKNOWN
    if isinstance(function, Function):
        made = function.copy()
        made.wrapped = "gradient"
        return made
    return function


def _mapped(
    machine: Machine, name: str, arguments: Arguments, node: ast.AST, frame: Frame
) -> Value:
    if not arguments.positional:
        return UNKNOWN
    function, rest = arguments.positional[0], arguments.positional[1:]
    if not _functions([function]):
        return UNKNOWN
    leaves = [_leaf(value) for value in rest]
    if name == "functools.reduce":
        leaves = [UNKNOWN, element_of(rest[0], frame.context.staged) if rest else UNKNOWN]
    context = frame.context
    if context.staged and name not in _CONVERTING:
        frame.context = context.with_(converted=False, reason="library")
    result = machine.call(function, Arguments(leaves, {}), node, frame)
    frame.context = context
    if all(isinstance(value, (Tensor, Const)) for value in rest) or name == "functools.reduce":
        return result if not any(isinstance(v, Container) for v in rest) else UNKNOWN
    if context.staged and not _is_of_python(result):
        return Unknown("derived")
    return UNKNOWN


def _is_of_python(value: Value) -> bool:
    """Whether a value holds no tensor: a number, a text, a list of such."""
    if isinstance(value, Container):
        return value.kind != "dict" and _is_of_python(value.element)
    return isinstance(value, (Const, Python))


def _leaf(value: Value) -> Value:
    if isinstance(value, Container):
        return _leaf(value.element)
    return value


def _anyone(machine: Machine, arguments: Arguments, node: ast.AST, frame: Frame) -> Value | None:
    """Some library function was given a function that was made in the trace: it may call it."""
    for value in _all(arguments):
        if isinstance(value, Function) and value.born.context.staged and value.staging is None:
            if id(value.node) not in machine.visited:
                machine.call(value, Arguments([], {}, open=True), node, frame)
    return None


def hand_to_method(
    machine: Machine,
    owner: Library,
    name: str,
    arguments: Arguments,
    node: ast.AST,
    frame: Frame,
) -> Value | None:
    """The value of a method that takes functions; None where the method is not of that kind."""
    if owner.kind == "dataset" and name in _DATASET:
        return _dataset(machine, owner, name, arguments, node, frame)
    if owner.kind == "dataset" and name == "apply":
        return Library("dataset", owner.name, owner.born)
    if owner.kind in ("strategy",) and name in (
        "run",
        "experimental_run_v2",
        "call_for_each_replica",
    ):
        return _replicas(machine, arguments, node, frame)
    if owner.kind == "model" and name == "compile":
        _compiled(machine, arguments, node, frame)
        return NONE
    if owner.kind == "optimizer" and name == "minimize" and arguments.positional:
        function = arguments.positional[0]
        if isinstance(function, Function):
            context = frame.context
            if context.staged:
                frame.context = context.with_(converted=False, reason="library")
            machine.call(function, Arguments([], {}), node, frame)
            frame.context = context
        return Library("op", "minimize")
    return None


def _compiled(machine: Machine, arguments: Arguments, node: ast.AST, frame: Frame) -> None:
    """Losses and metrics that a model is compiled with are traced by Keras."""
    given = [*arguments.positional[1:3], arguments.keywords.get("loss")]
    given.append(arguments.keywords.get("metrics"))
    for function in _functions([value for value in given if value is not None]):
        if isinstance(function, Function) and function.staging is None and not function.wrapped:
            staging = Staging(
                node, frame.scope.module, "keras", machine.converts_keras(frame.scope.module)
            )
            bound = bind(function, Arguments([Tensor(True), Tensor(True)], {}))
            trace(machine, function, staging, bound, frame.context, node, machine.walking)


def _replicas(machine: Machine, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
    if not arguments.positional:
        return UNKNOWN
    function, rest = arguments.positional[0], arguments.positional[1:]
    given = arguments.keywords.get("args", rest[0] if rest else None)
    named = arguments.keywords.get("kwargs")
    call = Arguments([], {}, open=given is None)
    if isinstance(given, Container) and given.items is not None:
        call.positional = list(given.items)
    elif given is not None:
        call.open = True
    if isinstance(named, Container) and named.keys is not None and named.items is not None:
        call.keywords = {str(key): value for key, value in zip(named.keys, named.items)}
    result = machine.call(function, call, node, frame)
    return Unknown("derived") if frame.context.staged and isinstance(result, Unknown) else result


def _dataset(
    machine: Machine,
    owner: Library,
    name: str,
    arguments: Arguments,
    node: ast.AST,
    frame: Frame,
) -> Value:
    at = 1 if name in ("reduce", "scan") else 0
    keyword = {"filter": "predicate", "reduce": "reduce_func", "scan": "scan_func"}.get(
        name, "map_func"
    )
    given = arguments.positional
    function = _as_function(given[at] if len(given) > at else arguments.keywords.get(keyword))
    element = owner.data if isinstance(owner.data, Value) else None
    result: Value = UNKNOWN
    if isinstance(function, Function) and function.wrapped != "host":
        result = _trace_mapped(machine, function, name, element, given, node, frame)
    if name == "reduce":
        return _staged_result(result, frame)
    data = (
        None
        if isinstance(result, (Unknown, Library)) or name in ("flat_map", "interleave")
        else result
    )
    made = Library("dataset", owner.name, owner.born, data if name == "map" else element)
    return made


def _as_function(value: Value | None) -> Value | None:
    """The function behind an object that can be called."""
    if isinstance(value, Instance):
        call = value.cls.lookup("__call__")
        if isinstance(call, Function):
            made = call.copy()
            made.receiver = value
            return made
    return value


def _trace_mapped(
    machine: Machine,
    function: Function,
    name: str,
    element: Value | None,
    given: list[Value],
    node: ast.AST,
    frame: Frame,
) -> Value:
    values: list[Value] = []
    if name in ("reduce", "scan"):
        state = _staged_result(given[0], frame) if given else UNKNOWN
        values.append(_inside(state))
    if isinstance(element, Container) and element.kind == "tuple" and element.items is not None:
        items = [_inside(item) for item in element.items]
        values.extend([Container("tuple", items)] if name in ("reduce", "scan") else items)
    elif element is not None:
        values.append(_inside(element))
    elif name not in ("reduce", "scan"):
        return _blind(machine, function, node, frame)
    staging = Staging(
        node, frame.scope.module, "map", frame.context.converted or not frame.context.staged
    )
    plain = function.copy()
    plain.staging = None
    bound = bind(plain, Arguments(values, {}))
    return trace(machine, plain, staging, bound, frame.context, node, machine.walking)


def _blind(machine: Machine, function: Function, node: ast.AST, frame: Frame) -> Value:
    staging = Staging(
        node, frame.scope.module, "map", frame.context.converted or not frame.context.staged
    )
    plain = function.copy()
    plain.staging = None
    args = function.node.args
    count = len(args.posonlyargs) + len(args.args) - len(function.defaults)
    count -= 1 if function.receiver is not None else 0
    count -= len(function.fixed[0]) if function.fixed else 0
    # One parameter may also get a tuple or a dict; several get a tensor each, most of the time.
    values: list[Value] = [Unknown("element") for _ in range(max(count, 0))]
    bound = bind(plain, Arguments(values, {}))
    return trace(machine, plain, staging, bound, frame.context, node, machine.walking)


def _inside(value: Value) -> Value:
    if isinstance(value, (Tensor, Const)) or (isinstance(value, Python) and value.type):
        if isinstance(value, Const) and value.value is None:
            return NONE
        dtype, dims = creation_spec(Arguments([value], {}))
        return Tensor(True, dtype, dims)
    if isinstance(value, Container) and value.items is not None:
        return Container(value.kind, [_inside(v) for v in value.items], None, None, value.keys)
    return Unknown("element")
