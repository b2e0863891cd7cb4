"""A Python `if` on a tensor, and the same choice written by hand with `tf.cond`."""

import engine as tf


@tf.function
def sign(x):
    if x > 0:
        return "Positive"
    else:
        return "Negative"


@tf.function
def square_if_positive(x):
    if x > 0:
        x = x * x
    return x


def square_by_hand(x):
    def if_true():
        return x * x

    def if_false():
        return x

    return tf.cond(tf.greater(x, 0), if_true, if_false)


if __name__ == "__main__":
    print(sign(tf.constant(3)), sign(tf.constant(-3)))
    print(square_if_positive(tf.constant(3.0)), square_if_positive(-2.0))
    print(square_by_hand(tf.constant(3)), square_by_hand(tf.constant(-3)))
