"""A graph as JSON: the data that the other forms are drawn from."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["write"]


def write(picture: dict[str, Any]) -> str:
    """Nodes with their graphs, edges, outputs."""
    return json.dumps(picture, indent=2, ensure_ascii=False) + "\n"
