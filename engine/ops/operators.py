"""Installs + - * [] == and the rest on tensors, in terms of ops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.base.tracebacks import hide_engine_frames, with_users_frames
from engine.ir.convert import to_tensor
from engine.ir.dtypes import bool_, int32
from engine.ir.interpreter import current
from engine.ir.op import PUBLIC
from engine.ir.shapes import broadcast
from engine.ir.tensor import EagerTensor, SymbolicTensor, Tensor
from engine.ops.namespace import tf
from engine.ops.quick import install_quick

_LENIENT = frozenset({"math.add", "math.truediv", "linalg.matmul"})
"""Operators whose op complains itself where the other operand does not fit the dtype."""


def _binary(symbol: str, path: str, hint: str) -> None:
    resolve = _resolver(path)
    lenient = path in _LENIENT

    def operator(self: Any, other: Any) -> Any:
        kind = type(other)
        if kind is not EagerTensor and kind is not SymbolicTensor:
            try:
                if lenient:
                    other = to_tensor(other, None, self.dtype, current())
                else:
                    other = to_tensor(other, self.dtype, None, current())
            except (TypeError, ValueError):
                if _defers(other, reflected):
                    return NotImplemented
                raise
        return resolve()(self, other, name=hint)

    def reflected_operator(self: Any, other: Any) -> Any:
        return resolve()(to_tensor(other, self.dtype, None, current()), self, name=hint)

    reflected = f"__r{symbol}__"
    setattr(Tensor, f"__{symbol}__", _named(operator, f"__{symbol}__"))
    setattr(Tensor, reflected, _named(reflected_operator, reflected))


def _defers(other: Any, reflected: str) -> bool:
    """Does another class want to handle the operator itself?"""
    return hasattr(type(other), reflected) and not isinstance(
        other, (int, float, complex, str, bytes, list, tuple)
    )


def _resolver(path: str) -> Callable[[], Callable[..., Any]]:
    cell: list[Callable[..., Any]] = []

    def resolve() -> Callable[..., Any]:
        if not cell:
            target: Any = tf
            for part in path.split("."):
                target = getattr(target, part)
            cell.append(target)
        return cell[0]

    return resolve


def _named(function: Any, name: str) -> Any:
    function = with_users_frames(function)
    function.__name__ = function.__qualname__ = name
    return function


def _compare(symbol: str, path: str) -> None:
    resolve = _resolver(path)

    def operator(self: Any, other: Any) -> Any:
        kind = type(other)
        if kind is not EagerTensor and kind is not SymbolicTensor:
            other = to_tensor(other, self.dtype, None, current())
        return resolve()(self, other)

    setattr(Tensor, f"__{symbol}__", _named(operator, f"__{symbol}__"))


def _unary(symbol: str, path: str) -> None:
    resolve = _resolver(path)
    # The op is looked up at the call: its family may not be loaded yet.
    setattr(Tensor, f"__{symbol}__", _named(lambda self: resolve()(self), f"__{symbol}__"))  # noqa: PLW0108


def _equality(symbol: str, path: str, otherwise: bool) -> None:
    resolve = _resolver(path)
    doubtful = "raw.not_equal_operator" if otherwise else "raw.equal_operator"

    def operator(self: Any, other: Any) -> Any:
        if other is None:
            return otherwise
        kind = type(other)
        if kind is not EagerTensor and kind is not SymbolicTensor:
            other = to_tensor(other, self.dtype, None, current())
        if self.dims is None or other.dims is None or None in self.dims + other.dims:
            return PUBLIC[doubtful](self, other)
        try:
            broadcast(self.dims, other.dims)
        except ValueError:
            return to_tensor(otherwise, None, None, current())
        return resolve()(self, other)

    setattr(Tensor, f"__{symbol}__", _named(operator, f"__{symbol}__"))


def _with_bools(general: Any) -> Any:
    """The operator `*`, which multiplies bools as whole numbers."""

    def operator(self: Any, other: Any) -> Any:
        if self.dtype is bool_:
            product = tf.multiply(tf.cast(self, int32), tf.cast(other, int32))
            return tf.cast(product, bool_)
        return general(self, other)

    return _named(operator, "__mul__")


def _getitem(self: Any, key: Any) -> Any:
    try:
        return PUBLIC["raw.getitem"](self, key)
    except Exception as error:
        hide_engine_frames(error)
        raise


def install() -> None:
    """Define Python's operators on `Tensor`; done once, when this module is imported."""
    for symbol, path, hint in (
        ("add", "math.add", "add"), ("sub", "math.subtract", "sub"),
        ("mul", "math.multiply", "mul"), ("truediv", "math.truediv", "truediv"),
        ("floordiv", "math.floordiv", "floordiv"), ("mod", "math.floormod", "mod"),
        ("pow", "math.pow", "pow"), ("matmul", "linalg.matmul", "matmul"),
        ("and", "raw.and_operator", "and"), ("or", "raw.or_operator", "or"),
        ("xor", "raw.xor_operator", "xor"),
    ):  # fmt: skip
        _binary(symbol, path, hint)
    for symbol, path in (("lt", "math.less"), ("le", "math.less_equal"),
                         ("gt", "math.greater"), ("ge", "math.greater_equal")):  # fmt: skip
        _compare(symbol, path)
    setattr(Tensor, "__mul__", _with_bools(Tensor.__mul__))  # noqa: B010
    _equality("eq", "math.equal", False)
    _equality("ne", "math.not_equal", True)
    for symbol, path in (("neg", "math.negative"), ("abs", "math.abs"),
                         ("invert", "raw.invert_operator")):  # fmt: skip
        _unary(symbol, path)
    setattr(Tensor, "__getitem__", _getitem)  # noqa: B010
    install_quick()


install()
