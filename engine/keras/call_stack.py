"""Which layers are being called, and what a call inside inherits from those around it."""

from __future__ import annotations

import inspect
import threading
from typing import Any

__all__ = ["calls", "takes_training"]


class _Calls(threading.local):
    """The layers being called in a thread, outermost first, with their `training`."""

    def __init__(self) -> None:
        self.stack: list[tuple[Any, Any]] = []

    def enter(self, layer: Any, kwargs: dict[str, Any]) -> bool:
        """Note a call; a `training` that was not given comes from outside. Is it the outermost?"""
        outermost = not self.stack
        training = kwargs.get("training")
        if training is None and self.stack:
            training = self.stack[-1][1]
        if takes_training(layer):
            if training is None:
                kwargs.pop("training", None)
            else:
                kwargs["training"] = training
        elif "training" in kwargs and not layer._takes_keywords:
            kwargs.pop("training")
        self.stack.append((layer, training))
        return outermost

    def leave(self) -> None:
        self.stack.pop()


calls = _Calls()


def takes_training(layer: Any) -> bool:
    """Does the layer's `call` have a parameter `training`?"""
    known = layer.__dict__.get("_training_known")
    if known is None:
        parameters = inspect.signature(layer.call).parameters
        known = "training" in parameters
        object.__setattr__(layer, "_training_known", known)
        free = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        object.__setattr__(layer, "_takes_keywords", free)
    return bool(known)
