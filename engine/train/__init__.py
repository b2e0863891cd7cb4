"""`tf.train`: saving and restoring the state of programs."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    from engine.api import names

    return names.attribute("engine.train", name)


def __dir__() -> list[str]:
    from engine.api import names

    return names.listing("engine.train")
