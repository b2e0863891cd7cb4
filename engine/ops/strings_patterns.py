"""Strings and patterns: regular expressions, hashes."""

from __future__ import annotations

import functools
import re
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import bool_, int64, string
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.kernels import refuse
from engine.ops.strings_basic import each
from engine.ops.strings_hash import fingerprint64, hash64, siphash

_M64 = 2**64 - 1


@functools.lru_cache(maxsize=256)
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    try:
        return re.compile(pattern)
    except re.error as error:
        text = pattern.decode("utf-8", "replace")
        raise refuse(f"Invalid pattern: {text}, error: {error}") from None


@op(
    "strings.regex_full_match",
    samples=[("string[3]", b"b.")],
    type="RegexFullMatch",
    groups={"input": string, "pattern": string},
)
def regex_full_match(input: Tensor, pattern: Tensor, name: str | None = None) -> TensorSpec:
    """Does the whole of each string match a pattern?

    Args:
        input: strings.
        pattern: scalar string: a regular expression.
        name: of the node.

    Raises:
        InvalidArgumentError: if the pattern is no regular expression.
    """
    return spec(bool_, input.dims)


@regex_full_match.kernel
def _regex_full_match_kernel(xp: Any, x: Any, pattern: Any) -> Any:
    compiled = _compiled(pattern)
    return each(xp, lambda raw: compiled.fullmatch(raw) is not None, x, "bool")


@op(
    "raw.regex_replace",
    samples=[("string[3]", b"b", b"x", True)],
    type="RegexReplace",
    hint="RegexReplace",
    groups={"input": string, "pattern": string, "rewrite": string},
)
def regex_replace_op(
    input: Tensor, pattern: Tensor, rewrite: Tensor, replace_global: bool, name: str | None = None
) -> TensorSpec:
    """What matches `pattern` replaced by `rewrite`."""
    return spec(string, input.dims)


@regex_replace_op.kernel
def _regex_replace_kernel(xp: Any, x: Any, pattern: Any, rewrite: Any, replace_global: bool) -> Any:
    compiled = _compiled(pattern)
    parts = _rewriting(rewrite, compiled.groups)
    if parts is None:  # a rewriting that is wrong changes nothing
        return x
    count = 0 if replace_global else 1

    def written(match: re.Match[bytes]) -> bytes:
        return b"".join(
            part if isinstance(part, bytes) else match.group(part) or b"" for part in parts
        )

    return each(xp, lambda raw: compiled.sub(written, raw, count=count), x)


@functools.lru_cache(maxsize=256)
def _rewriting(rewrite: bytes, groups: int) -> list[bytes | int] | None:
    """Text and numbers of groups, up to a backslash before anything else; None: a wrong group."""
    parts: list[bytes | int] = []
    for text, escape in re.findall(rb"([^\\]+)|\\(.?)", rewrite, re.DOTALL):
        if text or escape == b"\\":
            parts.append(text or escape)
        elif not escape.isdigit():
            break
        elif int(escape) > groups:
            return None
        else:
            parts.append(int(escape))
    return parts


@public("strings.regex_replace")
def regex_replace(
    input: Any, pattern: Any, rewrite: Any, replace_global: bool = True, name: str | None = None
) -> Tensor:
    r"""What matches a pattern replaced.

    Args:
        input: strings.
        pattern: a regular expression.
        rewrite: what to put there; `\1` to `\9` stand for groups, `\0` for the whole match.
        replace_global: every match, or only the first one of each string.
        name: of the node.
    """
    return regex_replace_op(input, pattern, rewrite, bool(replace_global), name=name)


@op(
    "raw.string_to_hash_bucket_fast",
    samples=[("string[3]", 10, None)],
    type="StringToHashBucketFast",
    groups={"input": string},
)
def hash_bucket_op(
    input: Tensor, num_buckets: int, key: Any, name: str | None = None
) -> TensorSpec:
    """Strings as numbers below `num_buckets`."""
    return spec(int64, input.dims)


@hash_bucket_op.kernel
def _hash_bucket_kernel(xp: Any, x: Any, num_buckets: int, key: Any) -> Any:
    if key is None:
        return each(xp, lambda raw: fingerprint64(raw) % num_buckets, x, "int64")
    words = tuple(int(item) & _M64 for item in key)
    return each(xp, lambda raw: siphash(words, raw) % num_buckets, x, "int64")


def _buckets(num_buckets: int) -> int:
    if num_buckets < 1:
        raise refuse(f"Value for attr 'num_buckets' of {num_buckets} must be at least minimum 1")
    return int(num_buckets)


@public("strings.to_hash_bucket_fast")
def to_hash_bucket_fast(input: Any, num_buckets: int, name: str | None = None) -> Tensor:
    """Each string as an int64 in [0, num_buckets), by a quick hash."""
    tensor = convert_to_tensor(input, string)
    return hash_bucket_op(tensor, _buckets(num_buckets), None, name=name)


@op(
    "raw.string_to_hash_bucket",
    samples=[("string[3]", 10)],
    type="StringToHashBucket",
    groups={"string_tensor": string},
)
def old_hash_bucket_op(
    string_tensor: Tensor, num_buckets: int, name: str | None = None
) -> TensorSpec:
    """Strings as numbers below `num_buckets`."""
    return spec(int64, string_tensor.dims)


@old_hash_bucket_op.kernel
def _old_hash_bucket_kernel(xp: Any, x: Any, num_buckets: int) -> Any:
    return each(xp, lambda raw: hash64(raw) % num_buckets, x, "int64")


@public("strings.to_hash_bucket")
def to_hash_bucket(input: Any, num_buckets: int, name: str | None = None) -> Tensor:
    """Each string as an int64 in [0, num_buckets), by the oldest of the hashes."""
    tensor = convert_to_tensor(input, string)
    return old_hash_bucket_op(tensor, _buckets(num_buckets), name=name)


@public("strings.to_hash_bucket_strong")
def to_hash_bucket_strong(
    input: Any, num_buckets: int, key: Any, name: str | None = None
) -> Tensor:
    """Each string as an int64 in [0, num_buckets), by a hash with a key of two integers."""
    words = tuple(int(item) for item in key)
    if len(words) != 2:
        raise refuse(f"Key must have 2 elements, got {len(words)}")
    tensor = convert_to_tensor(input, string)
    return hash_bucket_op(tensor, _buckets(num_buckets), words, name=name)
