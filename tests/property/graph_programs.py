"""Random traced programs: element-wise work, branches, loops, variables."""

from __future__ import annotations

from hypothesis import strategies as st

import engine as tf

UNARY = [
    lambda x: -x, lambda x: x * 1, lambda x: x + 0, tf.identity, tf.abs, tf.nn.relu,
    lambda x: tf.negative(-x), tf.square, lambda x: tf.stop_gradient(x) * x, lambda x: x - 0,
    lambda x: tf.where(x > 0, x, x), lambda x: tf.reshape(x, x.shape),
    lambda x: tf.reduce_sum(tf.matmul(x[:, None], x[None, :]), axis=0),
    lambda x: tf.cast(tf.cast(x * 3.0, tf.int32) % 7, tf.float32), lambda x: x - tf.reduce_max(x),
    lambda x: tf.add_n([x, x, x * 2.0]), lambda x: tf.stack([x[0], x[2], x[1]]),
]  # fmt: skip
BINARY = [
    lambda x, y: x + y, lambda x, y: x - y, lambda x, y: x * y, tf.maximum, tf.minimum,
    lambda x, y: tf.where(x > y, x, y), lambda x, y: tf.cast(x < y, x.dtype) + y,
    lambda x, y: x * 0.5 + y if x.dtype.is_floating else x // 3 + y % 5,
]  # fmt: skip

STEPS = st.lists(
    st.tuples(st.sampled_from(["unary", "binary", "cond", "loop", "call", "variable", "constant"]),
              st.integers(0, 50), st.integers(0, 50), st.integers(0, 50)),
    min_size=1, max_size=10,
)  # fmt: skip


def build(steps, variable):
    """A traced function of (float32[3], float32[3]) from a list of steps."""

    def program(x, y):
        values = [x, y]
        for kind, which, a, b in steps:
            left, right = values[a % len(values)], values[b % len(values)]
            values.append(_step(kind, which, left, right, variable))
        return values[-1], values[len(values) // 2]

    return tf.function(program, autograph=False)


def _step(kind, which, left, right, variable):
    unary, binary = UNARY[which % len(UNARY)], BINARY[which % len(BINARY)]
    if kind == "unary":
        return unary(left)
    if kind == "binary":
        return binary(left, right)
    if kind == "constant":
        return left + tf.constant([1.0, -0.0, 2.5]) * float(which)
    if kind == "call":
        return tf.function(lambda u, v: unary(binary(u, v)), autograph=False)(left, right)
    if kind == "variable":
        variable.assign_add(left * 0.25)
        return variable + right
    if kind == "cond":
        return tf.cond(
            tf.reduce_sum(left) > tf.reduce_max(right),
            lambda: (unary(left), right, left)[which % 3],
            lambda: (binary(left, right), right, unary(right))[which % 3],
        )
    return _loop(which, left, right, unary, binary)


def _loop(which, left, right, unary, binary):
    def body(i, u, v, unused):
        scaled = unary(right) * 0.5
        return i + 1, binary(u, v) * 0.25 + scaled, tf.tanh(u), unused * 2

    turns = which % 4
    return tf.while_loop(lambda i, *_: i < turns, body, [0, left, right, tf.constant(1.0)])[
        1 + which % 2
    ]
