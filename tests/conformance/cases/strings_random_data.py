"""`tf.strings`, `tf.random` with seeds, `tf.data`."""

import numpy as np

from tests.conformance.case import case, tf


@case
def joining_and_splitting():
    s = tf.strings
    return (
        s.join(["a", "b"]),
        s.join([["a", "c"], ["b", "d"]], separator="-"),
        s.split("a b  c"),
        s.split("a,b,,c", sep=","),
        s.reduce_join([["a", "b"], ["c", "d"]], axis=1),
        s.reduce_join(["x", "y"], separator="+"),
    )


@case
def lengths_and_cases():
    s = tf.strings
    x = tf.constant(["Hello", "wörld", ""])
    return (
        s.length(x),
        s.length(x, unit="UTF8_CHAR"),
        s.upper(x),
        s.lower(x),
        s.strip([" a ", "b\n"]),
    )


@case
def substrings():
    s = tf.strings
    return (
        s.substr("hello", 1, 3),
        s.substr(["abc", "def"], [0, 1], [1, 2]),
        s.substr("hello", -3, 2),
    )


@case
def regular_expressions():
    s = tf.strings
    return (
        s.regex_replace("a1b22", "[0-9]+", "#"),
        s.regex_replace("a1b22", "[0-9]", "#", replace_global=False),
        s.regex_full_match(["ab", "abc"], "a.*b"),
    )


@case
def numbers():
    s = tf.strings
    return (
        s.to_number(["1.5", "2"]),
        s.to_number("7", tf.int32),
        s.as_string([1, 2]),
        s.as_string(3.14159, precision=2),
        s.as_string([True, False]),
        s.as_string(1.5),
    )


@case
def string_that_is_no_number():
    return tf.strings.to_number("x")


@case
def formatting():
    return tf.strings.format("x = {}, y = {}", (tf.constant([1, 2]), tf.constant(1.5)))


@case
def hashing():
    s = tf.strings
    return s.to_hash_bucket_fast(["a", "b"], 10), s.to_hash_bucket_strong(["a"], 10, [1, 2])


@case
def bytes_and_unicode():
    s = tf.strings
    return (
        s.bytes_split("abc"),
        s.unicode_decode("aé", "UTF-8"),
        s.unicode_encode([97, 233], "UTF-8"),
    )


@case
def comparison_of_strings():
    a = tf.constant(["a", "b"])
    return a == "a", a != ["a", "c"], tf.equal(a, ["a", "a"])


@case
def order_of_strings():
    return tf.constant("a") < tf.constant("b")


@case
def strings_in_functions():
    @tf.function
    def f(x):
        if x == "go":
            return x + "!"
        return tf.strings.upper(x)

    return f(tf.constant("go")), f(tf.constant("stop"))


@case
def encodings():
    return (
        tf.io.encode_base64("hello"),
        tf.io.decode_base64("aGVsbG8"),
        tf.io.decode_raw("abcd", tf.uint8),
    )


@case
def global_seed_alone():
    tf.random.set_seed(42)
    return tf.random.uniform([3]), tf.random.uniform([3]), tf.random.normal([2])


@case
def global_and_op_seed():
    tf.random.set_seed(42)
    a = tf.random.uniform([2], seed=1)
    b = tf.random.uniform([2], seed=1)
    tf.random.set_seed(42)
    return a, b, tf.random.uniform([2], seed=1)


@case
def op_seed_restarts_with_the_global_seed():
    result = []
    for _ in range(2):
        tf.random.set_seed(7)
        result.append([tf.random.normal([2], seed=3), tf.random.normal([2], seed=3)])
    return result


@case
def distributions_with_seeds():
    tf.random.set_seed(1)
    return (
        tf.random.uniform([2, 2], minval=-1.0, maxval=1.0),
        tf.random.uniform([4], 0, 10, tf.int32),
        tf.random.normal([3], mean=10.0, stddev=2.0),
        tf.random.truncated_normal([3]),
        tf.random.uniform([2], dtype=tf.float64),
        tf.random.normal([2], dtype=tf.float64),
    )


@case
def shuffle_with_seed():
    tf.random.set_seed(5)
    return tf.random.shuffle(tf.range(6)), tf.random.shuffle([[1, 2], [3, 4], [5, 6]])


@case
def categorical_with_seed():
    tf.random.set_seed(5)
    return tf.random.categorical([[0.0, 1.0, 2.0]], 5)


@case(rtol=1e-4)
def gamma_and_poisson_with_seed():
    tf.random.set_seed(5)
    return tf.random.gamma([3], 2.0), tf.random.poisson([3], 4.0)


@case
def stateless():
    r, seed = tf.random, [1, 2]
    return (
        r.stateless_uniform([3], seed),
        r.stateless_normal([3], seed),
        r.stateless_uniform([3], seed, 0, 100, tf.int32),
        r.stateless_truncated_normal([2], seed),
        r.stateless_uniform([2], seed, dtype=tf.float64),
        r.stateless_uniform([2], seed, minval=None, maxval=None, dtype=tf.uint32),
    )


@case
def stateless_more():
    r, seed = tf.random, [3, 4]
    return (
        r.stateless_categorical([[0.0, 1.0]], 4, seed),
        r.split(seed, 2),
        r.fold_in(seed, 7),
        r.experimental.stateless_shuffle(tf.range(5), seed),
    )


@case
def generator():
    g = tf.random.Generator.from_seed(1234)
    return g.uniform([2]), g.normal([3]), g.uniform([2], 0, 10, tf.int32), g.make_seeds(1)


@case
def generator_state_and_split():
    g = tf.random.Generator.from_seed(1, alg="philox")
    children = g.split(2)
    return g.algorithm, g.state.shape, [c.normal([2]) for c in children]


@case
def generator_reset_and_function():
    g = tf.random.Generator.from_seed(5)

    @tf.function
    def f():
        return g.normal([2])

    a, b = f(), f()
    g.reset_from_seed(5)
    return a, b, f()


@case
def random_in_function():
    @tf.function
    def f():
        return tf.random.uniform([2], seed=1)

    tf.random.set_seed(3)
    a, b = f(), f()
    return tf.reduce_all(a == b), a.shape


@case
def dropout_with_seed():
    tf.random.set_seed(1)
    return tf.nn.dropout(tf.ones([8]), 0.5)


@case
def random_of_wrong_arguments():
    return tf.random.uniform([2], dtype=tf.int32)


@case
def initializers_with_seed():
    k = tf.keras.initializers
    return k.Zeros()([2]), k.Ones()([2]), k.Constant(3.0)([2])


def elements(dataset):
    return list(dataset.as_numpy_iterator())


@case
def dataset_sources():
    d = tf.data.Dataset
    return (
        elements(d.range(5)),
        elements(d.range(2, 10, 3)),
        elements(d.from_tensor_slices([1, 2, 3])),
        elements(d.from_tensor_slices(([1, 2], ["a", "b"]))),
        elements(d.from_tensor_slices({"x": [1, 2]})),
        elements(d.from_tensors([1, 2])),
    )


@case
def dataset_transformations():
    d = tf.data.Dataset.range(10)
    return (
        elements(d.map(lambda x: x * x)),
        elements(d.filter(lambda x: x % 3 == 0)),
        elements(d.batch(4)),
        elements(d.batch(4, drop_remainder=True)),
        elements(d.take(2).repeat(2)),
        elements(d.skip(8)),
        elements(d.shard(3, 1)),
        elements(tf.data.Dataset.zip((d, d.map(lambda x: -x))).take(2)),
        elements(d.take(2).concatenate(d.take(1))),
        elements(d.window(3, drop_remainder=True).flat_map(lambda w: w.batch(3))),
        elements(d.prefetch(2).cache().take(3)),
    )


@case
def dataset_more():
    d = tf.data.Dataset.range(4)
    return (
        elements(d.enumerate()),
        elements(d.batch(2).unbatch()),
        elements(d.interleave(lambda x: tf.data.Dataset.from_tensors(x).repeat(2), cycle_length=2)),
        d.reduce(np.int64(0), lambda s, x: s + x),
        elements(d.scan(np.int64(0), lambda s, x: (s + x, s + x))),
        elements(d.take_while(lambda x: x < 2)),
        elements(d.flat_map(lambda x: tf.data.Dataset.range(x))),
    )


@case
def dataset_padding():
    d = tf.data.Dataset.range(1, 4).map(lambda x: tf.fill([x], x))
    return elements(d.padded_batch(3))


@case
def dataset_specs_and_length():
    d = tf.data.Dataset.from_tensor_slices([[1.0, 2.0], [3.0, 4.0]])
    return (
        d.element_spec,
        d.batch(2).element_spec,
        len(d),
        d.cardinality(),
        d.repeat().cardinality(),
        d.filter(lambda x: True).cardinality(),
    )


@case
def dataset_shuffle_with_seed():
    d = tf.data.Dataset.range(6)
    return sorted(elements(d.shuffle(6, seed=1))), len(elements(d.shuffle(3)))


@case
def dataset_iteration_eager():
    total = 0
    for x, y in tf.data.Dataset.from_tensor_slices(([1, 2], [3, 4])):
        total += int(x) * int(y)
    return total, next(iter(tf.data.Dataset.range(3)))


@case
def dataset_in_function():
    d = tf.data.Dataset.from_tensor_slices([1, 2, 3, 4])

    @tf.function
    def f(data):
        total = 0
        for x in data:
            if x == 3:
                continue
            total += x
        return total

    return f(d)


@case
def dataset_captured_with_break():
    d = tf.data.Dataset.range(10)

    @tf.function
    def f(limit):
        count = tf.constant(0, tf.int64)
        for x in d:
            if x >= limit:
                break
            count += x
        return count

    return f(tf.constant(4, tf.int64))


@case
def dataset_map_with_control_flow():
    def f(x):
        if x % 2 == 0:
            return x * 10
        return x

    return elements(tf.data.Dataset.range(4).map(f))


@case
def dataset_from_generator():
    def numbers():
        yield from (1, 2, 3)

    spec = tf.TensorSpec([], tf.int32)
    return elements(tf.data.Dataset.from_generator(numbers, output_signature=spec))


@case
def dataset_map_error():
    def check(x):
        tf.debugging.assert_less(x, tf.constant(1, tf.int64))
        return x

    return elements(tf.data.Dataset.range(2).map(check))


@case
def bucket_and_group():
    d = tf.data.Dataset.range(6)
    return elements(d.group_by_window(lambda x: x % 2, lambda k, w: w.batch(3), window_size=3))
