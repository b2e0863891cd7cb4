"""Nested Python containers as trees of leaves: flatten, pack, map, compare (public as tf.nest)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def is_nested(seq: object) -> bool:
    """Is `seq` a container that `flatten` would open?"""
    kind = type(seq)
    if kind in _LEAVES:
        return False
    if kind in _CONTAINERS:
        return True
    return isinstance(seq, (Mapping, list, tuple)) or _has_protocol(seq)


_LEAVES = frozenset({int, float, bool, str, bytes, complex, type(None)})
_CONTAINERS = frozenset({list, tuple, dict, range})


def _has_protocol(value: object) -> bool:
    return (
        hasattr(value, "__tf_flatten__")
        and dataclasses.is_dataclass(value)
        and not isinstance(value, type)
    ) or (hasattr(type(value), "__attrs_attrs__") and not isinstance(value, type))


def children(value: Any) -> list[Any]:
    """The direct children of a container, in flattening order."""
    if isinstance(value, Mapping):
        return [value[key] for key in sorted_keys(value)]
    if isinstance(value, (list, tuple, range)):
        return list(value)
    if hasattr(value, "__tf_flatten__"):
        return list(value.__tf_flatten__()[1])
    return [getattr(value, field.name) for field in type(value).__attrs_attrs__]


def sorted_keys(mapping: Mapping[Any, Any]) -> list[Any]:
    """Keys in the order that flattening uses. Raises TypeError where they cannot be sorted."""
    try:
        return sorted(mapping)
    except TypeError:
        raise TypeError("nest only supports dicts with sortable keys.") from None


def flatten(structure: Any, expand_composites: bool = False) -> list[Any]:
    """The leaves, depth first; dictionaries in the order of their sorted keys."""
    out: list[Any] = []
    _flatten_into(structure, out)
    if expand_composites:
        out = [part for leaf in out for part in composite_parts(leaf)]
    return out


def composite_parts(leaf: Any) -> list[Any]:
    """The tensors that a composite (a `TensorArray`, slices by index, ...) is made of."""
    parts = getattr(type(leaf), "__composite_parts__", None)
    return [leaf] if parts is None else flatten(parts(leaf), True)


def _expand(structure: Any, leaves: Sequence[Any]) -> list[Any]:
    """Leaves of composites gathered into composites like those of `structure`."""
    made = []
    items = list(leaves)
    for leaf in flatten(structure):
        count = len(composite_parts(leaf))
        if hasattr(type(leaf), "__composite_parts__"):
            parts = pack(leaf.__composite_parts__(), items[:count], True)
            made.append(leaf.__composite_like__(parts))
        else:
            made.extend(items[:count])
        items = items[count:]
    return made + items


def _flatten_into(value: Any, out: list[Any]) -> None:
    if is_nested(value):
        for child in children(value):
            _flatten_into(child, out)
    else:
        out.append(value)


def pack(structure: Any, flat_sequence: Sequence[Any], expand_composites: bool = False) -> Any:
    """A container shaped like `structure` that holds `flat_sequence` (the inverse of `flatten`).

    Raises:
        ValueError: if there are too few or too many leaves.
    """
    if expand_composites:
        flat_sequence = _expand(structure, flat_sequence)
    if not is_nested(structure):
        if len(flat_sequence) != 1:
            raise ValueError(
                f"The target structure is of type {type(structure)!r}\n  {structure}\nHowever the "
                f"input is a sequence ({type(flat_sequence)!r}) of length {len(flat_sequence)}.\n"
                f"  {flat_sequence}\n"
                "nest cannot guarantee that it is safe to map one to the other."
            )
        return flat_sequence[0]
    packed, used = _pack_from(structure, flat_sequence, 0)
    if used != len(flat_sequence):
        raise ValueError(
            f"Structure had {used} atoms, but flat_sequence had {len(flat_sequence)} items.  "
            f"Structure: {structure}, flat_sequence: {flat_sequence}."
        )
    return packed


def _pack_from(structure: Any, leaves: Sequence[Any], index: int) -> tuple[Any, int]:
    if not is_nested(structure):
        if index >= len(leaves):
            raise ValueError(
                f"Structure had more atoms than flat_sequence had items ({len(leaves)})."
            )
        return leaves[index], index + 1
    made = []
    for child in children(structure):
        item, index = _pack_from(child, leaves, index)
        made.append(item)
    return like(structure, made), index


def like(structure: Any, items: list[Any]) -> Any:
    """A container of the type of `structure` around `items` (in flattening order)."""
    kind = type(structure)
    if isinstance(structure, Mapping):
        values = dict(zip(sorted_keys(structure), items))
        ordered = [(key, values[key]) for key in structure]
        if kind.__name__ == "defaultdict":
            return kind(structure.default_factory, ordered)  # type: ignore[attr-defined]
        if kind is dict or isinstance(structure, dict):
            return kind(ordered)
        return dict(ordered) if kind.__name__ == "mappingproxy" else kind(ordered)
    if kind is range:  # other items are no range
        return list(items)
    if kind is tuple or kind is list:
        return kind(items)
    if isinstance(structure, tuple):
        return kind(*items) if hasattr(kind, "_fields") else kind(items)
    if isinstance(structure, list):
        return list(items) if kind.__name__ == "ListWrapper" else kind(items)
    if hasattr(structure, "__tf_unflatten__"):
        metadata, _ = structure.__tf_flatten__()
        return kind.__tf_unflatten__(metadata, tuple(items))
    return kind(*items)


def map_structure(func: Callable[..., Any], *structures: Any, **kwargs: Any) -> Any:
    """`func` over the leaves of one or several equal structures.

    Raises:
        TypeError, ValueError: if the structures differ.
    """
    if not callable(func):
        raise TypeError(f"`func` must be callable. Received: func={func} of type {type(func)}.")
    if not structures:
        raise ValueError("Must provide at least one structure")
    for other in structures[1:]:
        assert_same_structure(structures[0], other, kwargs.get("check_types", True))
    kwargs.pop("check_types", None)
    kwargs.pop("expand_composites", None)
    columns = [flatten(structure) for structure in structures]
    return pack(structures[0], [func(*row) for row in zip(*columns)])


def assert_same_structure(
    nest1: Any, nest2: Any, check_types: bool = True, expand_composites: bool = False
) -> None:
    """Raises ValueError where the structures differ, TypeError where only their types do."""
    reason = _difference(nest1, nest2, check_types)
    if reason is None:
        return
    kind, text = reason
    raise kind(
        "The two structures don't have the same nested structure.\n\n"
        f"First structure: type={type(nest1).__name__} str={nest1}\n\n"
        f"Second structure: type={type(nest2).__name__} str={nest2}\n\n{text}\n"
        f"Entire first structure:\n{_dots(nest1)}\nEntire second structure:\n{_dots(nest2)}"
    )


def _dots(structure: Any) -> Any:
    return pack(structure, ["."] * len(flatten(structure)))


def _difference(a: Any, b: Any, check_types: bool) -> tuple[type[Exception], str] | None:
    nested_a, nested_b = is_nested(a), is_nested(b)
    if nested_a != nested_b:
        _which, value, other = ("First", a, b) if nested_a else ("Second", b, a)
        return ValueError, (
            f'More specifically: Substructure "type={type(value).__name__} str={value}" is a '
            f'sequence, while substructure "type={type(other).__name__} str={other}" is not'
        )
    if not nested_a:
        return None
    if check_types and not _same_kind(a, b):
        return TypeError, (
            "The two structures don't have the same sequence type. First structure has type "
            f"{type(a)}, while second structure has type {type(b)}."
        )
    if isinstance(a, Mapping) and isinstance(b, Mapping) and set(a) != set(b):
        return ValueError, (
            "The two dictionaries don't have the same set of keys. First structure has keys "
            f"{sorted_keys(a)}, while second structure has keys {sorted_keys(b)}."
        )
    left, right = children(a), children(b)
    if len(left) != len(right):
        return ValueError, (
            "The two structures don't have the same number of elements. First structure: "
            f"{len(left)} elements, second structure: {len(right)} elements."
        )
    for x, y in zip(left, right):
        found = _difference(x, y, check_types)
        if found is not None:
            return found
    return None


def _same_kind(a: Any, b: Any) -> bool:
    if type(a) is type(b):
        return True
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return True
    if isinstance(a, list) and isinstance(b, list):
        return True
    return (
        hasattr(a, "_fields")
        and hasattr(b, "_fields")
        and type(a).__name__ == type(b).__name__
        and a._fields == b._fields
    )
