"""`tf.function`: signatures, retracing, structures, concrete functions, classes."""

import collections
import functools

import numpy as np

from tests.conformance.case import case, tf, traced


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


@case
def closures_over_tensors_and_python_values():
    scale, offset = tf.constant(3), 10

    @tf.function
    def f(x):
        return x * scale + offset

    c = f.get_concrete_function(tf.TensorSpec([], tf.int32))
    return f(tf.constant(2)), len(c.captured_inputs), c(tf.constant(4))


@case
def python_global_is_read_while_tracing():
    box = {"n": 1}

    @tf.function
    def f(x):
        return x + box["n"]

    first = f(tf.constant(1))
    box["n"] = 100
    return first, f(tf.constant(1)), f(tf.constant(1.0))


@case
def python_side_effects_happen_once():
    log = []

    @tf.function
    def f(x):
        log.append("traced")
        return x

    for i in range(3):
        f(tf.constant(i))
    return log


@case
def nested_functions_are_inlined():
    @tf.function
    def inner(x):
        return x * 2

    @tf.function
    def outer(x):
        return inner(x) + inner(x + 1)

    return outer(tf.constant(3))


@case
def recursion_decided_by_python_value():
    @tf.function
    def factorial(n, x):
        if n == 0:
            return x
        return factorial(n - 1, x * n)

    return factorial(5, tf.constant(1))


@case
def plain_recursion():
    def power(x, n):
        if n == 0:
            return tf.constant(1)
        return x * power(x, n - 1)

    @tf.function
    def f(x):
        return power(x, 4)

    return f(tf.constant(3))


@case
def partial_and_lambda():
    f = tf.function(functools.partial(lambda a, b: a - b, 10))
    g = tf.function(lambda x: x * 2)
    return f(tf.constant(3)), g(tf.constant(4))


@case
def partial_with_keyword():
    def power(x, n):
        return x**n

    cube = tf.function(functools.partial(power, n=3))
    return cube(tf.constant(2))


@case
def method_decorated_in_class():
    class Counter:
        def __init__(self, step):
            self.step = step

        @tf.function
        def advance(self, x):
            return x + self.step

    a, b = Counter(1), Counter(10)
    return a.advance(tf.constant(1)), b.advance(tf.constant(1)), a.advance(tf.constant(2))


@case
def class_and_static_methods():
    class Tools:
        base = 100

        @classmethod
        @tf.function
        def shifted(cls, x):
            return x + cls.base

        @staticmethod
        @tf.function
        def doubled(x):
            return x * 2

    return Tools.shifted(tf.constant(1)), Tools.doubled(tf.constant(2)), Tools().doubled(3)


@case
def callable_object():
    class Adder:
        def __init__(self, n):
            self.n = n

        def __call__(self, x):
            if x > 0:
                return x + self.n
            return x

    f = tf.function(Adder(5))
    return f(tf.constant(1)), f(tf.constant(-1))


@case
def method_called_from_function():
    class Layer:
        def __init__(self):
            self.w = tf.constant(2.0)

        def apply(self, x):
            if tf.reduce_sum(x) > 0:
                return self.w * x
            return -x

    layer = Layer()

    @tf.function
    def f(x):
        return layer.apply(x)

    return f(tf.constant([1.0, 2.0])), f(tf.constant([-1.0, -2.0]))


@case
def super_and_inheritance():
    class Base:
        def call(self, x):
            if x > 0:
                x = x * 2
            return x

    class Derived(Base):
        @tf.function
        def call(self, x):
            return super().call(x) + 1

    return Derived().call(tf.constant(3)), Derived().call(tf.constant(-3))


@case
def property_read_in_function():
    class Box:
        @property
        def twice(self):
            return self.x * 2

    box = Box()
    box.x = tf.constant(4)

    @tf.function
    def f():
        return box.twice

    return f()


@case
def stacked_decorators():
    def plus_one(function):
        @functools.wraps(function)
        def wrapper(*args):
            return function(*args) + 1

        return wrapper

    @tf.function
    @plus_one
    def f(x):
        if x > 0:
            x = x * 10
        return x

    return f(tf.constant(1)), f(tf.constant(-1))


@case
def function_inside_function():
    @tf.function
    def outer(x):
        def helper(y):
            if y > 2:
                return y * 2
            return y

        return helper(x) + helper(x + 1)

    return outer(tf.constant(2))


@case
def function_as_argument():
    @tf.function
    def apply(fn, x):
        return fn(x)

    return apply(lambda v: v + 1, tf.constant(1)), apply(tf.square, tf.constant(3))


@case
def run_functions_eagerly():
    seen = []

    @tf.function
    def f(x):
        seen.append(tf.executing_eagerly())
        return x

    tf.config.run_functions_eagerly(True)
    try:
        f(tf.constant(1))
        state = tf.config.functions_run_eagerly()
    finally:
        tf.config.run_functions_eagerly(False)
    f(tf.constant(1))
    return seen, state, tf.config.functions_run_eagerly()


@case
def autograph_false_with_python_condition():
    @tf.function(autograph=False)
    def f(x, flag):
        return x * 2 if flag else x

    return f(tf.constant(2), True), f(tf.constant(2), False)


@case(match="bool")
def do_not_convert_leaves_python_alone():
    @tf.autograph.experimental.do_not_convert
    def helper(x):
        if x > 0:
            return x
        return -x

    @tf.function
    def f(x):
        return helper(x)

    return f(tf.constant(1))


@case
def exception_while_tracing_leaves_nothing_behind():
    fail = [True]

    @tf.function
    def f(x):
        y = x + 1
        if fail[0]:
            raise KeyError("first")
        return y

    try:
        f(tf.constant(1))
    except KeyError as error:
        message = type(error).__name__
    fail[0] = False
    return message, f(tf.constant(1)), tf.executing_eagerly()


@case
def exception_type_is_kept():
    class Special(Exception):
        pass

    @tf.function
    def f(x):
        raise Special("mine")

    f(tf.constant(1))


@case
def symbolic_tensor_leaks():
    leaked = []

    @tf.function
    def f(x):
        leaked.append(x + 1)
        return x

    f(tf.constant(1))
    return leaked[0] + 1


@case
def symbolic_tensor_has_no_value():
    @tf.function
    def f(x):
        return x.numpy()

    return f(tf.constant(1))


@case
def int_of_symbolic_tensor():
    @tf.function
    def f(x):
        return int(x)

    return f(tf.constant(1.5))


@case
def numpy_call_on_symbolic_tensor():
    @tf.function
    def f(x):
        return np.sin(x)

    return f(tf.constant(1.5))


@case
def unhashable_python_argument():
    @tf.function
    def f(x, s):
        return x + len(s)

    return f(tf.constant(1), {1, 2})


@case
def variable_as_argument():
    f, runs = counting(lambda v: v + 1)
    a, b = tf.Variable(1.0), tf.Variable(2.0)
    return f(a), f(b), f(a), len(runs)


@case
def py_function_and_numpy_function():
    def slow(x):
        return x.numpy() + 1

    @tf.function
    def f(x):
        a = tf.py_function(slow, [x], tf.float32)
        b = tf.numpy_function(lambda v: v * 2, [x], tf.float32)
        return a, b

    return f(tf.constant(1.5))


@case
def eager_result_is_a_fresh_tensor():
    @tf.function
    def f(x):
        return x

    x = tf.constant([1.0])
    y = f(x)
    return y, y is x


@case
def map_fn_scan_fold():
    x = tf.constant([1, 2, 3])
    return (
        tf.map_fn(lambda v: v * v, x),
        tf.map_fn(lambda v: (v, -v), x, fn_output_signature=(tf.int32, tf.int32)),
        tf.scan(lambda a, v: a + v, x),
        tf.foldl(lambda a, v: a * 10 + v, x),
        tf.foldr(lambda a, v: a * 10 + v, x),
        tf.vectorized_map(lambda v: v + 1, x),
    )


@traced(3)
def several_lambdas_on_one_line(x):
    f, g = (lambda v: v + 1), (lambda v: v * 10 if v > 0 else v)
    return f(x), g(x)


@traced([3.0, 4.0])
def calls_into_the_library(x):
    return tf.norm(x), tf.math.reduce_std(x), tf.nn.softmax(x), tf.linalg.norm(x, 1)


@case
def tf_module_with_function():
    class Dense(tf.Module):
        def __init__(self, name=None):
            super().__init__(name=name)
            self.w = tf.Variable([[1.0], [2.0]], name="w")
            self.b = tf.Variable(0.5, name="b", trainable=False)

        @tf.function
        def __call__(self, x):
            return x @ self.w + self.b

    m = Dense(name="dense")
    return m(tf.constant([[1.0, 1.0]])), len(m.variables), len(m.trainable_variables), m.name


@case
def module_variables_in_nested_modules():
    class Leaf(tf.Module):
        def __init__(self, n):
            super().__init__()
            self.v = tf.Variable(float(n))

    class Tree(tf.Module):
        def __init__(self):
            super().__init__()
            self.leaves = [Leaf(1), Leaf(2)]
            self.by_name = {"z": Leaf(3)}
            self.own = tf.Variable(4.0)

    t = Tree()
    return sorted(float(v) for v in t.variables), len(t.submodules), t.name
