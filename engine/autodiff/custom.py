"""Functions with gradients of their own: `custom_gradient`, `recompute_grad`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

from engine.autodiff.tape import GradientTape
from engine.base.tracebacks import hide_engine_frames
from engine.ir.convert import convert_to_tensor
from engine.ir.interpreter import current
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.structure import flatten, pack
from engine.ir.tensor import Tensor, Tensors
from engine.objects.variable import Variable


@op("raw.custom_gradient", type="IdentityN")
def custom_op(
    inputs: Tensors,
    count: int,
    rule: Callable[..., Any],
) -> tuple[TensorSpec, ...]:
    """The first `count` inputs; their gradient is `rule`, for the remaining inputs."""
    return tuple(spec(t.dtype, t.dims) for t in inputs[:count])


@custom_op.kernel
def _custom_kernel(xp: Any, *values: Any, count: int, rule: Callable[..., Any]) -> Any:
    return tuple(values[:count])


@custom_op.gradient
def _custom_backward(tf: Any, node: Any, *grads: Tensor) -> Sequence[Any]:
    count = node.attrs["count"]
    given = list(node.attrs["rule"](*grads[:count]))
    return [None] * count + given


@public("custom_gradient")
def custom_gradient(f: Callable[..., Any] | None = None) -> Any:
    """Decorator: a function that answers its result and its gradient function.

    Args:
        f: tensors -> (result, grad_fn); grad_fn: gradients of the result -> gradients of the
            arguments. Where `f` uses variables, `grad_fn` takes a keyword `variables` and answers
            also the list of their gradients.

    Returns:
        A function tensors -> result, with that gradient.
    """
    if f is None:
        return custom_gradient

    @functools.wraps(f)
    def decorated(*args: Any, **kwargs: Any) -> Any:
        try:
            return _call(f, args, kwargs)
        except Exception as error:
            hide_engine_frames(error)
            raise

    return decorated


def _call(f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    flat = [_argument(leaf) for leaf in flatten(args)]
    it: Any = current()
    if kwargs and not it.eager:
        raise ValueError(
            "The custom_gradient decorator currently supports keywords arguments only when eager "
            "execution is enabled."
        )
    outer, it.tapes = list(it.tapes), []
    try:
        with GradientTape() as listener:
            result, grad_fn = f(*pack(args, flat), **kwargs)
    finally:
        it.tapes = outer
        if it.eager:
            it.plain = not outer
    variables = [v for v in listener.watched_variables() if v is not None]
    given = {id(leaf.handle) for leaf in flat if isinstance(leaf, Variable)}
    variables = [v for v in variables if id(v.handle) not in given]
    if variables and not _takes_variables(grad_fn):
        raise TypeError(
            "@tf.custom_gradient grad_fn must accept keyword argument 'variables', since function "
            f"uses variables: {variables}"
        )
    outputs = [convert_to_tensor(leaf) for leaf in flatten(result)]
    sources = [leaf.handle if isinstance(leaf, Variable) else leaf for leaf in flat]
    tensors = [leaf for leaf in sources if isinstance(leaf, Tensor)]
    where = [isinstance(leaf, Tensor) for leaf in sources]

    def rule(*grads: Any) -> list[Any]:
        return _apply_rule(grad_fn, grads, where, variables)

    handles = [v.handle for v in variables]
    made = it.apply(custom_op.op, (*outputs, *tensors, *handles),
                    {"count": len(outputs), "rule": rule})  # fmt: skip
    return pack(result, list(made))


def _takes_variables(grad_fn: Callable[..., Any]) -> bool:
    parameters = inspect.signature(grad_fn).parameters.values()
    return any(p.name == "variables" or p.kind is p.VAR_KEYWORD for p in parameters)


def _argument(leaf: Any) -> Any:
    if isinstance(leaf, Variable):
        return leaf
    try:
        return convert_to_tensor(leaf)
    except (TypeError, ValueError):
        return leaf


def _apply_rule(
    grad_fn: Callable[..., Any], grads: Sequence[Any], where: list[bool], variables: list[Any]
) -> list[Any]:
    if variables:
        result, of_variables = grad_fn(*grads, variables=variables)
        if len(of_variables) != len(variables):
            raise ValueError(
                "Must return gradient for each variable from @custom_gradient grad_fn."
            )
    else:
        result, of_variables = grad_fn(*grads), []
    found = flatten(list(result) if isinstance(result, (list, tuple)) else [result])
    if len(found) != len(where):
        raise ValueError(
            f"custom_gradient function expected to return {len(where)} gradients, but returned "
            f"{len(found)} instead."
        )
    kept = [grad for grad, is_tensor in zip(found, where) if is_tensor]
    return [None if g is None else convert_to_tensor(g) for g in [*kept, *of_variables]]


@public("recompute_grad")
def recompute_grad(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f`, computed again when its gradient is asked for, so that nothing in between is kept."""

    @functools.wraps(f)
    def decorated(*args: Any, **kwargs: Any) -> Any:
        @custom_gradient  # type: ignore[untyped-decorator]
        def inner(*inner_args: Any) -> Any:
            result = f(*inner_args, **kwargs)

            def grad(*grads: Any, variables: Any = None) -> Any:
                with GradientTape() as tape:
                    tape.watch([leaf for leaf in flatten(inner_args) if isinstance(leaf, Tensor)])
                    again = f(*inner_args, **kwargs)
                sources = [*flatten(inner_args), *(variables or [])]
                found = tape.gradient(again, sources, output_gradients=list(grads))
                count = len(flatten(inner_args))
                return (found[:count], found[count:]) if variables else found

            return result, grad

        return inner(*args)

    return decorated


@public("grad_pass_through")
def grad_pass_through(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f`, with the gradient of the identity."""

    @custom_gradient  # type: ignore[untyped-decorator]
    def decorated(*args: Any, **kwargs: Any) -> Any:
        def grad(*grads: Any, variables: Any = None) -> Any:
            if variables is not None:
                return grads, [None] * len(variables)
            return grads

        return f(*args, **kwargs), grad

    return decorated
