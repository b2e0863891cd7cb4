"""Variables, control dependencies, order of effects."""

import numpy as np

from tests.conformance.case import case, tf


@case
def construction_and_properties():
    v = tf.Variable([1.0, 2.0], name="weights")
    return v, v.name, v.dtype, v.shape, v.trainable, v.read_value(), v.value(), v.numpy()


@case
def reprs():
    return (
        repr(tf.Variable(1.0)),
        repr(tf.Variable([1, 2], name="v")),
        str(tf.Variable(1.0)),
        repr(tf.Variable("text")),
        repr(tf.Variable([[1.0]], trainable=False)),
    )


@case
def dtypes_and_shapes():
    return (
        tf.Variable(1, dtype=tf.float64),
        tf.Variable(np.array([1.5])),
        tf.Variable(tf.ones([2])),
        tf.Variable([1.0], shape=tf.TensorShape(None)).shape,
        tf.Variable("a"),
        tf.Variable(True),
        tf.Variable(lambda: tf.zeros([2])),
    )


@case
def assign_family():
    v = tf.Variable(1.0)
    results = [v.assign(5.0), v.assign_add(2.0), v.assign_sub(1.0)]
    return [float(r) for r in results], v, v.assign(tf.constant(3.0)).numpy()


@case
def assign_returns_something_usable():
    v = tf.Variable(1.0)
    return v.assign(5.0) + 1.0, v.assign_add(1.0) is v, v.assign_add(1.0)


@case
def assign_of_wrong_shape():
    tf.Variable([1.0, 2.0]).assign([1.0])


@case
def assign_of_wrong_dtype():
    tf.Variable(1).assign(1.5)


@case
def assign_of_tensor_of_wrong_dtype():
    tf.Variable(1).assign(tf.constant(1.5))


@case
def assign_add_of_tensor_of_wrong_dtype():
    tf.Variable(1.0).assign_add(tf.constant(1))


@case
def unknown_shape_takes_any_value():
    v = tf.Variable([1.0], shape=tf.TensorShape([None]))
    v.assign([1.0, 2.0, 3.0])
    return v, v.shape


@case
def operators():
    v = tf.Variable([3.0, 4.0])
    return v + 1, 1 - v, v * v, v / 2, v**2, -v, v > 3.5, v[0], v @ tf.ones([2, 1]) if False else 0


@case
def augmented_assignment_makes_a_tensor():
    v = tf.Variable(1.0)
    w = v
    w += 1.0
    return type(w).__name__, w, v


@case
def comparison_and_hash():
    v = tf.Variable(1.0)
    return v == 1.0, v.ref() == v.ref(), v is v


@case
def hash_of_variable():
    return hash(tf.Variable(1.0))


@case
def conversions():
    v = tf.Variable(2.5)
    return float(v), int(v), bool(v), tf.convert_to_tensor(v), np.asarray(v), f"{v.numpy()}"


@case
def iteration_and_len():
    v = tf.Variable([1, 2])
    return [int(x) for x in v], v.shape[0], v[1:]


@case
def scatter_updates():
    v = tf.Variable([1.0, 2.0, 3.0, 4.0])
    v.scatter_update(tf.IndexedSlices([10.0, 20.0], [0, 2]))
    first = v.numpy()
    v.scatter_add(tf.IndexedSlices([1.0], [0]))
    v.scatter_sub(tf.IndexedSlices([1.0], [1]))
    v.scatter_nd_update([[3]], [7.0])
    return first, v


@case
def scatter_more():
    v = tf.Variable([1.0, 2.0, 3.0, 4.0])
    v.scatter_mul(tf.IndexedSlices([3.0], [0]))
    v.scatter_div(tf.IndexedSlices([2.0], [1]))
    v.scatter_min(tf.IndexedSlices([1.0], [2]))
    v.scatter_max(tf.IndexedSlices([9.0], [3]))
    v.scatter_nd_add([[0], [0]], [1.0, 1.0])
    v.scatter_nd_sub([[1]], [1.0])
    return v


@case
def sliced_assignment():
    v = tf.Variable([1.0, 2.0, 3.0, 4.0])
    v[1:3].assign([20.0, 30.0])
    return v


@case
def item_assignment():
    v = tf.Variable([1.0, 2.0])
    v[0] = 5.0


@case
def gather_on_variable():
    v = tf.Variable([[1, 2], [3, 4]])
    return v.sparse_read([1, 0]), v.gather_nd([[0, 1]]), tf.gather(v, [1])


@case
def in_function():
    v = tf.Variable(1.0)

    @tf.function
    def f(x):
        v.assign_add(x)
        return v * 2.0

    return f(1.0), f(tf.constant(2.0)), v


@case
def order_of_effects():
    a, b = tf.Variable(1.0), tf.Variable(2.0)

    @tf.function
    def f(x, y):
        a.assign(y * b)
        b.assign_add(x * a)
        return a + b

    return f(1.0, 2.0), a, b


@case
def reads_see_the_latest_value():
    v = tf.Variable(0)

    @tf.function
    def f():
        before = v.read_value()
        v.assign(1)
        middle = v + 0
        v.assign_add(10)
        return before, middle, v.read_value()

    return f(), f(), v


@case
def unused_assignment_still_runs():
    v = tf.Variable(0)

    @tf.function
    def f():
        v.assign_add(1)

    f()
    f()
    return v


@case
def effects_in_branches_and_loops():
    v = tf.Variable(0)

    @tf.function
    def f(x):
        if x > 0:
            v.assign_add(1)
        else:
            v.assign_sub(1)
        for i in tf.range(x):
            v.assign(v * 2 + i)
        return v.read_value()

    return f(tf.constant(3)), f(tf.constant(-1)), v


@case
def prints_and_assigns_keep_order():
    v = tf.Variable(1)

    @tf.function
    def f():
        tf.print("a", v)
        v.assign(2)
        tf.print("b", v)
        v.assign(3)
        tf.print("c", v)

    f()


@case
def prints_in_loops_and_branches():
    @tf.function
    def f(n):
        tf.print("start")
        for i in tf.range(n):
            if i % 2 == 0:
                tf.print("even", i)
            else:
                tf.print("odd", i)
        tf.print("end", n)
        return n

    f(tf.constant(4))


@case
def dead_print_still_prints():
    @tf.function
    def f(x):
        tf.print("seen", x * 2)
        return 0

    f(tf.constant(3))
    f(tf.constant(4))


@case(match="created on the first call|once|singleton")
def created_in_function():
    @tf.function
    def f(x):
        v = tf.Variable(1.0)
        return v.assign_add(x)

    return f(1.0)


@case
def created_on_first_call_only():
    class Layer(tf.Module):
        def __init__(self):
            super().__init__()
            self.w = None

        @tf.function
        def __call__(self, x):
            if self.w is None:
                self.w = tf.Variable(2.0)
            return self.w * x

    layer = Layer()
    return layer(tf.constant(3.0)), layer(tf.constant(4.0)), layer.w


@case
def created_under_init_scope():
    made = []

    @tf.function
    def f(x):
        if not made:
            with tf.init_scope():
                made.append(tf.Variable(5.0))
        return made[0] * x

    return f(2.0), made[0]


@case
def variable_as_condition_and_loop_bound():
    v = tf.Variable(3)

    @tf.function
    def f():
        total = 0
        for i in tf.range(v):
            total += i
        if v > 2:
            total += 100
        return total

    first = f()
    v.assign(1)
    return first, f()


@case
def variable_as_loop_state():
    v = tf.Variable(10)

    @tf.function
    def f():
        steps = 0
        while v > 3:
            v.assign_sub(2)
            steps += 1
        return steps

    return f(), v


@case
def control_dependencies():
    v = tf.Variable(1)

    @tf.function
    def f():
        op = v.assign_add(5)
        with tf.control_dependencies([op]):
            return tf.identity(v)

    return f()


@case
def group_of_updates():
    a, b = tf.Variable(1), tf.Variable(2)

    @tf.function
    def f():
        tf.group(a.assign_add(1), b.assign_add(1))

    f()
    return a, b


@case
def assertions_run_in_graph():
    @tf.function
    def f(x):
        tf.debugging.assert_positive(x)
        return x * 2

    return f(tf.constant(3))


@case(match="too small")
def failed_assertion_in_graph():
    @tf.function
    def f(x):
        tf.debugging.Assert(x > 0, ["too small", x])
        return x

    return f(tf.constant(-3))


@case
def failed_assert_equal():
    tf.debugging.assert_equal(tf.constant([1, 2]), tf.constant([1, 3]), message="differ")


@case
def checkpoint_save_and_restore():
    import tempfile

    v, w = tf.Variable(3.0), tf.Variable([1, 2])
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = tf.train.Checkpoint(v=v, w=w)
        path = checkpoint.save(folder + "/point")
        v.assign(0.0)
        w.assign([0, 0])
        tf.train.Checkpoint(v=v, w=w).restore(path)
    return v, w


@case
def variables_of_strings_and_bools():
    s, b = tf.Variable("a"), tf.Variable([True, False])
    s.assign(s + "b")
    b.assign(tf.logical_not(b))
    return s, b


@case
def captured_variable_is_shared():
    v = tf.Variable(1.0)
    f = tf.function(lambda: v.assign_add(1.0))
    g = tf.function(lambda: v * 10.0)
    f()
    return g(), v


@case
def variable_in_structure():
    vs = {"a": tf.Variable(1.0), "b": [tf.Variable(2.0)]}

    @tf.function
    def f(d):
        d["a"].assign_add(d["b"][0])
        return d["a"] + 0.0

    return f(vs), vs["a"]


@case
def experimental_ref_and_names():
    return tf.Variable(1.0).name, tf.Variable(1.0, name="x").name, tf.Variable([1], name="a/b").name


@case
def is_tensor_and_instance():
    v = tf.Variable(1.0)
    return tf.is_tensor(v), isinstance(v, tf.Tensor), isinstance(v, tf.Variable)
