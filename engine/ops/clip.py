"""Clipping: by value, by norm, by the norm of several tensors together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.op import public
from engine.ir.shapes import compatible
from engine.ir.tensor import Tensor
from engine.ops.scope import scoped


@public("clip_by_value")
@scoped("clip_by_value")
def clip_by_value(
    t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None
) -> Tensor:
    """`t` with its elements moved into [clip_value_min, clip_value_max].

    Args:
        t: real tensor.
        clip_value_min: number or tensor of the same dtype that broadcasts to the shape of `t`.
        clip_value_max: the same.
        name: of the last node.

    Returns:
        A tensor of the same shape and dtype.

    Raises:
        ValueError: if a bound makes the shape larger.
    """
    from engine.ops.namespace import tf

    values = convert_to_tensor(t)
    lower = tf.minimum(values, clip_value_max)
    result = tf.maximum(lower, clip_value_min, name=name)
    if values.dims != result.dims and not compatible(values.dims, result.dims):
        raise ValueError(f"Shapes {values.shape} and {result.shape} are incompatible")
    return result


@public("clip_by_norm")
@scoped("clip_by_norm")
def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> Tensor:
    """`t`, scaled down where its euclidean norm along `axes` exceeds `clip_norm`.

    Args:
        t: tensor of floats.
        clip_norm: positive number or scalar tensor.
        axes: axes of the norm; None: all.
        name: of the last node.
    """
    from engine.ops.namespace import tf

    rows = _is_rows(t)
    values = convert_to_tensor(t.values if rows else t)
    if isinstance(clip_norm, str):
        raise TypeError("'<' not supported between instances of 'str' and 'int'")
    squares = tf.reduce_sum(values * values, axes, keepdims=True)
    positive = squares > 0
    safe = tf.where(positive, squares, tf.ones_like(squares))
    norm = tf.where(positive, tf.sqrt(safe), squares)
    clip_norm = tf.cast(clip_norm, values.dtype)
    clip_norm = tf.maximum(clip_norm, tf.zeros_like(clip_norm))
    scaled = values * clip_norm
    clipped = tf.identity(scaled / tf.maximum(norm, clip_norm), name=name)
    return type(t)(clipped, t.indices, t.dense_shape) if rows else clipped


@public("linalg.global_norm")
def global_norm(t_list: Sequence[Any], name: str | None = None) -> Any:
    """The euclidean norm of all elements of several tensors together.

    Args:
        t_list: tensors of floats; None entries are skipped.
        name: of the last node.

    Returns:
        A scalar tensor; 0 where all entries are None.

    Raises:
        TypeError: if `t_list` is no sequence.
    """
    from engine.ops.namespace import tf

    if isinstance(t_list, str) or not isinstance(t_list, Sequence):
        raise TypeError(f"`t_list` should be a sequence of tensors. Received {type(t_list)}.")
    values = [x.values if _is_rows(x) else x for x in t_list if x is not None]
    halves = [tf.nn.l2_loss(x) for x in values]
    if not halves:
        return tf.zeros(())
    half = tf.reduce_sum(tf.stack(halves))
    return tf.sqrt(half * tf.constant(2.0, half.dtype), name=name or "global_norm")


@public("clip_by_global_norm")
def clip_by_global_norm(
    t_list: Sequence[Any], clip_norm: Any, use_norm: Any = None, name: str | None = None
) -> tuple[list[Any], Any]:
    """Several tensors, scaled down together where their common norm exceeds `clip_norm`.

    Args:
        t_list: tensors of floats; None entries stay None.
        clip_norm: positive number or scalar tensor.
        use_norm: the common norm, where it is known already.
        name: of the nodes.

    Returns:
        The list of scaled tensors (nan where the norm is not finite), and the norm.

    Raises:
        TypeError: if `t_list` is no sequence.
    """
    from engine.ops.namespace import tf

    if isinstance(t_list, str) or not isinstance(t_list, Sequence):
        raise TypeError(f"`t_list` should be a sequence of tensors. Received {type(t_list)}.")
    norm = global_norm(t_list) if use_norm is None else convert_to_tensor(use_norm)
    limit = convert_to_tensor(clip_norm, dtype_hint=norm.dtype)
    scale = limit * tf.minimum(1.0 / norm, tf.ones_like(norm) / limit)
    scale = scale + (norm - norm)  # nan where the norm is infinite or nan
    return [None if x is None else _scaled(x, scale) for x in t_list], norm


def _scaled(x: Any, scale: Any) -> Any:
    """`x * scale`; of a gradient of rows, the rows."""
    from engine.ops.namespace import tf

    if _is_rows(x):
        return type(x)(tf.multiply(x.values, scale), x.indices, x.dense_shape)
    return tf.multiply(x, scale)


def _is_rows(x: Any) -> bool:
    """Is it `tf.IndexedSlices`?"""
    return hasattr(x, "indices") and hasattr(x, "dense_shape")
