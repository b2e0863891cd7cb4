"""Objects and the variables below them: as a graph that checkpoints save and match again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.objects.trackable import ListWrapper, Trackable
from engine.objects.variable import Variable

VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"
POSITION = "/.ATTRIBUTES/ITERATOR_STATE"

Node = dict[str, Any]
"""`children`: numbers of other nodes by name; `key`: name of the saved value, or None."""


def variable_of(value: Any) -> Variable | None:
    """The `tf.Variable` that a value is, or holds as its one value."""
    if isinstance(value, Variable):
        return value
    inner = getattr(type(value), "__checkpoint_variable__", None)
    return None if inner is None else inner(value)


def is_trackable(value: Any) -> bool:
    """Can checkpoints go through it?"""
    return (
        isinstance(value, (Trackable, list, tuple, dict))
        or variable_of(value) is not None
        or hasattr(type(value), "__checkpoint_children__")
        or hasattr(type(value), "__checkpoint_position__")
    )


def children(value: Any) -> list[tuple[str, Any]]:
    """The parts of an object with their names, in the order in which they were assigned."""
    if isinstance(value, dict):
        pairs = [(str(key), item) for key, item in value.items()]
    elif isinstance(value, (list, tuple)):
        pairs = [(str(i), item) for i, item in enumerate(value)]
    elif hasattr(type(value), "__checkpoint_children__"):
        pairs = list(value.__checkpoint_children__())
    elif isinstance(value, Trackable):
        pairs = [(name, item) for name, item in vars(value).items() if name != "_waiting"]
    else:
        return []
    return [(name, item) for name, item in pairs if is_trackable(item)]


def walk(root: Any) -> Iterator[tuple[str, int, Any]]:
    """Path, number and value of every object below `root`, nearest first, each once."""
    numbers = {id(root): 0}
    queue: list[tuple[str, Any]] = [("", root)]
    while queue:
        path, value = queue.pop(0)
        yield path, numbers[id(value)], value
        if variable_of(value) is not None:
            continue
        for name, child in children(value):
            if id(child) not in numbers:
                numbers[id(child)] = len(numbers)
                queue.append((f"{path}/{name}" if path else name, child))


def saved(root: Any) -> tuple[list[Node], dict[str, Any]]:
    """The graph of objects below `root`, and the values of its variables by key."""
    found = list(walk(root))
    numbers = {id(value): number for _, number, value in found}
    nodes, values = [], {}
    for path, _, value in found:
        key = None
        variable = variable_of(value)
        if variable is not None:
            key, values[path + VALUE] = path + VALUE, _array(variable)
        elif hasattr(type(value), "__checkpoint_position__"):
            key = path + POSITION
            values[key] = np.asarray(value.__checkpoint_position__(), "int64")
        parts = [] if variable is not None else children(value)
        nodes.append({"children": {name: numbers[id(part)] for name, part in parts}, "key": key})
    return nodes, values


def _array(variable: Variable) -> Any:
    value = variable.numpy()
    if variable.dtype.name == "string":
        return np.asarray(value, dtype="S")
    array = np.asarray(value)
    return array.astype("float32") if variable.dtype.name == "bfloat16" else array


class Match:
    """Saved values on their way to objects.

    Attributes:
        nodes: of the saved graph.
        values: the saved values by key.
        used: numbers of the nodes that found their object.
        seen: ids of the objects that found their node.
    """

    def __init__(self, nodes: list[Node], values: dict[str, Any]) -> None:
        self.nodes, self.values = nodes, values
        self.used: set[int] = set()
        self.seen: dict[int, Any] = {}

    def give(self, value: Any, number: int) -> None:
        """Restore an object and what is below it from a node, now and as parts are added."""
        if id(value) in self.seen:
            return
        self.seen[id(value)] = value
        self.used.add(number)
        node = self.nodes[number]
        variable = variable_of(value)
        if variable is not None:
            if node["key"] is not None:
                _assign(variable, self.values[node["key"]])
            return
        if node["key"] is not None and hasattr(type(value), "__checkpoint_seek__"):
            value.__checkpoint_seek__(int(self.values[node["key"]]))
        for name, child in children(value):
            if name in node["children"]:
                self.give(child, node["children"][name])
        self._wait(value, node)

    def _wait(self, value: Any, node: Node) -> None:
        """Restore parts that come later."""

        def attached(name: str, child: Any) -> None:
            number = node["children"].get(name)
            if number is not None and is_trackable(child):
                self.give(child, number)

        if isinstance(value, (Trackable, ListWrapper)):
            if "_waiting" not in value.__dict__:
                object.__setattr__(value, "_waiting", [])
            value._waiting[:] = [attached]  # the last restoring counts


def _assign(variable: Variable, value: Any) -> None:
    wanted = variable.shape
    if not wanted.is_compatible_with(value.shape):
        raise ValueError(
            f"Received incompatible tensor with shape {value.shape} when attempting to restore "
            f"variable with shape {wanted} and name {variable.name}."
        )
    from engine.objects.variable import init_scope

    with init_scope():
        variable.assign(value)
