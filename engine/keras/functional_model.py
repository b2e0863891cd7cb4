"""`keras.Model(inputs, outputs)` and `keras.Sequential`."""

from __future__ import annotations

from typing import Any

from engine.ir.op import public
from engine.ir.structure import flatten, map_structure
from engine.keras import configs, naming
from engine.keras.functional import Computation, KerasTensor
from engine.keras.input_layer import InputLayer
from engine.keras.layer import Layer
from engine.keras.layers_core import Lambda, Operation
from engine.keras.model import Model
from engine.objects.scopes import NameScope
from engine.ops.namespace import tf

_STRUCTURE = frozenset(
    {"_computation", "_order", "_input_tree", "_output_tree", "_stack", "_functional"}
)


@public("keras.Functional", "keras.models.Functional")
class Functional(Model):
    """A model of the layers between symbolic inputs and outputs.

    Args:
        inputs: symbolic tensor, or a list or dictionary of them.
        outputs: what is computed from them.
        name: of the model.
        kwargs: of `Layer`.
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(name=name or naming.unique_name("functional"), **kwargs)
        self._computation = Computation(inputs, outputs)
        self._order = self._computation.layers
        self._input_tree, self._output_tree = inputs, outputs
        self.built = True
        object.__setattr__(self, "_path", self.name)
        self.input_spec = None

    @property
    def layers(self) -> list[Any]:
        """The layers, those of the inputs first."""
        return [layer for layer in self._order if not isinstance(layer, Operation)]

    @property
    def inputs(self) -> list[Any]:
        """The symbolic inputs, flat."""
        return flatten(self._input_tree)

    @property
    def outputs(self) -> list[Any]:
        """The symbolic outputs, flat."""
        return flatten(self._output_tree)

    @property
    def output_names(self) -> list[str]:
        """The names of the outputs: those of the layers that make them."""
        return self._output_names() or []

    @property
    def input(self) -> Any:
        """The symbolic inputs as they were given."""
        return self._input_tree

    @property
    def output(self) -> Any:
        """The symbolic outputs as they were given."""
        return self._output_tree

    @property
    def input_shape(self) -> Any:
        """Shapes of the inputs."""
        return map_structure(lambda t: t.shape, self._input_tree)

    @property
    def output_shape(self) -> Any:
        """Shapes of the outputs."""
        return map_structure(lambda t: t.shape, self._output_tree)

    def __checkpoint_children__(self) -> list[tuple[str, Any]]:
        own = super().__checkpoint_children__()
        mine = [(name, value) for name, value in own if name not in _STRUCTURE]
        return [*((f"_operations/{i}", layer) for i, layer in enumerate(self._order)), *mine]

    _takes_anything = True

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """The outputs for values of the inputs."""
        try:
            fitted = self._fitted(inputs)
        except ValueError as error:
            error._layer_call_explained = True  # type: ignore[attr-defined]
            raise
        return self._computation(fitted, training)

    def _fitted(self, inputs: Any) -> list[Any]:
        """The values in the order of the symbolic inputs, with ranks and dtypes adjusted."""
        wanted = self.inputs
        names = [t.call.layer.name for t in wanted]
        if isinstance(inputs, dict) and not isinstance(self._input_tree, dict):
            values = [inputs[name] for name in names if name in inputs]
        else:
            values = flatten(inputs)
        if len(values) != len(wanted):
            raise ValueError(
                f'Layer "{self.name}" expects {len(wanted)} named input(s) with keys {names}, but '
                f"it received {len(values)} input tensors. Pass inputs as a dict, e.g. "
                f"`layer({{'{names[0]}': ...}})`."
            )
        return [_fit(self, i, *pair) for i, pair in enumerate(zip(wanted, values))]

    def get_config(self) -> dict[str, Any]:
        """The layers with their configurations, and how they are called."""
        from engine.keras.functional_config import functional_config

        return functional_config(self)


def _fit(model: Functional, index: int, wanted: KerasTensor, value: Any) -> Any:
    value = tf.convert_to_tensor(value)
    want, got = wanted.shape or (), value.shape.as_list()
    if len(got) == len(want) - 1 and want[-1] == 1:
        value = tf.expand_dims(value, -1)
    elif len(got) == len(want) + 1 and got[-1] == 1:
        value = tf.squeeze(value, [-1])
    shape = tuple(value.shape)
    fits = (
        len(shape) == len(want)
        and all(  # the batch size may differ
            a is None or b is None or a == b for a, b in zip(want[1:], shape[1:])
        )
    )
    if not fits:
        raise ValueError(
            f"Input {index} with name '{wanted.call.layer.name}' of layer '{model.name}' is "  # type: ignore[union-attr]
            f"incompatible with the layer: expected shape={wanted.shape}, found shape={shape}"
        )
    return value if value.dtype is wanted._dtype else tf.cast(value, wanted._dtype)


def functional_from_config(cls: Any, config: dict[str, Any], custom: Any) -> Any:
    """The model that `functional_config` described."""
    from engine.keras.functional_config import rebuilt

    inputs, outputs = rebuilt(config, custom)
    kind = cls if issubclass(cls, Functional) else Functional
    return kind(inputs, outputs, name=config.get("name"))


@public("keras.Sequential", "keras.models.Sequential")
class Sequential(Model):
    """Layers called one after the other.

    Args:
        layers: the layers; an `Input` in front makes the weights at once.
        trainable: do tapes watch the weights?
        name: of the model.
    """

    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None) -> None:
        super().__init__(trainable=trainable, name=name)
        self._stack: list[Any] = []
        for layer in layers or ():
            self._append(layer)
        self._rebuild()

    def add(self, layer: Any) -> None:
        """Append a layer. Raises ValueError for what is no layer."""
        self._append(layer)
        self._rebuild()

    def _append(self, layer: Any) -> None:
        if not self._stack and getattr(layer, "_input_shape_arg", None) is not None:
            self._stack.append(InputLayer(batch_shape=layer._input_shape_arg, dtype=None))
        if isinstance(layer, KerasTensor) and layer.call is not None:
            layer = layer.call.layer
        if not isinstance(layer, Layer):
            if callable(layer):
                layer = Lambda(layer)
            else:
                raise ValueError(
                    "Only instances of `keras.Layer` can be added to a Sequential model. Received: "
                    f"{layer} (of type {type(layer)})"
                )
        if any(layer.name == other.name for other in self._stack):
            raise ValueError(
                f"All layers added to a Sequential model should have unique names. Name "
                f"'{layer.name}' is already the name of a layer in this model. Update the `name` "
                "argument to pass a unique name."
            )
        if isinstance(layer, InputLayer) and self._stack:
            raise ValueError(
                f"Sequential model '{self.name}' has already been configured to use "
                "input shape. You cannot add a different Input layer to it."
            )
        self._stack = [*self._stack, layer]

    def pop(self, rebuild: bool = True) -> Any:
        """Remove the last layer."""
        layer = self._stack[-1]
        self._untrack(layer)
        self._stack = self._stack[:-1]
        self._functional = None
        self._rebuild()
        return layer

    def _rebuild(self) -> None:
        self._functional = None
        self.built = False
        if len(self._stack) > 1 and isinstance(self._stack[0], InputLayer):
            self.build(self._stack[0].batch_shape)

    @property
    def layers(self) -> list[Any]:
        """The layers in order."""
        return [layer for layer in self._stack if not isinstance(layer, InputLayer)]

    def build(self, input_shape: Any = None) -> None:
        """Make all weights for inputs of a shape (with the batch size, or None for it)."""
        if not self._stack:
            raise ValueError(f"Sequential model {self.name} cannot be built because it has no "
                             "layers. Call `model.add(layer)`.")  # fmt: skip
        if not isinstance(self._stack[0], InputLayer):
            if not isinstance(input_shape, (tuple, list)) or not all(
                isinstance(size, int) or size is None for size in input_shape
            ):
                return  # several inputs: the layers are called one after the other
            self._stack = [InputLayer(batch_shape=tuple(input_shape)), *self._stack]
        x = first = self._stack[0].output
        with NameScope(self.name):
            for layer in self._stack[1:]:
                x = layer(x)
        made = object.__new__(Functional)
        Functional.__init__(made, first, x)
        made._name = self.name
        object.__setattr__(self, "_functional", made)
        self.built = True

    def _build(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if args and getattr(args[0], "shape", None) is not None:
            self.build(tuple(args[0].shape))
        self.built = True

    def __checkpoint_children__(self) -> list[tuple[str, Any]]:
        own = super().__checkpoint_children__()
        mine = [(name, value) for name, value in own if name not in _STRUCTURE]
        layers = enumerate(self.layers, 1)
        return [*((f"_functional/_operations/{i}", layer) for i, layer in layers), *mine]

    _takes_anything = True

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """The last layer's output."""
        if self._functional is not None:
            return self._functional.call(inputs, training=training)
        x = inputs
        for layer in self._stack:
            x = layer(x)
        return x

    def _built(self, which: str) -> Any:
        if self._functional is None:
            raise AttributeError(f"Sequential model '{self.name}' has no defined {which} yet.")
        return getattr(self._functional, which)

    inputs = property(lambda self: self._built("inputs"), doc="The symbolic inputs.")
    outputs = property(lambda self: self._built("outputs"), doc="The symbolic outputs.")
    input = property(lambda self: self._built("input"), doc="The symbolic input.")
    output = property(lambda self: self._built("output"), doc="The symbolic output.")
    input_shape = property(lambda self: self._built("input_shape"), doc="The input's shape.")
    output_shape = property(lambda self: self._built("output_shape"), doc="The output's shape.")

    def get_config(self) -> dict[str, Any]:
        """The layers with their configurations."""
        return {
            "name": self.name, "trainable": self._trainable,
            "dtype": configs.dtype_config(self.dtype),
            "layers": [configs.serialize(layer) for layer in self._stack],
            "build_input_shape": self._stack[0].batch_shape if self.built else None,
        }  # fmt: skip

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """A model from what `get_config` answered."""
        layers = [configs.deserialize(layer, custom_objects) for layer in config["layers"]]
        return cls(layers, name=config.get("name"))
