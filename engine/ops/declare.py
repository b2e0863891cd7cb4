"""Short forms for families of similar ops: unary, binary, comparison, logical."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Sequence
from typing import Any

from engine.ir.dtypes import COMPLEX, FLOATING, INTEGER, NUMERIC, REAL, SIGNED, DType, bool_, string
from engine.ir.op import Op, OpFunction, op
from engine.ir.shapes import broadcast, show
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor


def infer_broadcast(x: Any, y: Any, result: DType | None = None) -> TensorSpec:
    """Spec of an element-wise result of two inputs.

    Raises:
        ValueError: if the shapes do not broadcast.
    """
    try:
        dims = broadcast(x.dims, y.dims)
    except ValueError as error:
        raise ValueError(f"{error} for input shapes: {_shown(x.dims)}, {_shown(y.dims)}.") from None
    return spec(result or x.dtype, dims)


def _shown(dims: Any) -> str:
    return (
        show(dims)
        if dims is None
        else "[" + ",".join("?" if size is None else str(size) for size in dims) + "]"
    )


def unary(
    name: str,
    *aliases: str,
    doc: str,
    kernel: Callable[..., Any],
    type: str,
    gradient: Callable[..., Any] | None = None,
    dtypes: Collection[DType] | None = None,
    expression: str | None = None,
    ufunc: str | None = None,
    result: DType | None = None,
    samples: Sequence[Any] = (("float32[3,4]",), ("float64[]",)),
    hint: str | None = None,
    argument: str = "x",
) -> OpFunction:
    """Declare an element-wise op of one input.

    Args:
        name: public name.
        *aliases: further public names.
        doc: docstring.
        kernel: (xp, x) -> array.
        type: TensorFlow's op name.
        gradient: (tf, node, grad) -> gradient of the input.
        dtypes: allowed dtypes.
        expression: source of the kernel, with `{0}` for the input, valid for scalars and arrays.
        ufunc: numpy ufunc that does the same.
        result: dtype of the result; by default the input's.
        samples: for the tests.
        hint: base of node names.
        argument: public name of the input.
    """

    def infer(x: Tensor, name: str | None = None) -> TensorSpec:
        return spec(result or x.dtype, x.dims)

    if argument != "x":
        _rename(infer, x=argument)
    return _finish(infer, name, aliases, doc, kernel, type, gradient, dtypes, expression, ufunc,
                   samples, hint, result)  # fmt: skip


def binary(
    name: str,
    *aliases: str,
    doc: str,
    kernel: Callable[..., Any],
    type: str,
    gradient: Callable[..., Any] | None = None,
    dtypes: Collection[DType] | None = None,
    expression: str | None = None,
    ufunc: str | None = None,
    result: DType | None = None,
    samples: Sequence[Any] = (("float32[3,4]", "float32[4]"), ("float64[]", "float64[2]")),
    hint: str | None = None,
    arguments: tuple[str, str] = ("x", "y"),
) -> OpFunction:
    """Declare an element-wise op of two inputs that broadcast; arguments as `unary`."""

    def infer(x: Tensor, y: Tensor, name: str | None = None) -> TensorSpec:
        return infer_broadcast(x, y, result)

    if arguments != ("x", "y"):
        _rename(infer, x=arguments[0], y=arguments[1])
    return _finish(infer, name, aliases, doc, kernel, type, gradient, dtypes, expression, ufunc,
                   samples, hint, result)  # fmt: skip


def _rename(infer: Any, **names: str) -> None:
    """Show other parameter names than those of the source; calls are by position."""
    signature = inspect.signature(infer)
    infer.__signature__ = signature.replace(parameters=[
        parameter.replace(name=names.get(key, key))
        for key, parameter in signature.parameters.items()
    ])  # fmt: skip


def comparison(
    name: str, *aliases: str, doc: str, symbol: str, type: str, ufunc: str,
    kernel: Callable[..., Any], dtypes: Collection[DType] | None = None,
) -> OpFunction:  # fmt: skip
    """Declare an element-wise test of two inputs, with a bool result."""
    return binary(name, *aliases, doc=doc, kernel=kernel, type=type, dtypes=dtypes,
                  expression="{0} " + symbol + " {1}", ufunc=ufunc, result=bool_)  # fmt: skip


_KINDS = (
    (NUMERIC, "numeric tensor"), (REAL, "real tensor"),
    (NUMERIC | {string}, "numeric tensor or tensor of strings"),
    (FLOATING | COMPLEX, "tensor of floats or complex numbers"), (FLOATING, "tensor of floats"),
    (INTEGER, "tensor of integers"), (FLOATING | SIGNED, "tensor of floats or signed integers"),
    (FLOATING | SIGNED | COMPLEX, "tensor of floats, signed integers or complex numbers"),
)  # fmt: skip


def document(
    doc: str, parameters: Sequence[str], dtypes: Collection[DType] | None, result: DType | None
) -> str:
    """The docstring of an element-wise op: what it does, its arguments, results and errors."""
    kind = "tensor"
    if dtypes:
        listed = ", ".join(dtype.name for dtype in sorted(dtypes, key=int))
        kind = next((words for known, words in _KINDS if known == set(dtypes)),
                    f"tensor of one of {listed}")  # fmt: skip
    lines = [doc, "", "Args:", f"    {parameters[0]}: {kind}."]
    same = "tensor of the same dtype; the shapes broadcast."
    lines.extend(f"    {name}: {same}" for name in parameters[1:-1])
    lines += ["    name: of the node.", "", "Returns:"]
    shape = "of the same shape" if len(parameters) == 2 else "of the common shape"
    lines.append(f"    A {f'{result.name} tensor' if result else 'tensor'} {shape}"
                 f"{'' if result else ' and dtype'}.")  # fmt: skip
    wrong = ["the dtype is another one"] if dtypes else []
    wrong += ["the shapes do not broadcast"] if len(parameters) > 2 else []
    if wrong:
        graph = "TypeError or ValueError" if len(wrong) > 1 else (
            "TypeError" if dtypes else "ValueError")  # fmt: skip
        lines += [
            "",
            "Raises:",
            f"    InvalidArgumentError: ({graph} while tracing) if {' or '.join(wrong)}.",
        ]
    return "\n".join(lines) + "\n"


def _finish(
    infer: Callable[..., Any], name: str, aliases: tuple[str, ...], doc: str,
    kernel: Callable[..., Any], type: str, gradient: Callable[..., Any] | None,
    dtypes: Collection[DType] | None, expression: str | None, ufunc: str | None,
    samples: Sequence[Any], hint: str | None, result: DType | None,
) -> OpFunction:  # fmt: skip
    infer.__name__ = infer.__qualname__ = name.rsplit(".", 1)[-1]
    infer.__doc__ = document(doc, list(inspect.signature(infer).parameters), dtypes, result)
    infer.__module__ = kernel.__module__
    allowed = {"T": dtypes} if dtypes else None
    function = op(name, *aliases, type=type, hint=hint, dtypes=allowed, samples=samples)(infer)
    made: Op = function.op
    made.compute = kernel
    made.backward = gradient
    made.expression = expression
    made.ufunc = ufunc
    made.elementwise = True
    return function


def last_derivative(name: str, type: str) -> OpFunction:
    """An op that passes a gradient on and has none itself: TensorFlow differentiates no further.

    Args:
        name: of the op, private.
        type: TensorFlow's name of the op that computes the gradient there.
    """

    def infer(gradient: Tensor, name: str | None = None) -> TensorSpec:
        return spec(gradient.dtype, gradient.dims)

    infer.__doc__ = f"The gradient that {type} computes."
    infer.__name__ = infer.__qualname__ = name.rsplit(".", 1)[-1]
    function = op(name, type=type)(infer)
    function.op.compute = lambda xp, gradient: gradient
    return function


_SCALARS: dict[Any, Any] = {}


def scalar(xp: Any, value: float, dtype: Any) -> Any:
    """`value` as an array of rank 0, made once: the quickest operand a ufunc can have."""
    key = (xp.__name__, value, dtype)
    found = _SCALARS.get(key)
    if found is None:
        found = _SCALARS[key] = xp.asarray(value, dtype)
    return found


def unbroadcast(tf: Any, grad: Tensor, x: Tensor) -> Tensor:
    """Sum `grad` over the axes that broadcasting added, so that it has the shape of `x`."""
    if x.dims is not None and grad.dims is not None and None not in x.dims + grad.dims:
        if x.dims == grad.dims:
            return grad
        extra = len(grad.dims) - len(x.dims)
        axes = list(range(extra))
        axes += [extra + i for i, size in enumerate(x.dims) if size == 1 != grad.dims[extra + i]]
        summed = tf.raw.reduce_sum(grad, tuple(axes)) if axes else grad
        return summed if summed.dims == x.dims else tf.reshape(summed, x.dims)
    axes = tf.raw.broadcast_gradient_axes(tf.shape(x), tf.shape(grad))
    return tf.reshape(tf.raw.sum_dynamic(grad, axes), tf.shape(x))
