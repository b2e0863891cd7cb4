"""Loss functions of neural networks other than the softmax ones."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import FLOATING
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.scope import scoped


@op("nn.l2_loss", type="L2Loss", dtypes={"T": FLOATING},
    samples=[("float32[3,4]",), ("float64[]",)])  # fmt: skip
def l2_loss(t: Tensor, name: str | None = None) -> TensorSpec:
    """Half the sum of the squares of all elements.

    Args:
        t: tensor of floats.
        name: of the node.

    Returns:
        A scalar tensor.
    """
    return spec(t.dtype, ())


@l2_loss.kernel
def _l2_loss_kernel(xp: Any, x: Any) -> Any:
    return (x * x).sum(dtype=x.dtype) / x.dtype.type(2)


@l2_loss.gradient
def _l2_loss_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return node.inputs[0] * grad


def _same_shape(labels: Tensor, logits: Tensor) -> None:
    if not labels.shape.is_compatible_with(logits.shape):
        raise ValueError(
            f"`logits` and `labels` must have the same shape, received ({logits.shape} vs "
            f"{labels.shape})."
        )


@public("nn.sigmoid_cross_entropy_with_logits")
@scoped("logistic_loss")
def sigmoid_cross_entropy_with_logits(
    labels: Any = None, logits: Any = None, name: str | None = None
) -> Tensor:
    """The cross entropy between independent labels and the sigmoid of logits.

    It is max(x, 0) - x z + log(1 + exp(-|x|)) for logits x and labels z, which never overflows.

    Args:
        labels: tensor of floats between 0 and 1.
        logits: tensor of the same shape and dtype.
        name: of the last node.

    Returns:
        A tensor of the same shape.

    Raises:
        ValueError: if an argument is missing or the shapes differ.
    """
    from engine.ops.namespace import tf

    if labels is None or logits is None:
        raise ValueError("Both `labels` and `logits` must be provided.")
    x = convert_to_tensor(logits)
    z = convert_to_tensor(labels)
    _same_shape(z, x)
    zero = tf.constant(0.0, x.dtype)
    positive = x >= zero
    upper = tf.where(positive, x, zero)
    minus_size = tf.where(positive, -x, x)
    return tf.add(upper - x * z, tf.math.log1p(tf.exp(minus_size)), name=name)


@public("nn.weighted_cross_entropy_with_logits")
@scoped("logistic_loss")
def weighted_cross_entropy_with_logits(
    labels: Any, logits: Any, pos_weight: Any, name: str | None = None
) -> Tensor:
    """As `tf.nn.sigmoid_cross_entropy_with_logits`, with a weight on positive labels.

    Args:
        labels: tensor of floats between 0 and 1.
        logits: tensor of the same shape and dtype.
        pos_weight: factor of the positive labels' share; number or tensor that broadcasts.
        name: of the last node.

    Raises:
        ValueError: if the shapes differ.
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(logits)
    z = convert_to_tensor(labels)
    _same_shape(z, x)
    weight = 1 + (pos_weight - 1) * z
    softened = tf.math.log1p(tf.exp(-tf.abs(x))) + tf.nn.relu(-x)
    return tf.add((1 - z) * x, weight * softened, name=name)


@public("nn.log_poisson_loss")
@scoped("log_poisson_loss")
def log_poisson_loss(
    targets: Any, log_input: Any, compute_full_loss: bool = False, name: str | None = None
) -> Tensor:
    """exp(c) - z c for the logarithm c of the expected counts and the counts z.

    Args:
        targets: tensor of counts, as floats.
        log_input: tensor of the same shape and dtype.
        compute_full_loss: add Stirling's approximation of log(z!) where z is above 1?
        name: of the last node.

    Raises:
        ValueError: if the shapes differ.
    """
    from engine.ops.namespace import tf

    c = convert_to_tensor(log_input)
    z = convert_to_tensor(targets)
    if not z.shape.is_compatible_with(c.shape):
        raise ValueError(
            f"`log_input` and `targets` must have the same shape, received ({c.shape} vs "
            f"{z.shape})."
        )
    result = tf.exp(c) - c * z
    if compute_full_loss:
        stirling = z * tf.math.log(z) - z + 0.5 * tf.math.log(6.283185307179586 * z)
        small = tf.logical_and(z >= 0, z <= 1)
        result = result + tf.where(small, tf.zeros_like(z), stirling)
    return tf.identity(result, name=name) if name else result


@public("nn.compute_average_loss")
def compute_average_loss(
    per_example_loss: Any, sample_weight: Any = None, global_batch_size: Any = None
) -> Tensor:
    """The sum of the examples' losses over the size of the batch.

    Args:
        per_example_loss: tensor of floats, one per example.
        sample_weight: weight of each example.
        global_batch_size: what to divide by; by default the number of examples.

    Raises:
        ValueError: if the loss is a scalar, or the batch size is.
    """
    from engine.ops.namespace import tf

    loss = convert_to_tensor(per_example_loss)
    if loss.dims is not None and not loss.dims:
        raise ValueError("Invalid value passed for `per_example_loss`. Expected a tensor with at "
                         "least rank 1.")  # fmt: skip
    if sample_weight is not None:
        loss = loss * tf.cast(sample_weight, loss.dtype)
    size = tf.shape(loss)[0] if global_batch_size is None else global_batch_size
    return tf.math.divide_no_nan(tf.reduce_sum(loss), tf.cast(size, loss.dtype))


@public("nn.scale_regularization_loss")
def scale_regularization_loss(regularization_loss: Any) -> Tensor:
    """The sum of the losses over the number of replicas (here: one).

    Args:
        regularization_loss: tensor of floats.
    """
    from engine.ops.namespace import tf

    return tf.reduce_sum(regularization_loss)
