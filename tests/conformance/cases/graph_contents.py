"""What users find in a function's graph: its operations, their names, its outputs."""

from __future__ import annotations

from tests.conformance.case import add, case, tf


def _operations(function, *arguments):
    graph = function.get_concrete_function(*arguments).graph
    return [f"{op.name} {op.type}" for op in graph.get_operations()]


@case
def equal_constants_are_nodes_of_their_own():
    @tf.function
    def f(x):
        return (x + 1) + (x * 1) + 1

    return _operations(f, tf.constant(2))


@case
def conditionals_answer_identities():
    @tf.function
    def statement(x):
        y = x
        if x > 0:
            x, y = x + 1, y * 2
        return x, y

    @tf.function
    def by_hand(x):
        return tf.cond(x > 0, lambda: x + 1, lambda: x - 1, name="choice")

    @tf.function
    def two(x):
        first = tf.cond(x > 0, lambda: x + 1, lambda: x - 1)
        return first + tf.cond(x > 1, lambda: x + 1, lambda: x - 1)

    return [_operations(f, tf.constant(2)) for f in (statement, two)], by_hand(tf.constant(1))


@case
def the_length_of_a_range_is_recorded():
    def types(function, *arguments):
        graph = function.get_concrete_function(*arguments).graph
        return [op.type for op in graph.get_operations() if op.type not in ("Const", "While")]

    @tf.function
    def f(n, step):
        total = 0
        for i in tf.range(1, n, step):
            total += i
        return total

    return types(f, tf.constant(7), tf.constant(2))[:12], f(tf.constant(7), tf.constant(2))


@case
def names_of_random_numbers():
    @tf.function
    def f():
        first = tf.random.normal([2]), tf.random.truncated_normal([2]), tf.random.uniform([2])
        second = tf.random.normal([2], name="mine"), tf.random.uniform([2], 1, 5, tf.int32)
        with tf.name_scope("outer"):
            third = tf.random.uniform([2], 1.0, 2.0), tf.random.normal([2])
        names.extend(one.name for one in (*first, *second, *third))
        return first

    names = []
    f()
    return names


@case
def outputs_in_their_structure():
    def shown(function, *arguments):
        concrete = tf.function(function).get_concrete_function(*arguments)
        return repr(concrete.graph.structured_outputs)

    x = tf.constant(1)
    return [
        shown(lambda x: {"a": x, "b": (x, None)}, x),
        shown(lambda x: None, x),
        shown(lambda x: [x, 3], x),
        shown(lambda x: x, x),
    ]


def _attributes():
    def call(**attributes):
        return lambda: tf.function(lambda x: x, experimental_attributes=attributes)(1)

    return call(), call(foo=1), call(_noinline=True), call(api_implements="a"), call(implements="b")


def _lambdas():
    f, g = (lambda x: x + 1 if x > 0 else x), (lambda x: x - 1 if x > 0 else x)
    h, k = (lambda x: x + 1 if x > 0 else x), (lambda y: y - 1 if y > 0 else y)
    p, q = (lambda x: x + 1), (lambda x: x + 1)
    one = tf.constant(1)
    return [lambda function=function: tf.function(function)(one) for function in (f, g, h, k, p, q)]


def _invariants():
    def call(start, body, invariant):
        @tf.function
        def f(x):
            return tf.while_loop(
                lambda i, a: i < 2, lambda i, a: (i + 1, body(a)), (tf.constant(0), x),
                shape_invariants=(tf.TensorShape([]), tf.TensorShape(invariant)),
            )  # fmt: skip

        return lambda: (f(start), str(f.get_concrete_function(start).output_shapes))

    row, square = tf.ones([2]), tf.ones([2, 2])
    return [
        call(row, lambda a: a, [3]), call(row, lambda a: tf.ones([3]), [3]),
        call(row, lambda a: tf.concat([a, a], 0), [3]), call(row, lambda a: a, [3, 3]),
        call(square, lambda a: tf.concat([a, a], 1), [3, None]),
        call(square, lambda a: tf.concat([a, a], 0), [3, None]),
        call(row, lambda a: tf.ones([3]), None),
    ]  # fmt: skip


def _no_variables():
    def loop(start):
        return tf.while_loop(lambda *a: tf.constant(False), lambda *a: start, start)

    eager = [lambda start=start: loop(start) for start in ((), [], {}, None, 0)]
    staged = [lambda s=start: tf.function(lambda: loop(s))() for start in ((), [], {}, None, 0)]
    return [*eager, *staged]


def _rows_as_arguments():
    @tf.function
    def rows():
        return tf.IndexedSlices(tf.constant([1.0]), tf.constant([0]), tf.constant([3]))

    @tf.function
    def values(slices):
        return slices.values * 2.0, slices.indices

    return (lambda: values(rows()),)


for _name, _start in (
    ("attributes_are_checked", _attributes),
    ("lambdas_on_one_line", _lambdas),
    ("invariants_that_contradict_the_start", _invariants),
    ("loops_without_variables", _no_variables),
    ("rows_as_arguments", _rows_as_arguments),
):
    _start.__name__ = _name
    add(_start, _start)
