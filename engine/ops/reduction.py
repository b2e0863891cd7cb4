"""Reductions over axes: sum, mean, product, extremes, all, any, and their dynamic forms."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import NUMERIC, REAL, DType, bool_, float32, float64, int32
from engine.ir.interpreter import current
from engine.ir.op import OpFunction, op, public
from engine.ir.shapes import Dims, num_elements, reduced
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.arguments import checked_ints

Axes = tuple[int, ...] | None


# -- the ops


def declare_reduction(
    base: str, type: str, compute: Callable[..., Any], allowed: Collection[DType] | None,
    gradient: Callable[..., Any] | None,
) -> tuple[OpFunction, OpFunction]:  # fmt: skip
    """The op with known axes, and the one that takes them as a tensor."""
    group: Any = {"dtypes": {"T": allowed}} if allowed else {"groups": {"input": bool_}}
    kind = "float32" if allowed else "bool"
    samples = [(f"{kind}[3,4]", (1,), False), (f"{kind}[3,4]", None, True), (f"{kind}[]",)]

    def static(
        input: Tensor, axis: Axes = None, keepdims: bool = False, name: str | None = None
    ) -> TensorSpec:
        return spec(input.dtype, reduced(input.dims, axis, keepdims))

    def dynamic(
        input: Tensor, axes: Tensor, keepdims: bool = False, name: str | None = None
    ) -> TensorSpec:
        dims = None if input.dims is None or not keepdims else (None,) * len(input.dims)
        return spec(input.dtype, dims)

    static.__name__ = static.__qualname__ = f"reduce_{base}"
    dynamic.__name__ = dynamic.__qualname__ = f"reduce_{base}_dynamic"
    static.__doc__ = f"{type} over axes known while tracing (None: all)."
    dynamic.__doc__ = f"{type} over the axes that an integer tensor names."
    fixed = op(f"raw.reduce_{base}", type=type, samples=samples, **group)(static)
    groups = {"axes": "Tidx", **group.pop("groups", {})}
    loose = op(f"raw.reduce_{base}_dynamic", type=type, groups=groups, **group)(dynamic)
    fixed.op.compute = compute
    loose.op.compute = _with_axes(compute)
    fixed.op.backward = gradient
    loose.op.backward = _dynamic_gradient(base) if gradient else None
    return fixed, loose


def _with_axes(compute: Callable[..., Any]) -> Callable[..., Any]:
    def kernel(xp: Any, x: Any, axes: Any, keepdims: bool = False) -> Any:
        return compute(xp, x, tuple(int(axis) for axis in axes.reshape(-1)), keepdims)

    return kernel


def _sum_kernel(xp: Any, x: Any, axis: Axes = None, keepdims: bool = False) -> Any:
    return x.sum(axis, x.dtype, None, keepdims)


def _prod_kernel(xp: Any, x: Any, axis: Axes = None, keepdims: bool = False) -> Any:
    return x.prod(axis, x.dtype, None, keepdims)


def _mean_kernel(xp: Any, x: Any, axis: Axes = None, keepdims: bool = False) -> Any:
    if x.dtype.kind not in "iu":
        wide = xp.float32 if x.dtype.itemsize == 2 else x.dtype
        total = x.sum(axis, wide, None, keepdims)
        count = x.size // total.size if total.size else 0
        return (total / total.dtype.type(count)).astype(x.dtype)
    total = x.sum(axis, xp.int64 if x.dtype.kind == "i" else xp.uint64, None, keepdims)
    count = x.size // total.size if total.size else 1
    if not count:
        return total.astype(x.dtype)
    size = total.dtype.type(count)
    # integers are divided towards zero
    quotient = xp.sign(total) * (abs(total) // size) if x.dtype.kind == "i" else total // size
    return quotient.astype(x.dtype)


def _lowest(dtype: Any, xp: Any) -> Any:
    return xp.iinfo(dtype).min if dtype.kind in "iu" else -xp.inf


def _highest(dtype: Any, xp: Any) -> Any:
    return xp.iinfo(dtype).max if dtype.kind in "iu" else xp.inf


def _max_kernel(xp: Any, x: Any, axis: Axes = None, keepdims: bool = False) -> Any:
    if x.size:
        return x.max(axis, None, keepdims)
    return x.max(axis, None, keepdims, _lowest(x.dtype, xp))


def _min_kernel(xp: Any, x: Any, axis: Axes = None, keepdims: bool = False) -> Any:
    if x.size:
        return x.min(axis, None, keepdims)
    return x.min(axis, None, keepdims, _highest(x.dtype, xp))


def _all_kernel(xp: Any, x: Any, axis: Axes = None, keepdims: bool = False) -> Any:
    return x.all(axis=axis, keepdims=keepdims)


def _any_kernel(xp: Any, x: Any, axis: Axes = None, keepdims: bool = False) -> Any:
    return x.any(axis=axis, keepdims=keepdims)


# -- gradients


@op("raw.spread", type="BroadcastTo",
    samples=[("float32[3]", (1,), False, (3, 4)), ("float64[]", None, False, (2, 2))])  # fmt: skip
def spread(grad: Tensor, axis: Axes, keepdims: bool, dims: Dims) -> TensorSpec:
    """Undo the shape change of a reduction: repeat `grad` along the axes that were reduced."""
    return spec(grad.dtype, dims)


@spread.kernel
def _spread_kernel(xp: Any, grad: Any, axis: Axes, keepdims: bool, dims: Any) -> Any:
    if axis is None and not grad.shape:
        return xp.full(dims, grad, grad.dtype)
    if not keepdims and grad.shape:
        grad = grad.reshape(_kept(dims, axis))
    out = xp.empty(dims, grad.dtype)
    out[...] = grad
    return out


def _kept(dims: Any, axis: Axes) -> tuple[int, ...]:
    rank = len(dims)
    gone = set(range(rank)) if axis is None else {a % rank for a in axis}
    return tuple(1 if i in gone else size for i, size in enumerate(dims))


@spread.gradient
def _spread_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return tf.reduce_sum(grad, node.attrs["axis"], node.attrs["keepdims"])


@op("raw.spread_dynamic", type="BroadcastTo", groups={"axes": "Tidx", "shape": int32})
def spread_dynamic(grad: Tensor, axes: Tensor, shape: Tensor, keepdims: bool) -> TensorSpec:
    """As `spread`, with axes and shape known only when the graph runs."""
    return spec(grad.dtype, None)


@spread_dynamic.kernel
def _spread_dynamic_kernel(xp: Any, grad: Any, axes: Any, shape: Any, keepdims: bool) -> Any:
    axis = tuple(int(a) for a in axes.reshape(-1))
    return _spread_kernel(xp, grad, axis, keepdims, tuple(int(size) for size in shape))


@spread_dynamic.gradient
def _spread_dynamic_gradient(tf: Any, node: Any, grad: Tensor) -> Any:
    axes = node.inputs[1]
    return tf.raw.reduce_sum_dynamic(grad, axes, node.attrs["keepdims"]), None, None


def spread_like(tf: Any, node: Any, grad: Tensor) -> Tensor:
    """`grad`, which has the shape of the node's output, in the shape of its input."""
    x = node.inputs[0]
    axis, keepdims = node.attrs["axis"], node.attrs["keepdims"]
    if num_elements(x.dims) is not None:
        return spread(grad, axis, keepdims, x.dims)
    axes = tf.range(tf.rank(x)) if axis is None else tf.constant(axis, int32)
    spread_out = spread_dynamic(grad, axes, tf.shape(x), keepdims)
    spread_out.set_shape(x.dims)
    return spread_out


def _count(tf: Any, node: Any) -> Any:
    """How many elements each element of the output stands for, in the input's dtype."""
    x, y = node.inputs[0], node.outputs[0]
    inner, outer = num_elements(x.dims), num_elements(y.dims)
    if inner is not None and outer is not None:
        return inner // outer if outer else 1
    ratio = tf.math.floordiv(tf.size(x), tf.maximum(tf.size(y), 1))
    return tf.cast(ratio, x.dtype)


def _sum_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return spread_like(tf, node, grad)


def _mean_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return spread_like(tf, node, grad / _count(tf, node))


def _extreme_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    """Elements that tie for the extreme share the gradient equally."""
    x = node.inputs[0]
    hits = tf.cast(tf.equal(x, spread_like(tf, node, node.outputs[0])), x.dtype)
    ties = tf.reduce_sum(hits, node.attrs["axis"], node.attrs["keepdims"])
    return hits * spread_like(tf, node, grad / ties)


def _prod_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    """Each element's gradient is the product of the others, which must stand zeros."""
    x, axis = node.inputs[0], node.attrs["axis"]
    grad = spread_like(tf, node, grad)
    if x.dims is None:
        axes = tf.range(tf.rank(x)) if axis is None else tf.constant(axis, int32)
        return grad * _other_factors(tf, x, axes)
    rank = len(x.dims)
    gone = list(range(rank)) if axis is None else sorted({a % rank for a in axis})
    if not gone:
        return grad
    kept = [i for i in range(rank) if i not in gone]
    order = gone + kept
    front = tf.transpose(x, order)
    shape = tf.shape(front)
    count = tf.reduce_prod(shape[: len(gone)])
    flat = tf.reshape(front, tf.concat([[count], shape[len(gone) :]], 0))
    others = tf.math.cumprod(flat, exclusive=True) * tf.math.cumprod(
        flat, exclusive=True, reverse=True
    )
    others = tf.math.conj(others) if x.dtype.is_complex else others
    inverse = sorted(range(rank), key=order.__getitem__)
    result = grad * tf.transpose(tf.reshape(others, shape), inverse)
    result.set_shape(x.dims)
    return result


def _other_factors(tf: Any, x: Tensor, axes: Tensor) -> Tensor:
    """For each element the product of the others along `axes`, with nothing known of the rank."""
    places = tf.range(tf.rank(x))
    wanted = tf.reshape(tf.math.floormod(axes, tf.rank(x)), [-1])
    gone = tf.reduce_any(tf.equal(places[:, None], wanted[None, :]), 1)
    order = tf.concat([tf.boolean_mask(places, gone), tf.boolean_mask(places, ~gone)], 0)
    front = tf.transpose(x, order)
    shape = tf.shape(front)
    count = tf.reduce_prod(shape[: tf.size(wanted)])
    flat = tf.reshape(front, tf.concat([[count], shape[tf.size(wanted) :]], 0))
    before = tf.math.cumprod(flat, exclusive=True)
    after = tf.math.cumprod(flat, exclusive=True, reverse=True)
    others = tf.math.conj(before * after) if x.dtype.is_complex else before * after
    result = tf.transpose(tf.reshape(others, shape), tf.argsort(order))
    result.set_shape(x.dims)
    return result


def _dynamic_gradient(base: str) -> Callable[..., Any]:
    def gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None]:
        x, axes = node.inputs
        keepdims = node.attrs["keepdims"]
        shape = tf.shape(x)

        def spread_out(value: Tensor) -> Tensor:
            wide = spread_dynamic(value, axes, shape, keepdims)
            wide.set_shape(x.dims)
            return wide

        if base == "sum":
            return spread_out(grad), None
        y = node.outputs[0]
        if base == "mean":
            ratio = tf.math.floordiv(tf.size(x), tf.maximum(tf.size(y), 1))
            return spread_out(grad / tf.cast(ratio, x.dtype)), None
        if base == "prod":
            return spread_out(grad) * _other_factors(tf, x, axes), None
        hits = tf.cast(tf.equal(x, spread_out(y)), x.dtype)
        ties = tf.raw.reduce_sum_dynamic(hits, axes, keepdims)
        return hits * spread_out(grad / ties), None

    return gradient


_sum, _sum_dynamic = declare_reduction("sum", "Sum", _sum_kernel, NUMERIC, _sum_gradient)
_mean, _mean_dynamic = declare_reduction("mean", "Mean", _mean_kernel, NUMERIC, _mean_gradient)
_prod, _prod_dynamic = declare_reduction("prod", "Prod", _prod_kernel, NUMERIC, _prod_gradient)
_max, _max_dynamic = declare_reduction("max", "Max", _max_kernel, REAL, _extreme_gradient)
_min, _min_dynamic = declare_reduction("min", "Min", _min_kernel, REAL, _extreme_gradient)
_all, _all_dynamic = declare_reduction("all", "All", _all_kernel, None, None)
_any, _any_dynamic = declare_reduction("any", "Any", _any_kernel, None, None)


def _reducer_binder(ufunc: str) -> Callable[..., Any]:
    def bind(xp: Any, attrs: Any, inputs: Any, outputs: Any) -> Callable[[Any], Any]:
        if inputs[0].dims == ():
            return lambda x: x
        reduce = getattr(xp, ufunc).reduce
        axis, keepdims = attrs["axis"], attrs["keepdims"]
        dtype = inputs[0].dtype.as_numpy_dtype
        return lambda x: reduce(x, axis, dtype, None, keepdims)

    return bind


def _mean_binder(xp: Any, attrs: Any, inputs: Any, outputs: Any) -> Callable[[Any], Any]:
    axis, keepdims = attrs["axis"], attrs["keepdims"]
    inner, outer = num_elements(inputs[0].dims), num_elements(outputs[0].dims)
    if inputs[0].dtype not in (float32, float64) or not inner or not outer:
        return lambda x: _mean_kernel(xp, x, axis, keepdims)
    if not inputs[0].dims:
        return lambda x: x
    reduce, dtype = xp.add.reduce, inputs[0].dtype.as_numpy_dtype
    count = dtype(inner // outer)
    return lambda x: reduce(x, axis, dtype, None, keepdims) / count


_sum.op.bind = _reducer_binder("add")
_mean.op.bind = _mean_binder
_prod.op.bind = _reducer_binder("multiply")


# -- the public functions


def reduce_with(
    fixed: OpFunction, loose: OpFunction, x: Any, axis: Any, keepdims: Any, name: str | None
) -> Tensor:
    """Call `fixed` where the axes are known, `loose` where a tensor holds them."""
    keepdims = bool(keepdims)
    if axis is None:
        return fixed(x, None, keepdims, name)
    if type(axis) is int:
        return fixed(x, (axis,), keepdims, name)
    axes = static_axes(axis, fixed.op.type)
    if axes is None:
        return loose(x, axis, keepdims, name)
    return fixed(x, axes, keepdims, name)


def static_axes(axis: Any, type: str) -> tuple[int, ...] | None:
    """Axes of an op of that type as a tuple of ints; None where a tensor hides them.

    Raises:
        InvalidArgumentError: (TypeError while tracing) if `axis` has a dtype that is no index's.
        TypeError: if `axis` is a number but no integer.
        ValueError: if `axis` is a nested list, while tracing.
    """
    axes = checked_ints(axis, type, "reduction_indices")
    if isinstance(axes, tuple) and any(isinstance(item, list) for item in axes):
        if not current().eager:
            raise ValueError(f"Shape must be at most rank 1 but is rank 2 for '{type}'")
        axes = tuple(item for row in axes for item in row)
    if axes is None:
        return None
    if isinstance(axes, tuple):
        return None if None in axes else tuple(int(item) for item in axes)
    return (int(axes),)


@public("math.reduce_sum", "reduce_sum")
def reduce_sum(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The sum of the elements along axes.

    Args:
        input_tensor: numeric tensor.
        axis: axis or axes to sum over, negative ones from the back; None: all.
        keepdims: keep the reduced axes, with size 1?
        name: of the node.

    Returns:
        A tensor of the same dtype.

    Raises:
        InvalidArgumentError: (ValueError while tracing) if there is no such axis.
    """
    return reduce_with(_sum, _sum_dynamic, input_tensor, axis, keepdims, name)


@public("math.reduce_mean", "reduce_mean")
def reduce_mean(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The mean of the elements along axes; integers are divided towards zero.

    Arguments and errors as `tf.reduce_sum`.
    """
    return reduce_with(_mean, _mean_dynamic, input_tensor, axis, keepdims, name)


@public("math.reduce_prod", "reduce_prod")
def reduce_prod(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The product of the elements along axes. Arguments and errors as `tf.reduce_sum`."""
    return reduce_with(_prod, _prod_dynamic, input_tensor, axis, keepdims, name)


@public("math.reduce_max", "reduce_max")
def reduce_max(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The largest element along axes; the lowest value of the dtype where there is none.

    Arguments and errors as `tf.reduce_sum`; complex tensors have no order and are refused.
    """
    return reduce_with(_max, _max_dynamic, input_tensor, axis, keepdims, name)


@public("math.reduce_min", "reduce_min")
def reduce_min(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The smallest element along axes; the highest value of the dtype where there is none.

    Arguments and errors as `tf.reduce_sum`; complex tensors have no order and are refused.
    """
    return reduce_with(_min, _min_dynamic, input_tensor, axis, keepdims, name)


def _check_bool(tensor: Any, axis: Any) -> None:
    """Refuse another dtype as TensorFlow does where it also has to convert the axes."""
    if isinstance(axis, (list, tuple, str)) and current().eager:
        convert_to_tensor(tensor, bool_)


@public("math.reduce_all", "reduce_all")
def reduce_all(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """Are all elements along axes true? Takes a bool tensor; otherwise as `tf.reduce_sum`."""
    _check_bool(input_tensor, axis)
    return reduce_with(_all, _all_dynamic, input_tensor, axis, keepdims, name)


@public("math.reduce_any", "reduce_any")
def reduce_any(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """Is any element along axes true? Takes a bool tensor; otherwise as `tf.reduce_sum`."""
    _check_bool(input_tensor, axis)
    return reduce_with(_any, _any_dynamic, input_tensor, axis, keepdims, name)
