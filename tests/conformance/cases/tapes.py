"""Tapes and Jacobians: every way to use and to misuse them."""

import numpy as np

from tests.conformance.case import case, tf

Tape = tf.GradientTape


@case
def notwatched():
    x = tf.constant(3.0)
    with Tape() as t:
        y = x * x
    return t.gradient(y, x)


@case
def twice():
    x = tf.constant(3.0)
    with Tape() as t:
        t.watch(x)
        y = x * x
    t.gradient(y, x)
    return t.gradient(y, x)


@case
def inside():
    x = tf.constant(3.0)
    with Tape() as t:
        t.watch(x)
        y = x * x
        g = t.gradient(y, x)
    return g


@case
def inside_p():
    x = tf.constant(3.0)
    with Tape(persistent=True) as t:
        t.watch(x)
        y = x * x
        g = t.gradient(y, x)
    return g, t.gradient(y, x)


@case
def intvar():
    i = tf.constant(3)
    with Tape() as t:
        t.watch(i)
        y = i * i
    return t.gradient(y, i)


@case
def unconn():
    x = tf.constant(3.0)
    v = tf.Variable(2.0)
    with Tape() as t:
        t.watch(x)
        y = v * 2.0
    return (t.gradient(y, x),)


@case
def unconn0():
    x = tf.constant(3.0)
    v = tf.Variable(2.0)
    with Tape() as t:
        t.watch(x)
        y = v * 2.0
    return t.gradient(y, [x, v], unconnected_gradients=tf.UnconnectedGradients.ZERO)


@case
def badunconn():
    x = tf.constant(3.0)
    v = tf.Variable(2.0)
    with Tape() as t:
        t.watch(x)
        y = v * 2.0
    return t.gradient(y, x, unconnected_gradients="foo")


@case
def structs():
    x = tf.constant(3.0)
    v = tf.Variable(2.0)
    with Tape() as t:
        t.watch(x)
        y = x * v
    return t.gradient(y, {"a": x, "b": [v, (x,)]})


@case
def multitarget():
    x = tf.constant(3.0)
    with Tape() as t:
        t.watch(x)
        y = [x * x, {"q": x * 2.0}]
    return t.gradient(y, x)


@case
def outgrads():
    xs = tf.constant([1.0, 2.0, 3.0])
    with Tape() as t:
        t.watch(xs)
        y = xs * xs
    return t.gradient(y, xs, output_gradients=tf.constant([1.0, 0.0, 2.0]))


@case
def outgrads_np():
    xs = tf.constant([1.0, 2.0, 3.0])
    with Tape() as t:
        t.watch(xs)
        y = xs * xs
    return t.gradient(y, xs, output_gradients=np.array([1.0, 0.0, 2.0], np.float32))


@case
def srcpy():
    x = tf.constant(3.0)
    with Tape() as t:
        y = x * x
    return t.gradient(y, 3.0)


@case
def watchpy():
    with Tape() as t:
        t.watch(3.0)


@case
def watchstr():
    with Tape() as t:
        t.watch("a")


@case
def watchlist():
    x = tf.constant(3.0)
    v = tf.Variable(2.0)
    with Tape() as t:
        t.watch([x, v])
        y = x * v
    return t.gradient(y, [x, v])


@case
def tgtnone():
    x = tf.constant(3.0)
    with Tape() as t:
        y = x * x
    return t.gradient(None, x)


@case
def accessvars():
    v = tf.Variable(2.0)
    w = tf.Variable(1.0, trainable=False)
    with Tape(watch_accessed_variables=False) as t:
        t.watch(v)
        y = v * w * 2.0
    return t.gradient(y, [v, w]), len(t.watched_variables())


@case
def stop():
    x = tf.constant(3.0)
    with Tape() as t:
        t.watch(x)
        y = x * x
        with t.stop_recording():
            z = y * y
        w = z * y
    return t.gradient(w, x)


@case
def stop_not_recording():
    t = Tape()
    with t.stop_recording():
        pass


@case
def reset():
    x = tf.constant(3.0)
    with Tape() as t:
        t.watch(x)
        y = x * x
        t.reset()
        t.watch(x)
        z = x * 3.0
    return t.gradient(z, x)


@case
def reset_old():
    x = tf.constant(3.0)
    with Tape(persistent=True) as t:
        t.watch(x)
        y = x * x
        t.reset()
        z = x * 3.0
    return t.gradient(y, x)


@case
def reenter():
    x = tf.constant(3.0)
    t = Tape()
    with t:
        t.watch(x)
        y = x * x
    with t:
        y = y * x
    return t.gradient(y, x)


@case
def nested():
    x = tf.constant(3.0)
    with Tape() as t2:
        t2.watch(x)
        with Tape() as t1:
            t1.watch(x)
            y = x * x * x
        g = t1.gradient(y, x)
    return g, t2.gradient(g, x)


@case
def third():
    x = tf.constant(3.0)
    with Tape() as t3:
        t3.watch(x)
        with Tape() as t2:
            t2.watch(x)
            with Tape() as t1:
                t1.watch(x)
                y = x**4
            g = t1.gradient(y, x)
        gg = t2.gradient(g, x)
    return t3.gradient(gg, x)


@case
def assign_add_grad():
    x = tf.constant(3.0)
    w = tf.Variable(1.0)
    with Tape() as t:
        w.assign_add(x)
        y = w * 2.0
    return t.gradient(y, w)


@case
def vartarget():
    v = tf.Variable(2.0)
    with Tape() as t:
        y = v * v
    return t.gradient(v, v)


@case
def vargetitem():
    w = tf.Variable([1.0, 2.0, 3.0])
    with Tape() as t:
        y = w[1] * 2.0
    return t.gradient(y, w)


@case
def jac():
    xs = tf.constant([1.0, 2.0, 3.0])
    with Tape() as t:
        t.watch(xs)
        y = xs * xs
    return t.jacobian(y, xs)


@case
def jac_none():
    v = tf.Variable(2.0)
    xs = tf.constant([1.0, 2.0, 3.0])
    with Tape() as t:
        t.watch(xs)
        y = v * v
    return t.jacobian(y, xs)


@case
def jac_zero():
    v = tf.Variable(2.0)
    xs = tf.constant([1.0, 2.0, 3.0])
    with Tape() as t:
        t.watch(xs)
        y = v * v
    return t.jacobian(y, xs, unconnected_gradients="zero")


@case
def jac_struct():
    v = tf.Variable(2.0)
    xs = tf.constant([1.0, 2.0, 3.0])
    with Tape() as t:
        t.watch(xs)
        y = xs * v
    return t.jacobian(y, {"a": xs, "v": v})


@case
def jac_persist_inside():
    xs = tf.constant([1.0, 2.0, 3.0])
    with Tape(persistent=True) as t:
        t.watch(xs)
        y = xs * xs
        j = t.jacobian(y, xs)
    return j


@case
def jac_nopfor():
    xs = tf.constant([1.0, 2.0, 3.0])
    with Tape(persistent=True) as t:
        t.watch(xs)
        y = xs * xs
    return t.jacobian(y, xs, experimental_use_pfor=False)


@case
def jac_nopfor_np():
    xs = tf.constant([1.0, 2.0, 3.0])
    with Tape() as t:
        t.watch(xs)
        y = xs * xs
    return t.jacobian(y, xs, experimental_use_pfor=False)


@case
def jac_list_target():
    xs = tf.constant([1.0, 2.0, 3.0])
    with Tape() as t:
        t.watch(xs)
        y = [xs * xs, xs]
    return t.jacobian(y, xs)


@case
def hess():
    xs = tf.constant([1.0, 2.0, 3.0])
    with Tape() as t2:
        t2.watch(xs)
        with Tape() as t1:
            t1.watch(xs)
            y = tf.reduce_sum(xs**3)
        g = t1.gradient(y, xs)
    return t2.jacobian(g, xs)


@case
def bjac():
    m = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with Tape() as t:
        t.watch(m)
        y = m * m
    return t.batch_jacobian(y, m)


@case
def bjac_bad():
    m = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with Tape() as t:
        t.watch(m)
        y = tf.reduce_sum(m, 0, keepdims=True)
    return t.batch_jacobian(y, m)


@case
def bjac_none():
    m = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with Tape() as t:
        t.watch(m)
        y = tf.stop_gradient(m) * 1.0
    return t.batch_jacobian(y, m)


@case
def bjac_zero():
    m = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with Tape() as t:
        t.watch(m)
        y = tf.stop_gradient(m) * 1.0
    return t.batch_jacobian(y, m, unconnected_gradients="zero")


@case
def bjac_zero_type():
    m = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with Tape() as t:
        t.watch(m)
        y = tf.stop_gradient(m) * 1.0
    return t.batch_jacobian(y, m, unconnected_gradients=tf.UnconnectedGradients.ZERO)
