"""Function objects -> their source file and tree."""

from __future__ import annotations

import ast
import inspect
import linecache
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from types import CodeType
from typing import Any, cast

import gast

from engine.base.source import SourceFile
from engine.syntax.depth import deep
from engine.syntax.errors import InaccessibleSourceError
from engine.syntax.names import bound_at_top
from engine.syntax.parse import parse
from engine.syntax.trees import from_python

__all__ = ["FunctionSource", "file_of", "parse_function"]

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Text:
    """One text that functions come from, under whatever names it is saved.

    Attributes:
        tree: What could be read of it.
        made: What others make of its functions and want to keep as long as the text is kept.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.made: dict[Any, Any] = {}

    @cached_property
    def definitions(self) -> dict[int, list[Definition]]:
        """Functions and lambdas by their first line, decorators included."""
        found: dict[int, list[Definition]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                found.setdefault(first, []).append(node)
            elif isinstance(node, ast.Lambda):
                found.setdefault(node.lineno, []).append(node)
        return found

    @cached_property
    def names(self) -> frozenset[str]:
        """Names that the file binds at its top."""
        return bound_at_top(self.tree)


class File:
    """One version of a file that functions come from.

    Attributes:
        path: Its name.
        text: What it holds, shared by files that hold the same.
    """

    def __init__(self, path: str, characters: str, text: Text) -> None:
        self.path = path
        self.characters = characters
        self.text = text

    @cached_property
    def source(self) -> SourceFile:
        """The file's text with its lines."""
        return SourceFile(self.path, self.characters)


@dataclass(frozen=True)
class FunctionSource:
    """Where a function comes from.

    Attributes:
        file: The file, shared by all functions of it.
        definition: The function's tree.
    """

    file: File
    definition: Definition

    @property
    def source(self) -> SourceFile:
        """The file's text."""
        return self.file.source

    def tree(self) -> gast.FunctionDef | gast.Lambda:
        """A fresh `gast` tree of the function, which the caller may change."""
        return cast("gast.FunctionDef | gast.Lambda", deep(from_python, self.definition))


_KEPT = 128
"""Files, and texts, that are kept to be asked again."""

_files: dict[str, File] = {}
_texts: dict[str, Text] = {}
_lock = threading.Lock()


def parse_function(function: Any) -> FunctionSource:
    """The source of a function, lambda or method.

    Args:
        function: Something with a code object.

    Raises:
        InaccessibleSourceError: If there is no source text, it has changed since, or it holds
            several lambdas that cannot be told apart. The message says what to do.
    """
    function = inspect.unwrap(function, stop=lambda one: hasattr(one, "__code__"))
    file = file_of(function)
    code = _code_of(function)
    candidates = file.text.definitions.get(code.co_firstlineno, [])
    return FunctionSource(file, _choose(candidates, code, function))


def _code_of(function: Any) -> CodeType:
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    if not isinstance(code, CodeType):
        raise InaccessibleSourceError(f"{function!r} has no Python source: it is no function")
    return code


def file_of(function: Any) -> File:
    """The file that a function comes from, as it is now.

    Raises:
        InaccessibleSourceError: If it cannot be read, or not as Python.
    """
    code = _code_of(function)
    path = code.co_filename
    with _lock:
        linecache.checkcache(path)
        characters = "".join(linecache.getlines(path, getattr(function, "__globals__", None)))
        known = _files.get(path)
        if known is not None and known.characters == characters:
            return known
        if not characters:
            raise InaccessibleSourceError(
                f"the source code of {_title(code)} is not available: it was defined in "
                f"{path}. Define it in a file or a notebook cell"
            )
        text = _texts.get(characters)
        if text is None:
            text = _texts[characters] = _read(characters, path)
        file = _files[path] = File(path, characters, text)
        for table in (_files, _texts):
            if len(table) > _KEPT:
                del table[next(iter(table))]
        return file


def _read(characters: str, path: str) -> Text:
    parsed = parse(characters, path)
    if parsed.python_tree is None:
        raise InaccessibleSourceError(
            f"{path} cannot be read as Python any more: {parsed.errors[0].message}"
        )
    return Text(parsed.python_tree)


def _title(code: CodeType) -> str:
    if code.co_name == "<lambda>":
        return f"the lambda of line {code.co_firstlineno}"
    return f"function '{code.co_name}'"


def _choose(candidates: list[Definition], code: CodeType, function: Any) -> Definition:
    if code.co_name == "<lambda>":
        return _choose_lambda([one for one in candidates if isinstance(one, ast.Lambda)], code)
    named = [
        one for one in candidates if not isinstance(one, ast.Lambda) and one.name == code.co_name
    ]
    if not named:
        raise InaccessibleSourceError(
            f"{code.co_filename}:{code.co_firstlineno}: function '{code.co_name}' is not there "
            "any more: the file has changed since it was loaded. Load it again"
        )
    return named[0]


def _choose_lambda(candidates: list[ast.Lambda], code: CodeType) -> ast.Lambda:
    """The lambda with this very code; equal ones are equal in what they do."""
    if len(candidates) == 1:
        return candidates[0]
    fitting = [one for one in candidates if _parameters(one) == _variables(code)]
    placed = [one for one in fitting if _holds(one, code)] or fitting
    same = [one for one in placed if _compiles_to(one, code)] or placed
    if len({ast.dump(one) for one in same}) == 1:
        return same[0]
    where = f"{code.co_filename}:{code.co_firstlineno}"
    if not candidates:
        raise InaccessibleSourceError(
            f"{where}: the lambda is not there any more: the file has changed since it was "
            "loaded. Load it again"
        )
    raise InaccessibleSourceError(
        f"{where}: there are {len(candidates)} lambdas on this line that cannot be told apart. "
        "Put each on a line of its own, or give them different parameters"
    )


def _parameters(node: ast.Lambda) -> list[str]:
    arguments = node.args
    names = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    names += [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    return [one.arg for one in names]


def _variables(code: CodeType) -> list[str]:
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    return list(code.co_varnames[:count])


def _holds(node: ast.Lambda, code: CodeType) -> bool:
    """Whether the code's positions lie in the lambda's body; True where Python keeps none."""
    positions = getattr(code, "co_positions", None)
    if positions is None:
        return True
    body = node.body
    start = (body.lineno, body.col_offset)
    end = (body.end_lineno or body.lineno, body.end_col_offset or 0)
    found = [
        (line, column)
        for line, _, column, _ in cast("Iterator[tuple[Any, Any, Any, Any]]", positions())
        if line is not None and column is not None and (line, column) != (node.lineno, 0)
    ]
    return bool(found) and all(start <= place <= end for place in found[-1:])


def _compiles_to(node: ast.Lambda, code: CodeType) -> bool:
    try:
        made = compile(ast.Expression(node), code.co_filename, "eval", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return False
    inner = next((one for one in made.co_consts if isinstance(one, CodeType)), None)
    if inner is None:
        return False
    constants, wanted = _constants(inner), _constants(code)
    return (
        inner.co_names == code.co_names and constants == wanted
        if code.co_freevars
        else inner.co_code == code.co_code
        and inner.co_names == code.co_names
        and constants == wanted
    )


def _constants(code: CodeType) -> list[object]:
    """A function's constants, without inner functions and, as on Python 3.10, their full names."""
    return [
        one
        for one in code.co_consts
        if not isinstance(one, CodeType) and not (isinstance(one, str) and "<locals>" in one)
    ]
