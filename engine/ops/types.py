"""Public names of the types: dtypes, shapes, specs, tensors, and `tf.nest`."""

from __future__ import annotations

from typing import Any

from engine.ir import dtypes, structure
from engine.ir.convert import register_tensor_conversion_function
from engine.ir.graph import Node
from engine.ir.op import PUBLIC, public
from engine.ir.shapes import TensorShape
from engine.ir.spec import TensorSpec, TypeSpec
from engine.ir.tensor import Tensor

for _dtype in dtypes.ALL:
    public(_dtype.name, f"dtypes.{_dtype.name}")(_dtype)
public("half", "dtypes.half")(dtypes.float16)
public("double", "dtypes.double")(dtypes.float64)
public("DType", "dtypes.DType")(dtypes.DType)
public("as_dtype", "dtypes.as_dtype")(dtypes.as_dtype)
public("TensorShape")(TensorShape)
public("TensorSpec")(TensorSpec)
public("TypeSpec")(TypeSpec)
public("Tensor")(Tensor)
public("Operation")(Node)
PUBLIC["newaxis"] = None


@public("compat.v1.enable_v2_behavior", "compat.v1.enable_eager_execution",
        "compat.v1.enable_v2_tensorshape", "compat.v1.enable_resource_variables",
        "compat.v1.enable_control_flow_v2", "compat.v1.enable_tensor_equality",
        "compat.v2.enable_v2_behavior")  # fmt: skip
def enable_v2_behavior(*args: Any, **kwargs: Any) -> None:
    """Behave like TensorFlow 2: so it is anyway."""


public("nest.flatten")(structure.flatten)
public("nest.pack_sequence_as")(structure.pack)
public("nest.map_structure")(structure.map_structure)
public("nest.is_nested")(structure.is_nested)
public("nest.assert_same_structure")(structure.assert_same_structure)
public("register_tensor_conversion_function")(register_tensor_conversion_function)
