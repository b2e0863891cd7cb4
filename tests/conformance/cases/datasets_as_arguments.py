"""Datasets and their iterators as arguments and results of traced functions."""

from typing import Any

import numpy as np

from tests.conformance.case import case, tf

Dataset = tf.data.Dataset


def elements(dataset: Any) -> list[Any]:
    """All elements, as numpy values."""
    return list(dataset.as_numpy_iterator())


def total(dataset: Any) -> Any:
    """The sum of the elements."""
    found = tf.constant(0, tf.int64)
    for x in dataset:
        found += tf.reduce_sum(x)
    return found


@case
def traces_by_element_specs():
    f = tf.function(total)
    found = [
        f(Dataset.range(4)),
        f(Dataset.range(7).map(lambda x: x * 2)),
        f(Dataset.range(5).batch(2)),
    ]
    found += [f(Dataset.range(8).batch(3)), f(Dataset.range(2).shuffle(5))]
    return (found, f.experimental_get_tracing_count(), f.pretty_printed_concrete_signatures())


@case
def iterators():
    n = []

    @tf.function
    def f(it):
        n.append(1)
        return next(it) * 10 + next(it)

    a, b = (iter(Dataset.range(9)), iter(Dataset.range(100, 109)))
    return (
        f(a),
        f(b),
        f(a),
        next(a),
        next(b),
        n,
        f.get_concrete_function(a).pretty_printed_signature(),
    )


@case
def returned():

    @tf.function
    def f(ds):
        return ds.map(lambda x: x * 2).take(3)

    r = f(Dataset.range(9))
    return (elements(r), repr(r.element_spec), elements(f(Dataset.range(2))))


@case
def returned_new():

    @tf.function
    def f(n):
        return (Dataset.range(n).map(lambda x: x + n), {"k": n})

    r, k = f(tf.constant(4, tf.int64))
    return (elements(r), elements(r), k)


@case
def nested_calls():

    @tf.function
    def g(ds):
        s = tf.constant(0, tf.int64)
        for x in ds:
            s += x
        return s

    @tf.function
    def f(ds):
        return g(ds) + g(ds.map(lambda x: x * 10)) + g(Dataset.range(3))

    return (f(Dataset.range(4)), f(Dataset.range(2)), g.experimental_get_tracing_count())


@case
def nested_symbolic():

    @tf.function
    def g(ds):
        s = tf.constant(0, tf.int64)
        for x in ds:
            s += x
        return s

    @tf.function
    def f(n):
        return g(Dataset.range(n).map(lambda x: x * n))

    return (f(tf.constant(4, tf.int64)), f(tf.constant(2, tf.int64)))


@case
def cardinality():

    @tf.function
    def f(ds):
        return (ds.cardinality(), len(ds), ds.batch(2).cardinality())

    return (f(Dataset.range(5)), f(Dataset.range(9)))


@case
def cardinality_unknown():

    @tf.function
    def f(ds):
        return ds.cardinality()

    return (f(Dataset.range(5).filter(lambda x: x > 1)), f(Dataset.range(5).repeat()))


@case
def len_unknown():
    return tf.function(lambda ds: len(ds))(Dataset.range(5).filter(lambda x: x > 1))


@case
def conds():

    @tf.function
    def f(c, a, b):
        ds = a if c else b
        s = tf.constant(0, tf.int64)
        for x in ds:
            s += x
        return s

    return (
        f(tf.constant(True), Dataset.range(3), Dataset.range(9)),
        f(tf.constant(False), Dataset.range(3), Dataset.range(9)),
    )


@case
def dict_arg():

    @tf.function
    def f(d):
        s = tf.constant(0, tf.int64)
        for x in d["a"]:
            s += x * d["k"]
        return s

    return (
        f({"a": Dataset.range(4), "k": tf.constant(2, tf.int64)}),
        f({"a": Dataset.range(5), "k": tf.constant(3, tf.int64)}),
        f.experimental_get_tracing_count(),
    )


@case
def concrete():

    @tf.function
    def f(ds):
        s = tf.constant(0, tf.int64)
        for x in ds:
            s += x
        return s

    c = f.get_concrete_function(Dataset.range(3))
    return (c(Dataset.range(5)), c.pretty_printed_signature(), [str(t.dtype) for t in c.inputs])


@case
def concrete_spec():

    @tf.function
    def f(ds):
        s = tf.constant(0, tf.int64)
        for x in ds:
            s += x
        return s

    c = f.get_concrete_function(tf.data.DatasetSpec(tf.TensorSpec([], tf.int64)))
    return c(Dataset.range(5))


@case
def sig():

    @tf.function(input_signature=[tf.data.DatasetSpec(tf.TensorSpec([], tf.int64))])
    def f(ds):
        s = tf.constant(0, tf.int64)
        for x in ds:
            s += x
        return s

    return (f(Dataset.range(5)), f(Dataset.range(6)))


@case
def sig_wrong():

    @tf.function(input_signature=[tf.data.DatasetSpec(tf.TensorSpec([], tf.int64))])
    def f(ds):
        return 1

    return f(Dataset.from_tensor_slices([1.0]))


@case
def random_ds():
    tf.random.set_seed(3)
    ds = Dataset.range(10).shuffle(10, seed=1)

    @tf.function
    def f(ds):
        s = tf.constant(0, tf.int64)
        for x in ds:
            s = s * 10 + x
        return s

    return (f(ds), f(ds), elements(ds))


@case
def cached():
    n = []
    ds = (
        Dataset.range(3)
        .map(lambda x: tf.py_function(lambda q: (n.append(1), q)[1], [x], tf.int64))
        .cache()
    )

    @tf.function
    def f(ds):
        s = tf.constant(0, tf.int64)
        for x in ds:
            s += x
        return s

    return (f(ds), f(ds), len(n))


@case
def training():
    v = tf.Variable([0.0])
    opt = tf.keras.optimizers.SGD(0.1)

    @tf.function
    def epoch(ds):
        l = 0.0
        for x, y in ds:
            with tf.GradientTape() as t:
                l = tf.reduce_mean((v * x - y) ** 2)
            opt.apply_gradients([(t.gradient(l, v), v)])
        return l

    ds = Dataset.from_tensor_slices(
        (np.arange(8, dtype=np.float32), np.arange(8, dtype=np.float32) * 2)
    ).batch(4)
    return ([epoch(ds) for _ in range(3)], v, epoch.experimental_get_tracing_count())


@case
def method_arg():

    class T:
        @tf.function
        def run(self, ds):
            s = tf.constant(0, tf.int64)
            for i, x in ds.enumerate():
                s += i * x
            return s

    t = T()
    return (t.run(Dataset.range(4)), t.run(Dataset.range(5)))


@case
def two_datasets():

    @tf.function
    def f(a, b):
        s = tf.constant(0, tf.int64)
        for x, y in Dataset.zip((a, b)):
            s += x * y
        for x in a.concatenate(b):
            s += x
        return s

    return (f(Dataset.range(4), Dataset.range(5)), f(Dataset.range(2), Dataset.range(2)))


@case
def iterator_in_loop():

    @tf.function
    def f(it, n):
        s = tf.constant(0, tf.int64)
        for _ in tf.range(n):
            s = s * 10 + next(it)
        return s

    it = iter(Dataset.range(9))
    return (f(it, tf.constant(3)), f(it, tf.constant(2)))


@case
def iterator_for():

    @tf.function
    def f(it):
        s = tf.constant(0, tf.int64)
        for x in it:
            s = s * 10 + x
            if x > 2:
                break
        return s

    it = iter(Dataset.range(9))
    return (f(it), f(it), next(it))


@case
def iterator_end():

    @tf.function
    def f(it):
        return next(it)

    it = iter(Dataset.range(1))
    f(it)
    return f(it)


@case
def captured():
    ds = Dataset.range(4)

    @tf.function
    def f():
        s = tf.constant(0, tf.int64)
        for x in ds:
            s += x
        return s

    return (f(), f())


@case
def captured_iterator():
    it = iter(Dataset.range(9))

    @tf.function
    def f():
        return next(it)

    return (f(), f(), next(it))


@case
def flatten():
    ds = Dataset.range(3)
    return (
        len(tf.nest.flatten(ds)),
        len(tf.nest.flatten(ds, expand_composites=True)),
        tf.is_tensor(ds),
    )


@case
def type_spec():
    return (
        repr(tf.type_spec_from_value(Dataset.range(3))),
        repr(tf.data.DatasetSpec.from_value(Dataset.range(3))),
    )


@case
def spec_attrs():
    s = tf.data.DatasetSpec(tf.TensorSpec([], tf.int64))
    return (
        repr(s),
        repr(s.element_spec),
        s == tf.data.DatasetSpec(tf.TensorSpec([], tf.int64)),
        s.is_compatible_with(Dataset.range(3)),
        s.value_type.__name__[:7],
    )
