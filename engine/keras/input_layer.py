"""The layer that stands for a model's input."""

from __future__ import annotations

import warnings
from typing import Any

from engine.ir.op import public
from engine.keras.functional import KerasTensor, LayerCall
from engine.keras.layer import Layer


def _dims(shape: Any, batch_size: int | None, whole: Any) -> tuple[int | None, ...]:
    if shape is not None and whole is not None:
        raise ValueError("You cannot pass both `shape` and `batch_shape` at the same time.")
    if whole is not None:
        return tuple(whole)
    if shape is None:
        raise ValueError("You must pass a `shape` argument.")
    if not hasattr(shape, "__iter__"):
        raise ValueError(f"Cannot convert '{shape}' to a shape.")
    return (batch_size, *shape)


@public("keras.layers.InputLayer")
class InputLayer(Layer):
    """A model's input.

    Args:
        shape: without the batch size.
        batch_size: where it is fixed.
        dtype: default float32.
        batch_shape: the whole shape, in place of `shape`.
        name: of the input.
        input_shape, batch_input_shape: older names of `shape` and `batch_shape`.
        sparse, ragged, input_tensor, optional, kwargs: accepted.

    Raises:
        ValueError: if there is no shape, or both kinds.
    """

    def __init__(
        self, shape: Any = None, batch_size: int | None = None, dtype: Any = None,
        sparse: Any = None, ragged: Any = None, batch_shape: Any = None, input_tensor: Any = None,
        optional: bool = False, name: str | None = None, input_shape: Any = None,
        batch_input_shape: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        named = name
        super().__init__(name=name, dtype=dtype)
        if input_shape is not None:
            warnings.warn(
                "Argument `input_shape` is deprecated. Use `shape` instead.", stacklevel=3
            )
            shape = input_shape
        whole = batch_input_shape if batch_shape is None else batch_shape
        self.batch_shape = dims = _dims(shape, batch_size, whole)
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
