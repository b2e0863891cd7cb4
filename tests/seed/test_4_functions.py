"""Section 4: functions."""

from __future__ import annotations

import numpy as np
import pytest

import engine as tf


def operations(function, *args):
    return function.get_concrete_function(*args).graph.get_operations()


def must_run_before(operation):
    """Everything a node waits for, over data and control edges."""
    seen, stack = [], [operation]
    while stack:
        current = stack.pop()
        for before in [tensor.op for tensor in current.inputs] + list(current.control_inputs):
            if before not in seen:
                seen.append(before)
                stack.append(before)
    return seen


def test_4_1_decorator_without_arguments():
    @tf.function
    def add(a, b):
        return a + b

    result = add(tf.ones([2, 2]), tf.ones([2, 2]))
    np.testing.assert_array_equal(result.numpy(), [[2.0, 2.0], [2.0, 2.0]])
    assert add.python_function(1, 2) == 3
    concrete = add.get_concrete_function(tf.TensorSpec([2], tf.float32), tf.TensorSpec([2]))
    np.testing.assert_array_equal(
        concrete(tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])).numpy(), [4.0, 6.0]
    )


def test_4_1_decorator_with_arguments_and_as_a_call():
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)] * 2)
    def add(a, b):
        return a + b

    np.testing.assert_array_equal(add([1.0], [2.0]).numpy(), [3.0])
    with pytest.raises(TypeError):
        add(tf.constant([1]), tf.constant([2]))

    subtract = tf.function(lambda a, b: a - b)
    assert subtract(tf.constant(5), tf.constant(3)).numpy() == 2


def test_4_2_gradient_of_a_function():
    @tf.function
    def add(a, b):
        return a + b

    v = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        result = add(v, 1.0)
    gradient = tape.gradient(result, v)
    assert gradient.numpy() == 1.0
    assert gradient.dtype == tf.float32


def power_by_if(x):
    if x > 0:
        y = x * x * x
    else:
        y = -x
    return y


def power_by_while(x):
    y, i = x, 0
    while i < tf.constant(2):
        y = y * x
        i = i + 1
    return y


def power_by_for(x):
    y = x
    for _ in tf.range(2):
        y = y * x
    return y


@pytest.mark.parametrize("function", [power_by_if, power_by_while, power_by_for])
def test_4_2_first_and_second_derivatives_through_control_flow(function):
    traced = tf.function(function)
    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = traced(x)
        first = inner.gradient(y, x)
    second = outer.gradient(first, x)
    assert y.numpy() == 27.0
    assert first.numpy() == 27.0
    assert second.numpy() == 18.0


def test_4_2_gradient_inside_the_function():
    @tf.function
    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = power_by_for(x)
        return tape.gradient(y, x)

    assert slope(tf.constant(2.0)).numpy() == 12.0


def linear_layer(x):
    return 2 * x + 1


def absolute_layer(x):
    if x > 0:
        return x
    return -x


def test_4_3_a_chain_of_calls():
    @tf.function
    def deep_net(x):
        return tf.nn.relu(linear_layer(x))

    result = deep_net(tf.constant((1, 2, 3)))
    np.testing.assert_array_equal(result.numpy(), [3, 5, 7])
    assert result.dtype == tf.int32


def test_4_3_the_callee_is_converted_too():
    @tf.function
    def net(x):
        return absolute_layer(x) + 1

    assert net(tf.constant(-4)).numpy() == 5
    assert net(tf.constant(4)).numpy() == 5


def test_4_4_one_trace_per_signature():
    traces = []

    @tf.function
    def double(a):
        traces.append(a.dtype)
        return a + a

    assert double(tf.constant(1)).numpy() == 2
    np.testing.assert_allclose(double(tf.constant(1.1)).numpy(), 2.2, rtol=1e-6)
    assert double(tf.constant("a")).numpy() == b"aa"
    assert traces == [tf.int32, tf.float32, tf.string]
    double(tf.constant(2))
    assert double.experimental_get_tracing_count() == 3


@pytest.mark.parametrize("base", ["tf.keras.models.Model", "tf.keras.Model"])
def test_4_5_keras_style_model(base):
    class CustomModel(eval(base)):
        @tf.function
        def call(self, input_data):
            if tf.reduce_mean(input_data) > 0:
                return input_data
            else:
                return input_data // 2

    model = CustomModel()
    negative, positive = model(tf.constant([-2, -4])), model(tf.constant([2, 4]))
    np.testing.assert_array_equal(negative.numpy(), [-1, -2])
    np.testing.assert_array_equal(positive.numpy(), [2, 4])
    assert negative.dtype == positive.dtype == tf.int32


def test_4_6_automatic_control_dependencies():
    a = tf.Variable(1.0)
    b = tf.Variable(2.0)

    @tf.function
    def f(x, y):
        a.assign(y * b)
        b.assign_add(x * a)
        return a + b

    assert f(1.0, 2.0).numpy() == 10.0
    assert a.numpy() == 4.0
    assert b.numpy() == 6.0


def test_4_6_one_variable_is_ordered_by_control_edges_unrelated_ops_are_not():
    a = tf.Variable(1.0)
    b = tf.Variable(2.0)

    @tf.function
    def f(x):
        a.assign(x)
        read = a.read_value()
        b.assign(x)
        return read + tf.exp(x)

    ops = operations(f, tf.TensorSpec([], tf.float32))
    assign_a, assign_b = [op for op in ops if op.type == "AssignVariableOp"]
    (read,) = [op for op in ops if op.type == "ReadVariableOp"]
    (exp,) = [op for op in ops if op.type == "Exp"]
    assert assign_a in must_run_before(read)
    assert assign_a in list(read.control_inputs), "the order is an explicit edge"
    assert assign_a not in must_run_before(assign_b)
    assert assign_a not in must_run_before(exp)
    assert assign_b not in must_run_before(exp)
