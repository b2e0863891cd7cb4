"""N-grams, and characters with the places where they begin."""

from __future__ import annotations

import itertools
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import int64, string
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.objects.ragged import RaggedTensor, unicode_decode, unicode_split
from engine.ops.kernels import as_array
from engine.ops.namespace import tf


@op("raw.string_ngrams", type="StringNGrams", groups={"data": string, "splits": int64})
def string_ngrams(
    data: Tensor, splits: Tensor, widths: Any, separator: str, pads: Any, padding: int, short: bool,
    name: str | None = None,
) -> tuple[TensorSpec, TensorSpec]:  # fmt: skip
    """The n-grams of each row, and where those of each row end."""
    return spec(string, (None,)), spec(int64, splits.dims)


@string_ngrams.kernel
def _string_ngrams_kernel(
    xp: Any, data: Any, splits: Any, widths: Any, separator: str, pads: Any, padding: int,
    short: bool,
) -> Any:  # fmt: skip
    words = list(as_array(xp, data))
    left, right = (pad.encode() for pad in pads)
    middle = separator.encode()
    made: list[bytes] = []
    ends = [0]
    for a, b in itertools.pairwise(splits.tolist()):
        row: list[bytes] = []
        for width in widths:
            edge = width - 1 if padding < 0 else min(padding, width - 1)
            padded = [left] * edge + words[a:b] + [right] * edge
            row += [middle.join(padded[i : i + width]) for i in range(len(padded) - width + 1)]
        if short and not row and b > a:
            edge = max(padding, 0)
            row = [middle.join([left] * edge + words[a:b] + [right] * edge)]
        made += row
        ends.append(len(made))
    out = xp.empty(len(made), dtype=object)
    out[:] = made
    return out, xp.array(ends, dtype="int64")


@public("strings.ngrams")
def ngrams(
    data: Any, ngram_width: Any, separator: str = " ", pad_values: Any = None,
    padding_width: int | None = None, preserve_short_sequences: bool = False,
    name: str | None = None,
) -> Any:  # fmt: skip
    """Neighbouring strings joined, for each place along the last axis.

    Args:
        data: strings, [..., N], dense or ragged.
        ngram_width: how many are joined, or a list of numbers: first all of the first one.
        separator: put between them.
        pad_values: put before and behind each row: a string, or a pair of them.
        padding_width: how many; by default as many as the n-gram may take (at most its length
            less one).
        preserve_short_sequences: join all of a row that is too short for any n-gram.
        name: unused.

    Returns:
        Strings of the rank of `data`; ragged for ragged data.

    Raises:
        TypeError: for widths that are no integers, or pads that are no strings.
        ValueError: for widths below 1, a negative padding, or padding without pads.
    """
    widths = list(ngram_width) if isinstance(ngram_width, (list, tuple)) else [ngram_width]
    if not all(isinstance(width, int) for width in widths):
        raise TypeError(f"ngram_width must be an integer. Received: {ngram_width}")
    if any(width < 1 for width in widths):
        raise ValueError(f"All ngram_widths must be greater than or equal to 1. Received: {widths}")
    pads = (pad_values, pad_values) if isinstance(pad_values, (str, bytes)) else pad_values
    if pads is not None and not all(isinstance(pad, (str, bytes)) for pad in pads):
        raise TypeError("pad_values must be a string, tuple of strings, or None. Received: "
                        f"{pad_values}")  # fmt: skip
    if padding_width is not None and padding_width < 1:
        raise ValueError(f"padding_width must be greater than or equal to 1. Got {padding_width}")
    if padding_width is not None and pads is None:
        raise ValueError("pad_values must be provided if padding_width is set.")
    texts = tuple(p.decode() if isinstance(p, bytes) else p for p in pads or ("", ""))
    count = 0 if pads is None else -1 if padding_width is None else padding_width

    def joined(values: Tensor, splits: Tensor) -> RaggedTensor:
        return RaggedTensor(*string_ngrams(
            values, splits, tuple(widths), separator, texts, count, preserve_short_sequences
        ))  # fmt: skip

    if isinstance(data, RaggedTensor):
        inner = data.values
        if isinstance(inner, RaggedTensor):
            return data.with_values(ngrams(inner, ngram_width, separator, pad_values,
                                           padding_width, preserve_short_sequences))  # fmt: skip
        return joined(inner, data.row_splits)
    tensor = convert_to_tensor(data, string)
    if tensor.dims == ():
        raise ValueError("ngrams(data): `data` must be of rank 1 or more.")
    shape = tf.shape(tensor, out_type=int64)
    flat = tf.reshape(tensor, [-1])
    rows = tf.reduce_prod(shape[:-1])
    made = joined(flat, tf.range(rows + 1) * shape[-1])
    dense = made.to_tensor()
    return tf.reshape(dense, tf.concat([shape[:-1], tf.shape(dense, out_type=int64)[1:]], 0))


@op("raw.character_offsets", type="UnicodeDecodeWithOffsets",
    groups={"characters": string, "splits": int64})  # fmt: skip
def character_offsets(characters: Tensor, splits: Tensor) -> TensorSpec:
    """Where each character begins in its string, in bytes."""
    return spec(int64, characters.dims)


@character_offsets.kernel
def _character_offsets_kernel(xp: Any, characters: Any, splits: Any) -> Any:
    sizes = [len(raw) for raw in as_array(xp, characters).reshape(-1)]
    out: list[int] = []
    for a, b in itertools.pairwise(splits.tolist()):
        place = 0
        for size in sizes[a:b]:
            out.append(place)
            place += size
    return xp.array(out, dtype="int64")


def _offsets(characters: Any) -> Any:
    if isinstance(characters, RaggedTensor):
        inner = characters.values
        if isinstance(inner, RaggedTensor):
            return characters.with_values(_offsets(inner))
        return characters.with_values(character_offsets(inner, characters.row_splits))
    ends = tf.stack([tf.constant(0, int64), tf.size(characters, out_type=int64)])
    return character_offsets(characters, ends)


@public("strings.unicode_split_with_offsets")
def unicode_split_with_offsets(
    input: Any, input_encoding: str, errors: str = "replace", replacement_char: int = 65533,
    name: str | None = None,
) -> tuple[Any, Any]:  # fmt: skip
    """Strings (UTF-8) as their characters, and the byte at which each begins.

    Args:
        input: strings.
        input_encoding: "UTF-8".
        errors, replacement_char: accepted.
        name: unused.

    Returns:
        Two `RaggedTensor`s (strings and int64); for a scalar two vectors.
    """
    found = unicode_split(input, input_encoding, errors, replacement_char)
    return found, _offsets(found)


@public("strings.unicode_decode_with_offsets")
def unicode_decode_with_offsets(
    input: Any, input_encoding: str, errors: str = "replace", replacement_char: int = 65533,
    replace_control_characters: bool = False, name: str | None = None,
) -> tuple[Any, Any]:  # fmt: skip
    """Strings (UTF-8) as the numbers of their characters, and the byte at which each begins."""
    codes = unicode_decode(input, input_encoding, errors, replacement_char)
    return codes, _offsets(unicode_split(input, input_encoding))
