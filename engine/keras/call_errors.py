"""Errors raised in a layer's `call` say which layer it was and what it was given."""

from __future__ import annotations

import inspect
from typing import Any

from engine.base.errors import OpError
from engine.ir.structure import is_nested, map_structure
from engine.ir.tensor import Tensor

_DONE = "_layer_call_explained"


def explained(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`layer.call(*args, **kwargs)`; an exception is raised again with the call's arguments."""
    try:
        return layer.call(*args, **kwargs)
    except Exception as error:
        if hasattr(error, _DONE) or hasattr(error, "ag_error_metadata"):
            raise
        told = _with_arguments(layer, error, args, kwargs)
        if told is None:
            raise
        setattr(told, _DONE, True)
        raise told.with_traceback(error.__traceback__) from None


def _with_arguments(
    layer: Any, error: Exception, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Exception | None:
    try:
        bound = inspect.signature(layer.call).bind(*args, **kwargs)
    except (TypeError, ValueError):
        return None
    name = f"{type(layer).__name__}.call()"
    given = "".join(f"\n  • {key}={_shown(value)}" for key, value in bound.arguments.items())
    message = getattr(error, "message", None) or str(error)
    text = f"Exception encountered when calling {name}.\n\n\x1b[1m{message}\x1b[0m"
    if given:
        text += f"\n\nArguments received by {name}:{given}"
    try:
        if isinstance(error, OpError):
            kind: Any = type(error)
            return kind(error.node_def, error.op, text)
        return type(error)(text)
    except TypeError:
        return RuntimeError(text)


def _shown(value: Any) -> str:
    if is_nested(value):
        return str(map_structure(_leaf, value))
    return str(_leaf(value))


def _leaf(value: Any) -> Any:
    if isinstance(value, Tensor):
        return _Text(f"tf.Tensor(shape={value.shape}, dtype={value.dtype.name})")
    return _Text(repr(value)) if isinstance(value, str) else value


class _Text(str):
    """Shown without quotes inside containers."""

    def __repr__(self) -> str:
        return str(self)
