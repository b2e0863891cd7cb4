"""Corners of AutoGraph: exits, names across constructs, loop state."""

import functools

from tests.conformance.case import raw, tf, traced


@traced((5, 3), (2, 9))
def loop_with_two_exits(n, limit):
    total = 0
    for i in tf.range(n):
        if i > limit:
            break
        if i % 2 == 0:
            continue
        total += i
    return total, i


@traced(6)
def break_out_of_both_loops(n):
    found_i, found_j = -1, -1
    done = False
    for i in tf.range(n):
        for j in tf.range(n):
            if i * j == 12:
                found_i, found_j = i, j
                done = True
                break
        if done:
            break
    return found_i, found_j


@traced(5)
def while_inside_for_inside_if(n):
    total = 0
    if n > 2:
        for i in tf.range(n):
            j = i
            while j > 0:
                total += j
                j -= 2
    else:
        total = -1
    return total


@traced(4, 0)
def zero_iterations(n):
    x = 10
    for i in tf.range(n):
        x += i
    return x


@traced(3)
def name_used_after_loop_only_bound_inside(n):
    for i in tf.range(n):
        z = i
    while n > 0:
        n -= 1
        w = z + n
    return w


@traced(3, match="undefined|'v'|initialized")
def name_bound_in_nested_branch_only(x):
    if x > 0:
        if x > 1:
            v = 1
    return v


@traced(3, -3)
def return_deep_inside_branches(x):
    if x > 0:
        if x > 2:
            return x * 100
        else:
            y = x
    else:
        y = -x
    return y + 1


@traced(3, -3)
def return_in_elif_chain(x):
    if x > 5:
        return "big"
    elif x > 0:
        return "small"
    else:
        return "none"


@traced(3, -3)
def code_after_return_in_both(x):
    if x > 0:
        return 1
    else:
        return 2
    return 3


@traced(2, -2)
def if_expression_calls_functions(x):
    def left():
        return x * 10

    def right():
        return x - 10

    return left() if x > 0 else right()


@traced(2, -2)
def branch_defines_function(x):
    if x > 0:
        sign = 1
    else:
        sign = -1
    scale = lambda v: v * sign  # noqa: E731
    return scale(x)


@traced(3)
def nonlocal_in_tensor_loop(n):
    total = 0

    def add(v):
        nonlocal total
        total += v

    for i in tf.range(n):
        add(i)
    return total


@traced(3)
def function_called_in_loop_with_condition(n):
    def step(v):
        if v % 2 == 0:
            return v + 1
        return v * 3

    x = n
    for _ in tf.range(n):
        x = step(x)
    return x


@traced(3)
def recursive_python_function_on_tensor(x):
    def power(v, n):
        return v if n == 1 else v * power(v, n - 1)

    return power(x, 3)


@traced(3)
def decorated_helper(x):
    def twice(function):
        @functools.wraps(function)
        def wrapped(v):
            return function(function(v))

        return wrapped

    @twice
    def bump(v):
        if v > 3:
            v += 10
        return v + 1

    return bump(x)


@traced((3, True), (3, False))
def boolean_tensor_operators(x, flag):
    a = flag and x > 2
    b = not flag or x < 2
    return a, b


@traced(3)
def chained_boolean_with_side_effects(x):
    def show(label, value):
        tf.print(label)
        return value

    if show("first", x > 5) and show("second", x > 1):
        return 1
    return 2


@traced(3, 8)
def or_short_circuits(x):
    def show(label, value):
        tf.print(label)
        return value

    if show("first", x > 5) or show("second", x > 1):
        r = 1
    else:
        r = 2
    return r


@traced(3)
def comparison_chain_with_tensors(x):
    a = 1 < x < 5
    b = 1 < x < 3 < 4
    return a, b


@traced(3)
def equality_with_none_and_identity(x):
    y = x
    return x is y, x is not None, (x == 3), (x != 3)


@traced([1, 2, 3])
def membership_in_tensor(x):
    return 2 in x


@traced([[1, 2], [3, 4]])
def nested_iteration_over_matrix(m):
    total = 0
    for row in m:
        for v in row:
            total = total * 10 + v
    return total


@traced([1.0, 2.0])
def unknown_iteration_value_after_loop(x):
    last = tf.constant(-1.0)
    for v in x:
        last = v
    return last


@traced(([1, 2, 3], 2))
def loop_state_of_several_kinds(x, n):
    count, total, values = 0, 0.0, tf.zeros([3], tf.int32)
    while count < n:
        total += 0.5
        values += x
        count += 1
    return count, total, values


@traced(3)
def tuple_state_is_swapped(n):
    a, b, c = 1, 2, 3
    for _ in tf.range(n):
        a, b, c = b, c, a
    return a, b, c


@traced(3)
def list_as_loop_state(n):
    state = [0, 1]
    for _ in tf.range(n):
        state = [state[1], state[0] + state[1]]
    return state


@traced(3)
def list_element_changed_in_loop(n):
    items = [tf.constant(0), tf.constant(1)]
    for i in tf.range(n):
        items[0] = items[0] + i
    return items


@traced(3, match="structure|same|nest")
def list_grows_as_loop_state(n):
    state = [0]
    for i in tf.range(n):
        state = [*state, i]
    return state


@traced(3)
def nested_dict_state(n):
    s = {"a": {"b": 0}, "c": 1}
    for i in tf.range(n):
        s = {"a": {"b": s["a"]["b"] + i}, "c": s["c"] * 2}
    return s


@traced(3)
def object_state_in_loop(n):
    class Point:
        def __init__(self):
            self.x, self.y = tf.constant(0), tf.constant(1)

        def step(self):
            self.x, self.y = self.y, self.x + self.y

    p = Point()
    for _ in tf.range(n):
        p.step()
    return p.x, p.y


@traced(3)
def object_attribute_as_loop_state(n):
    class Point:
        pass

    p = Point()
    p.x = tf.constant(0)
    for i in tf.range(n):
        p.x = p.x + i
    return p.x


@traced(5)
def while_with_compound_condition(n):
    i, total = 0, 0
    while i < n and total < 6:
        total += i
        i += 1
    return i, total


@traced(5)
def while_not(n):
    done = False
    i = 0
    while not done:
        i += 1
        done = i >= n
    return i


@traced(raw(5))
def python_loop_with_tensor_break(n):
    total = tf.constant(0)
    for i in range(n):
        if total > 3:
            break
        total += i
    return total


@traced(3)
def python_while_becomes_staged_by_value(n):
    i = 0
    while i < n:
        i = i + 1
    return i


@traced(raw(3))
def python_while_with_tensor_state(n):
    x = tf.constant(1)
    while n > 0:
        x = x * 2
        n -= 1
    return x
