"""Hashes of strings: FarmHash's 64-bit fingerprint, MurmurHash64A, and SipHash-2-4."""

from __future__ import annotations

_M = 2**64 - 1
_K0 = 0xC3A5C85C97CB3127
_K1 = 0xB492B66FBE98F273
_K2 = 0x9AE16A3B2F90404F


def _word(raw: bytes, at: int) -> int:
    return int.from_bytes(raw[at : at + 8], "little")


def _half(raw: bytes, at: int) -> int:
    return int.from_bytes(raw[at : at + 4], "little")


def _turn(x: int, count: int) -> int:
    return ((x >> count) | (x << (64 - count))) & _M if count else x


def _shift_mix(x: int) -> int:
    return x ^ (x >> 47)


def _hash_two(u: int, v: int, multiplier: int) -> int:
    a = ((u ^ v) * multiplier) & _M
    a ^= a >> 47
    b = ((v ^ a) * multiplier) & _M
    b ^= b >> 47
    return (b * multiplier) & _M


def _up_to_16(raw: bytes) -> int:
    n = len(raw)
    if n >= 8:
        multiplier = _K2 + 2 * n
        a = (_word(raw, 0) + _K2) & _M
        b = _word(raw, n - 8)
        c = (_turn(b, 37) * multiplier + a) & _M
        d = ((_turn(a, 25) + b) * multiplier) & _M
        return _hash_two(c, d, multiplier)
    if n >= 4:
        multiplier = _K2 + 2 * n
        return _hash_two((n + (_half(raw, 0) << 3)) & _M, _half(raw, n - 4), multiplier)
    if n > 0:
        y = raw[0] + (raw[n >> 1] << 8)
        z = n + (raw[n - 1] << 2)
        return (_shift_mix((y * _K2 ^ z * _K0) & _M) * _K2) & _M
    return _K2


def _up_to_32(raw: bytes) -> int:
    n = len(raw)
    multiplier = _K2 + 2 * n
    a = (_word(raw, 0) * _K1) & _M
    b = _word(raw, 8)
    c = (_word(raw, n - 8) * multiplier) & _M
    d = (_word(raw, n - 16) * _K2) & _M
    return _hash_two(
        (_turn((a + b) & _M, 43) + _turn(c, 30) + d) & _M,
        (a + _turn((b + _K2) & _M, 18) + c) & _M,
        multiplier,
    )


def _up_to_64(raw: bytes) -> int:
    n = len(raw)
    multiplier = _K2 + 2 * n
    a = (_word(raw, 0) * _K2) & _M
    b = _word(raw, 8)
    c = (_word(raw, n - 8) * multiplier) & _M
    d = (_word(raw, n - 16) * _K2) & _M
    y = (_turn((a + b) & _M, 43) + _turn(c, 30) + d) & _M
    z = _hash_two(y, (a + _turn((b + _K2) & _M, 18) + c) & _M, multiplier)
    e = (_word(raw, 16) * multiplier) & _M
    f = _word(raw, 24)
    g = ((y + _word(raw, n - 32)) * multiplier) & _M
    h = ((z + _word(raw, n - 24)) * multiplier) & _M
    return _hash_two(
        (_turn((e + f) & _M, 43) + _turn(g, 30) + h) & _M,
        (e + _turn((f + a) & _M, 18) + g) & _M,
        multiplier,
    )


def _weak(raw: bytes, at: int, a: int, b: int) -> tuple[int, int]:
    w, x, y, z = (_word(raw, at + 8 * i) for i in range(4))
    a = (a + w) & _M
    b = _turn((b + a + z) & _M, 21)
    c = a
    a = (a + x + y) & _M
    b = (b + _turn(a, 44)) & _M
    return (a + z) & _M, (b + c) & _M


def _mixed(
    raw: bytes, at: int, x: int, y: int, z: int, v: tuple[int, int], w: tuple[int, int]
) -> tuple[int, int, int, tuple[int, int], tuple[int, int]]:
    x = (_turn((x + y + v[0] + _word(raw, at + 8)) & _M, 37) * _K1) & _M
    y = (_turn((y + v[1] + _word(raw, at + 48)) & _M, 42) * _K1) & _M
    x ^= w[1]
    y = (y + v[0] + _word(raw, at + 40)) & _M
    z = (_turn((z + w[0]) & _M, 33) * _K1) & _M
    v = _weak(raw, at, (v[1] * _K1) & _M, (x + w[0]) & _M)
    w = _weak(raw, at + 32, (z + w[1]) & _M, (y + _word(raw, at + 16)) & _M)
    return z, y, x, v, w


def fingerprint64(raw: bytes) -> int:
    """A 64-bit number that stands for `raw`, the same on every machine."""
    n = len(raw)
    if n <= 16:
        return _up_to_16(raw)
    if n <= 32:
        return _up_to_32(raw)
    if n <= 64:
        return _up_to_64(raw)
    x = 81
    y = (81 * _K1 + 113) & _M
    z = (_shift_mix((y * _K2 + 113) & _M) * _K2) & _M
    v, w = (0, 0), (0, 0)
    x = (x * _K2 + _word(raw, 0)) & _M
    end = (n - 1) // 64 * 64
    for at in range(0, end, 64):
        x, y, z, v, w = _mixed(raw, at, x, y, z, v, w)
    return _finish(raw, x, y, z, v, w)


def _finish(raw: bytes, x: int, y: int, z: int, v: tuple[int, int], w: tuple[int, int]) -> int:
    n = len(raw)
    at = n - 64
    multiplier = (_K1 + ((z & 0xFF) << 1)) & _M
    w = ((w[0] + ((n - 1) & 63)) & _M, w[1])
    v = ((v[0] + w[0]) & _M, v[1])
    w = ((w[0] + v[0]) & _M, w[1])
    x = (_turn((x + y + v[0] + _word(raw, at + 8)) & _M, 37) * multiplier) & _M
    y = (_turn((y + v[1] + _word(raw, at + 48)) & _M, 42) * multiplier) & _M
    x ^= (w[1] * 9) & _M
    y = (y + v[0] * 9 + _word(raw, at + 40)) & _M
    z = (_turn((z + w[0]) & _M, 33) * multiplier) & _M
    v = _weak(raw, at, (v[1] * multiplier) & _M, (x + w[0]) & _M)
    w = _weak(raw, at + 32, (z + w[1]) & _M, (y + _word(raw, at + 16)) & _M)
    z, x = x, z
    return _hash_two(
        (_hash_two(v[0], w[0], multiplier) + _shift_mix(y) * _K0 + z) & _M,
        (_hash_two(v[1], w[1], multiplier) + x) & _M,
        multiplier,
    )


def hash64(raw: bytes) -> int:
    """A 64-bit number that stands for `raw`, by the multiplications of MurmurHash64A."""
    multiplier = 0xC6A4A7935BD1E995
    h = 0xDECAFCAFFE ^ (len(raw) * multiplier & _M)
    whole = len(raw) // 8 * 8
    for at in range(0, whole, 8):
        k = _word(raw, at) * multiplier & _M
        k = _shift_mix(k) * multiplier & _M
        h = (h ^ k) * multiplier & _M
    if whole < len(raw):
        h = (h ^ int.from_bytes(raw[whole:], "little")) * multiplier & _M
    return _shift_mix(_shift_mix(h) * multiplier & _M)


def _round(v: list[int]) -> None:
    a, b, c, d = v
    a = (a + b) & _M
    b = ((b << 13) | (b >> 51)) & _M ^ a
    a = ((a << 32) | (a >> 32)) & _M
    c = (c + d) & _M
    d = ((d << 16) | (d >> 48)) & _M ^ c
    a = (a + d) & _M
    d = ((d << 21) | (d >> 43)) & _M ^ a
    c = (c + b) & _M
    b = ((b << 17) | (b >> 47)) & _M ^ c
    c = ((c << 32) | (c >> 32)) & _M
    v[:] = a, b, c, d


def siphash(key: tuple[int, ...], raw: bytes) -> int:
    """SipHash-2-4 of `raw` with a key of two 64-bit words."""
    v = [key[0] ^ 0x736F6D6570736575, key[1] ^ 0x646F72616E646F6D,
         key[0] ^ 0x6C7967656E657261, key[1] ^ 0x7465646279746573]  # fmt: skip
    whole = len(raw) // 8 * 8
    words = [_word(raw, at) for at in range(0, whole, 8)]
    words.append(int.from_bytes(raw[whole:], "little") | (len(raw) & 0xFF) << 56)
    for word in words:
        v[3] ^= word
        _round(v)
        _round(v)
        v[0] ^= word
    v[2] ^= 0xFF
    for _ in range(4):
        _round(v)
    return v[0] ^ v[1] ^ v[2] ^ v[3]
