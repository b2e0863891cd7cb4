"""Derivatives of graphs and of recorded op calls; public as `tf.autodiff`."""

from __future__ import annotations

from typing import Any

_PUBLIC = {"GradientTape": "tape", "ForwardAccumulator": "jacobian"}


def __getattr__(name: str) -> Any:
    module = _PUBLIC.get(name)
    if module is None:
        raise AttributeError(f"module 'engine.autodiff' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"engine.autodiff.{module}"), name)
