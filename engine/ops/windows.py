"""Windows that slide over the spatial axes of images: sizes, paddings, patches."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.interpreter import current
from engine.ir.static_value import known_ints

Padding = Any
"""'SAME', 'VALID', or a pair (before, after) for each spatial axis."""


def spread(size: int, dilation: int) -> int:
    """How far a window of `size` elements reaches with gaps between them."""
    return (size - 1) * dilation + 1


def output_size(n: int | None, k: int | None, stride: int, dilation: int, pad: Any) -> int | None:
    """Number of positions along one axis. Raises ValueError where the window does not fit."""
    if n is None or (k is None and pad != "SAME"):
        return None
    if pad == "SAME":
        return -(-n // stride)
    assert k is not None
    before, after = (0, 0) if pad == "VALID" else pad
    room = n + before + after - spread(k, dilation)
    if room < 0:
        raise ValueError(
            f"Negative dimension size caused by subtracting {spread(k, dilation)} from "
            f"{n + before + after}"
        )
    return room // stride + 1


def output_sizes(
    sizes: Sequence[Any], kernel: Sequence[Any], strides: Any, dilations: Any, padding: Padding
) -> tuple[Any, ...]:
    """`output_size` for all spatial axes."""
    pads = [padding] * len(sizes) if isinstance(padding, str) else padding
    return tuple(
        output_size(n, k, s, d, p) for n, k, s, d, p in zip(sizes, kernel, strides, dilations, pads)
    )


def pad_amounts(
    sizes: Sequence[int], kernel: Sequence[int], strides: Any, dilations: Any, padding: Padding
) -> list[tuple[int, int]]:
    """Elements to add before and after each spatial axis."""
    if padding == "VALID":
        return [(0, 0)] * len(sizes)
    if padding != "SAME":
        return [tuple(pair) for pair in padding]
    out = []
    for n, k, s, d in zip(sizes, kernel, strides, dilations):
        total = max((-(-n // s) - 1) * s + spread(k, d) - n, 0)
        out.append((total // 2, total - total // 2))
    return out


def padded(xp: Any, x: Any, amounts: Sequence[tuple[int, int]], fill: Any = 0) -> Any:
    """`x` [batch, *spatial, channels] with its spatial axes widened."""
    if not any(before or after for before, after in amounts):
        return x
    shape = [n + before + after for n, (before, after) in zip(x.shape[1:-1], amounts)]
    out = xp.full((x.shape[0], *shape, x.shape[-1]), fill, x.dtype)
    inner = tuple(slice(before, before + n) for n, (before, _) in zip(x.shape[1:-1], amounts))
    out[(slice(None), *inner)] = x
    return out


def positions(
    kernel: Sequence[int], outputs: Sequence[int], strides: Any, dilations: Any
) -> Iterator[tuple[tuple[int, ...], tuple[slice, ...]]]:
    """Each element of the window with the slices of the padded input that it sees."""
    for index in itertools.product(*(range(k) for k in kernel)):
        pieces = tuple(
            slice(i * d, i * d + (n - 1) * s + 1, s)
            for i, n, s, d in zip(index, outputs, strides, dilations)
        )
        yield index, (slice(None), *pieces)


def refuse(message: str) -> None:
    """Raise what TensorFlow raises for a bad attribute: it depends on the mode."""
    if current().eager:
        raise InvalidArgumentError(None, None, message)
    raise ValueError(message)


def spatial(value: Any, rank: int, name: str, channels: int) -> tuple[int, ...]:
    """One number per spatial axis, from a number or a list of 1, `rank` or `rank` + 2 of them.

    Raises:
        ValueError: for another length, or where batch or channels have another number than 1.
    """
    found = known_ints(value)
    if isinstance(found, int):
        found = (found,)
    if found is None or None in found:
        raise ValueError(f"`{name}` must be known while tracing")
    if min(found, default=1) < 1:
        refuse(f"{name} must be > 0, but got {min(found)}")
    if len(found) == 1:
        return tuple(found) * rank
    if len(found) == rank:
        return tuple(found)
    if len(found) != rank + 2:
        raise ValueError(f"{name} should be of length 1, {rank} or {rank + 2} but was {len(found)}")
    outer = [found[0], found[channels]]
    if outer != [1, 1]:
        raise ValueError(
            f"Current implementation does not yet support {name} in the batch and depth dimensions."
        )
    return tuple(n for i, n in enumerate(found) if i not in (0, channels % (rank + 2)))


def check_padding(padding: Any, rank: int, channels_first: bool, explicit: bool = True) -> Padding:
    """A padding as an attribute: 'SAME', 'VALID', or pairs for the spatial axes.

    Args:
        padding: what the user gave.
        rank: number of spatial axes.
        channels_first: are the channels the second axis?
        explicit: may it be pairs?

    Raises:
        ValueError: for anything else.
    """
    if isinstance(padding, (str, bytes)):
        text = padding.decode() if isinstance(padding, bytes) else padding
        if text not in ("SAME", "VALID"):
            refuse(f"Value for attr 'padding' of {text!r} is not in the list of allowed values: "
                   '"SAME", "VALID"')  # fmt: skip
        return text
    if not explicit:
        raise TypeError(f"Expected string for argument 'padding' not {padding}.")
    pairs = [tuple(int(n) for n in pair) for pair in padding]
    if len(pairs) != rank + 2 or any(len(pair) != 2 for pair in pairs):
        raise ValueError(f"Explicit padding must be a list with {rank + 2} pairs, got {padding!r}")
    inner = slice(2, None) if channels_first else slice(1, -1)
    outer = [pair for i, pair in enumerate(pairs) if i not in range(rank + 2)[inner]]
    if any(pair != (0, 0) for pair in outer):
        raise ValueError("Nonzero explicit padding in the batch or depth dimensions is not "
                         "supported.")  # fmt: skip
    return tuple(pairs[inner])


def channels_first(data_format: Any, rank: int) -> bool:
    """Are the channels the second axis? Raises ValueError for an unknown format."""
    letters = {1: "W", 2: "HW", 3: "DHW"}[rank]
    if data_format is None or data_format == f"N{letters}C":
        return False
    if data_format == f"NC{letters}":
        return True
    raise ValueError(
        f"`data_format` must be 'N{letters}C' or 'NC{letters}'. Received: {data_format!r}"
    )


def to_last(tf: Any, x: Any, rank: int) -> Any:
    """Move the channels from the second axis to the last."""
    return tf.transpose(x, [0, *range(2, rank + 2), 1])


def to_second(tf: Any, x: Any, rank: int, name: str | None = None) -> Any:
    """Move the channels from the last axis to the second."""
    return tf.transpose(x, [0, rank + 1, *range(1, rank + 1)], name=name)
