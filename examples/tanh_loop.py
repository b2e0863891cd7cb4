"""A Python `while` on a tensor: how often it turns is known only when the graph runs."""

import engine as tf


@tf.function
def shrink(x):
    while tf.reduce_sum(x) > 1:
        tf.print(x)
        x = tf.tanh(x)
    return x


if __name__ == "__main__":
    print(shrink(tf.constant([1.0, 2.0, 3.0])))
