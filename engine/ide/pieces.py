"""A file cut at its top-level statements, and which of the pieces can tell of one another.

Two pieces belong together when one mentions a name that the other binds, or when both touch an
attribute that one of them sets: whatever an analysis finds in one of them it can find without the
pieces that do not belong to it. Imports belong to all.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from engine.lint.rules.ineffective_staging import SWITCHES
from engine.syntax.examples import example_words
from engine.syntax.imports import bindings_of_import

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.syntax.parse import Parsed

__all__ = ["Group", "Mentions", "Piece", "cut", "groups", "libraries_of", "mentions_of"]

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_WORDS = re.compile(r"[^\W\d]\w*")
_LONGEST_REFERENCE = 200
_CHANGING = frozenset(
    [
        "add", "append", "appendleft", "assign", "assign_add", "assign_sub", "clear", "discard",
        "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault", "sort", "update",
        "write",
    ]
)  # fmt: skip
_SWITCHES = frozenset(name.rpartition(".")[2] for name in SWITCHES)
"""What one piece calls decides what another one's calls of it mean."""
_LIBRARIES = ("tf", "numpy", "math", "time", "os", "sys", "random")


@dataclass(frozen=True)
class Mentions:
    """The names a piece has to do with.

    Attributes:
        binds: Those it binds at the module's level.
        names: Those it mentions anywhere, also in short texts.
        attributes: The attributes it touches, but for those of libraries.
        changes: The attributes it sets, or whose values it changes.
        imports: Whether it is there to import, and so belongs to all others.
    """

    binds: frozenset[str]
    names: frozenset[str]
    attributes: frozenset[str]
    changes: frozenset[str]
    imports: bool


@dataclass(frozen=True)
class Piece:
    """A stretch of a file, with the top-level statements in it; pieces cover the whole file.

    Attributes:
        start: The offset of its first character.
        text: All of it: the statements, and what stands above them since the last piece.
        statements: Its statements; usually one.
        last: Whether the file ends with it.
    """

    start: int
    text: str
    statements: tuple[ast.stmt, ...]
    last: bool = False

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True)
class Group:
    """Pieces that belong together, in order, with the imports: what is checked at once.

    Attributes:
        pieces: All pieces, those of the imports included.
        own: The indices, in `pieces`, of those that are not imports (all, for the imports' group).
    """

    pieces: tuple[Piece, ...]
    own: frozenset[int]

    def bare(self) -> Group:
        """The same without the statements, to be kept."""
        return Group(tuple(replace(piece, statements=()) for piece in self.pieces), self.own)

    @property
    def statements(self) -> list[ast.stmt]:
        return [statement for piece in self.pieces for statement in piece.statements]

    @cached_property
    def key(self) -> tuple[str, ...]:
        """The same for groups of the same texts."""
        return tuple(piece.text for piece in self.pieces)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        return tuple(piece.start for piece in self.pieces)

    def place(self, offset: int, end: bool = False) -> tuple[int, int] | None:
        """The index of the piece that an offset is in, and where in it; None where in none.

        Args:
            offset: In the file.
            end: Whether it ends something, and so belongs to what is before it.
        """
        inside = offset - 1 if end and offset > 0 else offset
        index = bisect_right(self.starts, inside) - 1
        if index < 0:
            return None
        piece = self.pieces[index]
        if inside < piece.end or (piece.last and offset == piece.end):
            return index, offset - piece.start
        return None


def cut(parsed: Parsed) -> tuple[Piece, ...]:
    """The pieces of a file; none where nothing of it can be read."""
    tree, source = parsed.python_tree, parsed.source
    if tree is None or not tree.body:
        return ()
    statements: list[list[ast.stmt]] = []
    last_line = 0
    for statement in tree.body:
        decorators = getattr(statement, "decorator_list", ())
        first_line = min([statement.lineno, *(each.lineno for each in decorators)])
        if first_line <= last_line:
            statements[-1].append(statement)
        else:
            statements.append([statement])
        last_line = max(last_line, statement.end_lineno or statement.lineno)
    ends = [source.line_start(min(_last(each), source.line_count - 1)) for each in statements[:-1]]
    bounds = [0, *ends, len(source.text)]
    return tuple(
        Piece(start, source.text[start:end], tuple(each), each is statements[-1])
        for (start, end), each in zip(pairwise(bounds), statements, strict=True)
    )


def _last(statements: list[ast.stmt]) -> int:
    return max(each.end_lineno or each.lineno for each in statements)


def groups(pieces: Sequence[Piece], mentions: Sequence[Mentions]) -> list[Group]:
    """The groups of a file: the imports' own first, if there are any."""
    shared = [index for index, each in enumerate(mentions) if each.imports]
    belongs = list(range(len(pieces)))

    def root(index: int) -> int:
        while belongs[index] != index:
            belongs[index] = belongs[belongs[index]]
            index = belongs[index]
        return index

    def join(first: int, other: int) -> None:
        belongs[root(other)] = root(first)

    others = [index for index, each in enumerate(mentions) if not each.imports]
    binder: dict[str, int] = {}
    for index in others:
        for name in mentions[index].binds:
            join(binder.setdefault(name, index), index)
    changer: dict[str, int] = {}
    for index in others:
        for name in mentions[index].changes:
            join(changer.setdefault(name, index), index)
    for index in others:
        for name in mentions[index].names & binder.keys():
            join(binder[name], index)
        for name in mentions[index].attributes & changer.keys():
            join(changer[name], index)
    members: dict[int, list[int]] = {}
    for index in others:
        members.setdefault(root(index), []).append(index)
    found = [_group(pieces, shared, shared)] if shared else []
    found.extend(_group(pieces, sorted([*shared, *own]), own) for own in members.values())
    return found


def _group(pieces: Sequence[Piece], indices: list[int], own: list[int]) -> Group:
    chosen = frozenset(own)
    return Group(
        tuple(pieces[index] for index in indices),
        frozenset(at for at, index in enumerate(indices) if index in chosen),
    )


def libraries_of(pieces: Sequence[Piece]) -> frozenset[str]:
    """What the file calls the libraries whose attributes nobody sets."""
    return frozenset(
        name
        for piece in pieces
        for statement in piece.statements
        if isinstance(statement, (ast.Import, ast.ImportFrom))
        for name, symbol in bindings_of_import(statement)
        if symbol.partition(".")[0] in _LIBRARIES
    )


def mentions_of(piece: Piece, libraries: frozenset[str]) -> Mentions:
    """What a piece mentions.

    Args:
        piece: The piece.
        libraries: Names of libraries: their attributes are not counted, unless they are set.
    """
    reader = _read(piece, libraries)
    if reader.bound & libraries:
        reader = _read(piece, libraries - reader.bound)
    imports = all(_is_import(statement) for statement in piece.statements)
    return Mentions(
        frozenset(reader.binds),
        frozenset(reader.names) | example_words(piece.text),
        frozenset(reader.attributes),
        frozenset(reader.changes),
        imports,
    )


def _read(piece: Piece, libraries: frozenset[str]) -> _Reader:
    reader = _Reader(libraries)
    for statement in piece.statements:
        reader.read(statement)
    return reader


def _is_import(statement: ast.stmt) -> bool:
    """An import, or a `try` or `if` with nothing but imports and simple bindings in it."""
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return True
    if not isinstance(statement, (ast.Try, ast.If)):
        return False
    inner = [node for node in ast.walk(statement) if isinstance(node, ast.stmt)]
    simple = (ast.Import, ast.ImportFrom, ast.Try, ast.If, ast.Pass, ast.Assign, ast.Raise)
    return all(isinstance(node, simple) for node in inner) and any(
        isinstance(node, (ast.Import, ast.ImportFrom)) for node in inner
    )


class _Reader:
    """Collects the names below a statement."""

    def __init__(self, libraries: frozenset[str]) -> None:
        self.libraries = libraries
        self.bound: set[str] = set()
        self.binds: set[str] = set()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.changes: set[str] = set()

    def read(self, statement: ast.stmt) -> None:
        stack: list[tuple[ast.AST, bool]] = [(statement, True)]
        while stack:
            node, at_module = stack.pop()
            self._take(node, at_module)
            inside = at_module and not isinstance(node, _SCOPES)
            for value in node.__dict__.values():
                if value.__class__ is list:
                    stack.extend((item, inside) for item in value if isinstance(item, ast.AST))
                elif isinstance(value, ast.AST) and value._fields:
                    stack.append((value, inside))

    def _take(self, node: ast.AST, at_module: bool) -> None:
        kind = type(node)
        if kind is ast.Name:
            stored = not isinstance(node.ctx, ast.Load)  # type: ignore[attr-defined]
            self._name(node.id, stored, at_module)  # type: ignore[attr-defined]
        elif kind is ast.Attribute:
            self._attribute(node)  # type: ignore[arg-type]
        elif kind is ast.Constant:
            value = node.value  # type: ignore[attr-defined]
            if isinstance(value, str) and len(value) <= _LONGEST_REFERENCE:
                words = _WORDS.findall(value)
                self.names.update(words)
                self.attributes.update(words)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self._name(node.name, True, at_module)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            # An import within a function is known to the whole module by its name.
            self.binds.update(name for name, _ in bindings_of_import(node))
        elif isinstance(node, ast.Global):
            self.binds.update(node.names)
            self.names.update(node.names)
        elif isinstance(node, ast.keyword) and node.arg:
            self.attributes.add(node.arg)
        elif isinstance(node, ast.arg):
            self._name(node.arg, True, False)
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute):
            if not isinstance(node.ctx, ast.Load):
                self.changes.add(node.value.attr)
        else:
            self._other(node, at_module)

    def _other(self, node: ast.AST, at_module: bool) -> None:
        for field in ("name", "rest"):
            name = getattr(node, field, None)  # handlers and patterns
            if isinstance(name, str):
                self._name(name, True, at_module)

    def _name(self, name: str, stored: bool, at_module: bool) -> None:
        self.names.add(name)
        if name in _SWITCHES:
            self.changes.add(name)
            self.attributes.add(name)
        if stored:
            self.bound.add(name)
            if at_module:
                self.binds.add(name)

    def _attribute(self, node: ast.Attribute) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.attributes.add(node.attr)
            self.changes.add(node.attr)
            return
        if node.attr in _SWITCHES:
            self.attributes.add(node.attr)
            self.changes.add(node.attr)
        root: ast.AST = node
        while isinstance(root, ast.Attribute):
            root = root.value
        if isinstance(root, ast.Name) and root.id in self.libraries:
            return
        self.attributes.add(node.attr)
        if isinstance(node.value, ast.Attribute) and node.attr in _CHANGING:
            self.changes.add(node.value.attr)
