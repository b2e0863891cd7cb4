"""Statements, closures and other Python under AutoGraph."""

import contextlib

import numpy as np

from tests.conformance.case import case, raw, tf, traced


@traced(3)
def nested_function_with_condition_and_closure(x):
    limit = 2

    def clip(v):
        if v > limit:
            v = limit
        return v

    return clip(x), clip(x - 2)


@traced(3)
def subscript_assignment(x):
    d = {"a": 1}
    d["b"] = x
    items = [0, 0]
    items[1] = x
    return d, items


@traced(3, -3)
def subscript_assigned_in_branch(x):
    d = {"a": tf.constant(1)}
    if x > 0:
        d["a"] = x
    return d["a"]


@traced(3, -3)
def attribute_assigned_in_branch(x):
    class Box:
        pass

    box = Box()
    box.value = 0
    if x > 0:
        box.value = x * 2
    else:
        box.value = -x
    return box.value


@traced(3)
def tuple_and_dict_of_tensors(x):
    pair = (x, x + 1)
    table = dict(a=x, b=pair)
    return table["b"][1], pair[0]


@traced([10, 20, 30])
def tensor_element_assignment(x):
    x[0] = 5
    return x


@traced(([10, 20, 30], 1))
def index_by_tensor(x, i):
    return x[i], x[i:], x[:i], x[i - 1 : i + 1]


@traced(raw([10, 20, 30], 1))
def list_index_by_python(x, i):
    return x[i]


@traced(1)
def list_index_by_tensor(i):
    return [10, 20, 30][i]


@traced(3)
def try_except_python_error(x):
    try:
        raise ValueError("boom")
    except ValueError:
        x = x * 2
    return x


@traced(3)
def try_finally(x):
    log = []
    try:
        x = x + 1
    finally:
        log.append("done")
    return x, log


@traced(3)
def try_with_if_inside(x):
    try:
        if x > 2:
            x = x * 2
    except ValueError:
        x = -x
    else:
        x = x + 1
    return x


@traced(3, match="boom")
def raise_while_tracing(x):
    raise ValueError("boom")


@traced(3, match="boom")
def raise_in_tensor_branch(x):
    if x > 5:
        raise ValueError("boom")
    return x


@traced(3)
def with_statement(x):
    with contextlib.suppress(KeyError):
        x = x + 1
    with tf.name_scope("s"), tf.control_dependencies([]):
        if x > 0:
            x = x * 2
    return x


@traced(3)
def conditional_on_none_and_python_flags(x, y=None, flag=True):
    if y is None and flag:
        x = x + 1
    if not flag or y:
        x = x * 100
    return x


@traced(raw(True), raw(False))
def python_bool_not_and_or(a):
    return not a, a and 5, a or 7


@traced(3)
def and_or_with_python_left(x):
    return True and x > 2, False or x > 5, x if True and not False else 0


@traced(3)
def python_while_with_break_continue(x):
    i = 0
    while True:
        i += 1
        if i == 2:
            continue
        if i > 4:
            break
        x += i
    return x


@traced(3)
def loop_over_string_and_set(x):
    for c in "ab":
        x += len(c)
    for v in sorted({3, 1}):
        x = x * 10 + v
    return x


@traced(3)
def loop_over_dict_keys_and_values(x):
    d = {"a": 1, "b": 2}
    for k in d:
        x += d[k]
    for v in d.values():
        x *= v + 1
    return x


@traced(3)
def loop_over_numpy_array(x):
    for v in np.array([1, 2, 3], np.int32):
        x += v
    return x


@traced(3)
def generator_function_called(x):
    def numbers():
        for i in range(3):
            yield i

    total = x
    for i in numbers():
        total += i
    return total


@traced(3)
def iteration_of_nested_lists(x):
    total = 0
    for row in [[1, 2], [3]]:
        for v in row:
            total += v * x
    return total


@traced(3)
def class_defined_inside(x):
    class Local:
        def double(self, v):
            return v * 2

    return Local().double(x)


@traced(3)
def lambda_with_default(x):
    f = lambda v, k=2: v * k  # noqa: E731
    return f(x), f(x, 5)


@traced(3)
def default_argument_of_inner_function(x):
    def f(v, k=x):
        return v + k

    return f(1)


@traced(3)
def doc_string_and_pass(x):
    """A docstring."""
    pass
    return x


@traced(3)
def multiple_targets(x):
    a = b = x + 1
    c, d = a, b
    return a, b, c, d


@traced(3)
def annotated_assignment(x):
    y: int = 5
    z: tf.Tensor = x + y
    return z


@traced(3)
def comparison_of_shapes(x):
    if x.shape.rank == 0:
        return x + 1
    return x - 1


@traced(3)
def string_formatting(x):
    return "%d-%s" % (3, "a"), "{}".format(4), f"{5:03d}"


@traced(3)
def python_arithmetic_stays_python(x):
    n = 7 // 2 + 2**3 % 5
    return isinstance(n, int), x + n


@traced(3)
def math_module(x):
    import math

    return math.pi, math.floor(2.5), x * int(math.sqrt(16))


@traced(3)
def numpy_constants(x):
    return x + np.int32(4), np.arange(3) + 1, np.float32(1.5)


@traced(3, 30)
def return_of_nested_function_call(x):
    def inner(v):
        if v > 10:
            return v
        return inner_small(v)

    def inner_small(v):
        return v * 100

    return inner(x)


@traced(3)
def assert_on_python_value(x):
    assert isinstance(x, tf.Tensor), "never"
    return x


@traced(3)
def ellipsis_and_none_values(x):
    y = None
    return y, x, ... is Ellipsis


@traced(3)
def set_loop_options_outside_shape(n):
    i = tf.constant(0)
    total = tf.constant(0)
    while i < n:
        tf.autograph.experimental.set_loop_options(parallel_iterations=1)
        total += i
        i += 1
    return total


@traced(2)
def enumerate_over_range_and_lists(x):
    total = x
    for i, v in enumerate([5, 6, 7], start=1):
        total += i * v
    return total


@traced(2)
def zip_and_unpack(x):
    a, b = zip(*[(1, 2), (3, 4)])
    return a, b, x


@traced(2)
def dict_methods(x):
    d = {"a": x}
    d.update(b=2)
    return d.get("c", 5), sorted(d.keys()), "a" in d


@traced(2)
def slicing_of_python_list(x):
    items = [1, 2, 3, 4]
    return items[1:3], items[::-1], x


@traced(2)
def chained_method_calls(x):
    return "a-b".split("-")[0].upper(), x


@traced(2)
def conditional_import(x):
    from functools import reduce

    return reduce(lambda a, b: a + b, [x, 1, 2])


@traced(2)
def while_else(x):
    i = 0
    while i < 2:
        i += 1
    else:
        x += 100
    return x


@traced(2)
def global_constant_and_builtin_shadowing(x):
    max = 5  # noqa: A001
    return x + max


@case
def to_code_names():
    def f(x):
        if x > 0:
            return x
        return -x

    code = tf.autograph.to_code(f)
    return [part in code for part in ("def tf__f(x):", "ag__.if_stmt", "get_state", "fscope.ret")]


@case
def to_graph_runs():
    def f(x):
        if x > 0:
            x = x * 2
        return x

    converted = tf.autograph.to_graph(f)
    return converted(tf.constant(3)), converted(tf.constant(-3)), converted(5)


@case
def trace_prints():
    @tf.function
    def f(x):
        tf.autograph.trace("tracing", 5)
        return x

    f(tf.constant(1))
    f(tf.constant(2))


@case
def generator_as_traced_function():
    @tf.function
    def f(x):
        yield x

    return [v for v in f(tf.constant(1))]


@case(printed=False)
def async_function():
    @tf.function
    async def f(x):
        return x

    return type(f(tf.constant(1))).__name__


@case
def source_from_exec():
    namespace = {"tf": tf}
    exec("def f(x):\n    return x * 2\n", namespace)
    return tf.function(namespace["f"])(tf.constant(4))


@case
def if_without_source():
    namespace = {"tf": tf}
    exec("def f(x):\n    if x > 0:\n        return x\n    return -x\n", namespace)
    return tf.function(namespace["f"])(tf.constant(4))
