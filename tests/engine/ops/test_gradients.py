"""Gradients of functions that need arguments of their own kind: checked by finite differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine as tf
from tests.engine.ops.test_samples import gradients, numeric, weigh

RANDOM = np.random.default_rng(7)
SQUARE = RANDOM.normal(size=(3, 3)) + 2 * np.eye(3)
BATCH = RANDOM.normal(size=(2, 3, 3)) + 3 * np.eye(3)
TALL = RANDOM.normal(size=(4, 3))
IMAGE = RANDOM.normal(size=(1, 5, 4, 2))
SIGNAL = RANDOM.normal(size=(2, 8))
COMPLEX = RANDOM.normal(size=(2, 4)) + 1j * RANDOM.normal(size=(2, 4))
PROBABILITIES = np.array([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]])
ROWS = RANDOM.normal(size=(2, 3))
IDS = tf.constant([1, 0, 1, 2])


def positive(x: Any) -> Any:
    """A positive definite matrix."""
    return tf.matmul(x, x, adjoint_b=True) + tf.eye(3, dtype=x.dtype)


def hermitian(x: Any) -> Any:
    return x + tf.linalg.adjoint(x)


def turned(vectors: Any) -> Any:
    """What does not depend on the sign of the columns."""
    return vectors[..., :, None, :] * vectors[..., None, :, :]


def with_dynamic_axis(function: Any) -> Any:
    """Call `function` in a graph that knows its axes only when it runs."""
    traced = tf.function(
        lambda x, axes: function(x, axes),
        input_signature=[tf.TensorSpec([None, None], tf.float64), tf.TensorSpec(None, tf.int32)],
        autograph=False,
    )
    return lambda x: traced(x, tf.constant([1]))


CASES: dict[str, tuple[Any, list[Any]]] = {
    "inv": (tf.linalg.inv, [BATCH]),
    "inv adjoint": (lambda x: tf.linalg.inv(x, adjoint=True), [SQUARE]),
    "det": (tf.linalg.det, [BATCH]),
    "slogdet": (lambda x: tf.linalg.slogdet(x).log_abs_determinant, [BATCH]),
    "logdet": (lambda x: tf.linalg.logdet(positive(x)), [SQUARE]),
    "solve": (tf.linalg.solve, [SQUARE, TALL[:3]]),
    "solve adjoint": (lambda a, b: tf.linalg.solve(a, b, adjoint=True), [BATCH, BATCH]),
    "triangular": (tf.linalg.triangular_solve, [SQUARE, TALL[:3]]),
    "triangular upper": (
        lambda a, b: tf.linalg.triangular_solve(a, b, lower=False, adjoint=True),
        [SQUARE, TALL[:3]],
    ),
    "triangular batch": (tf.linalg.triangular_solve, [BATCH, SQUARE]),
    "cholesky": (lambda x: tf.linalg.cholesky(positive(x)), [SQUARE]),
    "cholesky batch": (lambda x: tf.linalg.cholesky(positive(x)), [BATCH]),
    "cholesky_solve": (
        lambda x, b: tf.linalg.cholesky_solve(tf.linalg.cholesky(positive(x)), b),
        [SQUARE, TALL[:3]],
    ),
    "lstsq": (tf.linalg.lstsq, [TALL, TALL[:, :1]]),
    "qr": (lambda x: tf.linalg.qr(x), [TALL]),
    "qr square": (lambda x: tf.linalg.qr(x), [SQUARE]),
    "svd values": (lambda x: tf.linalg.svd(x, compute_uv=False), [TALL]),
    "svd tall": (lambda x: [turned(m) for m in tf.linalg.svd(x)[1:]], [TALL]),
    "svd wide": (lambda x: [turned(m) for m in tf.linalg.svd(x)[1:]], [TALL.T]),
    "eigh": (lambda x: tf.linalg.eigh(hermitian(x))[0], [SQUARE]),
    "eigh vectors": (lambda x: turned(tf.linalg.eigh(hermitian(x))[1]), [SQUARE]),
    "eigvalsh": (lambda x: tf.linalg.eigvalsh(hermitian(x)), [BATCH]),
    "eigvals": (lambda x: tf.linalg.eigvals(hermitian(x)), [SQUARE]),
    "pinv": (tf.linalg.pinv, [TALL]),
    "expm": (tf.linalg.expm, [BATCH]),
    "sqrtm": (lambda x: tf.linalg.sqrtm(positive(x)), [SQUARE]),
    "norm": (lambda x: tf.norm(x, axis=1), [TALL]),
    "norm 1": (lambda x: tf.norm(x, 1, axis=[0, 1]), [TALL]),
    "norm 2": (lambda x: tf.norm(x, 2, axis=[0, 1]), [TALL]),
    "norm 3": (lambda x: tf.norm(x, 3), [TALL]),
    "l2_normalize": (lambda x: tf.math.l2_normalize(x, 1), [TALL]),
    "tensordot": (lambda x, y: tf.tensordot(x, y, [[1], [1]]), [TALL, BATCH]),
    "einsum diagonal": (lambda x: tf.einsum("ii->i", x), [SQUARE]),
    "einsum trace": (lambda x: tf.einsum("bii->b", x), [BATCH]),
    "einsum three": (lambda x, y: tf.einsum("ij,jk,bkl->bil", x, y, y[None]), [TALL, SQUARE]),
    "einsum summed": (lambda x, y: tf.einsum("ij,kl->i", x, y), [TALL, SQUARE]),
    "einsum ellipsis": (lambda x, y: tf.einsum("...ij,jk->...ik", x, y), [BATCH, SQUARE]),
    "einsum broadcast": (lambda x, y: tf.einsum("...ij,...jk->...ik", x, y), [BATCH, SQUARE]),
    "einsum complex": (lambda x, y: tf.einsum("ij,kj->ik", x, y), [COMPLEX, COMPLEX]),
    "matmul complex": (lambda x, y: tf.matmul(x, y, adjoint_b=True), [COMPLEX, COMPLEX]),
    "matvec": (tf.linalg.matvec, [BATCH, SQUARE[0]]),
    "fft": (tf.signal.fft, [COMPLEX]),
    "ifft2d": (tf.signal.ifft2d, [COMPLEX]),
    "rfft": (tf.signal.rfft, [SIGNAL]),
    "rfft cut": (lambda x: tf.signal.rfft(x, [5]), [SIGNAL]),
    "rfft widened": (lambda x: tf.signal.rfft(x, [11]), [SIGNAL]),
    "rfft2d": (tf.signal.rfft2d, [TALL]),
    "irfft": (tf.signal.irfft, [COMPLEX]),
    "irfft odd": (lambda x: tf.signal.irfft(x, [7]), [COMPLEX]),
    "irfft2d": (tf.signal.irfft2d, [COMPLEX]),
    "dct 1": (lambda x: tf.signal.dct(x, type=1), [SIGNAL]),
    "dct 2": (lambda x: tf.signal.dct(x, norm="ortho"), [SIGNAL]),
    "dct 3": (lambda x: tf.signal.dct(x, type=3), [SIGNAL]),
    "dct 4": (lambda x: tf.signal.dct(x, type=4, norm="ortho"), [SIGNAL]),
    "stft": (lambda x: tf.signal.stft(x, 4, 2), [SIGNAL]),
    "softmax_cross_entropy": (
        lambda x, z: tf.nn.softmax_cross_entropy_with_logits(tf.nn.softmax(z), x),
        [ROWS, ROWS],
    ),
    "softmax_cross_entropy rank 3": (
        lambda x: tf.nn.softmax_cross_entropy_with_logits(PROBABILITIES[None], x[None], axis=2),
        [ROWS],
    ),
    "sparse_softmax_cross_entropy": (
        lambda x: tf.nn.sparse_softmax_cross_entropy_with_logits([2, 0], x), [ROWS],
    ),
    "sigmoid_cross_entropy": (
        lambda z, x: tf.nn.sigmoid_cross_entropy_with_logits(z, x), [PROBABILITIES, ROWS],
    ),
    "weighted_cross_entropy": (
        lambda z, x: tf.nn.weighted_cross_entropy_with_logits(z, x, 3.0), [PROBABILITIES, ROWS],
    ),
    "log_poisson_loss": (
        lambda z, x: tf.nn.log_poisson_loss(z + 1, x, compute_full_loss=True),
        [PROBABILITIES, ROWS],
    ),
    "moments": (lambda x: tf.nn.moments(x, [0]), [TALL]),
    "weighted_moments": (lambda x: tf.nn.weighted_moments(x, [0], [1.0, 2.0, 3.0]), [TALL]),
    "batch_normalization": (
        lambda x, m, v: tf.nn.batch_normalization(x, m, v, m, v, 1e-3),
        [TALL, ROWS[0], PROBABILITIES[0]],
    ),
    "gelu": (tf.nn.gelu, [ROWS]),
    "gelu tanh": (lambda x: tf.nn.gelu(x, approximate=True), [ROWS]),
    "silu": (lambda x: tf.nn.silu(x, 1.5), [ROWS]),
    "log_sigmoid": (tf.math.log_sigmoid, [ROWS]),
    "conv1d": (lambda x, w: tf.nn.conv1d(x, w, 2, "SAME"), [BATCH, BATCH]),
    "conv2d_transpose": (
        lambda x, w: tf.nn.conv2d_transpose(x, w, [1, 9, 8, 3], 2, "SAME"),
        [IMAGE, RANDOM.normal(size=(2, 2, 3, 2))],
    ),
    "depthwise": (
        lambda x, w: tf.nn.depthwise_conv2d(x, w, [1, 1, 1, 1], "SAME", dilations=[2, 1]),
        [IMAGE, RANDOM.normal(size=(2, 2, 2, 2))],
    ),
    "max_pool argmax": (lambda x: tf.nn.max_pool_with_argmax(x, 2, 1, "SAME"), [IMAGE]),
    "avg_pool1d": (lambda x: tf.nn.avg_pool1d(x, 2, 1, "SAME"), [BATCH]),
    "pooling NCHW": (lambda x: tf.nn.max_pool2d(x, 2, 1, "SAME", "NCHW"), [IMAGE]),
    "embedding_lookup": (lambda x: tf.nn.embedding_lookup(x, [[0, 2], [2, 2]]), [TALL]),
    "segment_prod": (lambda x: tf.math.unsorted_segment_prod(x, IDS, 3), [TALL]),
    "segment_mean": (lambda x: tf.math.unsorted_segment_mean(x, IDS, 4), [TALL]),
    "segment_sqrt_n": (lambda x: tf.math.unsorted_segment_sqrt_n(x, IDS, 3), [TALL]),
    "reduce_prod": (lambda x: tf.reduce_prod(x, [0, 2]), [BATCH]),
    "reduce_prod zeros": (lambda x: tf.reduce_prod(x * [[0.0], [1], [1], [2]], 0), [TALL]),
    "reduce_std": (lambda x: tf.math.reduce_std(x, 0), [TALL]),
    "reduce_variance complex": (lambda x: tf.math.reduce_variance(x, 1), [COMPLEX]),
    "reduce_logsumexp": (lambda x: tf.reduce_logsumexp(x, 1), [TALL]),
    "dynamic sum": (with_dynamic_axis(tf.reduce_sum), [TALL]),
    "dynamic mean": (with_dynamic_axis(tf.reduce_mean), [TALL]),
    "dynamic max": (with_dynamic_axis(tf.reduce_max), [TALL]),
    "dynamic prod": (with_dynamic_axis(tf.reduce_prod), [TALL]),
    "dynamic cumsum": (with_dynamic_axis(lambda x, axes: tf.cumsum(x, axes[0])), [TALL]),
    "dynamic cumprod": (with_dynamic_axis(lambda x, axes: tf.math.cumprod(x, axes[0])), [TALL]),
    "clip_by_norm": (lambda x: tf.clip_by_norm(x, 0.5), [TALL]),
    "clip_by_global_norm": (lambda x, y: tf.clip_by_global_norm([x, y], 0.5)[0], [TALL, ROWS]),
    "polyval": (lambda x: tf.math.polyval([1.0, 2.0, 3.0], x), [ROWS]),
    "lbeta": (lambda x: tf.math.lbeta(x + 0.1), [PROBABILITIES]),
    "abs complex": (tf.abs, [COMPLEX]),
    "angle": (tf.math.angle, [COMPLEX]),
    "top_k": (lambda x: tf.math.top_k(x, 2).values, [TALL]),
}  # fmt: skip


def outputs_of(function: Any) -> Any:
    def total(*tensors: Any) -> Any:
        found = function(*tensors)
        return weigh(list(found) if isinstance(found, (tuple, list)) else [found])

    return total


@pytest.mark.parametrize("name", CASES)
def test_gradient(name):
    function, arrays = CASES[name]
    tensors = [tf.constant(array) for array in arrays]
    total = outputs_of(function)
    for which, gradient in enumerate(gradients(total, tensors)):
        assert gradient is not None
        expected = numeric(total, tensors, which)
        whole = tf.convert_to_tensor(gradient)  # gradients of gathered rows are slices
        np.testing.assert_allclose(whole.numpy(), expected, rtol=2e-5, atol=2e-6)


WITHOUT_SECOND = {
    "norm 2", "svd values", "eigvals",  # through vectors whose sign may change
    # as in TensorFlow: a stopped mean; a product divided again; labels that count once; no
    # derivative of the gradient at all
    "moments", "reduce_prod zeros", "softmax_cross_entropy", "max_pool argmax",
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in CASES if name not in WITHOUT_SECOND])
def test_second_gradient(name):
    function, arrays = CASES[name]
    tensors = [tf.constant(array) for array in arrays]
    total = outputs_of(function)

    def slope(*inner: Any) -> Any:
        return weigh([g for g in gradients(total, list(inner)) if g is not None])

    for which, gradient in enumerate(gradients(slope, tensors)):
        expected = numeric(slope, tensors, which)
        found = np.zeros_like(expected) if gradient is None else gradient.numpy()
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=5e-5)


@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith("dynamic")])
def test_gradient_in_a_graph(name):
    function, arrays = CASES[name]
    tensors = [tf.constant(array) for array in arrays]
    total = outputs_of(function)
    expected = gradients(total, tensors)
    traced = tf.function(lambda *inner: gradients(total, list(inner)), autograph=False)
    for _ in range(3):
        for a, b in zip(traced(*tensors), expected, strict=True):
            left, right = tf.convert_to_tensor(a), tf.convert_to_tensor(b)
            np.testing.assert_allclose(left.numpy(), right.numpy(), rtol=1e-9, atol=1e-9)
