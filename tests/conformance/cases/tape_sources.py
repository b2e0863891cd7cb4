"""Gradients by what a tape did not watch, and unusual targets and weights."""

from tests.conformance.case import case, tf


@case
def constants_beside_variables():
    x, y, z = tf.Variable(2.0), tf.Variable(2.0, trainable=False), tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        w = x * y + z * x
        u = tf.multiply(z, x)
        m = tf.matmul([[z]], [[x]])
    return [tape.gradient(target, [x, y, z]) for target in (w, u, m)]


@case
def constants_beside_variables_in_functions():
    x = tf.Variable(2.0)

    @tf.function
    def f(z):
        with tf.GradientTape() as tape:
            u = z * x
            v = u * z
        return tape.gradient(v, [u, z])

    return f(tf.constant(3.0))


@case
def captured_constants():
    c, x = tf.constant(5.0), tf.Variable(2.0)

    @tf.function
    def f():
        with tf.GradientTape() as tape:
            u = c * x
        return tape.gradient(u, [c, x])

    @tf.function
    def g():
        with tf.GradientTape() as tape:
            tape.watch(c)
            u = c * c
        return tape.gradient(u, c)

    return f(), g()


@case
def a_target_by_itself():
    c = tf.constant(5.0)
    with tf.GradientTape() as tape:
        pass
    return tape.gradient(c, c)


@case
def watched_between():
    x, c = tf.Variable(2.0), tf.constant(5.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * c
        tape.watch(c)
        z = y * 2.0
    return tape.gradient(z, c), tape.gradient(y, c), tape.gradient(y, y), tape.gradient(z, y)


@case
def not_recorded_while_stopped():
    x, c = tf.Variable(2.0), tf.constant(5.0)
    with tf.GradientTape() as tape:
        tape.watch(c)
        y = c * x
        with tape.stop_recording():
            k = y * 2.0
    return tape.gradient(k, [c, k, y])


@case
def branches_and_loops():
    @tf.function
    def branch(a, b):
        with tf.GradientTape() as tape:
            tape.watch(a)
            if b > 0:
                y = a * b
            else:
                y = a + b
        return tape.gradient(y, [a, b])

    @tf.function
    def loop(a, b):
        with tf.GradientTape() as tape:
            tape.watch(a)
            r = a
            for _ in tf.range(3):
                r = r * b
        return tape.gradient(r, [a, b])

    two, three = tf.constant(2.0), tf.constant(3.0)
    return branch(two, three), loop(two, three)


@case
def jacobians_by_unwatched():
    x, c = tf.Variable(2.0), tf.constant(5.0)
    with tf.GradientTape() as tape:
        y = x * tf.stack([c, c])
    return tape.jacobian(y, [c, x])


@case
def targets_of_python():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
    return tape.gradient(3.0, x)


@case
def tapes_that_never_recorded():
    x = tf.Variable(2.0)
    return tf.GradientTape().gradient(x, x)


@case
def weights_of_lists():
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y, z = x * x, x * 3.0
    return tape.gradient([y, z], x, output_gradients=[[1.0, 10.0], tf.ones([2])])


@case
def weights_with_none():
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y, z = x * x, x * 3.0
    return tape.gradient([y, z], x, output_gradients=[tf.ones([2]), None])


@case
def a_tape_entered_again():
    tape, x = tf.GradientTape(), tf.constant(2.0)
    with tape:
        tape.watch(x)
        y = x * x
    with tape:
        z = y * y
    return tape.gradient(z, x)


@case
def third_derivatives():
    x = tf.Variable(2.0)
    with tf.GradientTape() as a:
        with tf.GradientTape() as b:
            with tf.GradientTape() as c:
                y = tf.sin(x) * x**3
            first = c.gradient(y, x)
        second = b.gradient(first, x)
    return first, second, a.gradient(second, x)


@case
def calls_of_functions():
    x, c = tf.Variable(2.0), tf.constant(5.0)
    inner = tf.function(lambda a, b: a * b)
    with tf.GradientTape() as tape:
        y = inner(x, c)
    return tape.gradient(y, [x, c])
