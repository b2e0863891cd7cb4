"""Losses, metrics, activations and their kin by name, and as plain data."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from engine.base.tracebacks import with_users_frames
from engine.ir.op import PUBLIC
from engine.keras import configs, optimizer_classes, optimizer_factored  # noqa: F401
from engine.keras.naming import snake_case
from engine.keras.optimizer import Optimizer

_SHORT = {"mse": "MeanSquaredError", "mae": "MeanAbsoluteError", "bce": "BinaryCrossentropy",
          "mape": "MeanAbsolutePercentageError", "msle": "MeanSquaredLogarithmicError"}  # fmt: skip
_NOT_OBJECTS = frozenset({"get", "serialize", "deserialize"})


def _names(space: str) -> dict[str, Any]:
    """What a namespace holds, by all the names that configurations may use."""
    found: dict[str, Any] = {}
    for path, value in list(PUBLIC.items()):
        head, _, name = path.rpartition(".")
        if head == space and name not in _NOT_OBJECTS and callable(value):
            found[name] = value
            if inspect.isclass(value):
                found.setdefault(snake_case(value.__name__), value)
                if space == "keras.optimizers":
                    found.setdefault(name.lower(), value)
    return found


def metric_classes() -> dict[str, Any]:
    """The classes of metrics by their names."""
    kinds = {k: v for k, v in _names("keras.metrics").items() if inspect.isclass(v)}
    known = {**kinds, **{snake_case(kind.__name__): kind for kind in kinds.values()}}
    for short, name in _SHORT.items():
        known[short] = known[short.upper()] = known[name]
    return known


def get_metric(identifier: Any) -> Any:
    """The metric that a name, class, function, object or configuration stands for.

    Raises:
        ValueError: for an unknown name.
    """
    if identifier is None:
        return None
    found = identifier
    if isinstance(identifier, dict):
        found = deserialized("keras.metrics", identifier, None)
    elif isinstance(identifier, str):
        found = metric_classes().get(identifier)
    if not callable(found):
        raise ValueError(f"Could not interpret metric identifier: {identifier}")
    return found() if inspect.isclass(found) else found


def deserialized(space: str, config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """What a configuration or a name stands for in a namespace; an unknown name itself."""
    known = metric_classes() if space == "keras.metrics" else _names(space)
    known = {**known, **(custom_objects or {})}
    if isinstance(config, str):
        found = known.get(config)
        if found is None:
            return config
        if inspect.isclass(found):
            return found()
        if space == "keras.losses":
            raise ValueError(f"Could not deserialize '{space}.{config}' because it is not a "
                             "KerasSaveable subclass")  # fmt: skip
        return found
    if isinstance(config, dict) and "class_name" in config and "config" in config:
        wanted = config["config"] if config["class_name"] == "function" else config["class_name"]
        registered = config.get("registered_name")
        if wanted in known and (space != "keras.layers" or config.get("module") == space):
            found = known[wanted]
            if not inspect.isclass(found):
                return found
            if registered is None or configs.registered_name(found) == registered:
                return configs.built_as(configs.made(found, config["config"]), config)
    return configs.deserialize(config, dict(custom_objects or {}))


def _declare(space: str, thing: str, prepare: Callable[[Any], Any] = lambda config: config) -> None:
    """Make `serialize` and `deserialize` public in a namespace."""

    def serialize(*args: Any, **kwargs: Any) -> Any:
        (value,) = (*args, *kwargs.values())
        return configs.serialize(value)

    def deserialize(config: Any, custom_objects: Any = None) -> Any:
        return deserialized(space, prepare(config), custom_objects)

    serialize.__doc__ = f"Plain data for {thing}."
    deserialize.__doc__ = f"""What `serialize` described: {thing}.

    Raises:
        TypeError: for a class that is neither public nor registered.
    """
    first = inspect.Parameter(thing.split()[1], inspect.Parameter.POSITIONAL_OR_KEYWORD)
    serialize.__signature__ = inspect.Signature([first])  # type: ignore[attr-defined]
    for function in (serialize, deserialize):
        short = space.removeprefix("keras.")
        for name in (space, *((short,) if short not in ("layers", "activations") else ())):
            if short in ("losses", "metrics", "optimizers", "initializers") or name == space:
                PUBLIC[f"{name}.{function.__name__}"] = with_users_frames(function)


def _lowered(config: Any) -> Any:
    """Optimizers are found under their names in small letters, too."""
    if config["class_name"].lower() in _names("keras.optimizers"):
        return {**config, "class_name": config["class_name"].lower()}
    return config


_declare("keras.metrics", "a metric")
_declare("keras.losses", "a loss")
_declare("keras.activations", "an activation function or layer")
_declare("keras.initializers", "an initializer")
_declare("keras.regularizers", "a regularizer")
_declare("keras.constraints", "a constraint")
_declare("keras.optimizers", "an optimizer", _lowered)
_declare("keras.layers", "a layer")

_declare("keras.optimizers.schedules", "a learning rate schedule")


def get_optimizer(identifier: Any) -> Any:
    """The optimizer that a name, class, object or configuration stands for.

    Raises:
        ValueError: for an unknown name.
    """
    if identifier is None:
        return None
    if isinstance(identifier, dict):
        return deserialized("keras.optimizers", _lowered(identifier))
    if isinstance(identifier, str):
        known = _names("keras.optimizers").get(identifier.lower())
        if known is not None and known.__name__ != "Lamb":  # which Keras does not find by name
            return known()
    elif isinstance(identifier, type) and issubclass(identifier, Optimizer):
        return identifier()
    elif isinstance(identifier, Optimizer):
        return identifier
    raise ValueError(f"Could not interpret optimizer identifier: {identifier}")


for _space in ("keras.metrics", "metrics"):
    PUBLIC[f"{_space}.get"] = with_users_frames(get_metric)
for _space in ("keras.optimizers", "optimizers"):
    PUBLIC[f"{_space}.get"] = with_users_frames(get_optimizer)
