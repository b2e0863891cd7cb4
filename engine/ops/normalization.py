"""Moments of tensors and normalisation by them; biases; embeddings."""

from __future__ import annotations

from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import FLOATING, NUMERIC, float16, float32
from engine.ir.op import op, public
from engine.ir.shapes import bracketed
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.declare import last_derivative
from engine.ops.scope import scoped


def _result(tf: Any, x: Tensor, dtype: Any) -> Tensor:
    return tf.cast(x, dtype) if x.dtype is not dtype else x


@public("nn.moments")
@scoped("moments")
def moments(
    x: Any, axes: Any, shift: Any = None, keepdims: bool = False, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The mean and the variance along axes.

    Args:
        x: tensor of floats; float16 is computed as float32.
        axes: list of axes, or a tensor of them.
        shift: makes no difference.
        keepdims: keep the reduced axes, with size 1?
        name: of the nodes.

    Returns:
        Mean and variance, of the dtype of `x`.
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(x, dtype=x.dtype, name="x")  # lists are refused there too
    y = tf.cast(x, float32) if x.dtype is float16 else x
    axes = [axes] if isinstance(axes, int) else axes
    mean = tf.reduce_mean(y, axes, keepdims=True, name="mean")
    variance = tf.reduce_mean(
        tf.math.squared_difference(y, tf.stop_gradient(mean)), axes, keepdims=True, name="variance"
    )
    if not keepdims:
        mean, variance = tf.squeeze(mean, axes), tf.squeeze(variance, axes)
    return _result(tf, mean, x.dtype), _result(tf, variance, x.dtype)


@public("nn.weighted_moments")
def weighted_moments(
    x: Any, axes: Any, frequency_weights: Any, keepdims: bool = False, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The weighted mean and variance along axes.

    Args:
        x: tensor of floats.
        axes: list of axes.
        frequency_weights: how much each element counts; broadcasts against `x`.
        keepdims: keep the reduced axes, with size 1?
        name: of the nodes.
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(x, name="x")
    weights = tf.cast(convert_to_tensor(frequency_weights), x.dtype)
    total = tf.reduce_sum(weights + tf.zeros_like(x), axes, keepdims=True)
    mean = tf.reduce_sum(weights * x, axes, keepdims=True) / total
    squares = tf.math.squared_difference(x, mean)
    variance = tf.reduce_sum(weights * squares, axes, keepdims=True) / total
    if not keepdims:
        mean, variance = tf.squeeze(mean, axes), tf.squeeze(variance, axes)
    return mean, variance


@public("nn.sufficient_statistics")
def sufficient_statistics(
    x: Any, axes: Any, shift: Any = None, keepdims: bool = False, name: str | None = None
) -> tuple[Tensor, Tensor, Tensor, Any]:
    """Count, sum and sum of squares along axes, from which mean and variance follow.

    Args:
        x: tensor of floats.
        axes: list of axes.
        shift: number to subtract first, for accuracy; None: none.
        keepdims: keep the reduced axes, with size 1?
        name: of the nodes.

    Returns:
        Count, sum, sum of squares, and the shift.
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(x, name="x")
    axes = list(dict.fromkeys(axes))
    count = tf.cast(tf.reduce_prod(tf.gather(tf.shape(x), axes)), x.dtype)
    if shift is not None:
        shift = convert_to_tensor(shift, dtype_hint=x.dtype)
        moved = x - shift
        squares = tf.math.squared_difference(x, shift)
    else:
        moved, squares = x, tf.square(x)
    total = tf.reduce_sum(moved, axes, keepdims=keepdims)
    return count, total, tf.reduce_sum(squares, axes, keepdims=keepdims), shift


@public("nn.normalize_moments")
def normalize_moments(
    counts: Any, mean_ss: Any, variance_ss: Any, shift: Any, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """Mean and variance from sufficient statistics.

    Args:
        counts: how many elements.
        mean_ss: their (shifted) sum.
        variance_ss: the sum of their (shifted) squares.
        shift: what was subtracted, or None.
        name: of the nodes.
    """
    from engine.ops.namespace import tf

    divisor = tf.math.reciprocal(counts)
    shifted = tf.multiply(mean_ss, divisor)
    mean = shifted if shift is None else shifted + shift
    return mean, tf.multiply(variance_ss, divisor) - tf.square(shifted)


@public("nn.batch_normalization")
@scoped("batchnorm")
def batch_normalization(
    x: Any, mean: Any, variance: Any, offset: Any, scale: Any, variance_epsilon: float,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """Scale (x - mean) / sqrt(variance + variance_epsilon) + offset.

    Args:
        x: tensor of floats.
        mean: tensor that broadcasts against `x`.
        variance: the same.
        offset: the same, or None.
        scale: the same, or None.
        variance_epsilon: added to the variance, against division by zero.
        name: of the nodes.
    """
    from engine.ops.namespace import tf

    inverse = tf.math.rsqrt(variance + variance_epsilon)
    if scale is not None:
        inverse = inverse * scale
    start = -mean * inverse if offset is None else offset - mean * inverse
    x = convert_to_tensor(x)
    scaled = x * tf.cast(inverse, x.dtype)
    return tf.add(scaled, tf.cast(start, x.dtype), name=name)


@public("nn.batch_norm_with_global_normalization")
def batch_norm_with_global_normalization(
    input: Any, mean: Any, variance: Any, beta: Any, gamma: Any, variance_epsilon: float,
    scale_after_normalization: bool, name: str | None = None,
) -> Tensor:  # fmt: skip
    """`tf.nn.batch_normalization` with beta as offset and, if wished, gamma as scale.

    Args:
        input: tensor of floats [batch, height, width, channels].
        mean: vector [channels].
        variance: vector [channels].
        beta: vector [channels].
        gamma: vector [channels].
        variance_epsilon: added to the variance.
        scale_after_normalization: use gamma?
        name: of the nodes.
    """
    scale = gamma if scale_after_normalization else None
    return batch_normalization(input, mean, variance, beta, scale, variance_epsilon, name)


# -- biases


@op("raw.bias_add", type="BiasAdd", dtypes={"T": NUMERIC},
    samples=[("float32[3,4]", "float32[4]"), ("float64[2,3,4]", "float64[3]", "NCHW")])  # fmt: skip
def bias_add_op(
    value: Tensor, bias: Tensor, data_format: str = "NHWC", name: str | None = None
) -> TensorSpec:
    """Value + bias along the channels."""
    if value.dims is not None and len(value.dims) < 2:
        raise ValueError(f"Shape must be at least rank 2 but is rank {len(value.dims)}")
    if bias.dims is not None and len(bias.dims) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(bias.dims)}")
    if value.dims is not None and bias.dims is not None:
        channels, size = value.dims[1 if data_format == "NCHW" else -1], bias.dims[0]
        if channels is not None and size is not None and channels != size:
            raise ValueError(
                f"Dimensions must be equal, but are {channels} and {size} for input shapes: "
                f"{bracketed(value.dims)}, {bracketed(bias.dims)}."
            )
    return spec(value.dtype, value.dims)


@bias_add_op.kernel
def _bias_add_kernel(xp: Any, value: Any, bias: Any, data_format: str = "NHWC") -> Any:
    if value.ndim < 2 or bias.ndim != 1:
        raise InvalidArgumentError(
            None, None, f"Input tensor must be at least 2D and biases 1D: {list(value.shape)}, "
            f"{list(bias.shape)}",
        )  # fmt: skip
    channels = value.shape[1 if data_format == "NCHW" else -1]
    if len(bias) != channels:
        raise InvalidArgumentError(
            None, None, f"Must provide as many biases as the last dimension of the input tensor: "
            f"{list(bias.shape)} vs. {list(value.shape)}",
        )  # fmt: skip
    if data_format == "NCHW":
        bias = bias.reshape(-1, *(1,) * (value.ndim - 2))
    return value + bias


def _bias_add_binder(xp: Any, attrs: Any, inputs: Any, outputs: Any) -> Any:
    value, bias = inputs
    if (
        attrs["data_format"] == "NHWC"
        and value.dims
        and bias.dims
        and (value.dims[-1] == bias.dims[0] is not None)
    ):
        return xp.add
    return lambda v, b: _bias_add_kernel(xp, v, b, **attrs)


bias_add_op.op.bind = _bias_add_binder


@bias_add_op.gradient
def _bias_add_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    first = node.attrs["data_format"] == "NCHW"
    if grad.dims is None:
        places = tf.range(tf.rank(grad))
        channel = 1 if first else tf.rank(grad) - 1
        return grad, tf.reduce_sum(grad, tf.boolean_mask(places, tf.not_equal(places, channel)))
    channel = 1 if first else len(grad.dims) - 1
    return grad, tf.reduce_sum(grad, [i for i in range(len(grad.dims)) if i != channel])


@public("nn.bias_add")
def bias_add(value: Any, bias: Any, data_format: Any = None, name: str | None = None) -> Tensor:
    """Value + bias along the channels.

    Args:
        value: numeric tensor of rank at least 2.
        bias: vector of the same dtype, one number per channel.
        data_format: 'N...C' (default) or 'NC...': where the channels are.
        name: of the node.

    Raises:
        ValueError: for another format.
        InvalidArgumentError: (ValueError while tracing) if the shapes do not fit.
    """
    form = "NHWC"
    if data_format is not None:
        if str(data_format).startswith("NC"):
            form = "NCHW"
        elif not (str(data_format).startswith("N") and str(data_format).endswith("C")):
            raise ValueError("`data_format` must be of the form `N...C` or `NC...`. Received: "
                             f"{data_format!r}.")  # fmt: skip
    x = convert_to_tensor(value, name="input")
    return bias_add_op(x, bias, form, name)


# -- local response normalisation


@op("nn.local_response_normalization", "nn.lrn", type="LRN", dtypes={"T": FLOATING},
    samples=[("float32[2,3,3,8]",), ("float64[1,2,2,5]", 2, 1.0, 0.5, 0.75)])  # fmt: skip
def local_response_normalization(
    input: Tensor, depth_radius: int = 5, bias: float = 1.0, alpha: float = 1.0,
    beta: float = 0.5, name: str | None = None,
) -> TensorSpec:  # fmt: skip
    """Input / (bias + alpha sum(nearby channels squared)) ** beta.

    Args:
        input: tensor of floats of rank 4, channels last.
        depth_radius: how many channels on either side count as near.
        bias: offset.
        alpha: factor.
        beta: exponent.
        name: of the node.
    """
    if input.dims is not None and len(input.dims) != 4:
        raise ValueError(f"Shape must be rank 4 but is rank {len(input.dims)}")
    return spec(input.dtype, input.dims or (None,) * 4)


@local_response_normalization.kernel
def _lrn_kernel(
    xp: Any, x: Any, depth_radius: int = 5, bias: float = 1.0, alpha: float = 1.0,
    beta: float = 0.5,
) -> Any:  # fmt: skip
    if x.ndim != 4:
        raise InvalidArgumentError(None, None, "in must be 4-dimensional")
    channels = x.shape[-1]
    distance = abs(xp.arange(channels)[:, None] - xp.arange(channels)[None, :])
    near = (distance <= depth_radius).astype(x.dtype)
    kind = x.dtype.type
    return x * (kind(bias) + kind(alpha) * ((x * x) @ near)) ** kind(-beta)


@local_response_normalization.gradient
def _lrn_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    x, attrs = node.inputs[0], node.attrs
    channels = tf.shape(x)[-1]
    places = tf.range(channels)
    distance = tf.abs(places[:, None] - places[None, :])
    near = tf.cast(distance <= attrs["depth_radius"], x.dtype)
    scale = tf.tensordot(tf.square(x), near, 1) * attrs["alpha"] + attrs["bias"]
    part = tf.pow(scale, -attrs["beta"])
    spread = tf.tensordot(grad * x * part / scale, near, 1)
    return _lrn_grad(grad * part - x * spread * (2.0 * attrs["alpha"] * attrs["beta"]))


_lrn_grad = last_derivative("raw.lrn_grad", "LRNGrad")


# -- embeddings


@public("nn.embedding_lookup")
def embedding_lookup(
    params: Any, ids: Any, max_norm: Any = None, name: str | None = None
) -> Tensor:
    """The rows of a table that `ids` name.

    Args:
        params: tensor [rows, ...], or a list with one such tensor, or several that share the rows
            out in blocks.
        ids: int32 or int64 tensor.
        max_norm: if given, rows with a larger euclidean norm are scaled down to it.
        name: of the node.

    Returns:
        A tensor [*shape of ids, ...].

    Raises:
        ValueError: if `params` is empty.
        InvalidArgumentError: if an id is out of range.
    """
    from engine.ops.namespace import tf

    if params is None or (isinstance(params, (list, tuple)) and not params):
        raise ValueError(f"params must be specified. Received: params={params}")
    tables = list(params) if isinstance(params, (list, tuple)) else [params]
    table = tables[0] if len(tables) == 1 else tf.concat(tables, 0)
    rows = tf.gather(table, ids, name=name or "embedding_lookup")
    if max_norm is None:
        return rows
    first = convert_to_tensor(ids).ndim
    return tf.clip_by_norm(rows, max_norm, axes=list(range(first, rows.ndim)))


@public("nn.dropout")
@scoped("dropout")
def dropout(
    x: Any, rate: Any, noise_shape: Any = None, seed: Any = None, name: str | None = None
) -> Tensor:
    """`x` with a share of its elements set to 0 and the others scaled up to keep the mean.

    Args:
        x: tensor of floats.
        rate: share of elements to drop, in [0, 1); a number or a scalar tensor.
        noise_shape: shape of the random decisions, which broadcast against `x`.
        seed: of the random decisions.
        name: of the last node.

    Returns:
        A tensor of the same shape and dtype.

    Raises:
        ValueError: if `rate` is outside [0, 1) or `x` holds no floats.
    """
    from engine.ops.namespace import tf

    def uniform(shape: Any, dtype: Any) -> Any:
        return tf.random.uniform(shape, seed=seed, dtype=dtype)

    return drop(x, rate, noise_shape, uniform, name)


@public("nn.experimental.stateless_dropout")
def stateless_dropout(
    x: Any, rate: Any, seed: Any, rng_alg: Any = None, noise_shape: Any = None,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """As `tf.nn.dropout`, with all randomness from `seed`.

    Args:
        x: tensor of floats.
        rate: share of elements to drop.
        seed: two integers.
        rng_alg: the generator; by default Philox.
        noise_shape: shape of the random decisions.
        name: of the last node.
    """
    from engine.ops.namespace import tf

    def uniform(shape: Any, dtype: Any) -> Any:
        return tf.random.stateless_uniform(shape, seed, dtype=dtype)

    return drop(x, rate, noise_shape, uniform, name)


def drop(x: Any, rate: Any, noise_shape: Any, uniform: Any, name: str | None) -> Tensor:
    """Dropout with random numbers from `uniform(shape, dtype)`."""
    from engine.ops.namespace import tf

    number = isinstance(rate, (int, float))
    if number and not 0 <= rate < 1:
        raise ValueError(f"`rate` must be a scalar tensor or a float in the range [0, 1). "
                         f"Received: rate={rate}")  # fmt: skip
    x = convert_to_tensor(x, name="x")
    if not x.dtype.is_floating:
        raise ValueError(
            f"`x.dtype` must be a floating point tensor as `x` will be scaled. Received: "
            f"x.dtype={x.dtype}"
        )
    if number and rate == 0:
        uniform([], x.dtype)  # the generator moves on all the same
        return x
    if number:
        scaled = x * (1.0 / (1.0 - rate))
    else:
        rate = convert_to_tensor(rate, dtype_hint=x.dtype)
        if rate.dtype is not x.dtype:
            raise ValueError(
                f"`x.dtype` must match `rate.dtype`. Received: x.dtype={x.dtype} and "
                f"rate.dtype={rate.dtype}"
            )
        scaled = x / (1 - rate)
    shape = _noise_shape(tf, x, noise_shape)
    kept = uniform(shape, x.dtype) >= rate
    result = tf.where(kept, scaled, tf.zeros((), x.dtype), name=name)
    result.set_shape(x.dims)
    return result


def _noise_shape(tf: Any, x: Tensor, noise_shape: Any) -> Any:
    if noise_shape is None:
        return tf.shape(x)
    if isinstance(noise_shape, (list, tuple)) and x.dims is not None:
        if len(noise_shape) != len(x.dims):
            return noise_shape
        sizes = tf.shape(x)
        return [sizes[i] if n is None else n for i, n in enumerate(noise_shape)]
    return noise_shape
