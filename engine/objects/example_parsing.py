"""Serialized `tf.train.Example`s as tensors: `parse_example` and `parse_single_example`."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from math import prod
from typing import Any, NamedTuple

from engine.base.protobuf import read_fields, read_varint
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import as_dtype, float32, int64, string
from engine.ir.op import op, public
from engine.ir.shapes import TensorShape
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor, Tensors
from engine.objects.sparse import SparseTensor
from engine.ops.arguments import refusal, refused_dtype
from engine.ops.kernels import as_array, refuse
from engine.ops.namespace import tf

_KINDS = {1: string, 2: float32, 3: int64}
_CPP_NAMES = {string: "string", float32: "float", int64: "int64"}


@public("io.FixedLenFeature")
class FixedLenFeature(NamedTuple):
    """A feature of as many values as its shape has.

    Attributes:
        shape: of one example's values.
        dtype: float32, int64 or string.
        default_value: for examples without the feature, of the shape; None: it is required.
    """

    shape: Any
    dtype: Any
    default_value: Any = None


@public("io.FixedLenSequenceFeature")
class FixedLenSequenceFeature(NamedTuple):
    """A feature of any number of parts of one shape, padded where examples have fewer.

    Attributes:
        shape: of one part.
        dtype: float32, int64 or string.
        allow_missing: must be True: examples without the feature have no parts.
        default_value: scalar for the padding; None: zero or the empty string.
    """

    shape: Any
    dtype: Any
    allow_missing: bool = False
    default_value: Any = None


@public("io.VarLenFeature")
class VarLenFeature(NamedTuple):
    """A feature of any number of values, as a sparse tensor.

    Attributes:
        dtype: float32, int64 or string.
    """

    dtype: Any


@op(
    "raw.parse_example_v2",
    type="ParseExampleV2",
    groups={"serialized": string, "names": string, "sparse_keys": string, "dense_keys": string,
            "ragged_keys": string, "dense_defaults": None},
)  # fmt: skip
def parse_example_v2(
    serialized: Tensor, names: Tensor, sparse_keys: Tensor, dense_keys: Tensor,
    ragged_keys: Tensor, dense_defaults: Tensors, sparse_types: Any, dense_shapes: Any,
    name: str | None = None,
) -> tuple[TensorSpec, ...]:  # fmt: skip
    """Indices, values and shapes of the sparse features, then the dense features."""
    batch = serialized.dims
    rank = None if batch is None else len(batch) + 1
    count = len(sparse_types)
    indices = [spec(int64, (None, rank))] * count
    values = [spec(kind, (None,)) for kind in sparse_types]
    shapes = [spec(int64, (rank,))] * count
    dense = [
        spec(default.dtype, None if batch is None else (*batch, *dims))
        for default, dims in zip(dense_defaults, dense_shapes)
    ]
    return (*indices, *values, *shapes, *dense)


@parse_example_v2.kernel
def _parse_kernel(
    xp: Any, serialized: Any, names: Any, sparse_keys: Any, dense_keys: Any, ragged_keys: Any,
    *defaults: Any, sparse_types: Any, dense_shapes: Any,
) -> Any:  # fmt: skip
    given = as_array(xp, serialized)
    if given.ndim > 1:
        dims = ",".join(map(str, given.shape))
        raise refuse(f"Expected serialized to be a scalar or vector, got shape: [{dims}]")
    batch = _Batch(given, as_array(xp, names))
    found = [batch.rows(key, kind) for key, kind in zip(as_array(xp, sparse_keys), sparse_types)]
    indices = [_places(xp, rows, batch.single) for rows in found]
    values = [
        _filled(xp, [value for row in rows for value in row or ()], kind)
        for rows, kind in zip(found, sparse_types)
    ]
    shapes = []
    for rows in found:
        width = max((len(row or ()) for row in rows), default=0)
        shapes.append(xp.array([width] if batch.single else [len(rows), width], "int64"))
    dense = [
        _dense(xp, batch, key, as_array(xp, default), dims)
        for key, default, dims in zip(as_array(xp, dense_keys), defaults, dense_shapes)
    ]
    return (*indices, *values, *shapes, *dense)


def _dense(xp: Any, batch: _Batch, key: bytes, default: Any, dims: Any) -> Any:
    """The values of a dense feature in all examples."""
    kind = string if default.dtype == object else as_dtype(default.dtype)
    rows = batch.rows(key, kind)
    parts = dims[:1] == (None,)
    read = _sequences if parts else _fixed
    values, shape = read(batch, key, kind, rows, default, dims[1:] if parts else dims)
    full = shape if batch.single else (len(rows), *shape)
    return _filled(xp, values, kind).reshape(full)[()]


class _Batch:
    """Examples that are read together; their features still as bytes."""

    def __init__(self, given: Any, names: Any) -> None:
        self.single = given.ndim == 0
        self._names = [name.decode(errors="replace") for name in names.reshape(-1).tolist()]
        self._examples = [self._features(item) for item in given.reshape(-1).tolist()]

    def _features(self, serialized: bytes) -> dict[bytes, bytes]:
        """The features of an example by name."""
        try:
            return {
                entry.get(1, b""): entry.get(2, b"")
                for number, features in read_fields(serialized) if number == 1
                for inner, item in read_fields(features) if inner == 1
                for entry in [dict(read_fields(item))]
            }  # fmt: skip
        except (ValueError, TypeError):
            raise refuse(f"Could not parse example input, value: '{serialized!r}'") from None

    def place(self, row: int) -> str:
        """How messages call an example."""
        if self.single:
            return ""
        return f"Name: {self._names[row] if self._names else '<unknown>'}, "

    def key(self, row: int, key: bytes) -> str:
        """How messages call a feature of an example."""
        index = "" if self.single else f", Index: {row}"
        return f"{self.place(row)}Key: {key.decode(errors='replace')}{index}.  "

    def rows(self, key: bytes, kind: Any) -> list[Any]:
        """The values of a feature in each example; None where it is missing."""
        return [self._values(row, key, kind) for row in range(len(self._examples))]

    def _values(self, row: int, key: bytes, kind: Any) -> list[Any] | None:
        raw = self._examples[row].get(key)
        if raw is None:
            return None
        try:
            held = list(read_fields(raw))
            if not held:
                return None
            number, content = held[-1]
            if _KINDS.get(number) is not kind:
                wanted, other = _CPP_NAMES[kind], _CPP_NAMES[_KINDS[number]]
                told = f"Expected type: {wanted}, Actual type: {other}"
                if self.single:
                    told = f"Data type: {other} but expected type: {wanted}"
                raise refuse(f"{self.key(row, key)}Data types don't match. {told}")
            return [v for inner, part in read_fields(content) if inner == 1
                    for v in _values(kind, part)]  # fmt: skip
        except (KeyError, ValueError, TypeError, struct.error):
            raise refuse(f"{self.key(row, key)}Can't parse serialized Example.") from None


def _values(kind: Any, part: Any) -> Iterable[Any]:
    """The values in a field of a list of values."""
    if kind is string:
        return [part]
    if kind is float32:
        return struct.unpack(f"<{len(part) // 4}f", part)
    numbers, at = ([part], 0) if isinstance(part, int) else ([], 0)
    while not isinstance(part, int) and at < len(part):
        number, at = read_varint(part, at)
        numbers.append(number)
    return [number - 2**64 if number >= 2**63 else number for number in numbers]


def _filled(xp: Any, values: list[Any], kind: Any) -> Any:
    if kind is not string:
        return xp.array(values, kind.as_numpy_dtype)
    out = xp.empty(len(values), dtype=object)
    out[:] = values
    return out


def _places(xp: Any, rows: list[Any], single: bool) -> Any:
    """The indices of the values of a sparse feature."""
    places = [(i, j) for i, row in enumerate(rows) for j in range(len(row or ()))]
    pairs = xp.array(places, "int64").reshape(-1, 2)
    return pairs[:, 1:] if single else pairs


def _fixed(
    batch: _Batch, key: bytes, kind: Any, rows: list[Any], default: Any, dims: Any
) -> tuple[list[Any], tuple[int, ...]]:
    """(values, shape of one example) of a feature with a fixed number of values."""
    size = prod(dims)
    values: list[Any] = []
    for row, found in enumerate(rows):
        if found is None:
            if default.size != size or default.ndim != len(dims) or not size:
                raise refuse(
                    f"{batch.place(row)}Feature: {key.decode(errors='replace')} (data type: "
                    f"{_CPP_NAMES[kind]}) is required but could not be found."
                )
            values += default.reshape(-1).tolist()
        elif len(found) != size:
            shape = ",".join(map(str, dims))
            raise refuse(f"{batch.key(row, key)}Number of {_CPP_NAMES[kind]} values != expected.  "
                         f"Values size: {len(found)} but output shape: [{shape}]")  # fmt: skip
        else:
            values += found
    return values, tuple(dims)


def _sequences(
    batch: _Batch, key: bytes, kind: Any, rows: list[Any], default: Any, dims: Any
) -> tuple[list[Any], tuple[int, ...]]:
    """(values, shape of one example) of a feature with any number of parts, padded."""
    size = prod(dims)
    for row, found in enumerate(rows):
        if len(found or ()) % size:
            shape = ",".join(map(str, (-1, *dims)))
            raise refuse(
                f"{batch.key(row, key)}Number of {_CPP_NAMES[kind]} values is not a multiple of "
                f"stride length. Saw {len(found)} values but output shape is: [{shape}]"
            )
    longest = max((len(found or ()) for found in rows), default=0)
    padding = default.reshape(-1)[0]
    values = [v for row in rows for v in [*(row or ()), *[padding] * (longest - len(row or ()))]]
    return values, (longest // size, *dims)


def _dense_feature(key: str, feature: Any) -> tuple[Tensor, tuple[int | None, ...]]:
    """(default, shape) of a dense feature. Raises ValueError for what is missing."""
    if feature.dtype is None:
        raise ValueError(f"Missing type for feature {key}. Received feature={feature}.")
    if feature.shape is None:
        raise ValueError(f"Missing shape for feature {key}. Received feature={feature}.")
    kind = as_dtype(feature.dtype)
    dims = TensorShape(feature.shape)
    if isinstance(feature, FixedLenSequenceFeature):
        if not feature.allow_missing:
            raise ValueError("Unsupported: FixedLenSequenceFeature requires allow_missing to be "
                             "True.")  # fmt: skip
        dims = TensorShape([None]).concatenate(dims)
    if dims.ndims and dims[0] is None and isinstance(feature, FixedLenFeature):
        raise ValueError(f"First dimension of shape for feature {key} unknown. Consider using "
                         f"FixedLenSequenceFeature. Received feature={feature}.")  # fmt: skip
    sizes = tuple(dims.as_list())
    if None in sizes[1:]:
        problem = f"All dimensions of shape for feature {key} need to be known but received {dims}."
        sequence = isinstance(feature, FixedLenSequenceFeature)
        raise refusal("ParseExampleV2", problem) if sequence else ValueError(problem)
    value = feature.default_value
    if isinstance(feature, FixedLenSequenceFeature):
        return convert_to_tensor(("" if kind is string else 0) if value is None else value,
                                 kind), sizes  # fmt: skip
    if value is None:
        return tf.constant([], kind), sizes
    return tf.reshape(convert_to_tensor(value, kind), sizes), sizes


def _check_key(key: Any) -> None:
    if not isinstance(key, (str, bytes)):
        raise TypeError(f"expected string or bytes-like object, got '{type(key).__name__}'")


def _parsed(serialized: Any, features: Any, names: Any) -> dict[str, Any]:
    sparse: dict[str, Any] = {}
    dense: dict[str, Any] = {}
    for key, feature in sorted(features.items()):
        _check_key(key)
        if isinstance(feature, VarLenFeature):
            if feature.dtype is None:
                raise ValueError(f"Missing type for feature {key}. Received feature={feature}")
            sparse[key] = as_dtype(feature.dtype)
        elif isinstance(feature, (FixedLenFeature, FixedLenSequenceFeature)):
            dense[key] = _dense_feature(key, feature)
        else:
            raise ValueError(f"Unsupported {type(feature).__name__} {feature} for key '{key}'")
    for kinds, attr in (
        ([default.dtype for default, _ in dense.values()], "Tdense"),
        (sparse.values(), "sparse_types"),
    ):
        for kind in kinds:
            if kind not in _CPP_NAMES:
                raise refused_dtype(kind, (float32, int64, string), "ParseExampleV2", attr, attr)
    found = parse_example_v2(
        serialized, convert_to_tensor([] if names is None else names, string),
        convert_to_tensor(list(sparse), string), convert_to_tensor(list(dense), string),
        convert_to_tensor([], string), [default for default, _ in dense.values()],
        tuple(sparse.values()), tuple(dims for _, dims in dense.values()),
    )  # fmt: skip
    parts = list(found) if isinstance(found, (tuple, list)) else [found]
    count = len(sparse)
    out: dict[str, Any] = {
        key: SparseTensor(parts[i], parts[count + i], parts[2 * count + i])
        for i, key in enumerate(sparse)
    }
    out.update(zip(dense, parts[3 * count :]))
    return out


@public("io.parse_example")
def parse_example(
    serialized: Any, features: Any, example_names: Any = None, name: str | None = None
) -> dict[str, Any]:
    """The features of serialized examples as tensors.

    Args:
        serialized: strings `[n]` (or one string), each a serialized `tf.train.Example`.
        features: name -> FixedLenFeature, FixedLenSequenceFeature or VarLenFeature.
        example_names: strings `[n]` by which messages call the examples.
        name: of the scope.

    Returns:
        name -> tensor `[n, *shape]`; SparseTensor `[n, longest]` of a VarLenFeature.

    Raises:
        ValueError: if `features` is empty, or one of them lacks its dtype or shape.
        InvalidArgumentError: if an example lacks a feature that is required, or holds values of
            another kind or number.
    """
    if not features:
        raise ValueError(f"Argument `features` cannot be None or falsy. Got {features}")
    with tf.name_scope(name or "ParseExample"):
        given = convert_to_tensor(convert_to_tensor(serialized), string)
        return _parsed(given, features, example_names)


@public("io.parse_single_example")
def parse_single_example(
    serialized: Any, features: Any, example_names: Any = None, name: str | None = None
) -> dict[str, Any]:
    """The features of one serialized example as tensors.

    Args:
        serialized: scalar string, a serialized `tf.train.Example`.
        features: name -> FixedLenFeature, FixedLenSequenceFeature or VarLenFeature.
        example_names: scalar string by which messages call the example.
        name: of the scope.

    Returns:
        name -> tensor of the feature's shape; SparseTensor `[count]` of a VarLenFeature.

    Raises:
        ValueError: if `features` is empty, `serialized` has axes, or a feature lacks its dtype or
            shape.
        InvalidArgumentError: as `parse_example`.
    """
    if not features:
        raise ValueError("Invalid argument: features cannot be empty.")
    with tf.name_scope(name or "ParseSingleExample"):
        one = convert_to_tensor(convert_to_tensor(serialized), string)
        if one.shape.rank not in (None, 0):
            raise ValueError("Input serialized must be a scalar")
        if one.shape.rank is None:
            one = tf.ensure_shape(one, [])
        with tf.name_scope("ParseExample"):
            return _parsed(one, features, example_names)
