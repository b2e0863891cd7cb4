"""GR401: a new staged function is made again and again."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from engine.base.diagnostics import Note, Severity
from engine.base.source import Span
from engine.inference.context import Context
from engine.inference.events import Entered, Staged, UserCalled
from engine.inference.values import Function, Instance
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule

_ONCE = re.compile(
    r"main|train|run|fit|test|eval|build|make|create|get|bench|setup|init|demo|export|save|convert"
    r"|load|experiment|profile|compile|warm",
    re.IGNORECASE,
)


_EACH = re.compile(r"(?:^|_)(?:step|batch|iteration|update)$|^one_|_one_", re.IGNORECASE)


@rule(
    "GR401",
    "function-staged-repeatedly",
    "A new staged function is made on every call or turn, so it is traced every time.",
    Severity.PERF,
    bad=(
        """
        def square(x):
            return x * x

        for i in range(10):
            tf.function(square)(tf.constant(i))
        """,
        """
        def predict(x):
            @tf.function
            def inner(y):
                return y * 2
            return inner(x)

        for i in range(10):
            predict(tf.constant(i))
        """,
    ),
    good=(
        """
        @tf.function
        def square(x):
            return x * x

        for i in range(10):
            square(tf.constant(i))
        """,
        """
        def make_step(model):
            @tf.function
            def step(x):
                return model(x)
            return step

        def main(model, data):
            step = make_step(model)
            for x in data:
                step(x)
        """,
    ),
)
def function_staged_repeatedly(facts: Facts) -> Iterator[Finding]:
    """The traces belong to the staged function, and a new one has none.

    A decorator or `tf.function(f)` within a loop, or in a function that makes and calls it each
    time, traces at every turn: often slower than no staging at all.

    Stage the function once, outside.
    """
    yield from _fresh_objects(facts)
    called = _calls_by_place(facts)
    looped = _looped_functions(facts)
    for event in facts.happened(Staged):
        context = event.context
        if context.staged or context.guard or event.staging.kind != "function":
            continue
        direct = _is_called_at_once(facts, event.node)
        if "experimental_implements" in event.staging.options:
            continue
        if not isinstance(event.value, Function) and not direct:
            continue
        calls = [context] if direct else called.get(id(event.staging), [])
        if context.loop is not None:
            if any(_same_loop(context, other) for other in calls):
                message = (
                    "A new staged function is made in every turn of this loop, and traced anew."
                )
                notes = _called(facts, calls)
                yield Finding(_place(facts, event), context, message, notes=notes)
        elif context.function is not None and _is_per_call(facts, event, calls, looped):
            message = (
                f"`{context.function.qualname}` makes and calls a new staged function each time it "
                "is called, so it is traced every time; stage it once, outside."
            )
            notes = _called(facts, calls)
            yield Finding(_place(facts, event), context, message, notes=notes)


def _is_called_at_once(facts: Facts, node: ast.AST) -> bool:
    """Whether it is `tf.function(f)(x)`."""
    parent = facts.parents.get(node)
    return isinstance(node, ast.Call) and isinstance(parent, ast.Call) and parent.func is node


def _fresh_objects(facts: Facts) -> Iterator[Finding]:
    """Staged methods of objects that are made anew in every turn of a loop."""
    seen: set[tuple[int, int]] = set()
    for event in facts.happened(Entered):
        receiver, loop = event.function.receiver, event.context.loop
        if event.context.staged or loop is None or not isinstance(receiver, Instance):
            continue
        made_in = receiver.born.context.loop
        key = (id(receiver.cls.node), id(loop.node))
        if made_in is not None and made_in.node is loop.node and key not in seen:
            seen.add(key)
            message = (
                f"A new `{receiver.cls.qualname}` in every turn of this loop: its staged method is "
                "traced anew each time. Make the object once."
            )
            notes = facts.staged_here(event.function)
            yield Finding(event.node, event.context, message, notes=notes)


def _called(facts: Facts, calls: list[Context]) -> tuple[Note, ...]:
    """Where the function that makes it is called from, for the first call that is known."""
    for context in calls:
        if context.call is not None and context.caller is not None:
            if context.caller.module is facts.module and hasattr(context.call, "lineno"):
                span = facts.span(context.call)
                return (Note("it is made anew for this call", span, facts.source.path),)
    return ()


def _place(facts: Facts, event: Staged) -> ast.AST | Span:
    """The name of the decorated function; the call where there is no decorator."""
    if event.decorator and isinstance(event.value, Function):
        return facts.name_span(event.value.node)
    return event.node


def _calls_by_place(facts: Facts) -> dict[int, list[Context]]:
    found: dict[int, list[Context]] = {}
    for event in facts.happened(Entered):
        func = event.node.func if isinstance(event.node, ast.Call) else None
        asks_for_graph = isinstance(func, ast.Attribute) and func.attr == "get_concrete_function"
        if event.function.staging is not None and not asks_for_graph:
            found.setdefault(id(event.function.staging), []).append(event.context)
    return found


def _looped_functions(facts: Facts) -> set[ast.AST]:
    """Functions that some loop calls."""
    return {
        event.function.node
        for event in facts.happened(UserCalled)
        if event.context.loop is not None
    }


def _same_loop(made: Context, call: Context) -> bool:
    loop = call.loop
    while loop is not None:
        if made.loop is not None and loop.node is made.loop.node:
            return True
        loop = loop.outer
    return False


def _is_per_call(facts: Facts, event: Staged, calls: list[Context], looped: set[ast.AST]) -> bool:
    context = event.context
    function = context.function
    if function is None or _is_method(facts, event):
        return False
    own = [
        call for call in calls if call.function is not None and call.function.node is function.node
    ]
    if not own or any(call.loop is not None for call in own):
        return False
    if function.node in looped:
        return True
    uses = [e for e in facts.happened(UserCalled) if e.function.node is function.node]
    if len({id(use.node) for use in uses}) == 1:
        return False
    name = getattr(function.node, "name", "")
    if not name or _is_test(facts.source.path):
        return False
    if name in _STEPS and function.owner is not None and function.owner.bases:
        # The class it derives from may call it in a trace of its own.
        return False
    if _ONCE.search(name) and not _EACH.search(name):
        return False
    return len(calls) == len(own)


_STEPS = ("train_step", "eval_step", "test_step", "predict_step", "training_step")


def _is_method(facts: Facts, event: Staged) -> bool:
    """Whether it is a method of a class that the function makes: objects are kept."""
    function = event.value
    return isinstance(function, Function) and isinstance(
        facts.parents.get(function.node), ast.ClassDef
    )


def _is_test(path: str) -> bool:
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    return name.startswith("test_") or name.endswith("_test.py") or "/tests/" in path
