"""Automatic control dependencies: nodes that touch the same state keep the order of the code."""

from __future__ import annotations

from engine.ir.effects import NONE, node_effects
from engine.ir.graph import Node


class EffectOrder:
    """Links each new node to the earlier ones that it must not overtake.

    Reads wait for the last write of their resource; a write waits for the last write and the
    reads since; nodes with outside effects wait for one another.
    """

    __slots__ = ("_io", "_reads", "_writes")

    def __init__(self) -> None:
        self._writes: dict[int, Node] = {}
        self._reads: dict[int, list[Node]] = {}
        self._io: Node | None = None

    def add(self, node: Node) -> None:
        """Set `node.after` (kept where the user asked for more)."""
        effects = node_effects(node)
        if effects is NONE:
            return
        after: dict[Node, None] = dict.fromkeys(node.after)
        for i in effects.reads - effects.writes:
            key = id(node.inputs[i])
            if key in self._writes:
                after[self._writes[key]] = None
            self._reads.setdefault(key, []).append(node)
        for i in effects.writes:
            key = id(node.inputs[i])
            after.update(dict.fromkeys(self._reads.pop(key, ())))
            if key in self._writes:
                after[self._writes[key]] = None
            self._writes[key] = node
        if effects.io:
            if self._io is not None:
                after[self._io] = None
            self._io = node
        after.pop(node, None)
        node.after = tuple(after)
