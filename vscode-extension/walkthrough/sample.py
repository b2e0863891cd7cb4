"""A sample: what happens once, and what happens at each call?"""

import tensorflow as tf  # Graphlens answers this import itself: nothing to install


# example: count_down(tf.constant(4))
@tf.function
def count_down(start):
    print("counting from", start)
    total = 0
    while start > 0:
        total += start
        start -= 1
    return total
