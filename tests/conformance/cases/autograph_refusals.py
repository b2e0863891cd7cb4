"""What TensorFlow refuses under AutoGraph, and what it lets pass right beside it."""

from tests.conformance.case import case, raw, tf, traced


def over_all_kinds(function):
    """The function over a list, a tensor and a dataset: what each answers or raises."""
    values = [2, 4, 5]
    kinds = (
        values, tf.constant(values), tf.data.Dataset.from_tensor_slices(values),
        iter(tf.data.Dataset.from_tensor_slices(values)),
    )  # fmt: skip
    return [outcome(tf.function(function), kind) for kind in kinds]


def outcome(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return type(error).__name__


@case
def return_in_loops_of_all_kinds():
    def first(values):
        for value in values:
            return value
        return 0

    def first_even(values):
        for value in values:
            if value % 2 == 0:
                return value
        return 0

    def first_or_minus(values):
        for value in values:
            if value % 2 == 0:
                return value
            else:  # noqa: RET505
                return -value

    return [over_all_kinds(one) for one in (first, first_even, first_or_minus)]


@case
def first_values_in_loops_of_all_kinds():
    def bound_in_loop(values):
        for value in values:
            last = value * 2
        return last

    def bound_before_break(values):
        for value in values:
            last = value * 2
            if value > 2:
                break
        return last

    def bound_in_both_branches(values):
        for value in values:
            last = value if value > 2 else -value
            if value > 2:
                best = value
            else:
                best = -value
        return last + best

    def bound_in_one_branch(values):
        for value in values:
            if value > 2:
                best = value
        return best

    def target_after_loop(values):
        for value in values:  # noqa: B007
            pass
        return value

    def starts_as_none(values):
        last = None
        for value in values:
            last = value
        return last

    programs = (
        bound_in_loop, bound_before_break, bound_in_both_branches, bound_in_one_branch,
        target_after_loop, starts_as_none,
    )  # fmt: skip
    return [over_all_kinds(one) for one in programs]


@case
def changes_in_loops_of_all_kinds():
    def dtype(values):
        n = tf.constant(0)
        for _ in values:
            n = tf.constant(0.0)
        return n

    def dtype_and_break(values):
        n = tf.constant(0)
        for _ in values:
            n = tf.constant(0.0)
            break
        return n

    def shape(values):
        n = tf.constant([1])
        for _ in values:
            n = tf.constant([1, 1])
        return n

    def structure(values):
        n = [tf.constant(0)]
        for _ in values:
            n = n + [tf.constant(0)]
        return n

    def none_after(values):
        n = tf.constant(1)
        for _ in values:
            n = None
        return n

    programs = (dtype, dtype_and_break, shape, structure, none_after)
    return [over_all_kinds(one) for one in programs]


@case(match="must be defined before the loop")
def dataset_loop_needs_values_before_it():
    @tf.function
    def last_of(dataset):
        for value in dataset:
            last = value * 2
        return last

    return last_of(tf.data.Dataset.range(3))


@case(match="expected bool")
def ternary_on_a_number():
    @tf.function
    def f(x):
        return 1 if x else 2

    return f(tf.constant(3))


@traced(True, [True], [True, False], "a", 1.0, 0)
def conditions_of_every_dtype(c):
    return c and tf.constant(True)


@case
def hand_written_conditions_of_every_kind():
    def choose(make):
        def f(x):
            return tf.cond(make(x), lambda: 1, lambda: 2)

        return outcome(tf.function(f), tf.constant(1))

    return [
        choose(make)
        for make in (
            lambda x: x > 0, lambda x: x, lambda x: tf.cast(x, tf.float32), lambda x: True,
            lambda x: 1, lambda x: "a", lambda x: [True], lambda x: None, lambda x: [x > 0],
        )
    ]  # fmt: skip


@case
def branches_of_every_structure():
    def choose(one, other):
        def f(x):
            return tf.cond(x > 0, lambda: one, lambda: other)

        return outcome(tf.function(f), tf.constant(1))

    pairs = [
        ((1, 2), 1), ([1, 2], [1, 2, 3]), ([1, 2], (1, 2)), ({"a": 1}, {"b": 1}),
        ({"a": 1}, {"a": 1, "b": 2}), (1, 1.0), (None, None), (None, 1), (1, None),
        ([1, None], [2, None]), ([1, None], [None, 1]), ("a", "b"), ("a", 1), ([], []), ((), None),
        ([[1], 2], [3, [4]]), ([1], [[1]]), (True, False), (object(), 1),
    ]  # fmt: skip
    return [choose(one, other) for one, other in pairs]


@case
def hand_written_loops_of_every_kind():
    def loop(test, body, start, **options):
        def f(x):
            return tf.while_loop(test, body, start, **options)

        return outcome(tf.function(f), tf.constant(1))

    return [
        loop(lambda i: i < 3, lambda i: i + 1, [0]),
        loop(lambda i: i < 3, lambda i: (i + 1,), (0,)),
        loop(lambda i, j: i < 3, lambda i, j: (i + 1, j * 2), (0, 1)),
        loop(lambda i, j: i < 3, lambda i, j: i + 1, (0, 1)),
        loop(lambda i, j: i < 3, lambda i, j: (i + 1, j, j), (0, 1)),
        loop(lambda i: i < 3, lambda i: [tf.cast(i, tf.float32)], [0]),
        loop(lambda i: i, lambda i: [i - 1], [3]),
        loop(lambda i: i < 3, lambda i: None, [0]),
        loop(lambda i: i < 3, lambda i: [i + 1], [None]),
        loop(lambda d: d["a"] < 3, lambda d: [{"a": d["a"] + 1}], [{"a": 0}]),
        loop(lambda d: d["a"] < 3, lambda d: {"a": d["a"] + 1}, [{"a": 0}]),
        loop(lambda i: i < 3, lambda i: [i + 1], 0),
        loop(lambda i: i < 3, lambda i: [i + 1], [0], parallel_iterations=0),
        loop(lambda i: True, lambda i: [i - 1], [3], maximum_iterations=2),
        loop(1, lambda i: i, [0]),
    ]


@case
def case_and_switch_case_refuse():
    def one(make):
        return outcome(tf.function(make), tf.constant(1))

    return [
        one(lambda x: tf.case([(x > 5, lambda: 1), (x > 2, lambda: 2)], default=lambda: 3)),
        one(lambda x: tf.case([(x > 5, lambda: 1), (x > 2, lambda: 2)])),
        one(lambda x: tf.case([])),
        one(lambda x: tf.case([(x, lambda: 1)], lambda: 2)),
        one(lambda x: tf.case([(True, lambda: 1)], lambda: 2)),
        one(lambda x: tf.switch_case(x, [lambda: 1, lambda: 2])),
        one(lambda x: tf.switch_case(x, [lambda: 1, lambda: (1, 2)])),
        one(lambda x: tf.switch_case(x, [lambda: 1, lambda: 2.0])),
        one(lambda x: tf.switch_case(tf.cast(x, tf.float32), [lambda: 1])),
        one(lambda x: tf.switch_case(tf.cast(x, tf.int64), [lambda: 1, lambda: 2])),
        one(lambda x: tf.switch_case(x, [])),
        one(lambda x: tf.switch_case(x, {0: lambda: 1, 2: lambda: 2})),
        outcome(tf.switch_case, 1, [lambda: 1]),
    ]


@case
def array_written_in_a_loop_and_thrown_away():
    @tf.function
    def f(n):
        array = tf.TensorArray(tf.int32, size=3)
        for i in tf.range(n):
            array.write(i, i * i)
        return array.stack()

    return f(tf.constant(3))


@traced(raw(3))
def python_range_is_a_sequence(n):
    return range(n)


@case
def stop_iteration_leaves_a_function():
    @tf.function
    def f(x):
        return next(iter([]))

    return f(tf.constant(1))


@case
def builtins_on_datasets():
    numbers = tf.data.Dataset.range(3)

    def of(function, dataset):
        return outcome(tf.function(function), dataset)

    def sum_of_abs(dataset):
        return abs(dataset).reduce(tf.constant(0, tf.int64), lambda total, x: total + x)

    def any_of(dataset):
        return any(dataset)

    def all_of(dataset):
        return all(dataset)

    def length(dataset):
        return len(dataset)

    return [
        of(any_of, numbers),
        of(all_of, numbers),
        of(any_of, numbers.map(lambda x: x > 1)),
        of(all_of, numbers.map(lambda x: x > 1)),
        of(all_of, numbers.map(lambda x: x > -1)),
        of(sum_of_abs, numbers.map(lambda x: -x)),
        of(length, numbers),
        of(length, numbers.filter(lambda x: x > 0)),
        of(length, numbers.repeat()),
    ]


@case
def loop_options_must_come_first():
    def late(n):
        total = 0
        for i in tf.range(n):
            total += i
            tf.autograph.experimental.set_loop_options(maximum_iterations=2)
        return total

    def first(n):
        total = 0
        for i in tf.range(n):
            tf.autograph.experimental.set_loop_options(maximum_iterations=2)
            total += i
        return total

    return outcome(tf.function(late), tf.constant(5)), outcome(tf.function(first), tf.constant(5))
