"""Images changed at random, with seeds of their own or from the generator's state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import int32
from engine.ir.op import public
from engine.ir.tensor import Tensor
from engine.ops.image_color import (
    adjust_brightness,
    adjust_contrast,
    adjust_hue,
    adjust_saturation,
)
from engine.ops.image_geometry import flip, rank_of
from engine.ops.namespace import tf

Draw = Callable[..., Tensor]


def _from_state(seed: Any) -> Draw:
    return lambda shape, *ends, **kind: tf.random.uniform(shape, *ends, seed=seed, **kind)


def _from_seed(seed: Any) -> Draw:
    return lambda shape, *ends, **kind: tf.random.stateless_uniform(shape, seed, *ends, **kind)


def _mirror(image: Any, axis: int, draw: Draw) -> Tensor:
    image = convert_to_tensor(image)
    if image.dims is None or rank_of(image) == 3:
        heads = tf.less(draw([], 0, 1.0), 0.5)
        result = tf.cond(heads, lambda: flip(image, axis), lambda: image)
        result.set_shape(image.dims)
        return result
    batch = tf.shape(image)[0]
    heads = tf.cast(tf.round(tf.reshape(draw([batch]), [batch, 1, 1, 1])), image.dtype)
    return heads * flip(image, axis) + (1 - heads) * image


@public("image.random_flip_left_right")
def random_flip_left_right(image: Any, seed: Any = None) -> Tensor:
    """Images mirrored from left to right, each with a chance of one half.

    Args:
        image: tensor [height, width, channels] or [batch, height, width, channels].
        seed: integer.
    """
    return _mirror(image, 1, _from_state(seed))


@public("image.random_flip_up_down")
def random_flip_up_down(image: Any, seed: Any = None) -> Tensor:
    """Images turned upside down; as `tf.image.random_flip_left_right`."""
    return _mirror(image, 0, _from_state(seed))


@public("image.stateless_random_flip_left_right")
def stateless_random_flip_left_right(image: Any, seed: Any) -> Tensor:
    """As `tf.image.random_flip_left_right`, decided by `seed`, two integers."""
    return _mirror(image, 1, _from_seed(seed))


@public("image.stateless_random_flip_up_down")
def stateless_random_flip_up_down(image: Any, seed: Any) -> Tensor:
    """As `tf.image.random_flip_up_down`, decided by `seed`, two integers."""
    return _mirror(image, 0, _from_seed(seed))


def _brightness(image: Any, max_delta: Any, draw: Draw) -> Tensor:
    if max_delta < 0:
        raise ValueError("max_delta must be non-negative.")
    return adjust_brightness(image, draw([], -max_delta, max_delta))


@public("image.random_brightness")
def random_brightness(image: Any, max_delta: Any, seed: Any = None) -> Tensor:
    """`adjust_brightness` by a number in [-max_delta, max_delta).

    Args:
        image: tensor of images.
        max_delta: not negative.
        seed: integer.

    Raises:
        ValueError: for a negative `max_delta`.
    """
    return _brightness(image, max_delta, _from_state(seed))


@public("image.stateless_random_brightness")
def stateless_random_brightness(image: Any, max_delta: Any, seed: Any) -> Tensor:
    """As `tf.image.random_brightness`, decided by `seed`, two integers."""
    return _brightness(image, max_delta, _from_seed(seed))


def _scaled(adjust: Any, image: Any, lower: Any, upper: Any, draw: Draw) -> Tensor:
    if upper <= lower:
        raise ValueError("upper must be > lower.")
    if lower < 0:
        raise ValueError("lower must be non-negative.")
    return adjust(image, draw([], lower, upper))


@public("image.random_contrast")
def random_contrast(image: Any, lower: Any, upper: Any, seed: Any = None) -> Tensor:
    """`adjust_contrast` by a factor in [lower, upper).

    Args:
        image: tensor of images.
        lower: not negative.
        upper: above `lower`.
        seed: integer.

    Raises:
        ValueError: for other limits.
    """
    return _scaled(adjust_contrast, image, lower, upper, _from_state(seed))


@public("image.stateless_random_contrast")
def stateless_random_contrast(image: Any, lower: Any, upper: Any, seed: Any) -> Tensor:
    """As `tf.image.random_contrast`, decided by `seed`, two integers."""
    return _scaled(adjust_contrast, image, lower, upper, _from_seed(seed))


@public("image.random_saturation")
def random_saturation(image: Any, lower: Any, upper: Any, seed: Any = None) -> Tensor:
    """`adjust_saturation` by a factor in [lower, upper); as `tf.image.random_contrast`."""
    return _scaled(adjust_saturation, image, lower, upper, _from_state(seed))


@public("image.stateless_random_saturation")
def stateless_random_saturation(image: Any, lower: Any, upper: Any, seed: Any = None) -> Tensor:
    """As `tf.image.random_saturation`, decided by `seed`, two integers."""
    return _scaled(adjust_saturation, image, lower, upper, _from_seed(seed))


def _hue(image: Any, max_delta: Any, draw: Draw) -> Tensor:
    if max_delta > 0.5:
        raise ValueError("max_delta must be <= 0.5.")
    if max_delta < 0:
        raise ValueError("max_delta must be non-negative.")
    return adjust_hue(image, draw([], -max_delta, max_delta))


@public("image.random_hue")
def random_hue(image: Any, max_delta: Any, seed: Any = None) -> Tensor:
    """`adjust_hue` by a share of the circle in [-max_delta, max_delta).

    Args:
        image: tensor [..., 3] of red, green and blue.
        max_delta: in [0, 0.5].
        seed: integer.

    Raises:
        ValueError: for another `max_delta`.
    """
    return _hue(image, max_delta, _from_state(seed))


@public("image.stateless_random_hue")
def stateless_random_hue(image: Any, max_delta: Any, seed: Any) -> Tensor:
    """As `tf.image.random_hue`, decided by `seed`, two integers."""
    return _hue(image, max_delta, _from_seed(seed))


def _crop(value: Any, size: Any, draw: Draw, name: str | None) -> Tensor:
    value = convert_to_tensor(value)
    size = convert_to_tensor(size, dtype_hint=int32)
    shape = tf.cast(tf.shape(value), size.dtype)
    tf.Assert(tf.reduce_all(shape >= size), ["Need value.shape >= size, got ", shape, size], 1000)
    free = shape - size + 1
    offset = draw(tf.shape(shape), maxval=size.dtype.max, dtype=size.dtype)
    return tf.slice(value, tf.math.floormod(offset, free), size, name=name)


@public("image.random_crop")
def random_crop(value: Any, size: Any, seed: Any = None, name: str | None = None) -> Tensor:
    """A block of a tensor, from a place chosen at random.

    Args:
        value: tensor.
        size: vector: the shape of the block.
        seed: integer.
        name: of the last node.

    Raises:
        InvalidArgumentError: if the block is larger than the tensor.
    """
    return _crop(value, size, _from_state(seed), name)


@public("image.stateless_random_crop")
def stateless_random_crop(value: Any, size: Any, seed: Any, name: str | None = None) -> Tensor:
    """As `tf.image.random_crop`, decided by `seed`, two integers."""
    return _crop(value, size, lambda shape, **kind: _from_seed(seed)(
        shape, **{"minval": 0, **kind}), name)  # fmt: skip
