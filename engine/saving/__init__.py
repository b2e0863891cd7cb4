"""`tf.saved_model`: objects with variables and traced functions, without their Python code."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    from engine.api import names

    return names.attribute("engine.saving", name)
