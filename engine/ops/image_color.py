"""Colours of images: dtypes, brightness, contrast, hue, grey and other colour spaces."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import FLOATING, as_dtype, float16, float32
from engine.ir.op import op, public
from engine.ir.shapes import Dims, show
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.image_geometry import require
from engine.ops.namespace import tf

_KEPT = (float16, float32)
"""Dtypes in which images are adjusted as they are; others become float32."""


@public("image.convert_image_dtype")
def convert_image_dtype(
    image: Any, dtype: Any, saturate: bool = False, name: str | None = None
) -> Tensor:
    """Images in another dtype, scaled: floats in [0, 1] stand for integers in [0, max].

    Args:
        image: tensor of floats or integers.
        dtype: of the result.
        saturate: clip to the range of the dtype?
        name: of the last node.

    Raises:
        AttributeError: for dtypes that are neither floats nor integers.
    """
    image = convert_to_tensor(image)
    wanted = as_dtype(dtype)
    if not wanted.is_floating and not wanted.is_integer:
        raise AttributeError("dtype must be either floating point or integer")
    if not image.dtype.is_floating and not image.dtype.is_integer:
        raise AttributeError("image dtype must be either floating point or integer")
    if wanted is image.dtype:
        return tf.identity(image, name=name)
    cast = tf.saturate_cast if saturate else tf.cast
    if image.dtype.is_integer and wanted.is_integer:
        largest, limit = image.dtype.max, wanted.max
        if largest > limit:
            scale = (largest + 1) // (limit + 1)
            return cast(tf.math.floordiv(image, scale), wanted, name=name)
        return tf.multiply(cast(image, wanted), (limit + 1) // (largest + 1), name=name)
    if image.dtype.is_floating and wanted.is_floating:
        return tf.cast(image, wanted, name=name)
    if image.dtype.is_integer:
        return tf.multiply(tf.cast(image, wanted), 1.0 / image.dtype.max, name=name)
    return cast(tf.multiply(image, wanted.max + 0.5), wanted, name=name)


def _as_floats(image: Tensor) -> Tensor:
    return image if image.dtype in _KEPT else convert_image_dtype(image, float32)


@public("image.adjust_brightness")
def adjust_brightness(image: Any, delta: Any) -> Tensor:
    """Images with `delta` added.

    Args:
        image: tensor of images; integers are scaled to [0, 1] for the addition.
        delta: a number, in (-1, 1) as a rule.
    """
    image = convert_to_tensor(image)
    floats = _as_floats(image)
    adjusted = tf.add(floats, tf.cast(delta, floats.dtype))
    return convert_image_dtype(adjusted, image.dtype, saturate=True)


@public("image.adjust_contrast")
def adjust_contrast(images: Any, contrast_factor: Any) -> Tensor:
    """Images whose distance from each channel's mean is multiplied.

    Args:
        images: tensor [..., height, width, channels].
        contrast_factor: a number.
    """
    images = convert_to_tensor(images)
    if images.dims is not None and len(images.dims) < 3:
        raise ValueError(f"'image' (shape {show(images.dims)}) must be at least three-dimensional.")
    floats = _as_floats(images)
    adjusted = _contrast(floats, tf.cast(contrast_factor, float32))
    return convert_image_dtype(adjusted, images.dtype, saturate=True)


@op("raw.adjust_contrast", type="AdjustContrastv2",
    groups={"contrast_factor": float32})  # fmt: skip
def _contrast(images: Tensor, contrast_factor: Tensor, name: str | None = None) -> TensorSpec:
    """The distance from each channel's mean, multiplied. As in TensorFlow: without a gradient."""
    return spec(images.dtype, images.dims)


@_contrast.kernel
def _contrast_kernel(xp: Any, images: Any, factor: Any) -> Any:
    mean = images.mean(axis=(-3, -2), keepdims=True, dtype=xp.float32).astype(images.dtype)
    return (images - mean) * factor.astype(images.dtype) + mean


@public("image.adjust_gamma")
def adjust_gamma(image: Any, gamma: Any = 1, gain: Any = 1) -> Tensor:
    """Gain * image ** gamma, of images between 0 and 1.

    Args:
        image: tensor of images.
        gamma: exponent, not negative.
        gain: factor.

    Raises:
        ValueError: for a negative `gamma`.
    """
    image = convert_to_tensor(image)
    floats = _as_floats(image)
    require([(gamma >= 0, "Gamma should be a non-negative real number.")])
    return convert_image_dtype(gain * floats**gamma, image.dtype, saturate=True)


def _check_channels(dims: Dims) -> None:
    if dims is not None and (not dims or dims[-1] not in (3, None)):
        raise ValueError(f"input must have 3 channels but instead has "
                         f"{dims[-1] if dims else 'no'} channels.")  # fmt: skip


@op("image.rgb_to_hsv", type="RGBToHSV", dtypes={"T": FLOATING},
    samples=[("float32[2,3](0.1,0.9)",)])  # fmt: skip
def rgb_to_hsv(images: Tensor, name: str | None = None) -> TensorSpec:
    """Red, green and blue as hue, saturation and value, all in [0, 1].

    Args:
        images: tensor of floats [..., 3].
        name: of the node.

    Raises:
        InvalidArgumentError: (ValueError while tracing) if the last axis has another size.
    """
    _check_channels(images.dims)
    return spec(images.dtype, images.dims and (*images.dims[:-1], 3))


@rgb_to_hsv.kernel
def _rgb_to_hsv_kernel(xp: Any, x: Any) -> Any:
    _check_channels(x.shape)
    red, green, blue = x[..., 0], x[..., 1], x[..., 2]
    value = x.max(axis=-1)
    span = value - x.min(axis=-1)
    kind = x.dtype.type
    safe = xp.where(span > 0, span, kind(1))
    saturation = xp.where(value > 0, span / xp.where(value > 0, value, kind(1)), kind(0))
    unit = kind(1) / (kind(6) * safe)
    hue = xp.where(
        red == value, unit * (green - blue),
        xp.where(green == value, unit * (blue - red) + kind(2 / 6),
                 unit * (red - green) + kind(4 / 6)),
    )  # fmt: skip
    hue = xp.where(span > 0, hue, kind(0))
    hue = xp.where(hue < 0, hue + kind(1), hue)
    return xp.stack([hue, saturation, value], axis=-1).astype(x.dtype)


@public("image.hsv_to_rgb")
def hsv_to_rgb(images: Any, name: str | None = None) -> Tensor:
    """Hue, saturation and value as red, green and blue; see `tf.image.rgb_to_hsv`."""
    images = convert_to_tensor(images)
    if images.dtype not in FLOATING:
        rgb_to_hsv(images)  # refuses
    _check_channels(images.dims)
    hue, saturation, value = (images[..., i] for i in range(3))
    turned = hue * 6.0
    shares = (tf.abs(turned - 3.0) - 1.0, 2.0 - tf.abs(turned - 2.0), 2.0 - tf.abs(turned - 4.0))
    rest = 1.0 - saturation
    colours = [(rest + saturation * tf.clip_by_value(s, 0.0, 1.0)) * value for s in shares]
    return tf.stack(colours, -1, name=name or "HSVToRGB")


@public("image.adjust_hue")
def adjust_hue(image: Any, delta: Any, name: str | None = None) -> Tensor:
    """Images with their hue turned.

    Args:
        image: tensor [..., 3] of red, green and blue.
        delta: share of the whole circle, in [-1, 1].
        name: of the last node.

    Raises:
        ValueError: for other deltas.
    """
    if not isinstance(delta, Tensor) and not -1.0 <= delta <= 1.0:
        raise ValueError("delta must be in the interval [-1, 1]")
    image = convert_to_tensor(image)
    hsv = rgb_to_hsv(_as_floats(image))
    hue = tf.math.floormod(hsv[..., 0] + tf.cast(delta, hsv.dtype) + 1.0, 1.0)
    turned = hsv_to_rgb(tf.stack([hue, hsv[..., 1], hsv[..., 2]], -1))
    return convert_image_dtype(turned, image.dtype, saturate=True, name=name)


@public("image.adjust_saturation")
def adjust_saturation(image: Any, saturation_factor: Any, name: str | None = None) -> Tensor:
    """Images with their saturation multiplied (and kept within [0, 1]).

    Args:
        image: tensor [..., 3] of red, green and blue.
        saturation_factor: a number.
        name: of the last node.
    """
    image = convert_to_tensor(image)
    hsv = rgb_to_hsv(_as_floats(image))
    strong = tf.clip_by_value(hsv[..., 1] * tf.cast(saturation_factor, hsv.dtype), 0.0, 1.0)
    colours = hsv_to_rgb(tf.stack([hsv[..., 0], strong, hsv[..., 2]], -1))
    return convert_image_dtype(colours, image.dtype, saturate=True, name=name)


@public("image.rgb_to_grayscale")
def rgb_to_grayscale(images: Any, name: str | None = None) -> Tensor:
    """Images in grey, with one channel, as bright as the eye sees them.

    Args:
        images: tensor [..., 3] of red, green and blue.
        name: of the last node.
    """
    images = convert_to_tensor(images)
    floats = convert_image_dtype(images, float32)
    grey = tf.tensordot(floats, [0.2989, 0.5870, 0.1140], [-1, -1])
    return convert_image_dtype(tf.expand_dims(grey, -1), images.dtype, name=name)


@public("image.grayscale_to_rgb")
def grayscale_to_rgb(images: Any, name: str | None = None) -> Tensor:
    """Grey images with three equal channels.

    Args:
        images: tensor [..., 1].
        name: of the last node.

    Raises:
        ValueError: if the last axis is known and has another size.
    """
    images = convert_to_tensor(images)
    if images.dims is None:
        ones = tf.ones([tf.rank(images) - 1], "int32")
        return tf.tile(images, tf.concat([ones, [3]], 0), name=name)
    if len(images.dims) < 2:
        raise ValueError("A grayscale image must be at least two-dimensional.")
    if images.dims[-1] not in (1, None):
        raise ValueError("Last dimension of a grayscale image should be size 1.")
    return tf.tile(images, [1] * (len(images.dims) - 1) + [3], name=name)


def _mixed(images: Any, matrix: list[list[float]]) -> Tensor:
    images = convert_to_tensor(images)
    return tf.tensordot(images, tf.constant(matrix, images.dtype), [[-1], [0]])


@public("image.rgb_to_yuv")
def rgb_to_yuv(images: Any) -> Tensor:
    """Red, green and blue [..., 3] as Y, U and V."""
    return _mixed(images, [[0.299, -0.14714119, 0.61497538], [0.587, -0.28886916, -0.51496512],
                           [0.114, 0.43601035, -0.10001026]])  # fmt: skip


@public("image.yuv_to_rgb")
def yuv_to_rgb(images: Any) -> Tensor:
    """Y, U and V [..., 3] as red, green and blue."""
    return _mixed(images, [[1, 1, 1], [0, -0.394642334, 2.03206185], [1.13988303, -0.58062185, 0]])


@public("image.rgb_to_yiq")
def rgb_to_yiq(images: Any) -> Tensor:
    """Red, green and blue [..., 3] as Y, I and Q."""
    return _mixed(images, [[0.299, 0.59590059, 0.2115], [0.587, -0.27455667, -0.52273617],
                           [0.114, -0.32134392, 0.31119955]])  # fmt: skip


@public("image.yiq_to_rgb")
def yiq_to_rgb(images: Any) -> Tensor:
    """Y, I and Q [..., 3] as red, green and blue."""
    return _mixed(images, [[1, 1, 1], [0.95598634, -0.27201283, -1.10674021],
                           [0.6208248, -0.64720424, 1.70423049]])  # fmt: skip


@public("image.per_image_standardization")
def per_image_standardization(image: Any) -> Tensor:
    """Each image minus its mean, divided by its standard deviation.

    Args:
        image: tensor [..., height, width, channels].

    Returns:
        float16 for float16, else float32.

    Raises:
        ValueError: for a rank below 3.
    """
    image = convert_to_tensor(image)
    if image.dims is not None and len(image.dims) < 3:
        raise ValueError(f"'image' (shape {show(image.dims)}) must be at least three-dimensional.")
    floats = _as_floats(image)
    axes = [-1, -2, -3]
    count = tf.cast(tf.reduce_prod(tf.shape(floats)[-3:]), floats.dtype)
    mean = tf.reduce_mean(floats, axes, keepdims=True)
    spread = tf.maximum(tf.math.reduce_std(floats, axes, keepdims=True), tf.math.rsqrt(count))
    return (floats - mean) / spread
