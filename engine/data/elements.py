"""Elements of datasets: tuples and dictionaries of tensors; lists are tensors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import variant
from engine.ir.shapes import TensorShape, relax
from engine.ir.spec import TensorSpec, TypeSpec, spec
from engine.ir.structure import flatten, map_structure


class DatasetSpec(TypeSpec):
    """Describes a dataset that is (part of) an element.

    Args:
        element_spec: of its elements.
        dataset_shape: accepted.
    """

    __slots__ = ("element_spec",)

    def __init__(self, element_spec: Any, dataset_shape: Any = ()) -> None:
        self.element_spec = element_spec

    dtype = variant
    dims: tuple[int, ...] = ()

    @property
    def shape(self) -> TensorShape:
        return TensorShape(())

    @property
    def value_type(self) -> Any:
        """The class of datasets."""
        from engine.data.dataset import Dataset

        return Dataset

    @classmethod
    def from_value(cls, value: Any) -> DatasetSpec:
        """What describes a dataset."""
        return cls(value.element_spec)

    def is_compatible_with(self, value: Any) -> bool:
        """Whether a dataset, or what another spec describes, has such elements."""
        found = getattr(value, "__composite_spec__", lambda: value)()
        return isinstance(found, DatasetSpec) and all(
            mine.is_compatible_with(other)
            for mine, other in zip(flatten(self.element_spec), flatten(found.element_spec))
        )

    def __composite_of__(self) -> Any:
        from engine.data.dataset import VariantDataset

        held: Any = spec(variant, ())
        return VariantDataset(held, self.element_spec)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.element_spec == other.element_spec

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.element_spec!r}, TensorShape([]))"


class NoneTensorSpec(TypeSpec):
    """Describes a part of an element that is None."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NoneTensorSpec)

    def __hash__(self) -> int:
        return hash(NoneTensorSpec)

    def __repr__(self) -> str:
        return "NoneTensorSpec()"


def leaf_specs(element_spec: Any) -> list[Any]:
    """The specs of the tensors of an element, flat."""
    return [leaf for leaf in flatten(element_spec) if not isinstance(leaf, NoneTensorSpec)]


def map_specs(function: Any, *specs: Any) -> Any:
    """A function of the specs of tensors; what is None stays so."""
    return map_structure(
        lambda s, *rest: s if isinstance(s, NoneTensorSpec) else function(s, *rest), *specs
    )


def is_dataset(value: Any) -> bool:
    """Is it a dataset?"""
    return hasattr(type(value), "_autograph_for_") and hasattr(value, "element_spec")


def normalized(element: Any) -> Any:
    """An element with tensors (or datasets) as leaves; lists become tensors.

    Raises:
        TypeError, ValueError: if a leaf has no tensor form.
    """
    if isinstance(element, Mapping):
        return type(element)((key, normalized(value)) for key, value in element.items())  # type: ignore[call-arg]
    if isinstance(element, tuple):
        items = [normalized(item) for item in element]
        return type(element)(*items) if hasattr(element, "_fields") else tuple(items)
    if is_dataset(element) or element is None:
        return element
    return convert_to_tensor(element)


def spec_of(leaf: Any) -> Any:
    """What describes a leaf: a tensor's dtype and shape, or a dataset's elements."""
    if is_dataset(leaf):
        return DatasetSpec(leaf.element_spec)
    return spec(leaf.dtype, leaf.dims)


def element_spec_of(element: Any) -> Any:
    """The specs of an element, in its structure."""
    return map_structure(lambda leaf: NoneTensorSpec() if leaf is None else spec_of(leaf), element)


def with_first(element_spec: Any, size: int | None) -> Any:
    """Specs of elements stacked `size` at a time."""
    return map_specs(
        lambda s: spec(s.dtype, None if s.dims is None else (size, *s.dims)), element_spec
    )


def without_first(element_spec: Any) -> Any:
    """Specs of the slices of elements along their first axis."""
    return map_specs(lambda s: spec(s.dtype, None if s.dims is None else s.dims[1:]), element_spec)


def common(left: Any, right: Any) -> Any:
    """Specs that the elements of two datasets fit. Raises TypeError where the dtypes differ."""
    for a, b in zip(leaf_specs(left), leaf_specs(right)):
        if a.dtype is not b.dtype:
            raise TypeError(f"Incompatible types of input datasets: {left} vs. {right}.")
    return map_specs(
        lambda a, b: a if isinstance(a, DatasetSpec) else spec(a.dtype, relax(a.dims, b.dims)),
        left, right,
    )  # fmt: skip


def as_specs(signature: Any) -> Any:
    """A signature with a `TensorSpec` for each leaf."""
    return map_structure(lambda s: s if isinstance(s, TypeSpec) else TensorSpec(None, s), signature)
