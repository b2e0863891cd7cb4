"""GR103: a Python value from outside that changes later."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Note, Severity
from engine.inference.context import Context
from engine.inference.events import Called, Entered, Read, Stored, Subscripted
from engine.inference.values import Const, Container, Instance, Python, Tensor, Union, Value
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule

_SET_UP = frozenset(
    ["__init__", "build", "compile", "setup", "set_up", "setUp", "initialize", "init", "reset",
     "__setstate__", "load", "restore", "__new__", "from_config", "configure", "__enter__"]
)  # fmt: skip


@rule(
    "GR103",
    "stale-capture",
    "This is read when tracing; later changes to it are ignored.",
    Severity.WARNING,
    bad=(
        """
        rate = 0.1

        @tf.function
        def f(x):
            return x * rate

        f(tf.constant(1.0))
        rate = 0.01
        f(tf.constant(1.0))
        """,
        """
        class Model(tf.Module):
            def __init__(self):
                self.scale = 1.0

            def double(self):
                self.scale *= 2

            @tf.function
            def step(self, x):
                return x * self.scale
        """,
    ),
    good=(
        """
        rate = 0.1
        rate = 0.01

        @tf.function
        def f(x):
            return x * rate

        f(tf.constant(1.0))
        """,
        """
        class Model(tf.Module):
            def __init__(self):
                self.scale = tf.Variable(1.0)
                self.size = 3

            def double(self):
                self.scale.assign(self.scale * 2)

            @tf.function
            def step(self, x):
                return x * self.scale * self.size
        """,
    ),
)
def stale_capture(facts: Facts) -> Iterator[Finding]:
    """A Python value that the function reads from outside becomes a constant of its graph.

    A later change is not seen: the function goes on with the first value for ever. A captured
    `tf.Variable` is read at every call.

    Pass the value as an argument, or keep it in a `tf.Variable`.
    """
    seen: set[tuple[str, int]] = set()
    for event in facts.staged(Read):
        if not _is_plain(event.value) or event.context.guard:
            continue
        if event.context.entry is None or event.context.entry.staging.kind == "keras":
            continue
        written = None
        if event.kind == "global":
            written = _global_write(facts, event)
        elif event.kind == "free":
            written = _free_write(facts, event)
        elif event.kind == "attribute" and isinstance(event.target, Instance):
            written = _attribute_write(facts, event, event.target)
            written = written or _outside_write(facts, event, event.target)
        if written is not None:
            name = facts.text(event.node)
            key = (name, id(event.context.function.node) if event.context.function else 0)
            if key in seen:
                continue
            seen.add(key)
            message = (
                f"`{name}` is read once, while {facts.entry_word(event.context.entry)} is traced; "
                "its later changes are ignored. Pass it as an argument, or use a `tf.Variable`."
            )
            note = Note(f"`{name}` is changed here", facts.span(written), facts.source.path)
            yield Finding(event.node, event.context, message, notes=(note,))

    yield from _items(facts)
    yield from _grown(facts)


_GROWING = frozenset(f"list.{name}" for name in ("append", "extend", "insert", "pop", "clear"))


def _grown(facts: Facts) -> Iterator[Finding]:
    """Lists from outside that are read in a trace, and are longer or shorter later."""
    changes = [call for call in facts.happened(Called) if call.name in _GROWING]
    seen: set[int] = set()
    for event in facts.staged(Read) if changes else ():
        value = event.value
        if not isinstance(value, Container) or value.kind != "list" or value.argument:
            continue
        if event.kind not in ("global", "free") or id(value.born) in seen:
            continue
        if isinstance(facts.parents.get(event.node), ast.Attribute):
            continue
        for call in changes:
            changed = call.receiver
            same = isinstance(changed, Container) and changed.born is value.born is not None
            if same and not call.context.staged and _is_later(facts, event, call):
                seen.add(id(value.born))
                name = facts.text(event.node)
                message = (
                    f"`{name}` is read once, while {facts.entry_word(event.context.entry)} is "
                    "traced; its later changes are ignored. Pass it as an argument."
                )
                note = Note(f"`{name}` is changed here", facts.span(call.node), facts.source.path)
                yield Finding(event.node, event.context, message, notes=(note,))
                break


def _items(facts: Facts) -> Iterator[Finding]:
    """Entries of dicts from outside that are read in a trace and set again later."""
    for event in facts.staged(Subscripted):
        value, node = event.value, event.node
        if not isinstance(value, Container) or value.kind != "dict" or value.argument:
            continue
        if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name):
            continue
        if not isinstance(node.ctx, ast.Load) or not facts.is_outer(value, event.context):
            continue
        own = ast.unparse(node)
        for stored in facts.happened(Stored):
            if stored.kind != "item" or stored.target is not value or stored.context.staged:
                continue
            if ast.unparse(stored.node) == own and _is_later(facts, event, stored):
                message = (
                    f"`{own}` is read once, while {facts.entry_word(event.context.entry)} is "
                    "traced; its later changes are ignored. Pass it as an argument."
                )
                note = Note(f"`{own}` is changed here", facts.span(stored.node), facts.source.path)
                yield Finding(node, event.context, message, notes=(note,))
                break


def _is_later(facts: Facts, event: Read | Subscripted, stored: Stored | Called) -> bool:
    """Whether a store comes after a call of the staged function in the same function."""
    entry = event.context.entry.function if event.context.entry else None
    if entry is None:
        return False
    places = _places(facts, stored.node, stored.context)
    for call in facts.happened(Entered):
        if call.function.node is entry.node:
            for function, (start, called) in _places(facts, call.node, call.context).items():
                if function in places and start < places[function][0]:
                    return True
                if function in places and _share_a_loop(facts, called, places[function][1]):
                    return True
    return False


def _share_a_loop(facts: Facts, first: ast.AST, second: ast.AST) -> bool:
    """Whether a loop is around both: then either comes after the other."""
    loops = {p for p in facts.ancestors(first) if isinstance(p, (ast.For, ast.While))}
    return any(parent in loops for parent in facts.ancestors(second))


def _places(
    facts: Facts, node: ast.AST, context: Context
) -> dict[ast.AST | None, tuple[int, ast.AST]]:
    """Where something happens, as seen from each function on the way that led there."""
    found: dict[ast.AST | None, tuple[int, ast.AST]] = {}
    current: Context | None = context
    place: ast.AST | None = node
    while current is not None and place is not None:
        if current.module is facts.module and hasattr(place, "lineno"):
            function = current.function.node if current.function is not None else None
            found.setdefault(function, (facts.span(place).start, place))
        place = current.call
        current = current.caller
    return found


def _outside_write(facts: Facts, event: Read, target: Instance) -> ast.AST | None:
    for stored in facts.happened(Stored):
        if stored.kind == "attribute" and stored.target is target and stored.name == event.name:
            function = stored.context.function
            name = getattr(function.node, "name", "") if function is not None else ""
            if name in _SET_UP or stored.context.staged:
                continue
            if _is_later(facts, event, stored):
                return stored.node
    return None


def _is_plain(value: Value) -> bool:
    if isinstance(value, Union):
        return all(_is_plain(option) for option in value.options)
    if isinstance(value, Const):
        return value.value is not None and not isinstance(value.value, str)
    if isinstance(value, Tensor):
        return not value.symbolic
    return isinstance(value, Python) and value.type in ("int", "float", "bool", "ndarray")


def _function_of(facts: Facts, node: ast.AST) -> ast.AST | None:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    return next((p for p in facts.ancestors(node) if isinstance(p, kinds)), None)


def _global_write(facts: Facts, event: Read) -> ast.AST | None:
    for node in facts.module.index.stores.get(event.name, ()):
        function = _function_of(facts, node)
        if function is None:
            if _comes_after_call(facts, event, node):
                return node
        elif any(
            isinstance(child, ast.Global) and event.name in child.names
            for child in ast.walk(function)
        ):
            if id(function) not in facts.machine.visited_staged and not _configures(function):
                return node
    return None


_SETTERS = ("set_", "_set_", "init", "_init", "setup", "configure", "enable", "disable", "register")


def _configures(function: ast.AST) -> bool:
    """Whether a function is there to set things up, before the program begins its work."""
    return getattr(function, "name", "").startswith(_SETTERS)


def _comes_after_call(facts: Facts, event: Read, node: ast.AST) -> bool:
    """Whether a binding at module level stands between calls of the staged function."""
    entry = event.context.entry.function if event.context.entry else None
    if entry is None:
        return False
    start = facts.span(node).start
    before = after = False
    for call in facts.happened(Entered):
        if call.function.node is not entry.node:
            continue
        if call.context.function is not None:
            # Whoever calls it from a function may do so at any time.
            after = True
            continue
        if _share_a_loop(facts, node, call.node):
            return True
        before = before or facts.span(call.node).start < start
        after = after or facts.span(call.node).start > start
    return before and after


def _free_write(facts: Facts, event: Read) -> ast.AST | None:
    function = event.context.function
    outer = _function_of(facts, function.node) if function is not None else None
    if outer is None or function is None or id(outer) in facts.machine.visited_staged:
        return None
    end = facts.span(function.node).end
    for node in facts.module.index.stores.get(event.name, ()):
        writer = _function_of(facts, node)
        if writer is outer and facts.span(node).start > end:
            if _is_used_before(facts, function.node, outer, node):
                return node
        elif writer is not None and _function_of(facts, writer) is outer:
            if id(writer) not in facts.machine.visited_staged and _declares(writer, event.name):
                return node
    return None


def _declares(function: ast.AST, name: str) -> bool:
    return any(
        isinstance(child, ast.Nonlocal) and name in child.names for child in ast.walk(function)
    )


def _is_used_before(facts: Facts, made: ast.AST, outer: ast.AST, write: ast.AST) -> bool:
    """Whether a function may have been called before a write, or in a loop around both."""
    name = getattr(made, "name", "")
    loops = [p for p in facts.ancestors(write) if isinstance(p, (ast.For, ast.While))]
    for child in ast.walk(outer):
        if isinstance(child, ast.Name) and child.id == name and isinstance(child.ctx, ast.Load):
            if facts.span(child).start < facts.span(write).start:
                return True
            if any(p in loops for p in facts.ancestors(child)):
                return True
    return not name


def _attribute_write(facts: Facts, event: Read, target: Instance) -> ast.AST | None:
    """Where another method makes a new value of the attribute from the old one, or switches it."""
    if target.cls.module is not facts.module:
        return None
    constants: dict[str, ast.AST] = {}
    for node in facts.module.index.attributes.get(event.name, ()):
        if not isinstance(node.ctx, ast.Store) or not isinstance(node.value, ast.Name):
            continue
        method = _function_of(facts, node)
        if facts.parents.get(method or node) is not target.cls.node:
            continue
        if getattr(method, "name", "") in _SET_UP or id(method) in facts.machine.visited_staged:
            continue
        if _is_from_itself(facts, node):
            return node
        statement = facts.parents.get(node)
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            constants.setdefault(repr(statement.value.value), node)
    # `train()` and `eval()`: two methods that switch it to and fro.
    return next(iter(constants.values())) if len(constants) > 1 else None


def _is_from_itself(facts: Facts, node: ast.Attribute) -> bool:
    statement = facts.parents.get(node)
    if isinstance(statement, ast.AugAssign):
        return True
    if not isinstance(statement, ast.Assign):
        return False
    own = ast.unparse(node)
    return any(
        isinstance(child, ast.Attribute) and ast.unparse(child) == own
        for child in ast.walk(statement.value)
    )
