"""Words and integers as numbers of a vocabulary, and back."""

from __future__ import annotations

from collections import Counter
from typing import Any

from engine.base.errors import FailedPreconditionError
from engine.ir.op import public
from engine.keras import configs
from engine.keras.encodings import encoded
from engine.keras.layers_category import _Preprocessing
from engine.ops.namespace import tf


class IndexLookup(_Preprocessing):
    """A vocabulary: tokens and their numbers.

    Numbers are given to the mask token (only with `output_mode` "int"), then to unknown tokens,
    then to the vocabulary.
    """

    vocabulary_dtype = "string"

    def __init__(
        self, max_tokens: Any, num_oov_indices: int, mask_token: Any, oov_token: Any,
        vocabulary: Any, idf_weights: Any, invert: bool, output_mode: str,
        pad_to_max_tokens: bool, sparse: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        if max_tokens is not None and max_tokens <= 1:
            raise ValueError("If set, `max_tokens` must be greater than 1. Received: "
                             f"max_tokens={max_tokens}")  # fmt: skip
        if pad_to_max_tokens and max_tokens is None:
            raise ValueError("If pad_to_max_tokens is True, must set `max_tokens`.")
        if num_oov_indices < 0:
            raise ValueError("`num_oov_indices` must be greater than or equal to 0. Received: "
                             f"num_oov_indices={num_oov_indices}")  # fmt: skip
        if output_mode not in ("int", "one_hot", "multi_hot", "count", "tf_idf") or sparse:
            raise ValueError(f"Unknown output_mode: {output_mode} (sparse={sparse})")
        if invert and output_mode != "int":
            raise ValueError("`output_mode` must be `'int'` when `invert` is true. Received: "
                             f"output_mode={output_mode}")  # fmt: skip
        self.max_tokens, self.num_oov_indices = max_tokens, 1 if invert else num_oov_indices
        self.mask_token, self.oov_token, self.invert = mask_token, oov_token, invert
        self.output_mode, self.pad_to_max_tokens, self.sparse = (
            output_mode,
            pad_to_max_tokens,
            sparse,
        )
        self.input_vocabulary, self.input_idf_weights = vocabulary, idf_weights
        self._words: list[Any] = []
        self._table: Any = None
        self._idf: Any = None
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)
        else:
            self.reset_state()

    # -- the vocabulary ----------------------------------------------------------------------

    def _oov_start(self) -> int:
        return 1 if self.mask_token is not None and self.output_mode == "int" else 0

    def _token_start(self) -> int:
        return self._oov_start() + self.num_oov_indices

    def vocabulary_size(self) -> int:
        """The number of tokens, those for masks and unknown ones included."""
        return len(self._words) + self._token_start()

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """The tokens in the order of their numbers."""
        special = [self.mask_token] * self._oov_start() + [self.oov_token] * self.num_oov_indices
        return (special if include_special_tokens else []) + list(self._words)

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Replace the vocabulary.

        Args:
            vocabulary: list, array or tensor of tokens, or the name of a file with one per line.
            idf_weights: of the tokens, for `output_mode` "tf_idf".

        Raises:
            ValueError: for tokens that occur twice, an empty list, or weights that do not fit.
        """
        if (self.output_mode == "tf_idf") != (idf_weights is not None):
            raise ValueError("`idf_weights` must be set if output_mode is 'tf_idf', and only then. "
                             f"Received: output_mode={self.output_mode}")  # fmt: skip
        if isinstance(vocabulary, str):
            vocabulary = _lines(vocabulary)
        words = [self._word(item) for item in _plain(vocabulary)]
        if isinstance(vocabulary, (list, tuple)):
            import numpy as np

            words = list(np.array(words))  # whose types `get_vocabulary` answers
        if not words:
            raise ValueError(f"Cannot set an empty vocabulary. Received: vocabulary={vocabulary}")
        special, start = self.get_vocabulary()[: self._token_start()], self._token_start()
        found = words[:start] == special
        tokens = words[start:] if found else words
        twice = [word for word, count in Counter(tokens).items() if count > 1]
        if twice:
            raise ValueError("The passed vocabulary has at least one repeated term. Please "
                             f"uniquify your dataset. The repeated terms are: {twice}")  # fmt: skip
        reserved = [self.mask_token] + ([self.oov_token] if self.invert else [])
        for token in reserved:
            if token is not None and token in tokens:
                raise ValueError(f"Found reserved token {token!r} at unexpected location in "
                                 "`vocabulary`.")  # fmt: skip
        if self.max_tokens is not None and start + len(tokens) > self.max_tokens:
            raise ValueError(
                "Attempted to set a vocabulary larger than the maximum vocab size. Received "
                f"vocabulary size is {start + len(tokens)}; `max_tokens` is {self.max_tokens}."
            )
        self._use(tokens)
        if idf_weights is not None:
            self._weigh([float(weight) for weight in _plain(idf_weights)], words, found)

    def _weigh(self, weights: list[float], words: list[Any], found: bool) -> None:
        if len(words) != len(weights):
            raise ValueError("`idf_weights` must be the same length as vocabulary. "
                             f"len(idf_weights) is {len(weights)}; len(vocabulary) is "
                             f"{len(words)}")  # fmt: skip
        front = [] if found else [sum(weights) / len(weights)] * self._token_start()
        padding = self.max_tokens - len(front) - len(weights) if self.pad_to_max_tokens else 0
        self._idf = front + weights + [0.0] * padding

    def _word(self, item: Any) -> Any:
        return item.decode("utf-8") if isinstance(item, bytes) else item

    def _use(self, tokens: list[Any]) -> None:
        self._words = list(tokens)
        start = self._token_start()
        numbers = list(range(start, start + len(tokens)))
        words = tf.constant(list(tokens), self.vocabulary_dtype)
        places = tf.constant(numbers, "int64")
        keys, values = (places, words) if self.invert else (words, places)
        default = self._default()
        self._table = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(keys, values), default
        )

    def _default(self) -> Any:
        if self.invert:
            return self.oov_token
        return self._oov_start() if self.num_oov_indices else -1

    # -- learning it -------------------------------------------------------------------------

    def reset_state(self) -> None:
        """Forget what was counted."""
        self._counts: Any = Counter()
        self._documents: Any = Counter()
        self._document_count = 0

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn the vocabulary of arrays or a dataset: the most frequent tokens first."""
        if self.input_vocabulary is not None:
            raise ValueError(f"Cannot adapt layer '{self.name}' after setting a static vocabulary "
                             "via `vocabulary` argument or `set_vocabulary()` method.")  # fmt: skip
        self.reset_state()
        if hasattr(data, "element_spec"):
            for batch in data.take(steps) if steps is not None else data:
                self.update_state(batch)
        else:
            self.update_state(data, whole=True)
        self.finalize_state()

    def update_state(self, data: Any, whole: bool = False) -> None:
        """Count the tokens of a batch: one document a row."""
        rows = data.to_list() if hasattr(data, "to_list") else _rows(data, whole)
        for row in rows:
            words = [self._word(item) for item in _flat(row)]
            self._counts.update(words)
            self._documents.update(set(words))
            self._document_count += 1

    def finalize_state(self) -> None:
        """Make the vocabulary of what was counted."""
        for token in (self.mask_token, self.oov_token):
            self._counts.pop(token, None)
        if not self._counts:
            return
        ranked = sorted(self._counts, key=lambda w: (self._counts[w], _order(w)), reverse=True)
        if self.max_tokens:
            ranked = ranked[: self.max_tokens - self._token_start()]
        import numpy as np

        self._use(list(np.array(ranked)))  # numpy's scalars, which `get_vocabulary` answers
        if self.output_mode == "tf_idf":
            import math

            weights = [math.log(1.0 + self._document_count / (1.0 + self._documents[word]))
                       for word in ranked]  # fmt: skip
            self._weigh(weights, ranked, False)
        self.reset_state()

    # -- looking up --------------------------------------------------------------------------

    def call(self, inputs: Any) -> Any:
        """Numbers (tokens, with `invert`) in place of the inputs, or vectors of them."""
        ragged = hasattr(inputs, "with_values") and hasattr(inputs, "flat_values")
        if ragged:
            found = inputs.with_flat_values(self._looked_up(inputs.flat_values))
            return found if self.output_mode == "int" else self._encoded(found)
        x = tf.convert_to_tensor(inputs)
        if x.dtype.is_integer and self.invert:
            x = tf.cast(x, "int64")
        elif not self.invert and x.dtype.name != self.vocabulary_dtype:
            x = tf.cast(x, self.vocabulary_dtype)
        found = self._looked_up(x)
        return found if self.output_mode == "int" else self._encoded(found)

    def _encoded(self, found: Any) -> Any:
        depth = self.max_tokens if self.pad_to_max_tokens else self.vocabulary_size()
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        out = encoded(found, mode, depth, "int64")
        if self.output_mode != "tf_idf":
            return out
        if self._idf is None:
            raise ValueError("When `output_mode` is `'tf_idf'`, `idf_weights` must be provided.")
        return tf.cast(out, "float32") * tf.constant(self._idf, "float32")

    def _looked_up(self, x: Any) -> Any:
        if self._table is None:
            raise FailedPreconditionError(None, None, "Table not initialized.")
        found = self._table.lookup(x)
        if self.mask_token is not None:
            if self.invert:
                masked, value = tf.equal(x, 0), tf.constant(self.mask_token, self.vocabulary_dtype)
            else:
                masked = tf.equal(x, tf.constant(self.mask_token, x.dtype))
                hidden = 0 if self.output_mode == "int" else -2  # the latter counts nowhere
                value = tf.constant(hidden, found.dtype)
            found = tf.where(masked, value, found)
        if self.invert:
            return found
        return self._spread(x, found)

    def _spread(self, x: Any, found: Any) -> Any:
        """Unknown tokens over their numbers; refused where there are none."""
        if self.num_oov_indices == 0:
            tf.debugging.Assert(tf.reduce_all(found != -1), [
                "When `num_oov_indices=0` all inputs should be in vocabulary, found OOV values, "
                "consider setting `num_oov_indices=1`."])  # fmt: skip
        elif self.num_oov_indices > 1:
            if x.dtype.is_integer:
                place = tf.math.floormod(x, self.num_oov_indices)
            else:
                place = tf.strings.to_hash_bucket_fast(x, self.num_oov_indices)
            place = tf.cast(place, found.dtype) + self._oov_start()
            found = tf.where(tf.equal(found, self._default()), place, found)
        return found

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal layer, the vocabulary among them."""
        names = ("max_tokens", "num_oov_indices", "mask_token", "oov_token", "invert",
                 "output_mode", "pad_to_max_tokens", "sparse")  # fmt: skip
        own = {name: configs.serialize(getattr(self, name)) for name in names}
        words = [getattr(w, "tolist", lambda w=w: w)() for w in self._words] or None
        return {
            "name": self.name, "trainable": self._trainable,
            "dtype": configs.dtype_config(self.dtype_policy.name), **own, "vocabulary": words,
            "vocabulary_size": self.vocabulary_size() if words else None,
            "idf_weights": self.input_idf_weights, "oov_method": "floormod", "salt": None,
            **{key: getattr(self, key) for key in self._listed},
        }  # fmt: skip

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A layer from what `get_config` answered."""
        derived = ("vocabulary_size", "oov_method", "salt")
        return cls(**{key: item for key, item in config.items() if key not in derived})


def _plain(values: Any) -> list[Any]:
    found = values.numpy() if hasattr(values, "numpy") else values
    return list(found.tolist() if hasattr(found, "tolist") else found)


def _rows(data: Any, whole: bool) -> list[Any]:
    found = data if isinstance(data, (list, tuple)) else _plain(data)
    if not isinstance(found, (list, tuple)):
        return [[found]]
    if any(isinstance(item, (list, tuple)) for item in found):
        return list(found)
    return [[item] for item in found] if whole else [list(found)]


def _flat(row: Any) -> list[Any]:
    if not isinstance(row, (list, tuple)):
        return [row]
    return [leaf for item in row for leaf in _flat(item)]


def _order(word: Any) -> Any:
    return word.encode("utf-8") if isinstance(word, str) else word


def _lines(path: str) -> list[str]:
    if not tf.io.gfile.exists(path):
        raise ValueError(f"Vocabulary file {path} does not exist.")
    with tf.io.gfile.GFile(path) as file:
        return [line for line in file.read().split("\n") if line]


@public("keras.layers.StringLookup")
class StringLookup(IndexLookup):
    """Texts as numbers of a vocabulary.

    Args:
        max_tokens: most tokens that `adapt` keeps.
        num_oov_indices: numbers for unknown texts.
        mask_token: the text with the number 0.
        oov_token: what unknown numbers become, with `invert`.
        vocabulary: list, array, tensor or file.
        idf_weights: of the tokens, for `output_mode` "tf_idf".
        invert: answer texts for numbers?
        output_mode: "int", "one_hot", "multi_hot", "count" or "tf_idf".
        pad_to_max_tokens: vectors of `max_tokens` numbers, whatever the vocabulary's size?
        sparse: must be False.
        encoding: of the texts, must be "utf-8".
        kwargs: of `Layer`.
    """

    _listed = ("encoding",)

    def __init__(
        self, max_tokens: Any = None, num_oov_indices: int = 1, mask_token: Any = None,
        oov_token: Any = "[UNK]", vocabulary: Any = None, idf_weights: Any = None,
        invert: bool = False, output_mode: str = "int", pad_to_max_tokens: bool = False,
        sparse: bool = False, encoding: str = "utf-8", name: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        self.encoding = encoding
        super().__init__(max_tokens, num_oov_indices, mask_token, oov_token, vocabulary,
                         idf_weights, invert, output_mode, pad_to_max_tokens, sparse, name=name,
                         **kwargs)  # fmt: skip


@public("keras.layers.IntegerLookup")
class IntegerLookup(IndexLookup):
    """Integers as numbers of a vocabulary; arguments as `StringLookup`."""

    vocabulary_dtype = "int64"
    _listed = ("vocabulary_dtype",)

    def __init__(
        self, max_tokens: Any = None, num_oov_indices: int = 1, mask_token: Any = None,
        oov_token: Any = -1, vocabulary: Any = None, vocabulary_dtype: str = "int64",
        idf_weights: Any = None, invert: bool = False, output_mode: str = "int",
        sparse: bool = False, pad_to_max_tokens: bool = False, name: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        self.vocabulary_dtype = vocabulary_dtype
        super().__init__(max_tokens, num_oov_indices, mask_token, oov_token, vocabulary,
                         idf_weights, invert, output_mode, pad_to_max_tokens, sparse, name=name,
                         **kwargs)  # fmt: skip
