"""Images turned, mirrored, cut and padded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.op import public
from engine.ir.shapes import show
from engine.ir.static_value import known_value
from engine.ir.tensor import Tensor
from engine.ops.namespace import tf


def rank_of(image: Tensor) -> int:
    """3 or 4. Raises ValueError for other ranks, and for an unknown one."""
    if image.dims is None:
        raise ValueError("'image' contains no shape.")
    if len(image.dims) not in (3, 4):
        raise ValueError(f"'image' (shape {show(image.dims)}) must have either 3 or 4 dimensions.")
    return len(image.dims)


def as_image(image: Any) -> Tensor:
    """A tensor; one of unknown rank is taken for a single image."""
    image = convert_to_tensor(image)
    if image.dims is None:
        image = tf.identity(image)
        image.set_shape([None, None, None])
    return image


def size_of(image: Tensor) -> tuple[Any, Any]:
    """Height and width: numbers, or scalar tensors where they are not known while tracing."""
    rank = rank_of(image)
    shape = tf.shape(image)
    assert image.dims is not None
    height, width = (
        shape[at] if image.dims[at] is None else image.dims[at] for at in (rank - 3, rank - 2)
    )
    return height, width


def require(conditions: Sequence[tuple[Any, str]]) -> None:
    """Raises ValueError for the first condition that is known to be false.

    Conditions that only the graph knows become assertions (InvalidArgumentError).
    """
    for condition, message in conditions:
        known = known_value(condition) if isinstance(condition, Tensor) else condition
        if known is None:
            tf.Assert(condition, [message])
        elif not known:
            raise ValueError(message)


def flip(image: Any, axis: int) -> Tensor:
    """An image, or a batch of them, mirrored along axis 0 (rows) or 1 (columns)."""
    image = convert_to_tensor(image)
    if image.dims is None:
        rank = tf.rank(image)
        return tf.reverse(image, [rank - 3 + axis])
    return tf.reverse(image, [rank_of(image) - 3 + axis])


@public("image.flip_left_right")
def flip_left_right(image: Any) -> Tensor:
    """Images mirrored from left to right.

    Args:
        image: tensor [height, width, channels] or [batch, height, width, channels].

    Raises:
        ValueError: for other ranks.
    """
    return flip(image, 1)


@public("image.flip_up_down")
def flip_up_down(image: Any) -> Tensor:
    """Images turned upside down as in a mirror; arguments as `tf.image.flip_left_right`."""
    return flip(image, 0)


@public("image.transpose")
def transpose(image: Any, name: str | None = None) -> Tensor:
    """Images with rows and columns exchanged; arguments as `tf.image.flip_left_right`."""
    image = as_image(image)
    order = [1, 0, 2] if rank_of(image) == 3 else [0, 2, 1, 3]
    return tf.transpose(image, order, name=name)


@public("image.rot90")
def rot90(image: Any, k: Any = 1, name: str | None = None) -> Tensor:
    """Images turned by 90 degrees, counter-clockwise, `k` times.

    Args:
        image: tensor [height, width, channels] or [batch, height, width, channels].
        k: integer or scalar integer tensor.
        name: of the last node.

    Raises:
        ValueError: for other ranks.
    """
    image = as_image(image)
    rank_of(image)
    turns = [
        lambda: image,
        lambda: transpose(flip_left_right(image)),
        lambda: flip_up_down(flip_left_right(image)),
        lambda: flip_left_right(transpose(image)),
    ]
    known = known_value(k) if isinstance(k, Tensor) else k
    if known is not None:
        return tf.identity(turns[int(known) % 4](), name=name)
    return tf.switch_case(tf.math.floormod(k, 4), turns, name=name)


@public("image.central_crop")
def central_crop(image: Any, central_fraction: Any) -> Tensor:
    """The middle of images.

    Args:
        image: tensor [height, width, channels] or [batch, height, width, channels].
        central_fraction: share of height and width to keep, in (0, 1].

    Raises:
        ValueError: for other fractions or ranks.
    """
    image = as_image(image)
    if not isinstance(central_fraction, Tensor) and not 0.0 < central_fraction <= 1.0:
        raise ValueError("central_fraction must be within (0, 1]")
    rank = rank_of(image)
    if not isinstance(central_fraction, Tensor) and central_fraction == 1.0:
        return image
    height, width = size_of(image)
    begin, length = [], []
    for size in (height, width):
        if isinstance(size, Tensor) or isinstance(central_fraction, Tensor):
            wide = tf.cast(size, "float64")
            left = tf.cast((wide - wide * tf.cast(central_fraction, "float64")) / 2, "int32")
        else:
            left = int((float(size) - float(size) * central_fraction) / 2)
        begin.append(left)
        length.append(size - left * 2)
    lead: list[Any] = [0] * (rank - 3)
    whole: list[Any] = [-1] * (rank - 3)
    return tf.slice(image, [*lead, *begin, 0], [*whole, *length, -1])


@public("image.crop_to_bounding_box")
def crop_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Tensor:
    """A rectangle of images.

    Args:
        image: tensor [height, width, channels] or [batch, height, width, channels].
        offset_height: first row.
        offset_width: first column.
        target_height: how many rows.
        target_width: how many columns.

    Raises:
        ValueError: if the rectangle leaves the image.
    """
    image = as_image(image)
    rank = rank_of(image)
    height, width = size_of(image)
    require([
        (offset_width >= 0, "offset_width must be >= 0."),
        (offset_height >= 0, "offset_height must be >= 0."),
        (target_width > 0, "target_width must be > 0."),
        (target_height > 0, "target_height must be > 0."),
        (width >= target_width + offset_width, "width must be >= target + offset."),
        (height >= target_height + offset_height, "height must be >= target + offset."),
    ])  # fmt: skip
    lead: list[Any] = [0] * (rank - 3)
    whole: list[Any] = [-1] * (rank - 3)
    return tf.slice(
        image, [*lead, offset_height, offset_width, 0], [*whole, target_height, target_width, -1]
    )


@public("image.pad_to_bounding_box")
def pad_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Tensor:
    """Images with zeros around them.

    Args:
        image: tensor [height, width, channels] or [batch, height, width, channels].
        offset_height: rows of zeros above.
        offset_width: columns of zeros on the left.
        target_height: rows of the result.
        target_width: columns of the result.

    Raises:
        ValueError: if the image does not fit.
    """
    image = as_image(image)
    rank = rank_of(image)
    height, width = size_of(image)
    below = target_height - offset_height - height
    right = target_width - offset_width - width
    require([
        (offset_height >= 0, "offset_height must be >= 0"),
        (offset_width >= 0, "offset_width must be >= 0"),
        (right >= 0, "width must be <= target - offset"),
        (below >= 0, "height must be <= target - offset"),
    ])  # fmt: skip
    rows: list[Any] = [[0, 0]] * (rank - 3)
    rows += [[offset_height, below], [offset_width, right], [0, 0]]
    padded = tf.pad(image, rows)
    known = [size if isinstance(size, int) else None for size in (target_height, target_width)]
    assert image.dims is not None
    padded.set_shape([*image.dims[: rank - 3], *known, image.dims[-1]])
    return padded


@public("image.resize_with_crop_or_pad")
def resize_with_crop_or_pad(image: Any, target_height: Any, target_width: Any) -> Tensor:
    """Images cut in the middle, or padded with zeros evenly, to a size.

    Args:
        image: tensor [height, width, channels] or [batch, height, width, channels].
        target_height: rows of the result.
        target_width: columns of the result.

    Raises:
        ValueError: for sizes that are not positive, or other ranks.
    """
    image = as_image(image)
    height, width = size_of(image)
    require([
        (target_width > 0, "target_width must be > 0."),
        (target_height > 0, "target_height must be > 0."),
    ])  # fmt: skip
    more_rows, more_columns = target_height - height, target_width - width
    cut = crop_to_bounding_box(
        image, _largest(-more_rows // 2, 0), _largest(-more_columns // 2, 0),
        _smallest(target_height, height), _smallest(target_width, width),
    )  # fmt: skip
    return pad_to_bounding_box(
        cut, _largest(more_rows // 2, 0), _largest(more_columns // 2, 0),
        target_height, target_width,
    )  # fmt: skip


def _largest(a: Any, b: Any) -> Any:
    return tf.maximum(a, b) if isinstance(a, Tensor) or isinstance(b, Tensor) else max(a, b)


def _smallest(a: Any, b: Any) -> Any:
    return tf.minimum(a, b) if isinstance(a, Tensor) or isinstance(b, Tensor) else min(a, b)


@public("image.extract_patches")
def extract_patches(
    images: Any, sizes: Sequence[int], strides: Sequence[int], rates: Sequence[int], padding: str,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """The windows of images, each flattened into the last axis.

    Args:
        images: tensor [batch, height, width, channels].
        sizes: [1, rows, columns, 1] of a window.
        strides: [1, rows, columns, 1] from window to window.
        rates: [1, rows, columns, 1] from element to element inside a window.
        padding: "VALID" or "SAME" (zeros around the images).
        name: of the last node.

    Returns:
        A tensor [batch, windows down, windows across, rows * columns * channels].

    Raises:
        ValueError: for other paddings.
    """
    x = convert_to_tensor(images)
    if x.dims is None:
        x = tf.identity(x)
        x.set_shape([None] * 4)
    height, width = size_of(x)
    if padding not in ("SAME", "VALID"):
        raise ValueError(f"Value for attr 'padding' of \"{padding}\" is not in the list of "
                         'allowed values: "SAME", "VALID"')  # fmt: skip
    counts, pads = [], [[0, 0]]
    for at, size in ((1, height), (2, width)):
        reach = (sizes[at] - 1) * rates[at] + 1
        count = -(-size // strides[at]) if padding == "SAME" else (
            (size - reach) // strides[at] + 1)  # fmt: skip
        over = (count - 1) * strides[at] + reach - size
        missing = _largest(over, 0) if padding == "SAME" else 0
        counts.append(count)
        pads.append([missing // 2, missing - missing // 2])
    x = tf.pad(x, [*pads, [0, 0]])
    pieces = []
    for i in range(sizes[1]):
        for j in range(sizes[2]):
            top, left = i * rates[1], j * rates[2]
            pieces.append(
                x[:, top : top + (counts[0] - 1) * strides[1] + 1 : strides[1],
                  left : left + (counts[1] - 1) * strides[2] + 1 : strides[2]]
            )  # fmt: skip
    return tf.concat(pieces, -1, name=name or "ExtractImagePatches")
