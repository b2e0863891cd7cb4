"""The operators of eager tensors: straight to numpy's where nothing needs converting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.base.tracebacks import hide_engine_frames, with_users_frames
from engine.ir.dtypes import DType, bool_
from engine.ir.interpreter import _current, current, new_eager
from engine.ir.op import OPS
from engine.ir.tensor import EagerTensor, Tensor
from engine.ir.wrapper import _FAILURES

_BINARY = {
    "add": "math.add", "sub": "math.subtract", "mul": "math.multiply",
    "truediv": "raw.real_divide", "lt": "math.less", "le": "math.less_equal",
    "gt": "math.greater", "ge": "math.greater_equal", "eq": "math.equal", "ne": "math.not_equal",
    "pow": "math.pow", "floordiv": "math.floordiv", "mod": "math.floormod",
}  # fmt: skip
"""Operator -> the op that it is for two tensors of one dtype that the op allows."""

_PLAIN = frozenset({
    "math.add", "math.subtract", "math.multiply", "raw.real_divide", "math.less",
    "math.less_equal", "math.greater", "math.greater_equal",
})  # fmt: skip
"""Operators that are numpy's, and nothing more."""

_UNARY = {"neg": "math.negative"}

_CACHED_NUMBERS = 1024


class _Quick:
    """What an operator needs to know of its op, found out when first needed.

    Attributes:
        path: name of the op.
        compute: on numpy values.
        array: the type of numpy's arrays, from the first use on.
        on_arrays: the same where the left one is an array: numpy's function, without a detour.
        results: dtype of the result by the operands' dtype (its enum number); False: the long
            way; None: not known yet.
    """

    __slots__ = ("array", "compute", "on_arrays", "path", "results")

    def __init__(self, path: str) -> None:
        self.path = path
        self.compute: Callable[..., Any] | None = None
        self.array: Any = None
        self.on_arrays: Callable[..., Any] | None = None
        self.results: list[Any] = [None] * 32

    def learn(self, dtype: DType) -> Any:
        """The entry of `dtype`, filled in."""
        import operator

        from engine.ir.wrapper import quick_parts

        op = OPS.get(self.path)
        found: Any = False
        if op is not None and dtype.kind in "fiucb":
            if self.path in ("math.equal", "math.not_equal"):
                self.compute = operator.eq if self.path == "math.equal" else operator.ne
                found = bool_
            else:
                self.compute, results = quick_parts(op)
                found = False if results is None else results.learn(dtype)
            if self.path in _PLAIN:
                it: Any = new_eager()
                self.array, self.on_arrays = it.on_arrays(op)
            self.results[dtype.as_datatype_enum] = found
        return found


_floats: list[dict[float, Any]] = [{} for _ in range(32)]
_ints: list[dict[int, Any]] = [{} for _ in range(32)]


def _number(known: dict[Any, Any], value: Any, dtype: DType) -> Any:
    """A Python number as a numpy scalar of `dtype`; None where it does not fit."""
    it: Any = current()
    try:
        made = it.constant(value, dtype)._value
    except (TypeError, ValueError, OverflowError):
        return None
    if value != 0 and len(known) < _CACHED_NUMBERS:  # 0.0 and -0.0 are equal keys
        known[value] = made
    return made


def quick_binary(path: str, general: Any, swapped: bool) -> Any:
    """The method for an operator.

    Args:
        path: name of the op.
        general: the method that handles everything else.
        swapped: is it the reflected operator?
    """
    quick = _Quick(path)
    results = quick.results
    new, current_get = EagerTensor.__new__, _current.get

    def operator(self: Any, other: Any) -> Any:
        try:
            try:
                it: Any = current_get()
            except LookupError:
                it = current()
            dtype = self.dtype
            number = dtype.as_datatype_enum
            result = results[number]
            if not result or not it.plain:
                if result is None:
                    quick.learn(dtype)
                return general(self, other)
            kind = type(other)
            if kind is EagerTensor:
                if other.dtype is not dtype:
                    return general(self, other)
                value = other._value
            elif kind is float or kind is int:
                known: Any = _floats[number] if kind is float else _ints[number]
                value = known.get(other)
                if value is None:
                    value = _number(known, other, dtype)
                    if value is None:
                        return general(self, other)
            else:
                return general(self, other)
            try:
                if swapped:
                    value = it.run(quick.compute, value, self._value)
                else:
                    mine = self._value
                    compute = quick.on_arrays if type(mine) is quick.array else quick.compute
                    value = it.run(compute, mine, value)
            except _FAILURES:
                return general(self, other)
            made = new(EagerTensor)
            made._value = value
            made.dtype = result
            return made
        except Exception as error:
            hide_engine_frames(error)
            raise

    operator.__name__ = operator.__qualname__ = general.__name__
    return operator


def quick_unary(path: str, general: Any) -> Any:
    """The method for an operator of one operand; arguments as `quick_binary`."""
    quick = _Quick(path)
    results = quick.results
    new = EagerTensor.__new__

    def operator(self: Any) -> Any:
        it: Any = current()
        dtype = self.dtype
        result = results[dtype.as_datatype_enum]
        if not result or not it.plain:
            if result is None:
                quick.learn(dtype)
            return general(self)
        made = new(EagerTensor)
        made._value = it.run(quick.compute, self._value)
        made.dtype = result
        return made

    operator.__name__ = operator.__qualname__ = general.__name__
    return with_users_frames(operator)


def install_quick() -> None:
    """Give eager tensors the quick forms of the operators that all tensors have."""
    for symbol, path in _BINARY.items():
        general = Tensor.__dict__[f"__{symbol}__"]
        setattr(EagerTensor, f"__{symbol}__", quick_binary(path, general, False))
        reflected = Tensor.__dict__.get(f"__r{symbol}__")
        if reflected is not None:
            setattr(EagerTensor, f"__r{symbol}__", quick_binary(path, reflected, True))
    for symbol, path in _UNARY.items():
        general = Tensor.__dict__[f"__{symbol}__"]
        setattr(EagerTensor, f"__{symbol}__", quick_unary(path, general))
