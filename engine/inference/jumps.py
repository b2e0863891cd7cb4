"""`return` inside staged blocks: from which statements of the function it jumps out."""

from __future__ import annotations

import ast

from engine.inference.events import Jumped
from engine.inference.machine import Frame, Machine

__all__ = ["note_return"]


def note_return(machine: Machine, node: ast.Return, frame: Frame) -> None:
    """Notes a `return` that stands in a staged `if` or loop, or in a loop, of its function."""
    if not frame.context.staged:
        return
    event = Jumped(node, frame.context, "return")
    for region in frame.context.regions():
        if region is frame.base_region:
            break
        if region.is_loop:
            event.staged_loop = True
            event.loop = region.node
        elif region.kind == "if":
            event.staged_if = True
    if event.loop is None and frame.loops:
        event.loop = frame.loops[-1][0]
    machine.emit(event)
