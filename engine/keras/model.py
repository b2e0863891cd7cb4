"""Models: layers made of layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.ir.op import public
from engine.keras.functional import Computation, KerasTensor
from engine.keras.layer import Layer


@public("keras.Model", "keras.models.Model")
class Model(Layer):
    """A layer that holds others; subclasses define `call`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        inputs = kwargs.pop("inputs", None)
        outputs = kwargs.pop("outputs", None)
        if args and inputs is None:
            inputs, outputs = args[0], args[1] if len(args) > 1 else outputs
        super().__init__(**kwargs)
        self._computation = None if inputs is None else Computation(inputs, outputs)
        self._inner = [] if self._computation is None else self._computation.layers

    @property
    def layers(self) -> list[Layer]:
        """The layers directly inside."""
        return self._layers()

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """The outputs for the inputs, where the model was made from symbolic ones."""
        if self._computation is None:
            raise NotImplementedError(
                f"Model {type(self).__name__} does not have a `call()` method implemented."
            )
        return self._computation(inputs)

    def build(self, input_shape: Any) -> None:
        """Nothing to make: the layers inside build themselves."""

    def summary(self, print_fn: Callable[[str], Any] | None = None) -> None:
        """Print the layers with their numbers of parameters."""
        show = print_fn or print
        show(f'Model: "{self.name}"')
        for layer in self.layers:
            show(f"  {layer.name} ({type(layer).__name__}): {layer.count_params():,} parameters")
        show(f"Total params: {self.count_params():,}")


@public("keras.Sequential", "keras.models.Sequential")
class Sequential(Model):
    """Layers called one after the other.

    Args:
        layers: the layers.
        trainable: do tapes watch the weights?
        name: of the model.
    """

    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None) -> None:
        super().__init__(trainable=trainable, name=name)
        self._stack: list[Layer] = []
        for layer in layers or ():
            self.add(layer)

    def add(self, layer: Any) -> None:
        """Append a layer. Raises ValueError for what is no layer."""
        if isinstance(layer, KerasTensor):
            return  # the shape of the input: layers learn it from their first call
        if not isinstance(layer, Layer):
            if callable(layer):
                layer = FunctionLayer(layer)
            else:
                raise ValueError(
                    "Only instances of `keras.Layer` can be added to a Sequential model. Received: "
                    f"{layer} (of type {type(layer)})"
                )
        self._stack.append(layer)

    def pop(self) -> Layer:
        """Remove the last layer."""
        return self._stack.pop()

    @property
    def layers(self) -> list[Layer]:
        """The layers in order."""
        return list(self._stack)

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """The last layer's output."""
        x = inputs
        for layer in self._stack:
            x = layer(x, training=training) if takes_training(layer) else layer(x)
        return x


def takes_training(layer: Layer) -> bool:
    """Does the layer's `call` have a parameter `training`?"""
    import inspect

    known = getattr(layer, "_takes_training", None)
    if known is None:
        try:
            parameters = inspect.signature(layer.call).parameters
        except (TypeError, ValueError):
            return False
        known = "training" in parameters
        layer._takes_training = known  # type: ignore[attr-defined]
    return bool(known)


class FunctionLayer(Layer):
    """A function as a layer."""

    def __init__(self, function: Callable[..., Any], name: str | None = None) -> None:
        super().__init__(name=name)
        self._function = function

    def call(self, inputs: Any) -> Any:
        """What the function answers."""
        return self._function(inputs)


public("keras.layers.Lambda")(FunctionLayer)
