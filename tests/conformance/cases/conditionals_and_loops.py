"""`if`, `while`, `for`, `break`, `continue` and `return` on tensors."""

from tests.conformance.case import raw, tf, traced


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
