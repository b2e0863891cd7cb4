"""Symbolic tensors: layers called on `keras.Input` remember how they were called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from engine.ir.dtypes import DType, as_dtype
from engine.ir.interpreter import current, interpreting, new_recorder
from engine.ir.op import public
from engine.ir.structure import flatten, map_structure, pack
from engine.ir.tensor import Tensor
from engine.keras import naming
from engine.objects.variable import eager_interpreter, init_scope

_OUTSIDE = """\
A KerasTensor cannot be used as input to a TensorFlow function. A KerasTensor is a symbolic \
placeholder for a shape and dtype, used when constructing Keras Functional models or Keras \
Functions. You can only use it as input to a Keras layer or a Keras operation (from the namespaces \
`keras.layers` and `keras.ops`). What you should do instead is wrap the function in a layer:

```
class MyLayer(Layer):
    def call(self, x):
        return tf_fn(x)

x = MyLayer()(x)
```
"""


class KerasTensor:
    """The result of a layer call on symbolic inputs: a shape and dtype, and how to compute it.

    Attributes:
        shape: tuple, with None for the batch size.
        name: `keras_tensor_N`, or the input's.
        call: the layer call that makes it; None for an input.
        index: which of the call's results it is.
    """

    __array_priority__ = 200

    def __init__(
        self, shape: Any, dtype: Any = "float32", name: str | None = None, **kwargs: Any
    ) -> None:
        self.shape = tuple(shape) if shape is not None else None
        self._dtype = as_dtype(dtype)
        self.name = name or naming.unique_name("keras_tensor")
        self.call: LayerCall | None = None
        self.index = 0

    @property
    def dims(self) -> Any:
        """The shape, as the engine has it."""
        return self.shape

    @property
    def dtype(self) -> str:
        """Name of the dtype."""
        return self._dtype.name

    @property
    def ndim(self) -> int:
        """The rank."""
        return len(self.shape or ())

    def __tf_tensor__(self, dtype: DType | None = None, name: str | None = None) -> Any:
        raise ValueError(_OUTSIDE)

    def __bool__(self) -> bool:
        raise TypeError("A symbolic KerasTensor cannot be used as a boolean.")

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise ValueError(
            "A KerasTensor is symbolic: it's a placeholder for a shape and a dtype. It doesn't "
            "have any actual numerical value. You cannot convert it to a NumPy array."
        )

    def __iter__(self) -> Any:
        raise NotImplementedError("Iterating over a symbolic KerasTensor is not supported.")

    def __getitem__(self, key: Any) -> Any:
        return operation_layer("get_item", lambda x: x[key])(self)

    def __repr__(self) -> str:
        return (f"<KerasTensor shape={self.shape}, dtype={self.dtype}, sparse=False, ragged=False, "
                f"name={self.name}>")  # fmt: skip


public("keras.KerasTensor")(KerasTensor)


class LayerCall:
    """One call of a layer on symbolic tensors."""

    def __init__(self, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.layer = layer
        self.args = args
        self.kwargs = kwargs
        self.outputs: list[KerasTensor] = []

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic tensors it was given."""
        leaves = [*flatten(self.args), *flatten(self.kwargs)]
        return [leaf for leaf in leaves if isinstance(leaf, KerasTensor)]

    def run(self, lookup: Callable[[KerasTensor], Any], training: Any) -> list[Any]:
        """The flat results, with values of symbolic tensors looked up."""
        from engine.keras.call_stack import takes_training

        def value(leaf: Any) -> Any:
            return lookup(leaf) if isinstance(leaf, KerasTensor) else leaf

        args = tuple(map_structure(value, arg) for arg in self.args)
        kwargs = {key: map_structure(value, item) for key, item in self.kwargs.items()}
        if training is not None and kwargs.get("training") is None and takes_training(self.layer):
            kwargs["training"] = training
        return flatten(self.layer(*args, **kwargs))


@public("keras.Input", "keras.layers.Input")
def keras_input(
    shape: Any = None, batch_size: int | None = None, dtype: Any = None, sparse: Any = None,
    ragged: Any = None, batch_shape: Any = None, name: str | None = None, tensor: Any = None,
    optional: bool = False,
) -> KerasTensor:  # fmt: skip
    """A symbolic input of a model.

    Args:
        shape: without the batch size.
        batch_size: where it is fixed.
        dtype: default float32.
        batch_shape: the whole shape, in place of `shape`.
        name: of the input.
        sparse, ragged, tensor, optional: accepted.

    Raises:
        ValueError: if there is no shape, or two, or `tensor` is not symbolic.
    """
    from engine.keras.input_layer import InputLayer

    if tensor is not None and not isinstance(tensor, KerasTensor):
        raise ValueError(
            "Argument `input_tensor` must be a KerasTensor. Received invalid type: "
            f"input_tensor={tensor} (of type {type(tensor)})"
        )
    given = tensor.shape if tensor is not None and batch_shape is None else batch_shape
    layer = InputLayer(shape, batch_size, dtype, batch_shape=given, name=name)
    return layer.output


def is_symbolic_call(args: tuple[Any, ...], kwargs: dict[str, Any] | None = None) -> bool:
    """Is a layer called on symbolic tensors?"""
    for value in (*args, *(kwargs or {}).values()):
        if isinstance(value, KerasTensor):
            return True
        if isinstance(value, (list, tuple, dict)):
            if any(isinstance(leaf, KerasTensor) for leaf in flatten(value)):
                return True
    return False


def call_symbolically(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What a layer's call on symbolic tensors answers: symbolic tensors with inferred specs."""
    made = LayerCall(layer, args, kwargs)
    layer._build_ahead(args, kwargs)
    result = rehearsed(layer, args, kwargs)
    for i, tensor in enumerate(flatten(result)):
        output = KerasTensor(tensor.dims, tensor.dtype)
        output.call, output.index = made, i
        made.outputs.append(output)
    layer._remember(made)
    return pack(result, made.outputs)


def rehearsed(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The layer's result for placeholders, recorded and thrown away."""
    recorder = new_recorder("symbolic", eager_interpreter(current()))

    def placeholder(leaf: Any) -> Any:
        if isinstance(leaf, KerasTensor):
            return recorder.placeholder(leaf._dtype, leaf.dims, "input")
        return leaf

    traced = tuple(map_structure(placeholder, arg) for arg in args)
    options = {key: map_structure(placeholder, item) for key, item in kwargs.items()}
    token = _rehearsing.set(True)
    try:
        with interpreting(recorder):
            return layer(*traced, **options)
    finally:
        _rehearsing.reset(token)


_rehearsing: ContextVar[bool] = ContextVar("graphlens_keras_rehearsing", default=False)


@contextmanager
def outside_of_rehearsals() -> Iterator[bool]:
    """Where a layer is called to find out its shapes: compute at once what stands inside.

    The block is told whether that is so.
    """
    if not _rehearsing.get():
        yield False
        return
    with init_scope():
        yield True


def rehearse(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Call `layer.call` on placeholders for the tensors among its arguments."""
    recorder = new_recorder("symbolic", eager_interpreter(current()))

    def placeholder(leaf: Any) -> Any:
        if isinstance(leaf, Tensor):
            return recorder.placeholder(leaf.dtype, leaf.dims, "input")
        return leaf

    args = tuple(map_structure(placeholder, arg) for arg in args)
    kwargs = {key: map_structure(placeholder, item) for key, item in kwargs.items()}
    token = _rehearsing.set(True)
    try:
        with interpreting(recorder):
            layer.call(*args, **kwargs)
    finally:
        _rehearsing.reset(token)


def output_shape(layer: Any, given: Any) -> Any:
    """The shape of a layer's output for a symbolic input, as a tuple."""
    return map_structure(
        lambda t: tuple(t.dims) if t.dims is not None else None, rehearsed(layer, (given,), {})
    )


def operation_layer(name: str, function: Callable[..., Any]) -> Any:
    """A layer that stands for an operator on symbolic tensors."""
    from engine.keras.layers_core import Operation

    label = "".join(part.capitalize() for part in name.split("_"))
    return Operation(function, naming.unique_name(name), label)


def _forward(symbol: str, name: str) -> Callable[..., Any]:
    def operator(self: KerasTensor, *args: Any) -> Any:
        if args and isinstance(args[0], KerasTensor):
            return operation_layer(name, lambda x, y: getattr(x, symbol)(y))(self, *args)
        return operation_layer(name, lambda x: getattr(x, symbol)(*args))(self)

    operator.__name__ = symbol
    return operator


for _symbol, _name in {
    "add": "add", "radd": "add", "sub": "subtract", "rsub": "subtract", "mul": "multiply",
    "rmul": "multiply", "truediv": "true_divide", "rtruediv": "true_divide", "pow": "power",
    "floordiv": "floor_divide", "mod": "mod", "matmul": "matmul", "rmatmul": "matmul",
    "neg": "negative", "abs": "absolute", "lt": "less", "le": "less_equal", "gt": "greater",
    "ge": "greater_equal",
}.items():  # fmt: skip
    setattr(KerasTensor, f"__{_symbol}__", _forward(f"__{_symbol}__", _name))


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
        """The layers: those of the inputs, then the others in the order they are called."""
        first = [leaf.call.layer for leaf in flatten(self.inputs) if leaf.call is not None]
        found = [*first, *(call.layer for call in self.calls)]
        return list({id(layer): layer for layer in found}.values())

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
            if call is None or not call.inputs:
                raise ValueError(
                    f"`inputs` not connected to `outputs`: {tensor!r} is needed and is no input."
                )
            needed = [leaf for leaf in call.inputs
                      if id(leaf) not in known and id(leaf.call) not in done]  # fmt: skip
            if needed:
                stack.extend(reversed(needed))
            else:
                done[id(call)] = call
                stack.pop()
        return list(done.values())

    def __call__(self, inputs: Any, training: Any = None) -> Any:
        """The outputs for values of the inputs."""
        given = {id(k): v for k, v in zip(flatten(self.inputs), flatten(inputs))}
        results: dict[int, list[Any]] = {}

        def value(tensor: KerasTensor) -> Any:
            if id(tensor) in given:
                return given[id(tensor)]
            return results[id(tensor.call)][tensor.index]

        for call in self.calls:
            results[id(call)] = call.run(value, training)
        return map_structure(value, self.outputs)
