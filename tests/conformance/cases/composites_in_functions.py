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


def _ragged_operators():
    r, q = tf.ragged.constant([[1, 2], [3]]), tf.ragged.constant([[10, 20], [30]])
    deep = tf.ragged.constant([[[1], [2, 3]], [[4]]])
    column = tf.constant([[1], [2]])
    calls = [
        lambda: r + 1, lambda: 2 - r, lambda: q / r, lambda: q // r, lambda: q % r, lambda: 2**r,
        lambda: -r, lambda: abs(-r), lambda: r > 1, lambda: r == q, lambda: (r > 1) & (r < 3),
        lambda: ~(r > 1), lambda: r & 1, lambda: ~r, lambda: deep * deep, lambda: r + column,
        lambda: r + tf.constant([1]), lambda: r + tf.ragged.constant([[1], [2]]),
        lambda: r + 1.5, lambda: r + "a",
    ]  # fmt: skip
    return [*[lambda call=call: call().to_list() for call in calls], lambda: bool(r == q)]


def _ragged_state():
    @tf.function
    def f(r, n):
        for _ in tf.range(n):
            r = r * 2
        r = r - 1 if r.nrows() > 2 else r + r
        return r.flat_values, r.row_splits

    @tf.function
    def deep(r):
        total = 0
        for rows in r:
            total += tf.reduce_sum(rows.flat_values)
        return total

    return [
        lambda: f(tf.ragged.constant([[1, 2], [3]]), tf.constant(2)),
        lambda: f(tf.ragged.constant([[1], [], [3]]), tf.constant(0)),
        lambda: deep(tf.ragged.constant([[[1], [2, 3]], [], [[4]]])),
    ]


def _conditional_results():
    @tf.function
    def sparse(x):
        s = tf.sparse.from_dense([[1, 0], [0, 2]])
        chosen = tf.cond(x > 0, lambda: {"s": s, "n": None}, lambda: {"s": s * 3, "n": None})
        return tf.sparse.to_dense(chosen["s"]), chosen["n"]

    @tf.function
    def array(x):
        a = tf.TensorArray(tf.int32, 2).unstack([5, 6])
        return tf.cond(x > 0, lambda: a.write(0, x), lambda: a).stack()

    @tf.function
    def numbered(x):
        r = tf.ragged.constant([[1, 2], [3]])
        chosen = tf.switch_case(x, [lambda: (r, x), lambda: (r * 2, x + 1)])
        return chosen[0].flat_values, chosen[1]

    numbers = tf.constant(0), tf.constant(1)
    return [lambda f=f, x=x: f(x) for f in (sparse, array, numbered) for x in numbers]


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
    ("conditional_results", _conditional_results),
    ("ragged_operators", _ragged_operators),
    ("ragged_tensors_as_loop_variables", _ragged_state),
):
    _start.__name__ = _name
    add(_start, _start)
