"""What one eager op costs, beside numpy's own call."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.measure import backend, per_call, readable, table

tf: Any = backend()


def main() -> None:
    """Print the table."""
    a, b = tf.constant(1.5), tf.constant(2.5)
    x, y = np.float32(1.5), np.float32(2.5)
    va, vb = tf.constant([1.0] * 64), tf.constant([2.0] * 64)
    vx, vy = va.numpy(), vb.numpy()
    m, n = tf.ones([64, 64]), np.ones([64, 64], np.float32)
    rows = []
    for name, ours, numpys in (
        ("scalar + scalar", lambda: a + b, lambda: x + y),
        ("scalar * Python float", lambda: a * 2.0, lambda: x * np.float32(2.0)),
        ("64 + 64", lambda: va + vb, lambda: vx + vy),
        ("tanh of 64", lambda: tf.tanh(va), lambda: np.tanh(vx)),
        ("sum of 64", lambda: tf.reduce_sum(va), lambda: np.add.reduce(vx)),
        ("matmul 64 x 64", lambda: tf.matmul(m, m), lambda: np.matmul(n, n)),
        ("slice", lambda: va[1:5], lambda: vx[1:5]),
    ):
        one, other = per_call(ours), per_call(numpys)
        rows.append((name, readable(one), readable(other), f"{one / other:.1f}"))
    table("One eager op", ("op", "here", "numpy", "ratio"), rows)


if __name__ == "__main__":
    main()
