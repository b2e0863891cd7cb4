"""Gradient tapes and derivatives through control flow."""

from tests.conformance.case import case, tf


def gradient(function, *values):
    """The gradients of a function at values, by tape."""
    xs = [tf.constant(value) for value in values]
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = function(*xs)
    return tape.gradient(y, xs)


@case
def variable_is_watched():
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = v * v
    return tape.gradient(y, v)


@case
def constant_is_not_watched():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x)


@case
def watched_constant():
    return gradient(lambda x: x * x * x, 2.0)


@case
def several_sources_and_structures():
    a, b = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = a * a * b
    return tape.gradient(y, {"a": a, "rest": [b]})


@case
def several_targets_are_summed():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y, z = x * x, 3.0 * x
    return tape.gradient([y, z], x)


@case
def vector_target_is_summed():
    return gradient(lambda x: x * [1.0, 2.0, 3.0], [1.0, 1.0, 1.0])


@case
def output_gradients():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x, output_gradients=tf.constant([10.0, 100.0]))


@case
def persistent_tape():
    x = tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        z = y * y
    return tape.gradient(y, x), tape.gradient(z, x), tape.gradient(z, y)


@case(match="persistent|once|non-persistent")
def tape_used_twice():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    return tape.gradient(y, x)


@case
def nested_tapes():
    x = tf.Variable(2.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = x**3
        first = inner.gradient(y, x)
    return first, outer.gradient(first, x)


@case
def third_derivative():
    x = tf.Variable(2.0)
    with tf.GradientTape() as t3:
        with tf.GradientTape() as t2:
            with tf.GradientTape() as t1:
                y = x**4
            d1 = t1.gradient(y, x)
        d2 = t2.gradient(d1, x)
    return t3.gradient(d2, x)


@case
def unconnected_is_none_or_zero():
    x, y = tf.Variable(2.0), tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        z = x * x
    return (
        tape.gradient(z, y),
        tape.gradient(z, y, unconnected_gradients=tf.UnconnectedGradients.ZERO),
        tape.gradient(z, [x, y]),
    )


@case
def watch_accessed_variables_false():
    a, b = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(a)
        y = a * b
    return tape.gradient(y, [a, b])


@case
def untrainable_variables_are_not_watched():
    a, b = tf.Variable(2.0, trainable=False), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = a * b
    return tape.gradient(y, [a, b]), [v.numpy() for v in tape.watched_variables()]


@case
def stop_recording_and_reset():
    x = tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        with tape.stop_recording():
            z = x * x * x
    with tf.GradientTape() as other:
        x * 5.0
        other.reset()
        w = x * 7.0
    return tape.gradient(y, x), tape.gradient(z, x), other.gradient(w, x)


@case
def stop_gradient():
    return gradient(lambda x: x * tf.stop_gradient(x), 3.0)


@case
def int_target_has_no_gradient():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.cast(tf.cast(x, tf.int32), tf.float32) * x
    return tape.gradient(y, x)


@case
def int_variable_has_no_gradient():
    x = tf.Variable(3)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x)


@case
def gradient_after_assign():
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        x.assign_add(1.0)
        y = x * x
    return tape.gradient(y, x)


@case
def through_functions():
    @tf.function
    def f(x):
        return tf.sin(x) * x

    return gradient(f, 1.0), gradient(lambda x: f(f(x)), 0.5)


@case
def tape_inside_function():
    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x**3
        return tape.gradient(y, x)

    return f(tf.constant(2.0)), gradient(f, 2.0)


@case
def tf_gradients_in_graph():
    @tf.function
    def f(x, y):
        return tf.gradients(x * x * y, [x, y])

    return f(tf.constant(2.0), tf.constant(3.0))


@case
def through_if():
    @tf.function
    def f(x):
        if x > 1.0:
            y = x * x
        else:
            y = 3.0 * x
        return y

    return gradient(f, 2.0), gradient(f, 0.5)


@case
def through_cond_with_captured_variable():
    v = tf.Variable(3.0)

    @tf.function
    def f(x):
        if x > 0:
            return v * v * x
        return v * x

    result = []
    for value in (2.0, -2.0):
        with tf.GradientTape() as tape:
            y = f(tf.constant(value))
        result.append(tape.gradient(y, v))
    return result


@case
def through_while():
    @tf.function
    def f(x):
        i, y = 0, x
        while i < tf.constant(4):
            y = y * x
            i += 1
        return y

    return gradient(f, 2.0)


@case
def through_while_of_data_dependent_length():
    @tf.function
    def f(x):
        while tf.reduce_sum(x) < 100.0:
            x = x * x
        return x

    return gradient(f, [2.0, 3.0])


@case
def through_loop_with_condition():
    @tf.function
    def f(x):
        y = x
        for i in tf.range(5):
            if i % 2 == 0:
                y = y * x
            else:
                y = y + x
        return y

    return gradient(f, 1.5)


@case
def through_nested_loops():
    @tf.function
    def f(x):
        y = x
        for i in tf.range(3):
            for _ in tf.range(i):
                y = tf.sin(y) * x
        return y

    return gradient(f, 0.7)


@case
def second_derivative_through_while():
    @tf.function
    def f(x):
        y = x
        for _ in tf.range(3):
            y = y * x
        return y

    x = tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        first = inner.gradient(y, x)
    return y, first, outer.gradient(first, x)


@case
def through_loop_over_rows_and_tensor_array():
    @tf.function
    def f(x):
        ta = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
        i = 0
        for row in x:
            ta = ta.write(i, tf.reduce_sum(row * row))
            i += 1
        return ta.stack()

    return gradient(f, [[1.0, 2.0], [3.0, 4.0]])


@case
def through_loop_with_variable():
    w = tf.Variable(1.5)

    @tf.function
    def f(n):
        y = tf.constant(1.0)
        for _ in tf.range(n):
            y = y * w
        return y

    with tf.GradientTape() as tape:
        y = f(tf.constant(4))
    return y, tape.gradient(y, w)


@case
def rnn_like_loop():
    w = tf.Variable([[0.1, 0.2], [0.3, 0.4]])

    @tf.function
    def f(xs):
        h = tf.zeros([1, 2])
        for x in xs:
            h = tf.tanh(tf.matmul(h, w) + x)
        return tf.reduce_sum(h)

    with tf.GradientTape() as tape:
        y = f(tf.constant([[[1.0, 0.5]], [[0.2, -0.3]], [[0.0, 1.0]]]))
    return y, tape.gradient(y, w)
