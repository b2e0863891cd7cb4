"""Converted trees -> code objects, cached by the code they come from."""

from __future__ import annotations
import __future__

import ast
import functools
import operator
import threading
import weakref
from functools import cached_property
from types import CellType, CodeType, FunctionType
from typing import Any

from engine.base.source import SourceFile
from engine.base.tracebacks import install_converted
from engine.conversion.convert import ConvertedSource, convert_fresh
from engine.conversion.options import ConversionOptions
from engine.syntax.depth import deep, without_collection
from engine.syntax.errors import ConversionError
from engine.syntax.functions import FunctionSource, file_of, parse_function

__all__ = ["Factory", "converted_function", "factory_of", "is_converted_code", "is_helper"]

_FUTURES = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)


class Factory:
    """Makes converted functions from functions that share one code object.

    Attributes:
        source: The converted source, for those who want to read it.
        code: The converted code.
    """

    def __init__(
        self, source: ConvertedSource, code: CodeType | None, twin: Factory | None = None
    ) -> None:
        self.source = source
        self._twin = twin
        if code is not None:
            self.code = code

    def at(self, source: SourceFile) -> Factory:
        """The same for a file with the same text and another name."""
        return Factory(self.source.at(source), None, self)

    @cached_property
    def code(self) -> CodeType:
        """Of a twin, made when the function is first called."""
        assert self._twin is not None
        return _moved(self._twin.code, self.source.source.path)

    @cached_property
    def name(self) -> str:
        """The name of converted functions, as `tf__f`."""
        return self.source.name

    def make(self, function: FunctionType) -> FunctionType:
        """The converted form of a function: same globals, same closure cells, same defaults."""
        names = self.code.co_freevars
        closure: tuple[CellType, ...] = (_ag_cell(),) if names else ()
        if function.__closure__ is not None and names:
            cells = dict(zip(function.__code__.co_freevars, function.__closure__))
            cells["ag__"] = closure[0]
            closure = tuple([cells[name] for name in names])
        made = FunctionType(
            self.code, function.__globals__, self.name, function.__defaults__, closure
        )
        if function.__kwdefaults__:
            made.__kwdefaults__ = function.__kwdefaults__
        return made


_lock = threading.RLock()
_factories: dict[int, tuple[weakref.ref[CodeType], dict[ConversionOptions, Factory]]] = {}
_codes: dict[int, tuple[weakref.ref[CodeType], bool]] = {}


def converted_function(function: FunctionType, options: ConversionOptions) -> FunctionType:
    """The converted form of a Python function.

    Raises:
        ConversionError: If it cannot be converted.
    """
    return factory_of(function, options).make(function)


def factory_of(function: FunctionType, options: ConversionOptions) -> Factory:
    """The factory for a function's code; converts it the first time."""
    code = function.__code__
    with _lock:
        known = _factories.get(id(code))
        if known is None or known[0]() is not code:
            known = (weakref.ref(code, _forgetting(_factories, id(code))), {})
            _factories[id(code)] = known
        factory = known[1].get(options)
        if factory is None:
            factory = known[1][options] = _convert(function, options)
        return factory


def _forgetting(table: dict[int, Any], key: int) -> Any:
    def forget(reference: object) -> None:
        entry = table.get(key)
        if entry is not None and entry[0] is reference:
            del table[key]

    return forget


def _convert(function: FunctionType, options: ConversionOptions) -> Factory:
    """A new factory; that of equal code in an equal text, as a cell that runs again, is shared."""
    file = file_of(function)
    key = (function.__code__, options)
    known: Factory | None = file.text.made.get(key)
    if known is not None:
        return known if known.source.source.path == file.path else known.at(file.source)
    with without_collection():
        source = deep(convert_source, parse_function(function), options)
        made = Factory(source, compile_converted(source, function.__code__))
    file.text.made[key] = made
    return made


def convert_source(found: FunctionSource, options: ConversionOptions) -> ConvertedSource:
    """The converted source of a function that was found in its file."""
    return convert_fresh(found.tree(), found.source, options, found.file.text.names)


def compile_converted(source: ConvertedSource, original: CodeType | None = None) -> CodeType:
    """Compile converted source, with the user's file and lines.

    Args:
        source: The converted function.
        original: The code of the user's function; None where only the check counts.

    Raises:
        ConversionError: If Python refuses the generated code.
    """
    free = list(original.co_freevars) if original is not None else []
    flags = original.co_flags & _FUTURES if original is not None else 0
    try:
        outer = deep(_compile, source, free, flags)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        message = getattr(error, "msg", None) or str(error)
        raise ConversionError(
            f"{source.source.path}: the generated code is not accepted by Python: {message}"
        ) from None
    factory = _inner(outer)
    code = _inner(factory)
    name = original.co_name if original is not None else code.co_name
    return _renamed(code, name, helper=False)


def _compile(source: ConvertedSource, free: list[str], flags: int) -> CodeType:
    module: Any = _wrap(source, free)
    path = source.source.path
    return compile(module, path, "exec", flags=flags, dont_inherit=True)


def _wrap(source: ConvertedSource, free: list[str]) -> ast.AST:
    """The definition inside a function whose parameters are its free variables."""
    definition: Any = source.tree
    definition.type_params = []
    module = ast.parse(f"def outer({', '.join(('ag__', *free))}): pass")
    module.body[0].body = [definition]  # type: ignore[attr-defined]
    return module


def _inner(code: CodeType) -> CodeType:
    return next(one for one in reversed(code.co_consts) if isinstance(one, CodeType))


_HELPERS = ("get_state", "set_state", "if_body", "else_body", "loop_body", "loop_test",
            "extra_test")  # fmt: skip


def _renamed(code: CodeType, name: str, helper: bool) -> CodeType:
    """The code, with the functions made from blocks named like the user's function.

    So tracebacks speak of the user's function alone.
    """
    constants = []
    for one in code.co_consts:
        if isinstance(one, CodeType):
            made_here = one.co_name.rstrip("0123456789").rstrip("_") in _HELPERS
            one = _renamed(one, name if made_here else one.co_name, made_here)  # noqa: PLW2901
        constants.append(one)
    changes: dict[str, Any] = {"co_consts": tuple(constants), "co_name": name}
    if hasattr(code, "co_qualname"):
        changes["co_qualname"] = name
    return _noted(code.replace(**changes), helper)


def _moved(code: CodeType, path: str) -> CodeType:
    """The code, as if it came from a file of another name."""
    constants = tuple(
        [_moved(one, path) if isinstance(one, CodeType) else one for one in code.co_consts]
    )
    return _noted(code.replace(co_consts=constants, co_filename=path), is_helper(code))


def _noted(code: CodeType, helper: bool) -> CodeType:
    _codes[id(code)] = (weakref.ref(code, _forgetting(_codes, id(code))), helper)
    return code


def _kind_of(code: CodeType) -> bool | None:
    """None: not made by conversion; True: made from a block of a user's function."""
    known = _codes.get(id(code))
    return known[1] if known is not None and known[0]() is code else None


def is_helper(code: CodeType) -> bool:
    """Whether code was made from a block of a user's function."""
    return bool(_kind_of(code))


def is_converted_code(code: CodeType) -> bool:
    """Whether code was made by conversion."""
    return _kind_of(code) is not None


install_converted(_kind_of)


@functools.lru_cache(maxsize=1)
def _ag_cell() -> CellType:
    from engine.conversion.ag import ag__

    return CellType(ag__)
