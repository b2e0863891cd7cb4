"""`FILE:FUNCTION` on the command line."""

from __future__ import annotations

import ast
import difflib
from dataclasses import dataclass
from pathlib import Path

from engine.cli.failure import fail

__all__ = ["Target", "check_function", "read_target"]


@dataclass(frozen=True)
class Target:
    """A file that was read, and perhaps the name of a function in it."""

    path: str
    text: str
    function: str | None


def read_target(given: str) -> Target:
    """The file and function that an argument names; without the file the command ends."""
    from engine.base.reading import Unreadable, read_source

    path, function = given, None
    if not Path(given).exists() and ":" in given:
        path, _, function = given.rpartition(":")
    try:
        return Target(path, read_source(Path(path)), function or None)
    except OSError as error:
        fail(f"{path}: {error.strerror or error}")
    except Unreadable as error:
        fail(f"{path}: {error}")


def check_function(target: Target) -> None:
    """Ends the command where a sound file has no such function, with what it has instead."""
    from engine.syntax.parse import parse

    parsed = parse(target.text, target.path)
    if parsed.python_tree is None or target.function is None or not parsed.complete:
        return
    known, bound = _names(parsed.python_tree)
    wanted = target.function.replace(".<locals>", "")
    if wanted in known or wanted.split(".")[0] in bound or "*" in bound:
        return
    near = difflib.get_close_matches(wanted, known, 1)
    if near:
        hint = f"; did you mean {near[0]}?"
    elif known:
        hint = f"; it has {', '.join(known[:8])}{' and others' if len(known) > 8 else ''}"
    else:
        hint = ""
    fail(f"{target.path}: there is no function '{target.function}' in this file{hint}")


def _names(tree: ast.Module) -> tuple[list[str], set[str]]:
    """The qualified names of functions, and the names that come into being in another way."""
    functions: list[str] = []
    bound: set[str] = set()
    stack: list[tuple[ast.AST, str]] = [(tree, "")]
    while stack:
        node, prefix = stack.pop()
        for child in ast.iter_child_nodes(node):
            inner = prefix
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                if not isinstance(child, ast.ClassDef):
                    functions.append(prefix + child.name)
                inner = f"{prefix}{child.name}."
            elif isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
                bound.add(child.id)
            elif isinstance(child, (ast.Import, ast.ImportFrom)):
                bound.update((a.asname or a.name).split(".")[0] for a in child.names)
            stack.append((child, inner))
    return sorted(functions), bound
