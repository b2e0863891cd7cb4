"""Twins of ops whose attribute may be known only when the graph runs: there it is an input."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.op import OpFunction, op
from engine.ops.arguments import checked_ints


def dynamic_twin(fixed: OpFunction, attr: str, infer: Callable[..., Any]) -> OpFunction:
    """An op like `fixed` whose integer attribute `attr` is its last input.

    Args:
        fixed: the op with the attribute.
        attr: name of the attribute.
        infer: (*inputs of `fixed`, the attribute as a tensor, **the other attributes) -> specs.

    Returns:
        The public function of the new op.
    """
    base = fixed.op
    parameters = list(inspect.signature(base.infer).parameters.values())
    inputs = [p for p in parameters if p.name in {item.name for item in base.parameters}]
    others = [p for p in parameters if p not in inputs and p.name != attr]
    last = inspect.Parameter(attr, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation="Tensor")

    def loose(*args: Any, **kwargs: Any) -> Any:
        return infer(*args, **kwargs)

    loose.__name__ = loose.__qualname__ = f"{base.infer.__name__}_dynamic"
    loose.__doc__ = f"{base.doc} Here `{attr}` is an input."
    loose.__module__ = base.infer.__module__
    signature = inspect.Signature([*inputs, last, *others])
    loose.__signature__ = signature  # type: ignore[attr-defined]
    groups = {item.name: item.group for item in base.parameters}
    made = op(
        f"{base.name}_dynamic", type=base.type, hint=base.name_hint, dtypes=base.allowed,
        groups={**groups, attr: f"T{attr}"},
    )(loose)  # fmt: skip
    made.op.compute = _compute(fixed, attr)
    made.op.backward = _backward(fixed, attr)
    return made


def _compute(fixed: OpFunction, attr: str) -> Callable[..., Any]:
    def kernel(xp: Any, *arrays: Any, **attrs: Any) -> Any:
        compute = fixed.op.compute
        assert compute is not None
        *values, last = arrays
        known = tuple(int(item) for item in last.reshape(-1)) if last.shape else int(last)
        return compute(xp, *values, **{attr: known}, **attrs)

    return kernel


def _backward(fixed: OpFunction, attr: str) -> Callable[..., Any]:
    def gradient(tf: Any, node: Any, *grads: Any) -> Any:
        backward = fixed.op.backward
        *inputs, last = node.inputs
        if backward is None:
            return (None,) * len(node.inputs)
        view = SimpleNamespace(
            inputs=tuple(inputs), outputs=node.outputs, attrs={**node.attrs, attr: last}
        )
        found = backward(tf, view, *grads)
        return (*found, None) if isinstance(found, tuple) else (found, None)

    return gradient


def choose(
    fixed: OpFunction, loose: OpFunction, inputs: tuple[Any, ...], value: Any, **attrs: Any
) -> Any:
    """Call `fixed` where the integer `value` is known, `loose` where a tensor hides it.

    Raises:
        InvalidArgumentError: if `value` is no scalar; for dtypes as `checked_ints`.
    """
    known = value if type(value) is int else checked_ints(value, fixed.op.type, "axis")
    if known is None:
        return loose(*inputs, value, **attrs)
    if isinstance(known, tuple):
        raise InvalidArgumentError(
            None, None, f"ScanOp: axis must be a scalar, not [{len(known)}] [Op:{fixed.op.type}]"
        )
    return fixed(*inputs, int(known), **attrs)
