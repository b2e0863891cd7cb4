"""Models from symbolic inputs: layers called on `keras.Input` remember how they were called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.ir.dtypes import DType, as_dtype, float32
from engine.ir.interpreter import current, interpreting, new_recorder
from engine.ir.op import public
from engine.ir.shapes import TensorShape, as_dims
from engine.ir.structure import flatten, map_structure, pack
from engine.objects.variable import eager_interpreter


class KerasTensor:
    """The result of a layer call on symbolic inputs: a spec, and how to compute it.

    Attributes:
        shape, dtype: of the value.
        layer: what makes it; None for an input.
        args, kwargs: of the layer's call; hold other symbolic tensors.
        index: which of the call's results it is.
    """

    def __init__(self, dims: Any, dtype: DType, name: str = "keras_tensor") -> None:
        self.dims = dims
        self.dtype = dtype
        self.name = name
        self.call: LayerCall | None = None
        self.index = 0

    @property
    def shape(self) -> TensorShape:
        """Shape, with None for the batch size."""
        return TensorShape.of(self.dims)

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.dims}, dtype={self.dtype.name}, name={self.name}>"


class LayerCall:
    """One call of a layer on symbolic tensors."""

    def __init__(self, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.layer = layer
        self.args = args
        self.kwargs = kwargs

    def run(self, lookup: Callable[[KerasTensor], Any]) -> list[Any]:
        """The flat results, with values of symbolic tensors looked up."""

        def value(leaf: Any) -> Any:
            return lookup(leaf) if isinstance(leaf, KerasTensor) else leaf

        args = tuple(map_structure(value, arg) for arg in self.args)
        kwargs = {key: map_structure(value, item) for key, item in self.kwargs.items()}
        return flatten(self.layer(*args, **kwargs))


@public("keras.Input", "keras.layers.Input")
def keras_input(
    shape: Any = None, batch_size: int | None = None, dtype: Any = None, sparse: Any = None,
    batch_shape: Any = None, name: str | None = None, tensor: Any = None,
) -> KerasTensor:  # fmt: skip
    """A symbolic input of a model.

    Args:
        shape: without the batch size.
        batch_size: where it is fixed.
        dtype: default float32.
        batch_shape: the whole shape, in place of `shape`.
        name: of the input.
    """
    dims = (
        as_dims(batch_shape) if batch_shape is not None else (batch_size, *(as_dims(shape) or ()))
    )
    return KerasTensor(dims, float32 if dtype is None else as_dtype(dtype), name or "input")


public("keras.layers.InputLayer")(keras_input)


def is_symbolic_call(args: tuple[Any, ...]) -> bool:
    """Is a layer called on symbolic tensors?"""
    return any(isinstance(leaf, KerasTensor) for leaf in flatten(args))


def call_symbolically(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What a layer's call on symbolic tensors answers: symbolic tensors with inferred specs."""
    made = LayerCall(layer, args, kwargs)
    recorder = new_recorder("symbolic", eager_interpreter(current()))

    def placeholder(leaf: Any) -> Any:
        if isinstance(leaf, KerasTensor):
            return recorder.placeholder(leaf.dtype, leaf.dims, "input")
        return leaf

    traced = tuple(map_structure(placeholder, arg) for arg in args)
    options = {key: map_structure(placeholder, item) for key, item in kwargs.items()}
    with interpreting(recorder):
        result = layer(*traced, **options)
    outputs = []
    for i, tensor in enumerate(flatten(result)):
        output = KerasTensor(tensor.dims, tensor.dtype)
        output.call, output.index = made, i
        outputs.append(output)
    return pack(result, outputs)


class Computation:
    """From symbolic inputs to symbolic outputs.

    Args:
        inputs: structure of symbolic inputs.
        outputs: structure of symbolic tensors computed from them.

    Raises:
        ValueError: if an output depends on an input that is not given.
    """

    def __init__(self, inputs: Any, outputs: Any) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.calls = self._order()

    @property
    def layers(self) -> list[Any]:
        """The layers in the order they are called, each once."""
        return list({id(call.layer): call.layer for call in self.calls}.values())

    def _order(self) -> list[LayerCall]:
        known = {id(leaf) for leaf in flatten(self.inputs)}
        done: dict[int, LayerCall] = {}
        stack = list(reversed(flatten(self.outputs)))
        while stack:
            tensor = stack[-1]
            call = tensor.call
            if id(tensor) in known or (call is not None and id(call) in done):
                stack.pop()
                continue
            if call is None:
                raise ValueError(f"Graph disconnected: cannot obtain value for tensor {tensor!r}.")
            needed = [
                leaf for leaf in flatten([call.args, call.kwargs])
                if isinstance(leaf, KerasTensor) and id(leaf) not in known
                and (leaf.call is None or id(leaf.call) not in done)
            ]  # fmt: skip
            if needed:
                stack.extend(needed)
            else:
                done[id(call)] = call
                stack.pop()
        return list(done.values())

    def __call__(self, inputs: Any) -> Any:
        """The outputs for values of the inputs."""
        given = {id(k): v for k, v in zip(flatten(self.inputs), flatten(inputs))}
        results: dict[int, list[Any]] = {}

        def value(tensor: KerasTensor) -> Any:
            if id(tensor) in given:
                return given[id(tensor)]
            return results[id(tensor.call)][tensor.index]

        for call in self.calls:
            results[id(call)] = call.run(value)
        return map_structure(value, self.outputs)
