"""What is known of a value before it exists: dtype and shape."""

from __future__ import annotations

from typing import Any

from engine.ir.dtypes import DType, as_dtype, float32
from engine.ir.shapes import Dims, TensorShape, as_dims, at_least_as_specific, compatible, relax


class TypeSpec:
    """Base of all specs: what a traced function knows of an argument."""

    __slots__ = ()


class TensorSpec(TypeSpec):
    """Describes a tensor: its shape, dtype and, optionally, a name.

    Args:
        shape: anything `TensorShape` takes.
        dtype: anything `tf.as_dtype` takes.
        name: used for the function's argument.
    """

    __slots__ = ("_name", "dims", "dtype")

    dims: Dims
    dtype: DType

    def __init__(self, shape: object, dtype: object = float32, name: str | None = None) -> None:
        self.dims = as_dims(shape)
        self.dtype = as_dtype(dtype)
        self._name = name

    @property
    def shape(self) -> TensorShape:
        return TensorShape.of(self.dims)

    @property
    def name(self) -> str | None:
        return self._name

    @classmethod
    def from_spec(cls, spec: Any, name: str | None = None) -> TensorSpec:
        return cls(spec.shape, spec.dtype, name or getattr(spec, "name", None))

    @classmethod
    def from_tensor(cls, tensor: Any, name: str | None = None) -> TensorSpec:
        return cls(tensor.shape, tensor.dtype, name)

    def is_compatible_with(self, spec_or_tensor: Any) -> bool:
        """Could `spec_or_tensor` (a tensor or a spec) be described by this spec?"""
        return spec_or_tensor.dtype is self.dtype and compatible(
            self.dims, as_dims(spec_or_tensor.shape)
        )

    def is_subtype_of(self, other: Any) -> bool:
        return (
            isinstance(other, TensorSpec)
            and self.dtype is other.dtype
            and at_least_as_specific(self.dims, other.dims)
        )

    def most_specific_compatible_type(self, other: TensorSpec) -> TensorSpec:
        """The narrowest spec that both fit. Raises ValueError where the dtypes differ."""
        if self.dtype is not other.dtype:
            raise ValueError(f"No TypeSpec is compatible with both {self} and {other}")
        return spec(self.dtype, relax(self.dims, other.dims))

    def most_specific_common_supertype(self, others: Any) -> TensorSpec | None:
        found = self
        for other in others:
            if not isinstance(other, TensorSpec) or other.dtype is not self.dtype:
                return None
            found = spec(self.dtype, relax(found.dims, other.dims))
        return found

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, TensorSpec)
            and self.dtype is other.dtype
            and self.dims == other.dims
            and self._name == other._name
        )

    def __hash__(self) -> int:
        return hash((self.dtype, self.dims))

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self.shape}, dtype={self.dtype!r}, name={self._name!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return TensorSpec, (self.dims, self.dtype, self._name)


def spec(dtype: DType, dims: Dims) -> TensorSpec:
    """A spec from checked parts: what `infer` functions answer."""
    made = object.__new__(TensorSpec)
    made.dtype = dtype
    made.dims = dims
    made._name = None
    return made
