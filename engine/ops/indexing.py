"""`x[...]`: integers, slices, newaxis, ellipsis, tensors as bounds, boolean masks.

A key is kept as a tuple of pieces: an int (takes the axis away), a tuple (start, stop, step),
None (a new axis), Ellipsis, or, where a number is known at run time only, a `Bound` with its
place among the op's further inputs.
"""

from __future__ import annotations

import functools
from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import bool_, int16, int32, int64
from engine.ir.op import op, public
from engine.ir.shapes import Dims, TensorShape, bracketed
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import known_ints, known_value
from engine.ir.tensor import SymbolicTensor, Tensor, Tensors
from engine.ops.arguments import refused_dtype
from engine.ops.kernels import as_array, refuse
from engine.ops.namespace import tf


class Bound:
    """Input `place` of the op holds the number."""

    __slots__ = ("place",)

    def __init__(self, place: int) -> None:
        self.place = place

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bound) and other.place == self.place

    def __hash__(self) -> int:
        return hash(("Bound", self.place))

    def __repr__(self) -> str:
        return f"Bound({self.place})"


Key = tuple[Any, ...]


def indexed(dims: Dims, key: Key) -> Dims:
    """The shape of `x[key]` for an `x` of shape `dims`.

    Raises:
        ValueError: if there are too many pieces, or an integer lies outside its axis.
    """
    if dims is None or any(type(p) is tuple and type(p[2]) is Bound for p in key):
        return None
    if key.count(Ellipsis) > 1:
        raise ValueError("Multiple ellipses in slice spec not allowed")
    taken = sum(piece is not None and piece is not Ellipsis for piece in key)
    if taken > len(dims):
        raise ValueError(f"Index out of range using input dim {len(dims)}; input has only "
                         f"{len(dims)} dims")  # fmt: skip
    out: list[int | None] = []
    axis = 0
    for piece in key:
        if piece is None:
            out.append(1)
        elif piece is Ellipsis:
            rest = len(dims) - taken
            out.extend(dims[axis : axis + rest])
            axis += rest
        else:
            size = dims[axis]
            if isinstance(piece, tuple):
                out.append(_slice_size(size, piece, axis))
            elif not isinstance(piece, Bound) and size is not None and not -size <= piece < size:
                raise ValueError(f"slice index {piece} of dimension {axis} out of bounds.")
            axis += 1
    if Ellipsis not in key:
        out.extend(dims[axis:])
    return tuple(out)


def _slice_size(size: int | None, piece: tuple[Any, Any, Any], axis: int) -> int | None:
    start, stop, step = piece
    if step == 0:
        raise ValueError(f"strides[{axis}] must be non-zero")
    if any(isinstance(part, Bound) for part in piece):
        return None
    if size is not None:
        return len(range(*slice(start, stop, step).indices(size)))
    if start in (None, 0) and stop is None and step in (None, 1, -1):
        return None
    if start is not None and stop is not None and start >= 0 > -1 and (step or 1) > 0:
        return 0 if 0 <= stop <= start else None
    return None


@functools.lru_cache(maxsize=4096)
def numpy_key(key: Key) -> Key:
    """The key as numpy takes it."""
    return tuple(slice(*piece) if type(piece) is tuple else piece for piece in key)


def _filled_key(key: Key, bounds: tuple[Any, ...]) -> Key:
    """`key` with the numbers of `bounds` in the places of its `Bound` pieces."""

    def number(part: Any) -> Any:
        return int(bounds[part.place]) if type(part) is Bound else part

    return tuple(
        tuple(number(part) for part in piece) if type(piece) is tuple else number(piece)
        for piece in key
    )


@op(
    "raw.strided_slice",
    samples=[("float32[3,4]", ((0, 2, None), -1)), ("float64[3]", (None, (None, None, -2)))],
    type="StridedSlice",
    hint="strided_slice",
)
def strided_slice_op(input: Tensor, key: Any, name: str | None = None) -> TensorSpec:
    """`input[key]`."""
    return spec(input.dtype, indexed(input.dims, key))


@strided_slice_op.kernel
def _strided_slice_kernel(xp: Any, x: Any, key: Key) -> Any:
    try:
        return _take(xp, x, numpy_key(key))
    except IndexError:
        raise _index_error(getattr(x, "shape", ()), key) from None


def _take(xp: Any, x: Any, key: Any) -> Any:
    out = (as_array(xp, x) if type(x) is bytes else x)[key]
    return out[()] if getattr(out, "ndim", 1) == 0 and out is not None else out


def _index_error(dims: Any, key: Key) -> InvalidArgumentError:
    try:
        indexed(tuple(dims), key)
    except ValueError as error:
        return refuse(str(error))
    return refuse(f"index {key} is out of bounds for shape {bracketed(tuple(dims))}")


@strided_slice_op.binder
def _strided_slice_binder(xp: Any, attrs: Any, inputs: Any, outputs: Any) -> Any:
    key = attrs["key"]
    index: Any = numpy_key(key)
    if len(index) == 1:
        index = index[0]
    if not inputs[0].dims or index is None or index is Ellipsis:
        return lambda x: _take(xp, x, index)

    def take(x: Any) -> Any:
        try:
            return x[index]
        except IndexError:
            raise _index_error(x.shape, key) from None

    return take


@strided_slice_op.gradient
def _strided_slice_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return scatter_into(node.inputs[0], grad, (), node.attrs["key"])


@op(
    "raw.strided_slice_dynamic",
    samples=[("float32[3,4]", [1], (Bound(0),))],
    type="StridedSlice",
    hint="strided_slice",
    groups={"bounds": "Index"},
)
def strided_slice_dynamic(
    input: Tensor, bounds: Tensors, key: Any, name: str | None = None
) -> TensorSpec:
    """`input[key]`, where some numbers of the key are inputs."""
    return spec(input.dtype, indexed(input.dims, key))


@strided_slice_dynamic.kernel
def _strided_slice_dynamic_kernel(xp: Any, x: Any, *bounds: Any, key: Key) -> Any:
    filled = _filled_key(key, bounds)
    try:
        return _take(xp, x, numpy_key(filled))
    except IndexError:
        raise _index_error(getattr(x, "shape", ()), filled) from None


@strided_slice_dynamic.binder
def _strided_slice_dynamic_binder(xp: Any, attrs: Any, inputs: Any, outputs: Any) -> Any:
    key = attrs["key"]
    if key != (Bound(0),) or not inputs[0].dims:
        return lambda x, *bounds: _strided_slice_dynamic_kernel(xp, x, *bounds, key=key)

    def take(x: Any, place: Any) -> Any:
        try:
            return x[place]
        except IndexError:
            raise _index_error(x.shape, (int(place),)) from None

    return take


@strided_slice_dynamic.gradient
def _strided_slice_dynamic_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Any, ...]:
    bounds = tuple(node.inputs[1:])
    nothing = [None] * len(bounds)
    return (scatter_into(node.inputs[0], grad, bounds, node.attrs["key"]), *nothing)


def scatter_into(x: Tensor, grad: Tensor, bounds: tuple[Tensor, ...], key: Key) -> Tensor:
    """Zeros of the shape of `x` with `grad` at `key`."""
    dims = x.dims if x.dims is not None and None not in x.dims else None
    shape = None if dims is not None else tf.shape(x)
    return slice_gradient(grad, shape, bounds, dims, key)


@op(
    "raw.slice_gradient",
    samples=[("float32[4]", None, [], (3, 4), (1,))],
    type="StridedSliceGrad",
    groups={"shape": int32, "bounds": "Index"},
)
def slice_gradient(
    grad: Tensor, shape: Tensor | None, bounds: Tensors, dims: Any, key: Any
) -> TensorSpec:
    """Zeros of shape `dims` (None: `shape`), with `grad` at `key`."""
    if dims is None and shape is not None and shape.dims and shape.dims[0] is not None:
        return spec(grad.dtype, (None,) * shape.dims[0])
    return spec(grad.dtype, dims)


@slice_gradient.kernel
def _slice_gradient_kernel(
    xp: Any, grad: Any, shape: Any, *bounds: Any, dims: Any, key: Key
) -> Any:
    out = xp.zeros(tuple(shape.tolist()) if dims is None else dims, grad.dtype)
    out[numpy_key(_filled_key(key, bounds))] = grad
    return out


@slice_gradient.gradient
def _slice_gradient_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Any, ...]:
    bounds = list(node.inputs[2:])
    key = node.attrs["key"]
    taken = strided_slice_dynamic(grad, bounds, key) if bounds else strided_slice_op(grad, key)
    return (taken, None, *[None for _ in bounds])


def parse_key(key: Any) -> tuple[Key, list[Any]]:
    """Pieces of a Python subscript, and the symbolic numbers among them.

    Raises:
        TypeError: for anything that is no index of a tensor.
    """
    pieces: list[Any] = []
    bounds: list[Any] = []
    for item in key if isinstance(key, (list, tuple)) else (key,):
        if item is None or item is Ellipsis:
            pieces.append(item)
        elif isinstance(item, slice):
            step = _number(item.step, bounds)
            pieces.append((_number(item.start, bounds), _number(item.stop, bounds), step))
        else:
            pieces.append(_integer(item, bounds))
    return tuple(pieces), bounds


def _number(item: Any, bounds: list[Any]) -> Any:
    return None if item is None else _integer(item, bounds)


def _integer(item: Any, bounds: list[Any]) -> Any:
    if type(item) is int:
        return item
    if isinstance(item, bool):
        raise _bad_index(item)
    if hasattr(type(item), "__tf_tensor__"):
        item = convert_to_tensor(item)
    if isinstance(item, Tensor):
        if item.dtype not in _INDICES or item.dims not in (None, ()):
            raise _bad_index(item)
        value = known_value(item)
        if value is not None:
            return int(value)
        bounds.append(item)
        return Bound(len(bounds) - 1)
    kind = getattr(item, "dtype", None)
    if kind is not None and kind.kind in "iu" and getattr(item, "ndim", 0) == 0:
        return int(item)
    if kind is None and hasattr(item, "__index__"):
        return item.__index__()
    raise _bad_index(item)


_INDICES = frozenset({int16, int32, int64})


def _bad_index(item: Any) -> TypeError:
    return TypeError(
        "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar "
        f"tf.int32/tf.int64 tensors are valid indices, got {item!r}"
    )


def _is_mask(key: Any) -> bool:
    if isinstance(key, Tensor):
        return key.dtype.is_bool
    kind = getattr(key, "dtype", None)
    return kind is not None and getattr(kind, "kind", "") == "b"


def _is_plain(key: slice) -> bool:
    return (
        (key.start is None or type(key.start) is int)
        and (key.stop is None or type(key.stop) is int)
        and (key.step is None or type(key.step) is int)
    )


@public("raw.getitem")
def getitem(tensor: Tensor, key: Any) -> Tensor:
    """`tensor[key]`.

    Args:
        tensor: of any dtype, rank R.
        key: integers, slices, `...`, `tf.newaxis`, scalar integer tensors (also as bounds of
            slices), or one bool tensor (a mask).

    Raises:
        TypeError: for other keys.
        InvalidArgumentError: (ValueError while tracing) where an integer lies outside its axis.
    """
    if type(key) is int:
        return strided_slice_op(tensor, (key,))
    if type(key) is slice and _is_plain(key):
        return strided_slice_op(tensor, ((key.start, key.stop, key.step),))
    if isinstance(key, SymbolicTensor) or hasattr(key, "dtype"):
        if _is_mask(key):
            return boolean_mask(tensor, key)
    if isinstance(key, bool):
        raise ValueError("mask cannot be scalar.")
    if isinstance(key, list) and key and all(isinstance(item, bool) for item in key):
        raise refused_dtype(bool_, (int16, int32, int64), "StridedSlice", "begin", "Index")
    pieces, bounds = parse_key(key)
    if not bounds:
        return strided_slice_op(tensor, pieces)
    return strided_slice_dynamic(tensor, _one_dtype(bounds), pieces)


def _one_dtype(bounds: list[Tensor]) -> list[Tensor]:
    kinds = {item.dtype for item in bounds}
    if len(kinds) == 1 and kinds <= {int32, int64}:
        return bounds
    return [tf.cast(item, int64) for item in bounds]


@public("boolean_mask")
def boolean_mask(tensor: Any, mask: Any, axis: Any = None, name: str = "boolean_mask") -> Tensor:
    """The elements (or slices) where `mask` is True, in order.

    Args:
        tensor: of any dtype, rank R.
        mask: bool tensor of known rank K, 1 <= K <= R, whose shape is that of `axis` and the
            following axes of `tensor`.
        axis: the first masked axis, by default 0.
        name: of the node.

    Raises:
        ValueError: if the rank of `mask` is 0 or unknown, or the shapes do not fit.
    """
    tensor = convert_to_tensor(tensor)
    mask = convert_to_tensor(mask)
    if mask.dims is None:
        raise ValueError("Number of mask dimensions must be specified, even if some dimensions "
                         "are None.  E.g. shape=[None] is ok, but shape=None is not.")  # fmt: skip
    if not mask.dims:
        raise ValueError("mask cannot be scalar.")
    at = 0 if axis is None else int(known_ints(axis))
    if tensor.dims is not None:
        mine = tensor.dims[at : at + len(mask.dims)]
        if not TensorShape.of(mine).is_compatible_with(TensorShape.of(mask.dims)):
            raise ValueError(f"Shapes {TensorShape.of(mine)} and {mask.shape} are incompatible")
    known = _known_rest(tensor, at, len(mask.dims))
    if known is None:
        before = [tf.shape(tensor)[i] for i in range(at)]
        rest = tf.shape(tensor)[at + len(mask.dims) :]
        known = tf.concat([tf.stack([*before, -1]), rest], 0)
    tensor = tf.reshape(tensor, known)
    if len(mask.dims) > 1:
        mask = tf.reshape(mask, [-1])
    places = tf.squeeze(tf.where(mask), axis=[1])
    return tf.gather(tensor, places, axis=at)


def _known_rest(tensor: Tensor, axis: int, count: int) -> list[Any] | None:
    if tensor.dims is None:
        return None
    kept = tensor.dims[:axis] + tensor.dims[axis + count :]
    if None in kept:
        return None
    return [*kept[:axis], -1, *kept[axis:]]
