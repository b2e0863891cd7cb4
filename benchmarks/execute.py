"""Running traced functions: calls, chains of small ops, loops, layers, a training step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.measure import backend, best, per_call, readable, table

tf: Any = backend()


def call_scalar(x: Any) -> Any:
    """One op: what a call costs."""
    return x + 1.0


def chain(x: Any) -> Any:
    """500 multiplications and additions in a row."""
    for _ in range(500):
        x = x * 0.999 + 0.001
    return x


def fizzbuzz(n: Any) -> Any:
    """Counts what FizzBuzz would print: a loop of four branches."""
    fizz, buzz, both = 0, 0, 0
    for i in tf.range(n):
        if i % 15 == 0:
            both += 1
        elif i % 3 == 0:
            fizz += 1
        elif i % 5 == 0:
            buzz += 1
    return fizz, buzz, both


def collatz(n: Any) -> Any:
    """Steps of the Collatz sequence of every number below `n`: a loop in a loop."""
    steps = 0
    for start in tf.range(1, n):
        k = start
        while k != 1:
            if k % 2 == 0:
                k = k // 2
            else:
                k = 3 * k + 1
            steps += 1
    return steps


def elementwise(x: Any) -> Any:
    """Twelve element-wise ops on one large array."""
    y = tf.tanh(x * 2.0 + 1.0)
    z = y * y - x
    return tf.sqrt(tf.abs(z) + 1.0) * tf.exp(-y) + z * 0.5


def softmax(x: Any) -> Any:
    """A softmax by hand over rows."""
    e = tf.exp(x - tf.reduce_max(x, axis=1, keepdims=True))
    return e / tf.reduce_sum(e, axis=1, keepdims=True)


def training_step() -> Callable[[], Any]:
    """One step of gradient descent on a layer of 128 x 64."""
    rng = np.random.default_rng(0)
    w = tf.Variable(rng.normal(size=(128, 64)).astype(np.float32) * 0.1)
    b = tf.Variable(np.zeros(64, np.float32))
    x = tf.constant(rng.normal(size=(64, 128)).astype(np.float32))
    t = tf.constant(rng.normal(size=(64, 64)).astype(np.float32))

    def step() -> Any:
        with tf.GradientTape() as tape:
            y = tf.nn.relu(tf.matmul(x, w) + b)
            loss = tf.reduce_mean((y - t) ** 2)
        dw, db = tape.gradient(loss, [w, b])
        w.assign_sub(0.01 * dw)
        b.assign_sub(0.01 * db)
        return loss

    traced: Callable[[], Any] = tf.function(step)
    return traced


def main() -> None:
    """Print the table."""
    rng = np.random.default_rng(1)
    million = tf.constant(rng.normal(size=10**6).astype(np.float32))
    square = tf.constant(rng.normal(size=(512, 512)).astype(np.float32))
    one = tf.constant(1.0)
    rows = []
    for name, function, argument, short in (
        ("call of one op", call_scalar, one, True),
        ("1,000 scalar ops", chain, one, False),
        ("1,000 ops on 64", chain, tf.ones([64]), False),
        ("fizzbuzz of 10,000", fizzbuzz, tf.constant(10_000), False),
        ("collatz below 300", collatz, tf.constant(300), False),
        ("12 element-wise ops on 1e6", elementwise, million, False),
        ("softmax of 512 x 512", softmax, square, False),
    ):
        traced = tf.function(function)
        traced(argument)

        def run(traced: Any = traced, argument: Any = argument) -> Any:
            return traced(argument)

        rows.append((name, readable(per_call(run) if short else best(run, 1.0))))
    rows.append(("training step, 128 x 64", readable(best(training_step(), 1.0))))
    table("Calls of traced functions", ("workload", "CPU time"), rows)


if __name__ == "__main__":
    main()
