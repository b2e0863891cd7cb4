"""`tf.distribute`: strategies that run a function for several replicas, on one machine in turn."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    from engine.api import names

    return names.attribute("engine.distribute", name)


def __dir__() -> list[str]:
    from engine.api import names

    return names.listing("engine.distribute")
