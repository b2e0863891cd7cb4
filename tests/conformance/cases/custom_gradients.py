"""Custom gradients and forward mode."""

from tests.conformance.case import case, tf

Tape = tf.GradientTape


@case
def cg_basic():
    x = tf.constant(3.0)

    @tf.custom_gradient
    def f(a):
        def g(u):
            return u * 10.0

        return a * a, g

    with Tape() as t:
        t.watch(x)
        y = f(x)
    return y, t.gradient(y, x)


@case
def cg_two():
    x = tf.constant(3.0)

    @tf.custom_gradient
    def f(a, b):
        def g(u, w):
            return u * 10.0, w * 5.0

        return (a * a, b), g

    with Tape() as t:
        t.watch(x)
        y = f(x, x)
    return t.gradient(y, x)


@case
def cg_kw():
    x = tf.constant(3.0)

    @tf.custom_gradient
    def f(a, k=2.0):
        def g(u):
            return u * k

        return a * k, g

    with Tape() as t:
        t.watch(x)
        y = f(x, k=5.0)
    return t.gradient(y, x)


@case
def cg_kw_graph():
    x = tf.constant(3.0)

    @tf.custom_gradient
    def f(a, k=2.0):
        def g(u):
            return u * k

        return a * k, g

    @tf.function
    def h(x):
        with Tape() as t:
            t.watch(x)
            y = f(x, k=5.0)
        return t.gradient(y, x)

    return h(x)


@case
def cg_wrongcount():
    x = tf.constant(3.0)

    @tf.custom_gradient
    def f(a, b):
        def g(u):
            return u

        return a * b, g

    with Tape() as t:
        t.watch(x)
        y = f(x, x)
    return t.gradient(y, x)


@case
def cg_nograd():
    x = tf.constant(3.0)

    @tf.custom_gradient
    def f(a):
        return a * a

    return f(x)


@case
def cg_var():
    x = tf.constant(3.0)
    w = tf.Variable(3.0)

    @tf.custom_gradient
    def f(a):
        y = a * w

        def g(u, variables=None):
            return u * 100.0, [u * 7.0 for _ in variables]

        return y, g

    with Tape() as t:
        t.watch(x)
        y = f(x)
    return t.gradient(y, [x, w])


@case
def cg_var_noarg():
    x = tf.constant(3.0)
    w = tf.Variable(3.0)

    @tf.custom_gradient
    def f(a):
        y = a * w

        def g(u):
            return u * 100.0

        return y, g

    with Tape() as t:
        t.watch(x)
        y = f(x)
    return t.gradient(y, [x, w])


@case
def cg_var_wrong():
    x = tf.constant(3.0)
    w = tf.Variable(3.0)

    @tf.custom_gradient
    def f(a):
        y = a * w

        def g(u, variables=None):
            return u * 100.0, []

        return y, g

    with Tape() as t:
        t.watch(x)
        y = f(x)
    return t.gradient(y, [x, w])


@case
def cg_var_graph():
    x = tf.constant(3.0)
    w = tf.Variable(3.0)

    @tf.custom_gradient
    def f(a):
        y = a * w

        def g(u, variables=None):
            return u * 100.0, [u * 7.0 for _ in variables]

        return y, g

    @tf.function
    def h(x):
        with Tape() as t:
            t.watch(x)
            y = f(x)
        return t.gradient(y, [x, w])

    return h(x)


@case
def cg_none():
    x = tf.constant(3.0)

    @tf.custom_gradient
    def f(a):
        return a * a, lambda u: None

    with Tape() as t:
        t.watch(x)
        y = f(x) * 2.0
    return t.gradient(y, x)


@case
def cg_second():
    x = tf.constant(3.0)

    @tf.custom_gradient
    def f(a):
        def g(u):
            return u * a * a

        return a * 1.0, g

    with Tape() as t2:
        t2.watch(x)
        with Tape() as t:
            t.watch(x)
            y = f(x)
        g = t.gradient(y, x)
    return t2.gradient(g, x)


@case
def cg_struct():
    x = tf.constant(3.0)

    @tf.custom_gradient
    def f(d):
        def g(u):
            return {"a": u * 2.0, "b": u * 3.0}

        return d["a"] * d["b"], g

    with Tape() as t:
        t.watch(x)
        y = f({"a": x, "b": x})
    return t.gradient(y, x)


@case
def cg_method_args():
    x = tf.constant(3.0)
    xs = tf.constant([1.0, 2.0, 3.0])

    @tf.custom_gradient
    def f(*args):
        def g(*u):
            return [k * 2.0 for k in u]

        return list(args), g

    with Tape() as t:
        t.watch([x, xs])
        y = f(x, xs)
    return t.gradient(y, [x, xs])


@case
def recompute():
    x = tf.constant(3.0)
    f = tf.recompute_grad(lambda a: tf.sin(a) * a)
    with Tape() as t:
        t.watch(x)
        y = f(x)
    return y, t.gradient(y, x)


@case
def passthru():
    x = tf.constant(3.0)
    w = tf.Variable(1.0)
    with Tape() as t:
        z = tf.grad_pass_through(w.assign)(x + w)
    return t.gradient(z, w)


@case
def stopg():
    x = tf.constant(3.0)
    with Tape() as t:
        t.watch(x)
        y = tf.stop_gradient(x) * x
    return t.gradient(y, x)


@case
def fwd():
    x = tf.constant(3.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(2.0)) as a:
        y = x * x
    return a.jvp(y)


@case
def fwd_var():
    x = tf.constant(3.0)
    v = tf.Variable(2.0)
    with tf.autodiff.ForwardAccumulator([v, x], [tf.constant(1.0), tf.constant(2.0)]) as a:
        y = v * x
    return a.jvp(y), a.jvp([y, x])


@case
def fwd_un():
    x = tf.constant(3.0)
    v = tf.Variable(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(2.0)) as a:
        y = v * v
    return a.jvp(y), a.jvp(y, unconnected_gradients="zero")


@case
def fwd_shape():
    xs = tf.constant([1.0, 2.0, 3.0])
    with tf.autodiff.ForwardAccumulator(xs, tf.constant(2.0)) as a:
        y = xs * xs
    return a.jvp(y)


@case
def fwd_dtype():
    xs = tf.constant([1.0, 2.0, 3.0])
    with tf.autodiff.ForwardAccumulator(xs, tf.constant([2.0, 1.0, 1.0], tf.float64)) as a:
        y = xs * xs
    return a.jvp(y)


@case
def fwd_nested():
    x = tf.constant(3.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as a:
        with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as b:
            y = x**3
        d = b.jvp(y)
    return d, a.jvp(d)


@case
def fwd_over_rev():
    xs = tf.constant([1.0, 2.0, 3.0])
    with tf.autodiff.ForwardAccumulator(xs, tf.constant([1.0, 0.0, 0.0])) as a:
        with Tape() as t:
            t.watch(xs)
            y = tf.reduce_sum(xs**3)
        g = t.gradient(y, xs)
    return g, a.jvp(g)


@case
def fwd_fn():
    x = tf.constant(3.0)
    v = tf.Variable(2.0)
    f = tf.function(lambda a: a * a * v)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as a:
        y = f(x)
    return a.jvp(y)


@case
def fwd_reenter():
    x = tf.constant(3.0)
    a = tf.autodiff.ForwardAccumulator(x, tf.constant(2.0))
    with a:
        with a:
            pass
