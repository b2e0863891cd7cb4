"""The base of layers and models: objects with weights and a `call`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import as_dtype, float32
from engine.ir.op import public
from engine.ir.structure import flatten, map_structure
from engine.ir.tensor import Tensor
from engine.keras import activation_functions, functional, initial_values
from engine.objects.module import Module, snake_case
from engine.objects.variable import Variable, init_scope
from engine.ops.namespace import tf

_COUNTS: Counter[str] = Counter()


def unique_name(base: str) -> str:
    """`dense`, `dense_1`, ... in the order of creation."""
    number = _COUNTS[base]
    _COUNTS[base] += 1
    return f"{base}_{number}" if number else base


@public("keras.layers.Layer", "keras.Layer")
class Layer(Module):
    """Weights and a computation.

    Subclasses make weights in `__init__` or `build(input_shape)` and compute in `call(inputs)`.

    Args:
        trainable: do tapes watch its weights?
        name: default: the class name in snake case, made unique.
        dtype: of the weights and of the computation; default float32.
        kwargs: `input_shape` and `input_dim` are accepted.
    """

    def __init__(
        self, *, trainable: bool = True, name: str | None = None, dtype: Any = None,
        activity_regularizer: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        unknown = set(kwargs) - {"input_shape", "input_dim", "batch_input_shape", "autocast"}
        if unknown:
            raise ValueError(
                f"Unrecognized keyword arguments passed to {type(self).__name__}: "
                f"{ {key: kwargs[key] for key in sorted(unknown)} }"
            )
        super().__init__(name=None)
        self._name = name or unique_name(snake_case(type(self).__name__))
        self._trainable = trainable
        self._dtype = float32 if dtype is None else as_dtype(dtype)
        self.built = False
        self._losses: list[Any] = []

    # -- weights ---------------------------------------------------------------------------

    def add_weight(
        self, shape: Any = None, initializer: Any = None, dtype: Any = None, trainable: bool = True,
        name: str | None = None, regularizer: Any = None, constraint: Any = None, **kwargs: Any,
    ) -> Variable:  # fmt: skip
        """A new variable of the layer.

        Args:
            shape: of the variable; default: a scalar.
            initializer: name, object or function (shape, dtype) -> value; default Glorot uniform.
            dtype: default: the layer's.
            trainable: do tapes watch it?
            name: of the variable.
            regularizer, constraint, kwargs: `regularizer` adds to the layer's losses.
        """
        wanted = tuple(shape) if shape is not None else ()
        kind = self._dtype if dtype is None else as_dtype(dtype)
        make = initial_values.get(initializer or "glorot_uniform")
        with init_scope():
            value = make(wanted, kind)
        made = Variable(value, trainable=trainable and self._trainable, name=name or "variable")
        made.regularizer = regularizer  # type: ignore[attr-defined]
        return made

    @property
    def dtype(self) -> str:
        """Name of the dtype of the weights."""
        return self._dtype.name

    compute_dtype = variable_dtype = dtype

    @property
    def trainable(self) -> bool:
        """Do tapes watch the weights?"""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for part in self._layers():
            part.trainable = value

    @property
    def weights(self) -> list[Variable]:
        """All variables, trainable ones first."""
        return [*self.trainable_weights, *self.non_trainable_weights]

    @property
    def trainable_weights(self) -> list[Variable]:
        """Variables that training changes."""
        return [v for v, on in self._weights() if on]

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """Variables that training leaves alone."""
        return [v for v, on in self._weights() if not on]

    @property
    def variables(self) -> Any:
        """All variables, in the order in which they were made."""
        return [v for v, _ in self._weights()]

    @property
    def trainable_variables(self) -> Any:
        """The same as `trainable_weights`."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> Any:
        """The same as `non_trainable_weights`."""
        return self.non_trainable_weights

    def _weights(self) -> list[tuple[Variable, bool]]:
        found: dict[int, tuple[Variable, bool]] = {}
        self._collect(found, set(), True)
        return list(found.values())

    def _collect(self, found: dict[int, Any], seen: set[int], trainable: bool) -> None:
        if id(self) in seen:
            return
        seen.add(id(self))
        trainable = trainable and self._trainable
        for value in vars(self).values():
            for leaf in _leaves(value):
                if isinstance(leaf, Variable):
                    found.setdefault(id(leaf), (leaf, trainable and leaf.trainable))
                elif isinstance(leaf, Layer):
                    leaf._collect(found, seen, trainable)
                elif isinstance(leaf, Module) and id(leaf) not in seen:
                    seen.add(id(leaf))
                    for variable in leaf.variables:
                        on = trainable and variable.trainable
                        found.setdefault(id(variable), (variable, on))

    def _layers(self) -> list[Layer]:
        return [leaf for v in vars(self).values() for leaf in _leaves(v) if isinstance(leaf, Layer)]

    def get_weights(self) -> list[Any]:
        """Values of all weights, as arrays."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights: list[Any]) -> None:
        """Give all weights new values. Raises ValueError where their number differs."""
        mine = self.weights
        if len(mine) != len(weights):
            raise ValueError(
                f"You called `set_weights(weights)` on layer '{self.name}' with a weight list of "
                f"length {len(weights)}, but the layer was expecting {len(mine)} weights."
            )
        for variable, value in zip(mine, weights):
            variable.assign(value)

    def count_params(self) -> int:
        """How many numbers the weights hold."""
        return sum(v.shape.num_elements() or 0 for v in self.weights)

    # -- losses ----------------------------------------------------------------------------

    @property
    def losses(self) -> list[Any]:
        """Losses added by `add_loss` in the last call, and those of regularizers."""
        mine = list(self._losses)
        for part in self._layers():
            mine += part.losses
        for value in vars(self).values():
            for leaf in _leaves(value):
                rule = getattr(leaf, "regularizer", None) if isinstance(leaf, Variable) else None
                if rule is not None:
                    mine.append(rule(leaf))
        return mine

    def add_loss(self, loss: Any) -> None:
        """Add a tensor to the layer's losses."""
        self._losses += flatten(loss)

    # -- calling ---------------------------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        """Make the weights; called once, with the shape of the first input."""

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute. Subclasses define it."""
        raise NotImplementedError(
            f"Layer {type(self).__name__} does not have a `call()` method implemented."
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Build the layer where that was not done yet, and call it."""
        if functional.is_symbolic_call(args):
            return functional.call_symbolically(self, args, kwargs)
        args = tuple(map_structure(self._as_input, arg) for arg in args)
        self._losses = []
        if not self.built:
            self._build(args)
        return self.call(*args, **kwargs)

    def _build(self, args: tuple[Any, ...]) -> None:
        if args and type(self).build is not Layer.build:
            shapes = map_structure(lambda t: getattr(t, "shape", None), args[0])
            self.build(shapes)
        self.built = True

    def _as_input(self, value: Any) -> Any:
        """Arrays become tensors; floats take the layer's dtype."""
        if isinstance(value, Variable):
            value = value.value()
        if not isinstance(value, Tensor):
            if not (hasattr(value, "dtype") and hasattr(value, "shape")):
                if not isinstance(value, float):
                    return value
            value = convert_to_tensor(value)
        if value.dtype.is_floating and value.dtype is not self._dtype and self._dtype.is_floating:
            value = tf.cast(value, self._dtype)
        return value

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal layer."""
        return {"name": self.name, "trainable": self._trainable, "dtype": self.dtype}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


def activation(value: Any) -> Callable[..., Any]:
    """The activation function that a name or a function stands for."""
    return activation_functions.get(value)  # type: ignore[no-any-return]
