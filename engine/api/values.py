"""Public names that are types and values of the lower layers."""

from __future__ import annotations

from engine import __version__
from engine.base import errors
from engine.ir import dtypes, structure
from engine.ir.interpreter import executing_eagerly
from engine.ir.op import PUBLIC
from engine.ir.shapes import TensorShape
from engine.ir.spec import TensorSpec, TypeSpec
from engine.ir.tensor import Tensor


def declare() -> None:
    """Enter dtypes, errors, shapes, specs and nest functions among the public names."""
    for dtype in dtypes.ALL:
        for path in (dtype.name, f"dtypes.{dtype.name}"):
            PUBLIC.setdefault(path, dtype)
    PUBLIC.setdefault("half", dtypes.float16)
    PUBLIC.setdefault("double", dtypes.float64)
    for path, value in {
        "DType": dtypes.DType,
        "dtypes.DType": dtypes.DType,
        "as_dtype": dtypes.as_dtype,
        "dtypes.as_dtype": dtypes.as_dtype,
        "TensorShape": TensorShape,
        "TensorSpec": TensorSpec,
        "TypeSpec": TypeSpec,
        "Tensor": Tensor,
        "newaxis": None,
        "executing_eagerly": executing_eagerly,
        "nest.flatten": structure.flatten,
        "nest.map_structure": structure.map_structure,
        "nest.pack_sequence_as": structure.pack,
        "nest.assert_same_structure": structure.assert_same_structure,
        "nest.is_nested": structure.is_nested,
        "version.VERSION": __version__,
        "version.GIT_VERSION": "unknown",
        "version.COMPILER_VERSION": "unknown",
    }.items():
        PUBLIC.setdefault(path, value)
    for name, code in errors.CODES.items():
        PUBLIC.setdefault(f"errors.{name}", code)
    for name, value in vars(errors).items():
        if isinstance(value, type) and issubclass(value, Exception):
            PUBLIC.setdefault(f"errors.{name}", value)
