"""Images seen through projective transforms."""

from __future__ import annotations

from typing import Any

from engine.ops.namespace import tf

FILL_MODES = ("reflect", "wrap", "constant", "nearest")
INTERPOLATIONS = ("nearest", "bilinear")


def _inside(places: Any, length: int, mode: str) -> Any:
    """Coordinates that lie within an axis, as the fill mode finds them (floats)."""
    if mode == "constant":
        return places
    last = float(length - 1)
    if mode != "nearest" and length <= 1:
        return tf.zeros_like(places)
    below, above = places < 0.0, places > last
    if mode == "reflect":
        twice = 2.0 * length
        low = places + twice * _whole(-places / twice)
        low = tf.where(low < -float(length), low + twice, -low - 1.0)
        high = places - twice * _whole(places / twice)
        high = tf.where(high >= float(length), twice - high - 1.0, high)
        places = tf.where(below, low, tf.where(above, high, places))
    elif mode == "wrap":
        low = places + float(length) * (_whole(-places / last) + 1.0)
        high = places - float(length) * _whole(places / last)
        places = tf.where(below, low, tf.where(above, high, places))
    return tf.clip_by_value(places, 0.0, last)


def _whole(values: Any) -> Any:
    return tf.cast(tf.cast(values, "int32"), values.dtype)


def warped(
    images: Any, transforms: Any, interpolation: str = "bilinear", fill_mode: str = "reflect",
    fill_value: float = 0.0,
) -> Any:  # fmt: skip
    """Images `[b, h, w, c]`, each read at the places that its transform `[b, 8]` points to.

    Args:
        images: of floats.
        transforms: (a0, a1, a2, b0, b1, b2, c0, c1): the place of (x, y) is
            ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k), with k = c0 x + c1 y + 1.
        interpolation: "nearest" or "bilinear".
        fill_mode: what lies outside: "reflect", "wrap", "nearest" or "constant".
        fill_value: of the latter.
    """
    height, width = images.shape[1], images.shape[2]
    grid_y, grid_x = tf.meshgrid(
        tf.range(height, dtype="float32"), tf.range(width, dtype="float32"), indexing="ij"
    )
    x, y = tf.reshape(grid_x, [1, -1]), tf.reshape(grid_y, [1, -1])
    a0, a1, a2, b0, b1, b2, c0, c1 = (t[:, None] for t in tf.unstack(transforms, axis=1))
    scale = c0 * x + c1 * y + 1.0
    from_x = _inside((a0 * x + a1 * y + a2) / scale, width, fill_mode)
    from_y = _inside((b0 * x + b1 * y + b2) / scale, height, fill_mode)
    flat = tf.reshape(images, [-1, height * width, images.shape[3]])

    def read(rows: Any, columns: Any) -> Any:
        within = (rows >= 0.0) & (rows < float(height)) & (columns >= 0.0) & (
            columns < float(width))  # fmt: skip
        place = tf.cast(rows * float(width) + columns, "int32")
        found = tf.gather(flat, tf.where(within, place, tf.zeros_like(place)), batch_dims=1)
        return tf.where(within[:, :, None], found, tf.cast(fill_value, flat.dtype))

    if interpolation == "nearest":
        result = read(_rounded(from_y), _rounded(from_x))
    else:
        left, top = tf.floor(from_x), tf.floor(from_y)
        right, bottom = left + 1.0, top + 1.0
        to_right, to_left = (from_x - left)[:, :, None], (right - from_x)[:, :, None]
        upper = to_left * read(top, left) + to_right * read(top, right)
        lower = to_left * read(bottom, left) + to_right * read(bottom, right)
        result = (bottom - from_y)[:, :, None] * upper + (from_y - top)[:, :, None] * lower
    return tf.reshape(result, tf.shape(images))


def _rounded(values: Any) -> Any:
    """To whole numbers, halves away from zero."""
    return tf.sign(values) * tf.floor(tf.abs(values) + 0.5)
