"""Calls back into Python from a running graph: py_function and numpy_function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.base.errors import (
    InvalidArgumentError,
    OpError,
    OutOfRangeError,
    ResourceExhaustedError,
    UnimplementedError,
    UnknownError,
)
from engine.ir.convert import CPP_NAMES, convert_to_tensor
from engine.ir.dtypes import DType, as_dtype, float64, int64
from engine.ir.interpreter import current
from engine.ir.op import IO, PURE, op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.structure import flatten, pack
from engine.ir.tensor import EagerTensor, Tensor, Tensors


def _specs(result: tuple[DType, ...]) -> tuple[TensorSpec, ...]:
    return tuple(spec(dtype, None) for dtype in result)


@op("raw.py_function", type="EagerPyFunc", effect=IO)
def py_op(
    inputs: Tensors,
    func: Callable[..., Any],
    result: tuple[DType, ...],
) -> tuple[TensorSpec, ...]:
    """Call Python with eager tensors."""
    return _specs(result)


@op("raw.stateless_py_function", type="EagerPyFunc", effect=PURE)
def stateless_py_op(
    inputs: Tensors,
    func: Callable[..., Any],
    result: tuple[DType, ...],
) -> tuple[TensorSpec, ...]:
    """Call Python that has no side effects."""
    return _specs(result)


@py_op.kernel
def _py_kernel(xp: Any, *values: Any, func: Callable[..., Any], result: tuple[DType, ...]) -> Any:
    answers = _answers(func, values)
    flat = flatten(answers) if result else []
    if len(flat) < len(result):
        raise _wrong_count(len(flat), len(result))
    it: Any = current()
    return tuple(_value(answer, dtype, it) for answer, dtype in zip(flat, result))


def _answers(func: Callable[..., Any], values: tuple[Any, ...]) -> Any:
    """What the user's code answers; whatever it raises becomes an op's error."""
    it: Any = current()
    try:
        return func(*[it.constant(value) for value in values])
    except Exception as error:
        raise as_op_error(error) from error


def as_op_error(error: Exception) -> OpError:
    """The error of an op that called the user's code, which raised `error`."""
    kind: Any = next((made for raised, made in _ERRORS if isinstance(error, raised)), UnknownError)
    return kind(None, None, f"{type(error).__name__}: {error}")


_ERRORS: tuple[tuple[Any, type[OpError]], ...] = (
    (OpError, UnknownError),
    (NotImplementedError, UnimplementedError),
    ((TypeError, ValueError), InvalidArgumentError),
    (StopIteration, OutOfRangeError),
    (MemoryError, ResourceExhaustedError),
)


def _wrong_count(found: int, wanted: int) -> InvalidArgumentError:
    return InvalidArgumentError(
        None, None, f"pyfunc returns {found} values, but expects to see {wanted} values."
    )


stateless_py_op.op.compute = py_op.op.compute


@op("raw.numpy_function", type="PyFunc", effect=IO)
def numpy_op(
    inputs: Tensors,
    func: Callable[..., Any],
    result: tuple[DType, ...],
) -> tuple[TensorSpec, ...]:
    """Call Python with arrays; what it answers must have the dtypes that were announced."""
    return _specs(result)


@op("raw.stateless_numpy_function", type="PyFuncStateless", effect=PURE)
def stateless_numpy_op(
    inputs: Tensors,
    func: Callable[..., Any],
    result: tuple[DType, ...],
) -> tuple[TensorSpec, ...]:
    """Call Python with arrays, without side effects."""
    return _specs(result)


@numpy_op.kernel
def _numpy_kernel(
    xp: Any, *values: Any, func: Callable[..., Any], result: tuple[DType, ...]
) -> Any:
    answers = _answers(func, values)
    several = isinstance(answers, (list, tuple))
    flat = [] if answers is None else list(answers) if several else [answers]
    if len(flat) != len(result):
        raise _wrong_count(len(flat), len(result))
    it: Any = current()
    return tuple(_array(i, *pair, it) for i, pair in enumerate(zip(flat, result)))


stateless_numpy_op.op.compute = numpy_op.op.compute


def _array(number: int, answer: Any, dtype: DType, it: Any) -> Any:
    """The value of an answer; Python's numbers are numpy's, as 64 bits."""
    wide = {int: int64, float: float64}.get(type(answer))
    tensor = convert_to_tensor(answer, wide)
    if tensor.dtype is not dtype:
        found, wanted = (CPP_NAMES.get(d.name, d.name) for d in (tensor.dtype, dtype))
        raise InvalidArgumentError(
            None, None, f"{number}-th value returned by pyfunc is {found}, but expects {wanted}"
        )
    return tensor._value  # type: ignore[attr-defined]


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
        ValueError: if `func` is not callable.
        InvalidArgumentError, UnknownError: when run, if `func` raises or answers other dtypes.
    """
    _check_callable(func)
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

    Raises:
        ValueError: in a graph, if `func` is not callable.
        InvalidArgumentError, UnknownError: when run in a graph, if `func` raises or answers another
            number of values or other dtypes.
    """

    def on_arrays(*tensors: Any) -> Any:
        return func(*[t.numpy() for t in tensors])  # type: ignore[misc]

    if not current().eager:
        _check_callable(func)
        kind = numpy_op.op if stateful else stateless_numpy_op.op
        return _call(kind, on_arrays, inp, Tout)
    given = inp if isinstance(inp, (list, tuple)) else [inp]
    answers = flatten(on_arrays(*map(convert_to_tensor, given)))
    made = [answer if answer is None else convert_to_tensor(answer) for answer in answers]
    return made[0] if len(made) == 1 else made


def _check_callable(func: Any) -> None:
    if not callable(func):
        raise ValueError(
            f"Expected func to be callable. Received func={func} of type {type(func)}."
        )


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

    it: Any = current()
    results = it.apply(kind, inputs, {"func": with_structure, "result": dtypes})
    if single:
        return results[0]
    if results is not None and len(results):
        return list(results)
    return [] if it.eager else it.nodes[-1]
