"""`tf.types.experimental`: the kinds of functions and values, for annotations and `isinstance`."""

from __future__ import annotations

import abc
from typing import Any

from engine.ir.op import public
from engine.ir.tensor import Tensor
from engine.objects.variable import Variable
from engine.tracing.concrete import ConcreteFunction
from engine.tracing.function import Function


@public("types.experimental.Callable")
class Callable(abc.ABC):  # noqa: B024
    """What can be called with tensors: traced functions and their traces."""


Callable.register(Function)
Callable.register(ConcreteFunction)

public("types.experimental.GenericFunction")(Function)
public("types.experimental.PolymorphicFunction")(Function)
public("types.experimental.ConcreteFunction")(ConcreteFunction)

TensorLike: Any = (
    Tensor | Variable | int | float | bool | str | bytes | complex | tuple[Any, ...] | list[Any]
)
public("types.experimental.TensorLike")(TensorLike)
