"""Short cuts for repeated calls: generated tests of the arguments, and the program behind them."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from engine.base.errors import OpError
from engine.executors.devices import GPU_USED
from engine.ir.interpreter import _current
from engine.ir.tensor import EagerTensor
from engine.objects.variable import Variable

MISS = object()
"""What a guard answers for arguments that it does not know."""

Guard = Callable[[tuple[Any, ...], dict[str, Any]], Any]

_MOST_GUARDS = 4
_MOST_ATTEMPTS = 8
_LITERALS = frozenset({int, bool, str, bytes, type(None)})
_MAX_LEAVES = 64


class _Unguarded(Exception):
    """These arguments cannot be told from others by a short test."""


class _Writer:
    """Collects the tests of a guard.

    Attributes:
        lines: statements that answer MISS where an argument differs.
        scope: what they name.
        leaves: the tensors found, each with the expression of its value.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.scope: dict[str, Any] = {}
        self.leaves: list[tuple[Any, str]] = []

    def bind(self, value: Any) -> str:
        name = f"k{len(self.scope)}"
        self.scope[name] = value
        return name

    def require(self, test: str) -> None:
        self.lines.append(f"        if not ({test}): return MISS")

    def let(self, text: str) -> str:
        name = f"x{len(self.lines)}"
        self.lines.append(f"        {name} = {text}")
        return name

    def value(self, value: Any, text: str) -> None:
        """Test that what `text` names is like `value` for the cache."""
        kind = type(value)
        if kind is EagerTensor:
            self._tensor(value, self.let(text))
        elif kind in _LITERALS or (kind is float and value == value and value != 0):
            name = self.let(text)
            self.require(f"type({name}) is {self.bind(kind)} and {name} == {self.bind(value)}")
        elif kind is tuple or kind is list:
            name = self.let(text)
            self.require(f"type({name}) is {kind.__name__} and len({name}) == {len(value)}")
            for i, item in enumerate(value):
                self.value(item, f"{name}[{i}]")
        elif kind is dict:
            name = self.let(text)
            self.require(f"type({name}) is dict and len({name}) == {len(value)}")
            for key in sorted(value):
                self.value(value[key], f"{name}[{self.bind(key)}]")
        else:
            self._object(value, self.let(text))

    def _tensor(self, value: EagerTensor, name: str) -> None:
        self.require(f"type({name}) is Eager and {name}.dtype is {self.bind(value.dtype)}")
        held = self.let(f"{name}._value")
        kind = self.bind(type(value._value))
        if not value.dims:
            self.require(f"type({held}) is {kind}")
        else:
            self.require(f"type({held}) is {kind} and {held}.shape == {self.bind(value.dims)}")
        self.leaves.append((value, held))

    def _object(self, value: Any, name: str) -> None:
        if type(value).__module__ == "numpy" or hasattr(type(value), "__composite_parts__"):
            raise _Unguarded
        try:
            reference = self.bind(weakref.ref(value))
        except TypeError:
            raise _Unguarded from None
        self.require(f"{reference}() is {name}")
        if type(value) is Variable:
            self.leaves.append((value.handle, f"{name}._handle._value"))


def extended(
    guards: tuple[Guard, ...], concrete: Any, args: tuple[Any, ...], kwargs: dict[str, Any],
    leaves: list[Any], switch: list[bool], detector: Any,
) -> tuple[Guard, ...]:  # fmt: skip
    """The guards of a function after a call that none of them knew; arguments as `make_guard`."""
    if len(guards) >= _MOST_GUARDS or concrete.guarding >= _MOST_ATTEMPTS:
        return guards
    it: Any = _current.get(None)
    if GPU_USED[0]:  # programs are chosen by where the values are
        return guards
    if not getattr(concrete.program(), "ready", False) or concrete.gpu is not None:
        return guards
    if it is None or not it.plain:
        return guards
    concrete.guarding += 1
    made = make_guard(concrete, args, kwargs, leaves, switch, detector)
    return guards if made is None else (made, *guards)


def make_guard(
    concrete: Any, args: tuple[Any, ...], kwargs: dict[str, Any], leaves: list[Any],
    switch: list[bool], detector: Any,
) -> Guard | None:  # fmt: skip
    """A function of (args, kwargs) that runs a trace for arguments like these, or answers MISS.

    Args:
        concrete: the trace; its program is compiled.
        args: as the user passed them.
        kwargs: as the user passed them.
        leaves: the trace's inputs for these arguments.
        switch: `[True]` where functions run as plain Python.
        detector: counts calls.

    Returns:
        None where these arguments cannot be recognised by a short test.
    """
    writer = _Writer()
    try:
        for i, value in enumerate(args):
            writer.value(value, f"args[{i}]")
        for name, value in kwargs.items():
            writer.value(value, f"kwargs[{name!r}]")
        inputs = _inputs(writer.leaves, leaves, bool(kwargs))
        outputs = _packing(concrete, writer)
    except (_Unguarded, TypeError):  # TypeError: keys of a dictionary without an order
        return None
    program = concrete.program()
    captured = [writer.bind(tensor._value) for tensor in concrete.captures]
    call = ", ".join(["run", *inputs, *captured])
    lines = [
        "def guard(args, kwargs):",
        f"    if len(args) != {len(args)} or len(kwargs) != {len(kwargs)}: return MISS",
        "    if switch[0]: return MISS",
        "    try:",
        "        it = current()",
        "        if not it.plain: return MISS",
        *writer.lines,
        "    except LookupError: return MISS",
        "    detector.hits += 1",
        f"    try: r = it.run({call})",
        "    except failures as error: program.fail(error)",
        *outputs,
    ]
    scope = {
        "MISS": MISS, "Eager": EagerTensor, "new": EagerTensor.__new__, "current": _current.get,
        "switch": switch, "detector": detector, "program": program, "run": program.run,
        "failures": (OpError, ValueError, IndexError, ArithmeticError), **writer.scope,
    }  # fmt: skip
    exec(compile("\n".join(lines), "<graphlens guard>", "exec"), scope)
    return scope["guard"]


def _inputs(found: list[tuple[Any, str]], leaves: list[Any], by_identity: bool) -> list[str]:
    """Expressions of the trace's inputs, in its order."""
    if len(found) != len(leaves) or len(found) > _MAX_LEAVES:
        raise _Unguarded
    if by_identity:  # keyword arguments may stand in another order than the parameters
        where = {id(tensor): text for tensor, text in found}
        if len(where) != len(found) or any(id(leaf) not in where for leaf in leaves):
            raise _Unguarded
        return [where[id(leaf)] for leaf in leaves]
    if any(tensor is not leaf for (tensor, _), leaf in zip(found, leaves)):
        raise _Unguarded
    return [text for _, text in found]


def _packing(concrete: Any, writer: _Writer) -> list[str]:
    """Statements that answer the results in the structure of the Python function's."""
    lines = []
    for i, tensor in enumerate(concrete.graph.outputs):
        if tensor.dtype.kind == "V":
            raise _Unguarded
        lines.append(f"    e{i} = new(Eager); e{i}._value = r[{i}]")
        lines.append(f"    e{i}.dtype = {writer.bind(tensor.dtype)}")
    numbers = iter(range(len(concrete.graph.outputs)))
    text = _structure(concrete._structure, numbers, writer)
    if text is None:
        outputs = "".join(f"e{i}, " for i in range(len(concrete.graph.outputs)))
        text = f"{writer.bind(concrete.packed)}(({outputs}))"
    return [*lines, f"    return {text}"]


def _structure(value: Any, numbers: Any, writer: _Writer) -> str | None:
    """The expression of a plain structure; None for one that needs the general way."""
    kind = type(value)
    if value is True:
        return f"e{next(numbers)}"
    if value is None:
        return "None"
    if kind is tuple or kind is list:
        parts = [_structure(item, numbers, writer) for item in value]
        if None in parts:
            return None
        inner = "".join(f"{part}, " for part in parts)
        return f"({inner})" if kind is tuple else f"[{inner}]"
    if kind is dict:
        made = {key: _structure(value[key], numbers, writer) for key in sorted(value)}
        if None in made.values():
            return None
        return "{" + "".join(f"{writer.bind(key)}: {made[key]}, " for key in value) + "}"
    return None
