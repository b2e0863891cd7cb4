"""Softmax, its logarithm, and the cross entropies between distributions and logits."""

from __future__ import annotations

from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import FLOATING, int32, int64
from engine.ir.interpreter import current
from engine.ir.op import OpFunction, op, public
from engine.ir.shapes import broadcast, merge, num_elements
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.arguments import refusal
from engine.ops.scope import scoped


def _rows(logits: Any) -> TensorSpec:
    if logits.dims is not None and not logits.dims:
        raise ValueError("Shape must be at least rank 1 but is rank 0")
    return spec(logits.dtype, logits.dims)


@op("raw.softmax", type="Softmax", dtypes={"T": FLOATING},
    samples=[("float32[3,4]",), ("float64[2,3,4]",)])  # fmt: skip
def softmax_op(logits: Tensor, name: str | None = None) -> TensorSpec:
    """exp(logits), scaled so that the last axis sums to 1."""
    return _rows(logits)


def _shifted(xp: Any, x: Any) -> Any:
    if not x.ndim:
        raise InvalidArgumentError(None, None, "logits must have >= 1 dimension, got []")
    return x - x.max(axis=-1, keepdims=True) if x.shape[-1] else x


@softmax_op.kernel
def _softmax_kernel(xp: Any, x: Any) -> Any:
    powers = _shifted(xp, x)
    if powers is x:
        return x.copy()
    xp.exp(powers, powers)  # in place: the array is ours
    powers /= powers.sum(axis=-1, keepdims=True)
    return powers


@softmax_op.gradient
def _softmax_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    y = node.outputs[0]
    return (grad - tf.reduce_sum(grad * y, -1, keepdims=True)) * y


@op("raw.log_softmax", type="LogSoftmax", dtypes={"T": FLOATING},
    samples=[("float32[3,4]",), ("float64[2,3,4]",)])  # fmt: skip
def log_softmax_op(logits: Tensor, name: str | None = None) -> TensorSpec:
    """The logarithm of the softmax over the last axis."""
    return _rows(logits)


@log_softmax_op.kernel
def _log_softmax_kernel(xp: Any, x: Any) -> Any:
    shifted = _shifted(xp, x)
    return shifted - xp.log(xp.exp(shifted).sum(axis=-1, keepdims=True))


@log_softmax_op.gradient
def _log_softmax_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    total = tf.reduce_sum(grad, -1, keepdims=True)
    return grad - total * tf.exp(node.outputs[0])


def _along(function: OpFunction, logits: Any, axis: Any, name: str | None) -> Tensor:
    """Apply an op of the last axis along another one."""
    from engine.ops.namespace import tf

    x = convert_to_tensor(logits)
    axis = -1 if axis is None else axis
    if axis == -1 or (x.dims and axis == len(x.dims) - 1):
        return function(x, name)
    if x.dims is None:
        raise TypeError("unsupported operand type(s) for -: 'NoneType' and 'int': the rank of "
                        f"`logits` must be known for axis={axis}")  # fmt: skip
    rank = len(x.dims)
    if not -rank <= axis < rank:
        raise InvalidArgumentError(
            None, None, f"`axis` must be in the range [{-rank}, {rank}) where {rank} is the number "
            f"of dimensions in the input. Received: axis={axis}",
        )  # fmt: skip
    order = list(range(rank))
    order[axis], order[-1] = order[-1], order[axis]
    return tf.transpose(function(tf.transpose(x, order)), order, name=name)


@public("nn.softmax", "math.softmax")
def softmax(logits: Any, axis: Any = None, name: str | None = None) -> Tensor:
    """exp(logits), scaled so that the elements along an axis sum to 1.

    Args:
        logits: tensor of floats, not empty along the axis.
        axis: the last one by default.
        name: of the node.

    Returns:
        A tensor of the same shape and dtype.

    Raises:
        InvalidArgumentError: if there is no such axis.
    """
    return _along(softmax_op, logits, axis, name)


@public("nn.log_softmax", "math.log_softmax")
def log_softmax(logits: Any, axis: Any = None, name: str | None = None) -> Tensor:
    """The logarithm of `tf.nn.softmax`, without overflow; arguments and errors as there."""
    return _along(log_softmax_op, logits, axis, name)


# -- cross entropies


@op("raw.softmax_cross_entropy", type="SoftmaxCrossEntropyWithLogits",
    hint="softmax_cross_entropy_with_logits", dtypes={"T": FLOATING})  # fmt: skip
def softmax_cross_entropy_op(
    features: Tensor, labels: Tensor, name: str | None = None
) -> tuple[TensorSpec, TensorSpec]:
    """The cross entropy of each row, and its derivative by the logits."""
    dims = broadcast(features.dims, labels.dims)
    if dims is not None and len(dims) != 2:
        raise ValueError(f"Shape must be rank 2 but is rank {len(dims)}")
    return spec(features.dtype, (None,) if dims is None else dims[:1]), spec(features.dtype, dims)


@softmax_cross_entropy_op.kernel
def _softmax_cross_entropy_kernel(xp: Any, x: Any, labels: Any) -> Any:
    if x.ndim != 2 or labels.ndim != 2:
        raise InvalidArgumentError(None, None, "logits and labels must be 2-dimensional")
    shifted = _shifted(xp, x)
    powers = xp.exp(shifted)
    total = powers.sum(axis=-1, keepdims=True)
    loss = (labels * (xp.log(total) - shifted)).sum(axis=-1)
    return loss, powers / total - labels


@softmax_cross_entropy_op.gradient
def _softmax_cross_entropy_gradient(
    tf: Any, node: Any, grad: Tensor, grad_back: Tensor
) -> tuple[Tensor, Tensor]:
    """The second output is differentiated too, for second derivatives."""
    from engine.ops.declare import unbroadcast

    logits, labels = node.inputs
    column = tf.expand_dims(grad, -1)
    y = tf.nn.softmax(logits)
    mixed = grad_back - tf.reduce_sum(grad_back * y, -1, keepdims=True)
    by_logits = column * node.outputs[1] + mixed * y
    by_labels = tf.negative(column * tf.nn.log_softmax(logits))  # without the second output
    return unbroadcast(tf, by_logits, logits), unbroadcast(tf, by_labels, labels)


def _flattened(tf: Any, x: Tensor) -> Tensor:
    flat = tf.reshape(x, tf.concat([[-1], tf.shape(x)[-1:]], 0))
    if x.dims is not None and None not in x.dims[:-1]:
        flat.set_shape([num_elements(x.dims[:-1]), x.dims[-1]])
    return flat


@public("nn.softmax_cross_entropy_with_logits")
def softmax_cross_entropy_with_logits(
    labels: Any, logits: Any, axis: int = -1, name: str | None = None
) -> Tensor:
    """The cross entropy between label distributions and the softmax of logits.

    Args:
        labels: tensor of floats whose elements along `axis` sum to 1.
        logits: tensor of the same shape and dtype (labels are cast to it).
        axis: the axis of the classes.
        name: of the node.

    Returns:
        A tensor without that axis.

    Raises:
        ValueError: if an argument is missing.
        InvalidArgumentError: (ValueError while tracing) if the shapes do not fit.
    """
    from engine.ops.namespace import tf

    if labels is None or logits is None:
        raise ValueError("Both `labels` and `logits` must be provided.")
    x = convert_to_tensor(logits)
    truth = convert_to_tensor(labels)
    if truth.dtype is not x.dtype:
        truth = tf.cast(truth, x.dtype)
    if x.dims is not None and not -len(x.dims) <= axis < len(x.dims):
        if not x.dims and not current().eager:
            raise IndexError("list index out of range")
        raise refusal("Range", f"Requires start <= limit when delta > 0: {axis + 1}/{len(x.dims)}")
    ranks = [None if item.dims is None else len(item.dims) for item in (x, truth)]
    if axis != -1 and None not in ranks and ranks[0] != ranks[1]:
        raise refusal("Transpose", f"transpose expects a vector of size {ranks[1]}. But input(1) "
                      f"is a vector of size {ranks[0]}",
                      f"Dimension must be {ranks[1]} but is {ranks[0]}")  # fmt: skip
    if truth.dims == () and x.dims != ():
        if not current().eager:
            raise IndexError("list index out of range")
        raise refusal("Slice", "Expected begin[0] == 0 (got -1) when input.dim_size(0) == 0")
    plain = x.dims is not None and len(x.dims) == 2 and axis in (-1, 1)
    if plain and truth.dims is not None and len(truth.dims) == 2:
        return softmax_cross_entropy_op(x, truth, name)[0]
    if x.dims is None and axis != -1:
        places = tf.range(tf.rank(x))
        place = axis if axis >= 0 else tf.rank(x) + axis
        rest = tf.boolean_mask(places, tf.not_equal(places, place))
        dynamic = tf.concat([rest, [place]], 0)
        x, truth = tf.transpose(x, dynamic), tf.transpose(truth, dynamic)
    elif x.dims is not None and axis % len(x.dims) != len(x.dims) - 1:
        rank = len(x.dims)
        order = [i for i in range(rank) if i != axis % rank] + [axis % rank]
        x, truth = tf.transpose(x, order), tf.transpose(truth, order)
    loss = softmax_cross_entropy_op(_flattened(tf, x), _flattened(tf, truth), name)[0]
    result = tf.reshape(loss, tf.shape(x)[:-1])
    if x.dims is not None:
        result.set_shape(x.dims[:-1])
    return result


@op("raw.sparse_softmax_cross_entropy", type="SparseSoftmaxCrossEntropyWithLogits",
    hint="SparseSoftmaxCrossEntropyWithLogits", groups={"labels": "Tlabels"},
    dtypes={"T": FLOATING, "Tlabels": {int32, int64}},
    samples=[("float32[3,4]", (0, 3, 1))])  # fmt: skip
def sparse_softmax_cross_entropy_op(
    features: Tensor, labels: Tensor, name: str | None = None
) -> tuple[TensorSpec, TensorSpec]:
    """The cross entropy of each row with one class, and its derivative by the logits."""
    if features.dims is None:
        return spec(features.dtype, labels.dims), spec(features.dtype, None)
    if len(features.dims) != 2:
        raise ValueError(f"Shape must be rank 2 but is rank {len(features.dims)}")
    if labels.dims is not None:
        if len(labels.dims) != 1:
            raise ValueError(f"Shape must be rank 1 but is rank {len(labels.dims)}")
        size, count = features.dims[0], labels.dims[0]
        if size is not None and count is not None and size != count:
            raise ValueError(f"Dimensions must be equal, but are {size} and {count}")
    rows = merge(features.dims[:1], labels.dims)
    return spec(features.dtype, rows), spec(features.dtype, features.dims)


@sparse_softmax_cross_entropy_op.kernel
def _sparse_softmax_cross_entropy_kernel(xp: Any, x: Any, labels: Any) -> Any:
    if x.ndim != 2 or labels.ndim != 1 or len(x) != len(labels):
        raise InvalidArgumentError(None, None, f"logits and labels must have the same first "
                                   f"dimension, got logits shape {list(x.shape)} and labels shape "
                                   f"{list(labels.shape)}")  # fmt: skip
    classes = x.shape[1]
    outside = (labels < 0) | (labels >= classes)
    if outside.any():
        bad = int(labels[outside][0])
        raise InvalidArgumentError(None, None, f"Received a label value of {bad} which is outside "
                                   f"the valid range of [0, {classes}).  Label values: "
                                   f"{' '.join(str(int(n)) for n in labels)}")  # fmt: skip
    shifted = _shifted(xp, x)
    powers = xp.exp(shifted)
    total = powers.sum(axis=-1)
    rows = xp.arange(len(x))
    loss = xp.log(total) - shifted[rows, labels]
    back = powers / total[:, None]
    back[rows, labels] -= 1
    return loss, back


@sparse_softmax_cross_entropy_op.gradient
def _sparse_softmax_cross_entropy_gradient(
    tf: Any, node: Any, grad: Tensor | None, grad_back: Tensor | None
) -> tuple[Tensor, None]:
    """The second output is differentiated too, where it is needed (for second derivatives)."""
    parts = [] if grad is None else [tf.expand_dims(grad, -1) * node.outputs[1]]
    if grad_back is not None:
        y = tf.nn.softmax(node.inputs[0])
        parts.append((grad_back - tf.reduce_sum(grad_back * y, -1, keepdims=True)) * y)
    return sum(parts[1:], parts[0]), None


_sparse_softmax_cross_entropy_gradient.takes_missing = True  # type: ignore[attr-defined]


@public("nn.sparse_softmax_cross_entropy_with_logits")
@scoped("SparseSoftmaxCrossEntropyWithLogits", last=False)
def sparse_softmax_cross_entropy_with_logits(
    labels: Any, logits: Any, name: str | None = None
) -> Tensor:
    """The cross entropy between classes and the softmax of logits.

    Args:
        labels: int32 or int64 tensor [...] of class numbers.
        logits: tensor of floats [..., classes].
        name: of the node.

    Returns:
        A tensor [...].

    Raises:
        ValueError: if the ranks or shapes do not fit.
        InvalidArgumentError: if a class number is out of range.
    """
    from engine.ops.namespace import tf

    if labels is None or logits is None:
        raise ValueError("Both `labels` and `logits` must be provided.")
    x = convert_to_tensor(logits)
    truth = convert_to_tensor(labels)
    if x.dims is not None and not x.dims:
        raise ValueError(f"`logits` cannot be a scalar. Received logits={x} with shape {x.shape}")
    if x.dims is not None and truth.dims is not None and len(truth.dims) != len(x.dims) - 1:
        raise ValueError(
            f"`labels.shape.rank` must equal `logits.shape.rank - 1`. Received: labels.shape="
            f"{truth.shape} of rank {len(truth.dims)} and logits.shape={x.shape} of rank "
            f"{len(x.dims)}"
        )
    if not truth.shape.is_compatible_with(x.shape[:-1]):
        raise ValueError(
            f"`labels.shape` must equal `logits.shape` except for the last dimension. Received: "
            f"labels.shape={truth.shape} and logits.shape={x.shape}"
        )
    if x.dims is not None and len(x.dims) == 2:
        return sparse_softmax_cross_entropy_op(x, truth, name)[0]
    flat = tf.reshape(x, tf.concat([[-1], tf.shape(x)[-1:]], 0))
    loss = sparse_softmax_cross_entropy_op(flat, tf.reshape(truth, [-1]), name)[0]
    result = tf.reshape(loss, tf.shape(truth))
    result.set_shape(truth.dims)
    return result
