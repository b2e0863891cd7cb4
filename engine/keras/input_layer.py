"""The layer that stands for a model's input."""

from __future__ import annotations

from typing import Any

from engine.ir.op import public
from engine.keras.functional import KerasTensor, LayerCall
from engine.keras.layer import Layer


@public("keras.layers.InputLayer")
class InputLayer(Layer):
    """A model's input.

    Args:
        shape: without the batch size.
        batch_size: where it is fixed.
        dtype: default float32.
        batch_shape: the whole shape, in place of `shape`.
        name: of the input.
        sparse, ragged, input_tensor, optional, kwargs: accepted.
    """

    def __init__(
        self, shape: Any = None, batch_size: int | None = None, dtype: Any = None,
        sparse: Any = None, ragged: Any = None, batch_shape: Any = None, input_tensor: Any = None,
        optional: bool = False, name: str | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        named = name
        super().__init__(name=name, dtype=dtype)
        dims = tuple(batch_shape) if batch_shape is not None else (batch_size, *tuple(shape or ()))
        self.batch_shape = dims
        made = KerasTensor(dims, self.dtype, named)
        call = LayerCall(self, (), {})
        call.outputs.append(made)
        made.call = call
        self._remember(call)
        self.built = True

    def call(self) -> Any:
        """The symbolic tensor. Nothing is computed."""
        return self.output

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal layer."""
        return {"batch_shape": self.batch_shape, "dtype": self.dtype, "name": self.name}
