"""Tables that never change: `tf.lookup.StaticHashTable`, `tf.lookup.StaticVocabularyTable`."""

from __future__ import annotations

from typing import Any

from engine.base.errors import FailedPreconditionError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import DType, int32, int64, string
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import get_static_value
from engine.ir.tensor import Tensor
from engine.objects.ragged import RaggedTensor
from engine.objects.sparse import SparseTensor
from engine.ops.kernels import as_array
from engine.ops.namespace import tf


@op("raw.lookup_table_find", type="LookupTableFindV2", hint="None_Lookup/LookupTableFindV2",
    groups={"keys": "K", "known": "K", "values": "V", "default": "V"},
    samples=[("string[3]", "string[3]", "int64[3]", -1)])  # fmt: skip
def find_op(
    keys: Tensor, known: Tensor, values: Tensor, default: Tensor, name: str | None = None
) -> TensorSpec:
    """What a table of known keys and values holds for each key."""
    return spec(values.dtype, keys.dims)


@find_op.kernel
def _find_kernel(xp: Any, keys: Any, known: Any, values: Any, default: Any) -> Any:
    table = dict(zip(known.tolist(), values.tolist()))
    wanted = as_array(xp, keys)
    out = xp.empty(wanted.size, dtype=values.dtype)
    out[:] = [table.get(key, default) for key in wanted.reshape(-1).tolist()]
    return out.reshape(wanted.shape)[()]


@public("lookup.KeyValueTensorInitializer")
class KeyValueTensorInitializer:
    """Keys and values that a table begins with.

    Args:
        keys: vector of strings or integers.
        values: vector of the same length.
        key_dtype: of the keys; by default what they have.
        value_dtype: of the values; by default what they have.
        name: unused.
    """

    def __init__(
        self, keys: Any, values: Any, key_dtype: Any = None, value_dtype: Any = None,
        name: str | None = None,
    ) -> None:  # fmt: skip
        self.keys: Tensor = convert_to_tensor(keys, key_dtype)
        self.values: Tensor = convert_to_tensor(values, value_dtype)
        self.keys.shape.assert_is_compatible_with(self.values.shape)

    @property
    def key_dtype(self) -> DType:
        return self.keys.dtype

    @property
    def value_dtype(self) -> DType:
        return self.values.dtype


@public("lookup.StaticHashTable")
class StaticHashTable:
    """A table of keys and values that never changes.

    Args:
        initializer: a `KeyValueTensorInitializer`.
        default_value: what `lookup` gives for keys that are not there.
        name: of the table.
        experimental_is_anonymous: accepted.

    Raises:
        FailedPreconditionError: if one key has two values.
    """

    def __init__(
        self, initializer: KeyValueTensorInitializer, default_value: Any,
        name: str | None = None, experimental_is_anonymous: bool = False,
    ) -> None:  # fmt: skip
        self._keys, self._values = initializer.keys, initializer.values
        self.default_value: Tensor = convert_to_tensor(default_value, self._values.dtype)
        self.name = name or "hash_table"
        known, held = get_static_value(self._keys), get_static_value(self._values)
        if known is not None and held is not None:
            _check_once(known.tolist(), held.tolist())

    @property
    def key_dtype(self) -> DType:
        return self._keys.dtype

    @property
    def value_dtype(self) -> DType:
        return self._values.dtype

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The values of keys; the default value for those that are not in the table.

        Args:
            keys: tensor, `SparseTensor` or `RaggedTensor` with the dtype of the table's keys.
            name: of the node.

        Raises:
            TypeError: for keys of another dtype.
        """
        if keys.dtype is not self.key_dtype:
            raise TypeError(f"Dtype of argument `keys` must be {self.key_dtype}, received: "
                            f"{keys.dtype}")  # fmt: skip
        if isinstance(keys, (SparseTensor, RaggedTensor)):
            return keys.with_values(self.lookup(keys.values, name))
        return find_op(keys, self._keys, self._values, self.default_value, name=name)

    def __getitem__(self, keys: Any) -> Any:
        return self.lookup(keys)

    def size(self, name: str | None = None) -> Tensor:
        """How many different keys there are, int64."""
        return tf.size(tf.unique(self._keys)[0], out_type=int64)


def _check_once(keys: list[Any], values: list[Any]) -> None:
    table: dict[Any, Any] = {}
    for key, value in zip(keys, values):
        if table.setdefault(key, value) != value:
            raise FailedPreconditionError(
                None, None, "HashTable has different value for same key. Key "
                f"{_shown(key)} has {_shown(table[key])} and trying to add value {_shown(value)}"
            )  # fmt: skip


def _shown(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


@public("lookup.StaticVocabularyTable")
class StaticVocabularyTable:
    """Words as numbers; unknown words share the numbers of some buckets behind the known ones.

    Args:
        initializer: a `KeyValueTensorInitializer` with int64 values 0, 1, 2...; or None.
        num_oov_buckets: how many buckets unknown words have, at least 1.
        lookup_key_dtype: string, int32 or int64: of what is looked up.
        name: of the table.
        experimental_is_anonymous: accepted.

    Raises:
        ValueError: without buckets.
        TypeError: for dtypes that do not fit.
    """

    def __init__(
        self, initializer: KeyValueTensorInitializer | None, num_oov_buckets: int,
        lookup_key_dtype: Any = None, name: str | None = None,
        experimental_is_anonymous: bool = False,
    ) -> None:  # fmt: skip
        if num_oov_buckets <= 0:
            raise ValueError("`num_oov_buckets` must be > 0; use StaticHashTable. Received: "
                             f"{num_oov_buckets}.")  # fmt: skip
        self._table: StaticHashTable | None = None
        if initializer is not None:
            if initializer.value_dtype is not int64:
                raise TypeError("Invalid `value_dtype`, expected int64 but got "
                                f"{initializer.value_dtype}.")  # fmt: skip
            self._table = StaticHashTable(initializer, -1)
        inner = string if self._table is None else self._table.key_dtype
        self.key_dtype: DType = inner if lookup_key_dtype is None else tf.as_dtype(lookup_key_dtype)
        if self.key_dtype not in (string, int32, int64):
            raise TypeError("Invalid `key_dtype`, expected one of [tf.string, tf.int32, tf.int64]")
        self._buckets = int(num_oov_buckets)
        self.value_dtype = int64
        self.name = name or "string_to_index"

    def size(self, name: str | None = None) -> Tensor:
        """How many numbers there are, int64: known words and buckets."""
        known = tf.constant(0, int64) if self._table is None else self._table.size()
        return known + self._buckets

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The number of each word, int64.

        Raises:
            TypeError: for words of another dtype.
        """
        if keys.dtype is not self.key_dtype:
            raise TypeError(f"Dtype of argument `keys` must be {self.key_dtype}, received: "
                            f"{keys.dtype}")  # fmt: skip
        if isinstance(keys, (SparseTensor, RaggedTensor)):
            return keys.with_values(self.lookup(keys.values, name))
        words = keys if keys.dtype is string else tf.strings.as_string(keys)
        bucket = tf.strings.to_hash_bucket_fast(words, self._buckets)
        if self._table is None:
            return bucket
        same = keys if keys.dtype is self._table.key_dtype else tf.cast(keys, self._table.key_dtype)
        found = self._table.lookup(same)
        return tf.where(found >= 0, found, bucket + self._table.size())

    def __getitem__(self, keys: Any) -> Any:
        return self.lookup(keys)
