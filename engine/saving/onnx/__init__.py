"""Traced graphs as ONNX models, where the `onnx` package is installed.

`export` is the way in; `rules` says op by op what a node becomes. A graph with an op that has no
rule is refused: the error names the op and the user's line.
"""

from __future__ import annotations

from engine.saving.onnx.model import UnsupportedOpError, export

__all__ = ["UnsupportedOpError", "export"]
