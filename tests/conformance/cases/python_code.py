"""Builtins, containers and names under AutoGraph."""

from tests.conformance.case import tf, traced

GLOBAL_COUNT = 0


@traced(3)
def builtin_abs_len_max_min_sum(x):
    return abs(-x), max(x, 5), min(x, 5), sum([x, x, 1])


@traced(3.7)
def builtin_int_float_of_tensor(x):
    return int(x), float(x)


@traced([3, 1, 2])
def builtin_len_of_tensor(x):
    return len(x)


@traced([3, 1, 2])
def builtin_sorted_of_tensor(x):
    return sorted(x)


@traced([True, False], [True, True])
def builtin_any_all_of_tensor(x):
    return any(x), all(x)


@traced(3)
def builtin_range_of_python(x):
    return [x * i for i in range(3)]


@traced(3)
def builtin_isinstance_and_type(x):
    return isinstance(x, tf.Tensor), isinstance(3, int), isinstance(x, (int, tf.Tensor))


@traced(3)
def builtin_map_filter_on_lists(x):
    return list(map(lambda v: v + x, [1, 2])), list(filter(lambda v: v > 1, [1, 2, 3]))


@traced([1, 2, 3])
def builtin_map_on_tensor(x):
    total = 0
    for v in map(lambda v: v * 2, x):
        total += v
    return total


@traced(3)
def builtin_next_iter(x):
    it = iter([1, 2])
    return x + next(it), next(it), next(it, 7)


@traced(3)
def builtin_print_while_tracing(x):
    print("tracing", x)
    return x


@traced(3)
def f_string_of_symbolic(x):
    return f"{x.dtype.name}-{x.shape}"


@traced(3)
def round_and_pow(x):
    return pow(x, 2), divmod(7, 2)


@traced(3)
def list_append_python_loop(x):
    items = []
    for i in range(3):
        items.append(x * i)
    return items


@traced(3)
def list_append_in_tensor_loop(n):
    items = []
    for i in tf.range(n):
        items.append(i)
    return items


@traced(3)
def list_pop_and_index(x):
    items = [x, x + 1, x + 2]
    last = items.pop()
    return last, items[0], items[-1], len(items)


@traced(3)
def list_and_dict_comprehensions(x):
    return (
        [x + i for i in range(2)],
        {str(i): x * i for i in range(2)},
        {i for i in range(2)} == {0, 1},
    )


@traced(3)
def nested_comprehension_with_condition(x):
    return [x + i * j for i in range(3) for j in range(3) if i < j]


@traced(3)
def star_unpacking(x):
    a, *rest = [x, x + 1, x + 2]
    first, (second, third) = 1, (x, 2)
    return a, rest, first, second, third


@traced(3)
def star_arguments(x):
    def f(*args, **kwargs):
        return args[0] + kwargs["k"]

    return f(*[x, 2], **{"k": 10})


@traced([1, 2])
def unpacking_a_symbolic_tensor(x):
    a, b = x
    return a + b


@traced(3)
def unpacking_unstack(x):
    a, b = tf.unstack(tf.stack([x, x * 2]))
    return a, b


@traced(3)
def augmented_assignments(x):
    x += 1
    x -= 2
    x *= 10
    x //= 3
    x **= 2
    x %= 7
    return x


@traced(6.0)
def augmented_division(x):
    x /= 4.0
    return x


@traced(3)
def delete_a_name(x):
    y = x + 1
    z = y
    del y
    return z


@traced(3, match="y")
def use_after_delete(x):
    y = x + 1
    del y
    return y


@traced(3, match="y")
def use_before_assignment(x):
    z = y + x  # noqa: F821
    y = 1
    return z


@traced(3, match="no_such_name")
def unknown_global(x):
    return x + no_such_name  # noqa: F821


@traced(3)
def global_statement(x):
    global GLOBAL_COUNT
    GLOBAL_COUNT = 5
    return x + GLOBAL_COUNT


@traced(3)
def nonlocal_in_nested_function(x):
    total = 0

    def add(y):
        nonlocal total
        total = total + y

    add(x)
    add(x)
    return total


@traced(3)
def closure_reads_latest(x):
    y = 1

    def read():
        return y

    y = x * 2
    return read()
