"""What can be traced: closures, methods, partials, modules; and what fails."""

import functools

import numpy as np

from tests.conformance.case import case, tf, traced


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
