"""Element-wise arithmetic and comparison."""

from __future__ import annotations

from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import (
    COMPLEX,
    FLOATING,
    NUMERIC,
    REAL,
    SIGNED,
    bool_,
    float32,
    float64,
    int8,
    int16,
    string,
    uint8,
    uint16,
)
from engine.ir.op import public
from engine.ir.tensor import Tensor
from engine.ops.declare import binary, comparison, unary, unbroadcast
from engine.ops.namespace import tf

_INEXACT = FLOATING | COMPLEX
_SIGNED = FLOATING | COMPLEX | SIGNED


def _add_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    x, y = node.inputs
    return unbroadcast(tf, grad, x), unbroadcast(tf, grad, y)


add = binary(
    "math.add", "add", type="AddV2", hint="Add",
    doc="x + y, element by element; strings are joined.",
    kernel=lambda xp, x, y: x + y, expression="{0} + {1}", ufunc="add",
    gradient=_add_gradient, dtypes=NUMERIC | {string},
)  # fmt: skip
add.op.first_decides = True


def _subtract_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    x, y = node.inputs
    return unbroadcast(tf, grad, x), unbroadcast(tf, tf.negative(grad), y)


subtract = binary(
    "math.subtract", "subtract", type="Sub", doc="x - y, element by element.",
    kernel=lambda xp, x, y: x - y, expression="{0} - {1}", ufunc="subtract",
    gradient=_subtract_gradient, dtypes=NUMERIC,
)  # fmt: skip


def _conj(tf: Any, x: Tensor) -> Tensor:
    return tf.math.conj(x) if x.dtype.is_complex else x


def _multiply_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    x, y = node.inputs
    return (
        unbroadcast(tf, grad * _conj(tf, y), x),
        unbroadcast(tf, _conj(tf, x) * grad, y),
    )


multiply = binary(
    "math.multiply", "multiply", type="Mul", doc="x * y, element by element.",
    kernel=lambda xp, x, y: x * y, expression="{0} * {1}", ufunc="multiply",
    gradient=_multiply_gradient, dtypes=NUMERIC,
)  # fmt: skip


def _divide_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    x, y = node.inputs
    x, y = _conj(tf, x), _conj(tf, y)
    return unbroadcast(tf, grad / y, node.inputs[0]), unbroadcast(
        tf, grad * ((tf.negative(x) / y) / y), node.inputs[1]
    )


real_divide = binary(
    "raw.real_divide", type="RealDiv", hint="truediv",
    doc="x / y, element by element, of two tensors of one inexact dtype.",
    kernel=lambda xp, x, y: x / y, expression="{0} / {1}", ufunc="true_divide",
    gradient=_divide_gradient, dtypes=_INEXACT,
)  # fmt: skip

_DIVIDED_AS = {int8: float32, uint8: float32, int16: float32, uint16: float32}


def real_operands(x: Any, y: Any, where: str) -> tuple[Tensor, Tensor]:
    """Two numeric tensors of one dtype; integers become float32 (8 and 16 bits) or float64.

    Raises:
        TypeError: if the dtypes differ, or are not numeric.
    """
    x = convert_to_tensor(x)
    y = convert_to_tensor(y, dtype_hint=x.dtype)
    if x.dtype is not y.dtype:
        raise TypeError(f"`x` and `y` must have the same dtype, got {x.dtype!r} != {y.dtype!r}.")
    if x.dtype.is_integer:
        real = _DIVIDED_AS.get(x.dtype, float64)
        return tf.cast(x, real), tf.cast(y, real)
    if not x.dtype.is_numeric:
        names = ", ".join(sorted(repr(dtype) for dtype in NUMERIC))
        raise TypeError(f"Invalid dtype {x.dtype!r} in {where}. Expected one of {{{names}}}.")
    return x, y


@public("math.truediv", "truediv")
def truediv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """X / y as real numbers: integers become float32 (8 and 16 bits) or float64 first.

    Args:
        x: numeric tensor.
        y: tensor of the same dtype; the shapes broadcast.
        name: of the node.

    Raises:
        TypeError: if the dtypes differ.
    """
    x, y = real_operands(x, y, "__truediv__")
    return real_divide(x, y, name=name)


@public("math.divide", "divide")
def divide(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The same as the operator `/`."""
    if not isinstance(x, Tensor) and isinstance(y, Tensor):
        x = convert_to_tensor(x, y.dtype)
    return truediv(x, y, name)


def _floordiv_kernel(xp: Any, x: Any, y: Any) -> Any:
    if y.dtype.kind not in "iu":
        return xp.floor(x / y)
    if not (y.all() if y.shape else y):
        raise InvalidArgumentError(None, None, "Integer division by zero")
    return x // y


floordiv = binary(
    "math.floordiv", "floordiv", type="FloorDiv", hint="floordiv",
    doc="The largest integer not above x / y, element by element; keeps the dtype.",
    kernel=_floordiv_kernel, dtypes=REAL, gradient=lambda tf, node, grad: (None, None),
)  # fmt: skip


def _floormod_kernel(xp: Any, x: Any, y: Any) -> Any:
    if y.dtype.kind in "iu" and not (y.all() if y.shape else y):
        raise InvalidArgumentError(None, None, "Integer division by zero")
    return x % y


def _floormod_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    x, y = node.inputs
    return unbroadcast(tf, grad, x), unbroadcast(tf, grad * tf.negative(tf.math.floordiv(x, y)), y)


floormod = binary(
    "math.floormod", "math.mod", type="FloorMod", hint="FloorMod",
    doc="x - floordiv(x, y) * y: the remainder has the sign of y.",
    kernel=_floormod_kernel, gradient=_floormod_gradient, dtypes=REAL,
)  # fmt: skip


def _negative_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return tf.negative(grad)


negative = unary(
    "math.negative", "negative", type="Neg", doc="-x, element by element.",
    kernel=lambda xp, x: -x, expression="-{0}", ufunc="negative",
    gradient=_negative_gradient, dtypes=_SIGNED,
)  # fmt: skip

less = comparison(
    "math.less", "less", doc="x < y, element by element.", symbol="<", type="Less", ufunc="less",
    kernel=lambda xp, x, y: x < y, dtypes=REAL,
)  # fmt: skip
less_equal = comparison(
    "math.less_equal", "less_equal", doc="x <= y, element by element.", symbol="<=",
    type="LessEqual", ufunc="less_equal", kernel=lambda xp, x, y: x <= y, dtypes=REAL,
)  # fmt: skip
greater = comparison(
    "math.greater", "greater", doc="x > y, element by element.", symbol=">", type="Greater",
    ufunc="greater", kernel=lambda xp, x, y: x > y, dtypes=REAL,
)  # fmt: skip
greater_equal = comparison(
    "math.greater_equal", "greater_equal", doc="x >= y, element by element.", symbol=">=",
    type="GreaterEqual", ufunc="greater_equal", kernel=lambda xp, x, y: x >= y, dtypes=REAL,
)  # fmt: skip


def _equal_kernel(xp: Any, x: Any, y: Any) -> Any:
    out = x == y
    return xp.bool_(out) if isinstance(out, bool) else out


equal = binary("math.equal", "equal", type="Equal", hint="Equal", result=bool_,
               doc="x == y, element by element.", kernel=_equal_kernel)  # fmt: skip


def _not_equal_kernel(xp: Any, x: Any, y: Any) -> Any:
    out = x != y
    return xp.bool_(out) if isinstance(out, bool) else out


not_equal = binary("math.not_equal", "not_equal", type="NotEqual", result=bool_,
                   doc="x != y, element by element.", kernel=_not_equal_kernel)  # fmt: skip
