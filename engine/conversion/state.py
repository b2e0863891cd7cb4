"""The variables of a block that moves into the graph, and the functions that get and set them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gast

from engine.analysis.facts import Facts, Flow
from engine.analysis.scope import Scope
from engine.syntax.template import constant, quote, quote_expression
from engine.syntax.trees import copy_tree

__all__ = ["State", "state_of"]


@dataclass(frozen=True)
class State:
    """The variables that a block changes and that matter outside it.

    Attributes:
        names: Variables, those needed afterwards first, each part sorted.
        outputs: How many of them are needed afterwards.
        undefined: Variables that get their first value inside the block.
        at: The statement.
        declarations: `global` and `nonlocal` for the functions made from the block.
    """

    names: tuple[str, ...]
    outputs: int
    undefined: tuple[str, ...]
    at: gast.AST
    declarations: list[gast.stmt]

    def symbols(self) -> list[gast.expr]:
        """The names as literals."""
        return [constant(name, self.at) for name in self.names]

    def undefined_assignments(self) -> list[gast.stmt]:
        """Mark variables that have no value yet."""
        made: list[gast.stmt] = []
        for name in self.undefined:
            text = constant(name, self.at)
            made += quote("NAME = ag__.Undefined(TEXT)", at=self.at, NAME=name, TEXT=text)
        return made

    def functions(self, getter: str, setter: str, facts: Facts) -> list[gast.stmt]:
        """`get_state` and `set_state`."""
        at = self.at
        if not self.names:
            snippet = "def GETTER():\n    return ()\ndef SETTER(block_vars):\n    pass"
            return quote(snippet, at=at, GETTER=getter, SETTER=setter)
        values: list[Any] = []
        targets: list[Any] = []
        for name in self.names:
            values.append(_reading(name, facts, at))
            targets.append(_writing(name, facts, at))
        return quote(
            "def GETTER():\n    return (VALUES,)\n"
            "def SETTER(vars_):\n    DECLARATIONS\n    (TARGETS,) = vars_",
            at=at,
            GETTER=getter,
            SETTER=setter,
            VALUES=values,
            TARGETS=targets,
            DECLARATIONS=self.declarations,
        )


def state_of(node: Any, entry: gast.AST, modified: set[str], flow: Flow, scope: Scope) -> State:
    """The state of a compound statement.

    Args:
        node: The statement.
        entry: Its test or iterable.
        modified: What its blocks bind.
        flow: What is known of the function around it.
        scope: The body of that function.
    """
    names = flow.scopes.names
    live_in, live_out = flow.live_in(entry), flow.live_out(node)
    needed = live_in | live_out | scope.nonlocals
    plain = {name for name in modified if name not in names.composites}
    basic = plain & needed
    composite = {name for name in modified - plain if names.support(name) <= live_in}
    undefined = plain - flow.defined_in(node) - scope.globals - scope.nonlocals
    input_only = basic & (live_in - live_out)
    ordered = tuple(sorted(basic | composite, key=lambda name: (name in input_only, name)))
    return State(
        ordered,
        len(ordered) - len(input_only),
        tuple(sorted(undefined)),
        node,
        _declarations([name for name in ordered if name in basic], scope, node),
    )


def _declarations(names: list[str], scope: Scope, at: gast.AST) -> list[gast.stmt]:
    made: list[gast.stmt] = []
    for statement, chosen in (
        ("global x", [name for name in names if name in scope.globals]),
        ("nonlocal x", [name for name in names if name not in scope.globals]),
    ):
        if chosen:
            (declaration,) = quote(statement, at=at)
            declaration.names = chosen  # type: ignore[attr-defined]
            made.append(declaration)
    return made


def _reading(name: str, facts: Facts, at: gast.AST) -> gast.expr:
    composite = facts.activity.names.composites.get(name)
    if composite is None:
        return quote_expression("NAME", at=at, NAME=name)
    value = _plain(copy_tree(composite.node), at)
    return quote_expression(
        "ag__.ldu(lambda: VALUE, TEXT)", at=at, VALUE=value, TEXT=constant(name, at)
    )


def _writing(name: str, facts: Facts, at: gast.AST) -> gast.expr:
    composite = facts.activity.names.composites.get(name)
    if composite is None:
        (assignment,) = quote("NAME = 0", at=at, NAME=name)
        return assignment.targets[0]  # type: ignore[attr-defined]
    value: Any = _plain(copy_tree(composite.node), at)
    value.ctx = gast.Store()
    return value


def _plain(node: Any, at: Any) -> Any:
    """Reads of the parts are not the user's: they are not guarded."""
    part: Any
    for part in gast.walk(node):
        if hasattr(part, "ctx"):
            part.ctx = gast.Load()
        if hasattr(part, "lineno"):
            part.lineno = part.end_lineno = at.lineno
            part.col_offset = part.end_col_offset = at.col_offset
    return node
