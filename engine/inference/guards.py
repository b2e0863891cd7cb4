"""Tests that hold only the first time (`if self.x is None:`), and what a test tells of a name."""

from __future__ import annotations

import ast

from engine.inference.machine import Frame, Machine
from engine.inference.values import NONE, Const, Python, Tensor, Union, Unknown, join_all

__all__ = ["is_once_guard", "narrowed", "switches_itself_off"]


def is_once_guard(test: ast.expr, holds: bool) -> bool:
    """Whether an arm is one that lazily made state is put in.

    Args:
        test: The condition.
        holds: Whether the arm is the one where the condition is true.
    """
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return is_once_guard(test.operand, not holds)
    if isinstance(test, ast.BoolOp):
        return any(is_once_guard(part, holds) for part in test.values)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compares_missing(test, holds)
    if isinstance(test, ast.Call):
        return _asks_for_attribute(test) and not holds
    if isinstance(test, (ast.Attribute, ast.Name, ast.Subscript)):
        # `if not self.built:`, `if not cell:`, `if not self._model:`; a parameter is no guard.
        return not holds and not _is_mode(test)
    return False


def switches_itself_off(node: ast.If, arm: int) -> bool:
    """Whether an arm changes the flag that led into it: `if first: first = False`."""
    if not isinstance(node.test, (ast.Name, ast.Attribute, ast.UnaryOp)):
        return False
    test = node.test.operand if isinstance(node.test, ast.UnaryOp) else node.test
    flag = ast.unparse(test)
    body = node.body if arm == 0 else node.orelse
    if any(isinstance(child, ast.Return) for statement in body for child in ast.walk(statement)):
        return False
    for statement in body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            if any(ast.unparse(target) == flag for target in statement.targets):
                return True
    return False


_MODES = ("training", "train", "is_training", "mode", "verbose", "debug", "use_", "with_")


def _is_mode(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return any(name.lstrip("_").startswith(mode) for mode in _MODES)


def _compares_missing(test: ast.Compare, holds: bool) -> bool:
    operator, right = test.ops[0], test.comparators[0]
    is_none = isinstance(right, ast.Constant) and right.value is None
    if isinstance(operator, (ast.Is, ast.Eq)) and is_none:
        return holds
    if isinstance(operator, (ast.IsNot, ast.NotEq)) and is_none:
        return not holds
    if isinstance(operator, ast.NotIn):
        return holds
    if isinstance(operator, ast.In):
        return not holds
    if isinstance(operator, ast.Eq) and isinstance(test.left, ast.Call):
        is_len = isinstance(test.left.func, ast.Name) and test.left.func.id == "len"
        return holds and is_len and isinstance(right, ast.Constant) and right.value == 0
    return False


def _asks_for_attribute(test: ast.Call) -> bool:
    return isinstance(test.func, ast.Name) and test.func.id in ("hasattr", "getattr")


_TYPES = ("int", "float", "bool", "str", "list", "tuple", "dict")


def narrowed(machine: Machine, test: ast.expr, holds: bool, frame: Frame) -> None:
    """Keeps in the names what a test that holds (or does not) says of them."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        narrowed(machine, test.operand, not holds, frame)
        return
    if isinstance(test, ast.BoolOp):
        if isinstance(test.op, ast.And) is holds:
            for part in test.values:
                narrowed(machine, part, holds, frame)
        return
    if isinstance(test, ast.Compare):
        _narrow_none(test, holds, frame)
    elif isinstance(test, ast.Call) and test.args and isinstance(test.args[0], ast.Name):
        _narrow_type(machine, test, holds, frame)


def _narrow_none(test: ast.Compare, holds: bool, frame: Frame) -> None:
    right = test.comparators[0]
    if not (isinstance(test.left, ast.Name) and isinstance(right, ast.Constant)):
        return
    if right.value is not None or len(test.ops) != 1:
        return
    is_none = isinstance(test.ops[0], (ast.Is, ast.Eq)) is holds
    value = frame.scope.names.get(test.left.id)
    if isinstance(value, Union):
        rest = [option for option in value.options if _is_none(option) is is_none]
        if rest:
            frame.scope.names[test.left.id] = join_all(rest)
    elif isinstance(value, Unknown) and is_none:
        frame.scope.names[test.left.id] = NONE


def _is_none(value: object) -> bool:
    return isinstance(value, Const) and value.value is None


def _narrow_type(machine: Machine, test: ast.Call, holds: bool, frame: Frame) -> None:
    name = test.args[0].id  # type: ignore[attr-defined]
    value = frame.scope.names.get(name)
    asked = ast.unparse(test.func)
    if asked == "isinstance" and len(test.args) == 2 and isinstance(value, Unknown):
        kind = ast.unparse(test.args[1])
        if holds and kind in _TYPES:
            frame.scope.names[name] = Python(kind)
        elif holds and kind.endswith(".Tensor"):
            frame.scope.names[name] = Tensor(frame.context.staged, node=test)
    elif asked.endswith(("is_tensor", "is_tf_type")) and isinstance(value, Unknown) and holds:
        frame.scope.names[name] = Tensor(frame.context.staged, node=test)
