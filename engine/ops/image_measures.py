"""What is measured on images: differences, edges, likeness, overlapping boxes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import float32, int32
from engine.ir.op import op, public
from engine.ir.shapes import show
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.arguments import required_int
from engine.ops.image_color import convert_image_dtype
from engine.ops.image_geometry import rank_of
from engine.ops.namespace import tf


@public("image.total_variation")
def total_variation(images: Any, name: str | None = None) -> Tensor:
    """The sum of the differences between neighbouring pixels, of each image.

    Args:
        images: tensor [height, width, channels] or [batch, height, width, channels].
        name: of the last node.
    """
    x = convert_to_tensor(images)
    rank = rank_of(x)
    down = x[..., 1:, :, :] - x[..., :-1, :, :]
    across = x[..., 1:, :] - x[..., :-1, :]
    axes = None if rank == 3 else [1, 2, 3]
    total = tf.reduce_sum(tf.abs(down), axes) + tf.reduce_sum(tf.abs(across), axes)
    return tf.identity(total, name=name) if name else total


@public("image.image_gradients")
def image_gradients(image: Any) -> tuple[Tensor, Tensor]:
    """How much each pixel differs from the one below, and from the one on its right.

    Args:
        image: tensor [batch, height, width, channels].

    Raises:
        ValueError: for other ranks.
    """
    x = convert_to_tensor(image)
    if x.dims is None or len(x.dims) != 4:
        raise ValueError("image_gradients expects a 4D tensor [batch_size, h, w, d], not "
                         f"{show(x.dims)}.")  # fmt: skip
    down = x[:, 1:] - x[:, :-1]
    across = x[:, :, 1:] - x[:, :, :-1]
    zeros = tf.zeros_like
    return (
        tf.concat([down, zeros(x[:, :1])], 1),
        tf.concat([across, zeros(x[:, :, :1])], 2),
    )


@public("image.sobel_edges")
def sobel_edges(image: Any) -> Tensor:
    """Sobel's filters: how each pixel's surroundings change downwards and to the right.

    Args:
        image: tensor of floats [batch, height, width, channels].

    Returns:
        A tensor [batch, height, width, channels, 2].
    """
    x = convert_to_tensor(image)
    wide = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], "REFLECT")
    height, width = tf.shape(x)[1], tf.shape(x)[2]

    def shifted(i: int, j: int) -> Tensor:
        return wide[:, i : i + height, j : j + width]

    sides = ((0, 1.0), (1, 2.0), (2, 1.0))
    down = sum((w * (shifted(2, j) - shifted(0, j)) for j, w in sides), start=0.0)
    right = sum((w * (shifted(i, 2) - shifted(i, 0)) for i, w in sides), start=0.0)
    result = tf.stack([down, right], -1)
    result.set_shape(None if x.dims is None else (*x.dims, 2))
    return result


@public("image.psnr")
def psnr(a: Any, b: Any, max_val: Any, name: str | None = None) -> Tensor:
    """The peak signal-to-noise ratio of pairs of images, in decibels.

    Args:
        a: tensor [..., height, width, channels].
        b: tensor of the same shape and dtype.
        max_val: the difference between the largest and the smallest possible value.
        name: of the last node.
    """
    a, b = convert_to_tensor(a), convert_to_tensor(b)
    peak = convert_image_dtype(tf.cast(max_val, a.dtype), float32)
    a, b = convert_image_dtype(a, float32), convert_image_dtype(b, float32)
    error = tf.reduce_mean(tf.math.squared_difference(a, b), [-3, -2, -1])
    ten = math.log(10.0)
    return tf.subtract(20 * tf.math.log(peak) / ten, 10 / ten * tf.math.log(error), name=name)


def _window(size: int, sigma: float) -> Tensor:
    """A Gaussian [size, size, 1, 1] with the sum 1."""
    steps = tf.range(size, dtype=float32) - (size - 1) / 2.0
    powers = -0.5 * tf.square(steps) / (sigma * sigma)
    grid = tf.reshape(powers[None, :] + powers[:, None], [1, -1])
    return tf.reshape(tf.nn.softmax(grid), [size, size, 1, 1])


def _likeness(
    x: Tensor, y: Tensor, max_val: Tensor, size: int, sigma: float, k1: float, k2: float
) -> tuple[Tensor, Tensor]:
    """Structural similarity of each channel, and its part without the brightness: maps."""
    window = tf.tile(_window(size, sigma), [1, 1, tf.shape(x)[-1], 1])

    def blurred(values: Tensor) -> Tensor:
        shape = tf.shape(values)
        flat = tf.reshape(values, tf.concat([[-1], shape[-3:]], 0))
        found = tf.nn.depthwise_conv2d(flat, window, [1, 1, 1, 1], "VALID")
        return tf.reshape(found, tf.concat([shape[:-3], tf.shape(found)[1:]], 0))

    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    mean_x, mean_y = blurred(x), blurred(y)
    both, squares = mean_x * mean_y * 2.0, tf.square(mean_x) + tf.square(mean_y)
    bright = (both + c1) / (squares + c1)
    shared = blurred(x * y) * 2.0
    power = blurred(tf.square(x) + tf.square(y))
    structure = (shared - both + c2) / (power - squares + c2)
    return bright * structure, structure


def _pair(img1: Any, img2: Any, max_val: Any) -> tuple[Tensor, Tensor, Tensor]:
    x, y = convert_to_tensor(img1), convert_to_tensor(img2)
    peak = convert_image_dtype(tf.cast(max_val, x.dtype), float32)
    return convert_image_dtype(x, float32), convert_image_dtype(y, float32), peak


@public("image.ssim")
def ssim(
    img1: Any, img2: Any, max_val: Any, filter_size: int = 11, filter_sigma: float = 1.5,
    k1: float = 0.01, k2: float = 0.03, return_index_map: bool = False,
) -> Tensor:  # fmt: skip
    """The structural similarity of pairs of images, 1 for equal ones.

    Args:
        img1: tensor [..., height, width, channels].
        img2: tensor of the same shape and dtype.
        max_val: the difference between the largest and the smallest possible value.
        filter_size: of the Gaussian window, at most height and width.
        filter_sigma: its width.
        k1: constant of the brightness.
        k2: constant of the structure.
        return_index_map: answer the similarity around every pixel?
    """
    x, y, peak = _pair(img1, img2, max_val)
    found, _ = _likeness(x, y, peak, filter_size, filter_sigma, k1, k2)
    if return_index_map:
        return tf.reduce_mean(found, [-1])
    return tf.reduce_mean(tf.reduce_mean(found, [-3, -2]), [-1])


@public("image.ssim_multiscale")
def ssim_multiscale(
    img1: Any, img2: Any, max_val: Any,
    power_factors: Sequence[float] = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333),
    filter_size: int = 11, filter_sigma: float = 1.5, k1: float = 0.01, k2: float = 0.03,
) -> Tensor:  # fmt: skip
    """The structural similarity on several scales, multiplied; arguments as `tf.image.ssim`.

    Args:
        power_factors: exponent of each scale; each is half as large as the one before.
    """
    x, y, peak = _pair(img1, img2, max_val)
    factors = []
    for scale in range(len(power_factors)):
        if scale:
            x, y = _halved(x), _halved(y)
        found, structure = _likeness(x, y, peak, filter_size, filter_sigma, k1, k2)
        last = scale == len(power_factors) - 1
        mean = tf.reduce_mean(found if last else structure, [-3, -2])
        factors.append(tf.nn.relu(mean))
    powers = tf.pow(tf.stack(factors, -1), tf.constant(list(power_factors), float32))
    return tf.reduce_mean(tf.reduce_prod(powers, [-1]), [-1])


def _halved(x: Tensor) -> Tensor:
    shape = tf.shape(x)
    flat = tf.reshape(x, tf.concat([[-1], shape[-3:]], 0))
    odd = tf.math.floormod(shape[-3:-1], 2)
    flat = tf.pad(flat, [[0, 0], [0, odd[0]], [0, odd[1]], [0, 0]], "SYMMETRIC")
    small = tf.nn.avg_pool2d(flat, 2, 2, "VALID")
    return tf.reshape(small, tf.concat([shape[:-3], tf.shape(small)[1:]], 0))


@op("raw.non_max_suppression", type="NonMaxSuppressionV3", groups={"boxes": float32,
    "scores": float32})  # fmt: skip
def suppression_op(
    boxes: Tensor, scores: Tensor, count: int, overlap: float, least: float, soft: float,
    name: str | None = None,
) -> tuple[TensorSpec, TensorSpec]:  # fmt: skip
    """The boxes that are kept, best first, and their scores in the end."""
    return spec(int32, (None,)), spec(float32, (None,))


@suppression_op.kernel
def _suppression_kernel(
    xp: Any, boxes: Any, scores: Any, count: int, overlap: float, least: float, soft: float
) -> Any:
    low = xp.minimum(boxes[:, :2], boxes[:, 2:])
    high = xp.maximum(boxes[:, :2], boxes[:, 2:])
    area = (high - low).prod(axis=1)
    left = scores.astype("float32").copy()
    kept: list[int] = []
    final: list[Any] = []
    alive = left > least
    while len(kept) < count and bool(alive.any()):
        best = int(xp.where(alive, left, -xp.inf).argmax())
        kept.append(best)
        final.append(left[best])
        alive[best] = False
        sides = xp.minimum(high, high[best]) - xp.maximum(low, low[best])
        shared = xp.maximum(sides, 0).prod(axis=1)
        union = area + area[best] - shared
        share = xp.where(union > 0, shared / xp.where(union > 0, union, 1), 0)
        if soft > 0:
            left = left * xp.exp(-0.5 / soft * share * share).astype("float32")
            alive &= left > least
        else:
            alive &= share <= overlap
    return xp.asarray(kept, dtype="int32"), xp.asarray(final, dtype="float32")


@public("image.non_max_suppression")
def non_max_suppression(
    boxes: Any, scores: Any, max_output_size: int, iou_threshold: float = 0.5,
    score_threshold: float = -math.inf, name: str | None = None,
) -> Tensor:  # fmt: skip
    """The best boxes of those that overlap much.

    Args:
        boxes: floats [n, 4]: y1, x1, y2, x2 of opposite corners.
        scores: floats [n].
        max_output_size: how many boxes at most.
        iou_threshold: boxes whose intersection with a better one is a larger share of their union
            are left out.
        score_threshold: boxes with scores up to this are left out.
        name: of the node.

    Returns:
        int32: the numbers of the kept boxes, best first.
    """
    count = required_int(max_output_size, "max_output_size")
    return suppression_op(
        boxes, scores, count, float(iou_threshold), float(score_threshold), 0.0, name=name
    )[0]


@public("image.non_max_suppression_with_scores")
def non_max_suppression_with_scores(
    boxes: Any, scores: Any, max_output_size: int, iou_threshold: float = 0.5,
    score_threshold: float = -math.inf, soft_nms_sigma: float = 0.0, name: str | None = None,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """As `tf.image.non_max_suppression`, and the kept boxes' scores.

    Args:
        soft_nms_sigma: if positive, overlapping boxes lose a part of their scores by a Gaussian
            of this width, and none is left out for overlapping alone.
    """
    count = required_int(max_output_size, "max_output_size")
    found = suppression_op(
        boxes, scores, count, float(iou_threshold), float(score_threshold),
        float(soft_nms_sigma), name=name,
    )  # fmt: skip
    return found[0], found[1]
