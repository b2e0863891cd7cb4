"""Configurations: plain data that objects can be made from again, and a register of classes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from engine.ir.dtypes import DType
from engine.ir.op import PUBLIC, public

CUSTOM: dict[str, Any] = {}
"""Classes and functions registered by users: `package>name`."""
_NAMES: dict[Any, str] = {}


@public("keras.utils.register_keras_serializable", "keras.saving.register_keras_serializable")
def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Any:
    """Decorator: saved models may hold the class or function, under `package>name`.

    Raises:
        ValueError: for a class without `get_config`.
    """

    def register(thing: Any) -> Any:
        if inspect.isclass(thing) and not hasattr(thing, "get_config"):
            raise ValueError("Cannot register a class that does not have a get_config() method.")
        key = f"{package}>{name or thing.__name__}"
        CUSTOM[key] = thing
        _NAMES[thing] = key
        return thing

    return register


@public("keras.utils.get_custom_objects", "keras.saving.get_custom_objects")
def get_custom_objects() -> dict[str, Any]:
    """The register of custom classes and functions, by name."""
    return CUSTOM


def registered_name(thing: Any) -> str | None:
    """The name under which a class or function was registered, or None."""
    return _NAMES.get(thing)


def dtype_name(value: Any) -> Any:
    """A dtype, or its name, from any of the forms that layers accept."""
    if isinstance(value, dict):
        return value["config"]["name"]
    name = getattr(value, "name", value)
    return value if isinstance(value, DType) else name


def dtype_config(name: str) -> dict[str, Any]:
    """How a layer's dtype is written in its configuration."""
    return {"module": "keras", "class_name": "DTypePolicy", "config": {"name": name},
            "registered_name": None}  # fmt: skip


def serialize(value: Any) -> Any:
    """Plain data for an argument: objects with `get_config` become dictionaries."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, DType):
        return value.name
    if isinstance(value, (list, tuple)):
        return type(value)(serialize(item) for item in value)
    if isinstance(value, dict):
        return {key: serialize(item) for key, item in value.items()}
    kind = type(value)
    if hasattr(value, "get_config") and not inspect.isclass(value):
        found = {
            "module": module_of(kind),
            "class_name": kind.__name__,
            "config": value.get_config(),
            "registered_name": registered_name(kind),
        }
        shapes = value.get_build_config() if hasattr(value, "get_build_config") else None
        return found if shapes is None else {**found, "build_config": shapes}
    if hasattr(value, "item") and not getattr(value, "shape", ()):
        return value.item()
    if callable(value):
        path = _public_path(value)
        if path is not None and path.startswith("keras.activations."):
            return value.__name__
        return {"module": "builtins", "class_name": "function", "config": value.__name__,
                "registered_name": registered_name(value) or "function"}  # fmt: skip
    raise TypeError(f"{value!r} (of type {kind.__name__}) has no plain configuration: define "
                    "`get_config()` for the layer that holds it.")  # fmt: skip


def _public_path(value: Any) -> str | None:
    name = getattr(value, "__name__", None)
    path = f"keras.activations.{name}"
    return path if PUBLIC.get(path) is value else None


def module_of(kind: type) -> str | None:
    """The public module that has a class, such as `keras.layers`; None for users' classes."""
    for space in ("keras.layers", "keras.initializers", "keras.regularizers", "keras.losses",
                  "keras.optimizers", "keras.metrics", "keras.optimizers.schedules",
                  "keras.constraints", "keras", "keras.models"):  # fmt: skip
        if PUBLIC.get(f"{space}.{kind.__name__}") is kind:
            return space
    return None


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The object that `serialize` described.

    Raises:
        TypeError: for a class that is neither public nor registered.
    """
    if isinstance(config, (list, tuple)):
        return type(config)(deserialize(item, custom_objects) for item in config)
    if not isinstance(config, dict):
        return config
    if "class_name" not in config or "config" not in config:
        return {key: deserialize(item, custom_objects) for key, item in config.items()}
    if config["class_name"] == "DTypePolicy":
        return config["config"]["name"]
    kind = _class(config, custom_objects or {})
    if config["class_name"] == "function":
        return kind
    return built_as(made(kind, config["config"]), config)


def built_as(found: Any, config: dict[str, Any]) -> Any:
    """An object, built for the shapes that its description names."""
    if config.get("build_config") and not getattr(found, "built", True):
        found.build_from_config(_with_shapes(config["build_config"]))
    return found


def _with_shapes(config: Any) -> Any:
    """Shapes that were written as lists are tuples again."""
    if isinstance(config, list) and all(item is None or isinstance(item, int) for item in config):
        return tuple(config)
    if isinstance(config, dict):
        return {key: _with_shapes(item) for key, item in config.items()}
    return config


def made(kind: Any, config: dict[str, Any]) -> Any:
    """An object of a class, from its configuration."""
    if hasattr(kind, "from_config"):
        return kind.from_config(dict(config))
    return kind(**revived(config))


def _class(config: dict[str, Any], custom: dict[str, Any]) -> Any:
    name, module = config["class_name"], config.get("module")
    wanted = config["config"] if name == "function" else name
    for found in (custom.get(wanted), CUSTOM.get(config.get("registered_name") or ""),
                  CUSTOM.get(wanted)):  # fmt: skip
        if found is not None:
            return found
    if module and f"{module}.{name}" in PUBLIC:
        return PUBLIC[f"{module}.{name}"]
    raise TypeError(
        f"Could not locate class '{wanted}'. Make sure custom classes and functions are decorated "
        f"with `@keras.saving.register_keras_serializable()`, or pass them as `custom_objects`. "
        f"Full object config: {config}"
    )


def revived(config: dict[str, Any]) -> dict[str, Any]:
    """Constructor arguments, with described objects made again."""
    return {key: deserialize(value) for key, value in config.items()}


def constructor_arguments(value: Any, base: type) -> dict[str, Any]:
    """What the constructor was given, read off the attributes of the same names.

    Raises:
        NotImplementedError: if a parameter is kept nowhere: the class must define `get_config`.
    """
    kind = next(each for each in type(value).__mro__ if each.__module__.startswith("engine."))
    if kind is base or "_takes_own_arguments" in vars(kind):  # a user's class
        from engine.keras.layer_protocol import given_arguments

        return given_arguments(value) if "_given" in value.__dict__ else {}
    found: dict[str, Any] = {}
    known = set(inspect.signature(base.__init__).parameters)  # type: ignore[misc]
    parameters = inspect.signature(_described(kind).__init__).parameters  # type: ignore[misc]
    for name, parameter in list(parameters.items())[1:]:
        if name in known or parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        if not hasattr(value, name):
            raise NotImplementedError(
                f"Object {type(value).__name__} was created by passing non-serializable argument "
                f"values in `__init__()`, and therefore the object must override `get_config()` in "
                f"order to be serializable. Please implement `get_config()` (argument {name!r} is "
                "kept under no attribute of that name)."
            )
        found[name] = serialize(getattr(value, name))
    return found


def _described(kind: type) -> type:
    """The class whose arguments are wanted: above those with a `get_config` of their own."""
    order = kind.__mro__
    *overriding, _ = [i for i, each in enumerate(order) if "get_config" in vars(each)]
    return order[overriding[-1] + 1] if overriding else kind


def regularizer(value: Any) -> Callable[..., Any] | None:
    """The regularizer that a name or function stands for; None for none."""
    if value is None or callable(value):
        return value
    return _by_name(value, "keras.regularizers", {"l1": "L1", "l2": "L2", "l1_l2": "L1L2"})


def constraint(value: Any) -> Callable[..., Any] | None:
    """The constraint that a name or function stands for; None for none."""
    if value is None or callable(value):
        return value
    return _by_name(value, "keras.constraints", {"non_neg": "NonNeg", "unit_norm": "UnitNorm",
                                                 "max_norm": "MaxNorm"})  # fmt: skip


def _by_name(value: Any, space: str, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return deserialize(value)
    path = f"{space}.{names.get(value, value)}"
    if path not in PUBLIC:
        raise ValueError(f"Could not interpret {space.rpartition('.')[2][:-1]} identifier: {value}")
    return PUBLIC[path]()
