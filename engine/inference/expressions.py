"""What each kind of expression gives, calls and attributes apart."""

from __future__ import annotations

import ast
from typing import Any

from engine.inference import arithmetic
from engine.inference.containers import element_of, iterate, subscript, truth, turning, turns
from engine.inference.context import Loop, Region, Scope
from engine.inference.events import (
    Branched,
    Computed,
    Formatted,
    Mismatched,
    PythonLooped,
    Read,
    Subscripted,
    Tested,
)
from engine.inference.machine import Frame, Machine
from engine.inference.values import (
    NONE,
    UNKNOWN,
    Const,
    Container,
    Function,
    Instance,
    Library,
    ModuleValue,
    Python,
    Stage,
    Tensor,
    Union,
    Value,
    join,
    join_all,
)

__all__ = ["EXPRESSIONS", "in_graph", "is_asked_in_graph", "test"]


def test(
    machine: Machine, node: ast.AST, value: Value, kind: str, frame: Frame, converted: bool
) -> None:
    """Notes that a value is asked whether it is true."""
    if frame.context.staged:
        machine.emit(Tested(node, frame.context, kind, value, converted))


def is_asked_in_graph(value: Value) -> bool:
    """Whether a condition is a tensor: a variable is read when it is asked."""
    if isinstance(value, Library):
        return value.kind == "variable"
    return value.stage is Stage.STAGED


def constant(machine: Machine, node: ast.Constant, frame: Frame) -> Value:
    return Const(node.value)


def name(machine: Machine, node: ast.Name, frame: Frame) -> Value:
    value, scope = machine.lookup(node.id, frame.scope)
    if value is None:
        return UNKNOWN
    if scope is not None and scope is not frame.scope and frame.context.staged:
        kind = "global" if scope is scope.module.scope else "free"
        machine.emit(Read(node, frame.context, kind, node.id, value))
    return value


def binary(machine: Machine, node: ast.BinOp, frame: Frame) -> Value:
    # A long sum leans to the left: walk down it in a loop, so that no depth is too great.
    chain: list[ast.BinOp] = []
    current: ast.expr = node
    while isinstance(current, ast.BinOp):
        chain.append(current)
        current = current.left
    value = machine.eval(current, frame)
    for part in reversed(chain):
        right = machine.eval(part.right, frame)
        value = _binary_step(machine, part, value, right, frame)
    return value


def _binary_step(
    machine: Machine, node: ast.BinOp, left: Value, right: Value, frame: Frame
) -> Value:
    operator = type(node.op).__name__
    if operator == "Mod" and isinstance(left, Const) and isinstance(left.value, str):
        _percent(machine, node, left.value, right, frame)
        return Python("str")
    if frame.context.staged:
        machine.emit(Computed(node, frame.context, operator, left, right))
        reason = arithmetic.mismatch(operator, left, right)
        if reason:
            machine.emit(Mismatched(node, frame.context, operator, reason))
    return arithmetic.binary(operator, left, right, frame.context.staged, node)


def _percent(machine: Machine, node: ast.BinOp, text: str, right: Value, frame: Frame) -> None:
    values = right.items if isinstance(right, Container) and right.items else [right]
    specs = arithmetic.percent_specs(text)
    nodes = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
    for index, value in enumerate(values):
        spec = specs[index] if index < len(specs) else "s"
        where = nodes[index] if index < len(nodes) else node
        machine.emit(Formatted(where, frame.context, "%", value, "" if spec in "sr" else spec, ""))


def unary(machine: Machine, node: ast.UnaryOp, frame: Frame) -> Value:
    value = machine.eval(node.operand, frame)
    if isinstance(node.op, ast.Not):
        test(machine, node.operand, value, "not", frame, frame.context.converted)
        known = truth(value)
        if known is not None:
            return Const(not known)
        if frame.context.staged and is_asked_in_graph(value):
            return Tensor(True, "bool", (), node)
        return Python("bool") if value.stage is Stage.PYTHON else UNKNOWN
    return arithmetic.unary(type(node.op).__name__, value, frame.context.staged, node)


def boolean(machine: Machine, node: ast.BoolOp, frame: Frame) -> Value:
    stop = isinstance(node.op, ast.Or)
    results: list[Value] = []
    for index, part in enumerate(node.values):
        value = machine.eval(part, frame)
        last = index == len(node.values) - 1
        results.append(value)
        kind = "or" if stop else "and"
        if last:
            if any(other.stage is Stage.STAGED for other in results[:-1]):
                test(machine, part, value, kind, frame, True)
            break
        test(machine, part, value, kind, frame, frame.context.converted)
        known = truth(value)
        if known is stop:
            return value
        if known is not None:
            results.pop()
    if any(value.stage is Stage.STAGED for value in results[:-1]):
        return Tensor(frame.context.staged, "bool", (), node)
    # With Python values on the left, `or` and `and` give one of their operands.
    return join_all(results)


def compare(machine: Machine, node: ast.Compare, frame: Frame) -> Value:
    left_node: ast.expr = node.left
    left = machine.eval(left_node, frame)
    result: Value = UNKNOWN
    results: list[Value] = []
    for index, (operator, right_node) in enumerate(zip(node.ops, node.comparators)):
        right = machine.eval(right_node, frame)
        result = _compare_step(machine, node, operator, left, right, left_node, frame)
        results.append(result)
        if index < len(node.ops) - 1:
            test(machine, node, result, "chain", frame, frame.context.converted)
        left, left_node = right, right_node
    if len(results) > 1:
        staged = any(value.stage is Stage.STAGED for value in results)
        return Tensor(True, "bool", (), node) if staged else join_all(results)
    return result


def _compare_step(
    machine: Machine,
    node: ast.Compare,
    operator: ast.cmpop,
    left: Value,
    right: Value,
    left_node: ast.expr,
    frame: Frame,
) -> Value:
    name_ = type(operator).__name__
    if frame.context.staged:
        machine.emit(Computed(node, frame.context, name_, left, right))
    if isinstance(operator, (ast.Is, ast.IsNot)):
        return _identity(left, right, isinstance(operator, ast.IsNot))
    if isinstance(operator, (ast.In, ast.NotIn)):
        return Python("bool")
    return arithmetic.compare(name_, left, right, frame.context.staged, node)


def _identity(left: Value, right: Value, negative: bool) -> Value:
    if isinstance(right, Const) and right.value is None:
        if isinstance(left, Const):
            return Const((left.value is None) is not negative)
        is_object = isinstance(left, (Tensor, Container, Function, Library, Instance, ModuleValue))
        if is_object or (isinstance(left, Python) and left.type):
            return Const(negative)
    return Python("bool")


def conditional(machine: Machine, node: ast.IfExp, frame: Frame) -> Value:
    value = machine.eval(node.test, frame)
    test(machine, node.test, value, "ifexp", frame, frame.context.converted)
    known = truth(value)
    if known is not None:
        return machine.eval(node.body if known else node.orelse, frame)
    context = frame.context
    staged = is_asked_in_graph(value) and context.converted
    arms: list[Value] = []
    for arm, part in enumerate((node.body, node.orelse)):
        if staged:
            frame.context = context.with_(region=Region("if", node, arm, context.region))
        arms.append(machine.eval(part, frame))
        frame.context = context
    if staged:
        event = Branched(node, context, value)
        event.arms = [{"": arm} for arm in arms]
        event.ends = ["falls", "falls"]
        event.after = frozenset([""])
        machine.emit(event)
        return in_graph(join(*arms))
    return join(*arms)


def in_graph(value: Value) -> Value:
    """What a value is after it has come out of a staged block: numbers are tensors there."""
    if isinstance(value, (Const, Python)):
        dtype, dims, _ = arithmetic.spec_of(value)
        if dtype is not None:
            return Tensor(True, dtype, dims)
    if isinstance(value, Union) and not any(
        isinstance(option, (Const, Python)) and arithmetic.spec_of(option)[0] is None
        for option in value.options
    ):
        return join_all(in_graph(option) for option in value.options)
    return value


def lambda_(machine: Machine, node: ast.Lambda, frame: Frame) -> Value:
    made = Function(node, frame.scope.module, frame.scope, "<lambda>", frame.born(node))
    made.defaults = [machine.eval(default, frame) for default in node.args.defaults]
    made.kw_defaults = [
        None if default is None else machine.eval(default, frame)
        for default in node.args.kw_defaults
    ]
    machine.functions.append(made)
    return made


def sequence(machine: Machine, node: ast.List | ast.Tuple | ast.Set, frame: Frame) -> Value:
    kind = type(node).__name__.lower()
    items: list[Value] | None = []
    element: Value | None = None
    for part in node.elts:
        if isinstance(part, ast.Starred):
            whole = machine.eval(part.value, frame)
            iterate(machine, part, whole, "star", frame, False)
            if isinstance(whole, Container) and whole.items is not None and items is not None:
                items.extend(whole.items)
                continue
            inner = element_of(whole, frame.context.staged)
            element = inner if element is None else join(element, inner)
            items = None
            continue
        value = machine.eval(part, frame)
        if kind == "set" and frame.context.staged and value.stage is Stage.STAGED:
            machine.emit(Subscripted(part, frame.context, Container("dict"), value))
        element = value if element is None else join(element, value)
        if items is not None:
            items.append(value)
    born = frame.born(node) if kind != "tuple" else None
    if items is not None:
        return Container(kind, items, None, born)
    return Container(kind, None, element, born)


def dictionary(machine: Machine, node: ast.Dict, frame: Frame) -> Value:
    keys: list[Any] | None = []
    items: list[Value] = []
    for key_node, value_node in zip(node.keys, node.values):
        value = machine.eval(value_node, frame)
        if key_node is None:
            keys = None
            value = element_of(value, frame.context.staged)
        else:
            key = machine.eval(key_node, frame)
            if frame.context.staged and key.stage is Stage.STAGED:
                machine.emit(Subscripted(key_node, frame.context, Container("dict"), key))
            if isinstance(key, Const) and keys is not None:
                keys.append(key.value)
            else:
                keys = None
        items.append(value)
    born = frame.born(node)
    if keys is None:
        return Container("dict", None, join_all(items) if items else UNKNOWN, born)
    return Container("dict", items, None, born, keys)


# A comprehension of so many turns is a loop to speak of.
_MANY = 20


def comprehension(
    machine: Machine,
    node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
    frame: Frame,
) -> Value:
    inner = Frame(Scope(frame.scope.module, frame.scope), frame.context, frame.function)
    length: int | None = None
    for generator in node.generators:
        whole = machine.eval(generator.iter, inner)
        kind = "generator" if isinstance(node, ast.GeneratorExp) else "comprehension"
        iterate(machine, generator.iter, whole, kind, inner, False)
        if isinstance(whole, Container) and whole.items is not None:
            length = len(whole.items)
        element = element_of(whole, inner.context.staged)
        if inner.context.staged:
            count = turns(whole)
            if count is not None and count >= _MANY:
                machine.emit(PythonLooped(node, inner.context, count, whole))
                loop = Loop(node, count, whole, inner.context.loop)
                inner.context = inner.context.with_(loop=loop)
        else:
            element = turning(whole, element)
            loop = Loop(node, turns(whole), whole, inner.context.loop)
            inner.context = inner.context.with_(loop=loop)
        machine.assign(generator.target, element, inner)
        for condition in generator.ifs:
            length = None
            value = machine.eval(condition, inner)
            test(machine, condition, value, "comprehension", inner, False)
    if isinstance(node, ast.DictComp):
        machine.eval(node.key, inner)
        return Container("dict", None, machine.eval(node.value, inner), frame.born(node))
    made_of = machine.eval(node.elt, inner)
    kinds = {ast.ListComp: "list", ast.SetComp: "set", ast.GeneratorExp: "generator"}
    made = Container(kinds[type(node)], None, made_of, frame.born(node))
    made.length = length if len(node.generators) == 1 else None
    return made


def subscripted(machine: Machine, node: ast.Subscript, frame: Frame) -> Value:
    value = machine.eval(node.value, frame)
    index = machine.eval(node.slice, frame)
    if frame.context.staged:
        machine.emit(Subscripted(node, frame.context, value, index))
    if isinstance(value, Union):
        options = [subscript(option, index, frame.context.staged, node) for option in value.options]
        return join_all(options)
    return subscript(value, index, frame.context.staged, node)


def slice_(machine: Machine, node: ast.Slice, frame: Frame) -> Value:
    parts = [node.lower, node.upper, node.step]
    values = [NONE if part is None else machine.eval(part, frame) for part in parts]
    return Container("slice", values)


def joined_string(machine: Machine, node: ast.JoinedStr, frame: Frame) -> Value:
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            value = machine.eval(part.value, frame)
            spec = "x" if part.format_spec is not None else ""
            how = "f-string"
            if part.format_spec is not None:
                machine.eval(part.format_spec, frame)
            if part.conversion in (ord("r"), ord("s"), ord("a")):
                spec = ""
            if frame.context.staged:
                machine.emit(Formatted(part.value, frame.context, how, value, spec, ""))
    return Python("str")


def starred(machine: Machine, node: ast.Starred, frame: Frame) -> Value:
    return machine.eval(node.value, frame)


def walrus(machine: Machine, node: ast.NamedExpr, frame: Frame) -> Value:
    value = machine.eval(node.value, frame)
    frame.scope.names[node.target.id] = value
    return value


def waiting(machine: Machine, node: ast.Await | ast.YieldFrom, frame: Frame) -> Value:
    machine.eval(node.value, frame)
    return UNKNOWN


def yield_(machine: Machine, node: ast.Yield, frame: Frame) -> Value:
    value = machine.eval(node.value, frame) if node.value is not None else NONE
    frame.yields.append(value)
    return UNKNOWN


EXPRESSIONS: dict[type[ast.AST], Any] = {
    ast.Constant: constant,
    ast.Name: name,
    ast.BinOp: binary,
    ast.UnaryOp: unary,
    ast.BoolOp: boolean,
    ast.Compare: compare,
    ast.IfExp: conditional,
    ast.Lambda: lambda_,
    ast.List: sequence,
    ast.Tuple: sequence,
    ast.Set: sequence,
    ast.Dict: dictionary,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.DictComp: comprehension,
    ast.Subscript: subscripted,
    ast.Slice: slice_,
    ast.JoinedStr: joined_string,
    ast.Starred: starred,
    ast.NamedExpr: walrus,
    ast.Await: waiting,
    ast.YieldFrom: waiting,
    ast.Yield: yield_,
}
