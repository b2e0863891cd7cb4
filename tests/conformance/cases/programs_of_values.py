"""Names, closures and values in programs that people write."""

import collections
import dataclasses
import functools
import itertools
import math
import operator
import typing

from tests.conformance.case import case, tf


@case
def lambda_default_capture():

    @tf.function
    def f(x):
        fs = []
        for i in range(3):
            fs.append(lambda y, i=i: y * i)
        return [g(x) for g in fs]

    return f(tf.constant(2))


@case
def closure_loop_capture():

    @tf.function
    def f(x):
        fs = []
        for i in range(3):
            fs.append(lambda y: y * i)
        return [g(x) for g in fs]

    return f(tf.constant(2))


@case
def inner_def_modifies():

    @tf.function
    def f(x):
        t = 0

        def add(v):
            nonlocal t
            t = t + v

        for i in range(3):
            add(x)
        return t

    return f(tf.constant(2))


@case
def inner_def_in_tensor_loop():

    @tf.function
    def f(x):
        t = tf.constant(0)

        def add(v):
            nonlocal t
            t = t + v

        for i in tf.range(3):
            add(x)
        return t

    return f(tf.constant(2))


@case
def decorator_stack():

    def deco(k):

        def d(fn):

            @functools.wraps(fn)
            def w(*a, **kw):
                return fn(*a, **kw) * k

            return w

        return d

    @tf.function
    @deco(2)
    @deco(3)
    def f(x):
        if x > 0:
            return x
        return -x

    return f(tf.constant(-2))


@case
def itertools_use():

    @tf.function
    def f(x):
        return (
            [x * a * b for a, b in itertools.product([1, 2], [3, 4])],
            list(itertools.accumulate([x, x, x])),
            functools.reduce(lambda a, b: a + b, [x, x]),
        )

    return f(tf.constant(2))


@case
def operator_use():

    @tf.function
    def f(x):
        return (
            operator.add(x, 1),
            operator.itemgetter(0)([x, 2]),
            operator.lt(x, 3),
            math.pi * tf.cast(x, tf.float32),
        )

    return f(tf.constant(2))


@case
def math_on_tensor():
    return tf.function(lambda x: math.sqrt(x))(tf.constant(2.0))


@case
def int_on_tensor():
    return (
        tf.function(lambda x: int(x))(tf.constant(2.5)),
        tf.function(lambda x: float(x))(tf.constant(2)),
    )


@case
def bool_on_tensor():
    return tf.function(lambda x: bool(x))(tf.constant(2))


@case
def range_on_tensor():
    return tf.function(lambda x: [i for i in range(x)])(tf.constant(2))


@case
def len_list_tensor():
    return (
        tf.function(lambda x: len([x, x]))(tf.constant(2)),
        tf.function(lambda x: len(x))(tf.constant([1, 2])),
        tf.function(lambda x: len(x))(tf.constant(1)),
    )


@case
def len_unknown():
    return (
        tf.function(lambda x: len(x), input_signature=[tf.TensorSpec([None])])([1.0, 2.0]),
        tf.function(lambda x: len(x), input_signature=[tf.TensorSpec(None)])([1.0, 2.0]),
    )


@case
def sum_tensors():
    return (
        tf.function(lambda x: sum([x, x], x))(tf.constant(2)),
        tf.function(lambda x: sum(x))(tf.constant([1, 2])),
    )


@case
def slice_vars():
    return tf.function(
        lambda x, i: (x[i:], x[:i], x[i : i + 1], x[-1], x[i, ...] if 0 else x[..., i])
    )(tf.constant([1, 2, 3]), tf.constant(1))


@case
def index_bool():
    return tf.function(lambda x: x[x > 1])(tf.constant([1, 2, 3]))


@case
def dict_tensor_key():
    return tf.function(lambda x: {x: 1})(tf.constant(1))


@case
def set_tensor():
    return tf.function(lambda x: {x})(tf.constant(1))


@case
def fstring_tensor():
    return tf.function(lambda x: f"{x}")(tf.constant(1))


@case
def format_tensor():
    return (
        tf.function(lambda x: "%s" % x)(tf.constant(1)),
        tf.function(lambda x: "{:.2f}".format(x))(tf.constant(1.0)),
    )


@case
def is_none_branches():

    @tf.function
    def f(x=None):
        if x is None:
            return 0
        return x + 1

    return (f(), f(tf.constant(1)), f(None), f.experimental_get_tracing_count())


@case
def try_break():

    @tf.function
    def f(n):
        s = 0
        for i in tf.range(n):
            try:
                if i > 2:
                    break
                s += i
            finally:
                pass
        return s

    return f(tf.constant(9))


@case
def with_break():

    @tf.function
    def f(n):
        s = 0
        for i in tf.range(n):
            with tf.name_scope("a"):
                if i > 2:
                    break
                s += i
        return s

    return f(tf.constant(9))


@case
def return_in_with():

    @tf.function
    def f(x):
        with tf.name_scope("a"):
            if x > 0:
                return x
        return -x

    return f(tf.constant(-9))


@case
def return_in_try():

    @tf.function
    def f(x):
        try:
            if x > 0:
                return x * 2
        finally:
            pass
        return -x

    return (f(tf.constant(9)), f(tf.constant(-9)))
