"""The forms in which a traced graph is drawn; one file each, found by being in this folder."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

__all__ = ["Form", "draw"]


class Form(str, Enum):
    """The name of a form on the command line; `text` and `onnx` are no pictures."""

    TEXT = "text"
    SVG = "svg"
    DOT = "dot"
    MERMAID = "mermaid"
    HTML = "html"
    JSON = "json"
    ONNX = "onnx"


def draw(form: Form, picture: dict[str, Any]) -> str:
    """The text of a picture.

    Args:
        form: Any but `text` and `onnx`.
        picture: Nodes and edges as the worker gives them, graphs within nodes.

    Raises:
        ModuleNotFoundError: The layout library is not installed.
    """
    from importlib import import_module

    module = import_module(f"engine.cli.pictures.{form.value}_picture")
    write: Callable[[dict[str, Any]], str] = module.write
    return write(picture)
