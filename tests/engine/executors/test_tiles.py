"""Regions computed tile by tile give, bit for bit, what node after node gives."""

import gc
import threading

import numpy as np
import pytest

import engine as tf
from engine.executors import regions, results
from engine.executors.instructions import Instructions
from engine.executors.numpy_executor import NumpyExecutable
from engine.executors.results import result_array
from engine.passes.pipeline import optimize

RNG = np.random.default_rng(5)


def normal(*shape, dtype="float32"):
    return RNG.standard_normal(shape).astype(dtype)


def gelu(x, b):
    u = x * x * x * 0.044715 + x
    return tf.tanh((tf.tanh(u * 0.7978) + 1.0) * x * 0.5 * b + x)


def softmax(x):
    e = tf.exp(x - tf.reduce_max(x, axis=1, keepdims=True))
    return e / tf.reduce_sum(e, axis=1, keepdims=True)


def layernorm(x, g, b):
    c = x - tf.reduce_mean(x, axis=1, keepdims=True)
    v = tf.reduce_mean(c * c, axis=-1, keepdims=True)
    return c / tf.sqrt(v + 1e-5) * g + b


def rows_without_their_axis(x):
    y = tf.abs(x) + 1.0
    z = y * y - x
    return tf.reduce_sum(tf.sqrt(z + 2.0), axis=(1, 2)), tf.reduce_min(z * y, axis=2)


def choices(x, y):
    mask = tf.logical_and(x > 0.0, tf.not_equal(x, y))
    big, small = tf.maximum(x, y), tf.minimum(x, y)
    first = tf.where(mask, big, small)
    second = tf.where(mask, first * 2.0, x)
    third = tf.where(first < second, second, y)
    return third, tf.cast(mask, tf.int32) + tf.cast(third, tf.int32)


def kernels(x):
    y = tf.sigmoid(x) * tf.math.softplus(x)
    z = tf.math.rsqrt(y * y + 1.0) ** 2.0
    return tf.math.erf(z) + tf.nn.elu(x) - tf.nn.relu(y)


def several_results(x):
    a = x + 1.0
    b = a * a
    c = tf.exp(-b)
    d = c - a
    e = d * d * d
    return a, c, e, tf.reduce_sum(e)


def integers(n):
    m = n * 3 + 1
    k = tf.bitwise.bitwise_xor(m, n)
    return tf.cast(tf.abs(k - m), tf.float32) * 0.5, k


def gradient(x, w):
    with tf.GradientTape() as tape:
        tape.watch([x, w])
        loss = tf.reduce_sum(tf.nn.relu(gelu(x, w)) ** 2)
    return tape.gradient(loss, [x, w])


CASES = {
    "vector": (gelu, [normal(200_003), normal(200_003)]),
    "double": (gelu, [normal(90_000, dtype="float64"), normal(90_000, dtype="float64")]),
    "matrix": (gelu, [normal(1000, 301), normal(1000, 301)]),
    "row": (gelu, [normal(700, 257), normal(257)]),
    "column": (gelu, [normal(700, 257), normal(700, 1)]),
    "number": (gelu, [normal(300_000), np.float32(0.7)]),
    "softmax": (softmax, [normal(1001, 260)]),
    "layernorm": (layernorm, [normal(999, 300), normal(300), normal(300)]),
    "rank 3": (rows_without_their_axis, [normal(333, 40, 51)]),
    "choices": (choices, [normal(400_001), normal(400_001).round()]),
    "kernels": (kernels, [normal(350_000)]),
    "several": (several_results, [normal(611_111)]),
    "integers": (integers, [RNG.integers(-1000, 1000, 300_007).astype(np.int32)]),
    "gradient": (gradient, [normal(500, 600), normal(500, 600)]),
    "half": (gelu, [normal(150_000, dtype="float16"), normal(150_000, dtype="float16")]),
}


def programs(function, arrays):
    concrete = tf.function(function).get_concrete_function(*[tf.constant(a) for a in arrays])
    graph = optimize(concrete.graph)
    return Instructions(graph), NumpyExecutable(graph)


@pytest.fixture(autouse=True)
def eager_tiles(monkeypatch):
    monkeypatch.setattr(regions, "_SPARED", 1)


@pytest.mark.parametrize("name", CASES)
def test_tiles_give_the_same_bits(name):
    function, arrays = CASES[name]
    plain, tiled = programs(function, arrays)
    with np.errstate(all="ignore"):
        wanted = plain.run(tuple(arrays), [None])
        found = [tiled(*arrays) for _ in range(3)]
    assert "in range(0, " in tiled.source.text
    for values in found:
        for value, want in zip(values, wanted):
            assert value.dtype == want.dtype
            np.testing.assert_array_equal(value, want)
    assert len({id(value) for values in found for value in values}) == 3 * len(wanted)


def test_inputs_that_are_no_whole_memory():
    def f(x, y):
        return tf.exp(x * y - y) * x + y

    x, y = normal(900, 400).T, normal(800, 900)[::2]
    plain, tiled = programs(f, [x, y])
    np.testing.assert_array_equal(tiled(x, y)[0], plain.run((x, y), [None])[0])


def test_loops_over_large_arrays():
    @tf.function
    def f(x, turns):
        total = x
        for _ in tf.range(turns):
            y = total * x + 1.0
            total = tf.tanh(y * y - x) * y
        return total, x

    x = normal(100_000)
    for turns in (0, 1, 2, 5):
        want = x
        for _ in range(turns):
            y = want * x + np.float32(1)
            want = np.tanh(y * y - x) * y
        total, same = f(tf.constant(x), tf.constant(turns))
        np.testing.assert_array_equal(total.numpy(), want)
        np.testing.assert_array_equal(same.numpy(), x)


def test_variables_are_read_before_they_change():
    v = tf.Variable(normal(700, 100))
    before = v.numpy().copy()

    @tf.function
    def f(x):
        y = v * x + 1.0
        v.assign_add(tf.ones_like(x))
        z = tf.exp(-(y * y)) * v
        return z - v

    x = normal(700, 100)
    y = before * x + np.float32(1)
    after = before + np.float32(1)
    np.testing.assert_array_equal(f(x).numpy(), np.exp(-(y * y)) * after - after)
    np.testing.assert_array_equal(v.numpy(), after)


def test_a_failing_node_is_named():
    @tf.function
    def f(x, n):
        y = tf.exp(x * x) + x
        return y * tf.cast(n // n, tf.float32)

    n = np.zeros(80_000, np.int32)
    with pytest.raises(tf.errors.InvalidArgumentError, match="zero"):
        f(tf.constant(normal(80_000)), tf.constant(n))


def test_memory_of_a_result_is_used_again_only_when_nobody_holds_it():
    first = result_array((70_001,), np.dtype("float32"))
    first[:] = 1
    second = result_array((70_001,), np.dtype("float32"))
    second[:] = 2
    assert first is not second
    view, place = first[5:], id(first)
    del first
    assert id(result_array((70_001,), np.dtype("float32"))) != place
    assert (view == 1).all()
    assert (second == 2).all()
    del view
    gc.collect()
    again = [result_array((70_001,), np.dtype("float32")) for _ in range(2)]
    assert place in map(id, again)


def test_results_survive_later_calls():
    f = tf.function(lambda x: tf.exp(x) * 2.0 + x)
    kept = [f(tf.fill((100_000,), float(i))) for i in range(6)]
    buffer = memoryview(f(tf.fill((100_000,), 7.0)).numpy())
    for _ in range(6):
        f(tf.zeros((100_000,)))
    for i, one in enumerate(kept):
        np.testing.assert_allclose(one.numpy(), np.exp(np.float32(i)) * 2 + i, rtol=1e-6)
    np.testing.assert_allclose(np.asarray(buffer)[0], np.exp(np.float32(7)) * 2 + 7, rtol=1e-6)


def test_kept_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(results, "_KEPT_BYTES", 10_000_000)
    for size in range(1_000_000, 1_000_040):
        result_array((size,), np.dtype("float32"))
    total = sum(array.nbytes for arrays in results._kept.values() for array in arrays)
    assert total == results._bytes[0]
    assert total <= 10_000_000


def test_threads_do_not_share_results_or_scratch():
    f = tf.function(lambda x: tf.exp(x * x * 0.5 - x) + x * 2.0)
    wrong = []

    def work(value):
        x = np.full((100_000,), value, np.float32)
        want = np.exp(x * x * np.float32(0.5) - x) + x * np.float32(2)
        for _ in range(20):
            same = np.array_equal(f(tf.constant(x)).numpy(), want)
            wrong.extend([] if same else [value])

    threads = [threading.Thread(target=work, args=(i / 4,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def waves(x):
    return tf.exp(-x * x) * x + x * 3.0 - x * x * x


def test_arrays_handed_out_are_the_users_own():
    f = tf.function(waves)
    x = tf.constant(normal(100_000))
    want = f(x).numpy().copy()
    result = f(x)
    for make in (lambda: f(x).numpy(), result.numpy, lambda: f(x).numpy()[:], (x * 1.0).numpy):
        array = make()
        assert array.flags.writeable
        before = array.copy()
        array[:] = -1
        again = make()
        np.testing.assert_array_equal(again, before)
        assert not np.shares_memory(array, again)
    np.testing.assert_array_equal(result.numpy(), want)


@pytest.mark.parametrize("name", ["variable", "read", "argument", "constant", "view", "tape"])
def test_values_that_others_hold_are_copied(name):
    x = tf.constant(normal(100_000))
    v = tf.Variable(x)
    tape = tf.GradientTape(persistent=True)
    constant = np.ones(100_000, np.float32)
    make = {
        "variable": lambda: v.numpy(),
        "read": tf.function(lambda: v.read_value()),
        "argument": lambda: tf.function(lambda t: t)(x),
        "constant": tf.function(lambda: tf.constant(constant)),
        "view": lambda: tf.reshape(x, [2, -1]),
        "tape": lambda: x * x,
    }[name]

    def value():
        made = make()
        return made if isinstance(made, np.ndarray) else made.numpy()

    with tape:
        tape.watch(x)
        first = value()
        before = first.copy()
        first[...] = 7
        np.testing.assert_array_equal(value(), before)
    for held in (x, v):
        assert not (held.numpy() == 7).any()
    assert (constant == 1).all()


@pytest.mark.parametrize("shape", [(64, 128), (700, 200), (5000, 4), (90_000,), (20, 30, 40)])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_relu_of_zeros_and_of_what_is_no_number(shape, dtype):
    special = np.array([-0.0, 0.0, np.nan, np.inf, -np.inf, 1e-7, -1e-7, 2.0], dtype)

    def f(x):
        return tf.nn.relu(x) * 1.0, tf.nn.relu(x * 2.0) + x

    x = RNG.choice(special, shape)
    plain, program = programs(f, [x])
    for value, want in zip(program(x), plain.run((x,), [None])):
        assert value.tobytes() == want.tobytes()
