"""Variables changed tile by tile, in their own memory: the same bits, and nobody else notices."""

import threading

import numpy as np
import pytest

import engine as tf
from engine.executors.numpy_executor import NumpyExecutable
from engine.passes.pipeline import optimize

RNG = np.random.default_rng(11)
SHAPE = (301, 251)
F = np.float32


def normal(shape=SHAPE, dtype="float32"):
    return RNG.standard_normal(shape).astype(dtype)


def adam(p, m, v, g, rate):
    m.assign_add((g - m) * 0.1)
    v.assign_add((g * g - v) * 0.001)
    p.assign_sub(rate * m / (tf.sqrt(v) + 1e-7))


def adam_by_hand(p, m, v, g, rate):
    m = m + (g - m) * F(0.1)
    v = v + (g * g - v) * F(0.001)
    return p - rate * m / (np.sqrt(v) + F(1e-7)), m, v


def is_tiled(function, *arguments):
    program = NumpyExecutable(optimize(function.get_concrete_function(*arguments).graph))
    return "in range(0, " in program.source.text


def variables(*arrays):
    return [tf.Variable(array) for array in arrays]


def step_of(p, m, v):
    @tf.function
    def step(g, rate):
        before = tf.reduce_sum(p)
        adam(p, m, v, g, rate)
        return before

    return step


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [SHAPE, (90_001,), (40, 60, 50)])
def test_steps_of_adam(dtype, shape):
    arrays = [normal(shape, dtype), normal(shape, dtype), abs(normal(shape, dtype))]
    held = variables(*arrays)

    @tf.function
    def step(g, rate):
        adam(*held, g, rate)
        return tf.reduce_sum(held[0])  # which says what its shape is

    rate = np.dtype(dtype).type(0.01)
    for _ in range(5):
        g = normal(shape, dtype)
        step(tf.constant(g), tf.constant(rate))
        c = [np.dtype(dtype).type(x) for x in (0.1, 0.001, 1e-7)]
        p, m, v = arrays
        m = m + (g - m) * c[0]
        v = v + (g * g - v) * c[1]
        arrays = [p - rate * m / (np.sqrt(v) + c[2]), m, v]
    assert is_tiled(step, tf.constant(g), tf.constant(rate))
    for variable, array in zip(held, arrays):
        np.testing.assert_array_equal(variable.numpy(), array)


def test_the_memory_stays_the_variables():
    held = variables(normal(), normal(), abs(normal()))
    step = step_of(*held)
    g, rate = tf.constant(normal()), tf.constant(0.1)
    for _ in range(4):
        step(g, rate)
    own = [id(variable._storage.value) for variable in held]
    step(g, rate)
    assert [id(variable._storage.value) for variable in held] == own


def test_values_that_others_hold_do_not_change():
    p, m, v = variables(normal(), normal(), abs(normal()))
    twin = tf.Variable(p)
    step = step_of(p, m, v)
    g, rate = normal(), F(0.1)
    for _ in range(4):
        tensor, array = p.read_value(), m.numpy()
        values = p.numpy().copy(), m.numpy().copy(), v.numpy().copy()
        kept = [tensor.numpy().copy(), array.copy()]
        step(tf.constant(g), tf.constant(rate))
        np.testing.assert_array_equal(tensor.numpy(), kept[0])
        np.testing.assert_array_equal(array, kept[1])
        for variable, want in zip((p, m, v), adam_by_hand(*values, g, rate)):
            np.testing.assert_array_equal(variable.numpy(), want)
    assert not np.array_equal(twin.numpy(), p.numpy())


def test_variables_that_share_a_value():
    a = tf.Variable(normal())
    b = tf.Variable(tf.zeros(SHAPE))

    @tf.function
    def step(g):
        b.assign(a)
        a.assign_add((g - a) * 0.5 * g)
        b.assign_sub((g + b) * 0.25 * g)
        return tf.reduce_sum(a)

    for _ in range(4):
        g, start = normal(), a.numpy().copy()
        step(tf.constant(g))
        assert is_tiled(step, tf.constant(g))
        np.testing.assert_array_equal(a.numpy(), start + (g - start) * F(0.5) * g)
        np.testing.assert_array_equal(b.numpy(), start - (g + start) * F(0.25) * g)


def test_one_variable_under_two_names():
    @tf.function
    def step(a, b, g):
        a.assign_add((g - a) * 0.5)
        b.assign_sub((g * b - a) * 0.25)
        return tf.reduce_sum(a) + tf.reduce_sum(b)

    one = tf.Variable(normal())
    for _ in range(4):
        g, want = normal(), one.numpy().copy()
        step(one, one, tf.constant(g))
        assert is_tiled(step, one, one, tf.constant(g))
        want = want + (g - want) * F(0.5)
        want = want - (g * want - want) * F(0.25)
        np.testing.assert_array_equal(one.numpy(), want)


def test_what_was_read_before_a_change():
    a, b = variables(normal(), normal())

    @tf.function
    def step(g):
        old, other = a.read_value(), b.read_value()
        a.assign_add(g * old - 1.0)
        b.assign_add(old * other + a)
        a.assign_sub(other * g * old)
        return tf.reduce_sum(a)

    for _ in range(4):
        g, x, y = normal(), a.numpy().copy(), b.numpy().copy()
        step(tf.constant(g))
        assert is_tiled(step, tf.constant(g))
        new = x + (g * x - F(1))
        np.testing.assert_array_equal(b.numpy(), y + (x * y + new))
        np.testing.assert_array_equal(a.numpy(), new - y * g * x)


def test_results_that_are_needed_elsewhere():
    a = tf.Variable(normal())

    @tf.function
    def step(g):
        change = (g - a) * g
        a.assign_add(change * 2.0 + 1.0)
        return change, a.read_value(), tf.reduce_max(change)

    found = []
    for _ in range(4):
        g, x = normal(), a.numpy().copy()
        change = (g - x) * g
        after = x + (change * F(2) + F(1))
        found.append((step(tf.constant(g)), (change, after, change.max())))
    for values, wanted in found:
        for value, want in zip(values, wanted):
            np.testing.assert_array_equal(value.numpy(), want)


def test_in_loops_and_branches():
    a, b = variables(normal(), normal())

    @tf.function
    def steps(g, n):
        for i in tf.range(n):
            b.assign_add((g - b) * 0.5 * g)
            if i > 1:
                a.assign_sub(b * g * 0.25 + a * 0.125)
        return tf.reduce_sum(a) + tf.reduce_sum(b)

    for n in (0, 1, 3, 5):
        g, x, y = normal(), a.numpy().copy(), b.numpy().copy()
        steps(tf.constant(g), tf.constant(n))
        for i in range(n):
            y = y + (g - y) * F(0.5) * g
            if i > 1:
                x = x - (y * g * F(0.25) + x * F(0.125))
        np.testing.assert_array_equal(a.numpy(), x)
        np.testing.assert_array_equal(b.numpy(), y)


def test_keras_optimizers_agree_with_short_variables():
    """Variables too short for tiles are changed by the same formulas."""
    long = normal((70_000,))
    for make in (tf.keras.optimizers.Adam, tf.keras.optimizers.SGD, tf.keras.optimizers.Adagrad):
        whole, part = tf.Variable(long), tf.Variable(long[:1000])
        for variable, optimizer in ((whole, make(0.01)), (part, make(0.01))):
            optimizer.build([variable])

            @tf.function
            def step(variable=variable, optimizer=optimizer):
                with tf.GradientTape() as tape:
                    loss = tf.reduce_sum(variable * variable * variable)
                optimizer.apply_gradients([(tape.gradient(loss, variable), variable)])

            for _ in range(4):
                step()
        np.testing.assert_array_equal(whole.numpy()[:1000], part.numpy())


def test_threads_that_change_variables_of_their_own():
    def work(seed, out):
        rng = np.random.default_rng(seed)
        arrays = [rng.standard_normal(SHAPE).astype("float32") for _ in range(2)]
        held = variables(*arrays, abs(arrays[0]))
        arrays.append(abs(arrays[0]))
        step = step_of(*held)
        for _ in range(10):
            g = rng.standard_normal(SHAPE).astype("float32")
            step(tf.constant(g), tf.constant(0.1))
            arrays = adam_by_hand(*arrays, g, F(0.1))
        out.append(all(np.array_equal(v.numpy(), a) for v, a in zip(held, arrays)))

    found: list[bool] = []
    threads = [threading.Thread(target=work, args=(i, found)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 3


def test_a_variable_that_nobody_else_holds_is_changed_in_its_own_memory():
    v = tf.Variable(normal())

    @tf.function
    def add(x):
        v.assign_add(x)

    for _ in range(3):  # the first value may be another one's, too, and the first runs just call
        add(tf.ones(SHAPE))
    place = v._storage.value.ctypes.data
    for _ in range(3):
        add(tf.ones(SHAPE))
    assert v._storage.value.ctypes.data == place


def test_a_variable_whose_value_is_held_gets_another_memory():
    v = tf.Variable(normal())
    before = v.read_value()
    kept = before.numpy().copy()

    @tf.function
    def add(x):
        v.assign_add(x)

    for _ in range(3):
        add(tf.ones(SHAPE))
    np.testing.assert_array_equal(before.numpy(), kept)
    np.testing.assert_array_equal(v.numpy(), kept + F(1) + F(1) + F(1))
