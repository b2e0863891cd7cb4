"""Texts as numbers of words."""

from __future__ import annotations

from typing import Any

from engine.ir.op import public
from engine.keras import configs
from engine.keras.layers_category import _Preprocessing
from engine.keras.layers_lookup import StringLookup
from engine.ops.namespace import tf

_PUNCTUATION = r"""[!"#$%&()\*\+,-\./:;<=>?@\[\\\]^_`{|}~\']"""
_STANDARDS = ("lower_and_strip_punctuation", "lower", "strip_punctuation", None)


@public("keras.layers.TextVectorization")
class TextVectorization(_Preprocessing):
    """Texts cleaned, split into tokens and looked up in a vocabulary.

    Args:
        max_tokens: most tokens that `adapt` keeps.
        standardize: "lower_and_strip_punctuation", "lower", "strip_punctuation", None or a
            function of the texts.
        split: "whitespace", "character", None or a function of the texts.
        ngrams: None, the longest n-grams, or a tuple of their lengths.
        output_mode: "int", "multi_hot", "count" or "tf_idf".
        output_sequence_length: cut or fill up each text to as many tokens, for "int".
        pad_to_max_tokens: vectors of `max_tokens` numbers, whatever the vocabulary's size?
        vocabulary, idf_weights: as `StringLookup`.
        sparse: must be False.
        ragged: answer ragged tensors, for "int"?
        encoding: of the texts, must be "utf-8".
        kwargs: of `Layer`.

    Raises:
        ValueError: for other modes.
    """

    def __init__(
        self, max_tokens: Any = None, standardize: Any = "lower_and_strip_punctuation",
        split: Any = "whitespace", ngrams: Any = None, output_mode: str = "int",
        output_sequence_length: int | None = None, pad_to_max_tokens: bool = False,
        vocabulary: Any = None, idf_weights: Any = None, sparse: bool = False,
        ragged: bool = False, encoding: str = "utf-8", name: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        vocabulary_size = kwargs.pop("vocabulary_size", None)
        super().__init__(name=name, **kwargs)
        if standardize not in _STANDARDS and not callable(standardize):
            raise ValueError(
                "Unknown value for `standardize` argument of layer "
                f"{type(self).__name__}. Received: standardize={standardize}"
            )
        if split not in ("whitespace", "character", None) and not callable(split):
            raise ValueError("Unknown value for `split` argument of layer "
                             f"{type(self).__name__}. Received: split={split}")  # fmt: skip
        output_mode = "multi_hot" if output_mode == "binary" else output_mode
        if output_mode not in ("int", "multi_hot", "count", "tf_idf"):
            raise ValueError(
                "Unknown value for `output_mode` argument of layer "
                f"{type(self).__name__}. Received: output_mode={output_mode}"
            )
        if ragged and output_mode != "int":
            raise ValueError("`ragged` must not be true if `output_mode` is `'int'`. Received: "
                             f"ragged={ragged} and output_mode={output_mode}")  # fmt: skip
        if output_sequence_length is not None and (
            not isinstance(output_sequence_length, int) or output_mode != "int"
        ):
            raise ValueError("`output_sequence_length` must be either None or an integer when "
                             "`output_mode` is 'int'. Received: output_sequence_length="
                             f"{output_sequence_length}")  # fmt: skip
        self.standardize, self.split, self.ngrams = standardize, split, ngrams
        self.output_mode, self.output_sequence_length = output_mode, output_sequence_length
        self.ragged, self.encoding = ragged, encoding
        self._lookup_layer = StringLookup(
            max_tokens=max_tokens, vocabulary=vocabulary, idf_weights=idf_weights,
            pad_to_max_tokens=pad_to_max_tokens, mask_token="", output_mode=output_mode,
            sparse=sparse,
        )  # fmt: skip
        del vocabulary_size

    def adapt(self, data: Any, batch_size: Any = None, steps: int | None = None) -> None:
        """Learn the vocabulary of arrays or a dataset: the most frequent tokens first."""
        if self._lookup_layer.input_vocabulary is not None:
            self._lookup_layer.adapt(data)  # which refuses
        self._lookup_layer.reset_state()
        if hasattr(data, "element_spec"):
            batches = data.take(steps) if steps is not None else data
        else:
            texts = tf.convert_to_tensor(data)
            batches = [tf.expand_dims(texts, -1) if texts.shape.rank == 1 else texts]
        for batch in batches:
            self._lookup_layer.update_state(self._preprocessed(batch), whole=True)
        self._lookup_layer.finalize_state()

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """The tokens in the order of their numbers."""
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> int:
        """The number of tokens, those for padding and unknown ones included."""
        return self._lookup_layer.vocabulary_size()

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Replace the vocabulary; arguments as of `StringLookup.set_vocabulary`."""
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights)

    def _preprocessed(self, inputs: Any) -> Any:
        x = tf.convert_to_tensor(inputs)
        if self.standardize in ("lower", "lower_and_strip_punctuation"):
            x = tf.strings.lower(x)
        if self.standardize in ("strip_punctuation", "lower_and_strip_punctuation"):
            x = tf.strings.regex_replace(x, _PUNCTUATION, "")
        if callable(self.standardize):
            x = self.standardize(x)
        if self.split is not None:
            if x.shape.rank > 1:
                if x.shape[-1] != 1:
                    raise ValueError(
                        "When using `TextVectorization` to tokenize strings, the input rank must "
                        f"be 1 or the last shape dimension must be 1. Received: inputs.shape="
                        f"{x.shape} with rank={x.shape.rank}"
                    )
                x = tf.squeeze(x, axis=-1)
            x = self._split_up(x)
        if self.ngrams is not None:
            widths = self.ngrams
            widths = tuple(range(1, widths + 1)) if isinstance(widths, int) else widths
            x = tf.strings.ngrams(x, ngram_width=widths, separator=" ")
        return x

    def _split_up(self, x: Any) -> Any:
        if self.split == "whitespace":
            return tf.strings.split(x)
        if self.split == "character":
            return tf.strings.unicode_split(x, "UTF-8")
        return self.split(x)

    def call(self, inputs: Any) -> Any:
        """Numbers of the tokens `[..., length]`, or vectors of them."""
        found = self._lookup_layer.call(self._preprocessed(inputs))
        if self.output_mode != "int":
            return found
        length = self.output_sequence_length
        if hasattr(found, "to_tensor"):
            if self.ragged:
                return found if length is None else found[..., :length]
            shape = None if length is None else [*[None] * (found.shape.rank - 1), length]
            return found.to_tensor(default_value=0, shape=shape)
        if length is None:
            return found
        cut = found[..., :length]
        missing = length - tf.shape(cut)[-1]
        rows = [[0, 0]] * (cut.shape.rank - 1)
        out = tf.pad(cut, [*rows, [0, missing]])
        out.set_shape([*found.shape.as_list()[:-1], length])
        return out

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal layer, the vocabulary among them."""
        table = self._lookup_layer
        names = ("standardize", "split", "ngrams", "output_mode", "output_sequence_length",
                 "ragged", "encoding")  # fmt: skip
        own = {name: configs.serialize(getattr(self, name)) for name in names}
        words = table.get_config()["vocabulary"]
        return {
            "name": self.name, "trainable": self._trainable,
            "dtype": configs.dtype_config(self.dtype_policy.name), "max_tokens": table.max_tokens,
            **own, "pad_to_max_tokens": table.pad_to_max_tokens, "sparse": table.sparse,
            "vocabulary": words, "idf_weights": table.input_idf_weights,
            "vocabulary_size": self.vocabulary_size(),
        }  # fmt: skip
