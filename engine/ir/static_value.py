"""What is known, while tracing, of the values of tensors: constants and arithmetic on them."""

from __future__ import annotations

from typing import Any

from engine.ir.shapes import TensorShape, num_elements
from engine.ir.tensor import EagerTensor, SymbolicTensor, Tensor

_FOLDED = frozenset({
    "math.add", "math.subtract", "math.multiply", "math.floordiv", "math.floormod",
    "math.maximum", "math.minimum", "math.negative", "raw.cast", "identity", "raw.reduce_prod",
    "raw.strided_slice", "raw.stack", "raw.concat", "raw.reshape", "raw.expand_dims",
    "raw.squeeze", "raw.unstack", "raw.range", "raw.fill", "stop_gradient", "math.reduce_prod",
    "math.reduce_sum", "raw.reduce_sum", "raw.reduce_max", "raw.reduce_min", "math.equal",
    "math.not_equal", "math.less", "math.greater",
})  # fmt: skip
"""Ops that are computed here where all their inputs are known (small integer values only)."""

_PUBLIC_FOLDED = frozenset({
    "raw.cast", "raw.stack", "raw.concat", "raw.unstack", "raw.range", "raw.fill", "stop_gradient",
    "math.equal", "math.not_equal",
})  # fmt: skip

MAX_ELEMENTS = 1000
MAX_DEPTH = 12


def get_static_value(tensor: Any, partial: bool = False) -> Any:
    """The value of `tensor` as a numpy value, where it is known without running anything.

    Args:
        tensor: an eager or a symbolic tensor; anything else is answered unchanged.
        partial: also answer an object array with None for the unknown elements of a `stack`.

    Returns:
        A numpy value, or None where it is not known.
    """
    if isinstance(tensor, EagerTensor):
        return tensor.numpy()
    if not isinstance(tensor, SymbolicTensor):
        return None if hasattr(type(tensor), "__tf_tensor__") else tensor
    found = _fold(tensor, _PUBLIC_FOLDED, MAX_DEPTH)
    if found is None and partial and tensor.node.op.name == "raw.stack":
        import numpy

        items = [get_static_value(item) for item in tensor.node.inputs]
        return numpy.array(items, dtype=object)
    return found


def known_value(tensor: Any) -> Any:
    """As `get_static_value`, also through simple integer arithmetic; None: not known."""
    if isinstance(tensor, EagerTensor):
        return tensor._value
    if not isinstance(tensor, SymbolicTensor):
        return None
    return _fold(tensor, _FOLDED, MAX_DEPTH)


def _fold(tensor: Any, allowed: frozenset[str], depth: int) -> Any:
    if isinstance(tensor, EagerTensor):
        return tensor._value
    if not isinstance(tensor, SymbolicTensor):
        return None
    node = tensor.node
    name = node.op.name
    if name == "raw.constant":
        return node.attrs["value"]
    if name in ("raw.shape", "raw.size", "raw.rank"):
        return _of_shape(name, tensor)
    if name not in allowed or depth == 0:
        return None
    size = num_elements(tensor.dims)
    if size is None or size > MAX_ELEMENTS or tensor.dtype.kind not in "iub":
        return None
    if name == "raw.strided_slice" and (size_ := _of_partly_known(tensor)) is not None:
        return size_
    values = []
    for item in node.inputs:
        value = _fold(item, allowed, depth - 1)
        if value is None:
            return None
        values.append(value)
    return _computed(tensor, values)


def _of_partly_known(tensor: SymbolicTensor) -> Any:
    """An element of a vector of which only some are known, such as a size of a shape."""
    key = tensor.node.attrs["key"]
    if len(key) != 1 or type(key[0]) is not int:
        return None
    vector = tensor.node.inputs[0]
    if not isinstance(vector, SymbolicTensor) or vector.node.op.name == "raw.constant":
        return None
    known = partial_ints(vector, whole=False)
    if not isinstance(known, tuple) or not -len(known) <= key[0] < len(known):
        return None
    found = known[key[0]]
    return None if found is None else tensor.dtype.as_numpy_dtype(found)


def _computed(tensor: SymbolicTensor, values: list[Any]) -> Any:
    import numpy

    node = tensor.node
    if node.op.compute is None:
        return None
    with numpy.errstate(all="ignore"):
        result = node.op.compute(numpy, *values, **node.attrs)
    return result[tensor.index] if isinstance(result, tuple) else result


def _of_shape(name: str, tensor: SymbolicTensor) -> Any:
    dims = tensor.node.inputs[0].dims
    if dims is None:
        return None
    kind = tensor.dtype.as_numpy_dtype
    if name == "raw.rank":
        return kind(len(dims))
    if None in dims:
        return None
    if name == "raw.size":
        return kind(num_elements(dims))
    import numpy

    return numpy.array(dims, kind)


def known_ints(value: Any) -> Any:
    """The integers that `value` stands for, as far as they are known.

    Args:
        value: integer, shape, tensor of integers, or a sequence of them.

    Returns:
        An int, a tuple of int and None (not known), or None where nothing is known, not even
        how many there are.

    Raises:
        TypeError: if `value` holds something that is no integer.
    """
    if type(value) is int:
        return value
    if isinstance(value, TensorShape):
        return value.raw
    if isinstance(value, (list, tuple)):
        items = [_one_int(item) for item in value]
        return tuple(items)
    if isinstance(value, Tensor):
        return _ints_of_tensor(value)
    if hasattr(value, "__tf_tensor__"):
        return None
    if hasattr(value, "tolist"):
        found = value.tolist()
        return (
            tuple(_one_int(item) for item in found) if isinstance(found, list) else _one_int(value)
        )
    return _one_int(value)


def _one_int(item: Any) -> int | None:
    if item is None or type(item) is int:
        return item
    if isinstance(item, Tensor):
        value = known_value(item)
        if value is None:
            return None
        item = value
        if getattr(item, "shape", ()) == (1,):
            item = item[0]
    if isinstance(item, bool) or not hasattr(item, "__index__"):
        if hasattr(item, "__tf_tensor__"):
            return None
        if not hasattr(item, "dtype") or item.dtype.kind != "i":
            raise TypeError(f"Cannot convert {item!r} to EagerTensor of dtype int32")
    return int(item.__index__())


def _ints_of_tensor(tensor: Tensor) -> Any:
    if tensor.dtype.kind not in "iu":
        raise TypeError(
            f"Expected integers (int32 or int64), got a tensor of dtype {tensor.dtype.name}."
        )
    value = known_value(tensor)
    if value is not None:
        found = value.tolist() if hasattr(value, "tolist") else value
        return tuple(found) if isinstance(found, list) else found
    return partial_ints(tensor)


def partial_ints(tensor: Tensor, whole: bool = True) -> Any:
    """The known elements of an integer vector, None for the others; None: not even the length.

    Args:
        tensor: integer vector.
        whole: also look whether all of its value is known.
    """
    value = known_value(tensor) if whole else None
    if value is not None:
        found = value.tolist()
        return tuple(found) if isinstance(found, list) else found
    if tensor.dims is None or len(tensor.dims) > 1:
        return None
    if not tensor.dims:
        return None
    unknown = None if tensor.dims[0] is None else (None,) * tensor.dims[0]
    if not isinstance(tensor, SymbolicTensor):
        return unknown
    node = tensor.node
    name = node.op.name
    if name == "raw.shape":
        return node.inputs[0].dims
    if name == "raw.stack":
        return tuple(_one_int(item) for item in node.inputs)
    if name in ("raw.cast", "identity") and node.inputs[0].dtype.is_integer:
        return partial_ints(node.inputs[0])
    if name == "raw.concat":
        parts = [partial_ints(item) for item in node.inputs]
        return unknown if any(part is None for part in parts) else sum(parts, ())
    if name == "raw.strided_slice" and len(node.attrs["key"]) == 1:
        sizes = partial_ints(node.inputs[0])
        piece = node.attrs["key"][0]
        if sizes is not None and isinstance(piece, tuple):
            return sizes[slice(*piece)]
    return unknown
