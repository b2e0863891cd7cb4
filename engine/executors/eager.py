"""The interpreter that computes every op call at once."""

from __future__ import annotations

import contextvars
import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from engine.base.errors import InvalidArgumentError, OpError
from engine.executors.constants import dtype_of, make_value, shaped_value
from engine.executors.devices import (
    GPU_USED,
    any_on_gpu,
    compute_anywhere,
    gpu_number,
    on_gpu,
    to_gpu,
    to_host,
    write_variable,
)
from engine.executors.placement import Unavailable
from engine.ir.dtypes import ALL, DType, bfloat16
from engine.ir.interpreter import install_eager
from engine.ir.op import GRAPHS, IO, READ, WRITE, Op
from engine.ir.tensor import EagerTensor, Tensor


def quiet_context() -> contextvars.Context:
    """A context in which numpy reports no floating-point conditions (as TensorFlow does)."""
    context = contextvars.Context()
    context.run(np.seterr, all="ignore")
    return context


class EagerInterpreter:
    """Runs kernels on numpy values. One per thread.

    Attributes:
        eager: always True.
        plain: is no tape listening?
        run: calls a function in a context where numpy reports no conditions.
        gpu: number of the GPU that `tf.device` asks for, or what is wrong with the device that it
            asks for; None: the computer's own memory.
        device_name: the device that `tf.device` asks for.
        tapes: listening gradient tapes.
    """

    __slots__ = ("device_name", "eager", "gpu", "plain", "run", "tapes")

    def __init__(self) -> None:
        self.eager = True
        self.plain = True
        self.tapes: list[Any] = []
        self.gpu: int | Unavailable | None = None
        self.device_name = ""
        self.run = quiet_context().run

    def constant(self, value: Any, dtype: DType | None = None) -> Tensor:
        made = EagerTensor(*make_value(value, dtype))
        return made if self.gpu is None else self.place(made)

    def make_constant(
        self, value: Any, dtype: DType | None, shape: Any, name: str | None = None
    ) -> Tensor:
        """The tensor of `tf.constant`."""
        if isinstance(value, EagerTensor):
            if dtype is not None and dtype is not value.dtype:
                raise TypeError(
                    f"Expected tensor {value._value} with dtype {dtype!r}, but got dtype "
                    f"{value.dtype!r}."
                )
            if shape is None:
                return value
        made = EagerTensor(*shaped_value(value, dtype, shape))
        return made if self.gpu is None else self.place(made)

    def apply(
        self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], name: str | None = None
    ) -> Any:
        """Compute `op`; a tensor, a tuple of tensors, or None."""
        try:
            values = [None if x is None else x._value for x in inputs]
        except AttributeError:
            _refuse_symbolic(inputs)
            raise
        compute = op.compute
        if compute is None:
            raise InvalidArgumentError(None, None, f"{op.type} has no kernel for eager execution")
        try:
            if GPU_USED[0] or self.gpu is not None:
                result = self.run(self._placed, op, values, attrs)
            else:
                result = self.run(compute, np, *values, **attrs)
        except OpError as error:
            if error._op is None and "[Op:" not in error._message:
                told = _told(op, inputs, error._message)
                error._message = f"{told} [Op:{op.type}]"
            raise
        except (ValueError, IndexError, ArithmeticError, np.linalg.LinAlgError) as error:
            raise self._op_error(op, inputs, attrs, error) from error
        if type(result) is tuple:
            outputs: Any = tuple([wrap(item) for item in result])
        elif result is None:
            return None
        else:
            outputs = wrap(result)
        if self.tapes:
            flat = outputs if type(outputs) is tuple else (outputs,)
            for tape in self.tapes:
                tape.record(op, inputs, attrs, flat)
        return outputs

    def _placed(self, op: Op, values: list[Any], attrs: dict[str, Any]) -> Any:
        """Compute where the values are, or where `tf.device` says."""
        compute: Any = op.compute
        if isinstance(self.gpu, Unavailable):
            raise self.gpu.error(op.type)
        if op.effect == WRITE:
            return write_variable(compute, values, attrs)
        if op.effect in (IO, READ, GRAPHS) or (self.gpu is None and not any_on_gpu(values)):
            host = [to_host(value) for value in values] if op.effect == IO else values
            return compute(np, *host, **attrs)
        number = self.gpu
        if number is None:
            number = next(gpu_number(value) for value in values if on_gpu(value))
        return compute_anywhere(compute, values, attrs, number)

    def place(self, tensor: Any) -> Any:
        """The tensor on the GPU that `tf.device` names."""
        if isinstance(self.gpu, Unavailable):
            if "satisfy" not in self.gpu:
                raise self.gpu.error("_EagerConst")
            return tensor
        tensor._value = to_gpu(tensor._value, self.gpu or 0)
        return tensor

    def quick(self, op: Op) -> Callable[..., Any]:
        """A callable on numpy values for an element-wise op without attributes."""
        if op.expression is None:
            if op.ufunc is None or op.name in _OWN_KERNELS:
                compute: Any = op.compute
                return functools.partial(compute, np)
            return getattr(np, op.ufunc)
        known = _OPERATORS.get(op.expression)
        if known is not None:
            return known
        names = ["x", "y", "z", "w"][: len(op.parameters)]
        source = f"lambda {', '.join(names)}: {op.expression.format(*names)}"
        return eval(source, {"np": np})

    def on_arrays(self, op: Op) -> tuple[type, Callable[..., Any]]:
        """The type of arrays, and the ufunc that computes `op` on them."""
        return np.ndarray, getattr(np, str(op.ufunc))

    def _op_error(
        self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], error: Exception
    ) -> Exception:
        """What TensorFlow raises where a kernel refuses its arguments."""
        message = str(error)
        try:
            op.infer(*inputs, **attrs)
        except (ValueError, TypeError) as refusal:
            message = str(refusal)
        told = _told(op, inputs, message)
        return InvalidArgumentError(None, None, f"{told} [Op:{op.type}]")


def _told(op: Op, inputs: tuple[Any, ...], message: str) -> str:
    from engine.executors.refusals import eager_text

    return eager_text(op.type, inputs, message)


_OWN_KERNELS = frozenset({"math.tanh"})
"""Ops whose kernels answer other digits than the ufunc for some arrays."""

_OPERATORS: dict[str, Callable[..., Any]] = {
    "{0} + {1}": operator.add, "{0} - {1}": operator.sub, "{0} * {1}": operator.mul,
    "{0} / {1}": operator.truediv, "-{0}": operator.neg, "~{0}": operator.invert,
    "{0} & {1}": operator.and_, "{0} | {1}": operator.or_, "{0} < {1}": operator.lt,
    "{0} <= {1}": operator.le, "{0} > {1}": operator.gt, "{0} >= {1}": operator.ge,
    "abs({0})": operator.abs,
}  # fmt: skip


_new = EagerTensor.__new__
_SCALARS: dict[type, DType] = {
    dtype.as_numpy_dtype: dtype for dtype in ALL if dtype.kind in "fiucb" and dtype is not bfloat16
}
_ARRAYS: dict[Any, DType] = {np.dtype(kind): dtype for kind, dtype in _SCALARS.items()}


def wrap(value: Any) -> EagerTensor:
    """An eager tensor around a kernel's result; arrays of rank 0 become scalars."""
    made = _new(EagerTensor)
    kind = type(value)
    dtype = _SCALARS.get(kind)
    if dtype is None:
        if kind is np.ndarray:
            if not value.shape:
                value = value[()]
                dtype = dtype_of(value)
            else:
                dtype = _ARRAYS.get(value.dtype) or dtype_of(value)
        else:
            dtype = dtype_of(value)
    made._value = value
    made.dtype = dtype
    return made


def _refuse_symbolic(inputs: tuple[Any, ...]) -> None:
    for tensor in inputs:
        if not isinstance(tensor, EagerTensor):
            raise TypeError(
                f"{tensor!r} is out of scope and cannot be used here. Use return values, explicit "
                "Python locals or TensorFlow collections to access it."
            )


install_eager(EagerInterpreter)
