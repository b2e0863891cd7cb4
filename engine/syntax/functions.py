"""Function objects -> their source file and tree."""

from __future__ import annotations

import ast
import inspect
import linecache
import threading
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
    def definitions(self) -> dict[int, list[ast.FunctionDef | ast.AsyncFunctionDef]]:
        """Functions by their first line, decorators included."""
        found: dict[int, list[ast.FunctionDef | ast.AsyncFunctionDef]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                found.setdefault(first, []).append(node)
        return found

    @cached_property
    def lambdas(self) -> list[ast.Lambda]:
        """All lambdas."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Lambda)]

    def lambdas_around(self, line: int) -> list[ast.Lambda]:
        """The lambdas that `line` is a part of."""
        return [one for one in self.lambdas if one.lineno <= line <= (one.end_lineno or line)]

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
    return FunctionSource(file, _choose(file.text, code))


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
            raise _no_source(code)
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


def _no_source(code: CodeType) -> InaccessibleSourceError:
    return InaccessibleSourceError(
        f"the source code of {_title(code)} is not available: it was defined in "
        f"{code.co_filename}. Define it in a file or a notebook cell"
    )


def _title(code: CodeType) -> str:
    if code.co_name == "<lambda>":
        return f"the lambda of line {code.co_firstlineno}"
    return f"function '{code.co_name}'"


def _choose(text: Text, code: CodeType) -> Definition:
    line = code.co_firstlineno
    if code.co_name == "<lambda>":
        return _choose_lambda(text.lambdas_around(line), code)
    named = [one for one in text.definitions.get(line, []) if one.name == code.co_name]
    if not named:
        # Python 3.13 keeps the text of `python -c` as that of "<string>", which is what `exec`
        # calls its own text as well.
        if code.co_filename == "<string>":
            raise _no_source(code)
        raise InaccessibleSourceError(
            f"{code.co_filename}:{code.co_firstlineno}: function '{code.co_name}' is not there "
            "any more: the file has changed since it was loaded. Load it again"
        )
    return named[0]


def _choose_lambda(candidates: list[ast.Lambda], code: CodeType) -> ast.Lambda:
    """The one lambda around the line with these parameters; bodies do not tell lambdas apart."""
    if len(candidates) == 1:
        return candidates[0]
    fitting = [one for one in candidates if _parameters(one) == _variables(code)]
    if len(fitting) == 1:
        return fitting[0]
    where = f"{code.co_filename}:{code.co_firstlineno}"
    if not fitting:
        raise InaccessibleSourceError(
            f"{where}: the lambda is not there any more: the file has changed since it was "
            "loaded. Load it again"
        )
    raise InaccessibleSourceError(
        f"{where}: there are {len(fitting)} lambdas on this line that cannot be told apart: found "
        "multiple definitions with identical signatures at the location. Put each on a line of "
        "its own, or give them different parameters"
    )


_Names = tuple[list[str], list[str], bool, bool]
"""Positional parameters, all others, and whether there are `*args` and `**kwargs`."""


def _parameters(node: ast.Lambda) -> _Names:
    arguments = node.args
    positional = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    starred = [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    others = [one.arg for one in (*arguments.kwonlyargs, *starred)]
    return positional, others, arguments.vararg is not None, arguments.kwarg is not None


def _variables(code: CodeType) -> _Names:
    args, kwargs = (bool(code.co_flags & flag) for flag in (_VARARGS, _VARKEYWORDS))
    count = code.co_argcount
    stop = count + code.co_kwonlyargcount + args + kwargs
    return list(code.co_varnames[:count]), list(code.co_varnames[count:stop]), args, kwargs


_VARARGS, _VARKEYWORDS = inspect.CO_VARARGS, inspect.CO_VARKEYWORDS
