"""The parameters of a function and its `# example:` comments, from text alone."""

from __future__ import annotations

import ast
import textwrap
from typing import TYPE_CHECKING, Any

from engine.ide.examples import example_calls
from server.analysis.jobs import job

if TYPE_CHECKING:
    from engine.ide.snapshot import FunctionInfo, Snapshot

__all__ = ["signature"]


@job
def signature(snapshot: Snapshot, qualname: str) -> dict[str, Any] | None:
    """The parameters and examples of a traced function; None if there is none of that name."""
    for function in snapshot.functions:
        if function.qualname == qualname:
            return {
                "parameters": _parameters(snapshot, function),
                "examples": _examples(snapshot, function),
            }
    return None


@job
def signatures(snapshot: Snapshot) -> dict[str, Any]:
    """The same for every traced function, by qualified name."""
    return {
        function.qualname: {
            "parameters": _parameters(snapshot, function),
            "examples": _examples(snapshot, function),
        }
        for function in snapshot.functions
    }


def _parameters(snapshot: Snapshot, function: FunctionInfo) -> list[dict[str, Any]]:
    source = snapshot.source
    line_start = source.line_start(source.position(function.span.start)[0])
    indentation = source.text[line_start : function.span.start]
    before = indentation if indentation.isspace() else ""
    definition = _definition(before + source.slice(function.span))
    if definition is None:
        return []
    arguments = definition.args
    described = []
    positional = [*arguments.posonlyargs, *arguments.args]
    missing: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    for argument, default in zip(positional, [*missing, *arguments.defaults], strict=True):
        described.append(_parameter(argument, default, "positional"))
    if arguments.vararg is not None:
        described.append(_parameter(arguments.vararg, None, "*"))
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        described.append(_parameter(argument, default, "keyword"))
    if arguments.kwarg is not None:
        described.append(_parameter(arguments.kwarg, None, "**"))
    method = "." in function.qualname and "<locals>" not in function.qualname
    if method and described and described[0]["name"] in ("self", "cls"):
        del described[0]
    specs = _input_signature(definition)
    for parameter, spec in zip(described, specs, strict=False):
        parameter["spec"] = spec
    return described


def _definition(text: str) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None:
    try:
        tree = ast.parse(textwrap.dedent(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            return node
    return None


def _parameter(argument: ast.arg, default: ast.expr | None, kind: str) -> dict[str, Any]:
    return {
        "name": argument.arg,
        "annotation": ast.unparse(argument.annotation) if argument.annotation else None,
        "default": ast.unparse(default) if default is not None else None,
        "spec": None,
        "kind": kind,
    }


def _input_signature(definition: ast.AST) -> list[str]:
    """The texts of the specs in `@tf.function(input_signature=[...])`."""
    for decorator in getattr(definition, "decorator_list", ()):
        for keyword in getattr(decorator, "keywords", ()):
            if keyword.arg == "input_signature" and isinstance(
                keyword.value, (ast.List, ast.Tuple)
            ):
                return [ast.unparse(element) for element in keyword.value.elts]
    return []


def _examples(snapshot: Snapshot, function: FunctionInfo) -> list[list[str]]:
    """The arguments of the calls in `# example:` comments, one text each."""
    first, _ = snapshot.source.position(function.span.start)
    last, _ = snapshot.source.position(function.span.end)
    name = function.qualname.rpartition(".")[2]
    return [
        [
            *(ast.unparse(argument) for argument in call.args),
            *(f"{one.arg}={ast.unparse(one.value)}" for one in call.keywords if one.arg),
        ]
        for call in example_calls(snapshot.source, first, last, name)
    ]
