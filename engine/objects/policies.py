"""How variables of several devices agree; accepted for programs written for more than one."""

from __future__ import annotations

import enum
import logging
from typing import Any

from engine.ir.interpreter import current
from engine.ir.op import PUBLIC, public
from engine.ir.spec import TensorSpec
from engine.ir.tensor import SymbolicTensor
from engine.ops.namespace import tf


@public("VariableSynchronization")
class VariableSynchronization(enum.Enum):
    """When the copies of a variable are made equal."""

    AUTO = 0
    NONE = 1
    ON_WRITE = 2
    ON_READ = 3


class VariableAggregationV2(enum.Enum):
    """How updates from several devices combine."""

    NONE = 0
    SUM = 1
    MEAN = 2
    ONLY_FIRST_REPLICA = 3


PUBLIC["VariableAggregation"] = VariableAggregationV2


@public("is_symbolic_tensor")
def is_symbolic_tensor(tensor: Any) -> bool:
    """Is it a tensor without a value, inside a graph?"""
    return isinstance(tensor, SymbolicTensor)


@public("inside_function")
def inside_function() -> bool:
    """Is a function being traced?"""
    return not current().eager


@public("type_spec_from_value")
def type_spec_from_value(value: Any) -> Any:
    """The spec of a tensor or of what converts to one. Raises TypeError for anything else."""
    made = getattr(value, "__composite_spec__", None)
    if made is not None:
        return made()
    spec = getattr(value, "_type_spec", None)
    if spec is not None:
        return spec
    try:
        tensor = tf.convert_to_tensor(value)
    except (TypeError, ValueError):
        raise TypeError(f"Could not build a TypeSpec for {value!r} of type {type(value)}") from None
    return TensorSpec(tensor.shape, tensor.dtype)


@public("get_current_name_scope")
def get_current_name_scope() -> str:
    """The prefix that names get now."""
    return str(tf.raw.current_scope())


@public("get_logger")
def get_logger() -> logging.Logger:
    """The engine's logger."""
    return logging.getLogger("engine")
