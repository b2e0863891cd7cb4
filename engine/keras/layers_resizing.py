"""Images brought to one size."""

from __future__ import annotations

from typing import Any

from engine.ir.op import public
from engine.keras.layer import Layer
from engine.ops.namespace import tf

_METHODS = ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")


def _resized(images: Any, size: tuple[int, int], method: str, crop: bool, pad: bool = False,
             fill: float = 0.0) -> Any:  # fmt: skip
    """Images `[..., height, width, channels]` in another size, of their dtype."""
    shape = tf.shape(images)
    height, width = (images.shape[i] if images.shape[i] is not None else shape[i] for i in (-3, -2))
    if crop or pad:
        fit = [(height * size[1]) / size[0], (width * size[0]) / size[1]]
        wanted = tf.cast(fit[1], "int32"), tf.cast(fit[0], "int32")
        if crop:
            rows, columns = (
                tf.maximum(tf.minimum(n, w), 1) for n, w in zip((height, width), wanted)
            )
            top, left = (
                tf.cast((a - b) / 2, "int32") for a, b in ((height, rows), (width, columns))
            )
            images = images[..., top : top + rows, left : left + columns, :]
        else:
            rows, columns = (tf.maximum(n, w) for n, w in zip((height, width), wanted))
            top, left = (
                tf.cast((b - a) / 2, "int32") for a, b in ((height, rows), (width, columns))
            )
            lead = [[0, 0]] * (images.shape.rank - 3)
            rest = rows - height - top, columns - width - left
            images = tf.pad(images, [*lead, [top, rest[0]], [left, rest[1]], [0, 0]],
                            constant_values=tf.cast(fill, images.dtype))  # fmt: skip
    return tf.cast(tf.image.resize(images, size, method), images.dtype)


@public("keras.layers.Resizing")
class Resizing(Layer):
    """Images in another size.

    Args:
        height, width: of the results.
        interpolation: "bilinear", "nearest", "bicubic", "lanczos3" or "lanczos5".
        crop_to_aspect_ratio: cut the images to the new shape first, rather than distort them?
        pad_to_aspect_ratio: or fill them up to it?
        fill_mode, fill_value: what they are filled up with: "constant" and its value.
        data_format: must be "channels_last".
        kwargs: of `Layer`.

    Raises:
        ValueError: for other methods.
    """

    def __init__(
        self, height: int, width: int, interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False, pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant", fill_value: float = 0.0, antialias: bool = False,
        data_format: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        if interpolation.lower() not in _METHODS:
            raise ValueError(f"Unknown `interpolation` {interpolation}")
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise ValueError("Only one of `crop_to_aspect_ratio` & `pad_to_aspect_ratio` can be "
                             "`True`.")  # fmt: skip
        if data_format not in (None, "channels_last") or fill_mode != "constant" or antialias:
            raise ValueError("Only `data_format='channels_last'`, `fill_mode='constant'` and "
                             "`antialias=False` are supported.")  # fmt: skip
        self.height, self.width, self.interpolation = height, width, interpolation.lower()
        self.crop_to_aspect_ratio = crop_to_aspect_ratio
        self.pad_to_aspect_ratio = pad_to_aspect_ratio
        self.fill_mode, self.fill_value = fill_mode, fill_value
        self.antialias, self.data_format = antialias, data_format or "channels_last"

    _casts_integers = True

    def call(self, inputs: Any) -> Any:
        """`[..., h, w, channels]` -> `[..., height, width, channels]`."""
        return _resized(
            inputs, (self.height, self.width), self.interpolation, self.crop_to_aspect_ratio,
            self.pad_to_aspect_ratio, self.fill_value,
        )  # fmt: skip


@public("keras.layers.CenterCrop")
class CenterCrop(Layer):
    """The middle of images; smaller images are resized so that they fill it.

    Args:
        height, width: of the results.
        data_format: must be "channels_last".
        kwargs: of `Layer`.
    """

    def __init__(self, height: int, width: int, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if data_format not in (None, "channels_last"):
            raise ValueError("Only `data_format='channels_last'` is supported.")
        self.height, self.width = height, width
        self.data_format = data_format or "channels_last"

    _casts_integers = True

    def call(self, inputs: Any) -> Any:
        """`[..., h, w, channels]` -> `[..., height, width, channels]`."""
        rows, columns = inputs.shape[-3], inputs.shape[-2]
        if rows is None or columns is None:
            raise ValueError("CenterCrop needs images whose height and width are known.")
        if rows < self.height or columns < self.width:
            return _resized(inputs, (self.height, self.width), "bilinear", True)
        top, left = (rows - self.height) // 2, (columns - self.width) // 2
        return inputs[..., top : top + self.height, left : left + self.width, :]
