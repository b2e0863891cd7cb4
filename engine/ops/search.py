"""Where the extremes are: argmax, argmin, top_k, in_top_k; counting integers."""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import (
    REAL,
    DType,
    as_dtype,
    bool_,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
)
from engine.ir.interpreter import current
from engine.ir.op import OpFunction, op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import known_value
from engine.ir.tensor import Tensor
from engine.ops.dynamic import choose, dynamic_twin
from engine.ops.namespace import tf

_INDEX_TYPES = (int32, int64, int16, uint16)


def _without(dims: Any, axis: int) -> Any:
    if dims is None:
        return None
    rank = len(dims)
    if not -rank <= axis < rank:
        raise ValueError(f"Expected dimension in the range [{-rank}, {rank}), but got {axis}")
    return tuple(size for i, size in enumerate(dims) if i != axis % rank)


def _loose(input: Tensor, axis: Tensor, output_type: DType = int64) -> TensorSpec:
    dims = None if input.dims is None else (None,) * max(len(input.dims) - 1, 0)
    return spec(output_type, dims)


def _declare(base: str, type: str) -> tuple[OpFunction, OpFunction]:
    def infer(
        input: Tensor, axis: int, output_type: DType = int64, name: str | None = None
    ) -> TensorSpec:
        return spec(output_type, _without(input.dims, axis))

    def kernel(xp: Any, x: Any, axis: int, output_type: DType = int64) -> Any:
        kind = xp.dtype(output_type.name).type
        _without(x.shape, axis)
        if not x.shape[axis]:
            raise InvalidArgumentError(
                None, None, f"Reduction axis {axis} is empty in shape {list(x.shape)}"
            )
        if x.dtype.kind == "f":  # nan is neither the largest nor the smallest
            hidden = xp.isnan(x)
            if hidden.any():
                x = xp.where(hidden, -xp.inf if base == "argmax" else xp.inf, x)
        return getattr(xp, base)(x, axis).astype(kind)

    infer.__name__ = infer.__qualname__ = base
    infer.__doc__ = f"{type} over one axis."
    fixed = op(f"raw.{base}", type=type, dtypes={"T": REAL | {bool_}},
               samples=[("float32[3,4]", 1), ("int32[3]", 0, int32)])(infer)  # fmt: skip
    fixed.op.compute = kernel
    return fixed, dynamic_twin(fixed, "axis", _loose)


_argmax, _argmax_loose = _declare("argmax", "ArgMax")
_argmin, _argmin_loose = _declare("argmin", "ArgMin")


def _arg(
    pair: tuple[OpFunction, OpFunction], input: Any, axis: Any, output_type: Any, name: str | None
) -> Tensor:
    dtype = as_dtype(output_type)
    if dtype not in _INDEX_TYPES:
        allowed = "not in list of allowed values: int16, uint16, int32, int64"
        if current().eager:
            message = f"Value for attr 'output_type' of {dtype.name} is {allowed}"
            raise InvalidArgumentError(None, None, message)
        raise TypeError(
            f"Value passed to parameter 'output_type' has DataType {dtype.name} {allowed}"
        )
    axis = 0 if axis is None else axis
    if isinstance(axis, Tensor):
        if axis.dims:
            if current().eager:
                shown = ",".join(map(str, axis.dims))
                message = f"dim must be a scalar, but received tensor of shape: [{shown}]"
                raise InvalidArgumentError(None, None, f"{message} [Op:{pair[0].op.type}]")
            raise ValueError(f"Shape must be rank 0 but is rank {len(axis.dims)}")
        if axis.dtype in (int8, uint8, int16, uint16):
            axis = tf.cast(axis, int32)
    elif hasattr(axis, "dtype"):
        raise TypeError(f"axis tensor dtypes {axis.dtype} is not supported")
    elif not isinstance(axis, int):
        raise TypeError("axis must be int or Tensor with integer datatype")
    return choose(*pair, (convert_to_tensor(input),), axis, output_type=dtype, name=name)


@public("math.argmax", "argmax")
def argmax(
    input: Any, axis: Any = None, output_type: Any = int64, name: str | None = None
) -> Tensor:
    """The index of the largest element along an axis; the first one of equals.

    Args:
        input: numeric or bool tensor.
        axis: the axis, 0 by default; may be a tensor.
        output_type: integer dtype of the result.
        name: of the node.

    Returns:
        A tensor without that axis.

    Raises:
        InvalidArgumentError: (ValueError while tracing) if there is no such axis or it is empty.
    """
    return _arg((_argmax, _argmax_loose), input, axis, output_type, name)


@public("math.argmin", "argmin")
def argmin(
    input: Any, axis: Any = None, output_type: Any = int64, name: str | None = None
) -> Tensor:
    """The index of the smallest element along an axis; otherwise as `tf.argmax`."""
    if isinstance(axis, (list, tuple)):  # which only `tf.argmax` looks at before the op does
        axis = convert_to_tensor(axis, int32)
    return _arg((_argmin, _argmin_loose), input, axis, output_type, name)


@op("raw.top_k", type="TopKV2", groups={"k": "Tk"}, dtypes={"T": REAL}, value_dependent=True,
    samples=[("float32[3,5]", 2), ("int32[4]", 4)])  # fmt: skip
def top_k_op(
    input: Tensor, k: Tensor, sorted: bool = True, index_type: DType = int32,
    name: str | None = None,
) -> tuple[TensorSpec, TensorSpec]:  # fmt: skip
    """The k largest elements of each row, and where they stand."""
    count = known_value(k)
    size = None if count is None else int(count)
    if size is not None and size < 0:
        raise ValueError(
            f"Dimension size, given by scalar input 1, must be non-negative but is {size}"
        )
    if input.dims is None:
        return spec(input.dtype, None), spec(index_type, None)
    if not input.dims:
        raise ValueError("Shape must be at least rank 1 but is rank 0")
    if size is not None and input.dims[-1] is not None and size > input.dims[-1]:
        raise ValueError(f"input must have last dimension >= k = {size} but is {input.dims[-1]}")
    dims = (*input.dims[:-1], size)
    return spec(input.dtype, dims), spec(index_type, dims)


@top_k_op.kernel
def _top_k_kernel(xp: Any, x: Any, k: Any, sorted: bool = True, index_type: DType = int32) -> Any:
    k = int(k)
    if k < 0:
        raise InvalidArgumentError(None, None, f"Need k >= 0, got {k}")
    if not x.ndim or x.shape[-1] < k:
        have = x.shape[-1] if x.ndim else 0
        raise InvalidArgumentError(
            None, None, f"input must have at least k columns. Had {have}, needed {k}"
        )
    # a stable sort of the mirrored rows, mirrored back, leaves equal elements in order
    last = x.shape[-1] - 1
    order = last - xp.argsort(x[..., ::-1], axis=-1, kind="stable")[..., ::-1][..., :k]
    values = xp.take_along_axis(x, order, axis=-1)
    return values, order.astype(index_type.name)


@top_k_op.gradient
def _top_k_gradient(tf: Any, node: Any, grad: Tensor, _: Any) -> tuple[Tensor, None]:
    x, indices = node.inputs[0], node.outputs[1]
    return tf.raw.put_along(grad, indices, x, -1), None


@public("math.top_k", "nn.top_k")
def top_k(
    input: Any, k: Any = 1, sorted: bool = True, index_type: Any = int32, name: str | None = None
) -> Any:
    """The k largest elements of each row, largest first, and where they stand.

    Args:
        input: real tensor [..., n].
        k: number or scalar integer tensor, at most n.
        sorted: makes no difference: the result is always sorted.
        index_type: dtype of the indices.
        name: of the node.

    Returns:
        A named tuple (values, indices) of tensors [..., k]; equal elements keep their order.

    Raises:
        InvalidArgumentError: (ValueError while tracing) if there are fewer than k columns.
    """
    if isinstance(k, float):
        convert_to_tensor(k, int32)
    return TopKV2(*top_k_op(input, k, bool(sorted), as_dtype(index_type), name))


class TopKV2(NamedTuple):
    """The values and indices that `top_k` answers."""

    values: Any
    indices: Any


@op("raw.in_top_k", type="InTopKV2", groups={"predictions": float32, "k": "T"},
    dtypes={"T": {int32, int64}})  # fmt: skip
def in_top_k_op(
    predictions: Tensor, targets: Tensor, k: Tensor, name: str | None = None
) -> TensorSpec:
    """Is each row's target among its k largest predictions?"""
    dims = None if targets.dims is None else targets.dims[:1]
    return spec(bool_, dims)


@in_top_k_op.kernel
def _in_top_k_kernel(xp: Any, predictions: Any, targets: Any, k: Any) -> Any:
    if predictions.ndim != 2 or targets.ndim != 1 or len(predictions) != len(targets):
        raise InvalidArgumentError(
            None, None, f"predictions must be 2-dimensional and targets 1-dimensional of the same "
            f"length, got {list(predictions.shape)} and {list(targets.shape)}",
        )  # fmt: skip
    classes = predictions.shape[1]
    valid = (targets >= 0) & (targets < classes)
    chosen = xp.take_along_axis(predictions, xp.where(valid, targets, 0)[:, None], axis=1)
    rank = (predictions > chosen).sum(axis=1)
    return valid & (rank < int(k)) & xp.isfinite(predictions).all(axis=1)


@public("math.in_top_k", "nn.in_top_k")
def in_top_k(targets: Any, predictions: Any, k: Any, name: str | None = None) -> Tensor:
    """Is each row's target among its k largest predictions (ties included)?

    Args:
        targets: int32 or int64 tensor [rows] of column numbers.
        predictions: float32 tensor [rows, columns].
        k: number of columns to look at.
        name: of the node.

    Returns:
        A bool tensor [rows]; False where a row is not finite or its target is out of range.
    """
    return in_top_k_op(predictions, targets, k, name)


@op("raw.bincount", type="DenseBincount", groups={"arr": "Tidx", "weights": "T"},
    dtypes={"Tidx": {int32, int64}, "T": {int32, int64, float32, float64}})  # fmt: skip
def bincount_op(
    arr: Tensor, weights: Tensor, minlength: int | None, maxlength: int | None,
    axis: int | None, binary: bool, name: str | None = None,
) -> TensorSpec:  # fmt: skip
    """How often each integer occurs, per row or in all."""
    result = weights.dtype
    if axis is None:
        return spec(result, (None,))
    return spec(
        result, None if arr.dims is None else (arr.dims[0], None) if arr.ndim > 1 else (None,)
    )


@bincount_op.kernel
def _bincount_kernel(
    xp: Any, arr: Any, weights: Any, minlength: int | None, maxlength: int | None,
    axis: int | None, binary: bool,
) -> Any:  # fmt: skip
    if arr.size and int(arr.min()) < 0:
        raise InvalidArgumentError(None, None, "Input arr must be non-negative!")
    length = max(int(arr.max()) + 1 if arr.size else 0, minlength or 0)
    if maxlength is not None:
        length = min(length, maxlength)
    rows = arr.reshape(1, -1) if axis is None or arr.ndim < 2 else arr.reshape(len(arr), -1)
    shares = weights.reshape(rows.shape)
    out = xp.zeros((len(rows), length), weights.dtype)
    for i, row in enumerate(rows):
        used = row < length
        if binary:
            out[i, row[used]] = 1
        else:
            xp.add.at(out[i], row[used], shares[i][used])
    return out[0] if axis is None or arr.ndim < 2 else out


@public("math.bincount")
def bincount(
    arr: Any, weights: Any = None, minlength: Any = None, maxlength: Any = None,
    dtype: Any = int32, name: str | None = None, axis: int | None = None,
    binary_output: bool = False,
) -> Tensor:  # fmt: skip
    """How often each non-negative integer occurs.

    Args:
        arr: int32 or int64 tensor.
        weights: what each element counts, of the same shape; by default 1.
        minlength: least length of the result.
        maxlength: greatest length; larger integers are ignored.
        dtype: of the counts, where there are no weights.
        name: of the node.
        axis: None to count all elements together, -1 to count each row of a matrix.
        binary_output: answer 1 where an integer occurs at all?

    Returns:
        A vector [largest integer + 1] (a matrix with one such row per row, with `axis`).

    Raises:
        InvalidArgumentError: if an integer is negative, or weights come with binary output.
    """
    if binary_output and weights is not None:
        raise InvalidArgumentError(
            None, None, "`binary_output` and `weights` are mutually exclusive."
        )
    array = convert_to_tensor(arr)
    if array.dtype.kind in "bfcS":  # smaller integers are refused
        array = tf.cast(array, int32)
    if axis not in (None, 0, -1):
        raise ValueError(f"Unsupported value for argument axis={axis}. Only 0 and -1 are currently "
                         "supported.")  # fmt: skip
    low = None if minlength is None else int(known_value(convert_to_tensor(minlength)))
    high = None if maxlength is None else int(known_value(convert_to_tensor(maxlength)))
    if weights is None:
        weights = tf.ones_like(array, as_dtype(dtype))
    return bincount_op(array, weights, low, high, axis or None, binary_output, name)


@public("math.confusion_matrix")
def confusion_matrix(
    labels: Any, predictions: Any, num_classes: Any = None, weights: Any = None,
    dtype: Any = int32, name: str | None = None,
) -> Tensor:  # fmt: skip
    """How often each label (row) was predicted as each class (column).

    Args:
        labels: integer vector of true classes.
        predictions: integer vector of predicted classes.
        num_classes: number of classes; by default the largest one seen plus 1.
        weights: what each pair counts; by default 1.
        dtype: of the counts.
        name: of the last node.

    Returns:
        A matrix [num_classes, num_classes].

    Raises:
        InvalidArgumentError: if a class is negative or too large.
    """
    truth, guess = _squeezed(convert_to_tensor(labels), convert_to_tensor(predictions))
    truth, guess = tf.cast(truth, int64), tf.cast(guess, int64)
    truth = _checked(tf, truth, "`labels` contains negative values", num_classes)
    guess = _checked(tf, guess, "`predictions` contains negative values", num_classes)
    kind = as_dtype(dtype)
    if num_classes is None:
        count = tf.maximum(tf.reduce_max(guess), tf.reduce_max(truth)) + 1
    else:
        count = tf.cast(num_classes, int64)
    shape = tf.stack([count, count])
    values = tf.ones_like(guess, kind) if weights is None else tf.cast(weights, kind)
    return tf.scatter_nd(tf.stack([truth, guess], axis=1), values, shape, name=name)


def _squeezed(labels: Tensor, predictions: Tensor) -> tuple[Tensor, Tensor]:
    """Both with the same rank: a last axis of size 1 that only one of them has is dropped."""
    if labels.dims is None or predictions.dims is None:
        return labels, predictions
    more = len(labels.dims) - len(predictions.dims)
    if more == 1 and labels.dims[-1] == 1:
        return tf.squeeze(labels, [-1]), predictions
    if more == -1 and predictions.dims[-1] == 1:
        return labels, tf.squeeze(predictions, [-1])
    return labels, predictions


def _checked(tf: Any, values: Tensor, message: str, num_classes: Any) -> Tensor:
    checks = [tf.debugging.assert_non_negative(values, message=message)]
    if num_classes is not None:
        bound = tf.cast(num_classes, int64)
        checks.append(
            tf.debugging.assert_less(
                values, bound, message=message.split(maxsplit=1)[0] + " out of bound"
            )
        )
    with tf.control_dependencies([check for check in checks if check is not None]):
        return tf.identity(values)
