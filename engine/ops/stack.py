"""Stacks of values: what the gradients of loops save, turn by turn.

A stack is immutable: None, or a pair of the stack below and the value on top (a tuple, which
CPython lets go of without deep recursion). The gradient of a push
is a pop and the other way round, so loops can be differentiated any number of times.
"""

from __future__ import annotations

from typing import Any

from engine.ir.dtypes import DType, variant
from engine.ir.op import op
from engine.ir.shapes import Dims
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor

_STACK = {"stack": variant, "left": variant, "right": variant}


@op("raw.stack_push", type="TensorListPushBack", groups=_STACK)
def stack_push(stack: Tensor, value: Tensor) -> TensorSpec:
    """The stack with `value` on top."""
    return spec(variant, ())


@stack_push.kernel
def _push_kernel(xp: Any, stack: Any, value: Any) -> Any:
    return stack, value


@op("raw.stack_pop", type="TensorListPopBack", groups=_STACK)
def stack_pop(stack: Tensor, dtype: DType, dims: Dims) -> tuple[TensorSpec, TensorSpec]:
    """The stack below, and the value on top; zeros from an empty stack."""
    return spec(variant, ()), spec(dtype, dims)


@stack_pop.kernel
def _pop_kernel(xp: Any, stack: Any, dtype: DType, dims: Dims) -> Any:
    if stack is None:
        if dtype is variant:
            return None, None
        known = dims if dims is not None and None not in dims else ()
        return None, xp.zeros(known, dtype.as_numpy_dtype)[()]
    return stack


@stack_push.gradient
def _push_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Any, Any]:
    value = node.inputs[1]
    if grad is None:
        return None, None
    below, top = stack_pop(grad, dtype=value.dtype, dims=value.dims)
    return below, top


@stack_pop.gradient
def _pop_gradient(tf: Any, node: Any, stack_grad: Any, value_grad: Any) -> Any:
    if stack_grad is None and value_grad is None:
        return None
    if stack_grad is None:
        stack_grad = empty_stack()
    if value_grad is None:
        value = node.outputs[1]
        value_grad = empty_stack() if value.dtype is variant else tf.zeros_like(value)
    return stack_push(stack_grad, value_grad)


_push_gradient.takes_missing = True  # type: ignore[attr-defined]
_pop_gradient.takes_missing = True  # type: ignore[attr-defined]


@op("raw.stack_add", groups=_STACK)
def stack_add(left: Tensor, right: Tensor) -> TensorSpec:
    """Two stacks of equal height added value by value (an empty one stands for zeros)."""
    return spec(variant, ())


@stack_add.kernel
def _add_kernel(xp: Any, left: Any, right: Any) -> Any:
    if type(left) is list or type(right) is list:
        return _add_lists(left or [], right or [])
    tops = []
    while left is not None and right is not None:
        (left, a), (right, b) = left, right
        nested = a is None or b is None or type(a) is tuple
        tops.append(_add_kernel(xp, a, b) if nested else a + b)
    made = left if right is None else right
    for value in reversed(tops):
        made = (made, value)
    return made


def _add_lists(left: list[Any], right: list[Any]) -> list[Any]:
    made = [b if a is None else a if b is None else a + b for a, b in zip(left, right)]
    longer = left if len(left) > len(right) else right
    return made + longer[len(made) :]


@stack_add.gradient
def _add_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Any, Any]:
    return grad, grad


def empty_stack() -> Any:
    """A stack without values."""
    from engine.ir.interpreter import current
    from engine.ir.op import find_op

    attrs = {"value": None, "dtype": variant, "dims": ()}
    return current().apply(find_op("raw.constant"), (), attrs)
