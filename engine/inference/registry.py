"""Ask the op registry: the public functions themselves run, on tensors that only have specs.

So the static half and the tracer cannot disagree on a dtype or a shape: both use the same
inference. No kernel runs and no array library is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engine.inference.values import Const, Container, Library, Python, Tensor, Value

__all__ = ["Refused", "ask"]

# Functions that take or build Python objects, draw state or run code: not for this.
_LEFT_ALONE = (
    "function", "Variable", "print", "cond", "while_loop", "map_fn", "scan", "case", "switch_case",
    "py_function", "numpy_function", "custom_gradient", "GradientTape", "TensorArray", "constant",
    "random.", "debugging.", "io.", "data.", "config.", "raw.", "autograph.", "Assert", "group",
    "vectorized_map", "foldl", "foldr", "stop_gradient", "get_static_value", "summary.", "train.",
)  # fmt: skip


# What the engine says of dtypes and shapes that do not fit; other complaints may be our ignorance.
_MISMATCH = (
    "must be equal", "does not match type", "Cannot reshape", "ConcatOp", "must be at least rank",
    "Shape must be rank", "Incompatible shapes", "must have the same", "are incompatible",
    "Can't concatenate", "Invalid reduction dimension", "Dimension must be", "Can not squeeze",
    "Number of ways to split", "Tried to expand dim", "must match", "must be broadcastable",
    "Depth of input", "not in list of allowed values", "does not match expected type",
    "cannot convert", "Expected dimension",
)  # fmt: skip


class Refused(Value):
    """The call cannot work on such dtypes and shapes: the engine's own words for it."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason


class _NotKnown(Exception):
    """Some argument is not known well enough to ask."""


class _Opaque:
    """The op of a tensor that nothing is known about but its spec."""

    name = "opaque"
    name_hint = "opaque"
    type = "Opaque"


class _Specs:
    """An interpreter that infers specs and remembers nothing."""

    eager = False
    plain = False
    embed_constants = True

    def __init__(self) -> None:
        self.tapes: list[Any] = []
        self.variables: list[Any] = []
        self.scopes: list[str] = []
        self.scope_names: dict[str, int] = {}

    def names(self) -> Any:
        return _Names()

    def apply(
        self, op: Any, inputs: tuple[Any, ...], attrs: dict[str, Any], name: str | None = None
    ) -> Any:
        specs = op.infer(*inputs, **attrs)
        if specs is None:
            return None
        if isinstance(specs, (tuple, list)):
            return tuple(self.tensor(spec.dtype, spec.dims) for spec in specs)
        return self.tensor(specs.dtype, specs.dims)

    def tensor(self, dtype: Any, dims: Any) -> Any:
        from engine.ir.graph import Node
        from engine.ir.tensor import SymbolicTensor

        opaque: Any = _Opaque()
        return SymbolicTensor(Node(opaque, (), {}, self), 0, dtype, dims)

    def constant(self, value: Any, dtype: Any = None) -> Any:
        from engine.ir.dtypes import as_dtype

        found, dims = _literal(value)
        if dtype is not None:
            fits = {"f": "if", "i": "i", "u": "i", "b": "b", "S": "s", "c": "ifc"}.get(dtype.kind)
            if fits is None or found[0] not in fits:
                raise TypeError(f"cannot convert {value!r} to {dtype.name}")
            return self.tensor(dtype, dims)
        return self.tensor(as_dtype(found), dims)


class _Names:
    def __getitem__(self, node: object) -> str:
        return "x"


def _literal(value: Any) -> tuple[str, tuple[int, ...]]:
    kinds = {bool: "bool", int: "int32", float: "float32", str: "string", bytes: "string"}
    kinds[complex] = "complex128"
    if type(value) in kinds:
        return kinds[type(value)], ()
    if isinstance(value, (list, tuple)) and value:
        parts = [_literal(item) for item in value]
        if len({dims for _, dims in parts}) == 1:
            found = {dtype for dtype, _ in parts}
            dtype = found.pop() if len(found) == 1 else "float32"
            return dtype, (len(value), *parts[0][1])
    raise _NotKnown


def ask(
    name: str, positional: list[Value], keywords: dict[str, Value], symbolic: bool
) -> Value | None:
    """What a public function gives for such arguments; None where that is not known.

    Args:
        name: The function, as `reduce_sum` or `nn.softmax`.
        positional: Its arguments.
        keywords: Its keyword arguments.
        symbolic: Whether the result is staged.

    Returns:
        A value, or `Refused` where the function raises on such dtypes and shapes.
    """
    if name.startswith(_LEFT_ALONE) or not any(map(_has_spec, positional)):
        return None
    function = _public().get(name)
    if function is None or not callable(function) or isinstance(function, type):
        return None
    try:
        args = [_given(value) for value in positional]
        named = {key: _given(value) for key, value in keywords.items()}
    except (_NotKnown, TypeError, ValueError):
        # A dtype that does not exist, a shape that is none: nothing to ask with.
        return None
    return _call(function, args, named, symbolic)


def _has_spec(value: Value) -> bool:
    if isinstance(value, Container) and value.items is not None:
        return any(map(_has_spec, value.items))
    return isinstance(value, (Tensor, Library)) and value.dtype is not None


def _call(function: Any, args: list[Any], named: dict[str, Any], symbolic: bool) -> Value | None:
    from engine.base.errors import OpError
    from engine.ir.interpreter import interpreting

    interpreter: Any = _Specs()
    try:
        with interpreting(interpreter), _no_kernels():
            op = getattr(function, "op", None)
            result = (
                function(*args, **named) if op is None else _apply(op, interpreter, args, named)
            )
        return _taken(result, symbolic)
    except _NotKnown:
        return None
    except (ValueError, TypeError, OpError) as error:
        reason = str(error).strip().split("\n", maxsplit=1)[0]
        return Refused(reason) if any(words in reason for words in _MISMATCH) else None
    except (AttributeError, KeyError, IndexError, RuntimeError, ArithmeticError, AssertionError):
        # The function wants more than specs; nothing can be said then.
        return None


def _apply(op: Any, interpreter: Any, args: list[Any], named: dict[str, Any]) -> Any:
    """What the public function of an op does, without the fast path that wants kernels."""
    from engine.ir.convert import op_inputs

    bound = op.signature.bind(*args, **named)
    bound.apply_defaults()
    values = tuple(bound.arguments[parameter.name] for parameter in op.parameters)
    attrs = {name: bound.arguments[name] for name in op.attr_names}
    return interpreter.apply(op, op_inputs(op, interpreter, values), attrs)


@contextmanager
def _no_kernels() -> Iterator[None]:
    """Where no array library is loaded yet, what would load one is not known instead."""
    from engine.ir import interpreter

    if interpreter._make_eager:
        yield
        return
    interpreter._make_eager[:] = [_refuse]
    try:
        yield
    finally:
        interpreter._make_eager[:] = []


def _refuse() -> Any:
    raise _NotKnown


def _given(value: Value) -> Any:
    if isinstance(value, Const):
        return value.value
    if isinstance(value, Tensor) or (isinstance(value, Library) and value.kind == "variable"):
        if value.dtype is None:
            raise _NotKnown
        from engine.ir.dtypes import as_dtype

        return _Specs().tensor(as_dtype(value.dtype), value.dims)
    if isinstance(value, Library) and value.kind == "dtype":
        from engine.ir.dtypes import as_dtype

        return as_dtype(value.name)
    if isinstance(value, Container) and value.items is not None:
        if value.kind in ("list", "tuple"):
            items = [_given(item) for item in value.items]
            return items if value.kind == "list" else tuple(items)
        if value.kind == "shape":
            from engine.ir.shapes import TensorShape

            return TensorShape([_size(item) for item in value.items])
    raise _NotKnown


def _size(item: Value) -> int | None:
    if isinstance(item, Const):
        return item.value if isinstance(item.value, int) else None
    return None


def _taken(result: Any, symbolic: bool) -> Value | None:
    from engine.ir.tensor import SymbolicTensor

    if isinstance(result, SymbolicTensor):
        return Tensor(symbolic, result.dtype.name, result.dims)
    if isinstance(result, (list, tuple)):
        items = [_taken(item, symbolic) for item in result]
        if all(item is not None for item in items):
            kind = "list" if isinstance(result, list) else "tuple"
            return Container(kind, [item for item in items if item is not None])
    if isinstance(result, (bool, int, float, str)):
        return Python(type(result).__name__)
    return None


_table: dict[str, Any] = {}


def _public() -> dict[str, Any]:
    if not _table:
        import engine.ops
        from engine.ir.op import PUBLIC

        engine.ops.load()
        _table.update(PUBLIC)
    return _table
