"""How control flow is written: conditionals and loops as Python's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.executors.forms import form, taker, takes_expressions
from engine.executors.python_source import Emitter
from engine.executors.regions import find_regions
from engine.executors.scratch import buffer_key, only_read, uses
from engine.ir.dtypes import bool_
from engine.ir.graph import Graph, Node
from engine.ir.tensor import SymbolicTensor

_MAX_DEPTH = 40
"""Indentation, and ..."""
_MAX_LOOPS = 12
"""... nesting of loops from which on a block becomes a function of its own: CPython allows 20
nested loops and 100 levels of indentation."""

_SPARE_PRODUCERS = frozenset({"raw.mat_mul", "raw.select"})
"""Ops without a ufunc that answer the array they are told to write to."""


def _too_deep(emitter: Emitter) -> bool:
    return emitter.depth >= _MAX_DEPTH or emitter.loops >= _MAX_LOOPS


def _detached(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str]:
    """The node as a program of its own."""
    emitter.settle(inputs)
    program = emitter.bind(emitter.compile(lone_graph(node)))
    results = [emitter.fresh() for _ in node.outputs]
    targets = ", ".join(results) + "," if results else "_"
    emitter.line(f"{targets} = {program}({', '.join(inputs)})", node)
    return results


def lone_graph(node: Node) -> Graph:
    """A graph that holds a copy of one node, over placeholders for its inputs."""
    from engine.ir.op import find_op

    placeholders = []
    nodes = []
    for tensor in node.inputs:
        made = Node(find_op("raw.placeholder"), (), dict(_described(tensor)), None, None, "x")
        made.outputs = (SymbolicTensor(made, 0, tensor.dtype, tensor.dims),)
        nodes.append(made)
        placeholders.append(made.outputs[0])
    copy = Node(
        node.op, tuple(placeholders), node.attrs, None, node.where, node.name_hint, node.device
    )
    copy.outputs = tuple(SymbolicTensor(copy, t.index, t.dtype, t.dims) for t in node.outputs)
    graph = Graph(node.op.name_hint, tuple(placeholders), (*nodes, copy), copy.outputs)
    for made in graph.nodes:
        made.owner = graph
    return graph


def _described(tensor: SymbolicTensor) -> dict[str, Any]:
    if tensor.node.op.name == "raw.placeholder":
        return tensor.node.attrs
    return {"dtype": tensor.dtype, "dims": tensor.dims}


def _branch(emitter: Emitter, graph: Graph, inputs: Sequence[str], results: Sequence[str]) -> None:
    emitter.depth += 1
    start = len(emitter.lines)
    outputs = emitter.graph(graph, inputs, inline=True)
    if results:
        emitter.line(f"{', '.join(results)} = {', '.join(outputs)}")
    elif len(emitter.lines) == start:
        emitter.line("pass")
    emitter.depth -= 1


@form("raw.cond")
def _cond(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str]:
    if _too_deep(emitter):
        return _detached(emitter, node, inputs)
    held = _hold(emitter)
    both = _both(node)
    if both is not None:
        text = _conjoined(emitter, both, inputs)
        if text is not None:
            emitter.dying = held
            return emitter.expression(node, text)
    results = [emitter.fresh() for _ in node.outputs]
    emitter.line(f"if {emitter.text(inputs[0])}:", node)
    _branch(emitter, node.attrs["then_branch"], inputs[1:], results)
    otherwise = node.attrs["else_branch"]
    if results or len(otherwise.nodes) > len(otherwise.inputs):
        emitter.line("else:")
        _branch(emitter, otherwise, inputs[1:], results)
    emitter.dying = held
    return results


@taker("raw.cond")
def _takes_test(node: Node, tensor: Any) -> bool:
    """The test may be an expression, where no branch needs it by its name."""
    places = [i for i, t in enumerate(node.inputs) if t is tensor]
    return tensor is None or places == [0]


def _both(node: Node) -> Graph | None:
    """The branch for a test that holds, where a conditional says `test and branch`."""
    if len(node.outputs) != 1 or node.outputs[0].dims != () or node.outputs[0].dtype is not bool_:
        return None
    then: Graph = node.attrs["then_branch"]
    otherwise: Graph = node.attrs["else_branch"]
    if any(n.op.effect or n.op.name not in _PLAIN for n in otherwise.nodes):
        return None
    if any(n.op.effect for n in then.nodes):
        return None
    answer = otherwise.outputs[0]
    if answer.node.op.name == "raw.constant":
        return None if answer.node.attrs["value"] else then
    for inner, outer in zip(otherwise.inputs, node.inputs[1:]):
        if inner is answer and outer is node.inputs[0]:
            return then
    return None


_PLAIN = frozenset({"raw.placeholder", "raw.constant"})


def _conjoined(emitter: Emitter, branch: Graph, inputs: list[str]) -> str | None:
    """`test and branch` as one expression; None where the branch takes statements."""
    if any(n.op.name not in _PLAIN and not takes_expressions(n) for n in branch.nodes):
        return None
    known = [n for n in branch.nodes if n.op.name not in _PLAIN]
    taken = [id(t) for n in known for t in n.inputs]
    if any(taken.count(id(n.outputs[0])) > 1 for n in known) or len(known) > _SHORT:
        return None
    test = emitter.text(inputs[0], nested=True)
    emitter.depth += 1
    before = len(emitter.lines)
    (answer,) = emitter.graph(branch, inputs[1:], inline=True)
    emitter.depth -= 1
    assert len(emitter.lines) == before
    return f"{test} and {answer}" if " " not in answer else f"{test} and ({answer})"


_SHORT = 4
"""Nodes of a branch that may become part of a condition."""


def _hold(emitter: Emitter) -> list[str]:
    """What dies at a node with inner graphs lives until its end: nothing inside may take it."""
    held, emitter.dying = emitter.dying, []
    return held


@form("raw.switch_case")
def _case(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str]:
    if _too_deep(emitter):
        return _detached(emitter, node, inputs)
    held = _hold(emitter)
    results = [emitter.fresh() for _ in node.outputs]
    branches = node.attrs["branches"]
    for i, graph in enumerate(branches):
        if len(branches) == 1:
            emitter.line("if True:", node)
        elif i == len(branches) - 1:
            emitter.line("else:")
        else:
            emitter.line(f"{'el' if i else ''}if {inputs[0]} == {i}:", node)
        _branch(emitter, graph, inputs[1:], results)
    emitter.dying = held
    return results


@form("raw.while_loop")
def _while(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str]:
    if _too_deep(emitter):
        return _detached(emitter, node, inputs)
    held = _hold(emitter)
    count = node.attrs["count"]
    test, body = node.attrs["test"], node.attrs["body"]
    state = [emitter.fresh("v") for _ in range(count)]
    if state:
        emitter.line(f"{', '.join(state)} = {', '.join(inputs[:count])}")
    spare = _spares(emitter, test, body, count)
    own = _in_place(body, spare)
    for key, name in spare.items():
        emitter.line(f"{name} = None" if key in own else f"{name} = {name}_ = None")
    arguments = state + inputs[count:]
    emitter.line("while True:", node)
    emitter.depth += 1
    emitter.loops += 1
    before, emitter.computed = emitter.computed, dict(emitter.computed)
    noted, emitter.noted = emitter.noted, {n.op.name for n in body.nodes}
    _test(emitter, test, arguments)
    emitter.noted = noted
    outputs = emitter.graph(body, arguments, spare, inline=True)
    emitter.computed = before
    for tensor, new in zip(body.outputs, outputs):
        if id(tensor) in spare:  # the value before the last one is free from now on
            name = spare[id(tensor)]
            shift = "" if id(tensor) in own else f"{name} = {name}_; "
            emitter.line(f"{shift}{name}{'_' if shift else ''} = {new}")
    moved = [(a, b) for a, b in zip(state, outputs) if a != b]
    if moved:
        emitter.line(f"{', '.join(a for a, _ in moved)} = {', '.join(b for _, b in moved)}")
    emitter.depth -= 1
    emitter.loops -= 1
    emitter.dying = held
    return state


def _test(emitter: Emitter, test: Graph, arguments: list[str]) -> None:
    """Leave the loop unless its test holds; what the test computes, the body need not."""
    before, emitter.noting = emitter.noting, emitter.depth
    (tested,) = emitter.graph(test, arguments, keep=_conjunction(test))
    node = test.outputs[0].node
    if _conjunction(test) is node:  # `a and b`: leave where a fails, then where b does
        first = emitter.names[id(node.inputs[0])]
        if first in emitter.deferred:
            emitter.line(f"if not ({emitter.text(first)}): break", node)
        else:
            _leave_unless(emitter, first)
        branch = node.attrs["then_branch"]
        given = [emitter.names[id(t)] for t in node.inputs[1:]]
        _test(emitter, branch, given)
    else:
        _leave_unless(emitter, tested)
    emitter.noting = before


def _conjunction(test: Graph) -> Node | None:
    """The conditional that a test ends in, if it answers False (or its own test) otherwise."""
    node = test.outputs[0].node
    last = [n for n in test.nodes if n.inputs][-1:]
    if node.op.name != "raw.cond" or len(node.outputs) != 1 or last != [node]:
        return None
    otherwise = node.attrs["else_branch"]
    answer = otherwise.outputs[0].node
    if any(n.op.effect for n in otherwise.nodes):
        return None
    if answer.op.name == "raw.constant":
        return None if answer.attrs["value"] else node
    for inner, outer in zip(otherwise.inputs, node.inputs[1:]):
        if inner is otherwise.outputs[0] and outer is node.inputs[0]:
            return node
    return None


def _leave_unless(emitter: Emitter, tested: str) -> None:
    """`if not test: break`, with the test's last statement inside where it can be.

    Its value keeps a name: the body may compute the same.
    """
    start = "    " * emitter.depth + f"{tested} = "
    if emitter.lines[-1].startswith(start):
        node = emitter.nodes.pop(len(emitter.lines), None)
        last = emitter.lines.pop()
        emitter.line(f"if not ({tested} := {last[len(start) :]}): break", node)
    else:
        emitter.line(f"if not {tested}: break")


def _spares(emitter: Emitter, test: Graph, body: Graph, count: int) -> dict[int, str]:
    """Loop variables whose next value may overwrite the one before the present one.

    Returns:
        By identity of the body's output: the name of the variable that holds the spare buffer.
    """
    if not emitter.plan:
        return {}
    found: dict[int, str] = {}
    answered = [id(t) for t in body.outputs]
    for i in range(count):
        tensor = body.outputs[i]
        op = tensor.node.op
        if op.ufunc is None and op.name not in _SPARE_PRODUCERS:
            continue
        if op.name == "math.pow" or tensor.node not in body.nodes or len(tensor.node.outputs) > 1:
            continue
        key = buffer_key(tensor)
        if key is None or key != buffer_key(body.inputs[i]) or answered.count(id(tensor)) > 1:
            continue
        read_only = only_read(body, body.inputs[i]) and only_read(test, test.inputs[i])
        if read_only and _read_inside(body, tensor):
            found[id(tensor)] = emitter.fresh("s")
    return found


def _in_place(body: Graph, spare: dict[int, str]) -> set[int]:
    """Outputs that may overwrite the present value itself: nobody reads it after they are made.

    Args:
        body: of the loop.
        spare: the outputs that may overwrite the value before the present one.
    """
    if not spare or find_regions(body):  # a region's nodes may read it later
        return set()
    place = {node: i for i, node in enumerate(body.nodes)}
    taken = uses(body)
    found = set()
    for old, new in zip(body.inputs, body.outputs):
        users = [user for user, _ in taken.get(id(old), ())]
        if id(new) not in spare or any(place[user] > place[new.node] for user in users):
            continue
        if new.node not in users or new.node.op.name != "raw.mat_mul":
            found.add(id(new))
    return found


def _read_inside(body: Graph, tensor: SymbolicTensor) -> bool:
    """Is the new value, besides being answered, only read in the body?"""
    from engine.executors.scratch import _known_uses, _reads

    return all(_reads(node, i) for node, i in _known_uses(body).get(id(tensor), ()))
