"""Nodes without results: what effects answer in graphs, and what may wait for them."""

from tests.conformance.case import case, tf


def reason(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return type(error).__name__


def answered(function):
    """The kind of operation that a function answers while it is traced; outside, its answer."""
    seen = []

    @tf.function(autograph=False)
    def call():
        result = function()
        seen.append((getattr(result, "type", None), getattr(result, "name", None)))
        return 0

    call()
    return seen[0], function()


@case
def effects_answer_operations():
    x, v = tf.constant(1.0), tf.Variable(1.0)
    return [
        answered(function)
        for function in (
            lambda: tf.print("a"), tf.no_op, tf.group, lambda: tf.group(tf.print("b")),
            lambda: tf.group(x), lambda: tf.group(v.assign(2.0), name="g"),
            lambda: tf.debugging.assert_rank(x, 0), lambda: tf.debugging.assert_rank_in(x, [0, 1]),
            lambda: tf.debugging.assert_rank_at_least(x, 0),
            lambda: tf.debugging.assert_type(x, tf.float32),
        )
    ]  # fmt: skip


@case
def operations_are_no_results_of_functions():
    x = tf.constant(1.0)
    return [
        reason(tf.function(function))
        for function in (
            lambda: tf.print("a"), lambda: tf.no_op(), lambda: [tf.group()],
            lambda: (x, tf.print("z")), lambda: tf.debugging.assert_equal(x, 1.0),
        )
    ]  # fmt: skip


@case
def branches_that_answer_operations():
    v = tf.Variable(1.0)

    def trace(yes, no):
        @tf.function
        def f(p):
            result = tf.cond(p, yes, no)
            return p if result is None else result

        return [reason(f, tf.constant(value)) for value in (True, False)]

    return [
        trace(lambda: tf.print("yes"), lambda: tf.no_op()),
        trace(lambda: tf.print("yes"), lambda: tf.print("no")),
        trace(lambda: None, lambda: None),
        trace(lambda: tf.group(v.assign(5.0)), lambda: tf.group(v.assign_add(1.0))),
        trace(lambda: v.assign(5.0), lambda: tf.no_op()),
    ], v


@case
def what_may_be_waited_for():
    x, v = tf.constant(1.0), tf.Variable(2.0)

    def wait(control):
        @tf.function
        def f():
            with tf.control_dependencies(control()):
                return tf.identity(1)

        return reason(f)

    return [
        wait(control)
        for control in (
            lambda: [tf.print("first"), tf.no_op(), tf.group(), tf.debugging.assert_rank(x, 0)],
            lambda: [None], lambda: None, lambda: [3, "a"], lambda: [v, [x]], lambda: [],
        )
    ]  # fmt: skip


@case
def loops_that_make_operations():
    @tf.function
    def f(n):
        for i in tf.range(n):
            op = tf.print("turn", i)  # noqa: F841
        if n > 1:
            y = tf.no_op()  # noqa: F841
        return n

    return f(tf.constant(2))


@case
def signs_that_are_known_while_tracing():
    checks = (tf.debugging.assert_positive, tf.debugging.assert_negative,
              tf.debugging.assert_non_negative, tf.debugging.assert_non_positive)  # fmt: skip

    def traced(check, value):
        ran = []

        @tf.function
        def f():
            check(value)
            ran.append(1)
            return 0

        return reason(f), len(ran)

    return [traced(check, [value]) for check in checks for value in (-1.0, 0.0, 1.0)]


@case
def tapes_that_never_recorded():
    x = tf.constant(3.0)
    tape, kept = tf.GradientTape(), tf.GradientTape(persistent=True)
    found = [reason(lambda: tape.gradient(x * x, x)), reason(lambda: kept.jacobian(x * x, x)),
             reason(tape.reset)]  # fmt: skip
    for _ in range(2):
        with tape:
            tape.watch(x)
            y = x * x
        found.append(tape.gradient(y, x))
    return found


@case
def layers_that_describe_themselves():
    class Named(tf.keras.layers.Layer):
        def __init__(me, units, **options):  # noqa: N805
            super().__init__(**options)
            me._units = units

        def get_config(me):  # noqa: N805
            return {**super().get_config(), "units": me._units}

    class Wider(Named):
        def __init__(self, width, **options):
            super().__init__(5, **options)
            self.width = width

        def get_config(self):
            return {**super().get_config(), "width": self.width}

    class Kept(tf.keras.layers.Layer):
        def __init__(this, units):  # noqa: N805
            super().__init__()
            this.units = units

    named, wider = Named(2, name="a"), Wider(4, name="b")
    again = Named.from_config(named.get_config())
    return (
        {k: v for k, v in named.get_config().items() if k != "dtype"}, again._units, again.name,
        {k: v for k, v in wider.get_config().items() if k != "dtype"},
        Kept(7).get_config()["units"],
    )  # fmt: skip


@case
def attributes_of_ones_own_on_tensors():
    @tf.function
    def f(x):
        y = x + 1
        y.label = 3
        return y * y.label

    return f(tf.constant(1))


@case
def records_of_one_column():
    lines = tf.constant(["1", "2"])
    dataset = tf.data.Dataset.from_tensor_slices(["1", "2"])
    read = tf.function(lambda x: tf.io.decode_csv(x, [[0]]))
    return (
        tf.io.decode_csv(lines, [[0]]), read(lines),
        list(dataset.map(lambda x: tf.io.decode_csv(x, [[0]])).as_numpy_iterator()),
    )  # fmt: skip
