"""Values put at indices: scatter_nd and the tensor_scatter_nd family."""

from __future__ import annotations

from typing import Any

from engine.ir.dtypes import int16, int32, int64
from engine.ir.op import OpFunction, op, public
from engine.ir.shapes import Dims, TensorShape, bracketed, compatible
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import partial_ints
from engine.ir.tensor import Tensor
from engine.ops.kernels import as_array, refuse

_INDEX = frozenset({int16, int32, int64})


def check_scatter(indices: Dims, updates: Dims, target: Dims) -> None:
    """Raises ValueError where `updates` cannot be the slices of `target` at `indices`."""
    if indices is None or updates is None:
        return
    if target is None:
        outer = len(indices) - 1
        if indices and not compatible(updates[:outer], indices[:-1]):
            raise ValueError(
                f"Dimensions [0,{outer}) of indices[shape={bracketed(indices)}] must match "
                f"dimensions [0,{outer}) of updates[shape={bracketed(updates)}]"
            )
        return
    if not indices:
        raise ValueError("Indices shape must have rank at least one. Found:[]")
    depth = indices[-1]
    if depth is None:
        return
    if depth > len(target):
        raise ValueError(f"Inner dimension of indices shape must be <= rank of output, got "
                         f"{bracketed(indices)} and {bracketed(target)}")  # fmt: skip
    wanted = indices[:-1] + target[depth:]
    if not compatible(updates, wanted):
        raise ValueError(
            f"Dimensions of indices and updates do not fit: indices{bracketed(indices)}, "
            f"updates{bracketed(updates)}, shape{bracketed(target)}"
        )


def good_rows(xp: Any, indices: Any, shape: Any, policy: str) -> Any:
    """Which rows of `indices` lie in `shape`; None: all do, or the others are an error."""
    if policy not in ("", "DEFAULT", "ERROR", "IGNORE"):
        raise refuse(f"bad_indices_policy: unknown bad_indices_policy: {policy}")
    if policy != "IGNORE":
        return None
    bounds = xp.asarray(shape[: indices.shape[-1]], dtype=indices.dtype)
    return ((indices >= 0) & (indices < bounds)).all(axis=-1)


def _columns(xp: Any, indices: Any, shape: Any) -> Any:
    depth = indices.shape[-1]
    bounds = xp.asarray(shape[:depth], dtype=indices.dtype)
    bad = ((indices < 0) | (indices >= bounds)).any(axis=-1)
    if bad.any():
        place = tuple(int(i[0]) for i in xp.nonzero(xp.atleast_1d(bad)))[: indices.ndim - 1]
        row = ", ".join(str(int(item)) for item in indices[place])
        shown = "[" + ",".join(map(str, place)) + "]" if place else ""
        raise refuse(
            f"indices{shown} = [{row}] does not index into shape {bracketed(tuple(shape))}"
        )
    return tuple(indices[..., i] for i in range(depth))


@op(
    "raw.scatter_nd",
    samples=[("int32[2,1](0,3)", "float32[2,3]", (4, 3))],
    type="ScatterNd",
    hint="ScatterNd",
    groups={"indices": "Tindices", "shape": "Tindices"},
    dtypes={"Tindices": _INDEX},
    value_dependent=True,
)
def scatter_nd_op(
    indices: Tensor, updates: Tensor, shape: Tensor, policy: str = "", name: str | None = None
) -> TensorSpec:
    """Zeros of `shape`, to which `updates` are added at `indices`."""
    if shape.dims is not None and len(shape.dims) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(shape.dims)} for 'ScatterNd'")
    dims = partial_ints(shape) if isinstance(shape, Tensor) else None
    if dims is None and shape.dims is not None and shape.dims[0] is not None:
        dims = (None,) * shape.dims[0]
    if dims == ():  # which the kernel refuses, unless there are no updates
        if indices.dims and updates.dims and len(updates.dims) > len(indices.dims) - 1:
            raise ValueError("Dimensions of updates do not fit a scalar output")
        return spec(updates.dtype, ())
    if dims is not None and 0 in dims and not (_empty(indices.dims) or _empty(updates.dims)):
        raise ValueError("Indices and updates specified for empty input for 'ScatterNd'")
    check_scatter(indices.dims, updates.dims, dims)
    return spec(updates.dtype, dims)


def _empty(dims: Dims) -> bool:
    """May a tensor of this shape be without elements?"""
    return dims is None or 0 in dims or None in dims


@scatter_nd_op.kernel
def _scatter_nd_kernel(xp: Any, indices: Any, updates: Any, shape: Any, policy: str = "") -> Any:
    if shape.ndim != 1:
        raise refuse("Shape must be a vector")
    dims = tuple(shape.tolist())
    if 0 in dims or not dims:
        if indices.size and as_array(xp, updates).size:
            raise refuse("Indices and updates specified for empty output. indices shape: "
                         f"{bracketed(indices.shape)}")  # fmt: skip
    check_scatter(indices.shape, getattr(updates, "shape", ()), dims)
    updates = as_array(xp, updates)
    if updates.dtype == object:
        out = xp.full(dims, b"", dtype=object)
    else:
        out = xp.zeros(dims, updates.dtype)
    good = good_rows(xp, indices, dims, policy)
    if good is not None:
        indices, updates = indices[good], updates[good]
    _accumulate(xp, "add", out, _columns(xp, indices, dims), updates)
    return out[()]


def _accumulate(xp: Any, how: str, out: Any, columns: Any, updates: Any) -> None:
    if how == "set":
        out[columns] = updates
    elif out.dtype == bool:
        xp.logical_or.at(out, columns, updates)
    else:
        {"add": xp.add, "sub": xp.subtract, "min": xp.minimum, "max": xp.maximum}[how].at(
            out, columns, updates
        )


@scatter_nd_op.gradient
def _scatter_nd_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[None, Tensor, None]:
    policy = node.attrs["policy"]
    return None, tf.gather_nd(grad, node.inputs[0], bad_indices_policy=policy), None


@public("scatter_nd")
def scatter_nd(
    indices: Any, updates: Any, shape: Any, bad_indices_policy: str = "", name: str | None = None
) -> Tensor:
    """Zeros of `shape`, to which slices are added at given places.

    Args:
        indices: int32 or int64 [..., K].
        updates: slices, of shape indices.shape[:-1] + shape[K:].
        shape: of the result, a vector.
        bad_indices_policy: "IGNORE": leave out indices outside; "ERROR", "DEFAULT", "": refuse.
        name: of the node.

    Raises:
        InvalidArgumentError: if an index lies outside, or the shapes do not fit.
    """
    if isinstance(shape, TensorShape):
        shape = shape.as_list()
    return scatter_nd_op(indices, updates, shape, bad_indices_policy, name=name)


def _tensor_scatter(how: str, type: str) -> OpFunction:
    public_name = f"tensor_scatter_nd_{'update' if how == 'set' else how}"

    @op(public_name, type=type, hint=type, groups={"indices": "Tindices"},
        dtypes={"Tindices": _INDEX},
        samples=[("float32[4]", ((0,), (2,)), "float32[2]"),
                 ("float32[3,2]", ((1,),), "float32[1,2]")])  # fmt: skip
    def infer(
        tensor: Tensor, indices: Tensor, updates: Tensor, bad_indices_policy: str = "",
        name: str | None = None,
    ) -> TensorSpec:  # fmt: skip
        check_scatter(indices.dims, updates.dims, tensor.dims)
        return spec(tensor.dtype, tensor.dims)

    @infer.kernel
    def kernel(
        xp: Any, tensor: Any, indices: Any, updates: Any, bad_indices_policy: str = ""
    ) -> Any:
        check_scatter(indices.shape, getattr(updates, "shape", ()), tensor.shape)
        out, updates = tensor.copy(), as_array(xp, updates)
        good = good_rows(xp, indices, out.shape, bad_indices_policy)
        if good is not None:
            indices, updates = indices[good], updates[good]
        _accumulate(xp, how, out, _columns(xp, indices, out.shape), updates)
        return out

    verb = {"set": "replaced", "add": "added to", "sub": "subtracted from", "min": "compared with",
            "max": "compared with"}[how]  # fmt: skip
    infer.op.doc = infer.__doc__ = f"""A copy of `tensor` with slices at given places {verb}.

    Args:
        tensor: of rank 1 or more.
        indices: int32 or int64 [..., K].
        updates: slices, of shape indices.shape[:-1] + tensor.shape[K:].
        bad_indices_policy: "IGNORE": leave out indices outside; "ERROR", "DEFAULT", "": refuse.
        name: of the node.

    Raises:
        InvalidArgumentError: if an index lies outside, or the shapes do not fit.
    """
    return infer


tensor_scatter_nd_update = _tensor_scatter("set", "TensorScatterUpdate")
tensor_scatter_nd_add = _tensor_scatter("add", "TensorScatterAdd")
tensor_scatter_nd_sub = _tensor_scatter("sub", "TensorScatterSub")
tensor_scatter_nd_min = _tensor_scatter("min", "TensorScatterMin")
tensor_scatter_nd_max = _tensor_scatter("max", "TensorScatterMax")


@tensor_scatter_nd_update.gradient
def _update_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None, Tensor]:
    _, indices, updates = node.inputs
    policy = node.attrs["bad_indices_policy"]
    kept = tf.tensor_scatter_nd_update(grad, indices, tf.zeros_like(updates), policy)
    return kept, None, tf.gather_nd(grad, indices, bad_indices_policy=policy)


@tensor_scatter_nd_add.gradient
def _add_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None, Tensor]:
    policy = node.attrs["bad_indices_policy"]
    return grad, None, tf.gather_nd(grad, node.inputs[1], bad_indices_policy=policy)


@tensor_scatter_nd_sub.gradient
def _sub_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None, Tensor]:
    policy = node.attrs["bad_indices_policy"]
    return grad, None, -tf.gather_nd(grad, node.inputs[1], bad_indices_policy=policy)


def _extreme_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None, Tensor]:
    tensor, indices, updates = node.inputs
    out, policy = node.outputs[0], node.attrs["bad_indices_policy"]
    at = tf.gather_nd(out, indices, bad_indices_policy=policy)
    at_update = tf.cast(tf.equal(updates, at), grad.dtype)
    at_tensor = tf.cast(tf.equal(tensor, out), grad.dtype)
    shares = tf.raw.add_at(at_tensor, indices, at_update, policy)
    shared = grad / tf.maximum(shares, tf.ones_like(shares))
    picked = tf.gather_nd(shared, indices, bad_indices_policy=policy)
    return shared * at_tensor, None, picked * at_update


tensor_scatter_nd_min.gradient(_extreme_gradient)
tensor_scatter_nd_max.gradient(_extreme_gradient)
public("raw.add_at")(tensor_scatter_nd_add)
