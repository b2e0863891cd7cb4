"""Sparse, ragged and row-wise tensors that enter functions, leave them and are looped over."""

from __future__ import annotations

from tests.conformance.case import add, case, tf


def _rows_out_of_calls():
    v = tf.Variable([[1.0], [2.0], [3.0]])

    @tf.function
    def look(i):
        return tf.nn.embedding_lookup(v, i)

    @tf.function
    def both(i):
        return tf.reduce_sum(tf.gather(v, i)) + tf.reduce_sum(v)

    @tf.function
    def twice(i):
        return tf.gather(v, i) * 2.0, tf.gather(v, i + 0)

    @tf.function
    def nested(i):
        return look(i) * 2.0

    @tf.function
    def of_argument(x, i):
        return tf.gather(x, i)

    @tf.function
    def inside(i):
        with tf.GradientTape() as tape:
            y = look(i) ** 2
        return tape.gradient(y, v)

    def shown(grad):
        rows = isinstance(grad, tf.IndexedSlices)
        return type(grad).__name__, tf.convert_to_tensor(grad), grad.indices if rows else None

    def outside(function):
        def call():
            with tf.GradientTape() as tape:
                parts = function(tf.constant([0, 2]))
                y = sum(tf.reduce_sum(part) for part in tf.nest.flatten(parts))
            return shown(tape.gradient(y, v))

        return call

    def by_argument():
        x = tf.ones([3, 1])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = of_argument(x, tf.constant([0, 1]))
        return shown(tape.gradient(y, x))

    calls = [outside(function) for function in (look, both, twice, nested)]
    return [*calls, by_argument, lambda: shown(inside(tf.constant([1, 1])))]


def _rows_differentiated_again():
    v = tf.Variable([[1.0], [2.0], [3.0]])

    @tf.function
    def look(i):
        return tf.nn.embedding_lookup(v, i)

    def second():
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                y = tf.reduce_sum(look(tf.constant([0, 1, 1])) ** 3)
            z = tf.reduce_sum(tf.convert_to_tensor(inner.gradient(y, v)) ** 2)
        return tf.convert_to_tensor(outer.gradient(z, v))

    def jacobian():
        with tf.GradientTape() as tape:
            y = look(tf.constant([0, 1]))
        return tape.jacobian(y, v)

    return second, jacobian


def _sparse():
    @tf.function
    def total(s):
        return tf.sparse.reduce_sum(s), tf.sparse.to_dense(s)

    @tf.function
    def made():
        return tf.sparse.from_dense([[0, 3], [1, 0]])

    s = tf.sparse.from_dense([[1, 0], [0, 2]])
    return lambda: total(s), lambda: total(made()), total.experimental_get_tracing_count


def _rows_of(ragged):
    total, last = 0, -1
    for row in ragged:
        if tf.size(row) > 2:
            continue
        if tf.reduce_sum(row) > 100:
            break
        total += tf.reduce_sum(row)
        last = tf.size(row)
    return total, last


def _ragged():
    f = tf.function(_rows_of)

    @tf.function
    def own(n):
        return _rows_of(tf.ragged.constant([[1, 2], [3], []])), n

    values = [[[1, 2], [3]], [[5], [1, 2, 3], [4]], [[1], [200], [3]], [[], [7]]]
    calls = [lambda value=value: f(tf.ragged.constant(value, tf.int32)) for value in values]
    return [*calls, lambda: own(tf.constant(1))]


@case
def attributes_out_of_loops():
    class Total:
        def __init__(self):
            self.value = tf.constant(0)

        def add(self, x):
            if x > 0:
                self.value = self.value + x

    @tf.function
    def f(n):
        total = Total()
        for i in tf.range(n):
            total.add(i)
        total.add(n)
        return total.value

    return f(tf.constant(3))


for _name, _start in (
    ("rows_out_of_calls", _rows_out_of_calls),
    ("rows_differentiated_again", _rows_differentiated_again),
    ("sparse_tensors_as_arguments", _sparse),
    ("loops_over_ragged_rows", _ragged),
):
    _start.__name__ = _name
    add(_start, _start)
