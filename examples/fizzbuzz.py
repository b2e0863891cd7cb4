"""FizzBuzz: with a tensor, the loop becomes one node of the graph, and each `print` runs once."""

import engine as tf


@tf.function
def fizzbuzz(max_num):
    counter = 0
    for num in range(max_num):
        if num % 3 == 0 and num % 5 == 0:
            print("FizzBuzz")
        elif num % 3 == 0:
            print("Fizz")
        elif num % 5 == 0:
            print("Buzz")
        else:
            print(num)
        counter += 1
    return counter


if __name__ == "__main__":
    print("counted", fizzbuzz(tf.constant(15)))
