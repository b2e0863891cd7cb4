"""`keras.ops`: the engine's ops under the names that Keras has for them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from engine.ir.op import PUBLIC, public
from engine.keras.functional import is_symbolic_call, operation_layer
from engine.ops.namespace import tf

_SAME = {
    "": "add abs argsort cast concat cond eye floor maximum minimum multiply negative ones_like "
        "pow reshape reverse round scan sign sin sinh slice sqrt square squeeze stack "
        "stop_gradient subtract tan tanh tile transpose unstack where while_loop zeros_like cos "
        "cosh exp expand_dims linspace matmul meshgrid repeat roll sort split einsum equal "
        "greater greater_equal less less_equal logical_and logical_or logical_not not_equal "
        "searchsorted tensordot vectorized_map map_fn:map",
    "math": "acos:arccos acosh:arccosh asin:arcsin asinh:arcsinh atan:arctan atan2:arctan2 "
            "atanh:arctanh ceil conj cumsum cumprod erf erfinv expm1 imag in_top_k "
            "is_finite:isfinite is_inf:isinf is_nan:isnan log log1p real reciprocal rsqrt "
            "top_k divide floordiv:floor_divide "
            "mod truediv:true_divide segment_sum segment_max divide_no_nan",
    "nn": "elu gelu leaky_relu log_softmax relu relu6 selu sigmoid silu softmax softplus softsign",
    "linalg": "cholesky det eig eigh inv lu norm qr solve svd trace diag_part:diagonal matvec",
    "signal": "fft fft2d:fft2 rfft irfft",
}  # fmt: skip


def symbolic(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which on symbolic tensors of Keras answers such a tensor."""

    @functools.wraps(function)
    def operation(*args: Any, **kwargs: Any) -> Any:
        if not is_symbolic_call(args, kwargs):
            return function(*args, **kwargs)
        layer = operation_layer(name, lambda *inner: function(*inner, **kwargs))
        return layer(*args)

    return operation


def _forward(path: str) -> Callable[..., Any]:
    def operation(*args: Any, **kwargs: Any) -> Any:
        found: Any = tf
        for part in path.split("."):
            found = getattr(found, part)
        return found(*args, **kwargs)

    operation.__name__ = path.rpartition(".")[2]
    operation.__doc__ = f"As `tf.{path}`."
    return operation


for _space, _names in _SAME.items():
    for _entry in _names.split():
        _theirs, _, _ours = _entry.partition(":")
        PUBLIC[f"keras.ops.{_ours or _theirs}"] = _forward(
            f"{_space}.{_theirs}" if _space else _theirs
        )


def _reduction(name: str, path: str) -> None:
    def reduce(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return _forward(path)(x, axis=axis, keepdims=keepdims)

    reduce.__name__, reduce.__doc__ = name, f"As `tf.{path}`."
    PUBLIC[f"keras.ops.{name}"] = reduce


for _ours, _theirs in {
    "sum": "reduce_sum", "mean": "reduce_mean", "max": "reduce_max", "min": "reduce_min",
    "prod": "reduce_prod", "all": "reduce_all", "any": "reduce_any", "std": "math.reduce_std",
    "var": "math.reduce_variance", "logsumexp": "reduce_logsumexp",
}.items():  # fmt: skip
    _reduction(_ours, _theirs)


@public("keras.ops.concatenate")
def concatenate(xs: Any, axis: int = 0) -> Any:
    """Tensors joined along an axis."""
    return tf.concat(xs, axis)


@public("keras.ops.convert_to_tensor")
def convert_to_tensor(x: Any, dtype: Any = None, sparse: Any = None, ragged: Any = None) -> Any:
    """A tensor of a dtype."""
    return tf.convert_to_tensor(x) if dtype is None else tf.cast(x, dtype)


@public("keras.ops.convert_to_numpy")
def convert_to_numpy(x: Any) -> Any:
    """An array."""
    return tf.convert_to_tensor(x).numpy()


@public("keras.ops.zeros")
def zeros(shape: Any, dtype: Any = None) -> Any:
    """Zeros, of float32 by default."""
    return tf.zeros(shape, dtype or "float32")


@public("keras.ops.ones")
def ones(shape: Any, dtype: Any = None) -> Any:
    """Ones, of float32 by default."""
    return tf.ones(shape, dtype or "float32")


@public("keras.ops.shape")
def shape(x: Any) -> tuple[Any, ...]:
    """The sizes of the axes: numbers where they are known, tensors where they are not."""
    if is_symbolic_call((x,)):
        return tuple(x.shape)
    x = tf.convert_to_tensor(x)
    sizes = x.shape.as_list()
    return tuple(tf.shape(x)[i] if size is None else size for i, size in enumerate(sizes))


@public("keras.ops.full")
def full(shape: Any, fill_value: Any, dtype: Any = None) -> Any:
    """One value everywhere, of float32 by default."""
    return tf.fill(shape, tf.cast(fill_value, dtype or "float32"))


@public("keras.ops.arange")
def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Any:
    """Numbers from `start` (zero, where only one bound is given) below `stop`."""
    made = tf.range(start, delta=step) if stop is None else tf.range(start, stop, step)
    return made if dtype is None else tf.cast(made, dtype)


@public("keras.ops.argmax")
def argmax(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Where the largest element is, as int32; without an axis: in the flat tensor."""
    return _place(tf.argmax, x, axis, keepdims)


@public("keras.ops.argmin")
def argmin(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Where the smallest element is, as int32; without an axis: in the flat tensor."""
    return _place(tf.argmin, x, axis, keepdims)


def _place(function: Callable[..., Any], x: Any, axis: Any, keepdims: bool) -> Any:
    x = tf.convert_to_tensor(x)
    found = function(tf.reshape(x, [-1]) if axis is None else x, 0 if axis is None else axis)
    found = tf.cast(found, "int32")
    return tf.expand_dims(found, axis) if keepdims and axis is not None else found


@public("keras.ops.clip")
def clip(x: Any, x_min: Any, x_max: Any) -> Any:
    """Elements between two bounds."""
    return tf.clip_by_value(x, x_min, x_max)


@public("keras.ops.one_hot")
def one_hot(x: Any, num_classes: int, axis: int = -1, dtype: Any = None, **kwargs: Any) -> Any:
    """A one at each number, along a new axis."""
    return tf.one_hot(x, num_classes, axis=axis, dtype=dtype or "float32")


@public("keras.ops.take")
def take(x: Any, indices: Any, axis: Any = None) -> Any:
    """Slices by number; without an axis: elements of the flat tensor."""
    x = tf.convert_to_tensor(x)
    return tf.gather(tf.reshape(x, [-1]) if axis is None else x, indices, axis=axis or 0)


@public("keras.ops.dot")
def dot(x1: Any, x2: Any) -> Any:
    """The last axis of the first times the second to last of the second."""
    x1, x2 = tf.convert_to_tensor(x1), tf.convert_to_tensor(x2)
    if not x1.shape.rank or not x2.shape.rank:
        return x1 * x2
    return tf.tensordot(x1, x2, [[-1], [max(x2.shape.rank - 2, 0)]])


@public("keras.ops.swapaxes")
def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """Two axes exchanged."""
    x = tf.convert_to_tensor(x)
    order = list(range(x.shape.rank))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return tf.transpose(x, order)


for _entry in [name for name in PUBLIC if name.startswith("keras.ops.")]:
    PUBLIC[_entry] = symbolic(_entry.rpartition(".")[2], PUBLIC[_entry])
