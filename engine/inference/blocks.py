"""Names over forks: what is bound after an `if`, a loop, a `try`; what is still read later."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from weakref import WeakKeyDictionary

from engine.inference.context import Scope
from engine.inference.values import Const, Deferred, Python, Tensor, Value, join
from engine.syntax.children import children

__all__ = [
    "bound_names",
    "merge",
    "names_read",
    "own_nodes",
    "read_after",
    "read_at_head",
    "restore",
    "save",
    "widen",
]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_CLOSED = frozenset([*_FUNCTIONS, ast.ClassDef])

# The same statements are asked about again and again, for each statement before and around them.
_BOUND: WeakKeyDictionary[ast.AST, frozenset[str]] = WeakKeyDictionary()
_READ: WeakKeyDictionary[ast.AST, frozenset[str]] = WeakKeyDictionary()


def save(scope: Scope) -> tuple[dict[str, Value], set[str]]:
    """The names of a scope as they are now."""
    return dict(scope.names), set(scope.maybe)


def restore(scope: Scope, saved: tuple[dict[str, Value], set[str]]) -> None:
    """Makes the names of a scope what they were."""
    scope.names = dict(saved[0])
    scope.maybe = set(saved[1])


def merge(scope: Scope, ways: Sequence[tuple[dict[str, Value], set[str]]]) -> None:
    """Makes the names of a scope what they may be after any of the ways."""
    if not ways:
        return
    names = dict(ways[0][0])
    maybe = set(ways[0][1])
    for other, other_maybe in ways[1:]:
        maybe |= other_maybe
        for name in other.keys() - names.keys():
            maybe.add(name)
            names[name] = other[name]
        for name in names.keys() - other.keys():
            maybe.add(name)
        for name in names.keys() & other.keys():
            if names[name] is not other[name]:
                names[name] = join(_settled(names[name]), _settled(other[name]))
    scope.names = names
    scope.maybe = maybe


def _settled(value: Value) -> Value:
    """What an imported name stands for, where one of several ways has found that out."""
    return value.loaded if isinstance(value, Deferred) and value.loaded is not None else value


def widen(scope: Scope, names: Iterable[str]) -> None:
    """Forgets the exact numbers of names that a loop changes."""
    for name in names:
        value = scope.names.get(name)
        if isinstance(value, Const) and isinstance(value.value, (int, float)):
            if not isinstance(value.value, bool):
                scope.names[name] = Python(type(value.value).__name__, varying=True)
        elif isinstance(value, Tensor) and value.weak:
            scope.names[name] = Tensor(value.symbolic, value.dtype, value.dims, value.node)


def own_nodes(nodes: Iterable[ast.AST]) -> Iterable[ast.AST]:
    """All nodes below, not going into functions and classes defined there."""
    stack = list(nodes)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            stack.extend(ast.iter_child_nodes(node))


def bound_names(body: Iterable[ast.AST]) -> set[str]:
    """The names that statements bind."""
    found: set[str] = set()
    for node in body:
        found |= _bound_in(node)
    return found


def _bound_in(node: ast.AST) -> frozenset[str]:
    """The names bound in a statement, put together from those of the statements within it."""
    known = _BOUND.get(node)
    if known is None:
        found: set[str] = set()
        stack = [node]
        while stack:
            inner = stack.pop()
            kind = inner.__class__
            if kind is ast.Name:
                if inner.ctx.__class__ is not ast.Load:  # type: ignore[attr-defined]
                    found.add(inner.id)  # type: ignore[attr-defined]
            elif inner is not node and isinstance(inner, ast.stmt):
                found |= _bound_in(inner)
            else:
                _add_bound(inner, found)
                if kind not in _CLOSED:
                    stack.extend(children(inner))
        known = _BOUND[node] = frozenset(found)
    return known


def _add_bound(node: ast.AST, found: set[str]) -> None:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        found.add(node.name)
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        found.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
    elif isinstance(node, ast.ExceptHandler) and node.name:
        found.add(node.name)


def names_read(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """All names that are read below, also in functions defined there."""
    return frozenset().union(*(_read_in(node) for node in nodes))


def _read_in(node: ast.AST) -> frozenset[str]:
    """The names read in a node, put together from those of the statements within it."""
    known = _READ.get(node)
    if known is None:
        found: set[str] = set()
        stack = [node]
        while stack:
            inner = stack.pop()
            if inner.__class__ is ast.Name:
                if inner.ctx.__class__ is ast.Load:
                    found.add(inner.id)
            elif inner is not node and isinstance(inner, ast.stmt):
                found |= _read_in(inner)
            else:
                stack.extend(children(inner))
        known = _READ[node] = frozenset(found)
    return known


def read_after(node: ast.stmt, parents: dict[ast.AST, ast.AST]) -> frozenset[str]:
    """The names that are live behind a statement: read later before they are bound anew.

    A read in a following turn of a loop around the statement counts; a name that is bound first
    in the statements that follow does not.
    """
    chain: list[tuple[ast.AST, ast.AST]] = []
    child: ast.AST = node
    while True:
        parent = parents.get(child)
        if parent is None:
            break
        chain.append((child, parent))
        if isinstance(parent, (*_FUNCTIONS, ast.Module, ast.ClassDef)):
            break
        child = parent
    live: set[str] = set()
    for child, parent in reversed(chain):
        live = _live_behind(child, parent, live)
    return frozenset(live)


def read_at_head(node: ast.For | ast.AsyncFor | ast.While) -> frozenset[str]:
    """The names that a turn of a loop reads before it binds them: what one turn tells the next."""
    live = _live_before(node.body, set())
    if isinstance(node, ast.While):
        return frozenset(live | names_read([node.test]))
    return frozenset(live - bound_names([node.target]))


def _live_behind(child: ast.AST, parent: ast.AST, live: set[str]) -> set[str]:
    """What is live behind a statement, from what is live behind the one it stands in."""
    block = _block_of(child, parent)
    if block is None:
        return live
    if isinstance(parent, (ast.For, ast.While, ast.AsyncFor)) and block is parent.body:
        # The next turn may follow.
        again = _live_before(parent.body, set(live))
        if isinstance(parent, ast.While):
            again |= names_read([parent.test])
        else:
            again -= bound_names([parent.target])
        live = live | again
    elif isinstance(parent, ast.Try) and block is not parent.finalbody:
        live = live | names_read([parent])
    at = next(index for index, other in enumerate(block) if other is child)
    return _live_before(block[at + 1 :], live)


def _block_of(child: ast.AST, parent: ast.AST) -> list[ast.stmt] | None:
    for field in ("body", "orelse", "finalbody", "handlers"):
        block = getattr(parent, field, None)
        if isinstance(block, list) and any(child is other for other in block):
            return block
    return None


def _live_before(statements: Sequence[ast.stmt], after: set[str]) -> set[str]:
    live = set(after)
    for statement in reversed(statements):
        live = _live_before_one(statement, live)
    return live


def _live_before_one(statement: ast.stmt, after: set[str]) -> set[str]:
    if isinstance(statement, ast.Return):
        return set(names_read([statement]))
    if isinstance(statement, ast.Raise):
        return set(names_read([statement]))
    if isinstance(statement, ast.If):
        body = _live_before(statement.body, after)
        orelse = _live_before(statement.orelse, after)
        return body | orelse | names_read([statement.test])
    if isinstance(statement, (ast.For, ast.AsyncFor)):
        body = _live_before(statement.body, after) - bound_names([statement.target])
        return after | body | names_read([statement.iter]) | _live_before(statement.orelse, after)
    if isinstance(statement, ast.While):
        body = _live_before(statement.body, after)
        return after | body | names_read([statement.test]) | _live_before(statement.orelse, after)
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        body = _live_before(statement.body, after)
        return body | names_read(statement.items)
    if isinstance(statement, ast.Try):
        return after | names_read([statement])
    killed: set[str] = set()
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.ClassDef)):
        killed = bound_names([statement])
    return (after - killed) | names_read([statement])
