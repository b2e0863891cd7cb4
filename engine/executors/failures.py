"""Errors of running graphs: which node failed, and where the user wrote it."""

from __future__ import annotations

from engine.base.errors import InvalidArgumentError, OpError
from engine.ir.graph import Graph, Node


def located(error: Exception, node: Node | None, graph: Graph) -> OpError:
    """`error` as an `OpError` that names the node and the user's line.

    Args:
        error: what a kernel raised.
        node: the one that failed, if known.
        graph: that was running.
    """
    if isinstance(error, OpError):
        if error._op is None and node is not None:
            error._op = node
            error._message = _text(error._message, node, graph)
        return error
    text = str(error)
    return InvalidArgumentError(None, node, text if node is None else _text(text, node, graph))


def _text(message: str, node: Node, graph: Graph) -> str:
    where = node.file_line
    if where is None:
        return message
    file, line = where
    function = node.where[0].co_name
    if message.endswith(f" [Op:{node.op.type}]"):  # the eager form says the op itself
        message = message[: -len(f" [Op:{node.op.type}]")]
    return (
        f"Graph execution error:\n\nDetected at node {node.name} defined at (most recent call "
        f'last):\n  File "{file}", line {line}, in {function}\n{message}\n'
        f"\t [[{{{{node {node.name}}}}}]] [Op:__inference_{graph.name}]"
    )
