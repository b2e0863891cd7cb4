"""Sparse tensors: the places and values of the elements that are not zero."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import DType, int64
from engine.ir.op import public
from engine.ir.shapes import TensorShape
from engine.ir.static_value import get_static_value
from engine.ir.tensor import Tensor
from engine.objects.composite_specs import SparseTensorSpec
from engine.ops.namespace import tf


@public("SparseTensor", "sparse.SparseTensor")
class SparseTensor:
    """A tensor given by the elements that are not zero.

    Args:
        indices: int64 `[n, rank]`, the place of each element.
        values: `[n]`, the elements.
        dense_shape: int64 `[rank]`.

    Raises:
        ValueError: if the shapes do not fit each other.
    """

    def __init__(self, indices: Any, values: Any, dense_shape: Any) -> None:
        self.indices: Tensor = convert_to_tensor(indices, int64)
        self.values: Tensor = convert_to_tensor(values)
        self.dense_shape: Tensor = convert_to_tensor(dense_shape, int64)
        self.indices.shape.assert_has_rank(2)
        self.values.shape.assert_has_rank(1)
        self.dense_shape.shape.assert_has_rank(1)
        self.indices.shape[:1].assert_is_compatible_with(self.values.shape[:1])
        self.indices.shape[1:2].assert_is_compatible_with(self.dense_shape.shape[:1])

    @property
    def dtype(self) -> DType:
        """Of the values."""
        return self.values.dtype

    @property
    def shape(self) -> TensorShape:
        """The dense shape, as far as known."""
        known = get_static_value(self.dense_shape)
        if known is None:
            rank = self.dense_shape.shape[0]
            return TensorShape(None if rank is None else [None] * rank)
        return TensorShape([int(size) for size in known])

    def get_shape(self) -> TensorShape:
        """The same as `shape`."""
        return self.shape

    def __composite_parts__(self) -> list[Tensor]:
        return [self.indices, self.values, self.dense_shape]

    def __composite_invariants__(self, shape: Any) -> list[TensorShape]:
        """What holds of the shapes of its tensors in all turns of a loop, where `shape` does."""
        rank = TensorShape(getattr(shape, "shape", shape)).rank
        return [TensorShape([None, rank]), TensorShape([None]), TensorShape([rank])]

    def __composite_spec__(self) -> SparseTensorSpec:
        return SparseTensorSpec(self.shape, self.dtype)

    def __composite_like__(self, parts: list[Any]) -> SparseTensor:
        made = SparseTensor.__new__(SparseTensor)  # the parts may be specs: not converted
        made.indices, made.values, made.dense_shape = parts
        return made

    def with_values(self, new_values: Any) -> SparseTensor:
        """Other values at the same places."""
        return SparseTensor(self.indices, new_values, self.dense_shape)

    def __mul__(self, other: Any) -> SparseTensor:
        """Each value times the element of `other` at its place."""
        other = convert_to_tensor(other, dtype_hint=self.dtype)
        if other.shape.rank:
            other = tf.gather_nd(tf.broadcast_to(other, self.dense_shape), self.indices)
        return self.with_values(self.values * other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> SparseTensor:
        return self.with_values(self.values / convert_to_tensor(other, dtype_hint=self.dtype))

    def __repr__(self) -> str:
        return (
            f"SparseTensor(indices={self.indices!s}, values={self.values!s}, "
            f"dense_shape={self.dense_shape!s})"
        )


@public("sparse.to_dense")
def to_dense(
    sp_input: SparseTensor,
    default_value: Any = None,
    validate_indices: bool = True,
    name: Any = None,
) -> Tensor:
    """The dense tensor; `default_value` (zero) where nothing is given."""
    shape, values = sp_input.dense_shape, sp_input.values
    if default_value is None:
        return tf.scatter_nd(sp_input.indices, values, shape)
    start = tf.fill(shape, convert_to_tensor(default_value, values.dtype))
    return tf.tensor_scatter_nd_update(start, sp_input.indices, values)


@public("sparse.from_dense")
def from_dense(tensor: Any, name: Any = None) -> SparseTensor:
    """The elements of `tensor` that are not zero."""
    dense = convert_to_tensor(tensor)
    zero = tf.zeros_like(dense)
    indices = tf.where(tf.not_equal(dense, zero))
    return SparseTensor(indices, tf.gather_nd(dense, indices), tf.shape(dense, out_type=int64))


@public("sparse.map_values")
def map_values(op: Callable[..., Any], *args: Any, **kwargs: Any) -> SparseTensor:
    """`op` of the values of sparse tensors that have them at the same places.

    Args:
        op: function of tensors that keeps the shape.
        args, kwargs: its arguments; the values of sparse tensors are passed.

    Raises:
        ValueError: if there is no sparse tensor, or the result has another shape.
    """
    given = [value for value in (*args, *kwargs.values()) if isinstance(value, SparseTensor)]
    if not given:
        raise ValueError("No SparseTensor in argument list of map_values")
    first = given[0]
    for other in given[1:]:
        tf.debugging.assert_equal(other.indices, first.indices)
        tf.debugging.assert_equal(other.dense_shape, first.dense_shape)

    def plain(value: Any) -> Any:
        return value.values if isinstance(value, SparseTensor) else value

    made = op(*map(plain, args), **{key: plain(value) for key, value in kwargs.items()})
    return SparseTensor(first.indices, made, first.dense_shape)


@public("sparse.reduce_sum")
def reduce_sum(
    sp_input: SparseTensor, axis: Any = None, keepdims: bool = False, name: Any = None
) -> Tensor:
    """The sum over axes, as a dense tensor."""
    return tf.reduce_sum(to_dense(sp_input), axis, keepdims)


@public("sparse.add")
def add(a: Any, b: Any, threshold: Any = 0) -> Any:
    """A + b: sparse where both are."""
    left = to_dense(a) if isinstance(a, SparseTensor) else convert_to_tensor(a)
    right = to_dense(b) if isinstance(b, SparseTensor) else convert_to_tensor(b)
    total = left + right
    both = isinstance(a, SparseTensor) and isinstance(b, SparseTensor)
    return from_dense(total) if both else total


@public("sparse.sparse_dense_matmul")
def sparse_dense_matmul(
    sp_a: Any, b: Any, adjoint_a: bool = False, adjoint_b: bool = False, name: Any = None
) -> Tensor:
    """The product of two matrices, one of them sparse."""
    left = to_dense(sp_a) if isinstance(sp_a, SparseTensor) else sp_a
    right = to_dense(b) if isinstance(b, SparseTensor) else b
    return tf.matmul(left, right, adjoint_a=adjoint_a, adjoint_b=adjoint_b)


@public("sparse.reorder")
def reorder(sp_input: SparseTensor, name: Any = None) -> SparseTensor:
    """The same, with the places in row-major order."""
    order = tf.math.cumprod(sp_input.dense_shape, exclusive=True, reverse=True)
    places = tf.argsort(tf.reduce_sum(sp_input.indices * order, axis=1), stable=True)
    return SparseTensor(
        tf.gather(sp_input.indices, places),
        tf.gather(sp_input.values, places),
        sp_input.dense_shape,
    )
