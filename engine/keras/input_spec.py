"""What a layer asks of its inputs: `keras.layers.InputSpec`, and the check."""

from __future__ import annotations

from typing import Any

from engine.ir.structure import flatten


class InputSpec:
    """Rank, sizes and shape that an input must have.

    Args:
        dtype: kept.
        shape: whole shape, None for any size.
        ndim, max_ndim, min_ndim: rank, or bounds of it.
        axes: sizes by axis.
        allow_last_axis_squeeze, name, optional: kept.
    """

    def __init__(
        self, dtype: Any = None, shape: Any = None, ndim: int | None = None,
        max_ndim: int | None = None, min_ndim: int | None = None, axes: Any = None,
        allow_last_axis_squeeze: bool = False, name: str | None = None, optional: bool = False,
    ) -> None:  # fmt: skip
        self.dtype = dtype
        self.shape = None if shape is None else tuple(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim, self.min_ndim = max_ndim, min_ndim
        self.axes = {int(k): v for k, v in (axes or {}).items()}
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.name, self.optional = name, optional

    def __repr__(self) -> str:
        known = (
            ("dtype", self.dtype), ("shape", self.shape), ("ndim", self.ndim),
            ("max_ndim", self.max_ndim), ("min_ndim", self.min_ndim), ("axes", self.axes or None),
        )  # fmt: skip
        return f"InputSpec({', '.join(f'{k}={v}' for k, v in known if v is not None)})"


def check_inputs(layer: Any, inputs: Any) -> None:
    """Raises ValueError where the inputs are not what the layer's `input_spec` asks for."""
    specs = layer.input_spec
    if specs is None or inputs is None:
        return
    for i, (spec, value) in enumerate(zip(flatten(specs), flatten(inputs))):
        if spec is not None and getattr(value, "shape", None) is not None:
            _check(layer, i, spec, tuple(value.shape))


def _check(layer: Any, index: int, spec: InputSpec, shape: tuple[Any, ...]) -> None:
    head = (f"Input {index} with name '{spec.name}' of layer '{layer.name}' is incompatible with "
            "the layer: ")  # fmt: skip
    rank, full = len(shape), f"Full shape received: {shape}"
    if spec.ndim is not None and not spec.allow_last_axis_squeeze and rank != spec.ndim:
        if spec.shape is not None:
            raise ValueError(f"{head}expected shape={spec.shape}, found shape={shape}")
        raise ValueError(f"{head}expected ndim={spec.ndim}, found ndim={rank}. {full}")
    if spec.max_ndim is not None and rank > spec.max_ndim:
        raise ValueError(f"{head}expected max_ndim={spec.max_ndim}, found ndim={rank}")
    if spec.min_ndim is not None and rank < spec.min_ndim:
        raise ValueError(f"{head}expected min_ndim={spec.min_ndim}, found ndim={rank}. {full}")
    for axis, size in spec.axes.items():
        if size is not None and -rank <= axis < rank and shape[axis] not in (size, None):
            raise ValueError(f"{head}expected axis {axis} of input shape to have value {size}, but "
                             f"received input with shape {shape}")  # fmt: skip
    if spec.shape is not None:
        for want, got in zip(spec.shape, shape):
            if want is not None and got is not None and want != got:
                raise ValueError(f"{head}expected shape={spec.shape}, found shape={shape}")
