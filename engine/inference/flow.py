"""Control flow: `if`, loops, `with`, `try`, `match`, and the jumps out of them."""

from __future__ import annotations

import ast
from typing import Any

from engine.inference.attributes import bind_receiver
from engine.inference.binding import Arguments
from engine.inference.blocks import (
    bound_names,
    merge,
    own_nodes,
    read_after,
    read_at_head,
    restore,
    save,
    widen,
)
from engine.inference.containers import element_of, iterate, truth, turning, turns
from engine.inference.context import Context, Loop, Region
from engine.inference.events import Branched, Jumped, Looped, PythonLooped, Tested, Tried
from engine.inference.expressions import in_graph, is_asked_in_graph
from engine.inference.guards import is_early_return, is_for_arrays, is_once_guard, narrowed
from engine.inference.machine import Frame, Machine
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
    Value,
)

__all__ = ["FLOW"]


def if_(machine: Machine, node: ast.If, frame: Frame) -> bool:
    value = machine.eval(node.test, frame)
    context = frame.context
    if context.staged:
        machine.emit(Tested(node.test, context, "if", value, context.converted))
    known = truth(value)
    if known is not None:
        return _known_if(machine, node, known, frame)
    staged = is_asked_in_graph(value) and context.converted
    before = save(frame.scope)
    ways = []
    ends = []
    arms = []
    for arm, body in enumerate((node.body, node.orelse)):
        restore(frame.scope, before)
        narrowed(machine, node.test, arm == 0, frame)
        frame.context = _arm_context(node, context, staged, arm, frame)
        count = len(frame.returns)
        reached = machine.run(body, frame)
        frame.context = context
        arms.append(dict(frame.scope.names))
        ends.append("falls" if reached else _ending(body, len(frame.returns) > count))
        if reached:
            ways.append(save(frame.scope))
    if staged:
        frame.staged_flow.append(node)
        event = Branched(node, context, value)
        event.before, event.maybe = before[0], frozenset(before[1])
        event.arms, event.ends = arms, ends
        event.after = read_after(node, frame.scope.module.parents)
        machine.emit(event)
    merge(frame.scope, ways)
    if not staged and context.staged and is_early_return(node, frame):
        frame.context = context.with_(guard=True)
    if staged and len(ways) > 1:
        for name in _changed_names(before[0], frame.scope.names):
            frame.scope.names[name] = in_graph(frame.scope.names[name])
    return bool(ways)


def _changed_names(before: dict[str, Value], after: dict[str, Value]) -> list[str]:
    return [name for name, value in after.items() if before.get(name) is not value]


def _known_if(machine: Machine, node: ast.If, known: bool, frame: Frame) -> bool:
    context = frame.context
    if is_once_guard(node, 0 if known else 1, frame):
        frame.context = context.with_(guard=True)
    reached = machine.run(node.body if known else node.orelse, frame)
    frame.context = context
    if not known and context.staged and is_early_return(node, frame):
        frame.context = context.with_(guard=True)
    return reached


def _arm_context(node: ast.If, context: Context, staged: bool, arm: int, frame: Frame) -> Context:
    changes: dict[str, Any] = {}
    if staged:
        changes["region"] = Region("if", node, arm, context.region)
    if is_once_guard(node, arm, frame):
        changes["guard"] = True
    if not staged:
        changes["unsure"] = True
        if is_for_arrays(node.test, arm == 0):
            changes["caught"] = True
    return context.with_(**changes) if changes else context


def _ending(body: list[ast.stmt], returned: bool) -> str:
    last = body[-1] if body else None
    if isinstance(last, ast.Return):
        return "return"
    if isinstance(last, ast.Raise):
        return "raise"
    if isinstance(last, (ast.Break, ast.Continue)):
        return "jump"
    return "return" if returned else "raise"


def for_(machine: Machine, node: ast.For | ast.AsyncFor, frame: Frame) -> bool:
    value = machine.eval(node.iter, frame)
    context = frame.context
    iterate(machine, node.iter, value, "for", frame, context.converted)
    staged = context.converted and _loops_in_graph(value)
    if staged:
        region = Region("for", node, 0, context.region)
        inner = context.with_(region=region, loop=None)
    else:
        count = turns(value)
        if count == 0 and isinstance(value, Container) and value.kind == "range":
            return True
        inner = context.with_(loop=Loop(node, count, value, context.loop))
        if context.staged:
            machine.emit(PythonLooped(node, context, count, value))
    element = element_of(value, context.staged)
    if not staged:
        element = turning(value, element)
    _loop(machine, node, node.target, element, staged, inner, value, frame)
    return True


def _loops_in_graph(value: Value) -> bool:
    if isinstance(value, Library):
        return value.kind in ("dataset", "iterator", "variable", "ragged")
    return isinstance(value, Tensor) and value.stage is Stage.STAGED


def _loop(
    machine: Machine,
    node: ast.For | ast.AsyncFor | ast.While,
    target: ast.expr | None,
    element: Value,
    staged: bool,
    inner: Context,
    value: Value,
    frame: Frame,
) -> None:
    outer = frame.context
    before = save(frame.scope)
    event = Looped(node, outer, "for" if target is not None else "while", value)
    event.before = before[0]
    changed = bound_names(node.body)
    if not staged:
        widen(frame.scope, changed)
    frame.exits.append([])
    frame.loops.append((node, staged))
    frame.context = inner
    first_pass: tuple[dict[str, Value], set[str]] | None = None
    ends: list[tuple[dict[str, Value], set[str]]] = [before]
    for turn in range(2):
        start = save(frame.scope)
        if target is not None:
            machine.assign(target, element, frame)
        elif turn:
            machine.eval(node.test, frame)  # type: ignore[union-attr]
        reached = machine.run(node.body, frame)
        if reached and not staged and isinstance(node, ast.While) and outer.staged:
            _turned(machine, node, outer, frame)
        after = save(frame.scope)
        if first_pass is None:
            first_pass = after
        if reached:
            ends.append(after)
        if not _changed(start[0], after[0]):
            break
        merge(frame.scope, [start, after])
        widen(frame.scope, changed)
        if staged:
            for name in _changed_names(before[0], frame.scope.names):
                frame.scope.names[name] = in_graph(frame.scope.names[name])
    frame.context = outer
    frame.loops.pop()
    exits = frame.exits.pop()
    ends.extend((names, set(before[1])) for names in exits)
    merge(frame.scope, ends)
    if staged:
        frame.staged_flow.append(node)
        event.first = first_pass[0] if first_pass else {}
        event.after = read_after(node, frame.scope.module.parents) | read_at_head(node)
        machine.emit(event)
        for name in _changed_names(before[0], frame.scope.names):
            frame.scope.names[name] = in_graph(frame.scope.names[name])
    if node.orelse:
        machine.run(node.orelse, frame)


def _turned(machine: Machine, node: ast.While, context: Context, frame: Frame) -> None:
    """Notes that the test of a loop which Python began is staged after a turn."""
    value = machine.eval(node.test, frame)
    if context.converted and is_asked_in_graph(value) and not context.caught:
        event = Jumped(node, context, "condition")
        event.loop = node
        machine.emit(event)


def _changed(before: dict[str, Value], after: dict[str, Value]) -> bool:
    if before.keys() != after.keys():
        return True
    return any(
        value is not before[name] and value.key() != before[name].key()
        for name, value in after.items()
    )


def while_(machine: Machine, node: ast.While, frame: Frame) -> bool:
    widen_first = frame.context
    changed = bound_names(node.body)
    value = machine.eval(node.test, frame)
    context = frame.context
    if context.staged:
        machine.emit(Tested(node.test, context, "while", value, context.converted))
    known = truth(value)
    if known is False:
        return True
    staged = is_asked_in_graph(value) and context.converted
    if staged:
        inner = context.with_(region=Region("while", node, 0, context.region), loop=None)
    else:
        count = _counted(node, frame) if context.staged else None
        widen(frame.scope, changed)
        inner = context.with_(loop=Loop(node, None, None, context.loop))
        if context.staged:
            machine.emit(PythonLooped(node, context, count, value))
    frame.context = widen_first
    breaks = _has_break(node)
    _loop(machine, node, None, NONE, staged, inner, value, frame)
    endless = known is True and isinstance(node.test, ast.Constant) and not breaks
    return not endless


def _counted(node: ast.While, frame: Frame) -> int | None:
    """How often a loop turns that counts up to a number: `while i < 10:` with one `i += 1`."""
    test = node.test
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or _has_break(node):
        return None
    if not isinstance(test.left, ast.Name) or not isinstance(test.ops[0], (ast.Lt, ast.LtE)):
        return None
    name, end = test.left.id, test.comparators[0]
    start = frame.scope.names.get(name)
    if not isinstance(end, ast.Constant) or not isinstance(start, Const):
        return None
    stores = [n for s in node.body for n in ast.walk(s) if isinstance(n, ast.Name) and n.id == name]
    stores = [n for n in stores if not isinstance(n.ctx, ast.Load)]
    steps = [
        s.value.value
        for s in node.body
        if isinstance(s, ast.AugAssign)
        and isinstance(s.op, ast.Add)
        and s.target in stores
        and isinstance(s.value, ast.Constant)
    ]
    numbers = [end.value, start.value, *steps]
    if len(stores) != 1 or len(steps) != 1 or any(type(number) is not int for number in numbers):
        return None
    limit, first, step = numbers
    if isinstance(test.ops[0], ast.LtE):
        limit += 1
    return max(0, -(-(limit - first) // step)) if step > 0 else None


def _has_break(node: ast.While) -> bool:
    stack: list[ast.AST] = list(node.body)
    while stack:
        child = stack.pop()
        if isinstance(child, ast.Break):
            return True
        if not isinstance(child, (ast.For, ast.While, ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            stack.extend(ast.iter_child_nodes(child))
    return False


def jump(machine: Machine, node: ast.Break | ast.Continue, frame: Frame) -> bool:
    if frame.exits:
        frame.exits[-1].append(dict(frame.scope.names))
    if frame.context.staged and frame.loops:
        event = Jumped(node, frame.context, type(node).__name__.lower())
        event.loop, event.staged_loop = frame.loops[-1]
        event.staged_if = _if_between(frame.context, event.loop, frame)
        machine.emit(event)
    return False


def _if_between(context: Context, loop: ast.AST | None, frame: Frame) -> bool:
    inside = {id(child) for child in own_nodes([loop])} if loop is not None else set()
    for region in context.regions():
        if region.kind == "if" and region.node is not loop and id(region.node) in inside:
            return True
        if region.node is loop:
            return False
    return False


def with_(machine: Machine, node: ast.With | ast.AsyncWith, frame: Frame) -> bool:
    context = frame.context
    leaving: list[Instance] = []
    for item in node.items:
        value = machine.eval(item.context_expr, frame)
        entered = _entered(value)
        if isinstance(value, Instance):
            leaving.append(value)
            entered = _own_method(machine, value, "__enter__", item, frame) or entered
        if item.optional_vars is not None:
            machine.assign(item.optional_vars, entered, frame)
        if isinstance(value, Library) and value.kind == "host scope":
            frame.context = frame.context.with_(entry=None, region=None, converted=False)
    reached = machine.run(node.body, frame)
    for manager in reversed(leaving):
        _own_method(machine, manager, "__exit__", node.items[0], frame)
    frame.context = context
    return reached or _swallows(node)


def _own_method(
    machine: Machine, owner: Instance, name: str, item: ast.withitem, frame: Frame
) -> Value | None:
    """What a method gives that `with` calls on an object of a class of the user's."""
    method = owner.cls.lookup(name)
    if not isinstance(method, Function) or not frame.context.staged:
        return None
    bound = bind_receiver(method, owner)
    return machine.call(bound, Arguments([], {}, open=True), item.context_expr, frame)


def _entered(value: Value) -> Value:
    return value if isinstance(value, Library) else UNKNOWN


def _swallows(node: ast.With | ast.AsyncWith) -> bool:
    text = ast.dump(node.items[0].context_expr)
    return "suppress" in text or "raises" in text


def try_(machine: Machine, node: ast.Try, frame: Frame) -> bool:
    context = frame.context
    flow_before = len(frame.staged_flow)
    before = save(frame.scope)
    frame.context = context.with_(caught=True) if _catches_staging(node) else context
    if _catches_missing(node):
        frame.context = frame.context.with_(unsure=True)
    reached = machine.run(node.body, frame)
    if reached and node.orelse:
        reached = machine.run(node.orelse, frame)
    frame.context = context
    ways = [save(frame.scope)] if reached else []
    middle = save(frame.scope)
    if context.staged and node.handlers:
        machine.emit(Tried(node, context, frame.staged_flow[flow_before:]))
    for handler in node.handlers:
        merge(frame.scope, [before, middle])
        # Something is missing here, and a tensor seldom is what it was looked for on.
        frame.context = (
            context.with_(guard=True, caught=True) if _catches_missing(node) else context
        )
        if handler.type is not None:
            machine.eval(handler.type, frame)
        if handler.name:
            frame.scope.names[handler.name] = Python("exception")
        if machine.run(handler.body, frame):
            ways.append(save(frame.scope))
        frame.context = context
    if ways:
        merge(frame.scope, ways)
    ends = machine.run(node.finalbody, frame) if node.finalbody else True
    return bool(ways) and ends


_OTHERS = frozenset(
    ["KeyError", "ImportError", "ModuleNotFoundError", "StopIteration", "IndexError", "OSError",
     "IOError", "FileNotFoundError", "KeyboardInterrupt", "ZeroDivisionError", "AssertionError"]
)  # fmt: skip


def _catches_staging(node: ast.Try) -> bool:
    """Whether a handler may be for what tracing raises: nearly any error but a few."""
    for handler in node.handlers:
        if handler.type is None:
            return True
        parts = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        if any(not isinstance(part, ast.Name) or part.id not in _OTHERS for part in parts):
            return True
    return False


def _catches_missing(node: ast.Try) -> bool:
    """Whether a handler is for something that is not there yet: the body is then a once-guard."""
    for handler in node.handlers:
        if handler.type is not None:
            text = ast.dump(handler.type)
            if "AttributeError" in text or "KeyError" in text or "NameError" in text:
                return True
    return False


def match(machine: Machine, node: ast.AST, frame: Frame) -> bool:
    subject: ast.expr = node.subject  # type: ignore[attr-defined]
    machine.eval(subject, frame)
    before = save(frame.scope)
    ways = [before]
    for case in node.cases:  # type: ignore[attr-defined]
        restore(frame.scope, before)
        for name in _captured(case.pattern):
            frame.scope.names[name] = UNKNOWN
        if case.guard is not None:
            value = machine.eval(case.guard, frame)
            if frame.context.staged:
                machine.emit(Tested(case.guard, frame.context, "match", value, False))
        if machine.run(case.body, frame):
            ways.append(save(frame.scope))
    merge(frame.scope, ways)
    return True


def _captured(pattern: ast.AST) -> list[str]:
    return [
        name for child in ast.walk(pattern) if isinstance(name := getattr(child, "name", None), str)
    ]


def assert_(machine: Machine, node: ast.Assert, frame: Frame) -> bool:
    value = machine.eval(node.test, frame)
    if frame.context.staged:
        machine.emit(Tested(node.test, frame.context, "assert", value, False))
    if node.msg is not None:
        machine.eval(node.msg, frame)
    if isinstance(node.test, ast.Constant) and not node.test.value:
        return False
    narrowed(machine, node.test, True, frame)
    return True


FLOW: dict[type[ast.AST], Any] = {
    ast.If: if_,
    ast.For: for_,
    ast.AsyncFor: for_,
    ast.While: while_,
    ast.Break: jump,
    ast.Continue: jump,
    ast.With: with_,
    ast.AsyncWith: with_,
    ast.Try: try_,
    ast.Assert: assert_,
    ast.Match: match,
}
if hasattr(ast, "TryStar"):
    FLOW[ast.TryStar] = try_
