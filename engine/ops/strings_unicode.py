"""Strings as other encodings; strings joined by segment; text for Python."""

from __future__ import annotations

import unicodedata
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import int32, string
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import known_value
from engine.ir.tensor import Tensor
from engine.ops.kernels import as_array, refuse
from engine.ops.strings_basic import each

_CODECS = {
    "UTF-8": "utf-8", "UTF-16-BE": "utf-16-be", "UTF-32-BE": "utf-32-be",
    "UTF-16-LE": "utf-16-le", "UTF-32-LE": "utf-32-le", "LATIN1": "latin-1",
    "ISO-8859-1": "latin-1", "US-ASCII": "ascii", "ASCII": "ascii",
}  # fmt: skip


def _codec(name: str) -> str:
    found = _CODECS.get(name.upper())
    if found is None:
        raise refuse(f"Could not create converter for input encoding: {name}")
    return found


@op("raw.unicode_transcode", type="UnicodeTranscode", groups={"input": string},
    samples=[("string[3]", "UTF-8", "UTF-16-BE", "replace", 65533)])  # fmt: skip
def unicode_transcode_op(
    input: Tensor, input_encoding: str, output_encoding: str, errors: str, replacement: int,
    name: str | None = None,
) -> TensorSpec:  # fmt: skip
    """Strings in another encoding."""
    return spec(string, input.dims)


@unicode_transcode_op.kernel
def _unicode_transcode_kernel(
    xp: Any, x: Any, input_encoding: str, output_encoding: str, errors: str, replacement: int
) -> Any:
    source, target = _codec(input_encoding), _codec(output_encoding)

    def convert(raw: bytes) -> bytes:
        if errors == "strict":
            try:
                return raw.decode(source).encode(target)
            except UnicodeDecodeError:
                raise refuse("Invalid formatting on input string") from None
        text = raw.decode(source, "ignore" if errors == "ignore" else "replace")
        return text.replace("�", chr(replacement)).encode(target, "replace")

    return each(xp, convert, x)


@public("strings.unicode_transcode")
def unicode_transcode(
    input: Any, input_encoding: str, output_encoding: str, errors: str = "replace",
    replacement_char: int = 65533, replace_control_characters: bool = False,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """Strings in another encoding.

    Args:
        input: strings.
        input_encoding: for example "UTF-8", "UTF-16-BE", "US-ASCII".
        output_encoding: "UTF-8", "UTF-16-BE" or "UTF-32-BE".
        errors: "strict", "replace" or "ignore" what is malformed.
        replacement_char: number of the character that replaces it.
        replace_control_characters: accepted.
        name: of the node.

    Raises:
        InvalidArgumentError: for unknown encodings, and for malformed text if strict.
    """
    return unicode_transcode_op(
        convert_to_tensor(input, string), input_encoding, output_encoding, errors,
        int(replacement_char), name=name,
    )  # fmt: skip


_SCRIPTS = {
    "ARABIC": 2, "ARMENIAN": 3, "BENGALI": 4, "BOPOMOFO": 5, "CHEROKEE": 6, "COPTIC": 7,
    "CYRILLIC": 8, "DEVANAGARI": 10, "ETHIOPIC": 11, "GEORGIAN": 12, "GOTHIC": 13, "GREEK": 14,
    "GUJARATI": 15, "GURMUKHI": 16, "CJK": 17, "HANGUL": 18, "HEBREW": 19, "HIRAGANA": 20,
    "KANNADA": 21, "KATAKANA": 22, "KHMER": 23, "LAO": 24, "LATIN": 25, "MALAYALAM": 26,
    "MONGOLIAN": 27, "MYANMAR": 28, "OGHAM": 29, "ORIYA": 31, "RUNIC": 32, "SINHALA": 33,
    "SYRIAC": 34, "TAMIL": 35, "TELUGU": 36, "THAANA": 37, "THAI": 38, "TIBETAN": 39,
}  # fmt: skip


def _script(code: int) -> int:
    char = chr(code) if 0 <= code < 0x110000 else ""
    if not char:
        return -1
    kind = unicodedata.category(char)
    if kind == "Mn" and unicodedata.name(char, "").startswith("COMBINING"):
        return 1
    if kind[0] not in "LM":
        return 0
    return _SCRIPTS.get(unicodedata.name(char, "").split(" ", 1)[0], 0)


@op("strings.unicode_script", type="UnicodeScript", groups={"input": int32},
    samples=[("int32[3](97,950)",)])  # fmt: skip
def unicode_script(input: Tensor, name: str | None = None) -> TensorSpec:
    """The script of each character, by ICU's numbers (25: Latin, 14: Greek, 0: common).

    Args:
        input: int32: numbers of characters.
        name: of the node.

    Returns:
        int32, of the same shape; -1 where there is no such character.
    """
    return spec(int32, input.dims)


@unicode_script.kernel
def _unicode_script_kernel(xp: Any, x: Any) -> Any:
    return each(xp, lambda code: _script(int(code)), x, "int32")


@op("raw.unsorted_segment_join", type="UnsortedSegmentJoin",
    groups={"inputs": string, "segment_ids": "I", "num_segments": "N"}, value_dependent=True,
    samples=[("string[3]", (0, 1, 0), 2, ",")])  # fmt: skip
def unsorted_segment_join_op(
    inputs: Tensor, segment_ids: Tensor, num_segments: Tensor, separator: str,
    name: str | None = None,
) -> TensorSpec:  # fmt: skip
    """Strings of the same segment joined."""
    count = known_value(num_segments)
    if inputs.dims is None or segment_ids.dims is None:
        return spec(string, None)
    rest = inputs.dims[len(segment_ids.dims) :]
    return spec(string, (None if count is None else int(count), *rest))


@unsorted_segment_join_op.kernel
def _unsorted_segment_join_kernel(
    xp: Any, inputs: Any, segment_ids: Any, num_segments: Any, separator: str
) -> Any:
    places = xp.asarray(segment_ids)
    rows = as_array(xp, inputs)
    rest = rows.shape[places.ndim :]
    rows = rows.reshape((places.size, -1))
    out = xp.full((int(num_segments), rows.shape[1]), b"", dtype=object)
    middle = separator.encode()
    for segment in range(int(num_segments)):
        chosen = rows[places.reshape(-1) == segment]
        for column in range(rows.shape[1]):
            out[segment, column] = middle.join(chosen[:, column])
    return out.reshape((int(num_segments), *rest))


@public("strings.unsorted_segment_join")
def unsorted_segment_join(
    inputs: Any, segment_ids: Any, num_segments: Any, separator: str = "",
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """Strings of the same segment joined.

    Args:
        inputs: strings.
        segment_ids: integers; their shape is the beginning of that of `inputs`.
        num_segments: how many segments.
        separator: put between the strings.
        name: of the node.
    """
    return unsorted_segment_join_op(inputs, segment_ids, num_segments, separator, name=name)


@public("compat.as_bytes")
def as_bytes(bytes_or_text: Any, encoding: str = "utf-8") -> bytes:
    """Text as bytes. Raises TypeError for anything else."""
    if isinstance(bytes_or_text, (bytes, bytearray)):
        return bytes(bytes_or_text)
    if isinstance(bytes_or_text, str):
        return bytes_or_text.encode(encoding)
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


@public("compat.as_text", "compat.as_str")
def as_text(bytes_or_text: Any, encoding: str = "utf-8") -> str:
    """Bytes as text. Raises TypeError for anything else."""
    if isinstance(bytes_or_text, str):
        return bytes_or_text
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text.decode(encoding)
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


@public("compat.as_str_any")
def as_str_any(value: Any, encoding: str = "utf-8") -> str:
    """Anything as text."""
    return as_text(value, encoding) if isinstance(value, (bytes, str)) else str(value)


@public("compat.dimension_value")
def dimension_value(dimension: Any) -> int | None:
    """A size of a shape as an integer, or None."""
    return dimension if dimension is None else int(dimension)


@public("compat.dimension_at_index")
def dimension_at_index(shape: Any, index: int) -> int | None:
    """A size of a shape, None where it is unknown."""
    return None if shape.rank is None else shape[index]
