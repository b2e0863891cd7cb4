"""The base of layers and models: objects with weights and a `call`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import as_dtype
from engine.ir.interpreter import current
from engine.ir.op import public
from engine.ir.structure import flatten, map_structure
from engine.ir.tensor import Tensor
from engine.keras import (
    activation_functions,
    configs,
    functional,
    initial_values,
    masks,
    naming,
    policies,
)
from engine.keras.call_errors import explained
from engine.keras.call_stack import calls
from engine.keras.input_spec import InputSpec, check_inputs
from engine.keras.layer_protocol import LayerProtocol
from engine.keras.variables import KerasVariable
from engine.objects.scopes import NameScope, claim_scope, current_scope
from engine.objects.variable import Variable, init_scope
from engine.ops.namespace import tf

_ACCEPTED = frozenset({"input_shape", "input_dim", "batch_input_shape", "batch_shape"})


@public("keras.layers.Layer", "keras.Layer")
class Layer(LayerProtocol):
    """Weights and a computation.

    Subclasses make weights in `__init__` or `build(input_shape)` with `add_weight` and compute in
    `call(inputs)`. Weights, layers and metrics assigned to attributes are found by themselves.

    Args:
        activity_regularizer: function of the outputs that is added to the losses.
        trainable: do tapes watch its weights?
        name: default: the class name in snake case, made unique.
        dtype: of the weights and of the computation; default float32.
        autocast: do floating inputs take the layer's dtype?
        kwargs: `input_shape` and `input_dim` are accepted.
    """

    input_spec: Any = None
    supports_masking: bool = False
    _makes_masks = False  # has it masks to pass on where its inputs carry none?
    _takes_keywords: bool

    def __init__(
        self, *, activity_regularizer: Any = None, trainable: bool = True, dtype: Any = None,
        autocast: bool = True, name: str | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        unknown = {key: value for key, value in kwargs.items() if key not in _ACCEPTED}
        if unknown:
            raise ValueError(
                f"Unrecognized keyword arguments passed to {type(self).__name__}: {unknown}"
            )
        super().__init__()
        self._input_shape_arg = _input_shape(kwargs)
        if name is not None and not isinstance(name, str):
            raise ValueError("Argument `name` must be a string and cannot contain character `/`. "
                             f"Received: name={name} (of type {type(name)})")  # fmt: skip
        self._name = naming.unique_name(naming.snake_case(type(self).__name__)) if (
            name is None) else name  # fmt: skip
        self.activity_regularizer = configs.regularizer(activity_regularizer)
        self._trainable = trainable
        self.dtype_policy = policies.policy_of(dtype)
        self._dtype = self.dtype_policy._variable
        self.autocast = autocast
        if type(self).compute_mask is not Layer.compute_mask:
            self.supports_masking = self._makes_masks = True
        self.built = self._built_at_init and type(self).build is Layer.build
        self._losses: list[Any] = []
        self._path: str | None = None
        self._output_shapes: Any = None
        self._symbolic_calls: list[Any] = []

    @property
    def name(self) -> str:
        """The layer's name."""
        return self._name

    @property
    def path(self) -> str | None:
        """The name with those of the layers around it; None before the layer is built."""
        return self._path

    # -- weights ---------------------------------------------------------------------------

    def add_weight(
        self, *args: Any, shape: Any = None, initializer: Any = None, dtype: Any = None,
        trainable: bool = True, autocast: bool = True, regularizer: Any = None,
        constraint: Any = None, aggregation: Any = "none", name: str | None = None, **kwargs: Any,
    ) -> KerasVariable:  # fmt: skip
        """A new variable of the layer.

        Args:
            args: `shape` and `initializer` may come by position.
            shape: of the variable; default: a scalar.
            initializer: name, object or function (shape, dtype) -> value; default: Glorot uniform,
                zeros for integers and bools.
            dtype: default: the layer's.
            trainable: do tapes watch it?
            regularizer: name or function, added to the layer's losses.
            constraint: kept on the variable.
            name: of the variable.
            autocast: read it in the dtype that the layer computes in.
            aggregation, kwargs: accepted.

        Raises:
            ValueError: if `name` is passed by position.
        """
        if args and isinstance(args[0], str):
            raise ValueError(
                f"`name` must be passed as a keyword argument. Received: add_weight({args[0]!r}, "
                f"...). Use: add_weight(shape=..., name={args[0]!r})."
            )
        if args:
            shape, initializer = (*args, *(shape, initializer)[len(args) :])
        if isinstance(shape, int):
            shape = (shape,)
        wanted = tuple(shape) if shape is not None else ()
        kind = self._dtype if dtype is None else as_dtype(configs.dtype_name(dtype))
        if initializer is None:
            initializer = "glorot_uniform" if kind.is_floating else "zeros"
        with init_scope():
            value = initial_values.get(initializer)(wanted, dtype=kind)
        with naming.scope(self._name, self._outer_path(), self):
            made = KerasVariable(value, dtype=kind, trainable=trainable, autocast=autocast,
                                 name=name)  # fmt: skip
        made.initializer = initializer
        made.regularizer = configs.regularizer(regularizer)
        made.constraint = configs.constraint(constraint)
        self._track(made)
        return made

    @property
    def dtype(self) -> str:
        """Name of the dtype of the weights."""
        return self._dtype.name

    variable_dtype = dtype

    @property
    def compute_dtype(self) -> str:
        """Name of the dtype that inputs are cast to."""
        return self.dtype_policy.compute_dtype

    input_dtype = compute_dtype

    @property
    def trainable(self) -> bool:
        """Do tapes watch the weights?"""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for variable in self._own_trainable:
            variable.trainable = bool(value)
        for part in self._parts:
            part.trainable = value

    def get_weights(self) -> list[Any]:
        """Values of all weights, as arrays."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights: list[Any]) -> None:
        """Give all weights new values. Raises ValueError where number or shapes differ."""
        mine = self.weights
        if len(mine) != len(weights):
            raise ValueError(
                f"You called `set_weights(weights)` on layer '{self.name}' with a weight list of "
                f"length {len(weights)}, but the layer was expecting {len(mine)} weights."
            )
        for variable, value in zip(mine, weights):
            if tuple(variable.shape) != tuple(value.shape):
                raise ValueError(
                    f"Layer {self.name} weight shape {variable.shape} is not compatible with "
                    f"provided weight shape {value.shape}."
                )
            variable.assign(value)

    def count_params(self) -> int:
        """How many numbers the weights hold. Raises ValueError where none are made yet."""
        if not self.built:
            raise ValueError(
                f"You tried to call `count_params` on layer '{self.name}', but the layer isn't "
                "built. You can build it manually via: "
                "`layer.build(input_shape)`."
            )
        return sum(v.shape.num_elements() or 0 for v in self.weights)

    # -- losses ----------------------------------------------------------------------------

    @property
    def losses(self) -> list[Any]:
        """Losses added by `add_loss` in the last call, and those of regularizers."""
        mine = list(self._losses)
        for part in self._parts:
            mine += part._losses_below()
        return mine + [v.regularizer(v) for v in self.trainable_weights if v.regularizer]

    def _losses_below(self) -> list[Any]:
        mine = list(self._losses)
        for part in self._parts:
            mine += part._losses_below()
        return mine

    def _forget_losses(self) -> None:
        self._losses = []
        for part in self._parts:
            part._forget_losses()

    def add_loss(self, loss: Any) -> None:
        """Add a tensor, or a list of them, to the layer's losses."""
        self._losses += [item for item in flatten(loss) if item is not None]

    # -- calling ---------------------------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        """Make the weights; called once, with the shape of the first input."""
        self.built = True

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute. Subclasses define it."""
        raise NotImplementedError(
            f"Layer {type(self).__name__} does not have a `call()` method implemented."
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Build the layer where that was not done yet, and call it."""
        if not hasattr(self, "_own_trainable"):
            raise RuntimeError(
                f"In layer '{type(self).__name__}', you forgot to call "
                "`super().__init__()` in the `__init__()` method. Go add it!"
            )
        if functional.is_symbolic_call(args, kwargs):
            return functional.call_symbolically(self, args, kwargs)
        args, kwargs = self._converted(args, kwargs)
        masks_known = masks.any_mask()
        with naming.scope(self._name, self._outer_path(), self):
            if not self.built:
                self._build(args, kwargs)
            elif not current().eager:
                claim_scope(self._name)  # as where it has to be built
            check_inputs(self, args[0] if args else None)
            outermost = calls.enter(self, kwargs)
            previous = masks.fill_masks(self, args, kwargs) if masks_known else None
            try:
                if outermost:
                    self._forget_losses()
                with NameScope(self._name), policies.reading(self):
                    result = explained(self, args, kwargs)
                    if previous is not None or self._makes_masks:
                        masks.pass_masks(self, args, result, previous)
                    if self.activity_regularizer is not None:
                        self._regularize(result)
            finally:
                calls.leave()
        if self._output_shapes is None:
            self._output_shapes = map_structure(lambda t: getattr(t, "shape", None), result)
        return result

    def _regularize(self, outputs: Any) -> None:
        """Add what the activity regularizer says of each output, for each example."""
        assert self.activity_regularizer is not None
        for output in flatten(outputs):
            loss = self.activity_regularizer(output)
            if output.shape.rank:
                count = tf.cast(tf.shape(output)[0], loss.dtype)
                loss = tf.math.divide_no_nan(loss, count)
            self.add_loss(loss)

    def _remember(self, call: Any) -> None:
        """Keep a call on symbolic tensors."""
        object.__setattr__(self, "_symbolic_calls", [*self._symbolic_calls, call])

    def _symbolic(self, which: str) -> Any:
        if not self._symbolic_calls:
            raise AttributeError(f"The layer {self.name} has never been called and thus has no "
                                 f"defined {which}.")  # fmt: skip
        found = getattr(self._symbolic_calls[0], f"{which}s")
        return found[0] if len(found) == 1 else found

    @property
    def input(self) -> Any:
        """The symbolic tensor that the layer was first called on."""
        return self._symbolic("input")

    @property
    def output(self) -> Any:
        """The symbolic tensor that the first symbolic call answered."""
        return self._symbolic("output")

    def _build(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Make the weights: eagerly where the call only finds out about shapes."""
        self._path = naming.current_path()
        if type(self).build is Layer.build:
            self._rehearse(args, kwargs)
        else:
            shapes = self._build_shapes(args, kwargs)
            lifted = functional.outside_of_rehearsals()
            with lifted as full, NameScope(_below_scope(self._path) if full else self._name):
                self.build(*shapes)
        self.built = True

    def _rehearse(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Let the layers inside be built by a call that is recorded and thrown away."""
        if all(part.built for part in self._parts if isinstance(part, Layer)):
            return
        try:
            functional.rehearse(self, args, kwargs)
        except Exception:  # the call that follows tells the user
            return

    def _build_ahead(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Build the layer for symbolic tensors of Keras, before it is called on them."""
        if not self.built and type(self).build is not Layer.build:
            with naming.scope(self._name, self._outer_path(), self):
                self._build(args, kwargs)

    def _build_shapes(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        """The shapes that `build` asks for: one parameter, or one for each tensor argument."""
        kinds = (Tensor, functional.KerasTensor)
        wanted = inspect.signature(self.build).parameters
        called = {**dict(zip(self._call_names, args)), **kwargs}
        sources = [name.removesuffix("_shape") for name in wanted]
        if len(wanted) > 1 and all(name in self._call_names for name in sources):
            given = [called[name] for name in sources if called.get(name) is not None]
        else:
            given = [*args, *(v for v in kwargs.values() if isinstance(v, kinds))]
        return [map_structure(_dims, value) for value in given[: max(len(wanted), 1)]]

    def _converted(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        args = tuple(map_structure(self._as_input, arg) for arg in args)
        kwargs = {key: map_structure(self._as_input, item) for key, item in kwargs.items()}
        if not self._takes_anything:
            for leaf in flatten(args):
                if not isinstance(leaf, Tensor) and leaf is not None and not _composite(leaf):
                    raise ValueError(
                        "Only input tensors may be passed as positional arguments. The following "
                        f"argument value should be passed as a keyword argument: {leaf} (of type "
                        f"{type(leaf)})"
                    )
        return args, kwargs

    _takes_anything = False

    def _as_input(self, value: Any) -> Any:
        """Arrays become tensors; floats take the dtype that the layer computes in."""
        kind = self.dtype_policy._compute
        if isinstance(value, (Variable, KerasVariable)):
            value = convert_to_tensor(value)
        if not isinstance(value, Tensor):
            if not (hasattr(value, "dtype") and hasattr(value, "shape")) or _composite(value):
                return value
            value = convert_to_tensor(value)
            if value.dtype.is_integer and kind.is_floating and self._casts_integers:
                value = tf.cast(value, kind)
        floats = value.dtype.is_floating and kind.is_floating
        if self.autocast and floats and value.dtype is not kind:
            mask = masks.get_mask(value)
            value = tf.cast(value, kind)
            masks.set_mask(value, mask)
        return value

    _casts_integers = False

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """The shape of the output for a shape of the input (with None for unknown sizes)."""
        shape = args[0] if args else next(iter(kwargs.values()))
        made = functional.KerasTensor(tuple(shape), self.dtype_policy._compute)
        return functional.output_shape(self, made)

    # -- masks -----------------------------------------------------------------------------

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The masks of the outputs, for inputs and their masks; by default the same masks."""
        return previous_mask

    @property
    def _call_names(self) -> tuple[str, ...]:
        """Names of the parameters of `call`."""
        if "call" in self.__dict__:
            return tuple(inspect.signature(self.call).parameters)
        return _parameter_names(type(self).call)

    # -- configuration ---------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal layer."""
        config = {
            "name": self.name,
            "trainable": self._trainable,
            "dtype": configs.dtype_config(self.dtype_policy.name),
        }
        if self.activity_regularizer is not None or self._lists_activity:
            config["activity_regularizer"] = configs.serialize(self.activity_regularizer)
        found = {**config, **configs.constructor_arguments(self, Layer)}
        found |= {key: configs.serialize(getattr(self, key)) for key in self._listed}
        return {key: value for key, value in found.items() if key not in self._unlisted}

    _built_at_init = False
    """Needs no weights, unless a subclass defines `build`."""
    _lists_activity = False
    """Does the configuration hold an activity regularizer that is None?"""
    _listed: tuple[str, ...] = ()
    """Attributes that the configuration holds besides the constructor's arguments."""
    _unlisted: frozenset[str] = frozenset()
    """Arguments of the constructor that the configuration leaves out."""

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A layer from what `get_config` answered."""
        return cls(**configs.revived(config))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


@functools.lru_cache(maxsize=1000)
def _parameter_names(call: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(inspect.signature(call).parameters)[1:]


def _dims(value: Any) -> Any:
    shape = getattr(value, "shape", None)
    return None if shape is None else tuple(shape)


def _below_scope(path: str) -> str:
    """The part of a layer's path that the name scopes in force do not name already."""
    names = path.split("/")
    around = "/" + current_scope()
    count = max(i for i in range(len(names)) if not i or around.endswith("/" + "/".join(names[:i])))
    return "/".join(names[count:])


def _composite(value: Any) -> bool:
    return hasattr(type(value), "__composite_parts__")


def _input_shape(kwargs: dict[str, Any]) -> Any:
    """The input's shape with the batch size, where the constructor was told."""
    if kwargs.keys() & {"input_shape", "input_dim"}:
        import warnings

        warnings.warn(
            "Do not pass an `input_shape`/`input_dim` argument to a layer. When using Sequential "
            "models, prefer using an `Input(shape)` object as the first layer in the model "
            "instead.",
            stacklevel=4,
        )
    if "batch_input_shape" in kwargs or "batch_shape" in kwargs:
        return tuple(kwargs.get("batch_input_shape") or kwargs["batch_shape"])
    if "input_shape" in kwargs:
        return (None, *kwargs["input_shape"])
    return (None, kwargs["input_dim"]) if "input_dim" in kwargs else None


def activation(value: Any) -> Callable[..., Any]:
    """The activation function that a name or a function stands for."""
    return activation_functions.get(value)


public("keras.InputSpec", "keras.layers.InputSpec")(InputSpec)
