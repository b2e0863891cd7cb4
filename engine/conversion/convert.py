"""Trees, texts and functions -> converted source and converted functions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection
from functools import cached_property, lru_cache
from typing import Any

import gast

from engine.base.source import SourceFile
from engine.conversion.options import ConversionOptions, options_for
from engine.syntax.depth import deep, without_collection
from engine.syntax.errors import ConversionError
from engine.syntax.names import bound_at_top
from engine.syntax.parse import Parsed, parse
from engine.syntax.trees import copy_tree, from_python, into_python
from engine.syntax.unparse import line_map

__all__ = ["ConvertedSource", "convert", "convert_tree", "find_function", "graph_code"]


class ConvertedSource:
    """A function in AutoGraph's dialect.

    Attributes:
        tree: The definition of the converted function, with the user's positions.
        source: The file that the function is in.
    """

    def __init__(
        self, tree: ast.FunctionDef | ast.Assign, source: SourceFile,
        twin: ConvertedSource | None = None,
    ) -> None:  # fmt: skip
        self.tree = tree
        self.source = source
        self._twin = twin

    def at(self, source: SourceFile) -> ConvertedSource:
        """The same for a file with the same text and another name."""
        return ConvertedSource(self.tree, source, self)

    @property
    def name(self) -> str:
        """The converted function's name, as `tf__f`."""
        tree: Any = self.tree
        if isinstance(tree, ast.FunctionDef):
            return tree.name
        return tree.targets[0].id

    @cached_property
    def text(self) -> str:
        """The source, as `tf.autograph.to_code` shows it."""
        if self._twin is not None:
            return self._twin.text
        with without_collection():
            return deep(ast.unparse, self.tree) + "\n"

    @cached_property
    def source_map(self) -> tuple[tuple[int, int], ...]:
        """Pairs of 0-based lines: line of `text`, and the user's line it comes from."""
        return line_map(self.tree, self.text)


def convert_tree(
    function: gast.FunctionDef | gast.Lambda,
    source: SourceFile,
    options: ConversionOptions | None = None,
    taken: Collection[str] = (),
) -> ConvertedSource:
    """Convert a function's tree, which is left as it is.

    Args:
        function: A function or lambda of the file.
        source: The file.
        options: What is asked for; by default what `tf.function` asks for.
        taken: Names bound in the module: generated names are none of them.

    Raises:
        ConversionError: If the function cannot be converted; names file and line.
    """
    with without_collection():
        return deep(
            lambda: convert_fresh(copy_tree(function), source, options or options_for(), taken)
        )


def convert_fresh(
    function: gast.FunctionDef | gast.Lambda,
    source: SourceFile,
    options: ConversionOptions,
    taken: Collection[str],
) -> ConvertedSource:
    """As `convert_tree`, for a tree that nobody else uses: it is changed."""
    from engine.conversion.pipeline import convert_function

    if not isinstance(function, (gast.FunctionDef, gast.Lambda)):
        raise ConversionError(
            f"{source.path}:{getattr(function, 'lineno', 1)}: only functions and lambdas can be "
            f"converted, not {type(function).__name__}"
        )
    made: Any = into_python(convert_function(function, options, taken))
    return ConvertedSource(made, source)


def graph_code(
    text: str,
    path: str,
    qualname: str,
    options: ConversionOptions | None = None,
    parsed: Parsed | None = None,
) -> ConvertedSource:
    """The graph code of a function, straight from the text of its file.

    Args:
        text: The whole file; need not be saved.
        path: Its name, for messages.
        qualname: The function, as `step` or `Model.call` or `outer.<locals>.inner`.
        options: What is asked for; by default what `tf.function` asks for.
        parsed: The tree of the text, where it has been read already.

    Raises:
        ConversionError: If there is no such function, or it cannot be converted.
    """
    parsed = parsed or _parsed(text, path)
    function = find_function(parsed, qualname)
    if function is None:
        raise ConversionError(f"{path}: there is no function '{qualname}' in this file")
    from engine.conversion.compiled import compile_converted

    with without_collection():
        made = deep(
            lambda: convert_fresh(
                copy_tree(function), parsed.source, options or options_for(), module_names(parsed)
            )
        )
        compile_converted(made)
    return made


_parsed = lru_cache(maxsize=4)(parse)
"""Editors ask for one function after the other of the same text."""


def module_names(parsed: Parsed) -> frozenset[str]:
    """The names that a file binds at its top."""
    return bound_at_top(parsed.python_tree) if parsed.python_tree is not None else frozenset()


def find_function(parsed: Parsed, qualname: str) -> Any:
    """The tree of the last definition of a function; None where there is none.

    Only that function is made a `gast` tree: for a whole file that takes ten times as long.
    """
    found: Any = parsed.python_tree
    for name in qualname.replace(".<locals>", "").split("."):
        if found is None:
            return None
        found = _defined_in(found.body, name)
    if not isinstance(found, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    return deep(from_python, found)


def _defined_in(statements: list[Any], name: str) -> Any:
    result: Any = None
    for statement in statements:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if statement.name == name:
                result = statement
            continue
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(statement, part, None)
            if isinstance(inner, list):
                result = _defined_in(inner, name) or result
    return result


def convert(
    function: Callable[..., Any], options: ConversionOptions | None = None
) -> Callable[..., Any]:
    """A function that runs `function` converted; see `engine.conversion.api.convert`."""
    from engine.conversion.api import convert as convert_callable

    return convert_callable(function, options)
