"""A small Keras: layers, models, losses, metrics and optimizers for hand-written training loops."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    from engine.api import names

    return names.attribute("engine.keras", name)
