"""`if`, `while`, `for`, `break`, `continue`, `return` and expressions that choose, on tensors."""

import numpy as np

from tests.conformance.case import case, raw, tf, traced


@traced(3, -3, 0)
def if_else_assigns(x):
    if x > 0:
        y = x * 2
    else:
        y = x - 1
    return y


@traced(3.0, -3.0)
def if_without_else(x):
    if x > 0:
        x = x * x
    return x


@traced(5, 0, -5)
def elif_chain(x):
    if x > 0:
        r = 1
    elif x < 0:
        r = -1
    else:
        r = 0
    return r


@traced((1, 1), (1, -1), (-1, 1), (-1, -1))
def nested_if(x, y):
    if x > 0:
        if y > 0:
            r = "both"
        else:
            r = "x"
    else:
        if y > 0:
            r = "y"
        else:
            r = "none"
    return r


@traced(3, -3)
def return_in_both_branches(x):
    if x > 0:
        return x * 10
    else:
        return x


@traced(3, -3)
def return_in_one_branch_then_fall_through(x):
    if x > 0:
        return x * 10
    return x - 1


@traced(3, -3, 30)
def several_early_returns(x):
    if x < 0:
        return -1
    if x > 10:
        return 100
    y = x * 2
    return y


@traced(3, match="return|None")
def return_in_one_branch_only(x):
    if x > 0:
        return x


@traced(raw(3), raw(-3))
def condition_on_python_value(x):
    if x > 0:
        return "positive"
    return "negative"


@traced(3, -3)
def pass_only_branches(x):
    if x > 0:
        pass
    else:
        pass
    return x


@traced(3, -3)
def both_branches_assign_several(x):
    a = 1
    b = 2
    if x > 0:
        a, b = b, a
    else:
        a = a + 10
    return a, b


@traced(3, match="'y' must also be initialized in the else branch")
def name_only_in_if(x):
    if x > 0:
        y = 1
    return y


@traced(3, match="'y' must also be initialized in the main branch")
def name_only_in_else(x):
    if x > 0:
        pass
    else:
        y = 1
    return y


@traced(3, match="'y' must also be initialized")
def name_in_one_branch_of_nested_if(x):
    if x > 0:
        if x > 1:
            y = 1
        else:
            y = 2
    else:
        if x > -1:
            y = 3
    return y


@traced(3, -3)
def name_in_one_branch_not_used_after(x):
    if x > 0:
        y = x * 2
        x = y
    return x


@traced(3, match="dtype|float|int")
def branches_of_different_dtype(x):
    if x > 0:
        y = tf.constant(1)
    else:
        y = tf.constant(1.5)
    return y


@traced(3, -3)
def branches_of_python_int_and_float(x):
    if x > 0:
        y = 1
    else:
        y = 2.5
    return y


@traced(3, -3)
def branches_of_different_shape(x):
    if x > 0:
        y = tf.zeros([2])
    else:
        y = tf.zeros([3])
    return y


@traced(3, match="structure|same")
def branches_of_different_structure(x):
    if x > 0:
        y = (1, 2)
    else:
        y = 1
    return y


@traced(3, match="None|structure|type")
def branch_with_none(x):
    y = None
    if x > 0:
        y = x
    return y


@traced(5, 0)
def while_counts_down(n):
    total = 0
    while n > 0:
        total += n
        n -= 1
    return total


@traced(10)
def while_with_break(n):
    i = 0
    while i < n:
        if i * i > 20:
            break
        i += 1
    return i


@traced(10)
def while_with_continue(n):
    i = 0
    total = 0
    while i < n:
        i += 1
        if i % 2 == 0:
            continue
        total += i
    return i, total


@traced(10)
def while_with_break_and_continue(n):
    i = 0
    total = 0
    while i < n:
        i += 1
        if i % 3 == 0:
            continue
        if i > 7:
            break
        total += i
    return i, total


@traced(6)
def while_true_with_break(n):
    i = 0
    while True:
        if i >= n:
            break
        i += 1
    return i


@traced(3)
def nested_while(n):
    total = 0
    i = 0
    while i < n:
        j = 0
        while j < i:
            total += j * i
            j += 1
        i += 1
    return total


@traced(4)
def nested_for_over_range(n):
    total = 0
    for i in tf.range(n):
        for j in tf.range(i):
            total += i * j
    return total


@traced(4)
def for_over_range_of_tensor(n):
    total = 0
    for i in range(n):
        total += i
    return total


@traced((2, 11, 3))
def for_over_range_with_step(start, stop, step):
    total = 0
    for i in range(start, stop, step):
        total += i
    return total


@traced((10, 0, -3))
def for_over_range_backwards(start, stop, step):
    total = 0
    for i in tf.range(start, stop, step):
        total = total * 10 + i
    return total


@traced(raw(4))
def for_over_python_range(n):
    total = tf.constant(0)
    for i in range(n):
        total += i
    return total


@traced([1, 2, 3], [])
def for_over_tensor_rows(x):
    total = tf.constant(0.0)
    for item in x:
        total += tf.cast(item, tf.float32)
    return total


@traced([[1, 2], [3, 4], [5, 6]])
def for_over_matrix_rows(x):
    total = tf.zeros([2], tf.int32)
    for row in x:
        total = total * 10 + row
    return total


@traced(([1, 2, 3], [10, 20, 30]))
def for_with_break_over_tensor(x, y):
    found = 0
    for item in x:
        if item == 2:
            found = item
            break
        found = -item
    return found, y


@traced([3, -1, 4, -1, 5])
def for_with_continue_over_tensor(x):
    total = 0
    for item in x:
        if item < 0:
            continue
        total += item
    return total


@traced([1, 2, 3], [4, 5, 6])
def break_in_inner_loop_only(x):
    total = 0
    for a in x:
        for b in x:
            if b > a:
                break
            total += b
    return total


@traced(3, match="return|loop")
def return_inside_tensor_loop(n):
    for i in tf.range(n):
        if i > 1:
            return i
    return -1


@traced(raw([3, 1, 2]))
def return_inside_python_loop(items):
    for item in items:
        if item == 1:
            return item * 10
    return -1


@traced(3)
def for_else_python(x):
    for i in range(3):
        x += i
    else:
        x *= 100
    return x


@traced(3)
def name_first_bound_in_loop(n):
    i = 0
    while i < n:
        y = i * 2
        i += 1
    return y


@traced(3)
def name_bound_in_loop_not_used_after(n):
    i = 0
    while i < n:
        y = i * 2
        i = i + 1 + y * 0
    return i


@traced(3)
def iteration_variable_after_loop(n):
    i = 0
    for i in tf.range(n):
        pass
    return i


@traced(3, match="dtype|int32|float32")
def loop_variable_changes_dtype(n):
    x = 1
    for _ in tf.range(n):
        x = x * 1.5
    return x


@traced(3, match="shape")
def loop_variable_changes_shape(n):
    x = tf.zeros([1])
    for _ in tf.range(n):
        x = tf.concat([x, [1.0]], 0)
    return x


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
