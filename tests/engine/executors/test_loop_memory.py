"""Loops over arrays write new values into memory of their own: nobody may see old ones change."""

import numpy as np
import pytest

import engine as tf

RNG = np.random.default_rng(3)
SHAPES = [(3,), (70, 80), (4096,), (300, 300)]


def normal(shape):
    return RNG.standard_normal(shape).astype("float32")


def mandelbrot(re, im):
    zr, zi = tf.zeros_like(re), tf.zeros_like(im)
    count = tf.zeros(re.shape, tf.int32)
    alive = tf.ones(re.shape, tf.bool)
    for _ in tf.range(20):
        nr, ni = zr * zr - zi * zi + re, 2.0 * zr * zi + im
        zr, zi = tf.where(alive, nr, zr), tf.where(alive, ni, zi)
        count = count + tf.cast(alive, tf.int32)
        alive = zr * zr + zi * zi < 4.0
    return count, zr, zi, alive


def exchanged(x, y):
    for _ in tf.range(5):
        x, y = y, x + y * 0.5
    return x, y


def old_values_after_new_ones(x, y):
    for _ in tf.range(5):
        new = x * 0.5 + y
        y = x - new + y * 0.25
        x = new
    return x, y


def kept_besides(x, y):
    before = x
    for _ in tf.range(4):
        before = x + 0.0
        x = x * y + 1.0
        y = tf.where(x > 0.0, y, -y)
    return before, x, y


def masks_that_change(x, y):
    mask = x > 0.0
    other = y > 0.0
    for _ in tf.range(4):
        x = tf.where(mask, x - y, y)
        mask = tf.where(other, mask, tf.logical_not(mask))
        y = y + tf.cast(mask, tf.float32)
        other = tf.not_equal(mask, other)
    return x, y, mask, other


def counted(x, y):
    total = tf.cast(x > 0.0, tf.int32)
    for _ in tf.range(4):
        mask = x > y
        x = tf.where(mask, x * 0.5, y)
        total = total + tf.cast(mask, tf.int32) - tf.cast(x > 1.0, tf.int32)
        wide = tf.cast(mask, tf.float32)
        y = y - wide
    return x, y, total


def nested(x, y):
    for i in tf.range(3):
        start = x
        for _ in tf.range(i + 1):
            x = x * 0.5 + y
            y = y - x * start
        x = x + start
    return x, y


def collected(x, y):
    found = tf.TensorArray(tf.float32, size=4)
    for i in tf.range(4):
        x = x * 0.5 + y
        found = found.write(i, x)
        y = y * 2.0
    return found.stack(), x, y


def with_a_branch(x, y):
    for i in tf.range(5):
        if i % 2 == 0:
            x = x + y
        else:
            y = tf.maximum(x, y)
        x = x * 0.5
    return x, y


FUNCTIONS = [mandelbrot, exchanged, old_values_after_new_ones, kept_besides, masks_that_change,
             counted, nested, collected, with_a_branch]  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_loops_answer_what_eager_code_answers(function, shape):
    traced = tf.function(function)
    given = [normal(shape), normal(shape)]
    for _ in range(3):
        x, y = tf.constant(given[0]), tf.constant(given[1])
        wanted, found = function(x, y), traced(x, y)
        for want, value in zip(wanted, found):
            assert value.dtype is want.dtype
            np.testing.assert_array_equal(value.numpy(), want.numpy())
        np.testing.assert_array_equal(x.numpy(), given[0])
        np.testing.assert_array_equal(y.numpy(), given[1])


def test_results_do_not_change_in_later_calls():
    traced = tf.function(old_values_after_new_ones)
    first = traced(tf.constant(normal((70, 80))), tf.constant(normal((70, 80))))
    kept = [value.numpy().copy() for value in first]
    traced(*first)
    for value, want in zip(first, kept):
        np.testing.assert_array_equal(value.numpy(), want)
