"""Models: layers made of layers, that can be trained, saved and printed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from engine.ir.op import public
from engine.ir.structure import flatten
from engine.keras import naming
from engine.keras.functional import KerasTensor, is_symbolic_call
from engine.keras.layer import Layer
from engine.keras.model_protocol import ModelProtocol
from engine.keras.model_saving import Saved


@public("keras.Model", "keras.models.Model")
class Model(ModelProtocol, Saved, Layer):
    """A layer that holds others; subclasses define `call`.

    `Model(inputs, outputs)` with symbolic tensors makes a model of the layers between them.
    """

    _functional: Any = None

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """A `Functional` where symbolic inputs and outputs are given to `Model` itself."""
        if cls is Model and _symbolic_arguments(args, kwargs):
            from engine.keras.functional_model import Functional

            return object.__new__(Functional)
        made = object.__new__(cls)
        if "__init__" in vars(cls):
            made.__dict__["_given"] = ((), {})  # Keras's models note defaults alone
        return made

    _takes_own_arguments = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if _symbolic_arguments(args, kwargs):
            from engine.keras.functional_model import Functional

            _derive_from(Functional, type(self))
            Functional.__init__(self, *args, **kwargs)  # type: ignore[arg-type]
            return
        if args or kwargs.keys() - _OPTIONS:
            unknown = [*map(repr, args), *sorted(kwargs.keys() - _OPTIONS)]
            raise ValueError(
                "Unrecognized keyword arguments passed to "
                f"{type(self).__name__}: {', '.join(unknown)}"
            )
        Layer.__init__(self, **kwargs)

    @property
    def layers(self) -> list[Any]:
        """The layers directly inside."""
        return [part for part in self._live_parts() if isinstance(part, Layer)]

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
        """The layer of a name or number. Raises ValueError where there is none."""
        if index is not None:
            if index >= len(self.layers):
                raise ValueError(f"Was asked to retrieve layer at index {index} but model only has "
                                 f"{len(self.layers)} layers.")  # fmt: skip
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(f"No such layer: {name}. Existing layers are: "
                         f"{[layer.name for layer in self.layers]}.")  # fmt: skip

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute. Subclasses define it."""
        raise NotImplementedError(
            f"Model {type(self).__name__} does not have a `call()` method implemented."
        )

    def build(self, input_shape: Any) -> None:
        """Make all weights by calling the model on a symbolic input of a shape."""
        if self.built or type(self).call is Model.call:
            self.built = True
            return
        shapes = input_shape if isinstance(input_shape, list) else [input_shape]
        if all(isinstance(shape, (tuple, list)) or hasattr(shape, "as_list") for shape in shapes):
            self.built = True
            given = [KerasTensor(tuple(shape)) for shape in shapes]
            object.__setattr__(self, "_path", self.name)
            from engine.keras import functional

            functional.call_symbolically(self, (given if len(given) > 1 else given[0],), {})

    def _build(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """The layers inside are built by their first call; a `build` of the user's is called."""
        object.__setattr__(self, "_path", naming.current_path())
        first = [list(getattr(t, "shape", ())) for t in flatten(args[0])] if args else []
        object.__setattr__(self, "_called_shapes", first[0] if len(first) == 1 else first)
        if type(self).build is not Model.build:
            self.build(*self._build_shapes(args, kwargs))
        else:
            self._rehearse(args, kwargs)
        self.built = True

    def count_params(self) -> int:
        """How many numbers the weights hold."""
        if not self.built:
            raise ValueError(
                f"You tried to call `count_params` on layer '{self.name}', but the layer isn't "
                "built. You can build it manually via: `layer.build(input_shape)`."
            )
        return sum(v.shape.num_elements() or 0 for v in self.weights)

    def summary(
        self, line_length: int | None = None, positions: Any = None,
        print_fn: Callable[[str], Any] | None = None, expand_nested: bool = False,
        show_trainable: bool = False, layer_range: Any = None,
    ) -> None:  # fmt: skip
        """Print a table of the layers: name, output shape, number of parameters.

        Args:
            line_length: width of the table; default 76 or the terminal's.
            positions: where the columns end, as shares of the width.
            print_fn: called with the whole text, in place of `print`.
            expand_nested: list the layers of models inside as well.
            show_trainable: a column that says what is trained.
            layer_range: names (patterns) of the first and last layer to show.
        """
        from engine.keras.summary import summary_text

        text = summary_text(self, line_length, positions, expand_nested, show_trainable,
                            layer_range)  # fmt: skip
        if print_fn is None:
            print(text)
        else:
            print_fn(text + "\n")

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal model; subclasses with arguments of their own define it."""
        return Layer.get_config(self)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """A model from what `get_config` answered."""
        from engine.keras import configs

        if "layers" in config and "input_layers" in config:
            from engine.keras.functional_model import functional_from_config

            return functional_from_config(cls, config, custom_objects)
        accepted = inspect.signature(cls.__init__).parameters
        free = any(p.kind is p.VAR_KEYWORD for p in accepted.values())
        given = {k: v for k, v in configs.revived(config).items() if free or k in accepted}
        return cls(**given)


_OPTIONS = frozenset({"name", "trainable", "dtype", "activity_regularizer", "autocast"})


def _derive_from(functional: type, kind: type) -> None:
    """Let subclasses of `Model` that are given inputs and outputs be functional models."""
    if functional in kind.__mro__:
        return
    if Model in kind.__bases__:
        kind.__bases__ = tuple(functional if base is Model else base for base in kind.__bases__)
        return
    for base in kind.__bases__:
        if issubclass(base, Model):
            _derive_from(functional, base)


def _symbolic_arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    both = (
        len(args) >= 2 or {"inputs", "outputs"} <= kwargs.keys() or (args and "outputs" in kwargs)
    )
    given = tuple(args[:2]) + tuple(kwargs[k] for k in ("inputs", "outputs") if k in kwargs)
    return bool(both) and is_symbolic_call(tuple(flatten(given)))
