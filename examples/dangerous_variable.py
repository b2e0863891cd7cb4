"""A variable made inside a traced function, made outside, and a name bound in one branch only."""

import engine as tf

outside = tf.Variable(1.0)


@tf.function
def bad(x):
    v = tf.Variable(1.0)
    return v.assign_add(x)


@tf.function
def good(x):
    return outside.assign_add(x)


@tf.function
def one_branch(x):
    if tf.reduce_sum(x) > 0:
        y = 1
    return y


if __name__ == "__main__":
    print(good(1.0), good(1))
    for wrong in (bad, one_branch):
        try:
            wrong(tf.constant(1.0))
        except ValueError as error:
            print(f"{type(error).__name__}: {error}")
