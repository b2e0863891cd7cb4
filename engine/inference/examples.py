"""What `# example:` comments say of the arguments of staged functions, walked as calls of them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from engine.inference.binding import Arguments
from engine.inference.calls import arguments_of, walk
from engine.inference.context import Origin
from engine.inference.machine import Frame, Machine
from engine.inference.staging import enter_example
from engine.inference.values import Function, Unknown, Value
from engine.syntax.examples import example_calls, has_examples

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.inference.module import Module

__all__ = ["walk_examples"]

_MOST = 3
"""Of one function."""


def walk_examples(
    machine: Machine,
    module: Module,
    frame: Frame,
    receiver: Callable[[Machine, Function, Frame], Value | None],
) -> None:
    """Walks each staged function of a file with the arguments of its examples.

    That comes last: what is found so is told apart from what is true of every call.
    """
    if not has_examples(module.source.text):
        return
    for staged in list(machine.staged_functions):
        if staged.module is module and not _is_inner(staged):
            for call in _calls(module, staged)[:_MOST]:
                arguments = _arguments(machine, call, frame)
                if _fits(staged, arguments):
                    made = receiver(machine, staged, frame)
                    with machine.known_by(Origin.EXAMPLE, call):
                        enter_example(machine, staged, made, arguments, frame.context, walk)


def _is_inner(function: Function) -> bool:
    """Whether a function is made by a call of another one: nobody can call it from outside."""
    return "<locals>" in function.qualname or isinstance(function.node, ast.Lambda)


def _calls(module: Module, function: Function) -> list[ast.Call]:
    node = function.node
    assert not isinstance(node, ast.Lambda)
    first = min(node.lineno, *(each.lineno for each in node.decorator_list), node.lineno) - 1
    return example_calls(module.source, first, (node.end_lineno or node.lineno) - 1, node.name)


def _arguments(machine: Machine, call: ast.Call, frame: Frame) -> Arguments:
    """The arguments; what happens while they are made is nobody's program."""
    events, machine.events = machine.events, {}
    try:
        return arguments_of(machine, call, frame)
    finally:
        machine.events = events


def _fits(function: Function, arguments: Arguments) -> bool:
    """Whether the call tells something, and would not be refused."""
    given = [*arguments.positional, *arguments.keywords.values()]
    if arguments.open or all(isinstance(value, Unknown) for value in given):
        return False
    args = function.node.args
    names = [arg.arg for arg in (*args.posonlyargs, *args.args)]
    if function.owner is not None and function.flavour != "static":
        names = names[1:]
    if len(arguments.positional) > len(names) and args.vararg is None:
        return False
    by_name = {arg.arg for arg in (*args.args, *args.kwonlyargs)}
    if args.kwarg is None and not arguments.keywords.keys() <= by_name:
        return False
    required = names[: len(names) - len(function.defaults)]
    return all(name in arguments.keywords for name in required[len(arguments.positional) :])
