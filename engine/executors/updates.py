"""Finds runs of nodes that change variables element by element, as optimizers do.

Such a run is computed tile by tile like a region, in the variables' own memory. Its nodes stand
side by side in the graph, so that nothing else can see a variable that is changed in part.
"""

from __future__ import annotations

import math

from engine.executors.regions import LARGE, Region, element_wise_rows
from engine.executors.scratch import Key, buffer_key, uses
from engine.ir.graph import Graph, Node

__all__ = ["CHANGES", "Update", "find_updates"]

CHANGES = {"raw.assign_add": "add", "raw.assign_sub": "subtract"}

_NOTHING = frozenset({"raw.constant", "raw.placeholder"})
"""Ops that run before everything else."""

_READ = "raw.read_variable"
_FEWEST = 4
"""Nodes that compute something, from which on tiles pay."""


Users = dict[int, list[tuple[Node, int]]]


class Update(Region):
    """Nodes that are computed together and change variables.

    Attributes:
        kept: results of reads that are needed after the next change: tiles copy them.
    """

    __slots__ = ("kept",)

    def __init__(self, rows: int, start: int) -> None:
        super().__init__(rows, start)
        self.kept: set[int] = set()


def find_updates(graph: Graph) -> list[Update]:
    """The runs of a graph that are worth it."""
    if not any(node.op.name in CHANGES for node in graph.nodes):
        return []
    users = uses(graph)
    for tensor in graph.outputs:
        users.setdefault(id(tensor), []).append((graph.nodes[-1], -1))
    held: dict[int, Key] = {}  # what a variable holds, as its reads say
    for node in graph.nodes:
        if node.op.name == _READ:
            key = buffer_key(node.outputs[0])
            if key is not None:
                held[id(node.inputs[0])] = key
    found: list[Update] = []
    current: Update | None = None
    dims: tuple[int, ...] | None = None
    for number, node in enumerate(graph.nodes):
        if node.op.name in _NOTHING:
            continue
        its = _dims(node, held)
        if node.op.name == _READ and its is not None and _is_read_elsewhere(node, its, held, users):
            its = None
        if current is None or its is None or its != dims:
            if current is not None:
                found.append(current)
            current = None if its is None else Update(its[0], number)
            dims = its
        if current is not None:
            current.members.append(node)
            current.produced.update(id(t) for t in node.outputs)
    if current is not None:
        found.append(current)
    for update in found:
        _note_kept(update)
    return [update for update in found if _pays(update) and not _reads_escape(update, users)]


def _dims(node: Node, held: dict[int, Key]) -> tuple[int, ...] | None:
    """The shape that a member computes, reads or changes; None: it is no member."""
    name = node.op.name
    if name == _READ or name in CHANGES:
        key = held.get(id(node.inputs[0]))
        moved = node.outputs[0] if name == _READ else node.inputs[1]
        return key[0] if key is not None and buffer_key(moved) == key else None
    rows = element_wise_rows(node)
    if not rows or node.op.ufunc is None or node.op.name == "math.pow":
        return None
    dims: tuple[int, ...] = node.outputs[0].dims  # type: ignore[assignment]
    return dims if all(t.dims in ((), dims) for t in node.inputs) else None


def _pays(update: Update) -> bool:
    names = [node.op.name for node in update.members]
    if not any(name in CHANGES for name in names) or math.prod(_shape(update)) < LARGE:
        return False
    return sum(name != _READ and name not in CHANGES for name in names) >= _FEWEST


def _shape(update: Update) -> tuple[int, ...]:
    node = update.members[0]
    tensor = node.outputs[0] if node.outputs else node.inputs[1]
    return tensor.dims  # type: ignore[return-value]


def _is_read_elsewhere(
    node: Node, dims: tuple[int, ...], held: dict[int, Key], users: Users
) -> bool:
    """Does a node that can be no member need a variable's value as `node` reads it?"""
    taken = users.get(id(node.outputs[0]), ())
    return any(at < 0 or _dims(user, held) != dims for user, at in taken)


def _reads_escape(update: Update, users: Users) -> bool:
    """Does a node that is no member need a variable's value as it is read here?"""
    members = set(update.members)
    reads = [id(node.outputs[0]) for node in update.members if node.op.name == _READ]
    return any(user not in members for one in reads for user, _ in users.get(one, ()))


def _note_kept(update: Update) -> None:
    """Find the reads whose value is needed after a change (of any variable: they may be one)."""
    last = {id(t): i for i, node in enumerate(update.members) for t in node.inputs}
    change = None  # the first one from here on
    for i in reversed(range(len(update.members))):
        node = update.members[i]
        if node.op.name in CHANGES:
            change = i
        elif node.op.name == _READ and change is not None:
            if last.get(id(node.outputs[0]), -1) > change:
                update.kept.add(id(node.outputs[0]))
