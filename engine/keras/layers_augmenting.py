"""Layers that change images at random while training."""

from __future__ import annotations

import math
from typing import Any

from engine.ir.op import public
from engine.keras import seeds
from engine.keras.image_warps import FILL_MODES, INTERPOLATIONS, warped
from engine.keras.layer import Layer
from engine.keras.layers_convolution import LAST, format_name, to_first, to_last
from engine.ops.namespace import tf


class _Augmenting(Layer):
    """Changes images `[h, w, c]` or `[b, h, w, c]` unless called with `training=False`."""

    _takes_anything = True
    _listed: tuple[str, ...] = ("data_format",)

    def __init__(self, seed: Any = None, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed, self.generator = seed, seeds.SeedGenerator(seed)
        self.data_format = format_name(data_format)

    def call(self, data: Any, training: Any = True) -> Any:
        """The images, changed where `training`; in a dictionary under "images"."""
        if not isinstance(data, dict):
            return self._images(data, training)
        unknown = data.keys() - {"images", "labels"}
        if unknown:
            raise NotImplementedError(f"only images and labels can be changed, not {unknown}")
        return {**data, "images": self._images(data["images"], training)}

    def _images(self, images: Any, training: Any) -> Any:
        images = tf.cast(images, self.compute_dtype)
        rank = images.shape.rank
        if rank not in (3, 4):
            raise ValueError("Expected image tensor to have rank 3 (single image) or 4 (batch of "
                             f"images). Received: data.shape={tuple(images.shape)}")  # fmt: skip
        if not training:
            return images
        x = images if rank == 4 else images[None]
        x = x if self.data_format == LAST else to_last(x)
        x = self.changed(x)
        x = x if self.data_format == LAST else to_first(x)
        return x if rank == 4 else x[0]

    def changed(self, images: Any) -> Any:
        """Other images for `[b, h, w, c]`."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it changes")

    def _uniform(self, shape: Any, low: float = 0.0, high: float = 1.0) -> Any:
        return seeds.uniform(shape, low, high, seed=self.generator)


def _bounds(factor: Any, low: float = -1.0, high: float = 1.0) -> tuple[float, float]:
    """The smallest and the largest factor, from one number or two."""
    text = ("The `factor` argument should be a number (or a list of two numbers) in the range "
            f"[{low:g}, {high:g}]. Received: factor={factor}")  # fmt: skip
    if isinstance(factor, (tuple, list)):
        if len(factor) != 2 or factor[0] > high or factor[1] < low:
            raise ValueError(text)
        return tuple(sorted(factor))
    if not isinstance(factor, (int, float)) or factor < low or factor > high:
        raise ValueError(text)
    return max(-abs(factor), low), abs(factor)


@public("keras.layers.RandomFlip")
class RandomFlip(_Augmenting):
    """Mirrors half of the images.

    Args:
        mode: "horizontal", "vertical" or "horizontal_and_vertical".
        seed: of the choice.
        data_format: where the channels are.
    """

    def __init__(self, mode: str = "horizontal_and_vertical", seed: Any = None,
                 data_format: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(seed, data_format, **kwargs)
        self.mode = mode

    def changed(self, images: Any) -> Any:
        """The images, some of them mirrored."""
        chosen = self._uniform([tf.shape(images)[0], 1, 1, 1]) <= 0.5
        if "horizontal" in self.mode:
            images = tf.where(chosen, tf.reverse(images, [2]), images)
        if "vertical" in self.mode:
            images = tf.where(chosen, tf.reverse(images, [1]), images)
        return images


@public("keras.layers.RandomContrast")
class RandomContrast(_Augmenting):
    """Scales the distance from each channel's mean.

    Args:
        factor: the largest change, or the largest decrease and increase.
        value_range: of the images' numbers.
        seed: of the factors.
    """

    def __init__(self, factor: Any, value_range: Any = (0, 255), seed: Any = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(seed, **kwargs)
        self.factor, self.value_range = _bounds(factor, 0, 1), value_range

    def changed(self, images: Any) -> Any:
        """The images with other contrasts."""
        shape = [tf.shape(images)[0], 1, 1, 1]
        factor = self._uniform(shape, 1.0 - self.factor[0], 1.0 + self.factor[1])
        mean = tf.reduce_mean(tf.reduce_mean(images, axis=1, keepdims=True), axis=2, keepdims=True)
        return tf.clip_by_value((images - mean) * factor + mean, *map(float, self.value_range))


@public("keras.layers.RandomBrightness")
class RandomBrightness(_Augmenting):
    """Adds a number to each image.

    Args:
        factor: the largest share of the range that is added, or the smallest and the largest.
        value_range: of the images' numbers.
        seed: of the numbers.
    """

    def __init__(self, factor: Any, value_range: Any = (0, 255), seed: Any = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(seed, **kwargs)
        self.factor = _bounds(factor)
        if not isinstance(value_range, (tuple, list)) or len(value_range) != 2:
            raise ValueError("The `value_range` argument should be a list of two numbers. "
                             f"Received: value_range={value_range}")  # fmt: skip
        self.value_range = sorted(value_range)

    def changed(self, images: Any) -> Any:
        """The brighter or darker images."""
        added = self._uniform([tf.shape(images)[0], 1, 1, 1], *self.factor)
        added = added * float(self.value_range[1] - self.value_range[0])
        return tf.clip_by_value(images + added, *map(float, self.value_range))


@public("keras.layers.RandomCrop")
class RandomCrop(_Augmenting):
    """Parts of the images, all at one place; smaller images are enlarged.

    Args:
        height, width: of the parts.
        seed: of the place.
        data_format: where the channels are.
    """

    def __init__(self, height: int, width: int, seed: Any = None, data_format: Any = None,
                 **kwargs: Any) -> None:  # fmt: skip
        given = seeds.default_seed() if seed is None else seed
        super().__init__(seed, data_format, **kwargs)
        self.height, self.width, self.seed = height, width, given

    def changed(self, images: Any) -> Any:
        """The parts."""
        rows, columns = images.shape[1], images.shape[2]
        if rows > self.height and columns > self.width:
            top, left = (
                tf.cast(self._uniform([], 0.0, float(whole - part + 1)), "int32")
                for whole, part in ((rows, self.height), (columns, self.width))
            )
        else:
            part = max(min(rows, int(float(columns * self.height) / self.width)), 1)
            top = int(float(rows - part) / 2)
            part = max(min(columns, int(float(rows * self.width) / self.height)), 1)
            left = int(float(columns - part) / 2)
        found = images[:, top : top + self.height, left : left + self.width, :]
        if rows < self.height or columns < self.width:
            return tf.image.resize(found, [self.height, self.width])
        return tf.ensure_shape(found, [images.shape[0], self.height, self.width, images.shape[3]])


class _Warping(_Augmenting):
    """Moves the places of images."""

    def _check(self, fill_mode: str, interpolation: str, fill_value: float) -> None:
        """Keep how places between and outside are filled."""
        for name, value, known in (("fill_mode", fill_mode, FILL_MODES),
                                   ("interpolation", interpolation, INTERPOLATIONS)):  # fmt: skip
            if value not in known:
                raise NotImplementedError(f"Unknown `{name}` {value}. Expected of one {known}.")
        self.fill_mode, self.interpolation, self.fill_value = fill_mode, interpolation, fill_value

    def changed(self, images: Any) -> Any:
        """The images with their places moved."""
        count = tf.shape(images)[0]
        transforms = self.transforms(count, images.shape[1], images.shape[2])
        return warped(images, transforms, self.interpolation, self.fill_mode, self.fill_value)

    def transforms(self, count: Any, height: int, width: int) -> Any:
        """A transform for each image, `[count, 8]`."""
        raise NotImplementedError(f"{type(self).__name__} does not say where it moves to")


@public("keras.layers.RandomRotation")
class RandomRotation(_Warping):
    """Turns images around their middle.

    Args:
        factor: the largest share of a full turn, or the smallest and the largest.
        fill_mode, interpolation, fill_value: what lies outside and between.
        seed: of the angles.
        data_format: where the channels are.
    """

    def __init__(
        self, factor: Any, fill_mode: str = "reflect", interpolation: str = "bilinear",
        seed: Any = None, fill_value: float = 0.0, data_format: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(seed, data_format, **kwargs)
        self.factor = _bounds(factor)
        self._check(fill_mode, interpolation, fill_value)

    def transforms(self, count: Any, height: int, width: int) -> Any:
        """Rotations by angles drawn evenly."""
        low, high = (bound * 360.0 for bound in self.factor)
        angle = self._uniform([count], low, high) * (math.pi / 180.0)
        x, y = 0.5 * (width - 1), 0.5 * (height - 1)
        cos, sin, zero = tf.cos(angle), tf.sin(angle), tf.zeros_like(angle)
        return tf.stack([cos, -sin, x - x * cos + y * sin, sin, cos, y - x * sin - y * cos, zero,
                         zero], axis=1)  # fmt: skip


def _range(factor: Any, name: str, text: str, open_below: bool) -> tuple[float, float]:
    """As `_bounds`, with the words of zooms and translations."""
    for number in factor if isinstance(factor, (tuple, list)) else [factor]:
        if not isinstance(number, (int, float)):
            raise ValueError(f"{text}Received: {name}={factor}")
        if number > 1.0 or number < -1.0 or (open_below and number == -1.0):
            raise ValueError(f"{text}Received: input_number={number}")
    if isinstance(factor, (tuple, list)):
        if len(factor) != 2:
            raise ValueError(f"{text}Received: {name}={factor}")
        return tuple(sorted(factor))
    return -abs(factor), abs(factor)


@public("keras.layers.RandomZoom")
class RandomZoom(_Warping):
    """Enlarges (below 0) and reduces (above 0) images around their middle.

    Args:
        height_factor, width_factor: the largest change, or the smallest and the largest; no
            `width_factor`: the same as of the height.
        fill_mode, interpolation, fill_value: what lies outside and between.
        seed: of the factors.
        data_format: where the channels are.
    """

    _text = ("The `height_factor` and `width_factor` arguments should be a number (or a list of "
             "two numbers) in the range (-1.0, 1.0]. ")  # fmt: skip

    def __init__(
        self, height_factor: Any, width_factor: Any = None, fill_mode: str = "reflect",
        interpolation: str = "bilinear", seed: Any = None, fill_value: float = 0.0,
        data_format: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(seed, data_format, **kwargs)
        self.height_factor, self.width_factor = height_factor, width_factor
        self._height = _range(height_factor, "height_factor", self._text, True)
        self._width = None if width_factor is None else _range(width_factor, "width_factor",
                                                               self._text, True)  # fmt: skip
        self._check(fill_mode, interpolation, fill_value)

    def transforms(self, count: Any, height: int, width: int) -> Any:
        """Zooms by factors drawn evenly."""
        rows = self._uniform([count, 1], 1.0 + self._height[0], 1.0 + self._height[1])
        columns = rows
        if self._width is not None:
            columns = self._uniform([count, 1], 1.0 + self._width[0], 1.0 + self._width[1])
        zero = tf.zeros_like(rows)
        x = (width - 1.0) / 2.0 * (1.0 - columns)
        y = (height - 1.0) / 2.0 * (1.0 - rows)
        return tf.concat([columns, zero, x, zero, rows, y, zero, zero], axis=1)


@public("keras.layers.RandomTranslation")
class RandomTranslation(_Warping):
    """Shifts images.

    Args:
        height_factor, width_factor: the largest share of the size, or the smallest and the largest.
        fill_mode, interpolation, fill_value: what lies outside and between.
        seed: of the shares.
        data_format: where the channels are.
    """

    _text = ("The `factor` argument should be a number (or a list of two numbers) in the range "
             "[-1.0, 1.0]. ")  # fmt: skip

    def __init__(
        self, height_factor: Any, width_factor: Any, fill_mode: str = "reflect",
        interpolation: str = "bilinear", seed: Any = None, fill_value: float = 0.0,
        data_format: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(seed, data_format, **kwargs)
        self.height_factor, self.width_factor = height_factor, width_factor
        self._height = _range(height_factor, "height_factor", self._text, False)
        self._width = _range(width_factor, "width_factor", self._text, False)
        self._check(fill_mode, interpolation, fill_value)

    def transforms(self, count: Any, height: int, width: int) -> Any:
        """Shifts by shares drawn evenly."""
        down = self._uniform([count, 1], *self._height) * float(height)
        right = self._uniform([count, 1], *self._width) * float(width)
        one, zero = tf.ones_like(down), tf.zeros_like(down)
        return tf.concat([one, zero, -right, zero, one, -down, zero, zero], axis=1)
