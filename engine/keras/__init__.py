"""Keras: layers, models, losses, metrics, optimizers, training and saving."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    from engine.api import names

    return names.attribute("engine.keras", name)


def __dir__() -> list[str]:
    from engine.api import names

    return names.listing("engine.keras")
