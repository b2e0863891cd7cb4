"""Who uses the values of the graph that is being written as Python source."""

from __future__ import annotations

from engine.executors.scratch import overwritable, uses
from engine.ir.graph import Graph, Node

__all__ = ["Block"]

_ANSWERED = 1_000_000
"""An output of a graph counts as so many uses."""


class Block:
    """What the emitter knows of the graph that it is writing.

    Attributes:
        graph: the graph.
        pending: by name of a value: how many uses are still to come.
        overwritable: tensors that may live in buffers.
        counts: uses of each tensor.
        spare: tensors whose buffer is a loop's own: name of the variable that holds it.
        users: the nodes that take each tensor.
        inline: may outputs be expressions?
    """

    __slots__ = ("counts", "graph", "inline", "overwritable", "pending", "spare", "users")

    def __init__(self, graph: Graph, plan: bool, inline: bool = False) -> None:
        self.graph = graph
        self.inline = inline
        self.pending: dict[str, int] = {}
        self.overwritable = overwritable(graph) if plan else set()
        self.users = uses(graph)
        self.counts = {key: len(users) for key, users in self.users.items()}
        for tensor in graph.outputs:
            self.counts[id(tensor)] = self.counts.get(id(tensor), 0) + _ANSWERED
        self.spare: dict[int, str] = {}

    def is_answer_alone(self, node: Node) -> bool:
        """Is the node's result one output of the graph, which no node takes?"""
        return self.counts.get(id(node.outputs[0])) == _ANSWERED

    def sole_user(self, node: Node) -> Node | None:
        """The one node that takes the node's result; None: none, several, or an output too."""
        key = id(node.outputs[0])
        users = self.users.get(key, ())
        nodes = {user for user, _ in users}
        if self.counts.get(key, 0) != len(users) or len(nodes) != 1:
            return None
        return nodes.pop()
