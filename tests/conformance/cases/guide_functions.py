"""`tf.function` as people use it: tracing, retracing, side effects, pitfalls."""

import time

from tests.conformance.case import case, tf


@case
def prints_show_tracing():
    @tf.function
    def double(a):
        print("Tracing with", a)
        return a + a

    print(double(tf.constant(1)))
    print()
    print(double(tf.constant(1.1)))
    print()
    print(double(tf.constant("a")))
    print()
    print(double(tf.constant("b")))


@case
def concrete_function_of_a_string():
    @tf.function
    def double(a):
        return a + a

    c = double.get_concrete_function(tf.constant("a"))
    print(c(tf.constant("a")))
    print(c(a=tf.constant("b")))
    return double.get_concrete_function(tf.TensorSpec(shape=[], dtype=tf.string)) is not None


@case
def collatz_with_signature():
    @tf.function(input_signature=(tf.TensorSpec(shape=[None], dtype=tf.int32),))
    def next_collatz(x):
        print("Tracing with", x)
        return tf.where(x % 2 == 0, x // 2, 3 * x + 1)

    print(next_collatz(tf.constant([1, 2])))
    for wrong in (tf.constant([[1, 2], [3, 4]]), tf.constant([1.0, 2.0])):
        try:
            next_collatz(wrong)
        except TypeError as error:
            print(type(error).__name__)


@case
def unknown_dimensions():
    @tf.function(input_signature=(tf.TensorSpec(shape=[None], dtype=tf.int32),))
    def g(x):
        print("Tracing with", x)
        return x

    print(g(tf.constant([1, 2, 3])))
    print(g(tf.constant([1, 2, 3, 4, 5])))


@case
def python_or_tensor_arguments():
    def train_one_step():
        pass

    @tf.function
    def train(num_steps):
        print("Tracing with num_steps = ", num_steps)
        tf.print("Executing with num_steps = ", num_steps)
        for _ in tf.range(num_steps):
            train_one_step()

    train(num_steps=10)
    train(num_steps=20)
    train(num_steps=tf.constant(10))
    train(num_steps=tf.constant(20))


@case
def side_effects_in_python_and_graph():
    @tf.function
    def f(x):
        print("Traced with", x)
        tf.print("Executed with", x)

    f(1)
    f(1)
    f(2)


@case
def list_side_effects():
    external = []

    @tf.function
    def side_effect(x):
        print("Python side effect")
        external.append(x)

    side_effect(1)
    side_effect(1)
    side_effect(1)
    return len(external)


@case
def iterators_advance_once():
    @tf.function
    def consume_next(iterator, variable):
        variable.assign_add(next(iterator))
        tf.print("Value of variable:", variable)

    iterator = iter([1, 10, 100])
    variable = tf.Variable(0)
    for _ in range(3):
        consume_next(iterator, variable)


@case
def dataset_iterator_advances_each_time():
    @tf.function
    def good_consume_next(iterator):
        tf.print("Value:", next(iterator))

    ds = tf.data.Dataset.from_tensor_slices([10, 20, 30])
    iterator = iter(ds)
    good_consume_next(iterator)
    good_consume_next(iterator)
    good_consume_next(iterator)


@case
def closures_and_globals():
    my_global = 1

    class Box:
        n = 2

    @tf.function
    def f(x):
        return x * my_global + Box.n

    first = f(tf.constant(1))
    Box.n = 100
    return first, f(tf.constant(1)), f(tf.constant(1.0))


@case
def object_attributes_are_read_once():
    class SimpleModel(tf.Module):
        def __init__(self):
            super().__init__()
            self.bias = 0.0
            self.weight = tf.Variable(2.0)

    def evaluate(model, x):
        return model.weight * x + model.bias

    model = SimpleModel()
    traced = tf.function(evaluate)
    x = tf.constant(10.0)
    first = traced(model, x)
    model.bias = 5.0
    second = traced(model, x)
    model.weight.assign(3.0)
    return first, second, traced(model, x)


@case
def variable_per_function():
    class Count(tf.Module):
        def __init__(self):
            super().__init__()
            self.count = None

        @tf.function
        def __call__(self):
            if self.count is None:
                self.count = tf.Variable(0)
            return self.count.assign_add(1)

    c = Count()
    print(c())
    print(c())
    d = Count()
    print(d())


@case
def variables_of_several_functions():
    @tf.function
    def f(x, v):
        v.assign_add(x)
        return v.read_value()

    a, b = tf.Variable(1), tf.Variable(10)
    return f(1, a), f(1, b), f(2, a), f.experimental_get_tracing_count()


@case
def loops_are_unrolled_or_staged():
    def kinds(function, *args):
        graph = function.get_concrete_function(*args).graph
        return [
            op.type for op in graph.get_operations() if "While" in op.type or op.type == "AddV2"
        ]

    @tf.function
    def python_loop(x):
        for _ in range(3):
            x += 1
        return x

    @tf.function
    def tensor_loop(x):
        for _ in tf.range(3):
            x += 1
        return x

    spec = tf.TensorSpec([], tf.int32)
    return kinds(python_loop, spec), kinds(tensor_loop, spec)


@case
def accumulating_in_loops():
    @tf.function
    def rnn(inputs, state):
        inputs = tf.transpose(inputs, [1, 0, 2])
        length = inputs.shape[0]
        states = tf.TensorArray(tf.float32, size=length)
        for i in tf.range(length):
            state = 0.5 * state + inputs[i]
            states = states.write(i, state)
        return tf.transpose(states.stack(), [1, 0, 2])

    return rnn(tf.reshape(tf.range(12.0), [2, 3, 2]), tf.zeros([2, 2]))


@case
def recursive_functions_raise():
    @tf.function
    def recursive(n):
        if n > 0:
            return recursive(n - 1)
        else:
            return 1

    try:
        recursive(tf.constant(5))
    except Exception as error:  # noqa: BLE001
        return type(error).__name__


@case
def python_recursion_with_python_values():
    @tf.function
    def recursive(n):
        if n > 0:
            print("tracing")
            return recursive(n - 1)
        else:
            return 1

    return recursive(3)


@case
def leaked_tensors():
    x = None

    @tf.function
    def leaky(a):
        nonlocal x
        x = a + 1
        return a + 2

    correct = leaky(tf.constant(1))
    try:
        x.numpy()
    except AttributeError as error:
        print(type(error).__name__)
    try:
        leaky.python_function
        _ = x + 1
    except TypeError as error:
        print(type(error).__name__)
    return correct


@case
def executing_in_two_ways():
    x = tf.constant([[1, 0, 3], [3, 2, 1]])
    y = tf.constant([[2, 0, 3], [1, 2, 1]])

    @tf.function
    def mse(a, b):
        sq = tf.pow(a - b, 2)
        return tf.reduce_mean(sq)

    return mse(x, y), mse.python_function(x, y)


@case
def unused_results_do_not_fail():
    @tf.function
    def unused_return_graph(x):
        tf.gather(x, [1])
        return x

    return unused_return_graph(tf.constant([0.0]))


@case
def polymorphic_relu():
    @tf.function
    def my_relu(x):
        return tf.maximum(0.0, x)

    print(my_relu(tf.constant(5.5)))
    print(my_relu([1, -1]))
    print(my_relu(tf.constant([3.0, -3.0])))
    return my_relu.experimental_get_tracing_count()


@case
def graph_text():
    @tf.function
    def simple_relu(x):
        if tf.greater(x, 0):
            return x
        else:
            return 0

    code = tf.autograph.to_code(simple_relu.python_function)
    return "ag__.if_stmt" in code, simple_relu(tf.constant(1)), simple_relu(tf.constant(-1))


@case
def argument_structures_and_keys():
    @tf.function
    def f(d, *rest, flag=False, **more):
        total = d["x"] + sum(rest)
        if flag:
            total = -total
        for key in sorted(more):
            total += more[key]
        return total

    one = tf.constant(1)
    return (
        f({"x": one}),
        f({"x": one}, 2, 3),
        f({"x": one}, one, flag=True),
        f({"x": one}, b=one, a=5),
        f.experimental_get_tracing_count(),
    )


@case
def conditionals_on_python_and_tensor_values():
    @tf.function
    def fizz(n):
        if n % 3 == 0:
            tf.print("fizz", n)
        elif n % 5 == 0:
            tf.print("buzz", n)
        else:
            tf.print(n)

    for i in (3, 4, 5):
        fizz(i)
        fizz(tf.constant(i))


@case
def assertions_in_functions():
    @tf.function
    def f(x):
        tf.debugging.assert_greater(x, 0, message="too small")
        tf.debugging.assert_shapes([(x, ())])
        tf.Assert(x < 10, [x])
        return x

    results = []
    for value in (5, -1, 20):
        try:
            results.append(int(f(tf.constant(value))))
        except tf.errors.InvalidArgumentError as error:
            results.append(type(error).__name__)
    return results


@case
def check_numerics():
    @tf.function
    def f(x):
        return tf.debugging.check_numerics(tf.math.log(x), "bad log")

    try:
        f(tf.constant(-1.0))
    except Exception as error:  # noqa: BLE001
        return type(error).__name__, "bad log" in str(error)


@case
def timing_in_functions_is_python():
    @tf.function
    def f(x):
        start = time.time()
        return x + tf.constant(start, tf.float64) * 0

    return f(tf.constant(1.0, tf.float64)) == f(tf.constant(1.0, tf.float64))


@case
def default_values_and_none():
    @tf.function
    def f(x, y=None, z=2):
        if y is None:
            return x * z
        return x * y * z

    one = tf.constant(3)
    return f(one), f(one, one), f(one, z=5), f(one, None, tf.constant(4))


@case
def dataclass_arguments():
    import dataclasses

    @dataclasses.dataclass(frozen=True)
    class Config:
        scale: int = 2

    @tf.function
    def f(x, config):
        return x * config.scale

    return (
        f(tf.constant(3), Config()),
        f(tf.constant(3), Config(5)),
        f.experimental_get_tracing_count(),
    )


@case
def enum_and_string_arguments():
    import enum

    class Mode(enum.Enum):
        A = 1
        B = 2

    @tf.function
    def f(x, mode, name="n"):
        if mode == Mode.A:
            return x
        return -x

    one = tf.constant(1)
    return f(one, Mode.A), f(one, Mode.B), f(one, Mode.A, "m"), f.experimental_get_tracing_count()
