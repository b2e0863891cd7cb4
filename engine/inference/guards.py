"""Tests that hold only the first time (`if self.x is None:`), and what a test tells of a name."""

from __future__ import annotations

import ast
import re

from engine.inference.machine import Frame, Machine
from engine.inference.values import NONE, Const, Python, Tensor, Union, Unknown, join_all

__all__ = ["is_early_return", "is_for_arrays", "is_once_guard", "narrowed"]


def is_once_guard(node: ast.If, arm: int, frame: Frame) -> bool:
    """Whether an arm is one that lazily made state is put in: it runs the first time only.

    `if self.x is None:`, `if not hasattr(self, "x"):`, `if key not in cache:`, `if not cell:`. What
    belongs to the call itself, a parameter above all, is missing at every call and is no guard.

    Args:
        node: The statement.
        arm: 0 for the body, 1 for the `else`.
        frame: The call it is in.
    """
    body = node.body if arm == 0 else node.orelse
    return _guards(node.test, arm == 0, body, frame) or _switches_itself_off(node.test, body)


def is_early_return(node: ast.If, frame: Frame) -> bool:
    """Whether what follows is reached the first time only: `if self.x: return`, then it is made."""
    function = frame.function.node if frame.function is not None else None
    if node.orelse or not isinstance(node.body[-1], ast.Return) or node.body[-1].value is not None:
        if not _returns_what_it_asks_for(node):
            return False
    if not isinstance(function, ast.FunctionDef) or node not in function.body:
        return False
    rest = function.body[function.body.index(node) + 1 :]
    return _guards(node.test, False, rest, frame)


def _returns_what_it_asks_for(node: ast.If) -> bool:
    """`if self.x is not None: return self.x`."""
    last = node.body[-1]
    if node.orelse or not isinstance(last, ast.Return) or last.value is None:
        return False
    asked = {
        ast.unparse(child)
        for child in ast.walk(node.test)
        if isinstance(child, (ast.Name, ast.Attribute))
    }
    return any(
        isinstance(child, (ast.Name, ast.Attribute)) and ast.unparse(child) in asked
        for child in ast.walk(last.value)
    )


def _guards(test: ast.expr, holds: bool, body: list[ast.stmt], frame: Frame) -> bool:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _guards(test.operand, not holds, body, frame)
    if isinstance(test, ast.BoolOp):
        return any(_guards(part, holds, body, frame) for part in test.values)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compares_missing(test, holds, frame)
    if isinstance(test, ast.Call):
        return _asks_for_attribute(test) and not holds
    if isinstance(test, (ast.Attribute, ast.Name, ast.Subscript)) and not holds:
        return not _is_local(test, frame) and (
            _BUILT.search(_last(test)) is not None or _fills(test, body)
        )
    return False


_BUILT = re.compile(r"built|init|creat|ready|setup|loaded|compiled|exist|cache", re.IGNORECASE)


def _last(test: ast.expr) -> str:
    return test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")


def _fills(test: ast.expr, body: list[ast.stmt]) -> bool:
    """Whether an arm puts something where the test looked: `if not cell: cell.append(...)`."""
    subject = ast.unparse(test)
    for statement in body:
        for child in ast.walk(statement):
            if isinstance(child, (ast.Name, ast.Attribute, ast.Subscript)):
                if isinstance(child.ctx, ast.Store) and ast.unparse(child).startswith(subject):
                    return True
            if isinstance(child, ast.Call) and isinstance(child.func, ast.Attribute):
                if ast.unparse(child.func.value) == subject:
                    return True
    return False


def _is_local(test: ast.expr, frame: Frame) -> bool:
    if not isinstance(test, ast.Name) or frame.function is None:
        return False
    scope = frame.scope
    outer = test.id in scope.globals_ or test.id in scope.nonlocals
    return test.id in scope.names and not outer


def _switches_itself_off(test: ast.expr, body: list[ast.stmt]) -> bool:
    """Whether an arm changes the flag that led into it: `if first: first = False`."""
    if isinstance(test, ast.Compare) and isinstance(test.comparators[0], ast.Constant):
        if isinstance(test.comparators[0].value, bool):
            test = test.left
    if not isinstance(test, (ast.Name, ast.Attribute, ast.UnaryOp)):
        return False
    flag = ast.unparse(test.operand if isinstance(test, ast.UnaryOp) else test)
    if any(isinstance(child, ast.Return) for statement in body for child in ast.walk(statement)):
        return False
    for statement in body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            if any(ast.unparse(target) == flag for target in statement.targets):
                return True
    return False


def _compares_missing(test: ast.Compare, holds: bool, frame: Frame) -> bool:
    operator, right = test.ops[0], test.comparators[0]
    if isinstance(right, ast.Constant) and right.value is None:
        if _is_local(test.left, frame):
            return False
        if isinstance(operator, (ast.Is, ast.Eq)):
            return holds
        return isinstance(operator, (ast.IsNot, ast.NotEq)) and not holds
    if isinstance(operator, (ast.In, ast.NotIn)):
        if not isinstance(right, (ast.Name, ast.Attribute)) or _is_local(right, frame):
            return False
        return isinstance(operator, ast.NotIn) is holds
    if isinstance(operator, ast.Eq) and isinstance(test.left, ast.Call):
        is_len = isinstance(test.left.func, ast.Name) and test.left.func.id == "len"
        return holds and is_len and isinstance(right, ast.Constant) and right.value == 0
    return False


def _asks_for_attribute(test: ast.Call) -> bool:
    return isinstance(test.func, ast.Name) and test.func.id in ("hasattr", "getattr")


def is_for_arrays(test: ast.expr, holds: bool) -> bool:
    """Whether an arm is for values that are no tensors: `if not tf.is_tensor(x):`.

    What else is handled there is an array too, most likely.
    """
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return is_for_arrays(test.operand, not holds)
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) is holds:
        return any(is_for_arrays(part, holds) for part in test.values)
    if isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute) and not holds:
        return test.func.attr in ("is_tensor", "is_tf_type")
    return False


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
