"""Contexts for a graph under construction: names, control dependencies, devices."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.graph import Node, claim_name
from engine.ir.interpreter import current
from engine.ir.op import IO, op, public
from engine.ir.structure import flatten
from engine.objects.variable import Variable
from engine.ops.namespace import tf


@op("raw.no_op", type="NoOp", effect=IO)
def no_op_op(name: str | None = None) -> None:
    """Does nothing; other nodes can wait for it."""


@no_op_op.kernel
def _no_op_kernel(xp: Any) -> None:
    return None


@public("no_op")
def no_op(name: str | None = None) -> Any:
    """Does nothing; other nodes can wait for it.

    Args:
        name: of the node.

    Returns:
        None; in graphs the node.
    """
    no_op_op(name)
    it: Any = current()
    return None if it.eager else it.nodes[-1]


@public("control_dependencies")
class control_dependencies:  # noqa: N801
    """What is recorded inside waits for `control_inputs` (nodes, tensors or variables).

    Args:
        control_inputs: list of them; None: forget the dependencies of blocks around this one.

    Raises:
        TypeError: if a control input is None, or nothing that can be a tensor.
    """

    def __init__(self, control_inputs: Any) -> None:
        it: Any = current()
        self._it, self._nodes = it, []
        if it.eager:
            if callable(control_inputs):
                control_inputs()
        elif control_inputs is not None:
            self._nodes = [*it.control, *_nodes(it, control_inputs)]

    def __enter__(self) -> None:
        if not self._it.eager:
            self._before, self._it.control = self._it.control, self._nodes

    def __exit__(self, *_: Any) -> None:
        if not self._it.eager:
            self._it.control = self._before


def _nodes(it: Any, inputs: Any) -> list[Node]:
    found = []
    for item in flatten(list(inputs)):
        if isinstance(item, Node):
            found.append(item)
        elif item is None:
            raise TypeError("Can not convert a NoneType into a Tensor or Operation.")
        elif not isinstance(item, Variable):  # automatic control dependencies order those already
            found.append(it.own(convert_to_tensor(item)).node)
    return [node for node in found if node.owner is it]


@public("group")
def group(*inputs: Any, **kwargs: Any) -> Any:
    """A node that runs after all of `inputs`."""
    if current().eager:
        return None
    with control_dependencies(list(inputs)):
        return no_op(name=kwargs.get("name") or "group_deps")


@public("tuple")
def tuple_(tensors: Any, control_inputs: Any = None, name: str | None = None) -> Any:
    """The tensors, each available only when all of them are."""
    if current().eager:
        return tensors
    if not tensors:
        raise ValueError(f"'tensors' must have at least one Tensor. Received: {tensors}.")
    with control_dependencies([t for t in [*tensors, *(control_inputs or [])] if t is not None]):
        return [None if t is None else tf.identity(t) for t in tensors]


@public("name_scope")
class NameScope:
    """A prefix for the names of the nodes made inside.

    Args:
        name: the prefix, made unique in the graph.

    Raises:
        ValueError: if `name` is no string.
    """

    def __init__(self, name: str) -> None:
        if not isinstance(name, str):
            raise ValueError("name for name_scope must be a string.")
        self._name = name
        self._interpreters: list[Any] = []

    @property
    def name(self) -> str:
        return self._name

    def __enter__(self) -> str:
        it: Any = current()
        self._interpreters.append(it)
        if it.eager:
            scopes = _eager_scopes(it)
            scopes.append(f"{scopes[-1]}/{self._name}" if scopes else self._name)
            return scopes[-1] + "/"
        base = f"{it.scopes[-1]}/{self._name}" if it.scopes else self._name
        it.scopes.append(claim_name(base, it.scope_names))
        return it.scopes[-1] + "/"

    def __exit__(self, *exc_info: object) -> None:
        it = self._interpreters.pop()
        (_eager_scopes(it) if it.eager else it.scopes).pop()


def claim_scope(name: str) -> None:
    """Use up a name of the graph's scopes, as an empty block would."""
    it: Any = current()
    claim_name(f"{it.scopes[-1]}/{name}" if it.scopes else name, it.scope_names)


_EAGER_SCOPES: dict[int, list[str]] = {}


def _eager_scopes(it: Any) -> list[str]:
    return _EAGER_SCOPES.setdefault(id(it), [])


@public("raw.current_scope")
def current_scope() -> str:
    """The prefix in force, without a slash at its end."""
    it: Any = current()
    scopes: list[str] = _EAGER_SCOPES.get(id(it), []) if it.eager else it.scopes
    return scopes[-1] if scopes else ""
