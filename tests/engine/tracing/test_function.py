"""`tf.function`: traces, signatures, captures, state."""

import gc
import logging
import sys
import threading
import weakref

import numpy as np
import pytest

import engine as tf
from engine.base.tracebacks import FILTERING


def counting(**options):
    """A traced function that notes what it was traced with."""
    seen = []

    @tf.function(**options)
    def f(x):
        seen.append(x)
        return x

    return f, seen


def test_one_trace_for_each_signature():
    f, seen = counting()
    for value in (1, 1, 2, 1.5, "a", None, [1, 2], (1, 2), {"k": 1}):
        f(value)
    f(tf.constant(1))
    f(tf.constant(2))
    f(tf.constant([1]))
    f(np.float32(1))
    f(np.float32(2))
    assert len(seen) == 11 == f.experimental_get_tracing_count()


def test_a_more_general_trace_serves_narrower_calls():
    f, seen = counting()
    f.get_concrete_function(tf.TensorSpec([None], tf.float32))
    f(tf.constant([1.0]))
    f(tf.constant([1.0, 2.0]))
    assert len(seen) == 1


def test_reduce_retracing_generalises_sizes():
    f, seen = counting(reduce_retracing=True)
    for size in range(1, 6):
        f(tf.zeros([size]))
    assert [tuple(x.shape) for x in seen] == [(1,), (None,)]


def test_objects_count_by_identity_and_are_held_weakly():
    class Config:
        pass

    f, seen = counting()

    @tf.function
    def g(config):
        return 1

    first = Config()
    g(first)
    g(first)
    g(Config())
    assert g.experimental_get_tracing_count() == 2
    reference = weakref.ref(first)
    del first
    gc.collect()
    assert reference() is None


def test_variables_as_arguments_share_a_trace():
    @tf.function
    def f(v):
        v.assign_add(1.0)
        return v * 2.0

    a, b = tf.Variable(1.0), tf.Variable(10.0)
    assert [float(f(a)), float(f(b)), float(f(a))] == [4.0, 22.0, 6.0]
    assert f.experimental_get_tracing_count() == 1


def test_input_signature_casts_and_refuses():
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def f(x):
        return x * 2.0

    np.testing.assert_array_equal(f([1, 2]), [2.0, 4.0])
    with pytest.raises(TypeError, match="Can not cast"):
        f(tf.constant(1.0))
    with pytest.raises(TypeError, match="missing a required argument"):
        f()
    assert f.experimental_get_tracing_count() == 1


def test_a_signature_that_does_not_fit_the_parameters():
    with pytest.raises(TypeError, match="missing type constraint for y"):
        tf.function(lambda x, y: x, input_signature=[tf.TensorSpec([])])(1.0)


def test_variables_are_made_on_the_first_call_only():
    class Counter:
        def __init__(self):
            self.v = None

        @tf.function
        def __call__(self):
            if self.v is None:
                self.v = tf.Variable(0)
            return self.v.assign_add(1)

    counter = Counter()
    assert [int(counter()), int(counter())] == [1, 2]

    @tf.function
    def bad():
        return tf.Variable(1.0)

    with pytest.raises(
        ValueError, match="singleton tf.Variables created on the first call"
    ) as info:
        bad()
    assert "test_function.py" in str(info.value)


def test_python_arguments_must_not_change():
    @tf.function
    def f(items):
        items.append(1)
        return 1

    with pytest.raises(ValueError, match="modified: items"):
        f([tf.constant(1)])


def test_structures_go_in_and_come_out():
    @tf.function
    def f(tree):
        return {"sum": tree["a"] + tree["b"][0], "none": None, "same": tree["b"]}

    out = f({"a": tf.constant(1), "b": (tf.constant(2), 3)})
    assert int(out["sum"]) == 3
    assert out["none"] is None
    assert [int(x) for x in out["same"]] == [2, 3]


def test_concrete_functions_take_traced_inputs_by_name_and_place():
    @tf.function
    def f(x, k=2, *, flag=True):
        return x * k if flag else x

    concrete = f.get_concrete_function(tf.TensorSpec([2], tf.float32, name="x"), k=3)
    np.testing.assert_array_equal(concrete(tf.constant([1.0, 2.0])), [3.0, 6.0])
    np.testing.assert_array_equal(concrete(x=tf.constant([1.0, 2.0])), [3.0, 6.0])
    with pytest.raises(TypeError, match="missing a required argument"):
        concrete()
    assert "x (POSITIONAL_OR_KEYWORD): TensorSpec(shape=(2,)" in concrete.pretty_printed_signature()


def test_an_exception_while_tracing_leaves_nothing_behind():
    broken = [True]

    @tf.function
    def f(x):
        if broken[0]:
            raise RuntimeError("no")
        return x + 1

    with pytest.raises(RuntimeError):
        f(tf.constant(1))
    broken[0] = False
    assert int(f(tf.constant(1))) == 2
    assert tf.executing_eagerly()


def test_leaked_tensors_are_refused():
    leaked = []

    @tf.function
    def leak(x):
        leaked.append(x + 1)
        return x

    @tf.function
    def use(y):
        return y + leaked[0]

    leak(tf.constant(1))
    with pytest.raises(TypeError, match="out of scope"):
        use(tf.constant(1))
    with pytest.raises(TypeError, match="out of scope"):
        tf.add(leaked[0], 1)


def test_nested_functions_record_a_call():
    @tf.function
    def inner(x):
        return x + 1

    @tf.function
    def outer(x):
        return inner(x) * 2

    graph = outer.get_concrete_function(tf.constant(1)).graph
    assert "PartitionedCall" in [node.type for node in graph]
    assert int(outer(tf.constant(1))) == 4


def test_threads_trace_and_call_at_once():
    @tf.function
    def f(x, k):
        for _ in tf.range(10):
            x = x + k
        return x

    results = {}

    def work(k):
        results[k] = [float(f(tf.constant(float(i)), k)) for i in range(5)]

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {k: [i + 10.0 * k for i in range(5)] for k in range(4)}
    assert f.experimental_get_tracing_count() == 4


def test_retracing_is_warned_of_with_the_argument_to_blame(caplog):
    @tf.function
    def f(x):
        return tf.reduce_sum(x)

    with caplog.at_level(logging.WARNING, logger="engine"):
        for size in range(8):
            f(tf.zeros([size]))
    text = caplog.text
    assert "5 out of the last 5 calls" in text
    assert "Argument 'x' changed its shape" in text
    assert "reduce_retracing=True" in text


def test_a_function_decorated_in_a_loop_is_warned_of(caplog):
    with caplog.at_level(logging.WARNING, logger="engine"):
        for _ in range(6):

            @tf.function
            def f(x):
                return x + 1

            f(tf.constant(1))
    assert "5 out of the last 5 calls" in caplog.text
    assert "outside of loops" in caplog.text


def test_asking_for_traces_is_no_call(caplog):
    @tf.function
    def f(x):
        return x

    with caplog.at_level(logging.WARNING, logger="engine"):
        for size in range(8):
            f.get_concrete_function(tf.TensorSpec([size]))
    assert caplog.text == ""


def test_operations_are_found_by_name():
    @tf.function
    def f(x):
        return x * 2.0 + 1.0

    graph = f.get_concrete_function(tf.TensorSpec([2])).graph
    assert [node.name for node in graph.get_operations()] == [
        "x", "mul/y", "mul", "add/y", "add", "Identity",
    ]  # fmt: skip
    assert graph.get_operation_by_name("mul").type == "Mul"
    assert graph.get_tensor_by_name("add:0").shape == [2]
    for name, kind in (("none:0", KeyError), ("mul:1", KeyError), ("mul", ValueError)):
        with pytest.raises(kind, match=name.partition(":")[0]):
            graph.get_tensor_by_name(name)


def test_methods_do_not_keep_their_object_alive():
    class Model:
        def __init__(self):
            self.w = tf.Variable(2.0)

        @tf.function
        def times(self, x):
            return self.w * x

    model = Model()
    assert float(model.times(tf.constant(3.0))) == 6.0
    reference = weakref.ref(model)
    del model
    gc.collect()
    assert reference() is None


def test_run_functions_eagerly():
    f, seen = counting()
    tf.config.run_functions_eagerly(True)
    try:
        f(tf.constant(1))
        f(tf.constant(2))
    finally:
        tf.config.run_functions_eagerly(False)
    assert [int(x) for x in seen] == [1, 2]


def test_control_dependencies_order_what_touches_one_variable():
    a, b = tf.Variable(1.0), tf.Variable(2.0)

    @tf.function
    def f():
        a.assign(5.0)
        b.assign(7.0)
        return a + b

    graph = f.get_concrete_function().graph
    writes = [node for node in graph if node.type == "AssignVariableOp"]
    reads = [node for node in graph if node.type == "ReadVariableOp"]
    assert [node.after for node in reads] == [(writes[0],), (writes[1],)]
    assert all(not node.after for node in writes)
    assert float(f()) == 12.0


def test_errors_at_run_time_name_the_user_s_line():
    @tf.function
    def f(x):
        return tf.gather(tf.constant([1, 2, 3]), x)

    with pytest.raises(tf.errors.InvalidArgumentError, match="is not in") as info:
        f(tf.constant(7))
    assert "test_function.py" in str(info.value)


def test_tracebacks_show_the_users_frames_alone():
    def helper(x):
        if x > 0:
            y = x
        return y

    @tf.function
    def f(x):
        return helper(x)

    def frames():
        with pytest.raises(ValueError, match="else branch") as caught:
            f(tf.constant(1))
        return [entry.name for entry in caught.traceback]

    before = tf.debugging.is_traceback_filtering_enabled()
    try:
        tf.debugging.enable_traceback_filtering()
        again = ["__call__"] if sys.version_info < (3, 11) else []  # the frame of `raise`
        assert frames()[-3 - len(again) :] == ["frames", *again, "f", "helper"]
        tf.debugging.disable_traceback_filtering()
        assert len(frames()) > 10
    finally:
        FILTERING[0] = before


def test_kinds_of_functions():
    kinds = tf.types.experimental

    @tf.function
    def f(x):
        return x

    trace = f.get_concrete_function(1)
    assert isinstance(f, kinds.GenericFunction)
    assert isinstance(f, kinds.PolymorphicFunction)
    assert isinstance(f, kinds.Callable)
    assert isinstance(trace, kinds.ConcreteFunction)
    assert isinstance(trace, kinds.Callable)
    assert not isinstance(len, kinds.Callable)
    assert not isinstance(f, kinds.ConcreteFunction)
