"""How fast functions are traced: straight lines of many ops, control flow, gradients."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from benchmarks.measure import backend, best, readable, table

tf: Any = backend()


def straight_line(n: int) -> Callable[..., Any]:
    """A function of `n` ops, unrolled while it is traced."""

    def f(x: Any) -> Any:
        for i in range(n // 2):
            x = x * 1.0001 + float(i)
        return x

    return f


def loops(n: int) -> Callable[..., Any]:
    """A function of `n` loops with a condition inside."""

    def f(x: Any) -> Any:
        for _ in range(n):
            for i in tf.range(3):
                if x > 0:
                    x = x + tf.cast(i, tf.float32)
                else:
                    x = x - 1.0
        return x

    return f


def gradients(n: int) -> Callable[..., Any]:
    """The derivative of a straight line of `n` ops, inside the function."""

    def f(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x
            for _ in range(n // 2):
                y = tf.tanh(y) * 1.0001
        return tape.gradient(y, x)

    return f


def trace(function: Callable[..., Any], spec: Any) -> Callable[[], Any]:
    """One tracing, from nothing."""
    return lambda: tf.function(function).get_concrete_function(spec)


def main() -> None:
    """Print the table."""
    logging.disable(logging.WARNING)  # large unrolled loops are what is measured
    spec = tf.TensorSpec([], tf.float32)
    rows = []
    for name, function, ops, seconds in (
        ("2,000 ops", straight_line(2000), 2000, 2.0),
        ("20,000 ops", straight_line(20000), 20000, 3.0),
        ("50 loops with a condition", loops(50), 50, 2.0),
        ("2,000 ops and their gradient", gradients(2000), 2000, 2.0),
    ):
        time = best(trace(function, spec), seconds)
        rows.append((name, readable(time), f"{ops / time:,.0f}"))
    table("Tracing, without running", ("function", "time", "a second"), rows)


if __name__ == "__main__":
    main()
