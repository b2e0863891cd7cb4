"""Masks that travel with tensors: which steps of a sequence count."""

from __future__ import annotations

import warnings
import weakref
from typing import Any

from engine.ir.structure import flatten, map_structure
from engine.ir.tensor import Tensor
from engine.ops.namespace import tf

_MASKS: dict[int, tuple[Any, Any]] = {}
"""By the id of a tensor: a weak reference that forgets the entry, and the mask."""


def set_mask(tensor: Any, mask: Any) -> None:
    """Let `mask` (bool, the first axes of `tensor`; None: no longer any) travel with `tensor`."""
    key = id(tensor)
    if mask is None:
        _MASKS.pop(key, None)
    elif isinstance(tensor, Tensor):
        _MASKS[key] = (weakref.ref(tensor, lambda _: _MASKS.pop(key, None)), mask)


def get_mask(tensor: Any) -> Any:
    """The mask that travels with a tensor, or None."""
    found = _MASKS.get(id(tensor)) if _MASKS else None
    return found[1] if found is not None and found[0]() is tensor else None


def masks_of(value: Any) -> Any:
    """The masks of the tensors of a nested structure, in that structure."""
    return map_structure(get_mask, value)


def any_mask() -> bool:
    """Does any tensor carry a mask now?"""
    return bool(_MASKS)


def fill_masks(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Give a layer's call the masks of its arguments where it takes and lacks them.

    Returns:
        The masks of the first argument.
    """
    names = layer._call_names
    if "mask" in names:
        at = names.index("mask")
        passed = args[at] if at < len(args) else kwargs.get("mask")
        if passed is not None:
            return passed
    given = dict(zip(names, args))
    given |= kwargs
    tensors = {key: item for key, item in given.items() if _holds_tensor(item)}
    if not _MASKS:
        return None
    if len(tensors) == 1 and "mask" in names:
        mask = masks_of(next(iter(tensors.values())))
        if names.index("mask") >= len(args):
            kwargs["mask"] = mask
        return mask
    if len(tensors) > 1:
        for key, item in tensors.items():
            if f"{key}_mask" in names and given.get(f"{key}_mask") is None:
                kwargs[f"{key}_mask"] = masks_of(item)
    return masks_of(args[0]) if args else None


def _holds_tensor(value: Any) -> bool:
    return any(isinstance(leaf, Tensor) for leaf in flatten(value)) if value is not None else False


def pass_masks(layer: Any, args: tuple[Any, ...], outputs: Any, previous: Any) -> None:
    """Let the results of a layer carry the masks that the layer computes from `previous`."""
    known = [mask for mask in flatten(previous) if mask is not None]
    if not layer.supports_masking:
        if known:
            warnings.warn(
                f"Layer '{layer.name}' (of type {type(layer).__name__}) was passed an input with a "
                "mask attached to it. However, this layer does not support masking and will "
                "therefore destroy the mask information. Downstream layers will not see the mask.",
                stacklevel=4,
            )
        return
    if not known and not layer._makes_masks:
        return
    leaves = flatten(outputs)
    if all(get_mask(leaf) is not None for leaf in leaves):
        return
    masks = layer.compute_mask(args[0] if args else None, previous)
    if masks is None:
        return
    for leaf, mask in zip(leaves, flatten(masks)):
        if get_mask(leaf) is None and mask is not None:
            set_mask(leaf, mask)


def weighted_by_mask(mask: Any, weight: Any, reduction: Any, dtype: Any) -> Any:
    """Weights of examples that leave out what a mask hides, scaled so that means stay means."""
    if mask is None:
        return weight
    mask = tf.cast(mask, dtype)
    if reduction in ("mean", "sum_over_batch_size"):
        total = tf.cast(tf.size(mask), dtype)
        share = tf.math.divide_no_nan(total, tf.reduce_sum(mask))
        mask = tf.where(tf.cast(mask, "bool"), share, tf.zeros_like(share))
    if weight is None:
        return mask
    from engine.keras.loss_functions import squeeze_or_expand

    mask, weight = squeeze_or_expand(mask, tf.cast(weight, dtype))
    return mask * weight


def both(first: Any, second: Any) -> Any:
    """What neither of two masks (or None) hides."""
    return first if second is None else second if first is None else first & second


def _attached(tensor: Tensor) -> Any:
    mask = get_mask(tensor)
    if mask is None:
        raise AttributeError(f"{type(tensor).__name__!r} object has no attribute '_keras_mask'")
    return mask


Tensor._keras_mask = property(_attached, set_mask)  # type: ignore[attr-defined]
