"""Norms of vectors and matrices, and scaling by them."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.op import public
from engine.ir.tensor import Tensor
from engine.ops.scope import scoped

_INFINITY = float("inf")


def _check_axis(ord: Any, axis: Any) -> bool:
    """Is it a matrix norm? Raises ValueError for an unknown kind of norm."""
    if isinstance(axis, (list, tuple)) and len(axis) == 2:
        if not all(isinstance(a, int) for a in axis) or axis[0] == axis[1]:
            raise ValueError(
                f"'axis' must be None, an integer, or a tuple of 2 unique integers, got {axis}"
            )
        supported = ["euclidean", "fro", 1, 2, _INFINITY]
        if ord not in supported:
            raise ValueError(f"'ord' must be a supported matrix norm in {supported}, got {ord}")
        return True
    if not (axis is None or isinstance(axis, int)):
        raise ValueError(
            f"'axis' must be None, an integer, or a tuple of 2 unique integers, got {axis}"
        )
    if ord != "euclidean" and (not isinstance(ord, (int, float)) or ord <= 0):
        raise ValueError(
            f"'ord' must be a supported vector norm in ['euclidean', 1, 2, inf] or a positive "
            f"number, got {ord}"
        )
    return False


@public("norm", "linalg.norm")
@scoped("norm", last=False)
def norm(
    tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: Any = None,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """The norm of vectors or matrices.

    Args:
        tensor: tensor of floats or complex numbers.
        ord: 'euclidean', 'fro' (matrices), 1, 2, infinity, or (vectors) a positive number p.
        axis: None: the whole tensor is one vector; one axis: vectors; two axes: matrices.
        keepdims: keep the reduced axes, with size 1?
        name: of the last node.

    Returns:
        A tensor of the same dtype.

    Raises:
        ValueError: if `ord` or `axis` is none of these.
    """
    from engine.ops.namespace import tf

    matrix = _check_axis(ord, axis)
    x = convert_to_tensor(tensor)
    axes = tuple(axis) if matrix else axis
    if matrix and ord == 2:
        result = _spectral(tf, x, axes)
    elif ord in ("fro", "euclidean", 2):
        result = tf.sqrt(tf.reduce_sum(x * tf.math.conj(x), axes, keepdims=True))
    elif matrix:
        summed, last = axes if ord == 1 else axes[::-1]
        result = tf.reduce_max(tf.reduce_sum(tf.abs(x), summed, True), last, True)
    elif ord == 1:
        result = tf.reduce_sum(tf.abs(x), axes, keepdims=True)
    elif ord == _INFINITY:
        result = tf.reduce_max(tf.abs(x), axes, keepdims=True)
    else:
        powers = tf.reduce_sum(tf.pow(tf.abs(x), ord), axes, keepdims=True)
        result = tf.pow(powers, 1.0 / ord)
    return result if keepdims else tf.squeeze(result, axes, name=name)


def _spectral(tf: Any, x: Tensor, axes: Any) -> Tensor:
    """The largest singular value, with the matrices' axes kept as 1."""
    if x.dims is None:
        from engine.ops.einsum import remaining

        pair = tf.math.floormod(tf.constant(axes), tf.rank(x))
        places = tf.concat([remaining(tf, x, pair), pair], 0)
        values = tf.linalg.svd(tf.transpose(x, places), compute_uv=False)
        largest = tf.expand_dims(tf.reduce_max(tf.abs(values), -1, keepdims=True), -1)
        return tf.transpose(largest, tf.argsort(places))
    rank = len(x.dims)
    rows, columns = (a % rank for a in axes)
    order = [i for i in range(rank) if i not in (rows, columns)] + [rows, columns]
    values = tf.linalg.svd(tf.transpose(x, order), compute_uv=False)
    largest = tf.expand_dims(tf.reduce_max(tf.abs(values), -1, keepdims=True), -1)
    return tf.transpose(largest, sorted(range(rank), key=order.__getitem__))


@public("linalg.normalize")
@scoped("normalize")
def normalize(
    tensor: Any, ord: Any = "euclidean", axis: Any = None, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """`tensor` divided by its norm, and the norm.

    Args:
        tensor: tensor of floats or complex numbers.
        ord: see `tf.norm`.
        axis: see `tf.norm`.
        name: of the last node.

    Returns:
        The scaled tensor, and the norm with the reduced axes kept.
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(tensor)
    size = tf.cast(norm(x, ord, axis, keepdims=True), x.dtype)
    return tf.divide(x, size, name=name), size


@public("math.l2_normalize", "linalg.l2_normalize", "nn.l2_normalize")
@scoped("l2_normalize")
def l2_normalize(
    x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None, dim: Any = None
) -> Tensor:
    """X / sqrt(max(sum(x**2), epsilon)) along axes.

    Args:
        x: tensor of floats or complex numbers.
        axis: axis or axes; None: all.
        epsilon: least squared norm to divide by.
        name: of the last node.
        dim: old name of `axis`.

    Raises:
        ValueError: if both `axis` and `dim` are given.
    """
    if dim is not None:
        if axis is not None:
            raise ValueError("Cannot specify both 'axis' and 'dim'.")
        axis = dim
    from engine.ops.namespace import tf

    x = convert_to_tensor(x)
    if x.dtype.is_complex:
        squares = tf.square(tf.math.real(x)) + tf.square(tf.math.imag(x))
        total = tf.reduce_sum(squares, axis, keepdims=True)
        scale = tf.math.rsqrt(tf.maximum(total, epsilon))
        return tf.complex(tf.math.real(x) * scale, tf.math.imag(x) * scale, name=name)
    total = tf.reduce_sum(tf.square(x), axis, keepdims=True)
    scale = tf.math.rsqrt(tf.maximum(total, epsilon))
    return tf.multiply(x, scale, name=name)
