"""Philox 4x32-10: random bits from a counter and a key, and what distributions make of them."""

from __future__ import annotations

from typing import Any

from engine.ops.libm import single

_MASK32 = 0xFFFFFFFF
_MASK64 = 0xFFFFFFFFFFFFFFFF
_TWO_PI = 6.283185307179586
_TINY = 1.0e-7
_FEW = 16
SKIP_PER_OUTPUT = 256
"""How many counters each output reserves, so that later calls never overlap."""


def philox(xp: Any, counters: tuple[Any, Any], key: int) -> Any:
    """Four random 32-bit numbers for each counter.

    Args:
        xp: array namespace.
        counters: low and high halves of 128-bit counters, as uint64 arrays of one shape.
        key: 64 bits.

    Returns:
        uint64 [..., 4], each below 2**32.
    """
    mask = xp.uint64(_MASK32)
    half = xp.uint64(32)
    low, high = counters
    a, b, c, d = low & mask, low >> half, high & mask, high >> half
    k0, k1 = key & _MASK32, key >> 32
    for _ in range(10):
        first = a * xp.uint64(0xD2511F53)
        second = c * xp.uint64(0xCD9E8D57)
        a, b, c, d = (
            (second >> half) ^ b ^ xp.uint64(k0), second & mask,
            (first >> half) ^ d ^ xp.uint64(k1), first & mask,
        )  # fmt: skip
        k0 = (k0 + 0x9E3779B9) & _MASK32
        k1 = (k1 + 0xBB67AE85) & _MASK32
    return xp.stack([a, b, c, d], axis=-1)


def _rounds(counter: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """The four numbers of one counter, on Python's integers: quickest for a few counters."""
    a, b = counter & _MASK32, (counter >> 32) & _MASK32
    c, d = (counter >> 64) & _MASK32, (counter >> 96) & _MASK32
    for _ in range(10):
        first, second = a * 0xD2511F53, c * 0xCD9E8D57
        a, b, c, d = (
            (second >> 32) ^ b ^ k0, second & _MASK32, (first >> 32) ^ d ^ k1, first & _MASK32,
        )  # fmt: skip
        k0 = (k0 + 0x9E3779B9) & _MASK32
        k1 = (k1 + 0xBB67AE85) & _MASK32
    return a, b, c, d


def counters_from(xp: Any, start: int, count: int, stride: int = 1) -> tuple[Any, Any]:
    """The counters start, start + stride, ... as low and high halves."""
    steps = xp.arange(count, dtype="uint64") * xp.uint64(stride)
    low = steps + xp.uint64(start & _MASK64)
    high = xp.full(count, (start >> 64) & _MASK64, dtype="uint64")
    return low, high + (low < steps).astype("uint64")


def bits(xp: Any, start: int, key: int, count: int) -> Any:
    """The first `count` random 32-bit numbers of a stream, as uint64."""
    groups = -(-count // 4)
    if groups <= _FEW:
        k0, k1 = key & _MASK32, key >> 32
        few = [x for i in range(groups) for x in _rounds((start + i) % 2**128, k0, k1)]
        return xp.array(few[:count], dtype="uint64")
    return philox(xp, counters_from(xp, start, groups), key).reshape(-1)[:count]


def mix(seed0: int, seed1: int) -> tuple[int, int]:
    """Counter and key of a stateless generator: both seeds scrambled."""
    a, b, c, d = _rounds(seed0 | (seed1 << 64), 0x3EC8F720, 0x02461E29)
    return (c << 64) | (d << 96), a | (b << 32)


def unit_single(xp: Any, x: Any) -> Any:
    """float32 in [0, 1) from the low 23 bits."""
    pattern = (x & xp.uint64(0x7FFFFF)).astype("uint32") | xp.uint32(127 << 23)
    return pattern.view("float32") - xp.float32(1)


def unit_double(xp: Any, x0: Any, x1: Any) -> Any:
    """float64 in [0, 1) from 52 bits of two numbers."""
    pattern = ((x0 & xp.uint64(0xFFFFF)) << xp.uint64(32)) | x1 | xp.uint64(1023 << 52)
    return pattern.view("float64") - 1.0


def box_muller_single(xp: Any, x0: Any, x1: Any) -> tuple[Any, Any]:
    """Two normal float32 from two uniform numbers."""
    u = xp.maximum(unit_single(xp, x0), xp.float32(_TINY))
    angle = (_TWO_PI * unit_single(xp, x1).astype("float64")).astype("float32")
    wide = angle.astype("float64")
    log = single(xp, "logf", u, xp.log(u.astype("float64")))
    radius = xp.sqrt(xp.float32(-2) * log)
    sine = single(xp, "sinf", angle, xp.sin(wide))
    return sine * radius, single(xp, "cosf", angle, xp.cos(wide)) * radius


def box_muller_double(xp: Any, x: Any) -> tuple[Any, Any]:
    """Two normal float64 from four uniform numbers (the last axis)."""
    u = xp.maximum(unit_double(xp, x[..., 0], x[..., 1]), _TINY)
    angle = _TWO_PI * unit_double(xp, x[..., 2], x[..., 3])
    radius = xp.sqrt(-2.0 * xp.log(u))
    return xp.sin(angle) * radius, xp.cos(angle) * radius


def uniform(xp: Any, start: int, key: int, count: int, dtype: Any) -> Any:
    """`count` numbers in [0, 1)."""
    name = dtype.name
    if name == "float64":
        x = bits(xp, start, key, 2 * count + count % 2 * 2).reshape(-1, 2)[:count]
        return unit_double(xp, x[:, 0].copy(), x[:, 1].copy())
    x = bits(xp, start, key, count)
    if name == "float16":
        pattern = (x & xp.uint64(0x3FF)).astype("uint16") | xp.uint16(15 << 10)
        return pattern.view("float16") - xp.float16(1)
    if name == "bfloat16":
        pattern = ((x & xp.uint64(0x7F)) | xp.uint64(127 << 7)).astype("uint32") << xp.uint32(16)
        return (pattern.view("float32") - xp.float32(1)).astype(dtype.as_numpy_dtype)
    return unit_single(xp, x)


def normal(xp: Any, start: int, key: int, count: int, dtype: Any) -> Any:
    """`count` standard normal numbers."""
    if dtype.name == "float64":
        x = bits(xp, start, key, 4 * -(-count // 2)).reshape(-1, 4)
        return xp.stack(box_muller_double(xp, x), axis=-1).reshape(-1)[:count]
    x = bits(xp, start, key, 4 * -(-count // 4)).reshape(-1, 2)
    out = xp.stack(box_muller_single(xp, x[:, 0], x[:, 1]), axis=-1).reshape(-1)[:count]
    return out if dtype.name == "float32" else out.astype(dtype.as_numpy_dtype)


def truncated_normal(xp: Any, start: int, key: int, count: int, dtype: Any) -> Any:
    """`count` standard normal numbers, those beyond 2 drawn again."""
    if not count:
        return normal(xp, start, key, 0, dtype)
    double = dtype.name == "float64"
    size = 2 if double else 4
    groups = -(-count // size)
    stride = SKIP_PER_OUTPUT * size // 4
    tries = 4
    while True:
        low, high = counters_from(xp, start, groups, stride)
        steps = xp.arange(tries, dtype="uint64")
        fine = low[:, None] + steps
        carry = (fine < low[:, None]).astype("uint64")
        x = philox(xp, (fine, high[:, None] + carry), key).reshape(groups, -1)
        if double:
            pairs = box_muller_double(xp, x.reshape(groups, -1, 4))
        else:
            y = x.reshape(groups, -1, 2)
            pairs = box_muller_single(xp, y[..., 0], y[..., 1])
        drawn = xp.stack(pairs, axis=-1).reshape(groups, -1)
        fits = xp.abs(drawn) < 2
        if bool((fits.sum(axis=1) >= size).all()):
            break
        tries *= 4
    order = xp.argsort(~fits, axis=1, kind="stable")[:, :size]
    out = xp.take_along_axis(drawn, order, axis=1).reshape(-1)[:count]
    return out if out.dtype.name == dtype.name else out.astype(dtype.as_numpy_dtype)


def integers(xp: Any, start: int, key: int, count: int, low: Any, high: Any, dtype: Any) -> Any:
    """`count` integers in [low, high)."""
    if dtype.size == 8:
        x = bits(xp, start, key, 2 * count + count % 2 * 2).reshape(-1, 2)[:count]
        wide = x[:, 0] | (x[:, 1] << xp.uint64(32))
    else:
        wide = bits(xp, start, key, count)
    span = (int(high) - int(low)) % (1 << 8 * dtype.size)
    drawn = wide % xp.uint64(span) if span else wide
    return (drawn + xp.uint64(int(low) % (1 << 64))).astype(dtype.name)


def full_integers(xp: Any, start: int, key: int, count: int, dtype: Any) -> Any:
    """`count` integers of the whole range of `dtype`."""
    return integers(xp, start, key, count, 0, 0, dtype)


DISTRIBUTIONS = {"uniform": uniform, "normal": normal, "truncated_normal": truncated_normal}
