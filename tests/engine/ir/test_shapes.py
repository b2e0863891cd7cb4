"""Arithmetic of shapes that may be partly unknown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ir.shapes import (
    TensorShape,
    at_least_as_specific,
    broadcast,
    compatible,
    merge,
    relax,
)

sizes = st.one_of(st.none(), st.integers(0, 3))
shapes = st.one_of(st.none(), st.lists(sizes, max_size=3).map(tuple))
full = st.lists(st.integers(0, 3), max_size=3).map(tuple)


@given(shapes, shapes)
def test_relaxed_shape_fits_both(left: Any, right: Any) -> None:
    both = relax(left, right)
    assert at_least_as_specific(left, both)
    assert at_least_as_specific(right, both)


@given(shapes, shapes)
def test_merged_shape_fits_each(left: Any, right: Any) -> None:
    if not compatible(left, right):
        with pytest.raises(ValueError, match="not compatible"):
            merge(left, right)
        return
    both = merge(left, right)
    assert at_least_as_specific(both, left)
    assert at_least_as_specific(both, right)


@given(full, full)
def test_broadcast_is_numpys(left: Any, right: Any) -> None:
    try:
        wanted = np.broadcast_shapes(left, right)
    except ValueError:
        with pytest.raises(ValueError, match="must be equal"):
            broadcast(left, right)
        return
    assert broadcast(left, right) == wanted


@given(full, full, st.data())
def test_broadcast_knows_less_but_nothing_wrong(left: Any, right: Any, data: Any) -> None:
    try:
        exact = broadcast(left, right)
    except ValueError:
        return
    hidden = tuple(n if data.draw(st.booleans()) else None for n in left)
    assert at_least_as_specific(exact, broadcast(hidden, right))


def test_equal_shapes_hash_alike() -> None:
    assert len({TensorShape([1, None]), TensorShape((1, None)), TensorShape([2])}) == 2


@pytest.mark.parametrize(
    ("start", "stop", "rank"),
    [(None, 2, 2), (1, 3, 2), (3, 1, 0), (0, 0, 0), (None, None, None), (1, None, None),
     (-2, 3, None), (1, -1, None), (-2, None, None)],
)  # fmt: skip
def test_parts_of_a_shape_of_unknown_rank(start, stop, rank):
    assert TensorShape(None)[start:stop].rank == rank
