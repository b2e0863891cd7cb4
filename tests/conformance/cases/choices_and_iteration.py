"""Invariants of loops, expressions that choose, what can be iterated."""

import numpy as np

from tests.conformance.case import case, tf, traced


@traced(3)
def loop_variable_shape_by_invariant(n):
    x = tf.zeros([1])
    for i in tf.range(n):
        tf.autograph.experimental.set_loop_options(shape_invariants=[(x, tf.TensorShape([None]))])
        x = tf.concat([x, [tf.cast(i, tf.float32)]], 0)
    return x


@traced(100)
def loop_with_maximum_iterations(n):
    i = 0
    while i < n:
        tf.autograph.experimental.set_loop_options(maximum_iterations=7)
        i += 1
    return i


@traced(3)
def loop_variable_starts_as_none(n):
    x = None
    for i in tf.range(n):
        x = i
    return x


@traced(([1, 2, 3], 2), ([], 2))
def accumulates_in_tensor_array(x, k):
    ta = tf.TensorArray(tf.int32, size=0, dynamic_size=True)
    for i in tf.range(tf.size(x)):
        ta = ta.write(i, i * k)
    return ta.stack()


@traced(5)
def collatz_steps(n):
    steps = 0
    while n != 1:
        if n % 2 == 0:
            n = n // 2
        else:
            n = 3 * n + 1
        steps += 1
    return steps


@traced(9)
def fibonacci(n):
    a, b = 0, 1
    for _ in tf.range(n):
        a, b = b, a + b
    return a


@traced([1.0, 2.0, 3.0])
def tanh_until_small(x):
    while tf.reduce_sum(x) > 1:
        tf.print(x)
        x = tf.tanh(x)
    return x


@traced(20)
def fizzbuzz(n):
    count = 0
    for i in tf.range(n):
        if i % 15 == 0:
            tf.print("FizzBuzz")
        elif i % 3 == 0:
            tf.print("Fizz")
        elif i % 5 == 0:
            tf.print("Buzz")
        else:
            tf.print(i)
        count += 1
    return count


@traced(2, -2)
def ternary_on_tensor(x):
    return x * 10 if x > 0 else -x


@traced(2, -2)
def nested_ternary(x):
    return "big" if x > 1 else ("small" if x > 0 else "negative")


@traced((1, 2), (1, -2), (-1, -2))
def and_or_on_tensors(x, y):
    both = x > 0 and y > 0
    either = x > 0 or y > 0
    return both, either, not x > 0


@traced(1, -1)
def and_short_circuits_on_tensor(x):
    def show():
        tf.print("evaluated")
        return tf.constant(True)

    return x > 0 and show()


@traced(5, 15, 25)
def chained_comparison(x):
    if 0 < x <= 10:
        return "low"
    elif 10 < x < 20:
        return "middle"
    return "high"


@traced((1, 1), (1, 2))
def equality_of_tensors(x, y):
    if x == y:
        r = 1
    else:
        r = 0
    return r, x != y


@traced(2)
def is_and_is_not(x):
    y = None
    a = 1 if y is None else 2
    b = 1 if x is not None else 2
    return a, b


@traced(2)
def in_python_list(x):
    return 2 in [1, 2], 3 not in (1, 2), x


@traced(True, False)
def condition_is_a_bool_tensor(flag):
    if flag:
        return 1
    return 2


@traced(1, match="bool")
def condition_is_an_int_tensor(x):
    if x:
        return 1
    return 2


@traced([True, False], match="shape|rank|scalar|[Bb]ool")
def condition_is_a_vector(x):
    if x:
        return 1
    return 2


@traced(3)
def assert_that_holds(x):
    assert x > 0, "must be positive"
    return x


@traced(-3, match="must be positive")
def assert_that_fails(x):
    assert x > 0, "must be positive"
    return x


@traced(3)
def loop_over_list_of_tensors(x):
    total = tf.constant(0)
    for item in [x, x + 1, x + 2]:
        if item > 3:
            total += item
    return total


@traced(3)
def loop_over_zip_enumerate_reversed(x):
    total = x
    for i, (a, b) in enumerate(zip([1, 2], [3, 4])):
        total += i * a * b
    for c in reversed([5, 6]):
        total = total * 2 + c
    return total


@traced([1, 2, 3])
def enumerate_of_tensor(x):
    total = 0
    for i, item in enumerate(x):
        total += i * item
    return total


@traced(([1, 2, 3], [4, 5, 6]))
def zip_of_tensors(x, y):
    total = 0
    for a, b in zip(x, y):
        total += a * b
    return total


@traced(3)
def loop_over_dict(x):
    total = x
    for key, value in {"a": 1, "b": 2}.items():
        total += value * len(key)
    return total


@traced(2)
def while_on_python_value(x):
    i = 0
    while i < 3:
        x *= 2
        i += 1
    return x


@traced(4)
def python_counter_becomes_tensor(n):
    i = 0
    while tf.less(i, n):
        i += 1
    return i


@traced(3)
def walrus_in_condition(x):
    if (y := x + 1) > 3:
        return y
    return y * 100


@case
def while_loop_on_numpy_values():
    @tf.function
    def f(n):
        i = np.int32(0)
        while i < n:
            i += np.int32(1)
        return i

    return f(tf.constant(4))


@case
def hand_written_cond():
    @tf.function
    def f(x):
        return tf.cond(x > 0, lambda: x * x, lambda: x)

    return f(tf.constant(3)), f(tf.constant(-3)), tf.cond(True, lambda: 1, lambda: 2)


@case
def hand_written_while_loop():
    @tf.function
    def f(n):
        return tf.while_loop(lambda i, s: i < n, lambda i, s: (i + 1, s + i), (0, 0))

    return f(tf.constant(5)), tf.while_loop(lambda i: i < 3, lambda i: [i + 1], [0])


@case
def switch_case_and_case():
    @tf.function
    def f(i):
        return tf.switch_case(i, [lambda: 10, lambda: 20, lambda: 30])

    @tf.function
    def g(x):
        return tf.case([(x < 0, lambda: -1), (x > 0, lambda: 1)], default=lambda: 0)

    return [f(tf.constant(i)) for i in (0, 1, 2, 7, -1)], [g(tf.constant(i)) for i in (-5, 0, 5)]


@case(match="boolean|bool")
def python_bool_of_symbolic_tensor():
    @tf.function(autograph=False)
    def f(x):
        return 1 if x > 0 else 2

    return f(tf.constant(1))


@case(match="[Ii]terating")
def iterating_a_symbolic_tensor_without_autograph():
    @tf.function(autograph=False)
    def f(x):
        return [i for i in x]

    return f(tf.constant([1, 2]))


@case
def loop_over_iterator():
    @tf.function
    def f(x):
        for i in iter([1, 2, 3]):
            x += i
        return x

    return f(tf.constant(0))


@case
def loop_over_generator_expression():
    @tf.function
    def f(x):
        return sum(x * i for i in range(4)), [x + i for i in (1, 2)], {k: x for k in "ab"}

    return f(tf.constant(2))


@traced(4)
def variable_of_loop_is_reused(n):
    x = 0
    for x in tf.range(n):
        x = x * 10
    return x


@traced((3, True), (3, False))
def loop_inside_branch(n, flag):
    total = 0
    if flag:
        for i in tf.range(n):
            total += i
    else:
        while total < 100:
            total += n
    return total


@traced(5)
def branch_inside_loop_keeps_both(n):
    small, big = 0, 0
    for i in tf.range(n):
        if i < 2:
            small += 1
        else:
            big += i
    return small, big


@traced(3)
def loop_of_tuple_state(n):
    state = (0, 1.0)
    for _ in tf.range(n):
        a, b = state
        state = (a + 1, b * 2.0)
    return state


@traced(3)
def loop_of_dict_state(n):
    state = {"count": 0, "scale": 1.0}
    for _ in tf.range(n):
        state["count"] += 1
        state["scale"] *= 2.0
    return state


@traced(3)
def attribute_as_loop_state(n):
    class Box:
        pass

    box = Box()
    box.value = tf.constant(0)
    i = 0
    while i < n:
        box.value += i
        i += 1
    return box.value
