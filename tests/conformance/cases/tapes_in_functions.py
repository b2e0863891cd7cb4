"""Derivatives inside traced functions, through their control flow, and ops without any."""

import numpy as np

from tests.conformance.case import case, tf

Tape = tf.GradientTape


@case
def tfgrad_eager():
    x = tf.constant(3.0)
    return tf.gradients(x * x, x)


@case
def tfgrad():
    x = tf.constant(3.0)
    v = tf.Variable(2.0)

    @tf.function
    def f(x):
        return tf.gradients(x * x * v, [x])

    return f(x)


@case
def tfgrad2():
    x = tf.constant(3.0)
    v = tf.Variable(2.0)

    @tf.function
    def f(x):
        y = x * x
        g = tf.gradients(y, x, grad_ys=tf.constant(5.0))
        h = tf.gradients(y, x, stop_gradients=[y])
        k = tf.gradients(v * 1.0, x, unconnected_gradients="zero")
        return g, h, k

    return f(x)


@case
def hessians():
    xs = tf.constant([1.0, 2.0, 3.0])

    @tf.function
    def f(xs):
        return tf.hessians(tf.reduce_sum(xs**3), xs)

    return f(xs)


@case
def infn():
    x = tf.constant(3.0)
    v = tf.Variable(2.0)

    @tf.function
    def f(x):
        with Tape() as t:
            t.watch(x)
            y = x * x * v
        return t.gradient(y, [x, v])

    return f(x)


@case
def tape_across():
    x = tf.constant(3.0)
    v = tf.Variable(2.0)

    @tf.function
    def f(x):
        return x * x * v

    with Tape() as t:
        t.watch(x)
        y = f(x)
    return t.gradient(y, [x, v])


@case
def tape_across2():
    x = tf.constant(3.0)
    v = tf.Variable(2.0)

    @tf.function
    def f(x):
        return x * x * v

    with Tape() as t2:
        with Tape() as t:
            t.watch(x)
            t2.watch(x)
            y = f(x)
        g = t.gradient(y, x)
    return t2.gradient(g, [x, v])


@case
def cond_branch_var():
    x = tf.constant(3.0)
    w = tf.Variable(3.0)
    u = tf.Variable(4.0)

    @tf.function
    def f(x):
        with Tape() as t:
            if x > 0:
                y = w * x
            else:
                y = u * x
        return t.gradient(y, [w, u])

    return f(x), f(-x)


@case
def cond_eager_tape():
    x = tf.constant(3.0)
    w = tf.Variable(3.0)
    u = tf.Variable(4.0)

    @tf.function
    def f(x):
        if x > 0:
            y = w * x
        else:
            y = u * x
        return y

    with Tape() as t:
        y = f(x)
    return t.gradient(y, [w, u])


@case
def loop2():
    x = tf.constant(3.0)
    v = tf.Variable(2.0)

    @tf.function
    def f(x, n):
        with Tape() as t2:
            t2.watch(x)
            with Tape() as t:
                t.watch(x)
                y = x
                for i in tf.range(n):
                    y = y * x * v
            g = t.gradient(y, [x, v])
        return g, t2.gradient(g[0], [x, v])

    return f(x, tf.constant(2))


@case
def ta():
    xs = tf.constant([1.0, 2.0, 3.0])

    @tf.function
    def f(xs):
        with Tape() as t:
            t.watch(xs)
            a = tf.TensorArray(tf.float32, 0, dynamic_size=True)
            for i in tf.range(3):
                a = a.write(i, xs[i] * xs[0])
            y = tf.reduce_sum(a.stack() * [1.0, 2.0, 3.0])
        return t.gradient(y, xs)

    return f(xs)


@case
def switch():
    x = tf.constant(3.0)
    v = tf.Variable(2.0)

    @tf.function
    def f(i, x):
        with Tape() as t:
            t.watch(x)
            y = tf.switch_case(i, [lambda: x * v, lambda: x * x, lambda: tf.constant(1.0)])
        return t.gradient(y, [x, v])

    return [f(tf.constant(i), x) for i in range(3)]


@case
def strgrad():
    x = tf.constant(3.0)
    with Tape() as t:
        t.watch(x)
        y = tf.strings.as_string(x)
    return t.gradient(y, x)


@case
def nograd_op():
    xs = tf.constant([1.0, 2.0, 3.0])
    with Tape() as t:
        t.watch(xs)
        y = tf.math.nextafter(xs, xs + 1.0) * 1.0
    return t.gradient(y, xs)


@case
def nograd_op2():
    xs = tf.constant([1.0, 2.0, 3.0])
    with Tape() as t:
        t.watch(xs)
        y = tf.math.betainc(xs, xs, xs)
    return t.gradient(y, xs)


@case
def nograd_op3():
    xs = tf.constant([1.0, 2.0, 3.0])
    with Tape() as t:
        t.watch(xs)
        y = tf.linalg.lu(tf.linalg.diag(xs))[0]
    return t.gradient(y, xs)


@case
def nograd_op4():
    xs = tf.constant([1.0, 2.0, 3.0])
    with Tape() as t:
        t.watch(xs)
        y = tf.unique(xs)[0] * 1.0
    return t.gradient(y, xs)


@case
def nograd_op5():
    xs = tf.constant([1.0, 2.0, 3.0])
    with Tape() as t:
        t.watch(xs)
        y = tf.math.igamma(xs, xs)
    return t.gradient(y, xs)


@case
def compl_abs():
    z = tf.constant(1.0 + 2j)
    with Tape() as t:
        t.watch(z)
        y = tf.abs(z) ** 2
    return t.gradient(y, z)


@case
def half():
    z = tf.constant(2.0, tf.half)
    with Tape() as t:
        t.watch(z)
        y = z * z
    return t.gradient(y, z)


@case
def vmap():
    m = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with Tape() as t:
        t.watch(m)
        y = tf.vectorized_map(lambda r: tf.reduce_sum(r * r), m)
    return t.gradient(y, m)


@case
def mapfn():
    m = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with Tape() as t:
        t.watch(m)
        y = tf.map_fn(lambda r: tf.reduce_sum(r * r), m)
    return t.gradient(y, m)


@case
def scan():
    xs = tf.constant([1.0, 2.0, 3.0])
    with Tape() as t:
        t.watch(xs)
        y = tf.scan(lambda a, b: a * b, xs)
    return t.gradient(y, xs)


@case
def del_persist():
    x = tf.constant(3.0)
    with Tape(persistent=True) as t:
        t.watch(x)
        y = x * x
        z = y * y
    return t.gradient(z, [x, y]), t.gradient(y, x)


@case
def intermed():
    x = tf.constant(3.0)
    with Tape() as t:
        t.watch(x)
        y = x * x
        z = y * y
    return t.gradient(z, [y, x])


@case
def grad_of_source_itself():
    x = tf.constant(3.0)
    with Tape() as t:
        t.watch(x)
    return t.gradient(x, x)


@case
def grad_target_not_recorded():
    x = tf.constant(3.0)
    v = tf.Variable(2.0)
    with Tape() as t:
        t.watch(x)
    return t.gradient(v * 1.0, x)


@case
def boolgrad():
    xs = tf.constant([1.0, 2.0, 3.0])
    with Tape() as t:
        t.watch(xs)
        y = tf.cast(xs > 2.0, tf.float32) * xs
    return t.gradient(y, xs)


@case
def np_in_tape():
    xs = tf.constant([1.0, 2.0, 3.0])
    with Tape() as t:
        t.watch(xs)
        y = tf.constant(xs.numpy()) * xs
    return t.gradient(y, xs)


@case
def persistent_second_in():
    x = tf.constant(3.0)
    with Tape(persistent=True) as t:
        t.watch(x)
        y = x**3
        g = t.gradient(y, x)
    return t.gradient(g, x)
