"""Corners of AutoGraph: effects, nesting, hand-written control flow, errors."""

from tests.conformance.case import case, tf, traced


@traced([3, 1, 2])
def tensor_methods_in_loops(x):
    best = x[0]
    for v in x:
        best = tf.maximum(best, v)
    return best, tf.argmax(x)


@traced(3)
def prints_in_every_place(n):
    tf.print("before")
    for i in tf.range(n):
        tf.print("in loop", i)
        if i == 1:
            tf.print("in branch")
        else:
            tf.print("in else", i * 10)
    tf.print("after", n)
    return n


@traced(3)
def try_in_loop_and_loop_in_try(n):
    total = 0
    try:
        for i in tf.range(n):
            total += i
    finally:
        total += 100
    return total


@traced(3)
def with_in_loop(n):
    total = 0
    for i in tf.range(n):
        with tf.name_scope("inner"):
            total += i
    return total


@traced(3)
def comprehension_in_loop(n):
    total = 0
    for i in tf.range(n):
        total += sum([i * k for k in range(3)])
    return total


@traced(3)
def lambda_captures_loop_variable(n):
    total = 0
    for i in tf.range(n):
        f = lambda v: v + i  # noqa: E731, B023
        total += f(10)
    return total


@traced(3)
def loop_in_lambda_argument(n):
    def apply(f, v):
        return f(v)

    return apply(lambda v: v * 2 if v > 2 else v, n)


@traced(3)
def map_fn_with_condition(n):
    def f(v):
        if v % 2 == 0:
            return v
        return -v

    return tf.map_fn(f, tf.range(n))


@traced(3)
def while_loop_called_by_hand(n):
    return tf.while_loop(
        lambda i, x: i < n,
        lambda i, x: (i + 1, x + [1.0]),
        (0, tf.zeros([1])),
        maximum_iterations=2,
    )


@traced(3)
def cond_called_by_hand_with_structures(n):
    return tf.cond(n > 2, lambda: {"a": n, "b": (1, 2)}, lambda: {"a": -n, "b": (3, 4)})


@traced(3)
def cond_with_one_branch_none(n):
    return tf.cond(n > 2, lambda: None, lambda: None)


@traced(3)
def cond_of_different_structures(n):
    return tf.cond(n > 2, lambda: (n, n), lambda: n)


@traced(3)
def cond_of_different_dtypes(n):
    return tf.cond(n > 2, lambda: n, lambda: 1.5)


@traced(3)
def while_loop_of_changing_shape(n):
    return tf.while_loop(
        lambda i, x: i < n,
        lambda i, x: (i + 1, tf.concat([x, [1.0]], 0)),
        (0, tf.zeros([1])),
    )


@traced(3)
def while_loop_with_shape_invariants(n):
    return tf.while_loop(
        lambda i, x: i < n,
        lambda i, x: (i + 1, tf.concat([x, [1.0]], 0)),
        (0, tf.zeros([1])),
        shape_invariants=(tf.TensorShape([]), tf.TensorShape([None])),
    )


@traced(3)
def tensor_array_in_branch(n):
    ta = tf.TensorArray(tf.int32, size=0, dynamic_size=True)
    for i in tf.range(n):
        if i % 2 == 0:
            ta = ta.write(ta.size(), i)
    return ta.stack()


@traced(3)
def accumulating_by_concat_with_options(n):
    values = tf.zeros([0], tf.int32)
    for i in tf.range(n):
        tf.autograph.experimental.set_loop_options(
            shape_invariants=[(values, tf.TensorShape([None]))]
        )
        values = tf.concat([values, [i]], 0)
    return values


@case
def class_with_traced_methods_and_state():
    class Accumulator:
        def __init__(self):
            self.total = tf.Variable(0)
            self.calls = 0

        @tf.function
        def add(self, x):
            self.calls += 1
            if x > 0:
                self.total.assign_add(x)
            else:
                self.total.assign_sub(x)
            return self.total.read_value()

    a = Accumulator()
    return a.add(tf.constant(5)), a.add(tf.constant(-2)), a.calls, a.total


@case
def converted_call_of_builtin_and_library():
    @tf.function
    def f(x):
        return (
            list(map(abs, [-1, -2])),
            isinstance(x, tf.Tensor),
            callable(f),
            tuple(zip([1, 2], [3, 4])),
            dict(a=1),
            set([1]) == {1},
            "a,b".split(","),
            getattr(x, "dtype").name,
            hasattr(x, "shape"),
            divmod(7, 3),
            all([True, True]),
            any([False, True]),
            max([1, 5, 2]),
            sorted([3, 1]),
            round(2.6),
            str(3),
        )

    return f(tf.constant(1))


@case
def errors_name_the_users_line():
    @tf.function
    def f(x):
        y = x + 1
        return tf.matmul(y, y)

    try:
        f(tf.constant([1.0, 2.0]))
    except ValueError as error:
        text = str(error)
        return "in user code" in text, "return tf.matmul(y, y)" in text, "autograph_more.py" in text


@case
def runtime_errors_in_graphs():
    @tf.function
    def f(x, i):
        return tf.gather(x, i)

    kinds = []
    for run in (
        lambda: f(tf.constant([1, 2]), tf.constant(7)),
        lambda: tf.function(lambda a, b: a // b)(tf.constant(1), tf.constant(0)),
        lambda: tf.function(lambda a: tf.reshape(a, [4]))(tf.constant([1, 2])),
        lambda: tf.function(lambda a, n: tf.reshape(a, [n, 2]))(tf.range(3), tf.constant(5)),
        lambda: tf.function(lambda a: tf.ensure_shape(a, [3]))(tf.range(2)),
        lambda: tf.function(lambda a: tf.strings.to_number(a))(tf.constant("x")),
        lambda: tf.function(lambda a: a.undefined_attribute)(tf.constant(1)),
        lambda: tf.function(lambda a: a + "text")(tf.constant(1)),
        lambda: tf.function(lambda a: a + tf.constant(1.0))(tf.constant(1)),
        lambda: tf.function(lambda a: [][1])(tf.constant(1)),
    ):
        try:
            run()
            kinds.append(None)
        except Exception as error:  # noqa: BLE001
            kinds.append(type(error).__name__)
    return kinds


@case
def operator_overloads_of_user_classes():
    class Vector:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def __add__(self, other):
            return Vector(self.x + other.x, self.y + other.y)

        def __getitem__(self, i):
            return (self.x, self.y)[i]

        def __len__(self):
            return 2

    @tf.function
    def f(a, b):
        v = Vector(a, b) + Vector(1, 2)
        return v[0], v[1], len(v)

    return f(tf.constant(10), tf.constant(20))


@case
def generators_contexts_and_iterators_of_users():
    class Countdown:
        def __init__(self, n):
            self.n = n

        def __iter__(self):
            return self

        def __next__(self):
            if self.n == 0:
                raise StopIteration
            self.n -= 1
            return self.n

    @tf.function
    def f(x):
        for v in Countdown(3):
            x += v
        return x

    return f(tf.constant(0))
