"""Logic on bools and on the bits of integers."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import INTEGER, bool_
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.declare import binary, infer_broadcast

_BOOLS = {"x": bool_, "y": bool_}
_SAMPLES = [("bool[3,4]", "bool[4]"), ("bool[]", "bool[]")]


@op("math.logical_and", "logical_and", type="LogicalAnd", groups=_BOOLS, samples=_SAMPLES)
def logical_and(x: Tensor, y: Tensor, name: str | None = None) -> TensorSpec:
    """X and y, element by element.

    Args:
        x: bool tensor.
        y: bool tensor; the shapes broadcast.
        name: of the node.
    """
    return infer_broadcast(x, y)


@logical_and.kernel
def _logical_and_kernel(xp: Any, x: Any, y: Any) -> Any:
    return x & y


@op("math.logical_or", "logical_or", type="LogicalOr", groups=_BOOLS, samples=_SAMPLES)
def logical_or(x: Tensor, y: Tensor, name: str | None = None) -> TensorSpec:
    """X or y, element by element.

    Args:
        x: bool tensor.
        y: bool tensor; the shapes broadcast.
        name: of the node.
    """
    return infer_broadcast(x, y)


@logical_or.kernel
def _logical_or_kernel(xp: Any, x: Any, y: Any) -> Any:
    return x | y


@op("math.logical_not", "logical_not", type="LogicalNot", groups={"x": bool_},
    samples=[("bool[3,4]",), ("bool[]",)])  # fmt: skip
def logical_not(x: Tensor, name: str | None = None) -> TensorSpec:
    """Not x, element by element.

    Args:
        x: bool tensor.
        name: of the node.
    """
    return spec(bool_, x.dims)


@logical_not.kernel
def _logical_not_kernel(xp: Any, x: Any) -> Any:
    return ~x


for _function, _expression, _ufunc in (
    (logical_and, "{0} & {1}", "logical_and"),
    (logical_or, "{0} | {1}", "logical_or"),
    (logical_not, "~{0}", "logical_not"),
):
    _function.op.expression = _expression
    _function.op.ufunc = _ufunc
    _function.op.elementwise = True


@public("math.logical_xor")
def logical_xor(x: Any, y: Any, name: str = "LogicalXor") -> Tensor:
    """Either x or y but not both, element by element.

    Args:
        x: bool tensor.
        y: bool tensor; the shapes broadcast.
        name: of the last node.
    """
    return logical_and(logical_or(x, y), logical_not(logical_and(x, y)), name=name)


bitwise_and = binary(
    "bitwise.bitwise_and", type="BitwiseAnd", doc="The bits set in both x and y (integers).",
    kernel=lambda xp, x, y: x & y, expression="{0} & {1}", ufunc="bitwise_and", dtypes=INTEGER,
    samples=[("int32[3,4]", "int32[4]"), ("uint8[]", "uint8[2]")],
)  # fmt: skip

bitwise_or = binary(
    "bitwise.bitwise_or", type="BitwiseOr", doc="The bits set in x or y or both (integers).",
    kernel=lambda xp, x, y: x | y, expression="{0} | {1}", ufunc="bitwise_or", dtypes=INTEGER,
    samples=[("int32[3,4]", "int32[4]"), ("uint8[]", "uint8[2]")],
)  # fmt: skip

bitwise_xor = binary(
    "bitwise.bitwise_xor", type="BitwiseXor", doc="The bits set in exactly one of x and y.",
    kernel=lambda xp, x, y: x ^ y, expression="{0} ^ {1}", ufunc="bitwise_xor", dtypes=INTEGER,
    samples=[("int32[3,4]", "int32[4]"), ("uint8[]", "uint8[2]")],
)  # fmt: skip


@op("bitwise.invert", type="Invert", dtypes={"T": INTEGER}, samples=[("int32[3]",), ("uint8[]",)])
def invert(x: Tensor, name: str | None = None) -> TensorSpec:
    """All bits of x flipped.

    Args:
        x: integer tensor.
        name: of the node.
    """
    return spec(x.dtype, x.dims)


@invert.kernel
def _invert_kernel(xp: Any, x: Any) -> Any:
    return ~x


invert.op.expression = "~{0}"
invert.op.ufunc = "invert"
invert.op.elementwise = True


def _shift_kernel(left: bool) -> Any:
    def kernel(xp: Any, x: Any, y: Any) -> Any:
        bits = x.dtype.itemsize * 8
        amount = xp.minimum(xp.maximum(y, y.dtype.type(0)), y.dtype.type(bits - 1))
        return x << amount if left else x >> amount

    return kernel


left_shift = binary(
    "bitwise.left_shift", type="LeftShift",
    doc="The bits of x moved left by y; y is clamped to [0, bits - 1].",
    kernel=_shift_kernel(True), dtypes=INTEGER,
    samples=[("int32[3,4]", "int32[4](0.2,3)"), ("uint8[]", "uint8[2]")],
)  # fmt: skip

right_shift = binary(
    "bitwise.right_shift", type="RightShift",
    doc="The bits of x moved right by y, keeping the sign; y is clamped to [0, bits - 1].",
    kernel=_shift_kernel(False), dtypes=INTEGER,
    samples=[("int32[3,4]", "int32[4](0.2,3)"), ("uint8[]", "uint8[2]")],
)  # fmt: skip


@public("raw.and_operator")
def and_operator(x: Tensor, y: Any, name: str | None = None) -> Tensor:
    """The operator `&`: logic on bools, bits of integers."""
    found = logical_and if convert_to_tensor(x).dtype is bool_ else bitwise_and
    return found(x, y, name)


@public("raw.or_operator")
def or_operator(x: Tensor, y: Any, name: str | None = None) -> Tensor:
    """The operator `|`: logic on bools, bits of integers."""
    found = logical_or if convert_to_tensor(x).dtype is bool_ else bitwise_or
    return found(x, y, name)


@public("raw.xor_operator")
def xor_operator(x: Tensor, y: Any, name: str | None = None) -> Tensor:
    """The operator `^`: logic on bools, bits of integers."""
    x = convert_to_tensor(x)
    if x.dtype is bool_:
        return logical_xor(x, y, name or "LogicalXor")
    return bitwise_xor(x, y, name)


@public("raw.invert_operator")
def invert_operator(x: Tensor, name: str | None = None) -> Tensor:
    """The operator `~`: logic on bools, bits of integers."""
    found = logical_not if x.dtype is bool_ else invert
    return found(x, name)
