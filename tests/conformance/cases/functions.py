"""`tf.function`: signatures, retracing, structures, concrete functions."""

import collections

import numpy as np

from tests.conformance.case import case, tf


def counting(function, **options):
    """The traced function, and how often it was traced so far."""
    runs = []

    def counted(*args, **kwargs):
        runs.append(1)
        return function(*args, **kwargs)

    return tf.function(counted, **options), runs


@case
def one_trace_per_dtype_and_shape():
    f, runs = counting(lambda x: x + x)
    counts = []
    for value in (1, 2, 1.5, [1, 2], [3, 4], [1, 2, 3], "a"):
        f(tf.constant(value))
        counts.append(len(runs))
    return counts, f.experimental_get_tracing_count()


@case
def one_trace_per_python_value():
    f, runs = counting(lambda x: x)
    counts = []
    for value in (1, 2, 1, 1.0, True, "a", "a", None, (1, 2), (1, 2), [1, 2]):
        f(value)
        counts.append(len(runs))
    return counts


@case
def python_argument_is_a_constant():
    @tf.function
    def f(n):
        return [isinstance(n, int), tf.is_tensor(n)]

    return f(3)


@case
def numpy_argument_becomes_a_tensor():
    f, runs = counting(lambda x: x + 1)
    a = f(np.array([1.0, 2.0], np.float32))
    b = f(np.array([3.0, 4.0], np.float32))
    c = f(np.float32(1))
    return a, b, c, len(runs)


@case
def python_list_argument_is_a_structure():
    @tf.function
    def f(items):
        return [item * 2 for item in items]

    return f([1, 2]), f([tf.constant(1), tf.constant(2)])


@case
def structured_arguments_and_results():
    Point = collections.namedtuple("Point", ["x", "y"])

    @tf.function
    def f(d, p, t):
        return {"sum": d["a"] + p.x, "point": Point(p.y, t[0]), "none": None, "list": [t[1], 5]}

    return f({"a": tf.constant(1)}, Point(tf.constant(2), tf.constant(3)), (4, tf.constant(5)))


@case
def result_kinds():
    @tf.function
    def f():
        return 1, 1.5, True, "s", None, np.array([1, 2]), [tf.constant(1)], {"k": ()}

    return f()


@case
def returns_nothing():
    @tf.function
    def f(x):
        x + 1

    return f(tf.constant(1))


@case
def keyword_and_default_arguments():
    f, runs = counting(lambda a, b=2, *, c=3: (a, b, c))

    @tf.function
    def g(a, b=2, *, c=3):
        return a * 100 + b * 10 + c

    one = tf.constant(1)
    return [g(one), g(one, 5), g(one, b=5), g(a=one, b=5, c=6), g(one, c=tf.constant(9))], len(runs)


@case
def keyword_order_does_not_retrace():
    runs = []

    @tf.function
    def f(a, b):
        runs.append(1)
        return a - b

    x, y = tf.constant(5), tf.constant(3)
    return f(x, y), f(a=x, b=y), f(b=y, a=x), f(x, b=y), len(runs)


@case
def varargs_and_kwargs():
    @tf.function
    def f(*args, **kwargs):
        return len(args), sum(args), sorted(kwargs), kwargs.get("k", 0)

    return f(1, tf.constant(2)), f(1, 2, 3, k=tf.constant(7), a=1)


@case(match="missing|required|argument")
def missing_argument():
    @tf.function
    def f(a, b):
        return a + b

    return f(tf.constant(1))


@case(match="argument|too many|unexpected")
def too_many_arguments():
    @tf.function
    def f(a):
        return a

    return f(tf.constant(1), tf.constant(2))


@case(match="unexpected|keyword|argument")
def unknown_keyword():
    @tf.function
    def f(a):
        return a

    return f(tf.constant(1), c=2)


@case
def input_signature_relaxes_shapes():
    f, runs = counting(
        lambda x: tf.reduce_sum(x), input_signature=[tf.TensorSpec([None], tf.float32)]
    )
    return f(tf.constant([1.0])), f(tf.constant([1.0, 2.0])), f([1, 2, 3]), len(runs)


@case
def input_signature_refuses_other_dtype():
    f, _ = counting(lambda x: x, input_signature=[tf.TensorSpec([None], tf.float32)])
    return f(tf.constant([1]))


@case
def input_signature_refuses_other_rank():
    f, _ = counting(lambda x: x, input_signature=[tf.TensorSpec([None], tf.float32)])
    return f(tf.constant([[1.0]]))


@case
def input_signature_converts_python_values():
    f, runs = counting(lambda x: x * 2, input_signature=[tf.TensorSpec([], tf.float32)])
    return f(1), f(2.5), len(runs)


@case
def input_signature_with_structure():
    spec = {"a": tf.TensorSpec([], tf.int32), "b": (tf.TensorSpec([], tf.int32),)}

    @tf.function(input_signature=[spec])
    def f(d):
        return d["a"] + d["b"][0]

    return f({"a": 1, "b": (2,)})


@case
def reduce_retracing_generalises_shapes():
    f, runs = counting(lambda x: tf.reduce_sum(x), reduce_retracing=True)
    counts = []
    for n in (1, 2, 3, 4):
        f(tf.zeros([n]))
        counts.append(len(runs))
    return counts


@case
def unknown_shape_inside():
    shapes = []

    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
    def f(x):
        shapes.append(repr(x.shape))
        y = tf.reshape(x, [-1])
        shapes.append(repr(y.shape))
        shapes.append(repr((x + 1).shape))
        shapes.append(repr(tf.concat([x, x], 0).shape))
        shapes.append(repr(tf.concat([x, x], 1).shape))
        shapes.append(repr(x[0].shape))
        shapes.append(repr(x[:2].shape))
        shapes.append(repr(tf.transpose(x).shape))
        shapes.append(repr(tf.matmul(x, tf.zeros([3, 4])).shape))
        return tf.shape(x)

    return f(tf.zeros([5, 3])), shapes


@case
def len_and_shape_of_symbolic_tensor():
    seen = []

    @tf.function
    def f(x):
        seen.extend([x.shape.as_list(), len(x.shape), x.dtype.name])
        return len(x), tf.shape(x)[0]

    return f(tf.zeros([4, 2])), seen


@case
def repr_of_symbolic_tensor():
    seen = []

    @tf.function
    def f(x, y):
        seen.append(repr(x))
        seen.append(repr(x + y))
        seen.append(str(tf.reduce_sum(x, name="total")))
        seen.append(x.name)
        return x

    f(tf.constant([1.0, 2.0]), tf.constant(1.0))
    return seen


@case
def get_concrete_function_by_spec():
    @tf.function
    def f(x):
        return x * 2

    c = f.get_concrete_function(tf.TensorSpec([None], tf.float32))
    return c(tf.constant([1.0, 2.0])), c(tf.constant([1.0])), c.structured_outputs


@case
def concrete_function_signature():
    @tf.function
    def f(x, y=3):
        return x * y, x

    c = f.get_concrete_function(tf.TensorSpec([2], tf.int32))
    return (
        [t.dtype for t in c.inputs],
        [t.shape for t in c.outputs],
        len(c.captured_inputs),
        c.output_dtypes,
        c.output_shapes,
    )


@case
def concrete_function_refuses_other_shape():
    @tf.function
    def f(x):
        return x

    c = f.get_concrete_function(tf.TensorSpec([2], tf.float32))
    return c(tf.zeros([3]))


@case
def concrete_function_refuses_other_dtype():
    @tf.function
    def f(x):
        return x

    c = f.get_concrete_function(tf.TensorSpec([2], tf.float32))
    return c(tf.constant([1, 2]))


@case
def concrete_function_with_python_value():
    @tf.function
    def f(x, n):
        return x * n

    c = f.get_concrete_function(tf.TensorSpec([], tf.int32), 3)
    return c(tf.constant(5))


@case
def pretty_printed_signature():
    @tf.function
    def f(x, y):
        return {"a": x, "b": (x, y)}

    c = f.get_concrete_function(tf.TensorSpec([None, 2], tf.float32), 5)
    return c.pretty_printed_signature()


@case
def operations_of_a_graph():
    @tf.function
    def f(x, y):
        return tf.nn.relu(tf.matmul(x, y) + 1.0)

    g = f.get_concrete_function(tf.TensorSpec([2, 2]), tf.TensorSpec([2, 2])).graph
    return [op.type for op in g.get_operations()], [op.name for op in g.get_operations()]


@case
def names_of_operations():
    @tf.function
    def f(x):
        with tf.name_scope("outer"):
            y = tf.add(x, 1.0, name="plus")
            with tf.name_scope("inner"):
                z = y * 2.0
        return tf.identity(z, name="answer")

    g = f.get_concrete_function(tf.TensorSpec([])).graph
    return [op.name for op in g.get_operations()]


@case
def name_and_python_function():
    @tf.function
    def squared(x):
        """Doc."""
        return x * x

    return squared.__name__, squared.__doc__, squared.python_function(3), squared.name
