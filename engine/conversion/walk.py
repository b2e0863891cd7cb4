"""Walks over the statements of a function, block by block; expressions are left alone."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any, cast

import gast

__all__ = ["Blocks", "Rewrites", "Statements", "load"]

Statements = list[gast.stmt]


def load(path: str) -> Any:
    """What `construct.name` stands for; the module of the construct is imported if need be."""
    module, _, name = path.partition(".")
    return getattr(import_module(f"engine.conversion.constructs.{module}"), name)


class Rewrites(dict[type[Any], Any]):
    """What rewrites the nodes of a class: `construct.name`, imported with the first such node.

    Looking up a class that nothing rewrites answers None.
    """

    def __init__(self, paths: dict[type[Any], str]) -> None:
        super().__init__()
        self.paths = paths

    def __missing__(self, kind: type[Any]) -> Any:
        path = self.paths.get(kind)
        found = self[kind] = load(path) if path is not None else None
        return found


_BLOCKS = ("body", "orelse", "finalbody")


class Blocks:
    """Base of rewrites that change statements.

    A subclass has a method `visit_If` (and so on) for each statement it cares about; it answers
    one statement, or a list to put in its place. All other statements are walked through.
    """

    def block(self, statements: Statements) -> Statements:
        """The rewritten statements of a block.

        `after` sees each result and may say in which list all later statements go.
        """
        results: Statements = []
        target = results
        for statement in statements:
            made = self.visit(statement)
            replacement, later = self.after(made)
            if isinstance(replacement, list):
                target.extend(replacement)
            else:
                target.append(replacement)
            if later is not None:
                target = later
        return results

    def after(
        self, made: gast.stmt | Statements
    ) -> tuple[gast.stmt | Statements, Statements | None]:
        """A statement's replacement, and the list for the statements behind it (None: the same)."""
        return made, None

    def visit(self, node: gast.stmt) -> gast.stmt | Statements:
        """The replacement of a statement."""
        method = getattr(self, "visit_" + node.__class__.__name__, None)
        if method is not None:
            return cast("gast.stmt | Statements", method(node))
        self.inner(node)
        return node

    def inner(self, node: gast.stmt) -> None:
        """Rewrite the blocks of a compound statement."""
        for holder, name, statements in blocks_of(node):
            setattr(holder, name, self.block(statements))


def blocks_of(node: gast.AST) -> Iterator[tuple[Any, str, Statements]]:
    """The blocks of a statement: who holds it, under which name, and the statements."""
    fields = node.__dict__
    for name in _BLOCKS:
        value = fields.get(name)
        if value.__class__ is list and value:
            yield node, name, cast("Statements", value)
        if name == "body":
            for holder in (*fields.get("handlers", ()), *fields.get("cases", ())):
                yield holder, "body", holder.body
