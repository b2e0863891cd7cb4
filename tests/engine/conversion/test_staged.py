"""Control flow on tensors, traced and run."""

import logging
from types import SimpleNamespace

import pytest

import engine as tf


def run(function, *values):
    """What a traced function answers for constants, as Python values."""
    result = tf.function(function)(*[tf.constant(value) for value in values])
    return tf.nest.map_structure(lambda t: t.numpy().tolist(), result)


def refusal(kind, function, *values) -> str:
    with pytest.raises(kind) as caught:
        run(function, *values)
    return str(caught.value)


# Branches


def test_branches_set_what_is_needed_afterwards() -> None:
    def f(x):
        y = 0
        if x > 2:
            y = x * 2
            z = y
        elif x > 1:
            z = y - 1
        else:
            z = x
        return y, z

    assert [run(f, x) for x in (3, 2, 1)] == [(6, 6), (0, -1), (0, 1)]


def test_early_returns() -> None:
    def f(x):
        if x > 3:
            return x
        y = x + 1
        if y > 2:
            return y * 10
        return -1

    assert [run(f, x) for x in (4, 2, 0)] == [4, 30, -1]


def test_attributes_and_items_are_variables() -> None:
    def f(x):
        box = SimpleNamespace(v=0)
        table = {"k": [1, 2]}
        if x > 1:
            box.v = x
            table["k"][0] = x
        while box.v < 10:
            box.v += 4
        return box.v, table["k"][0]

    assert run(f, 3) == (11, 3)


def test_structures_of_tensors() -> None:
    def f(x):
        if x > 1:
            pair = (x, [x, {"a": 1}])
        else:
            pair = (x, [2, {"a": x}])
        return pair

    assert run(f, 3) == (3, [3, {"a": 1}])
    assert run(f, 0) == (0, [2, {"a": 0}])


def test_variables_without_a_value_in_one_branch() -> None:
    def f(x):
        if x > 1:
            y = 1
        return y

    def g(x):
        if x > 1:
            pass
        else:
            y = 1
        return y

    assert "'y' must also be initialized in the else branch" in refusal(ValueError, f, 1)
    assert "'y' must also be initialized in the main branch" in refusal(ValueError, g, 1)


def test_variables_that_nobody_needs_may_lack_a_value() -> None:
    def f(x):
        if x > 1:
            y = 1
        return x

    assert run(f, 2) == 2


def test_a_return_in_one_branch_alone() -> None:
    def f(x):
        if x > 1:
            return x
        elif x > 0:
            return -x

    assert "must also have a return statement" in refusal(ValueError, f, 1)


def test_none_at_the_end_of_a_branch() -> None:
    def f(x):
        y = None
        if x > 1:
            y = 1
        return y

    def g(x):
        if x > 1:
            return
        return x

    assert "'y' is None at the end of the else branch" in refusal(ValueError, f, 1)
    message = refusal(ValueError, g, 1)
    assert "the return value is None at the end of the main branch" in message
    assert "retval_" not in message


def test_branches_must_agree() -> None:
    def dtypes(x):
        if x > 1:
            y = 1
        else:
            y = 2.0
        return y

    def structures(x):
        if x > 1:
            y = [1, 2]
        else:
            y = [1]
        return y

    def kinds(x):
        if x > 1:
            y = object()
        else:
            y = 1
        return y

    assert (
        "'y' has dtype int32 in the main branch, but dtype float32 in the else branch"
        in refusal(TypeError, dtypes, 1)
    )
    assert "'y' must have the same nested structure" in refusal(TypeError, structures, 1)
    assert "'y' must be a Tensor" in refusal(TypeError, kinds, 1)


def test_conditions_are_bool_scalars() -> None:
    def branch(x):
        if x:
            return 1
        return 2

    def loop(x):
        while x:
            x = x - 1
        return x

    message = refusal(ValueError, branch, 3)
    assert "condition of if statement expected to be `tf.bool` scalar" in message
    assert "tf.cast" in message
    assert "condition of while loop" in refusal(ValueError, loop, 3)
    assert "to check for None" in refusal(ValueError, branch, [True, False])
    assert run(branch, [True]) == 1


def test_shapes_of_branches_may_differ() -> None:
    @tf.function
    def f(x):
        y = tf.zeros([1])
        if x > 1:
            y = tf.zeros([2])
        assert y.shape.as_list() == [None]
        return y

    assert f(tf.constant(2)).shape == (2,)
    assert f(tf.constant(0)).shape == (1,)


# Expressions


def test_expressions() -> None:
    def f(x, y):
        return (
            x if x > y else y, x > y and y > 1, x > y or y > 1, not x > y, 1 < y < x, x is not None
        )  # fmt: skip

    assert run(f, 3, 2)[:5] == (3, True, True, False, True)
    assert run(f, 1, 2)[:5] == (2, False, True, True, False)


def test_short_circuits_stay_short() -> None:
    def f(n):
        values = tf.constant([1, 2, 3])
        i = tf.constant(0)
        while i < n and values[tf.minimum(i, 2)] < 3:
            i += 1
        return i, False and undefined, True or undefined

    assert run(f, 10)[0] == 2


def test_a_ternary_must_agree() -> None:
    def f(x):
        return 1 if x > 1 else 2.0

    assert "'x > 1' has dtype int32 in the main branch" in refusal(TypeError, f, 1)


# Loops


def test_nested_loops_with_jumps() -> None:
    def f(n):
        total = 0
        for i in tf.range(n):
            for j in tf.range(5):
                if j > i:
                    break
                if j % 2 == 0:
                    continue
                total += j
            if total > 5:
                break
        return total

    def plain(n):
        total = 0
        for i in range(n):
            for j in range(5):
                if j > i:
                    break
                if j % 2 == 0:
                    continue
                total += j
            if total > 5:
                break
        return total

    assert [run(f, n) for n in (0, 2, 4, 9)] == [plain(n) for n in (0, 2, 4, 9)]


def test_loops_over_tensors_and_ranges() -> None:
    def rows(x):
        total = tf.zeros_like(x[0])
        for row in x:
            total += row
        return total

    def numbers(n):
        total = 0
        for i in tf.range(10, n, -3):
            total += i
        for i in range(n):
            total += i
        return total

    def unknown(start, stop, step):
        total = 0
        for i in tf.range(start, stop, step):
            total += i
        return total

    assert run(rows, [[1, 2], [3, 4]]) == [4, 6]
    assert run(numbers, 1) == 10 + 7 + 4
    assert run(numbers, 4) == 10 + 7 + 6
    assert run(unknown, 5, 0, -2) == 9
    assert run(unknown, 0, 5, 2) == 6


def test_the_target_after_the_loop() -> None:
    def f(n):
        i = 7
        for i in tf.range(n):
            pass
        return i

    assert run(f, 3) == 2
    assert run(f, 0) == 7


def test_loop_variables_keep_dtype_shape_and_structure() -> None:
    def dtype(n):
        x = 0
        for _ in tf.range(n):
            x = 1.5
        return x

    def shape(n):
        x = tf.zeros([1])
        for _ in tf.range(n):
            x = tf.concat([x, x], 0)
        return x

    def structure(n):
        x = [1, 2]
        for _ in tf.range(n):
            x = [1]
        return x

    def none(n):
        x = 1
        for _ in tf.range(n):
            x = None
        return x

    def undefined(n):
        for _ in tf.range(n):
            x = x + 1
        return x

    def start(n):
        x = None
        while n > 0:
            n -= 1
            if x is not None:
                x = None
        return x

    assert "'x' has dtype int32 before the loop, but dtype float32 after one iteration" in refusal(
        TypeError, dtype, 1
    )
    assert "'x' has shape (1,) before the loop, but shape (2,) after one iteration" in refusal(
        ValueError, shape, 1
    )
    assert "'x' does not have the same nested structure" in refusal(TypeError, structure, 1)
    assert "'x' is None at the end of the iteration" in refusal(ValueError, none, 1)
    assert "'x' must be defined before the loop" in refusal(ValueError, undefined, 1)
    assert "'x' is not allowed to be None before the loop" in refusal(ValueError, start, 1)


def test_shape_invariants_and_maximum_iterations() -> None:
    def grows(n):
        x = tf.zeros([1])
        for _ in tf.range(n):
            tf.autograph.experimental.set_loop_options(
                shape_invariants=[(x, tf.TensorShape([None]))]
            )
            x = tf.concat([x, x], 0)
        return x

    def limited(n):
        i = 0
        while i < n:
            tf.autograph.experimental.set_loop_options(maximum_iterations=3)
            i += 1
        return i

    def wrong(n):
        x = tf.zeros([1])
        for _ in tf.range(n):
            tf.autograph.experimental.set_loop_options(shape_invariants=[(x, tf.TensorShape([2]))])
            x = x + 1.0
        return x

    assert len(run(grows, 3)) == 8
    assert run(limited, 10) == 3
    assert "shape invariant" in refusal(ValueError, wrong, 1)


def test_returns_in_loops() -> None:
    def f(n):
        for i in tf.range(n):
            if i == 2:
                return i
        return -1

    message = refusal(NotImplementedError, f, 5)
    assert "a return statement cannot be placed inside this TensorFlow loop" in message


def test_python_loops_that_depend_on_tensors() -> None:
    def jump(n):
        for i in [1, 2, 3]:
            if n > i:
                break
        return n

    def late(n):
        i = 0
        while i < 3:
            i = i + n
        return i

    assert "break and return statements which depend on a TF condition" in refusal(
        NotImplementedError, jump, 1
    )
    assert "started as non-Tensor, then changed to Tensor" in refusal(NotImplementedError, late, 1)


def test_tensor_arrays_in_loops_and_branches() -> None:
    def f(n):
        array = tf.TensorArray(tf.int32, size=0, dynamic_size=True)
        for i in tf.range(n):
            if i % 2 == 0:
                array = array.write(array.size(), i)
        return array.stack()

    assert run(f, 5) == [0, 2, 4]


def test_long_unrolled_loops_are_named(caplog) -> None:
    @tf.function
    def f(x):
        for _ in range(10_001):
            x = x + 1
        return x

    with caplog.at_level(logging.WARNING, "graphlens.autograph"):
        f.get_concrete_function(tf.constant(1))
    line = f.python_function.__code__.co_firstlineno + 2
    assert len(caplog.records) == 1
    assert f"{__file__}:{line}" in caplog.records[0].getMessage()
    assert "Large unrolled loop" in caplog.records[0].getMessage()


# Statements that are not converted


def test_assertions_and_prints_are_pythons() -> None:
    def f(x):
        assert x is not None
        print("traced")
        return x

    assert run(f, 1) == 1


def test_deleted_variables() -> None:
    def f(x):
        y = x
        del y
        return y

    assert "'y' is used before assignment" in refusal(UnboundLocalError, f, 1)


def test_converted_functions_run_eagerly_too() -> None:
    def f(x):
        total = tf.constant(0)
        for i in tf.range(x):
            if i > 1:
                total += i
        while total > 3:
            total -= 1
        return total if total > 2 else -total

    made = tf.autograph.to_graph(f)
    assert made(tf.constant(4)).numpy() == 3
    assert made(tf.constant(2)).numpy() == 0


def test_functions_given_to_map_fn_are_converted() -> None:
    def positive(x):
        if x > 0:
            return x
        return -x

    assert run(lambda x: tf.map_fn(positive, x), [1, -2]) == [1, 2]
    assert run(lambda x: tf.map_fn(fn=positive, elems=x), [1, -2]) == [1, 2]
