"""Nested containers: what is opened, in which order, and put together again."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, namedtuple
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ir.structure import assert_same_structure, flatten, map_structure, pack

Point = namedtuple("Point", ["x", "y"])

nested = st.recursive(
    st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(nested)
def test_pack_undoes_flatten(structure: Any) -> None:
    assert pack(structure, flatten(structure)) == structure


@given(nested)
def test_map_keeps_the_structure(structure: Any) -> None:
    doubled = map_structure(lambda x: 2 * x, structure)
    assert_same_structure(structure, doubled)
    assert flatten(doubled) == [2 * x for x in flatten(structure)]


@pytest.mark.parametrize(
    ("structure", "leaves"),
    [
        ({"b": 1, "a": (2, [3])}, [2, 3, 1]),
        (Point(1, Point(2, 3)), [1, 2, 3]),
        (OrderedDict([("z", 1), ("a", 2)]), [2, 1]),
        (MappingProxyType({"k": 1}), [1]),
        ([], []),
        (None, [None]),
        ("text", ["text"]),
    ],
)
def test_leaves(structure: Any, leaves: list[Any]) -> None:
    assert flatten(structure) == leaves


@pytest.mark.parametrize(
    "structure",
    [Point(1, 2), OrderedDict([("z", 1), ("a", 2)]), defaultdict(list, {"k": 1}), (1, [2])],
)
def test_types_are_kept(structure: Any) -> None:
    assert type(map_structure(lambda x: x, structure)) is type(structure)


def test_differences_are_named() -> None:
    with pytest.raises(ValueError, match="number of elements"):
        assert_same_structure([1, 2], [1])
    with pytest.raises(TypeError, match="sequence type"):
        assert_same_structure([1], (1,))
    with pytest.raises(ValueError, match="set of keys"):
        assert_same_structure({"a": 1}, {"b": 1})
    assert_same_structure([1], (1,), check_types=False)
