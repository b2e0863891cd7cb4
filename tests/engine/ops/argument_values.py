"""The values that the expressions in `answers/arguments_*.txt` use: a letter for the dtype, and
the sizes (`f23`: float32 [2, 3]), or `n` (some negative), `x` (not finite), `e` (empty).
"""

from __future__ import annotations

from typing import Any

import numpy as np

_FLOATS = {"h": "float16", "b": "bfloat16", "f": "float32", "d": "float64"}
_COMPLEX = {"c": "complex64", "z": "complex128"}
_INTEGERS = {
    "i": "int32", "l": "int64", "k": "int8", "s": "int16",
    "uk": "uint8", "us": "uint16", "ui": "uint32", "ul": "uint64",
}  # fmt: skip


def names(tf: Any, bfloat16: bool = True) -> dict[str, Any]:
    """Names and what they stand for, made with the given engine; with bfloat16 if it is there."""
    made: dict[str, Any] = {"tf": tf, "np": np, "inf": float("inf"), "nan": float("nan")}
    generator = np.random.default_rng(3)
    reals = np.round(generator.normal(size=(2, 3, 4, 2)) * 2, 2)
    turned = generator.normal(size=(2, 3)) + 1j * generator.normal(size=(2, 3))
    wholes = generator.integers(0, 6, size=(2, 3, 4))
    for letter, kind in _FLOATS.items():
        if letter == "b" and not bfloat16:
            continue
        values = {
            "0": 1.5, "3": [1.5, -2.25, 0.5], "23": reals[:, :, 0, 0],
            "33": reals[0, :, :3, 0] + np.eye(3) * 3, "234": reals[:, :, :, 0], "2342": reals,
            "p3": [0.1, 0.6, 0.3], "x5": [np.nan, np.inf, -np.inf, 0.0, -0.0],
            "e0": np.zeros([0]), "e03": np.zeros([0, 3]), "e20": np.zeros([2, 0]),
        }  # fmt: skip
        for name, value in values.items():
            made[letter + name] = tf.cast(tf.constant(value, tf.float64), kind)
    parts = np.round(turned, 2)
    for letter, kind in _COMPLEX.items():
        square = np.concatenate([parts, parts[:1] * 1j]) + np.eye(3) * 2
        values = {"0": 1.5 - 0.5j, "3": parts[0], "23": parts, "33": square, "e0": []}
        for name, value in values.items():
            made[letter + name] = tf.constant(value, kind)
    for letter, kind in _INTEGERS.items():
        sign = 0 if letter[0] == "u" else 1
        limits = np.iinfo(kind)
        values = {
            "0": 2, "3": [2, 0, 1], "n3": [3, -2 * sign, 5], "23": wholes[:, :, 0] - 2 * sign,
            "234": wholes - 2 * sign, "e0": [], "m2": [limits.min, limits.max],
            "33": wholes[0, :, :3] + np.eye(3, dtype=int),
        }  # fmt: skip
        for name, value in values.items():
            made[letter + name] = tf.constant(value, kind)
    made |= {
        "t0": tf.constant(True), "t3": tf.constant([True, False, True]),
        "t23": tf.constant([[True, False, True], [False, False, True]]),
        "te0": tf.constant([], tf.bool), "S0": tf.constant(b"hello"),
        "S3": tf.constant(["a,b", "", "c d"]), "Se0": tf.constant([], tf.string),
        "S23": tf.constant([["a", "bc", "1.5"], ["x", "-3", "é"]]),
        "a543": tf.constant(
            (np.sin(np.arange(60) * 7.3) * 0.5 + 0.5).reshape(5, 4, 3).astype(np.float32)
        ),
        "n3": np.array([1.5, -2.25, 0.5], np.float32), "nd3": np.array([1.5, -2.25, 0.5]),
        "ni3": np.array([1, 0, 2]), "nd23": np.ones((2, 3)), "ni0": np.int64(3),
    }  # fmt: skip
    return made
