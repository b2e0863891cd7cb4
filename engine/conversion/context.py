"""What the rewrites of one function share, and the survey that makes it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import gast

from engine.conversion.options import STANDARD, ConversionOptions
from engine.syntax.errors import UnsupportedLanguageElementError
from engine.syntax.names import Namer

__all__ = ["Context", "refuse_walrus", "survey"]

Stack = list[tuple[Any, bool]]


@dataclass(eq=False)
class Context:
    """One conversion.

    Attributes:
        options: What was asked for.
        namer: Makes names that are not taken.
        reserved: Every word of the function; generated names are none of them.
        names: Names read by the user's own code; only those reads are guarded by `ag__.ld`.
        lambdas: The user's own lambdas.
        scope_names: By function: the name of its `FunctionScope`.
        loop_options: By loop: the arguments of its `set_loop_options`.
        walrus: Whether there are assignment expressions.
        kinds: The classes of its nodes.
    """

    options: ConversionOptions = STANDARD
    namer: Namer = field(default_factory=Namer)
    reserved: Collection[str] = frozenset()
    names: set[gast.AST] = field(default_factory=set)
    lambdas: set[gast.AST] = field(default_factory=set)
    scope_names: dict[gast.AST, str] = field(default_factory=dict)
    loop_options: dict[gast.AST, gast.Dict] = field(default_factory=dict)
    walrus: bool = False
    kinds: set[type[gast.AST]] = field(default_factory=set)

    def fresh(self, root: str) -> str:
        """A name that the function does not use."""
        return self.namer.fresh(root, self.reserved)


def survey(tree: gast.AST, options: ConversionOptions, taken: Collection[str] = ()) -> Context:
    """Look once over a function: refuse what cannot be converted, note whose names are whose.

    Args:
        tree: The function or lambda.
        options: What was asked for.
        taken: Names of the module around it.

    Raises:
        UnsupportedLanguageElementError: If the function cannot be converted.
    """
    context = Context(options, Namer(taken))
    reserved: set[str] = set()
    kinds = context.kinds
    stack: Stack = [(tree, False)]
    while stack:
        node, guarded = stack.pop()
        kind = node.__class__
        kinds.add(kind)
        if kind is gast.Name:
            reserved.add(node.id)
            if guarded and node.ctx.__class__ is gast.Load:
                context.names.add(node)
            if node.annotation is not None:
                stack.append((node.annotation, False))
            continue
        if kind is gast.FunctionDef:
            reserved.add(node.name)
            _push_function(stack, node)
            continue
        if kind is gast.ExceptHandler:
            _push(stack, [node.type, node.name], False)
            _push(stack, node.body, guarded)
            continue
        if kind is gast.Lambda:
            context.lambdas.add(node)
        elif kind is gast.Attribute:
            reserved.add(node.attr)
        elif kind is gast.NamedExpr:
            context.walrus = True
        elif kind is gast.Nonlocal or kind is gast.Global:
            reserved.update(node.names)
        _refuse(node, kind)
        for value in node.__dict__.values():
            if value.__class__ is list:
                _push(stack, value, guarded)
            elif isinstance(value, gast.AST):
                stack.append((value, guarded))
    context.reserved = reserved
    return context


def _push(stack: Stack, nodes: Sequence[Any], guarded: bool) -> None:
    stack.extend((node, guarded) for node in nodes if isinstance(node, gast.AST))


def _push_function(stack: Stack, node: gast.FunctionDef) -> None:
    """Reads in decorators and annotations are not guarded; those in defaults and body are."""
    arguments = node.args
    _push(stack, node.body, True)
    _push(stack, [*arguments.defaults, *arguments.kw_defaults], True)
    _push(stack, [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs], False)
    _push(stack, [arguments.vararg, arguments.kwarg, node.returns], False)
    _push(stack, node.decorator_list, False)


def _refuse(node: gast.AST, kind: type[gast.AST]) -> None:
    check = _CHECKS.get(kind)
    if check is None:
        return
    message = check(node)
    if message:
        line = getattr(node, "lineno", 0)
        raise UnsupportedLanguageElementError(f"{message} (line {line})" if line else message)


def _private(node: gast.Attribute) -> str:
    if node.attr.startswith("__") and not node.attr.endswith("__"):
        return (
            f"mangled names are not yet supported: '{node.attr}'; "
            "name the attribute with one underscore"
        )
    return ""


def _loop_else(word: str) -> str:
    return (
        f"{word}/else statement not yet supported; set a flag before `break` and test it "
        "after the loop"
    )


def _match(node: gast.Match) -> str:
    subjects: list[gast.AST] = [node.subject]
    for case in node.cases:
        subjects.append(case.pattern)
        if case.guard is not None:
            subjects.append(case.guard)
    for subject in subjects:
        if any(isinstance(part, gast.Name) for part in gast.walk(subject)):
            return "match statement not yet supported; write it with `if` and `elif`"
    return ""


_GENERATOR = "generators are not supported; collect the values in a list or a tf.TensorArray"
_ASYNC = "async functions are not supported"
_WALRUS = "assignment expressions are not supported here; assign on a line of its own"


def refuse_walrus(tree: gast.AST) -> None:
    """Refuse `:=`, except where it is all of a test, an iterable or a lambda, as TensorFlow does.

    Raises:
        UnsupportedLanguageElementError: If there is one elsewhere.
    """
    allowed: set[gast.AST] = set()
    for node in gast.walk(tree):
        for name in ("test", "iter", "body"):
            part = getattr(node, name, None)
            if isinstance(part, gast.NamedExpr) and not isinstance(node, gast.IfExp):
                allowed.add(part)
        if isinstance(node, gast.NamedExpr) and node not in allowed:
            raise UnsupportedLanguageElementError(f"{_WALRUS} (line {node.lineno})")


_CHECKS = {
    gast.Attribute: _private,
    gast.For: lambda node: _loop_else("for") if node.orelse else "",
    gast.While: lambda node: _loop_else("while") if node.orelse else "",
    gast.Yield: lambda node: _GENERATOR,
    gast.YieldFrom: lambda node: _GENERATOR,
    gast.Await: lambda node: _ASYNC,
    gast.AsyncFor: lambda node: _ASYNC,
    gast.AsyncWith: lambda node: _ASYNC,
    gast.AsyncFunctionDef: lambda node: _ASYNC,
    gast.Match: _match,
}
