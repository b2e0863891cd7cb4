"""Input signatures that do and do not fit the function, when the function is decorated."""

import functools

from tests.conformance.case import case, tf

SCALAR = tf.TensorSpec([], tf.float32)


@case(match="1 extra type constraints")
def more_specs_than_parameters():
    return tf.function(lambda x: x, input_signature=[SCALAR, SCALAR])


@case(match="missing type constraint for y")
def fewer_specs_than_parameters():
    return tf.function(lambda x, y: x, input_signature=[SCALAR])


@case(match="keyword-only parameter `k` must have a")
def required_keywords():
    def f(x, *, k):
        return x

    return tf.function(f, input_signature=[SCALAR])


@case
def optional_keywords():
    def f(x, *, k=2.0):
        return x * k

    return tf.function(f, input_signature=[SCALAR])(3.0)


@case
def methods():
    class A:
        @tf.function(input_signature=[SCALAR])
        def double(self, x):
            return x * 2.0

        @staticmethod
        @tf.function(input_signature=[SCALAR])
        def triple(x):
            return x * 3.0

    return A().double(2.0), A.triple(2.0)


@case(match="missing type constraint for x")
def methods_that_do_not_say_self():
    class A:
        @tf.function(input_signature=[SCALAR])
        def double(this, x):  # noqa: N805
            return x * 2.0

    return A


@case(match="1 extra type constraints")
def methods_with_too_many():
    class A:
        @tf.function(input_signature=[SCALAR, SCALAR])
        def double(self, x):
            return x * 2.0

    return A


@case
def partials_and_callables():
    class Double:
        def __call__(self, x):
            return x * 2.0

    partial = functools.partial(lambda a, b: a * b, 3.0)
    made = tf.function(partial, input_signature=[SCALAR])
    return made(2.0), tf.function(Double(), input_signature=[SCALAR])(2.0)


@case
def any_number_of_arguments():
    f = tf.function(lambda *xs: sum(xs), input_signature=[tf.TensorSpec([], tf.int32)] * 3)
    return f(1, 2, 3)


@case
def names_of_specs():
    specs = [tf.TensorSpec([], name="a"), tf.TensorSpec([], name="b")]
    f = tf.function(lambda x, y: x + y, input_signature=specs)
    concrete = f.get_concrete_function()
    return [t.name for t in concrete.inputs], concrete.pretty_printed_signature()


@case
def defaults_without_specs():
    return tf.function(lambda x, y=3.0: x * y, input_signature=[SCALAR])(2.0)
