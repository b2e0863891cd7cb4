"""How functions and their traces are called: signatures, binding, structures, cache keys."""

import collections
import functools

import numpy as np

from tests.conformance.case import case, tf

Pair = collections.namedtuple("Pair", "first second")
INT = tf.TensorSpec([], tf.int32)


def tried(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return type(error).__name__


def reason(function, *args, **kwargs):
    """The first part of what binding complains of."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return type(error).__name__, str(error).partition("Received")[0].strip()


@case
def traces_called_in_every_way():
    @tf.function
    def f(x, y):
        return x - y

    trace = f.get_concrete_function(INT, INT)
    c = tf.constant
    calls = [
        ((c(1), c(2)), {}), ((c(1),), {"y": c(2)}), ((), {"y": c(1), "x": c(2)}), ((1, 2), {}),
        ((c(1),), {}), ((c(1), c(2), c(3)), {}), ((c(1),), {"z": c(2)}), ((c([1]), c(2)), {}),
        ((c(1),), {"x": c(2)}), ((np.int32(1), np.int32(2)), {}), ((1.5, 2), {}), (("a", c(1)), {}),
    ]  # fmt: skip
    return [reason(trace, *args, **kwargs) for args, kwargs in calls], tried(trace, c(1.0), c(2))


@case
def traces_of_structures_called_in_every_way():
    @tf.function
    def f(d, items):
        return d["a"] - items[0]

    trace = f.get_concrete_function({"a": INT}, [INT, INT])
    c = tf.constant
    calls = [
        (({"a": c(1)}, [c(2), c(3)]), {}), (({"b": c(1)}, [c(2), c(3)]), {}),
        (({"a": c(1)}, (c(2), c(3))), {}), (({"a": 1}, [2, 3]), {}), ((c(1), c(2), c(3)), {}),
        ((c(1),), {"items": c(2), "items_1": c(3)}), ((c(1), [c(2), c(3)]), {}),
        (({"a": c(1), "b": c(1)}, [c(2), c(3)]), {}),
    ]  # fmt: skip
    names = [tensor.name for tensor in trace.inputs]
    return [reason(trace, *args, **kwargs) for args, kwargs in calls], names


@case
def signatures_of_traces():
    @tf.function
    def positional(x, y=2):
        return {"sum": x + y, "rest": (x, None)}

    @tf.function
    def everything(x, y, *args, k=3, **kwargs):
        return x

    @tf.function
    def nothing():
        return tf.constant(1)

    traces = [
        positional.get_concrete_function(tf.TensorSpec([None], tf.int32, name="given")),
        everything.get_concrete_function(INT, {"a": INT, "b": Pair(INT, [INT])}, INT, [5], q=INT),
        nothing.get_concrete_function(),
    ]
    return [
        (
            trace.pretty_printed_signature(), str(trace.structured_input_signature),
            str(trace.output_shapes), str(trace.output_dtypes), type(trace.name).__name__,
        )
        for trace in traces
    ]  # fmt: skip


@case
def python_values_of_traces():
    @tf.function
    def f(x, n):
        return x * n

    trace = f.get_concrete_function(tf.constant(3), 2)
    x = tf.constant(4)
    return [
        reason(trace, x), reason(trace, x, 2), reason(trace, x, 3), reason(trace, x, n=2),
        trace.pretty_printed_signature(), str(trace.structured_input_signature),
    ]  # fmt: skip


@case
def input_signatures_that_are_refused():
    def decorated(signature, function=lambda x: x):
        return tf.function(function, input_signature=signature)(tf.constant(1))

    def two(x, y):
        return x

    def keyword_only(x, *, k):
        return x

    return [
        tried(decorated, signature, *rest)
        for signature, *rest in (
            ([tf.TensorSpec([], tf.float32)],), ([tf.TensorSpec([None], tf.int32)],), ([INT, INT],),
            ([],), (INT,), ([1],), ({"x": INT},), ([INT], two), ([INT], keyword_only), ((INT,),),
            ([tf.int32],), ([None],), ([[INT]],), ("a",),
        )
    ]  # fmt: skip


@case
def calls_with_input_signature():
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32), INT])
    def f(x, y):
        return x * tf.cast(y, tf.float32)

    c = tf.constant
    calls = [
        (([1.0, 2.0], 3), {}), (([1, 2], 3), {}), ((np.array([1.0, 2.0]), 3), {}),
        ((c([1.0]),), {"y": c(2)}), ((), {"y": 1, "x": [1.0]}), (([1.0],), {}),
        (([1.0], 2, 3), {}), (([1.0], 2), {"z": 3}), ((c(1.0), 2), {}), ((c([1]), 2), {}),
        (([1.0], 2.5), {}), (([1.0], c(2, tf.int64)), {}), ((None, 1), {}), (("a", 1), {}),
        (([[1.0]], 1), {}), ((tf.Variable([1.0]), 1), {}), (([], 1), {}),
    ]  # fmt: skip
    return [tried(f, *args, **kwargs) for args, kwargs in calls], f.experimental_get_tracing_count()


@case
def defaults_beside_an_input_signature():
    @tf.function(input_signature=[INT])
    def f(x, y=5):
        return x + y

    return tried(f, 1), tried(f, 1, 5), tried(f, 1, 6), tried(f, 1, y=7)


@case
def structures_in_an_input_signature():
    @tf.function(input_signature=[{"a": INT, "b": [INT, INT]}])
    def f(d):
        return d["a"] + d["b"][1]

    return [
        tried(f, value)
        for value in (
            {"a": 1, "b": [2, 3]}, {"a": 1, "b": (2, 3)}, {"a": 1, "b": [2]}, {"a": 1}, [1, 2, 3],
            {"a": tf.constant(1), "b": [tf.constant(2), 3]}, {"a": 1.5, "b": [2, 3]},
        )
    ]  # fmt: skip


@case
def what_makes_a_new_trace():
    traced = []

    @tf.function
    def f(x):
        traced.append(type(x).__name__)
        return tf.constant(0)

    class Thing:
        pass

    thing = Thing()
    counts = []
    values = [
        1, 1, True, 2, 1.0, "a", "a", b"a", None, thing, thing, Thing(), [1], (1,), [1], {"a": 1},
        {"a": 2}, collections.OrderedDict(a=1), np.array(1), np.array(2), np.int32(1), np.int64(1),
        np.array([1, 2]), frozenset([1]), range(3), range(3), range(4), tf.int32, tf.float32,
        len, float("nan"), float("nan"), 1j, Pair(1, 2),
        Pair(1, 3), [], (), {},
    ]  # fmt: skip
    for value in values:
        f(value)
        counts.append(len(traced))
    return counts


@case
def a_spec_is_no_argument():
    @tf.function
    def f(x):
        return x

    return tried(f, INT)


@case
def arguments_must_stay_as_they_are():
    @tf.function
    def f(d, items):
        d["new"] = 1
        items.append(2)
        return d["a"]

    return reason(f, {"a": tf.constant(1)}, [tf.constant(2)])


@case
def functions_of_every_kind_are_decorated():
    class Callable:
        def __call__(self, x):
            return x + 1 if x > 0 else x

    class Holder:
        factor = 3

        @tf.function
        def method(self, x):
            return x * self.factor

        @staticmethod
        @tf.function
        def static(x):
            return x + 1

        @classmethod
        @tf.function
        def of_class(cls, x):
            return x * cls.factor

        def plain(self, x):
            return x * self.factor if x > 0 else x

    holder = Holder()
    one = tf.constant(1)
    functions = [
        tf.function(Callable()), holder.method, functools.partial(Holder.method, holder),
        Holder.static, holder.static, holder.of_class, Holder.of_class, tf.function(holder.plain),
        tf.function(functools.partial(lambda a, b: a - b, 5)), tf.function(abs),
        tf.function(tf.reduce_sum), tf.function(tf.function(lambda x: x + 1)),
        tf.function(Callable),
    ]  # fmt: skip
    return [tried(function, one) for function in functions], tried(tf.function, 3)


@case
def results_of_python_callbacks():
    x = tf.constant(3)

    def answers(function, wanted):
        def call():
            return tf.numpy_function(function, [x], wanted)

        return tried(call), tried(tf.function(call))

    return [
        answers(lambda a: a * 1.5, tf.int32), answers(lambda a: a, tf.int32),
        answers(lambda a: 1, tf.int32), answers(lambda a: 1, tf.int64),
        answers(lambda a: [1.0, 2.0], tf.float64), answers(lambda a: (1, 2), [tf.int64, tf.int64]),
        answers(lambda a: (1, 2), [tf.int64]), answers(lambda a: "s", tf.string),
        answers(lambda a: 1 // 0, tf.int32), answers(3, tf.int32),
    ]  # fmt: skip


@case
def errors_of_python_callbacks():
    x = tf.constant(3)

    def raises(error):
        def call(_):
            raise error

        return tried(tf.function(lambda: tf.py_function(call, [x], tf.int32)))

    return [
        raises(error)
        for error in (
            ValueError("a"), TypeError("a"), KeyError("a"), NotImplementedError("a"),
            StopIteration(), MemoryError(), ZeroDivisionError(),
        )
    ]  # fmt: skip
