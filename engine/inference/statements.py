"""What each kind of statement does; control flow is in `flow`."""

from __future__ import annotations

import ast
from typing import Any

from engine.inference import arithmetic
from engine.inference.attributes import class_flavours, store_attribute
from engine.inference.containers import element_of, iterate
from engine.inference.context import Scope
from engine.inference.definitions import decorate
from engine.inference.events import Bound, Called, Computed, Dropped, Raised, Stored, Subscripted
from engine.inference.flow import FLOW
from engine.inference.jumps import note_return
from engine.inference.machine import Frame, Machine
from engine.inference.values import (
    NONE,
    UNKNOWN,
    ClassValue,
    Const,
    Container,
    Deferred,
    Function,
    Symbol,
    Value,
    join,
)
from engine.syntax.imports import bindings_of_import

__all__ = ["STATEMENTS", "assign"]


def expression(machine: Machine, node: ast.Expr, frame: Frame) -> bool:
    frame.last_call = None
    value = machine.eval(node.value, frame)
    if frame.context.staged and not isinstance(node.value, (ast.Constant, ast.Yield, ast.Await)):
        call = frame.last_call
        is_call = isinstance(call, Called) and call.node is node.value
        machine.emit(Dropped(node.value, frame.context, value, call if is_call else None))
    return True


def assignment(machine: Machine, node: ast.Assign, frame: Frame) -> bool:
    value = machine.eval(node.value, frame)
    for target in node.targets:
        assign(machine, target, value, frame)
    return True


def annotated(machine: Machine, node: ast.AnnAssign, frame: Frame) -> bool:
    if node.value is not None:
        assign(machine, node.target, machine.eval(node.value, frame), frame)
    return True


def assign(machine: Machine, target: ast.AST, value: Value, frame: Frame) -> None:
    """Binds a target, whatever its form, to a value."""
    if isinstance(target, ast.Name):
        _bind_name(machine, target, value, frame)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(machine, target, value, frame)
    elif isinstance(target, ast.Attribute):
        owner = machine.eval(target.value, frame)
        store_attribute(machine, target, owner, target.attr, value, frame, "")
    elif isinstance(target, ast.Subscript):
        _store_item(machine, target, value, frame, "")
    elif isinstance(target, ast.Starred):
        assign(machine, target.value, Container("list", None, value, frame.born(target)), frame)


def _bind_name(
    machine: Machine, target: ast.Name, value: Value, frame: Frame, augmented: str = ""
) -> None:
    name = target.id
    scope = frame.scope
    if name in scope.globals_:
        _store_outer(machine, target, "global", scope.module.scope, value, frame, augmented)
    elif name in scope.nonlocals:
        outer = scope.outer
        while outer is not None and (name not in outer.names or outer.is_class):
            outer = outer.outer
        if outer is not None:
            _store_outer(machine, target, "nonlocal", outer, value, frame, augmented)
    else:
        scope.names[name] = value
        scope.maybe.discard(name)
        if frame.context.entry is not None:
            machine.emit(Bound(target, frame.context, name, value))


def _store_outer(
    machine: Machine,
    target: ast.Name,
    kind: str,
    scope: Scope,
    value: Value,
    frame: Frame,
    augmented: str,
) -> None:
    old = scope.names.get(target.id)
    event = Stored(target, frame.context, kind, target.id, value, None, old, augmented)
    event.outlives = scope.trace != frame.context.trace
    machine.emit(event)
    scope.names[target.id] = value if old is None else join(old, value)


def _unpack(machine: Machine, target: ast.Tuple | ast.List, value: Value, frame: Frame) -> None:
    stars = [index for index, part in enumerate(target.elts) if isinstance(part, ast.Starred)]
    iterate(machine, target, value, "unpack", frame, False)
    items = value.items if isinstance(value, Container) else None
    if isinstance(value, Container) and value.kind == "dict":
        items = None
    if items is not None and not stars and len(items) == len(target.elts):
        for part, item in zip(target.elts, items):
            assign(machine, part, item, frame)
        return
    if items is not None and len(stars) == 1 and len(items) >= len(target.elts) - 1:
        first = stars[0]
        tail = len(target.elts) - first - 1
        middle = items[first : len(items) - tail]
        parts: list[Value] = [*items[:first], Container("list", middle, None, frame.born(target))]
        parts.extend(items[len(items) - tail :])
        for part, item in zip(target.elts, parts):
            inner = part.value if isinstance(part, ast.Starred) else part
            assign(machine, inner, item, frame)
        return
    inner_value = element_of(value, frame.context.staged)
    for part in target.elts:
        assign(machine, part, inner_value, frame)


def _store_item(
    machine: Machine, target: ast.Subscript, value: Value, frame: Frame, augmented: str
) -> None:
    owner = machine.eval(target.value, frame)
    index = machine.eval(target.slice, frame)
    event = Stored(target, frame.context, "item", "", value, owner, None, augmented)
    event.index = index
    if isinstance(owner, Container) and owner.kind == "dict" and isinstance(index, Const):
        event.missing = owner.keys is not None and index.value not in owner.keys
    machine.emit(event)
    if frame.context.staged:
        machine.emit(Subscripted(target, frame.context, owner, index))
    if isinstance(owner, Container):
        if owner.kind == "dict" and owner.keys is not None and isinstance(index, Const):
            if index.value in owner.keys and owner.items is not None:
                place = owner.keys.index(index.value)
                owner.items[place] = (
                    UNKNOWN if isinstance(value, Container) and value.holds(owner) else value
                )
            elif owner.items is not None:
                owner.keys.append(index.value)
                owner.items.append(
                    UNKNOWN if isinstance(value, Container) and value.holds(owner) else value
                )
            owner.add(value)
        else:
            owner.forget_items()
            owner.add(value)


def augmented(machine: Machine, node: ast.AugAssign, frame: Frame) -> bool:
    operator = type(node.op).__name__
    target = node.target
    loaded = _as_load(target)
    old = machine.eval(loaded, frame)
    value = machine.eval(node.value, frame)
    if frame.context.staged:
        machine.emit(Computed(node, frame.context, operator, old, value))
    if isinstance(old, Container) and old.kind == "list" and operator == "Add":
        result: Value = old
        call = Called(node, frame.context, "list.__iadd__", [value], {}, old)
        machine.emit(call)
        old.add(element_of(value, frame.context.staged))
        old.forget_items()
    else:
        result = arithmetic.binary(operator, old, value, frame.context.staged, node)
    if isinstance(target, ast.Name):
        _bind_name(machine, target, result, frame, operator)
    elif isinstance(target, ast.Attribute):
        owner = machine.eval(target.value, frame)
        store_attribute(machine, target, owner, target.attr, result, frame, operator)
    elif isinstance(target, ast.Subscript):
        _store_item(machine, target, result, frame, operator)
    return True


def _as_load(target: ast.expr) -> ast.expr:
    if isinstance(target, ast.Name):
        made: ast.expr = ast.Name(target.id, ast.Load())
    elif isinstance(target, ast.Attribute):
        made = ast.Attribute(target.value, target.attr, ast.Load())
    elif isinstance(target, ast.Subscript):
        made = ast.Subscript(target.value, target.slice, ast.Load())
    else:
        return target
    return ast.copy_location(made, target)


def returned(machine: Machine, node: ast.Return, frame: Frame) -> bool:
    value = NONE if node.value is None else machine.eval(node.value, frame)
    frame.returns.append((value, node, frame.context))
    note_return(machine, node, frame)
    return False


def raised(machine: Machine, node: ast.Raise, frame: Frame) -> bool:
    if node.exc is not None:
        machine.eval(node.exc, frame)
    if frame.context.staged:
        machine.emit(Raised(node, frame.context))
    return False


def imported(machine: Machine, node: ast.Import | ast.ImportFrom, frame: Frame) -> bool:
    for name, symbol in bindings_of_import(node):
        if symbol.startswith("tf.") or symbol == "tf" or name == "*":
            if name == "*":
                _import_star(machine, node, symbol, frame)
            else:
                frame.scope.names[name] = Symbol(symbol)
            continue
        frame.scope.names[name] = _imported_value(machine, node, symbol, frame)
    return True


def _imported_value(
    machine: Machine, node: ast.Import | ast.ImportFrom, symbol: str, frame: Frame
) -> Value:
    importer = frame.scope.module
    if isinstance(node, ast.Import):
        if not machine.workspace.has(importer, symbol):
            return Symbol(symbol)
        return Deferred(importer, (symbol,), is_module=True)
    base = "." * node.level + (node.module or "")
    if not machine.workspace.has(importer, base) and not machine.workspace.has(importer, symbol):
        return Symbol(symbol)
    attribute = symbol[len(base) :].lstrip(".")
    return Deferred(importer, (symbol, base, attribute), is_module=False)


def _import_star(
    machine: Machine, node: ast.Import | ast.ImportFrom, symbol: str, frame: Frame
) -> None:
    if symbol.startswith("tf"):
        for name in (
            "function",
            "Variable",
            "constant",
            "range",
            "print",
            "GradientTape",
            "reduce_sum",
        ):
            frame.scope.names.setdefault(name, Symbol(f"{symbol}.{name}"))
        return
    found = machine.module_of(frame.scope.module, symbol)
    if found is not None:
        for name, value in found.scope.names.items():
            if not name.startswith("_"):
                frame.scope.names[name] = value


def function(machine: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> bool:
    outer = frame.function.qualname + ".<locals>." if frame.function is not None else ""
    made = Function(node, frame.scope.module, frame.scope, outer + node.name, frame.born(node))
    made.defaults = [machine.eval(default, frame) for default in node.args.defaults]
    made.kw_defaults = [
        None if default is None else machine.eval(default, frame)
        for default in node.args.kw_defaults
    ]
    machine.functions.append(made)
    value = decorate(machine, node, made, frame)
    _bind_name(machine, _name_at(node), value, frame)
    return True


def class_(machine: Machine, node: ast.ClassDef, frame: Frame) -> bool:
    bases = [machine.eval(base, frame) for base in node.bases]
    outer = frame.function.qualname + ".<locals>." if frame.function is not None else ""
    made = ClassValue(node, frame.scope.module, outer + node.name, bases, frame.born(node))
    made.flavours = class_flavours(made)
    scope = Scope(frame.scope.module, frame.scope, is_class=True)
    inner = Frame(scope, frame.context, frame.function)
    machine.run(node.body, inner)
    for name, value in scope.names.items():
        if isinstance(value, Function) and value.owner is None:
            value.owner = made
            if value.scope is scope:
                value.qualname = f"{made.qualname}.{name}"
        made.attributes[name] = value
    for decorator in node.decorator_list:
        machine.eval(decorator, frame)
    machine.classes.append(made)
    _bind_name(machine, _name_at(node), made, frame)
    return True


def _name_at(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> ast.Name:
    """The name that a definition binds, at the definition's place."""
    return ast.copy_location(ast.Name(node.name, ast.Store()), node)


def global_(machine: Machine, node: ast.Global, frame: Frame) -> bool:
    if frame.scope is not frame.scope.module.scope:
        frame.scope.globals_.update(node.names)
    return True


def nonlocal_(machine: Machine, node: ast.Nonlocal, frame: Frame) -> bool:
    frame.scope.nonlocals.update(node.names)
    return True


def deleted(machine: Machine, node: ast.Delete, frame: Frame) -> bool:
    for target in node.targets:
        if isinstance(target, ast.Name):
            frame.scope.names.pop(target.id, None)
        elif isinstance(target, ast.Subscript):
            owner = machine.eval(target.value, frame)
            event = Stored(target, frame.context, "item", "", UNKNOWN, owner, None, "del")
            event.index = machine.eval(target.slice, frame)
            machine.emit(event)
    return True


def skipped(machine: Machine, node: ast.stmt, frame: Frame) -> bool:
    return True


STATEMENTS: dict[type[ast.AST], Any] = {
    ast.Expr: expression,
    ast.Assign: assignment,
    ast.AnnAssign: annotated,
    ast.AugAssign: augmented,
    ast.Return: returned,
    ast.Raise: raised,
    ast.Import: imported,
    ast.ImportFrom: imported,
    ast.FunctionDef: function,
    ast.AsyncFunctionDef: function,
    ast.ClassDef: class_,
    ast.Global: global_,
    ast.Nonlocal: nonlocal_,
    ast.Delete: deleted,
    ast.Pass: skipped,
    **FLOW,
}
