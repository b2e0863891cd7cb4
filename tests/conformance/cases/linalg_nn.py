"""`tf.linalg` and `tf.nn`."""

from tests.conformance.case import case, tf

A = [[4.0, 1.0], [1.0, 3.0]]
B = [[1.0, 2.0], [3.0, 4.0]]


@case
def matmul_forms():
    a, b = tf.constant(A), tf.constant(B)
    return (
        tf.matmul(a, b),
        tf.matmul(a, b, transpose_a=True),
        tf.matmul(a, b, transpose_b=True),
        tf.matmul(tf.ones([2, 2, 3]), tf.ones([2, 3, 1])),
        tf.matmul(tf.ones([2, 2, 3]), tf.ones([3, 1])).shape,
        tf.linalg.matvec(a, [1.0, 2.0]),
        tf.matmul(tf.constant([[1, 2]]), tf.constant([[3], [4]])),
    )


@case
def matmul_of_different_dtypes():
    return tf.matmul(tf.constant([[1]]), tf.constant([[1.0]]))


@case
def products():
    return (
        tf.tensordot([1.0, 2.0], [3.0, 4.0], 1),
        tf.tensordot(A, B, 2),
        tf.tensordot(A, B, [[0], [1]]),
        tf.tensordot([1.0, 2.0], [3.0, 4.0], 0),
        tf.linalg.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]),
    )


@case
def einsum_forms():
    a, b = tf.constant(A), tf.constant(B)
    return [
        tf.einsum(equation, a, b) for equation in ("ij,jk->ik", "ij,ij->", "ij,ij->ij", "ij,kj->ik")
    ] + [
        tf.einsum("ii->i", a),
        tf.einsum("ij->ji", a),
        tf.einsum("ij->", a),
        tf.einsum("...j->...", b),
    ]


@case
def wrong_einsum():
    return tf.einsum("ij,jk->ik", tf.ones([2, 3]), tf.ones([4, 2]))


@case
def inverses_and_determinants():
    return tf.linalg.inv(A), tf.linalg.det(A), tf.linalg.logdet(A), tf.linalg.slogdet(B)


@case
def inverse_of_singular():
    return tf.linalg.inv([[1.0, 2.0], [2.0, 4.0]])


@case
def solving():
    return (
        tf.linalg.solve(A, [[1.0], [2.0]]),
        tf.linalg.triangular_solve([[2.0, 0.0], [1.0, 4.0]], [[2.0], [9.0]]),
        tf.linalg.lstsq([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]], [[1.0], [4.0], [5.0]]),
        tf.linalg.cholesky_solve(tf.linalg.cholesky(A), [[1.0], [2.0]]),
    )


@case(rtol=1e-4)
def decompositions():
    s, u, v = tf.linalg.svd(B)
    q, r = tf.linalg.qr(B)
    e, w = tf.linalg.eigh(A)
    return (
        tf.linalg.cholesky(A),
        s,
        u @ tf.linalg.diag(s) @ tf.transpose(v),
        q @ r,
        tf.shape(q),
        e,
        w @ tf.linalg.diag(e) @ tf.transpose(w),
        tf.linalg.eigvalsh(A),
    )


@case
def cholesky_of_indefinite():
    return tf.math.is_nan(tf.linalg.cholesky([[1.0, 2.0], [2.0, 1.0]])[0, 0])


@case(rtol=1e-4)
def norms():
    return (
        tf.norm(B),
        tf.norm(B, ord=1),
        tf.linalg.norm(B, ord="euclidean", axis=1),
        tf.norm(B, ord="fro", axis=[0, 1]),
        tf.norm([1.0, -5.0], ord=float("inf")),
        tf.norm(B, axis=0, keepdims=True),
    )


@case
def transposes():
    return (
        tf.linalg.matrix_transpose(B),
        tf.linalg.adjoint(tf.constant([[1 + 2j]])),
        tf.linalg.eye(2, 3),
    )


@case(rtol=1e-4)
def matrix_functions():
    return (
        tf.linalg.expm([[0.0, 1.0], [-1.0, 0.0]]),
        tf.linalg.pinv(B),
        tf.linalg.matrix_rank([[1.0, 2.0], [2.0, 4.0]]),
        tf.linalg.sqrtm([[4.0, 0.0], [0.0, 9.0]]),
    )


@case(rtol=1e-5)
def activations():
    x = tf.constant([-3.0, -0.5, 0.0, 0.5, 3.0, 8.0])
    names = "relu relu6 elu selu gelu leaky_relu silu swish softplus softsign sigmoid tanh softmax"
    return (
        [getattr(tf.nn, n)(x) for n in names.split()],
        tf.nn.gelu(x, approximate=True),
        tf.nn.crelu(x),
    )


@case
def relu_of_integers():
    return tf.nn.relu([-1, 0, 2]), tf.nn.leaky_relu([-1.0, 2.0], alpha=0.5)


@case
def softmaxes():
    x = tf.constant([[1.0, 2.0], [3.0, 5.0]])
    return (
        tf.nn.softmax(x),
        tf.nn.softmax(x, axis=0),
        tf.nn.log_softmax(x),
        tf.nn.softmax([1000.0, 0.0]),
    )


@case
def softmax_of_integers():
    return tf.nn.softmax([1, 2])


@case
def cross_entropies():
    labels, logits = [[0.0, 1.0], [0.5, 0.5]], [[1.0, 2.0], [3.0, 0.0]]
    return (
        tf.nn.softmax_cross_entropy_with_logits(labels, logits),
        tf.nn.sparse_softmax_cross_entropy_with_logits([1, 0], logits),
        tf.nn.sigmoid_cross_entropy_with_logits(labels, logits),
        tf.nn.weighted_cross_entropy_with_logits(labels, logits, 2.0),
        tf.nn.log_poisson_loss([1.0], [0.5]),
        tf.nn.l2_loss([1.0, 2.0]),
    )


@case
def bias_and_moments():
    x = tf.constant([[1.0, 2.0], [3.0, 6.0]])
    mean, variance = tf.nn.moments(x, axes=[0])
    return (
        tf.nn.bias_add(x, [10.0, 20.0]),
        mean,
        variance,
        tf.nn.batch_normalization(x, mean, variance, 1.0, 2.0, 1e-3),
    )


@case
def bias_of_wrong_size():
    return tf.nn.bias_add(tf.zeros([2, 3]), tf.zeros([2]))


@case
def convolutions_2d():
    x = tf.reshape(tf.range(16.0), [1, 4, 4, 1])
    k = tf.constant([[[[1.0, 0.5]], [[2.0, -1.0]]], [[[0.0, 1.0]], [[-1.0, 0.0]]]])
    return (
        tf.nn.conv2d(x, k, strides=1, padding="VALID"),
        tf.nn.conv2d(x, k, strides=[1, 2, 2, 1], padding="SAME"),
        tf.nn.conv2d(x, k, 1, "SAME", dilations=2),
        tf.nn.conv2d(x, k, 1, [[0, 0], [1, 0], [0, 1], [0, 0]]),
        tf.nn.depthwise_conv2d(x, k, [1, 1, 1, 1], "VALID"),
        tf.nn.conv2d_transpose(tf.ones([1, 2, 2, 2]), k, [1, 3, 3, 1], 1, "VALID"),
    )


@case
def convolutions_1d():
    x, k = (
        tf.reshape(tf.range(6.0), [1, 6, 1]),
        tf.reshape(tf.constant([1.0, 0.0, -1.0]), [3, 1, 1]),
    )
    return tf.nn.conv1d(x, k, 1, "VALID"), tf.nn.conv1d(x, k, 2, "SAME")


@case
def pooling():
    x = tf.reshape(tf.range(16.0), [1, 4, 4, 1])
    return (
        tf.nn.max_pool2d(x, 2, 2, "VALID"),
        tf.nn.max_pool2d(x, 3, 2, "SAME"),
        tf.nn.avg_pool2d(x, 3, 2, "SAME"),
        tf.nn.avg_pool2d(x, 2, 1, "VALID"),
        tf.nn.max_pool1d(tf.reshape(tf.range(6.0), [1, 6, 1]), 2, 2, "VALID"),
        tf.nn.avg_pool1d(tf.reshape(tf.range(6.0), [1, 6, 1]), 3, 1, "SAME"),
    )


@case
def embedding_lookup():
    table = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    return tf.nn.embedding_lookup(table, [2, 0]), tf.nn.embedding_lookup(table, [[1], [1]])


@case
def dropout_extremes():
    x = tf.ones([3])
    return tf.nn.dropout(x, rate=0.0), tf.nn.dropout(x, 0.5, seed=1).shape


@case
def local_response_and_zero_fraction():
    return tf.nn.zero_fraction([0.0, 1.0, 0.0, 2.0]), tf.nn.lrn(tf.ones([1, 1, 1, 3]))


@case
def top_k_and_in_top_k():
    return tf.nn.top_k([1.0, 3.0, 2.0], 2), tf.nn.in_top_k([0, 1], [[0.9, 0.1], [0.8, 0.2]], 1)


@case
def normalisation_helpers():
    x = tf.constant([[1.0, 2.0, 3.0]])
    return tf.nn.l2_normalize(x, axis=1), tf.nn.normalize_moments(2.0, [4.0], [10.0], None)


@case
def keras_activations():
    x = tf.constant([-1.0, 0.0, 2.0])
    names = "relu sigmoid tanh softplus softsign elu exponential linear".split()
    return [getattr(tf.keras.activations, n)(x) for n in names]
