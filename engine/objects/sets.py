"""Sets along the last axis, and the distance between sequences: `tf.sets`, `tf.edit_distance`."""

from __future__ import annotations

from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import DType, float32, int8, int16, int32, int64, string, uint8, uint16
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.objects.sparse import SparseTensor
from engine.ops.kernels import refuse
from engine.ops.namespace import tf

_DTYPES = (int8, int16, int32, int64, uint8, uint16, string)
_INDEX_GROUPS: dict[str, str | DType | None] = {
    "indices1": int64, "values1": "T", "shape1": int64,
    "indices2": int64, "values2": "T", "shape2": int64,
}  # fmt: skip

_SAMPLE = ([[0, 0], [0, 1]], [1, 2], [1, 2], [[0, 0], [0, 1]], [2, 3], [1, 2])


def _grouped(indices: Any, values: Any) -> dict[tuple[int, ...], list[Any]]:
    """The values of each row along the last axis, in order."""
    groups: dict[tuple[int, ...], list[Any]] = {}
    for place, value in zip(indices.tolist(), values.tolist()):
        groups.setdefault(tuple(place[:-1]), []).append(value)
    return groups


@op("raw.sparse_set_operation", type="SparseToSparseSetOperation", groups=_INDEX_GROUPS,
    samples=[(*_SAMPLE, "union")])  # fmt: skip
def set_operation_op(
    indices1: Tensor, values1: Tensor, shape1: Tensor,
    indices2: Tensor, values2: Tensor, shape2: Tensor,
    set_operation: str, name: str | None = None,
) -> tuple[TensorSpec, TensorSpec, TensorSpec]:  # fmt: skip
    """Indices, values and shape of the sets made of two sets of each row."""
    rank = indices1.dims[1] if indices1.dims is not None else None
    if rank is not None and rank < 2:
        raise ValueError(f"Shape must be at least rank 2 but is rank {rank}")
    return spec(int64, (None, rank)), spec(values1.dtype, (None,)), spec(int64, (rank,))


@set_operation_op.kernel
def _set_operation_kernel(
    xp: Any, indices1: Any, values1: Any, shape1: Any, indices2: Any, values2: Any, shape2: Any,
    set_operation: str,
) -> Any:  # fmt: skip
    if len(shape1) < 2:
        raise refuse(f"Shape {shape1.tolist()} has rank {len(shape1)} < 2")
    if shape1[:-1].tolist() != shape2[:-1].tolist():
        raise refuse(f"Mismatched group shapes {shape1[:-1].tolist()} vs {shape2[:-1].tolist()}.")
    first, second = _grouped(indices1, values1), _grouped(indices2, values2)
    places: list[tuple[int, ...]] = []
    kept: list[Any] = []
    for group in sorted({*first, *second}):
        here = _combined(set(first.get(group, ())), set(second.get(group, ())), set_operation)
        places += [(*group, i) for i in range(len(here))]
        kept += here
    width = max((place[-1] + 1 for place in places), default=0)
    out = xp.empty(len(kept), dtype=values1.dtype)
    out[:] = kept
    where = xp.array(places, dtype="int64").reshape(-1, len(shape1))
    return where, out, xp.array([*shape1[:-1], width], dtype="int64")


def _combined(a: set[Any], b: set[Any], operation: str) -> list[Any]:
    if operation == "intersection":
        return sorted(a & b)
    if operation == "union":
        return sorted(a | b)
    return sorted(a - b if operation == "a-b" else b - a)


def _parts(value: Any, dtype: Any = None) -> SparseTensor:
    """A set as a sparse tensor; every element of a dense one counts."""
    if isinstance(value, SparseTensor):
        made = value
    else:
        dense = convert_to_tensor(value, dtype_hint=dtype)
        places = tf.where(tf.ones(tf.shape(dense), "bool"))
        made = SparseTensor(places, tf.reshape(dense, [-1]), tf.shape(dense, out_type=int64))
    if made.dtype not in _DTYPES:
        raise TypeError(f"Invalid dtype `{made.dtype!r}` not in supported dtypes: {set(_DTYPES)!r}")
    return made


def _set_operation(a: Any, b: Any, operation: str) -> SparseTensor:
    first = _parts(a)
    second = _parts(b, first.dtype)
    if first.dtype is not second.dtype:
        raise TypeError(f"Types don't match: {first.dtype!r} vs {second.dtype!r}.")
    found = set_operation_op(
        first.indices, first.values, first.dense_shape,
        second.indices, second.values, second.dense_shape, operation,
    )  # fmt: skip
    return SparseTensor(*found)


@public("sets.intersection")
def intersection(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """What rows of `a` and `b` have in common, along the last axis.

    Args:
        a: integers or strings, dense or a `SparseTensor`, of rank 2 at least.
        b: the same, with the same sizes but for the last axis.
        validate_indices: accepted.

    Returns:
        A `SparseTensor` with each row's elements sorted.

    Raises:
        InvalidArgumentError: if the shapes do not fit.
    """
    return _set_operation(a, b, "intersection")


@public("sets.union")
def union(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """What is in rows of `a` or `b`, each element once; arguments as of `tf.sets.intersection`."""
    return _set_operation(a, b, "union")


@public("sets.difference")
def difference(a: Any, b: Any, aminusb: bool = True, validate_indices: bool = True) -> SparseTensor:
    """What is in rows of `a` and not of `b`; the other way round without `aminusb`."""
    return _set_operation(a, b, "a-b" if aminusb else "b-a")


@op("raw.set_size", type="SetSize", groups={"indices": int64, "shape": int64},
    samples=[([[0, 0], [0, 1]], [1, 2], [1, 2])])  # fmt: skip
def set_size_op(
    indices: Tensor, values: Tensor, shape: Tensor, name: str | None = None
) -> TensorSpec:
    """How many different elements each row has."""
    rank = indices.dims[1] if indices.dims is not None else None
    return spec(int32, None if rank is None else (None,) * (rank - 1))


@set_size_op.kernel
def _set_size_kernel(xp: Any, indices: Any, values: Any, shape: Any) -> Any:
    out = xp.zeros(tuple(shape[:-1].tolist()), dtype="int32")
    for group, found in _grouped(indices, values).items():
        out[group] = len(set(found))
    return out


@public("sets.size")
def size(a: Any, validate_indices: bool = True) -> Tensor:
    """How many different elements each row of a `SparseTensor` has, int32."""
    if not isinstance(a, SparseTensor):
        raise TypeError(f"Expected `SparseTensor`, got {a}.")
    if a.dtype not in _DTYPES:
        raise TypeError(f"Invalid dtype `{a.dtype!r}` not in supported dtypes: {set(_DTYPES)!r}")
    return set_size_op(a.indices, a.values, a.dense_shape)


@op("raw.edit_distance", type="EditDistance", groups=_INDEX_GROUPS,
    samples=[(*_SAMPLE, True)])  # fmt: skip
def edit_distance_op(
    indices1: Tensor, values1: Tensor, shape1: Tensor,
    indices2: Tensor, values2: Tensor, shape2: Tensor,
    normalize: bool, name: str | None = None,
) -> TensorSpec:  # fmt: skip
    """How many changes make each row of one the row of the other."""
    rank = indices1.dims[1] if indices1.dims is not None else None
    return spec(float32, None if rank is None else (None,) * (rank - 1))


@edit_distance_op.kernel
def _edit_distance_kernel(
    xp: Any, indices1: Any, values1: Any, shape1: Any, indices2: Any, values2: Any, shape2: Any,
    normalize: bool,
) -> Any:  # fmt: skip
    if len(shape1) != len(shape2):
        raise InvalidArgumentError(
            None, None, "truth and hypothesis must have the same rank: "
            f"{len(shape2)} vs {len(shape1)}")  # fmt: skip
    out = xp.zeros(tuple(xp.maximum(shape1, shape2)[:-1].tolist()), dtype="float32")
    guesses, truths = _grouped(indices1, values1), _grouped(indices2, values2)
    for group in {*guesses, *truths}:
        guess, truth = guesses.get(group, []), truths.get(group, [])
        changes = float(_changes(guess, truth))
        if normalize:
            changes = changes / len(truth) if truth else float("inf")
        out[group] = changes
    return out[()]


def _changes(a: list[Any], b: list[Any]) -> int:
    """The Levenshtein distance."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


@public("edit_distance")
def edit_distance(
    hypothesis: Any, truth: Any, normalize: bool = True, name: str | None = "edit_distance"
) -> Tensor:
    """How many elements must be put in, left out or changed to make one sequence the other.

    Args:
        hypothesis: `SparseTensor` of sequences along the last axis.
        truth: `SparseTensor` of the same rank and dtype.
        normalize: divide by the length of the truth? Infinity where that is 0.
        name: of the node.

    Returns:
        float32: one axis fewer.

    Raises:
        TypeError: for other arguments than sparse tensors.
    """
    for role, value in (("Hypothesis", hypothesis), ("Truth", truth)):
        if not isinstance(value, SparseTensor):
            raise TypeError(f"{role} must be a SparseTensor.")
    return edit_distance_op(
        hypothesis.indices, hypothesis.values, hypothesis.dense_shape,
        truth.indices, truth.values, truth.dense_shape, bool(normalize), name=name,
    )  # fmt: skip
