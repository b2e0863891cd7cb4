"""Classes, calls and unusual statements in programs that people write."""

import numpy as np

from tests.conformance.case import case, tf


@case
def map_fn_multi():
    return tf.function(
        lambda x, y: tf.map_fn(lambda t: t[0] * t[1], (x, y), fn_output_signature=tf.int32)
    )(tf.constant([1, 2]), tf.constant([3, 4]))


@case
def switch_case():
    return (
        tf.function(
            lambda i: tf.switch_case(
                i,
                {0: lambda: tf.constant(1), 5: lambda: tf.constant(2)},
                default=lambda: tf.constant(-1),
            )
        )(tf.constant(5)),
    )


@case
def tf_case():
    return (
        tf.function(
            lambda x: tf.case(
                [(x < 0, lambda: tf.constant(-1)), (x > 10, lambda: tf.constant(1))],
                default=lambda: tf.constant(0),
            )
        )(tf.constant(11)),
        tf.function(
            lambda x: tf.case(
                [(x < 0, lambda: tf.constant(-1)), (x < 5, lambda: tf.constant(1))], exclusive=True
            )
        )(tf.constant(-1)),
    )


@case
def while_loop_api():
    return tf.function(
        lambda n: tf.while_loop(
            lambda i, s: i < n, lambda i, s: (i + 1, s + i), [0, 0], maximum_iterations=3
        )
    )(tf.constant(10))


@case
def cond_api():
    return tf.function(lambda x: tf.cond(x > 0, lambda: {"a": x}, lambda: {"a": -x}))(
        tf.constant(-1)
    )


@case
def cond_mismatch():
    return tf.function(lambda x: tf.cond(x > 0, lambda: {"a": x}, lambda: {"b": -x}))(
        tf.constant(-1)
    )


@case
def cond_py_bool():
    return tf.function(lambda x: tf.cond(True, lambda: x, lambda: -x))(tf.constant(-1))


@case
def cond_not_bool():
    return tf.function(lambda x: tf.cond(x, lambda: x, lambda: -x))(tf.constant(-1))


@case
def cond_not_callable():
    return tf.function(lambda x: tf.cond(x > 0, x, -x))(tf.constant(-1))


@case
def vectorized():
    return tf.function(lambda x: tf.vectorized_map(lambda r: tf.reduce_sum(r) * r, x))(
        tf.constant([[1.0, 2.0], [3.0, 4.0]])
    )


@case
def tensor_array_ops():

    @tf.function
    def f():
        ta = tf.TensorArray(tf.int32, 3, clear_after_read=False)
        ta = ta.unstack([1, 2, 3])
        ta = ta.write(1, 20)
        return (ta.stack(), ta.read(0), ta.size(), ta.gather([0, 2]), ta.concat() if 0 else 1)

    return f()


@case
def tensor_array_unused_write():

    @tf.function
    def f():
        ta = tf.TensorArray(tf.int32, 1)
        ta.write(0, 5)
        return ta.stack()

    return f()


@case
def random_seeded_function():
    tf.random.set_seed(7)
    f = tf.function(lambda: tf.random.uniform([2], seed=3))
    g = tf.function(lambda: tf.random.uniform([2], seed=3))
    return (f(), f(), g())


@case
def generator_in_function():
    g = tf.random.Generator.from_seed(1)
    f = tf.function(lambda: g.normal([2]))
    return (f(), f())


@case
def method_on_instance_list():

    class A:
        def __init__(s, k):
            s.k = k

        @tf.function
        def m(s, x):
            return x * s.k

    l = [A(1), A(2)]
    return ([a.m(tf.constant(3)) for a in l], A.m(l[1], tf.constant(4)))


@case
def callable_object():

    class A:
        def __call__(s, x):
            if x > 0:
                return x
            return -x

    return tf.function(A())(tf.constant(-3))


@case
def property_in_loop():

    class A:
        def __init__(s):
            s._v = tf.constant(0)

        @property
        def v(s):
            return s._v

        @v.setter
        def v(s, x):
            s._v = x

    @tf.function
    def f(n):
        a = A()
        for i in tf.range(n):
            a.v = a.v + i
        return a.v

    return f(tf.constant(4))


@case
def inheritance():

    class A:
        def base(s, x):
            return x + 1 if x > 0 else x - 1

    class B(A):
        def base(s, x):
            return super().base(x) * 10

        @tf.function
        def run(s, x):
            return s.base(x)

    return (B().run(tf.constant(1)), B().run(tf.constant(-1)))


@case
def kwonly_default():

    @tf.function
    def f(x, *, scale=2, **kw):
        return x * scale + sum(kw.values())

    return (f(tf.constant(1)), f(tf.constant(1), scale=3), f(tf.constant(1), a=1, b=2))


@case
def varargs():

    @tf.function
    def f(*xs):
        t = 0
        for x in xs:
            t += x
        return t

    return (f(tf.constant(1), tf.constant(2)), f(1, 2, 3), f())


@case
def star_call():

    def g(a, b, *, k=1):
        return a * b * k

    @tf.function
    def f(l, d):
        return g(*l, **d)

    return f([tf.constant(1), tf.constant(2)], {"k": tf.constant(3)})


@case
def walrus_while():

    @tf.function
    def f(n):
        s = 0
        while (m := (n - s)) > 0:
            s += 2
        return (s, m)

    return f(tf.constant(5))


@case
def chained_ternary():
    return tf.function(lambda x: "a" if x is None else x if x > 0 else -x)(tf.constant(-2))


@case
def aug_assign_all():

    @tf.function
    def f(x):
        x += 1
        x -= 2
        x *= 3
        x //= 2
        x %= 7
        x **= 2
        return x

    return f(tf.constant(5))


@case
def multi_assign():

    @tf.function
    def f(x):
        a = b = x
        if x > 0:
            a = b = x * 2
        (p, q), r = ((a, b), x)
        return (a, b, p, q, r)

    return f(tf.constant(5))


@case
def del_in_branch():

    @tf.function
    def f(x):
        y = 1
        if x > 0:
            del y
        return x

    return f(tf.constant(5))


@case
def pass_only():

    @tf.function
    def f(x):
        if x > 0:
            pass
        else:
            pass
        for i in tf.range(3):
            pass
        while x < 0:
            x += 1
        return x

    return f(tf.constant(-5))


@case
def ellipsis_body():

    @tf.function
    def f(x):
        if x > 0:
            ...
        return x

    return f(tf.constant(5))


@case
def docstring_only():

    @tf.function
    def f(x):
        """doc"""

    return f(tf.constant(1))


@case
def nested_functions_deep():

    @tf.function
    def f(x):

        def a(y):

            def b(z):
                if z > 0:
                    return z * 2
                return z

            return b(y) + 1

        return a(x)

    return (f(tf.constant(2)), f(tf.constant(-2)))
