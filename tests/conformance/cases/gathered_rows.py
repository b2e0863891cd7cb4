"""Gradients of gathered rows through branches: rows again, in TensorFlow's order."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import case, tf


def kind(gradient: Any) -> Any:
    """Rows by their parts."""
    if isinstance(gradient, tf.IndexedSlices):
        return "slices", gradient.values, gradient.indices, gradient.dense_shape
    return gradient


@case
def gather_in_cond():
    t = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    @tf.function
    def f(t, c):
        with tf.GradientTape() as tape:
            tape.watch(t)
            y = tf.cond(
                c,
                lambda: tf.reduce_sum(tf.gather(t, [0, 1])),
                lambda: tf.reduce_sum(tf.gather(t, [2])),
            )
        g = tape.gradient(y, t)
        print(type(g).__name__)
        return g

    return kind(f(t, tf.constant(True)))


@case
def gather_in_one_branch():
    t = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    @tf.function
    def f(t, c):
        with tf.GradientTape() as tape:
            tape.watch(t)
            y = tf.cond(c, lambda: tf.reduce_sum(tf.gather(t, [0, 1])), lambda: tf.reduce_sum(t))
        g = tape.gradient(y, t)
        print(type(g).__name__)
        return g

    return kind(f(t, tf.constant(True)))


@case
def gather_in_one_branch_none():
    t = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    @tf.function
    def f(t, c):
        with tf.GradientTape() as tape:
            tape.watch(t)
            y = tf.cond(c, lambda: tf.reduce_sum(tf.gather(t, [0, 1])), lambda: 1.0)
        g = tape.gradient(y, t)
        print(type(g).__name__)
        return g

    return kind(f(t, tf.constant(True))), kind(f(t, tf.constant(False)))


@case
def gather_variable_in_cond():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    @tf.function
    def f(c):
        with tf.GradientTape() as tape:
            y = tf.cond(
                c,
                lambda: tf.reduce_sum(tf.gather(v, [0, 1])),
                lambda: tf.reduce_sum(tf.gather(v, [2])),
            )
        g = tape.gradient(y, v)
        print(type(g).__name__)
        return g

    return kind(f(tf.constant(True))), kind(f(tf.constant(False)))


@case
def gather_variable_if():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    @tf.function
    def f(c):
        with tf.GradientTape() as tape:
            if c:
                y = tf.reduce_sum(tf.nn.embedding_lookup(v, [0, 1]))
            else:
                y = tf.reduce_sum(v)
        g = tape.gradient(y, v)
        print(type(g).__name__)
        return g

    return kind(f(tf.constant(True))), kind(f(tf.constant(False)))


@case
def gather_variable_if_outside_tape():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    @tf.function
    def f(c):
        if c:
            y = tf.reduce_sum(tf.nn.embedding_lookup(v, [0, 1]))
        else:
            y = tf.reduce_sum(tf.gather(v, [2]))
        return y

    with tf.GradientTape() as tape:
        y = f(tf.constant(True))
    return kind(tape.gradient(y, v))


@case
def gather_const_if_outside_tape():
    v = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    @tf.function
    def f(v, c):
        if c:
            y = tf.reduce_sum(tf.nn.embedding_lookup(v, [0, 1]))
        else:
            y = tf.reduce_sum(tf.gather(v, [2]))
        return y

    with tf.GradientTape() as tape:
        tape.watch(v)
        y = f(v, tf.constant(True))
    return kind(tape.gradient(y, v))


@case
def gather_in_loop():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    @tf.function
    def f():
        with tf.GradientTape() as tape:
            y = 0.0
            for i in tf.range(3):
                y += tf.reduce_sum(tf.gather(v, [i]))
        g = tape.gradient(y, v)
        print(type(g).__name__)
        return g

    return kind(f())


@case
def gather_in_loop_const():
    v = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    @tf.function
    def f(v):
        with tf.GradientTape() as tape:
            tape.watch(v)
            y = 0.0
            for i in tf.range(3):
                y += tf.reduce_sum(tf.gather(v, [i]))
        g = tape.gradient(y, v)
        print(type(g).__name__)
        return g

    return kind(f(v))


@case
def gather_in_switch_case():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    @tf.function
    def f(i):
        with tf.GradientTape() as tape:
            y = tf.switch_case(
                i,
                [
                    lambda: tf.reduce_sum(tf.gather(v, [0, 1])),
                    lambda: tf.reduce_sum(tf.gather(v, [2])),
                    lambda: 3.0,
                ],
            )
        g = tape.gradient(y, v)
        print(type(g).__name__)
        return g

    return kind(f(tf.constant(0))), kind(f(tf.constant(1))), kind(f(tf.constant(2)))


@case
def gather_cond_and_outside():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    @tf.function
    def f(c):
        with tf.GradientTape() as tape:
            y = tf.cond(
                c,
                lambda: tf.reduce_sum(tf.gather(v, [0, 1])),
                lambda: tf.reduce_sum(tf.gather(v, [2])),
            )
            y += tf.reduce_sum(tf.gather(v, [1]))
        g = tape.gradient(y, v)
        print(type(g).__name__)
        return g

    return kind(f(tf.constant(True)))


@case
def gather_axis1_cond():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    @tf.function
    def f(c):
        with tf.GradientTape() as tape:
            y = tf.cond(
                c,
                lambda: tf.reduce_sum(tf.gather(v, [0, 1], axis=1)),
                lambda: tf.reduce_sum(tf.gather(v, [0], axis=1)),
            )
        g = tape.gradient(y, v)
        print(type(g).__name__)
        return g

    return kind(f(tf.constant(True)))


@case
def gather_nested_cond():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    @tf.function
    def f(c, d):
        with tf.GradientTape() as tape:
            if c:
                if d:
                    y = tf.reduce_sum(tf.gather(v, [0, 1]))
                else:
                    y = tf.reduce_sum(tf.gather(v, [1]))
            else:
                y = tf.reduce_sum(tf.gather(v, [2]))
        g = tape.gradient(y, v)
        print(type(g).__name__)
        return g

    return kind(f(tf.constant(True), tf.constant(False)))


@case
def gather_cond_sgd():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    opt = tf.keras.optimizers.SGD(0.1)

    @tf.function
    def f(c):
        with tf.GradientTape() as tape:
            y = tf.cond(
                c,
                lambda: tf.reduce_sum(tf.gather(v, [0, 1])),
                lambda: tf.reduce_sum(tf.gather(v, [2])),
            )
        opt.apply_gradients([(tape.gradient(y, v), v)])

    f(tf.constant(True))
    f(tf.constant(False))
    return v


@case
def gather_cond_two_uses():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    @tf.function
    def f(c):
        with tf.GradientTape() as tape:
            if c:
                y = tf.reduce_sum(tf.gather(v, [0, 1])) + tf.reduce_sum(tf.gather(v, [0, 2]))
            else:
                y = tf.reduce_sum(tf.gather(v, [2]))
        g = tape.gradient(y, v)
        print(type(g).__name__)
        return g

    return kind(f(tf.constant(True))), kind(f(tf.constant(False)))


@case
def gather_cond_tf_gradients():
    @tf.function
    def f(t, c):
        y = tf.cond(
            c, lambda: tf.reduce_sum(tf.gather(t, [0, 1])), lambda: tf.reduce_sum(tf.gather(t, [2]))
        )
        (g,) = tf.gradients(y, t)
        print(type(g).__name__)
        return g

    return kind(f(tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), tf.constant(True)))


@case
def gather_of_computed_in_cond():
    @tf.function
    def f(t, c):
        with tf.GradientTape() as tape:
            tape.watch(t)
            u = t * 2.0
            y = tf.cond(
                c,
                lambda: tf.reduce_sum(tf.gather(u, [0, 1])),
                lambda: tf.reduce_sum(tf.gather(u, [2])),
            )
        g = tape.gradient(y, t)
        print(type(g).__name__)
        return g

    return kind(f(tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), tf.constant(True)))


@case
def gather_cond_int64_and_int32():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    @tf.function
    def f(c):
        with tf.GradientTape() as tape:
            y = tf.cond(
                c,
                lambda: tf.reduce_sum(tf.gather(v, tf.constant([0, 1], tf.int64))),
                lambda: tf.reduce_sum(tf.gather(v, [2])),
            )
        return tape.gradient(y, v)

    return kind(f(tf.constant(True))), kind(f(tf.constant(False)))


@case
def gather_cond_int64_and_dense():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    @tf.function
    def f(c):
        with tf.GradientTape() as tape:
            y = tf.cond(
                c,
                lambda: tf.reduce_sum(tf.gather(v, tf.constant([0, 1], tf.int64))),
                lambda: tf.reduce_sum(v * v),
            )
        return tape.gradient(y, v)

    return kind(f(tf.constant(True))), kind(f(tf.constant(False)))


@case
def gather_cond_second_order():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    @tf.function
    def f(c):
        with tf.GradientTape() as t2:
            with tf.GradientTape() as tape:
                y = tf.cond(
                    c,
                    lambda: tf.reduce_sum(tf.gather(v, [0, 1, 1]) ** 3),
                    lambda: tf.reduce_sum(v * v),
                )
            g = tf.convert_to_tensor(tape.gradient(y, v))
            z = tf.reduce_sum(g * g)
        return t2.gradient(z, v)

    return kind(f(tf.constant(True))), kind(f(tf.constant(False)))


@case
def gather_cond_in_loop():
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    @tf.function
    def f(n):
        with tf.GradientTape() as tape:
            y = 0.0
            for i in tf.range(n):
                if i > 1:
                    y += tf.reduce_sum(tf.gather(v, [i, 0]))
                else:
                    y += v[0, 0]
        return tape.gradient(y, v)

    return kind(f(tf.constant(3)))


@case
def gather_cond_args_dense():
    @tf.function
    def f(t, c):
        with tf.GradientTape() as tape:
            tape.watch(t)
            y = tf.cond(c, lambda: tf.gather(t * t, [0, 1]), lambda: tf.gather(t, [2, 2]))
        return tape.gradient(y, t)

    return kind(f(tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), tf.constant(True))), kind(
        f(tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), tf.constant(False))
    )


@case
def gather_cond_1d():
    v = tf.Variable([1.0, 2.0, 3.0])

    @tf.function
    def f(c):
        with tf.GradientTape() as tape:
            y = tf.gather(v, 1) if c else tf.gather(v, [[2, 2]])[0, 0]
        return tape.gradient(y, v)

    return kind(f(tf.constant(True))), kind(f(tf.constant(False)))


def gathered(v, i):
    return tf.reduce_sum(tf.gather(v, [i]))


def four_rows():
    return tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [1.0, 1.0]])


SUMS = (
    lambda v: gathered(v, 0) + gathered(v, 1),
    lambda v: gathered(v, 0) + gathered(v, 1) + gathered(v, 2),
    lambda v: gathered(v, 0) + (gathered(v, 1) + gathered(v, 2)),
    lambda v: (gathered(v, 0) + gathered(v, 1)) + (gathered(v, 2) + gathered(v, 3)),
    lambda v: gathered(v, 0) * (gathered(v, 1) + gathered(v, 2) * gathered(v, 3)),
    lambda v: tf.add_n([gathered(v, 0), gathered(v, 1), gathered(v, 2)]),
)


@case
def order_of_rows_eagerly():
    found = []
    for total in SUMS:
        v = four_rows()
        with tf.GradientTape() as tape:
            y = total(v)
        found.append(kind(tape.gradient(y, v)))
    return found


@case
def order_of_rows_in_functions():
    found = []
    for total in SUMS:
        v = four_rows()

        @tf.function(autograph=False)
        def f(total=total, v=v):
            return total(v)

        with tf.GradientTape() as tape:
            y = f()
        found.append(kind(tape.gradient(y, v)))
    return found


@case
def order_of_rows_by_tf_gradients():
    found = []
    for total in SUMS:

        @tf.function(autograph=False)
        def f(v, total=total):
            return tf.gradients(total(v), v)[0]

        found.append(kind(f(tf.constant(four_rows()))))
    return found
