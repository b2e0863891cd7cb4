"""Reading and writing variables: ops on resources."""

from __future__ import annotations

from typing import Any

from engine.base.errors import FailedPreconditionError
from engine.ir.dtypes import DType, resource
from engine.ir.op import READ, WRITE, op
from engine.ir.shapes import Dims
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor

_RESOURCE = {"resource": resource}


class Storage:
    """Where a variable keeps its value; what a resource tensor holds.

    Attributes:
        value: numpy value, replaced (never changed in place) by writes; None: uninitialised.
        dtype: of the value.
        dims: what holds of every value's shape.
        trainable: do gradient tapes watch it by themselves?
        name: of the variable.
        owner: weak reference to the variable.
    """

    __slots__ = ("__weakref__", "dims", "dtype", "name", "owner", "trainable", "value")

    def __init__(self, value: Any, dtype: DType, dims: Dims, trainable: bool, name: str) -> None:
        self.value = value
        self.dtype = dtype
        self.dims = dims
        self.trainable = trainable
        self.name = name
        self.owner: Any = None

    def read(self) -> Any:
        """The value. Raises FailedPreconditionError where there is none yet."""
        if self.value is None:
            raise FailedPreconditionError(
                None, None, f"Could not find variable {self.name}. This could mean that the "
                "variable has been deleted or has not been initialized yet.",
            )  # fmt: skip
        return self.value


@op("raw.read_variable", type="ReadVariableOp", groups=_RESOURCE, effect=READ)
def read_variable(
    resource: Tensor, dtype: DType, dims: Dims, name: str | None = None
) -> TensorSpec:
    """The value of a variable."""
    return spec(dtype, dims)


@read_variable.kernel
def _read_kernel(xp: Any, resource: Storage, dtype: DType, dims: Dims) -> Any:
    return resource.read()


@read_variable.gradient
def _read_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return grad


@op("raw.assign_variable", type="AssignVariableOp", groups=_RESOURCE, effect=WRITE)
def assign_variable(resource: Tensor, value: Tensor, name: str | None = None) -> None:
    """Give a variable a new value."""


@assign_variable.kernel
def _assign_kernel(xp: Any, resource: Storage, value: Any) -> None:
    resource.value = value


@op("raw.assign_add", type="AssignAddVariableOp", groups=_RESOURCE, effect=WRITE)
def assign_add_variable(resource: Tensor, value: Tensor, name: str | None = None) -> None:
    """Add to a variable."""


@assign_add_variable.kernel
def _assign_add_kernel(xp: Any, resource: Storage, value: Any) -> None:
    resource.value = resource.read() + value


@op("raw.assign_sub", type="AssignSubVariableOp", groups=_RESOURCE, effect=WRITE)
def assign_sub_variable(resource: Tensor, value: Tensor, name: str | None = None) -> None:
    """Subtract from a variable."""


@assign_sub_variable.kernel
def _assign_sub_kernel(xp: Any, resource: Storage, value: Any) -> None:
    resource.value = resource.read() - value


_SCATTER = {
    "update": lambda xp, old, at, new: _put(old, at, new),
    "add": lambda xp, old, at, new: _at(xp.add, old, at, new),
    "sub": lambda xp, old, at, new: _at(xp.subtract, old, at, new),
    "mul": lambda xp, old, at, new: _at(xp.multiply, old, at, new),
    "div": lambda xp, old, at, new: _at(xp.divide, old, at, new),
    "min": lambda xp, old, at, new: _at(xp.minimum, old, at, new),
    "max": lambda xp, old, at, new: _at(xp.maximum, old, at, new),
}


def _put(old: Any, at: Any, new: Any) -> Any:
    made = old.copy()
    made[at] = new
    return made


def _at(ufunc: Any, old: Any, at: Any, new: Any) -> Any:
    made = old.copy()
    ufunc.at(made, at, new)
    return made


@op("raw.scatter_variable", type="ResourceScatter", effect=WRITE,
    groups={"resource": resource, "indices": "Tindices"})  # fmt: skip
def scatter_variable(resource: Tensor, indices: Tensor, updates: Tensor, how: str) -> None:
    """Write rows of a variable; `how` says how old and new values combine."""


@scatter_variable.kernel
def _scatter_kernel(xp: Any, resource: Storage, indices: Any, updates: Any, how: str) -> None:
    resource.value = _SCATTER[how](xp, resource.read(), indices, updates)


@op("raw.scatter_nd_variable", type="ResourceScatterNd", effect=WRITE,
    groups={"resource": resource, "indices": "Tindices"})  # fmt: skip
def scatter_nd_variable(resource: Tensor, indices: Tensor, updates: Tensor, how: str) -> None:
    """Write slices of a variable at multi-dimensional indices."""


@scatter_nd_variable.kernel
def _scatter_nd_kernel(xp: Any, resource: Storage, indices: Any, updates: Any, how: str) -> None:
    at = tuple(xp.moveaxis(indices, -1, 0))
    resource.value = _SCATTER[how](xp, resource.read(), at, updates)


@op("raw.assign_slice", type="ResourceStridedSliceAssign", effect=WRITE,
    groups={"resource": resource})  # fmt: skip
def assign_slice(resource: Tensor, value: Tensor, key: tuple[Any, ...]) -> None:
    """Write a part of a variable, given by a static index."""


@assign_slice.kernel
def _assign_slice_kernel(xp: Any, resource: Storage, value: Any, key: tuple[Any, ...]) -> None:
    made = resource.read().copy()
    made[tuple(slice(*item[1:]) if isinstance(item, tuple) and item[:1] == ("slice",) else item
               for item in key)] = value  # fmt: skip
    resource.value = made
