"""Slices picked by index: gather and gather_nd."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import int16, int32, int64
from engine.ir.op import op, public
from engine.ir.shapes import Dims, bracketed
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.arguments import scalar_int
from engine.ops.dynamic import dynamic_twin
from engine.ops.kernels import as_array, refuse
from engine.ops.scatter import good_rows

_INDEX = frozenset({int32, int64})
_SHORT_INDEX = _INDEX | {int16}
_UNSIGNED = {2: "uint16", 4: "uint32", 8: "uint64"}
"""Seen without a sign, negative indices are too large as well: one comparison for both."""


def gathered(params: Dims, indices: Dims, axis: int, batch: int) -> Dims:
    """Shape of gathered slices. Raises ValueError where `axis` or the batch does not fit."""
    if params is None:
        return None
    rank = len(params)
    if not -rank <= axis < rank:
        raise ValueError(f"Shape must be at least rank {axis + 1} but is rank {rank}")
    at = axis % rank
    if indices is None:
        return None
    if batch > at or batch > len(indices):
        raise ValueError(f"batch_dims ({batch}) must be less than or equal to axis ({at})")
    return params[:at] + indices[batch:] + params[at + 1 :]


@op(
    "raw.gather",
    samples=[("float32[3,4]", "int32[2](0,2)", 0, 0), ("float32[3,4]", "int64[3,2](0,3)", 1, 1)],
    type="GatherV2",
    hint="GatherV2",
    groups={"indices": "Tindices"},
    dtypes={"Tindices": _SHORT_INDEX},
)
def gather_op(
    params: Tensor, indices: Tensor, axis: int, batch_dims: int, name: str | None = None
) -> TensorSpec:
    """Slices of `params` along `axis`."""
    return spec(params.dtype, gathered(params.dims, indices.dims, axis, batch_dims))


def _check(xp: Any, indices: Any, size: int, dims: Any) -> None:
    """Raise the error for the first index outside [0, size)."""
    wide = xp.asarray(indices)
    bad = (wide < 0) | (wide >= size)
    if bad.any():
        place = tuple(int(i[0]) for i in xp.nonzero(bad)) if wide.ndim else ()
        value = int(wide[place])
        shown = "[" + ",".join(map(str, place)) + "]" if place else ""
        raise refuse(f"indices{shown} = {value} is not in [0, {size})")


@gather_op.kernel
def _gather_kernel(xp: Any, params: Any, indices: Any, axis: int, batch_dims: int) -> Any:
    gathered(params.shape, indices.shape, axis, batch_dims)
    at = axis % params.ndim
    size = params.shape[at]
    if indices.ndim == 0:
        if not 0 <= indices < size:
            raise refuse(f"indices = {int(indices)} is not in [0, {size})")
    elif indices.size and indices.view(_UNSIGNED[indices.dtype.itemsize]).max() >= size:
        _check(xp, indices, size, params.shape)
    if not batch_dims:
        return params[indices] if at == 0 else xp.take(params, indices, axis=at)
    return _gather_batch(xp, params, indices, at, batch_dims)


def _gather_batch(xp: Any, params: Any, indices: Any, axis: int, batch: int) -> Any:
    shape = params.shape[:axis] + indices.shape[batch:] + params.shape[axis + 1 :]
    inner = indices.ndim - batch
    rank = axis + inner + params.ndim - axis - 1
    key = [
        xp.arange(params.shape[i]).reshape([-1 if j == i else 1 for j in range(rank)])
        for i in range(axis)
    ]
    middle = indices.shape[:batch] + (1,) * (axis - batch) + indices.shape[batch:]
    key.append(indices.reshape(middle + (1,) * (params.ndim - axis - 1)))
    for i in range(axis + 1, params.ndim):
        place = i - 1 + inner
        key.append(
            xp.arange(params.shape[i]).reshape([-1 if j == place else 1 for j in range(rank)])
        )
    return params[tuple(key)].reshape(shape)[()]


@gather_op.binder
def _gather_binder(xp: Any, attrs: Any, inputs: Any, outputs: Any) -> Any:
    axis, batch = attrs["axis"], attrs["batch_dims"]
    if batch or axis or inputs[1].dims != () or not inputs[0].dims:
        return lambda params, indices: _gather_kernel(xp, params, indices, axis, batch)

    def take(params: Any, index: Any) -> Any:
        if not 0 <= index < len(params):
            raise refuse(f"indices = {int(index)} is not in [0, {len(params)})")
        return params[index]

    return take


@gather_op.gradient
def _gather_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None]:
    params, indices = node.inputs
    axis, batch, dims = node.attrs["axis"], node.attrs["batch_dims"], _full(params.dims)
    shape = tf.shape(params)
    if isinstance(axis, Tensor):
        return _gather_gradient_loose(grad, indices, shape, axis, dims, batch), None
    return gather_gradient(grad, indices, shape, dims, axis, batch), None


_AXIS = "axis must be scalar, but got shape {shape}"


def _infer_loose(params: Tensor, indices: Tensor, axis: Tensor, batch_dims: int) -> TensorSpec:
    if params.dims is None or indices.dims is None:
        return spec(params.dtype, None)
    return spec(params.dtype, (None,) * (len(params.dims) + len(indices.dims) - batch_dims - 1))


_gather_loose = dynamic_twin(gather_op, "axis", _infer_loose)


def _full(dims: Dims) -> Dims:
    return None if dims is None or None in dims else dims


@op(
    "raw.gather_gradient",
    samples=[("float32[2,4]", (0, 2), (3, 4), (3, 4), 0, 0)],
    type="UnsortedSegmentSum",
    groups={"indices": "Tindices", "shape": "Tshape"},
)
def gather_gradient(
    grad: Tensor, indices: Tensor, shape: Tensor, dims: Any, axis: int, batch_dims: int
) -> TensorSpec:
    """Zeros of `shape`, to which the slices of `grad` are added where `gather` took them."""
    return spec(grad.dtype, dims)


@gather_gradient.kernel
def _gather_gradient_kernel(
    xp: Any, grad: Any, indices: Any, shape: Any, dims: Any, axis: int, batch_dims: int
) -> Any:
    shape = tuple(shape.tolist())
    at = axis % len(shape)
    out = xp.zeros(shape, grad.dtype)
    if not batch_dims:
        moved = xp.moveaxis(out, at, 0)
        picked = xp.moveaxis(
            xp.asarray(grad).reshape((*shape[:at], -1, *shape[at + 1:])), at, 0
        ) if grad.size else xp.asarray(grad).reshape((0, *moved.shape[1:]))  # fmt: skip
        xp.add.at(moved, xp.asarray(indices).reshape(-1), picked)
        return out
    places = xp.arange(out.size).reshape(shape)
    taken = _gather_batch(xp, places, indices, at, batch_dims)
    xp.add.at(out.reshape(-1), taken.reshape(-1), grad.reshape(-1))
    return out


@gather_gradient.gradient
def _gather_gradient_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None, None]:
    axis, batch = node.attrs["axis"], node.attrs["batch_dims"]
    return tf.gather(grad, node.inputs[1], axis=axis, batch_dims=batch), None, None


_gather_gradient_loose = dynamic_twin(
    gather_gradient, "axis",
    lambda grad, indices, shape, axis, dims, batch_dims: spec(grad.dtype, dims),
)  # fmt: skip


@public("gather")
def gather(
    params: Any, indices: Any, validate_indices: Any = None, axis: Any = None,
    batch_dims: int = 0, name: str | None = None,
) -> Tensor:  # fmt: skip
    """Slices of `params` along `axis`, in the order of `indices`.

    Args:
        params: tensor of any dtype, rank 1 or more.
        indices: int32 or int64, each in [0, size of the axis).
        validate_indices: unused.
        axis: along which; by default the first one after the batch.
        batch_dims: how many first axes `params` and `indices` have in common.
        name: of the node.

    Returns:
        Shape: params.shape[:axis] + indices.shape[batch_dims:] + params.shape[axis + 1:].

    Raises:
        InvalidArgumentError: if an index lies outside.
    """
    if hasattr(type(params), "sparse_read"):
        params = convert_to_tensor(params)
    indices = convert_to_tensor(indices)
    if batch_dims < 0:
        if indices.dims is None:
            raise ValueError("batch_dims may only be negative if the rank of indices is known")
        batch_dims += len(indices.dims)
    at = batch_dims if axis is None else scalar_int(axis, "GatherV2", "axis", _AXIS, "Taxis")
    if at is None:
        return _gather_loose(params, indices, axis, batch_dims, name=name)
    return gather_op(params, indices, at, batch_dims, name=name)


@op(
    "raw.gather_nd",
    samples=[("float32[3,4]", "int32[2,2](0,2)", 0), ("float32[3,4]", ((1,), (0,), (3,)), 1)],
    type="GatherNd",
    hint="GatherNd",
    groups={"indices": "Tindices"},
    dtypes={"Tindices": _INDEX},
)
def gather_nd_op(
    params: Tensor, indices: Tensor, batch_dims: int, policy: str = "", name: str | None = None
) -> TensorSpec:
    """Slices of `params` at the places that the rows of `indices` name."""
    if params.dims is None or indices.dims is None:
        return spec(params.dtype, None)
    if not indices.dims:
        raise ValueError("Shape must be at least rank 1 but is rank 0 for 'GatherNd'")
    depth = indices.dims[-1]
    if depth is None:
        return spec(params.dtype, None)
    if batch_dims + depth > len(params.dims):
        raise ValueError(f"indices.shape[-1] must be <= params.rank, but saw indices shape: "
                         f"{bracketed(indices.dims)} and params shape: "
                         f"{bracketed(params.dims)}")  # fmt: skip
    return spec(params.dtype, indices.dims[:-1] + params.dims[batch_dims + depth :])


@gather_nd_op.kernel
def _gather_nd_kernel(xp: Any, params: Any, indices: Any, batch_dims: int, policy: str = "") -> Any:
    params = as_array(xp, params)
    depth = indices.shape[-1]
    good = good_rows(xp, indices, params.shape[batch_dims:], policy)
    if good is not None:
        found = _gather_nd_kernel(xp, params, indices * good[..., None], batch_dims)
        missing = ~good.reshape(good.shape + (1,) * (found.ndim - good.ndim))
        return xp.where(missing, b"" if found.dtype == object else found.dtype.type(0), found)[()]
    bounds = xp.asarray(params.shape[batch_dims : batch_dims + depth], dtype=indices.dtype)
    bad = ((indices < 0) | (indices >= bounds)).any(axis=-1)
    if bad.any():
        place = tuple(int(i[0]) for i in xp.nonzero(xp.atleast_1d(bad)))[: indices.ndim - 1]
        row = indices[place].tolist()
        shown = "[" + ",".join(map(str, place)) + "]" if place else ""
        raise refuse(
            f"indices{shown} = [{', '.join(map(str, row))}] does not index into param shape "
            f"{bracketed(params.shape)}"
        )
    columns = tuple(indices[..., i] for i in range(depth))
    if not batch_dims:
        return params[columns][()] if columns else xp.broadcast_to(
            params, indices.shape[:-1] + params.shape
        ).copy()[()]  # fmt: skip
    rank = indices.ndim - 1
    batch = tuple(
        xp.arange(params.shape[i]).reshape([-1 if j == i else 1 for j in range(rank)])
        for i in range(batch_dims)
    )
    return params[batch + columns][()]


@gather_nd_op.gradient
def _gather_nd_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None]:
    params, indices = node.inputs
    batch = node.attrs["batch_dims"]
    if batch:
        indices = _with_batch_columns(tf, indices, batch)
    shape = tf.shape(params, out_type=indices.dtype)
    return tf.scatter_nd(indices, grad, shape, node.attrs["policy"]), None


def _with_batch_columns(tf: Any, indices: Tensor, batch: int) -> Tensor:
    shape = tf.shape(indices)
    rows = tf.concat([shape[:-1], [1]], 0)
    rank = len(indices.dims)  # type: ignore[arg-type]
    columns = []
    for i in range(batch):
        count = tf.cast(tf.range(shape[i]), indices.dtype)
        columns.append(
            tf.broadcast_to(tf.reshape(count, [-1 if j == i else 1 for j in range(rank)]), rows)
        )
    return tf.concat([*columns, indices], -1)


@public("gather_nd")
def gather_nd(
    params: Any, indices: Any, batch_dims: int = 0, name: str | None = None,
    bad_indices_policy: str = "",
) -> Tensor:  # fmt: skip
    """Slices of `params` at the places that `indices` names, one in each of its rows.

    Args:
        params: tensor of any dtype, rank P.
        indices: int32 or int64 [..., K], K <= P.
        batch_dims: how many first axes both have in common.
        name: of the node.
        bad_indices_policy: "IGNORE": zeros for indices outside; "ERROR", "DEFAULT", "": refuse.

    Returns:
        Shape: indices.shape[:-1] + params.shape[batch_dims + K:].

    Raises:
        InvalidArgumentError: if an index lies outside.
    """
    if hasattr(type(params), "sparse_read"):
        params = convert_to_tensor(params)
    if batch_dims:
        indices = convert_to_tensor(indices)
        rank = None if indices.dims is None else len(indices.dims)
        if rank is not None and batch_dims >= rank:
            raise ValueError(
                f"Argument `batch_dims` = {batch_dims} must be less than rank(`indices`) = {rank}"
            )
    return gather_nd_op(params, indices, int(batch_dims), bad_indices_policy, name=name)


@public("compat.v1.batch_gather")
def batch_gather(params: Any, indices: Any, name: str | None = None) -> Tensor:
    """`gather` along the last axis of `indices`; all axes before it are the batch."""
    indices = convert_to_tensor(indices)
    if indices.dims is None:
        raise ValueError("batch_gather does not allow indices with unknown shape.")
    return gather(params, indices, axis=len(indices.dims) - 1, batch_dims=len(indices.dims) - 1)
