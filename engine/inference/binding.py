"""Put the arguments of a call in the place of a function's parameters."""

from __future__ import annotations

import ast
from weakref import WeakKeyDictionary

from engine.inference.values import (
    UNKNOWN,
    Const,
    Container,
    Function,
    Python,
    Tensor,
    Unknown,
    Value,
)
from engine.syntax.children import children

__all__ = ["Arguments", "bind", "blind_values", "parameters", "unknown_parameter"]


class Arguments:
    """The arguments of a call; `open` says that there may be more that nobody can name."""

    __slots__ = ("keywords", "open", "positional")

    def __init__(
        self, positional: list[Value], keywords: dict[str, Value], open: bool = False
    ) -> None:
        self.positional = positional
        self.keywords = keywords
        self.open = open


def parameters(node: ast.AST) -> list[ast.arg]:
    """All parameters of a function in the order of their values."""
    args: ast.arguments = node.args  # type: ignore[attr-defined]
    found = [*args.posonlyargs, *args.args]
    if args.vararg:
        found.append(args.vararg)
    found.extend(args.kwonlyargs)
    if args.kwarg:
        found.append(args.kwarg)
    return found


def bind(function: Function, call: Arguments) -> dict[str, Value]:
    """What each parameter is in a call; the default, or unknown, where nothing was given."""
    args = function.node.args
    names = [arg.arg for arg in (*args.posonlyargs, *args.args)]
    found: dict[str, Value] = {}
    positional = list(call.positional)
    keywords = dict(call.keywords)
    if function.fixed is not None:
        positional = [*function.fixed[0], *positional]
        keywords = {**function.fixed[1], **keywords}
    if function.receiver is not None:
        positional.insert(0, function.receiver)
    found.update(zip(names, positional))
    if args.vararg:
        found[args.vararg.arg] = Container("tuple", positional[len(names) :])
    first_default = len(names) - len(function.defaults)
    for index, name in enumerate(names):
        if name in found:
            continue
        if name in keywords:
            found[name] = keywords.pop(name)
        elif call.open:
            found[name] = UNKNOWN
        elif index >= first_default:
            found[name] = function.defaults[index - first_default]
        else:
            found[name] = UNKNOWN
    for arg, default in zip(args.kwonlyargs, function.kw_defaults):
        given = keywords.pop(arg.arg, None)
        if given is not None:
            found[arg.arg] = given
        else:
            found[arg.arg] = UNKNOWN if default is None or call.open else default
    if args.kwarg:
        rest = Container("dict", list(keywords.values()), None, None, list(keywords))
        found[args.kwarg.arg] = rest
    return found


_ANNOTATED = {"int": "int", "float": "float", "bool": "bool", "str": "str", "bytes": "bytes"}


def unknown_parameter(
    function: Function, arg: ast.arg, default: Value | None, entry: bool
) -> Value:
    """What a parameter may be where no call is known: by annotation, default and use.

    Args:
        function: The function.
        arg: Its parameter.
        default: The value of its default, if it has one.
        entry: Whether the function is staged, so that arrays arrive as tensors.
    """
    annotation = ast.unparse(arg.annotation) if arg.annotation is not None else ""
    annotation = annotation.strip("'\"")
    if annotation in _ANNOTATED:
        return Python(_ANNOTATED[annotation])
    if annotation.endswith("Tensor") and annotation.count(".") <= 1 and entry:
        made = Tensor(True, node=arg)
        made.hinted = True
        return made
    if isinstance(default, Const) and isinstance(default.value, (bool, str)):
        return Python(type(default.value).__name__)
    if entry and not annotation and _used_as_tensor(function.node, arg.arg):
        return Tensor(True, node=arg)
    return Unknown(arg.arg if entry else "")


def blind_values(function: Function, entry: bool) -> dict[str, Value]:
    """What the parameters of a method may be where no call is known, the first one left out."""
    args = function.node.args
    names = [*args.posonlyargs, *args.args]
    defaults = [None] * (len(names) - len(function.defaults)) + list(function.defaults)
    return {
        arg.arg: unknown_parameter(function, arg, default, entry)
        for arg, default in list(zip(names, defaults))[1:]
    }


def _used_as_tensor(node: ast.AST, name: str) -> bool:
    """Whether a parameter is asked for what only tensors and arrays have."""
    return name in _shaped_names(node)


# Weakly, so that the trees of earlier versions of a text are not kept.
_shaped: WeakKeyDictionary[ast.AST, frozenset[str]] = WeakKeyDictionary()


def _shaped_names(node: ast.AST) -> frozenset[str]:
    known = _shaped.get(node)
    if known is None:
        found: set[str] = set()
        stack = [node]
        while stack:
            child = stack.pop()
            if isinstance(child, ast.Attribute) and child.attr in _SHAPES:
                if isinstance(child.value, ast.Name):
                    found.add(child.value.id)
            stack.extend(children(child))
        known = _shaped[node] = frozenset(found)
    return known


_SHAPES = ("shape", "get_shape", "set_shape")
