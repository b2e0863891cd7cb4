"""Interpret a module: everything that runs, staged or not, from the text alone."""

from __future__ import annotations

import ast

from engine.base.source import SourceFile
from engine.inference.attributes import attribute, sample_of
from engine.inference.binding import Arguments, bind, blind_values, unknown_parameter
from engine.inference.calls import call, call_value, walk
from engine.inference.context import Context, Origin, Staging
from engine.inference.examples import walk_examples
from engine.inference.expressions import EXPRESSIONS
from engine.inference.machine import Frame, Machine
from engine.inference.module import Module, Workspace
from engine.inference.staging import enter_blind, trace
from engine.inference.statements import STATEMENTS, assign
from engine.inference.values import ClassValue, Function, Instance, Value
from engine.syntax.depth import deep, without_collection
from engine.syntax.parse import Parsed, parse

__all__ = ["interpret", "new_machine"]

# Methods that Keras stages, by the kind of class they belong to.
_KERAS_METHODS = {
    "model": ("call", "train_step", "test_step", "predict_step", "compute_loss"),
    "layer": ("call",),
    "loss": ("call",),
    "metric": ("update_state", "result"),
}


def new_machine(workspace: Workspace, keras: int) -> Machine:
    """A machine with all its handlers."""
    machine = Machine(workspace, keras)
    machine.expressions = {**EXPRESSIONS, ast.Call: call, ast.Attribute: attribute}
    machine.statements = STATEMENTS
    machine.assignment = assign
    machine.calling = call_value
    machine.walking = walk
    return machine


def interpret(
    source: SourceFile,
    workspace: Workspace | None = None,
    keras: int = 3,
    parsed: Parsed | None = None,
) -> tuple[Module, Machine]:
    """Walks a module and all functions in it; the events are in the machine.

    Args:
        source: The module's text.
        workspace: Where imported files are looked for; none are where there is no workspace.
        keras: The major version of Keras.
        parsed: The module's tree, where it has been read already.
    """
    parsed = parsed or parse(source.text, source.path)
    with without_collection():
        return deep(_interpret, parsed, workspace or Workspace(most=0), keras)


def _interpret(parsed: Parsed, workspace: Workspace, keras: int) -> tuple[Module, Machine]:
    module = Module(parsed)
    machine = new_machine(workspace, keras)
    machine.home = module
    machine.run_module(module)
    _walk_the_rest(machine, module)
    walk_examples(machine, module, Frame(module.scope, Context(module), None), _receiver)
    return module, machine


def _walk_the_rest(machine: Machine, module: Module) -> None:
    """Walks what nothing in the file calls: its callers are elsewhere."""
    outside = Frame(module.scope, Context(module), None)
    for function in list(machine.functions):
        if function.module is module and not _is_handled(machine, function):
            if not _stagings(machine, function) and not _keras_kind(function):
                _walk_unstaged(machine, function, outside)
    for staged in list(machine.staged_functions):
        if staged.module is module and id(staged.node) not in machine.visited_staged:
            enter_blind(machine, staged, _receiver(machine, staged, outside), outside.context, walk)
    for cls in list(machine.classes):
        if cls.module is module:
            _walk_keras(machine, cls, outside)
    for function in list(machine.functions):
        if function.module is module and id(function.node) not in machine.visited:
            _walk_unstaged(machine, function, outside)


def _is_handled(machine: Machine, function: Function) -> bool:
    return id(function.node) in machine.visited


def _stagings(machine: Machine, function: Function) -> bool:
    return any(staged.node is function.node for staged in machine.staged_functions)


def _keras_kind(function: Function) -> bool:
    owner = function.owner
    if owner is None or isinstance(function.node, ast.Lambda):
        return False
    return any(function.node.name in _KERAS_METHODS.get(f, ()) for f in owner.flavours)


def _receiver(machine: Machine, function: Function, frame: Frame) -> Value | None:
    if function.receiver is not None or function.owner is None:
        return None
    if function.flavour == "static":
        return None
    if function.flavour == "class":
        return function.owner
    return sample_of(machine, function.owner, frame)


def _walk_unstaged(machine: Machine, function: Function, frame: Frame) -> None:
    if function.wrapped == "foreign":
        return
    made = function.copy()
    if function.flavour != "static":
        made.receiver = _receiver(machine, function, frame) or function.receiver
    made.staging = None
    values = bind(made, Arguments([], {}, open=True))
    arguments = made.node.args
    names = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(names) - len(made.defaults)) + list(made.defaults)
    for index, (arg, default) in enumerate(zip(names, defaults)):
        if index == 0 and made.receiver is not None:
            continue
        values[arg.arg] = unknown_parameter(made, arg, default, False)
    born = function.born.context
    context = frame.context.with_(function=made, module=made.module)
    if born.staged:
        # Defined in a trace and called by nobody we see: if it is called, it is in that trace.
        context = born.with_(function=made, caller=born, call=function.node, loop=None)
    walk(machine, made, values, context, made.node)


def _walk_keras(machine: Machine, cls: ClassValue, frame: Frame) -> None:
    for flavour in cls.flavours:
        for name in _KERAS_METHODS.get(flavour, ()):
            method = cls.attributes.get(name)
            if not isinstance(method, Function) or method.staging is not None:
                continue
            if id(method.node) in machine.visited_staged or method.flavour:
                continue
            _enter_keras(machine, method, sample_of(machine, cls, frame), frame)


def _enter_keras(machine: Machine, method: Function, receiver: Instance, frame: Frame) -> None:
    staging = Staging(method.node, method.module, "keras", machine.converts_keras(method.module))
    bound = method.copy()
    bound.receiver = receiver
    values = {**bind(bound, Arguments([], {}, open=True)), **blind_values(bound, True)}
    with machine.known_by(Origin.BLIND):
        trace(machine, bound, staging, values, frame.context, method.node, walk)
