"""Expressions with the answers of TensorFlow 2.21, kept in `answers/` (errors by type)."""

from __future__ import annotations

import datetime
import decimal
import fractions
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine as tf
from tests.engine.answers import check

ANSWERS = Path(__file__).parent / "answers"
X = tf.constant(np.arange(24.0).reshape(2, 3, 4).astype(np.float32))


class Measure:
    """A type of the user's own, with a registered conversion."""

    def __init__(self, value: Any) -> None:
        self.value = value


tf.register_tensor_conversion_function(
    Measure, lambda value, dtype=None, name=None, as_ref=False: tf.constant(value.value, dtype)
)
NAMES: dict[str, Any] = {
    "My": Measure, "D": tf.data.Dataset, "L": lambda ds: list(ds.as_numpy_iterator()),
    "tf": tf, "np": np, "X": X, "m": tf.constant([[1, 2, 3], [4, 5, 6]]),
    "v": tf.constant([1.0, 2.0, 3.0, 4.0]), "decimal": decimal, "fractions": fractions,
    "datetime": datetime, "random": random,
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "name", ["arrays", "binomial", "encodings", "records", "strings", "tensors", "constants"]
)
def test_eager(name: str) -> None:
    path = ANSWERS / f"{name}.txt"
    check(path, lambda source: eval(source, dict(NAMES)), raw=name == "tensors")


@pytest.mark.filterwarnings("ignore")
def test_python_and_numpy_with_tensors() -> None:
    def compute(source: str) -> Any:
        space = dict(NAMES)
        exec(source, space)
        return space["r"]

    check(ANSWERS / "interop.txt", compute)


@pytest.mark.filterwarnings("ignore")
def test_constants_in_graphs() -> None:
    def compute(source: str) -> Any:
        @tf.function(autograph=False)
        def traced() -> Any:
            value = eval(source, dict(NAMES))
            return value if isinstance(value, tf.Tensor) else tf.constant(0)

        return traced()

    check(ANSWERS / "graph_constants.txt", compute)


def from_seed(use: Any) -> Any:
    return use(tf.random.Generator.from_seed(1))


def called_twice(python_function: Any) -> list[Any]:
    traced = tf.function(python_function)
    return [traced(), traced()]


def test_random() -> None:
    def compute(source: str) -> Any:
        expression, seed = source.rsplit(" [", 1)
        if seed != "None]":
            tf.random.set_seed(int(seed[:-1]))
        return eval(expression, {**NAMES, "G": from_seed, "F": called_twice})

    check(ANSWERS / "random.txt", compute, precision=7)


def test_traced() -> None:
    """Static shapes, results and gradients, with known sizes, unknown sizes and unknown rank."""
    value = np.arange(12.0).reshape(3, 4).astype(np.float32)

    def compute(source: str) -> str:
        expression, shapes = source.split(" | ")
        shape = eval(shapes, {"TensorShape": tf.TensorShape})[0]
        signature = [tf.TensorSpec(shape), tf.TensorSpec([], tf.int32)]
        body = eval(f"lambda x, n: {expression}", dict(NAMES))
        parts = []
        try:
            parts += _run(body, signature, value)
        except Exception as error:
            parts += [*getattr(error, "parts", []), f"!{type(error).__name__}"]
        return " ;; ".join(parts)

    check(ANSWERS / "traced.txt", compute, raw=True)


def _run(body: Any, signature: list[Any], value: Any) -> list[str]:
    traced = tf.function(body, input_signature=signature, autograph=False)
    parts: list[str] = []
    try:
        outputs = tf.nest.flatten(traced.get_concrete_function().structured_outputs)
        parts.append(str([getattr(item, "shape", item) for item in outputs]))
        parts.append(repr(traced(value, np.int32(2))))
        parts.append(repr(_gradient(body, signature, value)))
    except Exception as error:
        error.parts = parts  # type: ignore[attr-defined]
        raise
    return parts


def _gradient(body: Any, signature: list[Any], value: Any) -> Any:
    @tf.function(input_signature=signature, autograph=False)
    def loss(x: Any, n: Any) -> Any:
        found = [y for y in tf.nest.flatten(body(x, n)) if y.dtype.is_floating]
        return sum([tf.reduce_sum(y * y * y) for y in found])

    with tf.GradientTape() as tape:
        x = tf.constant(value)
        tape.watch(x)
        total = loss(x, np.int32(2))
    return tape.gradient(total, x)
