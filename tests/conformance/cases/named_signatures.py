"""Names of specs: in keys of traces, in flat calls, in what traces say of themselves."""

import tempfile

from tests.conformance.case import case, tf

SCALAR = tf.TensorSpec([])


def reason(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return type(error).__name__, str(error).partition("Received")[0].strip()


def told(trace):
    names = [tensor.name for tensor in trace.inputs]
    return names, repr(trace.structured_input_signature), trace.pretty_printed_signature(False)


def product(signature=None, **options):
    return tf.function(lambda x, n: x * n, input_signature=signature, **options)


SIGNATURE = [tf.TensorSpec([None], name="inp"), SCALAR]


@case
def input_signatures_with_names():
    f = product(SIGNATURE)
    traces = [f.get_concrete_function()]
    f(tf.ones(2), 3.0)
    traces += [f.get_concrete_function(), f.get_concrete_function(tf.ones(3), 1.0)]
    other = (tf.TensorSpec([2], name="q"), SCALAR)
    x, n = tf.ones(2), tf.constant(2.0)
    return (
        [told(trace) for trace in traces], f.experimental_get_tracing_count(),
        reason(f.get_concrete_function, *other), reason(traces[0], inp=x, n=n),
        reason(traces[0], x=x, n=n), reason(traces[0], x, n=n), reason(traces[0], inp=x),
        reason(f, x, inp=2.0),
    )  # fmt: skip


@case
def names_of_nested_doubled_and_starred_signatures():
    a, b = tf.TensorSpec([], name="A"), tf.TensorSpec([], name="A")
    functions = [
        tf.function(lambda d: d["a"] + d["b"][0], input_signature=[{"a": a, "b": [SCALAR]}]),
        tf.function(lambda x, y: x + y, input_signature=[a, b]),
        tf.function(lambda *rest: rest[0] + rest[1], input_signature=[a, SCALAR]),
        tf.function(lambda z, *rest: rest[0] + z, input_signature=[SCALAR, SCALAR]),
    ]
    free = tf.function(lambda z, *rest, **options: rest[0] + z)
    traces = [f.get_concrete_function() for f in functions]
    return [told(t) for t in [*traces, free.get_concrete_function(SCALAR, SCALAR, t=a)]]


@case
def names_in_the_keys_of_traces():
    named = {name: tf.TensorSpec([2], name=name) for name in "ab"}
    f = product()
    a, b = [f.get_concrete_function(spec, SCALAR) for spec in named.values()]
    found = [a is b, f.experimental_get_tracing_count()]
    f(tf.ones(2), tf.constant(1.0))
    again = f.get_concrete_function(tf.TensorSpec([2]), SCALAR)
    found += [again is a, again is b, f.experimental_get_tracing_count()]
    g = product()
    g(tf.ones(2), tf.constant(1.0))
    g.get_concrete_function(named["a"], SCALAR)
    found.append(g.experimental_get_tracing_count())
    h = product()
    general = h.get_concrete_function(tf.TensorSpec([None], name="a"), SCALAR)
    h(tf.ones(2), tf.constant(1.0))
    found += [general is h.get_concrete_function(named["a"], SCALAR)]
    return [*found, h.experimental_get_tracing_count()]


@case
def names_where_shapes_are_relaxed():
    one, two = (tf.TensorSpec([size], name="a") for size in (1, 2))
    f = product(reduce_retracing=True)
    f.get_concrete_function(one, SCALAR)
    relaxed = told(f.get_concrete_function(two, SCALAR))
    f(tf.ones(4), tf.constant(1.0))
    g = product(reduce_retracing=True)
    g(tf.ones(1), tf.constant(1.0))
    return relaxed, f.experimental_get_tracing_count(), told(g.get_concrete_function(two, SCALAR))


@case
def python_values_of_traces_must_be_given_again():
    @tf.function
    def f(a, b=1.0, *, c=2.0):
        return a

    trace, x = f.get_concrete_function(SCALAR), tf.constant(1.0)
    calls = [((1.0,), {}), ((1.0, 1.0), {}), ((1.0, 1.0), {"c": 2.0}), ((1.0,), {"c": 2.0}),
             ((1.0, 2.0), {"c": 2.0}), ((x,), {})]  # fmt: skip
    return [reason(trace, *args, **kwargs) for args, kwargs in calls]


@case
def names_in_saved_models():
    class Model(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, 3], name="image")])
        def predict(self, x):
            return {"out": x * 2.0}

    model, folder, x = Model(), tempfile.mkdtemp(), tf.ones((1, 3))
    tf.saved_model.save(model, folder, signatures=model.predict)
    loaded = tf.saved_model.load(folder)
    serve = loaded.signatures["serving_default"]
    return (
        serve(image=x), repr(serve.structured_input_signature), loaded.predict(x),
        type(reason(serve, x=x)).__name__,
    )  # fmt: skip


@case
def loops_outside_of_graphs_answer_what_the_body_answers():
    start = [tf.constant(0), tf.constant(1.0)]
    kinds = [(list, tuple), (tuple, list), (list, list), (tuple, tuple)]

    def loop(outer, inner, **options):
        return type(
            tf.while_loop(
                lambda i, x: i < 3, lambda i, x: inner((i + 1, x)), outer(start), **options
            )
        ).__name__

    bounded = []
    for pair in kinds:
        try:
            bounded.append(loop(*pair, maximum_iterations=2))
        except Exception as error:
            bounded.append(type(error).__name__)
    never = tf.while_loop(lambda i, x: i < 0, lambda i, x: (i, x), start)
    return [loop(*pair) for pair in kinds], bounded, type(never).__name__


@case
def moving_averages_of_variables():
    v, u = tf.Variable(1.0, name="averaged"), tf.Variable([1.0, 2.0], name="averaged_too")
    averages = tf.train.ExponentialMovingAverage(0.9)
    averages.apply([v, u])
    v.assign(3.0)
    averages.apply([v])

    @tf.function
    def step():
        v.assign_add(1.0)
        averages.apply([v])
        return averages.average(v) + 0.0

    counted = tf.train.ExponentialMovingAverage(0.99, num_updates=3)
    counted.apply([u])
    u.assign([5.0, 6.0])
    counted.apply([u])
    return (
        averages.average(v), [step() for _ in range(3)], counted.average(u),
        averages.average(tf.Variable(1.0)), averages.average(u).trainable, averages.name,
        reason(averages.apply, [tf.constant(1.0)]), reason(averages.apply, [tf.Variable(1)]),
    )  # fmt: skip


@case
def ragged_tensors_as_they_are_printed():
    rows = [
        [[1, 2], [3, 4]], [[1, 2], [3]], [[[1], [2]], [[3], [4]]], [[[1], [2]], [[3]]], [[]],
        [[1.5, 2], [3, 4]], [list(range(40)), [1]], [[b"a"], [b"b", b"c"]],
    ]  # fmt: skip
    return [repr(tf.ragged.constant(each)) for each in rows]
