"""A file can be read in one go, a function on one screen."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.repository import SOURCES, is_generated, read, tracked_files

MOST_LINES_OF_A_FILE = 500
MOST_LINES_OF_A_FUNCTION = 60


def sources() -> Iterator[Path]:
    """Source files that people write."""
    for path in tracked_files():
        if path.suffix in SOURCES and "fixtures" not in path.parts and not is_generated(path):
            yield path


def test_files_are_short():
    lengths = {str(path): read(path).count("\n") for path in sources()}
    assert {path: n for path, n in lengths.items() if n > MOST_LINES_OF_A_FILE} == {}


def test_functions_fit_on_a_screen():
    long = {}
    for path in sources():
        if path.suffix != ".py":
            continue
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1 - doc_lines(node)
                if lines > MOST_LINES_OF_A_FUNCTION:
                    long[f"{path}:{node.lineno} {node.name}"] = lines
    assert long == {}


def doc_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The length of a docstring: explaining costs nothing."""
    if ast.get_docstring(function) is None:
        return 0
    first = function.body[0]
    return (first.end_lineno or first.lineno) - first.lineno + 1


def test_every_module_says_what_is_in_it():
    silent = [
        str(path)
        for path in sources()
        if path.suffix == ".py"
        and read(path).strip()
        and not ast.get_docstring(ast.parse(read(path)))
    ]
    assert silent == []
