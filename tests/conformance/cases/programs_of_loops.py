"""Loops, state and control flow of programs that people write."""

import collections
import dataclasses
import functools
import itertools
import math
import operator
import typing

from tests.conformance.case import case, tf


@case
def nested_loops_state():

    @tf.function
    def f(n):
        a = tf.zeros([3], tf.int32)
        i = 0
        while i < n:
            for j in tf.range(3):
                if j == i:
                    continue
                a = tf.tensor_scatter_nd_add(a, [[j]], [i])
            i += 1
        return a

    return f(tf.constant(3))


@case
def matrix_power():

    @tf.function
    def f(m, n):
        r = tf.eye(2)
        while n > 0:
            if n % 2 == 1:
                r = r @ m
            m = m @ m
            n //= 2
        return r

    return f(tf.constant([[1.0, 1.0], [1.0, 0.0]]), tf.constant(10))


@case
def collatz():

    @tf.function
    def f(n):
        steps = 0
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        return steps

    return f(tf.constant(27))


@case
def sieve():

    @tf.function
    def f(n):
        is_p = tf.ones([30], tf.bool)
        i = 2
        while i * i < 30:
            if is_p[i]:
                j = i * i
                while j < 30:
                    is_p = tf.tensor_scatter_nd_update(is_p, [[j]], [False])
                    j += i
            i += 1
        return tf.boolean_mask(tf.range(30), is_p)[2:n]

    return f(tf.constant(12))


@case
def bubble():

    @tf.function
    def f(x):
        n = tf.size(x)
        for i in tf.range(n):
            for j in tf.range(n - i - 1):
                if x[j] > x[j + 1]:
                    a, b = (x[j], x[j + 1])
                    x = tf.tensor_scatter_nd_update(x, [[j], [j + 1]], [b, a])
        return x

    return f(tf.constant([4, 1, 3, 2]))


@case
def newton():

    @tf.function
    def f(a):
        x = a
        for _ in range(50):
            nx = 0.5 * (x + a / x)
            if tf.abs(nx - x) < 1e-06:
                break
            x = nx
        return x

    return f(tf.constant(2.0))


@case
def newton_while():

    @tf.function
    def f(a, tol=1e-06):
        x = a
        d = 1.0
        while d > tol:
            nx = 0.5 * (x + a / x)
            d = tf.abs(nx - x)
            x = nx
        return x

    return f(tf.constant(2.0))


@case
def fizz():

    @tf.function
    def f(n):
        for i in tf.range(1, n + 1):
            if i % 15 == 0:
                tf.print("FizzBuzz")
            elif i % 3 == 0:
                tf.print("Fizz")
            elif i % 5 == 0:
                tf.print("Buzz")
            else:
                tf.print(i)

    return f(tf.constant(15))


@case
def gcd():

    @tf.function
    def f(a, b):
        while b != 0:
            a, b = (b, a % b)
        return a

    return f(tf.constant(48), tf.constant(36))


@case
def binary_search():

    @tf.function
    def f(x, t):
        lo, hi = (0, tf.size(x))
        while lo < hi:
            mid = (lo + hi) // 2
            if x[mid] < t:
                lo = mid + 1
            else:
                hi = mid
        return lo

    return f(tf.constant([1, 3, 5, 7, 9]), tf.constant(7))


@case
def rnn():

    @tf.function
    def f(x, s):
        x = tf.transpose(x, [1, 0, 2])
        ta = tf.TensorArray(tf.float32, tf.shape(x)[0])
        for i in tf.range(tf.shape(x)[0]):
            s = tf.tanh(x[i] + s)
            ta = ta.write(i, s)
        return (tf.transpose(ta.stack(), [1, 0, 2]), s)

    return f(tf.ones([2, 3, 4]), tf.zeros([2, 4]))


@case
def mutable_dict_counts():

    @tf.function
    def f(x):
        d = {"pos": 0, "neg": 0}
        for v in x:
            if v > 0:
                d["pos"] += 1
            else:
                d["neg"] += 1
        return d

    return f(tf.constant([1, -1, 2]))


@case
def namedtuple_state():
    S = collections.namedtuple("S", "i t")

    @tf.function
    def f(n):
        s = S(0, tf.constant(1.0))
        while s.i < n:
            s = S(s.i + 1, s.t * 2.0)
        return s

    return f(tf.constant(3))


@case
def dataclass_state():

    @dataclasses.dataclass
    class S:
        i: typing.Any
        t: typing.Any

    @tf.function
    def f(n):
        s = S(0, tf.constant(1.0))
        while s.i < n:
            s = S(s.i + 1, s.t * 2.0)
        return s.t

    return f(tf.constant(3))


@case
def tuple_swap_loop():

    @tf.function
    def f(n):
        p = (0, 1)
        for _ in tf.range(n):
            p = (p[1], p[0] + p[1])
        return p

    return f(tf.constant(10))


@case
def list_of_tensors_loop():

    @tf.function
    def f(n):
        l = [tf.constant(0), tf.constant(1)]
        for _ in tf.range(n):
            l = [l[1], l[0] + l[1]]
        return l

    return f(tf.constant(10))


@case
def structure_change():

    @tf.function
    def f(n):
        l = [tf.constant(0)]
        for _ in tf.range(n):
            l = l + [tf.constant(1)]
        return l

    return f(tf.constant(2))


@case
def dtype_change():

    @tf.function
    def f(n):
        x = 0
        for _ in tf.range(n):
            x = x + 0.5
        return x

    return f(tf.constant(2))


@case
def dtype_change_tensor():

    @tf.function
    def f(n):
        x = tf.constant(0)
        for _ in tf.range(n):
            x = tf.cast(x, tf.float32)
        return x

    return f(tf.constant(2))


@case
def shape_change():

    @tf.function
    def f(n):
        x = tf.zeros([1])
        for _ in tf.range(n):
            x = tf.concat([x, [1.0]], 0)
        return x

    return f(tf.constant(2))


@case
def shape_invariant():

    @tf.function
    def f(n):
        x = tf.zeros([1])
        for _ in tf.range(n):
            tf.autograph.experimental.set_loop_options(
                shape_invariants=[(x, tf.TensorShape([None]))],
                parallel_iterations=2,
                maximum_iterations=2,
            )
            x = tf.concat([x, [1.0]], 0)
        return x

    return f(tf.constant(5))


@case
def none_in_loop():

    @tf.function
    def f(n):
        x = None
        for i in tf.range(n):
            x = i
        return x

    return f(tf.constant(2))


@case
def undefined_after_loop():

    @tf.function
    def f(n):
        for i in tf.range(n):
            y = i
        return y

    return f(tf.constant(2))


@case
def undefined_used_in_loop():

    @tf.function
    def f(n):
        for i in tf.range(n):
            z = z + i
        return z

    return f(tf.constant(2))
