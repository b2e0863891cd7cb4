"""A dense layer as a graph: MatMul, Add, Relu."""

import engine as tf

W = tf.constant([[1.0, -2.0], [3.0, 4.0]])
b = tf.constant([[0.5], [-30.0]])


@tf.function
def relu_layer(x):
    return tf.nn.relu(tf.matmul(W, x) + b)


if __name__ == "__main__":
    print(relu_layer(tf.constant([[1.0], [2.0]])))
