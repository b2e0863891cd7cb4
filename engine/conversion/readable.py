"""A function as its author wrote it, each line marked: does it run in the graph, or in Python?

Beside AutoGraph's dialect, which shows what really runs, this is the view for a quick look: no
plumbing, and for each branch and loop the variables that pass through it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import gast

from engine.analysis.facts import Facts
from engine.conversion.convert import find_function
from engine.conversion.state import state_of
from engine.syntax.depth import deep
from engine.syntax.errors import ConversionError
from engine.syntax.names import dotted_name
from engine.syntax.parse import Parsed, parse
from engine.syntax.trees import copy_tree
from engine.syntax.unparse import unparse

__all__ = ["Place", "ReadableCode", "readable"]

_WIDTH = 40


class Place(Enum):
    """Where a statement runs.

    Attributes:
        GRAPH: At every call, as part of the graph.
        PYTHON: Once, while the function is traced.
        EITHER: In the graph if a tensor decides, in Python otherwise.
    """

    GRAPH = "graph"
    PYTHON = "Python"
    EITHER = "graph or Python"


@dataclass(frozen=True)
class ReadableCode:
    """The view of one function.

    Attributes:
        text: Python source with a comment at lines that need one.
        line_map: Pairs of 0-based lines: line of `text`, and the user's line it comes from.
        places: By 0-based line of `text`: where it runs.
    """

    text: str
    line_map: tuple[tuple[int, int], ...]
    places: tuple[Place, ...]


def readable(
    text: str,
    path: str,
    qualname: str,
    known: Mapping[int, Place] | None = None,
    parsed: Parsed | None = None,
) -> ReadableCode:
    """The readable view of a function, from the text of its file alone.

    Args:
        text: The whole file; need not be saved.
        path: Its name, for messages.
        qualname: The function, as `step` or `Model.call`.
        known: Where statements run, by 0-based line of the file, as far as somebody knows.
        parsed: The tree of the text, where it has been read already.

    Raises:
        ConversionError: If there is no such function.
    """
    function = find_function(parsed or parse(text, path), qualname)
    if not isinstance(function, gast.FunctionDef):
        raise ConversionError(f"{path}: there is no function '{qualname}' in this file")
    return deep(_view, function, known or {})


def _view(function: gast.FunctionDef, known: Mapping[int, Place]) -> ReadableCode:
    writer = _Writer(Facts(function), known)
    writer.function(function, 0)
    lines = [f"{code:<{_WIDTH}}  # {note}" if note else code for code, note, _, _ in writer.lines]
    return ReadableCode(
        "\n".join(lines) + "\n",
        tuple((i, line) for i, (_, _, line, _) in enumerate(writer.lines)),
        tuple(place for _, _, _, place in writer.lines),
    )


class _Writer:
    """Writes statement after statement, with a note where one helps."""

    def __init__(self, facts: Facts, known: Mapping[int, Place]) -> None:
        self.facts = facts
        self.known = known
        self.lines: list[tuple[str, str, int, Place]] = []
        self.functions: list[gast.AST] = []

    def write(self, node: Any, code: str, note: str, depth: int, place: Place) -> None:
        for i, part in enumerate(code.split("\n")):
            indented = "    " * depth + part
            self.lines.append((indented, note if i == 0 else "", node.lineno - 1, place))

    def function(self, node: gast.FunctionDef, depth: int) -> None:
        for decorator in node.decorator_list:
            self.write(decorator, f"@{unparse(decorator)}", "", depth, Place.PYTHON)
        self.write(node, _header(node), "", depth, Place.PYTHON)
        self.functions.append(node)
        self.block(node.body, depth + 1)
        self.functions.pop()

    def block(self, statements: list[Any], depth: int) -> None:
        for statement in statements:
            self.statement(statement, depth)

    def statement(self, node: Any, depth: int, word: str = "") -> None:
        if isinstance(node, gast.FunctionDef):
            self.function(node, depth)
            return
        place, note = self.judge(node)
        if not hasattr(node, "body"):
            self.write(node, _simple(node), note, depth, place)
            return
        self.write(node, word + _header(node), note, depth, place)
        self.block(node.body, depth + 1)
        for handler in getattr(node, "handlers", ()):
            self.write(handler, _header(handler), "", depth, Place.PYTHON)
            self.block(handler.body, depth + 1)
        for heading, name in (("else", "orelse"), ("finally", "finalbody")):
            inner = getattr(node, name, None)
            if inner and name == "orelse" and _is_elif(node, inner):
                self.statement(inner[0], depth, "el")
            elif inner:
                self.write(inner[0], f"{heading}:", "", depth, place)
                self.block(inner, depth + 1)

    def judge(self, node: Any) -> tuple[Place, str]:
        """Where a statement runs, and what to say about it."""
        place = self.known.get(node.lineno - 1)
        if isinstance(node, (gast.If, gast.While, gast.For)):
            place = place or Place.EITHER
            return place, f"{place.value}: {self.variables(node)}"
        if _prints(node):
            return Place.PYTHON, "Python: once, while the function is traced"
        if place is None:
            return Place.EITHER, ""
        return place, "" if place is Place.GRAPH else f"{place.value}: while the function is traced"

    def variables(self, node: Any) -> str:
        """The variables that pass through a branch or loop."""
        scopes = self.facts.activity
        is_branch = isinstance(node, gast.If)
        entry = node.iter if isinstance(node, gast.For) else node.test
        bound = scopes.body[node].bound | scopes.orelse[node].bound
        if isinstance(node, gast.For):
            bound = bound | scopes.iterate[node].bound
        around = self.functions[-2] if len(self.functions) > 1 else None
        flow = self.facts.flow(self.functions[-1], around)
        state = state_of(node, entry, bound, flow, scopes.body[self.functions[-1]])
        names = ", ".join(state.names[: state.outputs] if is_branch else state.names)
        verb = "conditional, sets" if is_branch else "loop, carries"
        return f"{verb} {names}" if names else verb.partition(",")[0]


def _prints(node: Any) -> bool:
    call = getattr(node, "value", None)
    return isinstance(call, gast.Call) and dotted_name(call.func) == "print"


def _is_elif(node: Any, inner: list[Any]) -> bool:
    return isinstance(node, gast.If) and len(inner) == 1 and isinstance(inner[0], gast.If)


def _simple(node: Any) -> str:
    value = getattr(node, "value", None)
    if isinstance(node, gast.Expr) and isinstance(value, gast.Constant):
        if isinstance(value.value, str) and value.value.isprintable():
            return f'"""{value.value}"""'
    return unparse(node)


def _header(node: Any) -> str:
    """The first line of a compound statement."""
    shell: Any = node.__class__.__new__(node.__class__)
    shell.__dict__.update(node.__dict__)
    for name in ("body", "orelse", "finalbody", "handlers", "decorator_list"):
        if name in shell.__dict__:
            shell.__dict__[name] = []
    shell.body = [gast.Pass()]
    if isinstance(node, gast.ExceptHandler):
        kind = f" {unparse(node.type)}" if node.type is not None else ""
        name = f" as {node.name.id}" if node.name is not None else ""
        return f"except{kind}{name}:"
    if isinstance(node, gast.Try):
        return "try:"
    text = unparse(copy_tree(shell))
    return text[: text.rindex("\n")]
