"""Reads and writes of a variable keep the order of the Python code, without being told."""

import engine as tf

a = tf.Variable(1.0)
b = tf.Variable(2.0)


@tf.function
def update(x, y):
    a.assign(y * b)
    b.assign_add(x * a)
    return a + b


if __name__ == "__main__":
    print(update(1.0, 2.0))
    print(a, b)
