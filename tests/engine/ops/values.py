"""The values that the expressions in `answers/` use, the same wherever they are computed."""

from __future__ import annotations

from typing import Any

import numpy as np


def names(tf: Any) -> dict[str, Any]:
    """Names and what they stand for, made with the given engine."""

    def grid(*shape: int, step: float = 0.37, kind: str = "float32") -> Any:
        """Numbers between -2 and 2 without a pattern."""
        size = int(np.prod(shape))
        return tf.constant(
            (2 * np.sin(np.arange(1, size + 1) ** 2 * step * 7)).reshape(shape).astype(kind)
        )

    wide = grid(3, 3, kind="float64")
    return {
        "tf": tf, "np": np, "inf": float("inf"), "nan": float("nan"),
        "x": tf.constant([[1.0, -2.0, 3.0], [0.5, 4.0, -1.5]]),
        "y": tf.constant([[2.0, 0.5, -1.0], [3.0, -4.0, 2.0]]),
        "v": tf.constant([1.0, 2.0, 3.0]),
        "d": wide, "d2": grid(2, 3, 3, step=0.53, kind="float64"),
        "i": tf.constant([[1, -2, 3], [4, 5, -6]]), "j": tf.constant([[2, 3, -1], [4, -2, 5]]),
        "u": tf.constant([1, 2, 250], tf.uint8),
        "b": tf.constant([[True, False, True], [False, False, True]]),
        "c": tf.complex(grid(2, 3, kind="float64"), grid(2, 3, step=0.71, kind="float64")),
        "cs": tf.complex(wide, grid(3, 3, step=0.71, kind="float64")),
        "p": tf.constant([0.1, 0.5, 0.9, 2.0, 5.0, 20.0], tf.float64),
        "pf": tf.constant([0.1, 0.5, 0.9, 2.0, 5.0, 20.0]),
        "e": tf.constant([], tf.float32), "s": tf.constant(["a", "bb", ""]),
        "sc": tf.constant(2.5), "si": tf.constant(7),
        "spd": tf.constant([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]], tf.float64),
        "img": grid(1, 4, 5, 2), "ker": grid(3, 3, 2, 2, step=0.41), "seq": grid(1, 6, 2),
        "k1": grid(3, 2, 2, step=0.41), "big": grid(1, 12),
        "sp": tf.constant([float("nan"), float("inf"), float("-inf"), 0.0, -0.0, 1.0]),
    }  # fmt: skip
