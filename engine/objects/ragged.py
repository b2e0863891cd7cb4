"""Ragged tensors: rows of different lengths; and the string ops that make them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import DType, int32, int64, string
from engine.ir.op import op, public
from engine.ir.shapes import TensorShape
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import EagerTensor, Tensor
from engine.objects.composite_specs import RaggedTensorSpec
from engine.objects.ragged_operators import RaggedOperators
from engine.ops.kernels import as_array
from engine.ops.namespace import tf
from engine.ops.strings_basic import SPACE


@public("RaggedTensor")
class RaggedTensor(RaggedOperators):
    """Rows of different lengths.

    Attributes:
        values: the elements of all rows, one after the other; may be ragged itself.
        row_splits: int64: row i holds values[row_splits[i]:row_splits[i + 1]].
    """

    def __init__(self, values: Any, row_splits: Tensor) -> None:
        self.values = values
        self.row_splits = row_splits

    @classmethod
    def from_row_splits(cls, values: Any, row_splits: Any, **_: Any) -> RaggedTensor:
        """From the places where rows begin and end."""
        return cls(_as_values(values), tf.cast(row_splits, int64))

    @classmethod
    def from_row_lengths(cls, values: Any, row_lengths: Any, **_: Any) -> RaggedTensor:
        """From the length of each row."""
        lengths = tf.cast(convert_to_tensor(row_lengths), int64)
        return cls(_as_values(values), tf.concat([tf.zeros([1], int64), tf.cumsum(lengths)], 0))

    @property
    def dtype(self) -> DType:
        return self.values.dtype

    @property
    def flat_values(self) -> Tensor:
        """The elements as one tensor, however deeply rows are nested."""
        inner = self.values
        return inner.flat_values if isinstance(inner, RaggedTensor) else inner

    @property
    def ragged_rank(self) -> int:
        inner = self.values
        return 1 + inner.ragged_rank if isinstance(inner, RaggedTensor) else 1

    @property
    def shape(self) -> TensorShape:
        inner = self.values.shape
        splits = self.row_splits.dims
        rows = None if splits is None or splits[0] is None else splits[0] - 1
        return TensorShape([rows, None]).concatenate(inner[1:])

    def get_shape(self) -> TensorShape:
        """The shape, as far as it is known."""
        return self.shape

    def nrows(self) -> Tensor:
        """How many rows."""
        return tf.shape(self.row_splits, out_type=int64)[0] - 1

    @classmethod
    def from_tensor(
        cls, tensor: Any, lengths: Any = None, padding: Any = None, **_: Any
    ) -> RaggedTensor:
        """From a dense tensor: its rows, cut to `lengths` or before the last `padding` elements."""
        dense = convert_to_tensor(tensor)
        if dense.dims is not None and len(dense.dims) < 2:
            raise ValueError(f"Shape {dense.shape} must have rank 2")
        count = tf.shape(dense, out_type=int64)
        if padding is not None:
            kept = tf.cast(tf.not_equal(dense, tf.cast(padding, dense.dtype)), int64)
            lengths = tf.reduce_max(kept * (tf.range(count[1]) + 1), 1)
        elif lengths is None:
            lengths = tf.fill([count[0]], count[1])
        lengths = tf.cast(lengths, int64)
        mask = tf.sequence_mask(lengths, count[1])
        return cls.from_row_lengths(tf.boolean_mask(dense, mask), lengths)

    @classmethod
    def from_value_rowids(cls, values: Any, value_rowids: Any, nrows: Any = None,
                          **_: Any) -> RaggedTensor:  # fmt: skip
        """From the number of the row of each value."""
        numbers = tf.cast(value_rowids, int64)
        count = numbers[-1] + 1 if nrows is None else tf.cast(nrows, int64)
        lengths = tf.math.unsorted_segment_sum(tf.ones_like(numbers), numbers, count)
        return cls.from_row_lengths(values, lengths)

    @classmethod
    def from_row_starts(cls, values: Any, row_starts: Any, **_: Any) -> RaggedTensor:
        """From the places where rows begin."""
        inner = _as_values(values)
        end = inner.nrows() if isinstance(inner, RaggedTensor) else tf.shape(inner)[0]
        return cls(inner, tf.concat([tf.cast(row_starts, int64), [tf.cast(end, int64)]], 0))

    def row_starts(self) -> Tensor:
        """Where each row begins."""
        return self.row_splits[:-1]

    def row_limits(self) -> Tensor:
        """Where each row ends."""
        return self.row_splits[1:]

    def value_rowids(self) -> Tensor:
        """The number of the row of each value."""
        return tf.repeat(tf.range(self.nrows()), self.row_lengths())

    @property
    def nested_row_splits(self) -> tuple[Tensor, ...]:
        """The splits of all ragged axes, outermost first."""
        inner = self.values
        deep = inner.nested_row_splits if isinstance(inner, RaggedTensor) else ()
        return (self.row_splits, *deep)

    def bounding_shape(self, axis: Any = None, name: Any = None, out_type: Any = None) -> Tensor:
        """The smallest dense shape that holds all rows (of one ragged axis)."""
        width = tf.reduce_max(tf.concat([self.row_lengths(), [0]], 0))
        rest = tf.shape(self.values, out_type=int64)[1:]
        found = tf.concat([[self.nrows(), width], rest], 0)
        return found if axis is None else found[axis]

    def row_lengths(self) -> Tensor:
        """The length of each row."""
        return self.row_splits[1:] - self.row_splits[:-1]

    def with_values(self, values: Any) -> RaggedTensor:
        """The same rows around other values."""
        return type(self)(values, self.row_splits)

    def to_list(self) -> list[Any]:
        """The rows as nested lists."""
        inner = self.values.to_list() if isinstance(self.values, RaggedTensor) else (
            self.values.numpy().tolist()
        )  # fmt: skip
        ends = self.row_splits.numpy().tolist()
        return [inner[a:b] for a, b in itertools.pairwise(ends)]

    def with_flat_values(self, new_values: Any) -> RaggedTensor:
        """The same rows, however deeply nested, around other elements."""
        inner = self.values
        deep = isinstance(inner, RaggedTensor)
        return self.with_values(inner.with_flat_values(new_values) if deep else new_values)

    def to_tensor(
        self, default_value: Any = None, name: str | None = None, shape: Any = None
    ) -> Tensor:
        """The rows filled up to the same length (rows of plain values).

        Args:
            default_value: what they are filled up with.
            name: unused.
            shape: sizes to cut or fill up to; None: as long as needed.
        """
        dense = self._dense(default_value)
        if shape is None:
            return dense
        fill = (b"" if self.dtype is string else 0) if default_value is None else default_value
        for axis, size in enumerate(shape):
            if size is None:
                continue
            key = (slice(None),) * axis + (slice(0, size),)
            missing = tf.maximum(size - tf.shape(dense)[axis], 0)
            rows = [[0, missing if i == axis else 0] for i in range(len(dense.dims or ()))]
            padding = convert_to_tensor(fill, self.dtype)
            dense = tf.pad(dense[key], rows, constant_values=padding)
            dense.set_shape([size if i == axis else n for i, n in enumerate(dense.dims or ())])
        return dense

    def _dense(self, default_value: Any) -> Tensor:
        if isinstance(self.values, RaggedTensor):
            raise ValueError("Only ragged tensors with one ragged axis can be made dense.")
        fill = convert_to_tensor(
            (b"" if self.dtype is string else 0) if default_value is None else default_value,
            self.dtype,
        )
        return ragged_to_dense(self.values, self.row_splits, fill)

    def numpy(self) -> Any:
        """The rows as an object array of arrays (or one array, if they are equally long)."""
        from engine.objects.ragged_text import rows_of

        return rows_of(self.values.numpy(), self.row_splits.numpy())

    def __composite_parts__(self) -> list[Tensor]:
        inner = self.values
        ragged = isinstance(inner, RaggedTensor)
        return [*(inner.__composite_parts__() if ragged else [inner]), self.row_splits]

    def __composite_like__(self, parts: list[Any]) -> RaggedTensor:
        *inner, splits = parts
        ragged = isinstance(self.values, RaggedTensor)
        values = self.values.__composite_like__(inner) if ragged else inner[0]
        return type(self)(values, splits)

    def __composite_dims__(self) -> list[Any]:
        """Shapes of the parts, as far as traces depend on them: any number of values."""
        inner = self.values
        if isinstance(inner, RaggedTensor):
            return [*inner.__composite_dims__()[:-1], (None,), self.row_splits.dims]
        return [None if inner.dims is None else (None, *inner.dims[1:]), self.row_splits.dims]

    def __composite_invariants__(self, shape: Any) -> list[TensorShape]:
        """What holds of the shapes of its tensors in all turns of a loop, where `shape` does."""
        sizes = TensorShape(getattr(shape, "shape", shape))
        count = None if sizes.rank is None else sizes[0]
        inner = [TensorShape(dims) for dims in self.__composite_dims__()[:-1]]
        return [*inner, TensorShape([None if count is None else count + 1])]

    def __composite_spec__(self) -> RaggedTensorSpec:
        return RaggedTensorSpec(self.shape, self.dtype, self.ragged_rank, self.row_splits.dtype)

    @staticmethod
    def __op_fallback__(function: Any, args: Any, kwargs: Any) -> Any:
        from engine.objects.ragged_dispatch import dispatch

        return dispatch(function, args, kwargs)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(int(self.nrows())))

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, tuple):
            if len(key) == 1:
                return self[key[0]]
            rest = key[1:] if len(key) > 2 else key[1]
            found = self[key[0]]
            return _within_rows(found, rest) if isinstance(key[0], slice) else found[rest]
        if isinstance(key, slice):
            starts, ends = self.row_splits[:-1][key], self.row_splits[1:][key]
            if key.step in (None, 1):  # neighbours: also where the places are symbolic
                first, last = tf.reduce_sum(starts[:1]), tf.reduce_sum(ends[-1:])
                return type(self).from_row_lengths(self.values[first:last], ends - starts)
            rows = [self.values[int(a) : int(b)] for a, b in zip(starts, ends)]
            return type(self).from_row_lengths(tf.concat(rows, 0), [len(row) for row in rows])
        if isinstance(key, int) and key < 0:
            key += int(self.nrows())
        return self.values[self.row_splits[key] : self.row_splits[key + 1]]

    def __repr__(self) -> str:
        if isinstance(self.row_splits, EagerTensor):
            from engine.objects.ragged_text import array_text

            return f"<tf.RaggedTensor {array_text(self.numpy())}>"
        return f"tf.RaggedTensor(values={self.values}, row_splits={self.row_splits})"


def _within_rows(rows: Any, key: Any) -> Any:
    """A part of each row.

    Raises:
        ValueError: for one element of each row.
    """
    from engine.objects.ragged_dispatch import ranges_of

    first, *rest = key if isinstance(key, tuple) else (key,)
    if not isinstance(first, slice):
        raise ValueError("Cannot index into an inner ragged dimension.")
    if first.step not in (None, 1):
        raise ValueError("Steps within ragged rows are not supported.")
    lengths = rows.row_lengths()
    start, stop = (
        tf.clip_by_value(_from_front(bound, lengths, otherwise), 0, lengths)
        for bound, otherwise in ((first.start, 0), (first.stop, lengths))
    )
    found = ranges_of(rows, rows.row_splits[:-1] + start, tf.maximum(stop - start, 0))
    return found.with_values(found.values[(slice(None), *rest)]) if rest else found


def _from_front(bound: Any, lengths: Any, otherwise: Any) -> Any:
    """A bound of a slice, counted from the front of each row."""
    if bound is None:
        return otherwise + tf.zeros_like(lengths)
    placed = tf.cast(bound, int64) + tf.zeros_like(lengths)
    return tf.where(placed < 0, placed + lengths, placed)


def _as_values(values: Any) -> Any:
    return values if isinstance(values, RaggedTensor) else convert_to_tensor(values)


@op("raw.ragged_to_dense", type="RaggedTensorToTensor", groups={"splits": int64})
def ragged_to_dense(values: Tensor, splits: Tensor, fill: Tensor) -> TensorSpec:
    """Rows filled up to the length of the longest."""
    rows = None if splits.dims is None or splits.dims[0] is None else splits.dims[0] - 1
    rest = () if values.dims is None else values.dims[1:]
    return spec(values.dtype, (rows, None, *rest))


@ragged_to_dense.kernel
def _ragged_to_dense_kernel(xp: Any, values: Any, splits: Any, fill: Any) -> Any:
    ends = splits.tolist()
    width = max((b - a for a, b in itertools.pairwise(ends)), default=0)
    out = xp.full((len(ends) - 1, width, *values.shape[1:]), fill, dtype=values.dtype)
    for i, (a, b) in enumerate(itertools.pairwise(ends)):
        out[i, : b - a] = values[a:b]
    return out


@public("ragged.constant")
def ragged_constant(
    pylist: Any, dtype: Any = None, ragged_rank: int | None = None, inner_shape: Any = None,
    name: str | None = None, row_splits_dtype: Any = int64,
) -> Any:  # fmt: skip
    """A ragged tensor of nested lists.

    Args:
        pylist: nested list.
        dtype: of the elements.
        ragged_rank: accepted; found from the lists.
        inner_shape: accepted; found from the lists.
        name: unused.
        row_splits_dtype: accepted.
    """
    if not isinstance(pylist, (list, tuple)) or not _deep(pylist):
        return tf.constant(pylist, dtype)
    lengths = [len(row) for row in pylist]
    inner = [item for row in pylist for item in row]
    return RaggedTensor.from_row_lengths(ragged_constant(inner, dtype), lengths)


def _deep(pylist: Any) -> bool:
    return any(isinstance(row, (list, tuple)) for row in pylist)


@op("raw.string_split", type="StringSplitV2", groups={"input": string, "sep": string})
def string_split_op(
    input: Tensor, sep: Tensor, maxsplit: int, how: str, name: str | None = None
) -> tuple[TensorSpec, TensorSpec]:
    """Pieces of all strings of a vector, and where those of each string end."""
    rows = None if input.dims is None or input.dims[0] is None else input.dims[0] + 1
    return spec(string, (None,)), spec(int64, (rows,))


@string_split_op.kernel
def _string_split_kernel(xp: Any, x: Any, sep: Any, maxsplit: int, how: str) -> Any:
    pieces: list[bytes] = []
    ends = [0]
    for raw in as_array(xp, x):
        if how == "bytes":
            pieces += [raw[i : i + 1] for i in range(len(raw))]
        elif how == "characters":
            pieces += [char.encode("utf-8", "surrogateescape")
                       for char in raw.decode("utf-8", "surrogateescape")]  # fmt: skip
        elif sep:
            pieces += raw.split(sep, maxsplit)
        else:
            pieces += _words(raw, maxsplit)
        ends.append(len(pieces))
    out = xp.empty(len(pieces), dtype=object)
    out[:] = pieces
    return out, xp.array(ends, dtype="int64")


def _words(raw: bytes, maxsplit: int) -> list[bytes]:
    """Pieces between white space; after the last cut allowed, the rest, even an empty one."""
    if not maxsplit:
        return [raw]
    rest = raw.lstrip(SPACE)
    if maxsplit < 0:
        return rest.split()
    pieces: list[bytes] = []
    while rest and len(pieces) < maxsplit:
        word, *tail = rest.split(None, 1)
        pieces.append(word)
        rest = tail[0] if tail else b""
    return [*pieces, rest] if len(pieces) == maxsplit else pieces


def _split(input: Any, sep: Any, maxsplit: int, how: str) -> Any:
    tensor = convert_to_tensor(input, string)
    rank = len(tensor.dims or ())
    sep = convert_to_tensor(b"" if sep is None else sep, string)
    flat = tf.reshape(tensor, [-1])
    values, splits = string_split_op(flat, sep, maxsplit, how)
    if rank == 0:
        return values
    ragged = RaggedTensor(values, splits)
    for size in reversed((tensor.dims or ())[1:]):
        count = tf.size(ragged.row_splits) - 1
        ends = tf.range(0, count + 1, size)
        ragged = RaggedTensor(ragged, tf.cast(ends, int64))
    return ragged


@public("strings.split")
def split(input: Any, sep: Any = None, maxsplit: int = -1, name: str | None = None) -> Any:
    """Strings cut at a separator.

    Args:
        input: strings.
        sep: separator; None: white space.
        maxsplit: at most so many cuts; -1: all.
        name: unused.

    Returns:
        A `RaggedTensor` with one axis more; for a scalar a vector.
    """
    return _split(input, sep, maxsplit, "separator")


@public("strings.bytes_split")
def bytes_split(input: Any, name: str | None = None) -> Any:
    """Strings as their bytes: a `RaggedTensor`; for a scalar a vector."""
    return _split(input, None, -1, "bytes")


@public("strings.unicode_split")
def unicode_split(
    input: Any, input_encoding: str, errors: str = "replace", replacement_char: int = 65533,
    name: str | None = None,
) -> Any:  # fmt: skip
    """Strings (UTF-8) as their characters: a `RaggedTensor`; for a scalar a vector."""
    return _split(input, None, -1, "characters")


@op("raw.code_points", type="UnicodeDecode", groups={"characters": string})
def code_points(characters: Tensor) -> TensorSpec:
    """The number of each character."""
    return spec(int32, characters.dims)


@code_points.kernel
def _code_points_kernel(xp: Any, characters: Any) -> Any:
    texts = [raw.decode("utf-8", "replace") for raw in as_array(xp, characters).reshape(-1)]
    return xp.array([ord(text[0]) for text in texts], dtype="int32").reshape(characters.shape)


@public("strings.unicode_decode")
def unicode_decode(
    input: Any, input_encoding: str, errors: str = "replace", replacement_char: int = 65533,
    replace_control_characters: bool = False, name: str | None = None,
) -> Any:  # fmt: skip
    """Strings (UTF-8) as the numbers of their characters, int32."""
    found = unicode_split(input, input_encoding)
    if isinstance(found, RaggedTensor):
        return found.with_flat_values(code_points(found.flat_values))
    return code_points(found)


@op("raw.unicode_encode", type="UnicodeEncode", groups={"codes": int32, "splits": int64})
def unicode_encode_op(codes: Tensor, splits: Tensor, encoding: str) -> TensorSpec:
    """Characters, given by number, joined to strings."""
    rows = None if splits.dims is None or splits.dims[0] is None else splits.dims[0] - 1
    return spec(string, (rows,))


@unicode_encode_op.kernel
def _unicode_encode_kernel(xp: Any, codes: Any, splits: Any, encoding: str) -> Any:
    text = "".join(chr(code) for code in codes.tolist())
    ends = splits.tolist()
    out = xp.empty(len(ends) - 1, dtype=object)
    codec = _CODECS.get(encoding, encoding)
    out[:] = [text[a:b].encode(codec) for a, b in itertools.pairwise(ends)]
    return out


_CODECS = {"UTF-8": "utf-8", "UTF-16-BE": "utf-16-be", "UTF-32-BE": "utf-32-be"}


@public("strings.unicode_encode")
def unicode_encode(
    input: Any, output_encoding: str, errors: str = "replace", replacement_char: int = 65533,
    name: str | None = None,
) -> Any:  # fmt: skip
    """Numbers of characters as strings: the inverse of `tf.strings.unicode_decode`.

    Args:
        input: int32: a `RaggedTensor` of rows, a matrix, or a vector (one string).
        output_encoding: "UTF-8", "UTF-16-BE" or "UTF-32-BE".
        errors: accepted.
        replacement_char: accepted.
        name: unused.
    """
    if output_encoding not in _CODECS:
        raise ValueError(f"Unknown encoding {output_encoding!r}")
    if isinstance(input, RaggedTensor):
        return unicode_encode_op(tf.cast(input.values, int32), input.row_splits, output_encoding)
    tensor = convert_to_tensor(input, int32)
    if tensor.dims is not None and len(tensor.dims) == 1:
        ends = tf.stack([tf.constant(0, int64), tf.size(tensor, out_type=int64)])
        return unicode_encode_op(tensor, ends, output_encoding)[0]
    rows, width = tensor.dims  # type: ignore[misc]
    ends = tf.range(0, rows * width + 1, width, dtype=int64)  # type: ignore[operator]
    return unicode_encode_op(tf.reshape(tensor, [-1]), ends, output_encoding)
