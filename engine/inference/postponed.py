"""Statements of other files that are walked when the name they bind is first asked for."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Hashable
from typing import TYPE_CHECKING

from engine.inference.blocks import bound_names
from engine.inference.values import Deferred

if TYPE_CHECKING:
    from engine.inference.module import Module

__all__ = ["Postponed", "postponed"]


class Postponed(Deferred):
    """A name that a statement of another file binds, which nobody has asked for yet."""

    __slots__ = ("statement",)

    def __init__(self, module: Module, name: str, statement: ast.stmt) -> None:
        super().__init__(module, (name,), is_module=False)
        self.statement = statement

    def key(self) -> Hashable:
        return ("postponed", id(self.statement))


def postponed(module: Module) -> dict[ast.stmt, Postponed]:
    """The statements of a module that may wait: definitions and plain assignments.

    Those of names that several statements bind are walked in their order, and so is all else.
    """
    times: Counter[str] = Counter()
    candidates: list[tuple[ast.stmt, str]] = []
    for statement in module.tree.body:
        name = _bound_by(statement)
        if name is not None:
            times[name] += 1
            candidates.append((statement, name))
        else:
            times.update(bound_names([statement]))
    return {
        statement: Postponed(module, name, statement)
        for statement, name in candidates
        if times[name] == 1
    }


def _bound_by(statement: ast.stmt) -> str | None:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return statement.name
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        return target.id if isinstance(target, ast.Name) else None
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.target.id if statement.value is not None else None
    return None
