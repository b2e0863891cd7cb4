"""The interpreter that computes every op call at once."""

from __future__ import annotations

import contextvars
from typing import Any

import numpy as np

from engine.base.errors import InvalidArgumentError, OpError
from engine.executors.constants import dtype_of, make_value, shaped_value
from engine.ir.dtypes import DType
from engine.ir.interpreter import install_eager
from engine.ir.op import Op
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
        tapes: listening gradient tapes.
    """

    __slots__ = ("eager", "plain", "run", "tapes")

    def __init__(self) -> None:
        self.eager = True
        self.plain = True
        self.tapes: list[Any] = []
        self.run = quiet_context().run

    def constant(self, value: Any, dtype: DType | None = None) -> Tensor:
        return EagerTensor(*make_value(value, dtype))

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
        return EagerTensor(*shaped_value(value, dtype, shape))

    def apply(
        self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], name: str | None = None
    ) -> Any:
        """Compute `op`; a tensor, a tuple of tensors, or None."""
        try:
            values = [None if x is None else x._value for x in inputs]
        except AttributeError:
            _refuse_symbolic(inputs)
            raise
        try:
            result = self._compute(op, values, attrs)
        except OpError:
            raise
        except (ValueError, IndexError, ArithmeticError, np.linalg.LinAlgError) as error:
            raise self._op_error(op, inputs, attrs, error) from error
        if result is None:
            return None
        if type(result) is tuple:
            outputs: Any = tuple([wrap(item) for item in result])
        else:
            outputs = wrap(result)
        if self.tapes:
            flat = outputs if type(outputs) is tuple else (outputs,)
            for tape in self.tapes:
                tape.record(op, inputs, attrs, flat)
        return outputs

    def _compute(self, op: Op, values: list[Any], attrs: dict[str, Any]) -> Any:
        compute = op.compute
        if compute is None:
            raise InvalidArgumentError(None, None, f"{op.type} has no kernel for eager execution")
        if attrs:
            return self.run(compute, np, *values, **attrs)
        return self.run(compute, np, *values)

    def _op_error(
        self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], error: Exception
    ) -> Exception:
        """What TensorFlow raises where a kernel refuses its arguments."""
        message = str(error)
        try:
            op.infer(*inputs, **attrs)
        except (ValueError, TypeError) as refusal:
            message = str(refusal)
        return InvalidArgumentError(None, None, f"{message} [Op:{op.type}]")


def wrap(value: Any) -> EagerTensor:
    """An eager tensor around a kernel's result; arrays of rank 0 become scalars."""
    if type(value) is np.ndarray and not value.shape:
        value = value[()]
    return EagerTensor(value, dtype_of(value))


def _refuse_symbolic(inputs: tuple[Any, ...]) -> None:
    for tensor in inputs:
        if not isinstance(tensor, EagerTensor):
            raise TypeError(
                f"{tensor!r} is out of scope and cannot be used here. Use return values, explicit "
                "Python locals or TensorFlow collections to access it."
            )


install_eager(EagerInterpreter)
