"""Calls back into Python from a running graph: py_function and numpy_function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.base.errors import InvalidArgumentError, OpError, UnknownError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import DType, as_dtype
from engine.ir.interpreter import current
from engine.ir.op import IO, PURE, op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.structure import flatten, pack
from engine.ir.tensor import EagerTensor, Tensor, Tensors


def _specs(result: tuple[DType, ...]) -> tuple[TensorSpec, ...]:
    return tuple(spec(dtype, None) for dtype in result)


@op("raw.py_function", type="EagerPyFunc", private=True, effect=IO)
def py_op(
    inputs: Tensors,
    func: Callable[..., Any],
    result: tuple[DType, ...],
) -> tuple[TensorSpec, ...]:
    """Call Python with eager tensors."""
    return _specs(result)


@op("raw.stateless_py_function", type="EagerPyFunc", private=True, effect=PURE)
def stateless_py_op(
    inputs: Tensors,
    func: Callable[..., Any],
    result: tuple[DType, ...],
) -> tuple[TensorSpec, ...]:
    """Call Python that has no side effects."""
    return _specs(result)


@py_op.kernel
def _py_kernel(xp: Any, *values: Any, func: Callable[..., Any], result: tuple[DType, ...]) -> Any:
    it: Any = current()
    tensors = [it.constant(value) for value in values]
    try:
        answers = func(*tensors)
    except OpError:
        raise
    except Exception as error:  # the user's code: whatever it raises becomes an op's error
        kind = InvalidArgumentError if isinstance(error, (TypeError, ValueError)) else UnknownError
        raise kind(None, None, f"{type(error).__name__}: {error}") from error
    flat = flatten(answers) if result else []
    if len(flat) != len(result):
        raise InvalidArgumentError(
            None,
            None,
            f"pyfunc returned {len(flat)} values, but expects to see {len(result)} values.",
        )
    return tuple(_value(answer, dtype, it) for answer, dtype in zip(flat, result))


stateless_py_op.op.compute = py_op.op.compute


def _value(answer: Any, dtype: DType, it: Any) -> Any:
    tensor: Any = answer
    if not isinstance(answer, EagerTensor):
        tensor = convert_to_tensor(answer, dtype_hint=dtype)
    if tensor.dtype is not dtype:
        raise InvalidArgumentError(
            None,
            None,
            f"0-th value returned by pyfunc is {tensor.dtype.name}, but expects {dtype.name}",
        )
    return tensor._value


@stateless_py_op.gradient
def _stateless_gradient(tf: Any, node: Any, *grads: Tensor) -> list[None]:
    """Gradients of Python code are, as in TensorFlow, constants to further derivatives."""
    return [None] * len(node.inputs)


@py_op.gradient
def _py_gradient(tf: Any, node: Any, *grads: Tensor) -> Any:
    func, count = node.attrs["func"], len(node.inputs)
    floating = [i for i, t in enumerate(node.inputs) if t.dtype.is_floating or t.dtype.is_complex]
    if not floating:
        return [None] * count

    def backward(*values: Any) -> Any:
        inputs, seeds = values[:count], list(values[count:])
        with tf.GradientTape() as tape:
            tape.watch([inputs[i] for i in floating])
            answers = [convert_to_tensor(a) for a in flatten(func(*inputs))]
        found = tape.gradient(answers, [inputs[i] for i in floating], seeds, "zero")
        return list(found)

    it: Any = current()
    attrs = {"func": backward, "result": tuple(node.inputs[i].dtype for i in floating)}
    results = it.apply(stateless_py_op.op, (*node.inputs, *grads), attrs)
    out: list[Any] = [None] * count
    for i, grad in zip(floating, results):
        if not it.eager:
            grad.set_shape(node.inputs[i].dims)
        out[i] = grad
    return out


@public("py_function")
def py_function(func: Callable[..., Any], inp: Any, Tout: Any, name: str | None = None) -> Any:  # noqa: N803
    """Call a Python function with eager tensors whenever the graph runs; differentiable.

    Args:
        func: eager tensors -> tensors or values.
        inp: its arguments.
        Tout: dtype, or list of dtypes, of what it answers.
        name: of the node.

    Raises:
        InvalidArgumentError, UnknownError: when run, if `func` raises or answers other dtypes.
    """
    return _call(py_op.op, func, inp, Tout)


@public("numpy_function")
def numpy_function(
    func: Callable[..., Any] | None = None, inp: Any = None, Tout: Any = None,  # noqa: N803
    stateful: bool = True, name: str | None = None,
) -> Any:  # fmt: skip
    """Call a Python function with numpy arrays whenever the graph runs; no gradient.

    Args:
        func: arrays -> arrays.
        inp: its arguments.
        Tout: dtype, or list of dtypes, of what it answers.
        stateful: False: it has no side effects and may be left out where its result is unused.
        name: of the node.
    """

    def on_arrays(*tensors: Any) -> Any:
        assert func is not None
        answers = func(*[t.numpy() for t in tensors])
        return answers

    return _call(py_op.op if stateful else stateless_py_op.op, on_arrays, inp, Tout)


@public("compat.v1.py_func")
def py_func(func: Any, inp: Any, Tout: Any, stateful: bool = True, name: Any = None) -> Any:  # noqa: N803
    """As `tf.numpy_function`."""
    return numpy_function(func, inp, Tout, stateful)


def _call(kind: Any, func: Callable[..., Any], inp: Any, wanted: Any) -> Any:
    single = not isinstance(wanted, (list, tuple))
    dtypes = tuple(
        d.dtype if isinstance(d, TensorSpec) else as_dtype(d)
        for d in ([wanted] if single else wanted)
    )
    if not isinstance(inp, (list, tuple)):
        inp = [inp]
    inputs = tuple(convert_to_tensor(value) for value in flatten(list(inp)))

    def with_structure(*tensors: Any) -> Any:
        return func(*pack(list(inp), list(tensors)))

    results = current().apply(kind, inputs, {"func": with_structure, "result": dtypes})
    if single:
        return results[0]
    return list(results) if results is not None else []
