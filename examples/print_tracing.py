"""`print` runs while the function is traced, `tf.print` each time its graph runs."""

import engine as tf


@tf.function
def twice(x):
    print("Traced with", x)
    tf.print("Executed with", x)
    return x + x


if __name__ == "__main__":
    for _ in range(5):
        twice(2)
