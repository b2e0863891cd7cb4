"""What layers answer besides their call: how they were built, their metrics and state."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from engine.ir.structure import flatten, map_structure
from engine.keras import functional, naming
from engine.keras.stateless import state_of
from engine.keras.tracking import Tracked


class LayerProtocol(Tracked):
    """The part of layers that needs neither weights nor calls."""

    built: bool
    _name: str
    _path: str | None
    add_weight: Callable[..., Any]
    call: Callable[..., Any]
    _converted: Callable[..., tuple[tuple[Any, ...], dict[str, Any]]]
    build: Callable[..., Any]
    compute_output_shape: Callable[..., Any]

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        made = super().__new__(cls)
        made.__dict__["_given"] = (args, kwargs)
        return made

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        build = vars(cls).get("build")
        if inspect.isfunction(build) and cls.__name__ != "Layer":
            cls.build = _in_scope(build)

    def _outer_path(self) -> str | None:
        """Where the layer was built: later calls see its weights under the same path."""
        if self._path is None or "/" not in self._path:
            return None if self._path is None else ""
        return self._path.rpartition("/")[0]

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes that the layer was built with, for `build_from_config`; None before."""
        shapes = self.__dict__.get("_build_shapes")
        if shapes is None:
            return None
        if len(shapes) == 1:
            return {"input_shape": next(iter(shapes.values()))}
        return {"shapes_dict": shapes}

    def build_from_config(self, config: dict[str, Any] | None) -> None:
        """Build the layer for the shapes that `get_build_config` answered."""
        if config and "input_shape" in config:
            self.build(config["input_shape"])
        elif config and "shapes_dict" in config:
            self.build(**config["shapes_dict"])

    def add_variable(
        self, shape: Any, initializer: Any, dtype: Any = None, trainable: bool = True,
        autocast: bool = True, regularizer: Any = None, constraint: Any = None,
        name: str | None = None,
    ) -> Any:  # fmt: skip
        """As `add_weight`."""
        return self.add_weight(
            shape=shape, initializer=initializer, dtype=dtype, trainable=trainable,
            autocast=autocast, regularizer=regularizer, constraint=constraint, name=name,
        )  # fmt: skip

    def add_metric(self, *args: Any, **kwargs: Any) -> None:
        """Raises NotImplementedError: metrics belong to `compile`, or to attributes."""
        raise NotImplementedError(
            "Layer `add_metric()` method is deprecated. Add your metric in "
            "`Model.compile(metrics=[...])`, or create metric trackers in init() or build() when "
            "subclassing the layer or model, then call `metric.update_state()` whenever necessary."
        )

    @property
    def metrics(self) -> list[Any]:
        """The metrics held by the layer and the layers inside."""
        return [metric for part in self._below() for metric in part._metrics_held]

    @property
    def metrics_variables(self) -> list[Any]:
        """The variables of the metrics."""
        return [variable for metric in self.metrics for variable in metric.variables]

    @property
    def quantization_mode(self) -> None:
        """None: layers are not quantized."""
        return

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Symbolic tensors with the shapes and dtypes of the outputs, for symbolic inputs."""
        result = functional.rehearsed(self, args, kwargs)
        return map_structure(lambda t: functional.KerasTensor(t.dims, t.dtype), result)

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """As `compute_output_spec`."""
        return self.compute_output_spec(*args, **kwargs)

    def stateless_call(
        self, trainable_variables: Any, non_trainable_variables: Any, *args: Any,
        return_losses: bool = False, **kwargs: Any,
    ) -> Any:  # fmt: skip
        """Call the layer with other values of its variables, which keep their own.

        Args:
            trainable_variables, non_trainable_variables: a value for each variable.
            args, kwargs: of the call.
            return_losses: answer the losses, too?

        Returns:
            The outputs, the new values of the other variables, and the losses where asked for.

        Raises:
            ValueError: for a layer that is not built, or another number of values.
        """
        kind = type(self).__name__
        if not self.built:
            raise ValueError(
                f"To call stateless_call, {kind} must be built (i.e. its variables must have been "
                "already created). You can build it by calling it on some data."
            )
        fixed = self.non_trainable_variables
        pairs: list[tuple[Any, Any]] = []
        for name, mine, given in (
            ("trainable_variables", self.trainable_variables, trainable_variables),
            ("non_trainable_variables", fixed, non_trainable_variables),
        ):
            if len(mine) != len(given):
                raise ValueError(
                    f"Argument `{name}` must be a list of tensors corresponding 1:1 to "
                    f"{kind}().{name}. Received list with length {len(given)}, but expected "
                    f"{len(mine)} variables."
                )
            pairs += zip(mine, given)
        args, kwargs = self._converted(args, kwargs)
        with state_of(pairs) as current_value:
            outputs = self.call(*args, **kwargs)
            losses = self.losses if return_losses else None  # type: ignore[attr-defined]
            after = [current_value(variable) for variable in fixed]
        return (outputs, after, losses) if return_losses else (outputs, after)

    def save_own_variables(self, store: Any) -> None:
        """Put the layer's own weights into a mapping, by their numbers."""
        for i, variable in enumerate((*self._own_trainable, *self._own_fixed)):
            store[f"{i}"] = variable

    def load_own_variables(self, store: Any) -> None:
        """Take the layer's own weights from a mapping. Raises ValueError for another number."""
        mine = [*self._own_trainable, *self._own_fixed]
        if len(store.keys()) != len(mine):
            raise ValueError(
                f"Layer '{self._name}' expected {len(mine)} variables, but received "
                f"{len(store.keys())} variables during loading. Expected: "
                f"{[variable.name for variable in mine]}"
            )
        for i, variable in enumerate(mine):
            variable.assign(store[f"{i}"])


def _in_scope(build: Callable[..., Any]) -> Callable[..., Any]:
    """A layer's `build` that names the weights after the layer and notes that it was built."""

    @functools.wraps(build)
    def build_and_note(self: Any, *args: Any, **kwargs: Any) -> None:
        with naming.scope(self._name, self._outer_path(), self):
            if self._path is None:
                object.__setattr__(self, "_path", naming.current_path())
            build(self, *args, **kwargs)
        bound = list(inspect.signature(build).bind(self, *args, **kwargs).arguments.items())
        self.__dict__["_build_shapes"] = dict(bound[1:])
        self.built = True

    return build_and_note


_NO_CONFIGURATION = (
    "Object {} was created by passing non-serializable argument values in `__init__()`, and "
    "therefore the object must override `get_config()` in order to be serializable. Please "
    "implement `get_config()`."
)


def given_arguments(value: Any) -> dict[str, Any]:
    """What the constructor of an object of a user's class was given, where that is plain data.

    Raises:
        NotImplementedError: for other arguments: the class must define `get_config`.
    """
    args, kwargs = value.__dict__.get("_given", ((), {}))
    signature = inspect.signature(type(value).__init__)
    own, *_ = signature.parameters
    found: dict[str, Any] = {}
    try:
        bound = signature.bind(value, *args, **kwargs)
    except TypeError:
        raise NotImplementedError(_NO_CONFIGURATION.format(type(value).__name__)) from None
    bound.apply_defaults()
    for name, item in bound.arguments.items():
        kind = signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_KEYWORD:
            found |= item
        elif name not in (own, "name") and (item or kind is not inspect.Parameter.VAR_POSITIONAL):
            found[name] = item
    found.pop("name", None)
    if not all(isinstance(leaf, (str, int, float, bool, type(None))) for leaf in flatten(found)):
        raise NotImplementedError(_NO_CONFIGURATION.format(type(value).__name__))
    return found
