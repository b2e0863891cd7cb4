"""Gradients of conditionals and loops inside graphs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.autodiff.backprop import differentiable, takes_missing
from engine.autodiff.calls import apply_backward, call_graph, zeros
from engine.autodiff.rows import Given, Rows
from engine.autodiff.vjp import Vjp, extend_node, gradient_spec, insert_constant, vjp
from engine.ir.dtypes import int32, int64, resource, variant
from engine.ir.graph import Graph, Node
from engine.ir.interpreter import current, interpreting, new_recorder
from engine.ir.spec import TensorSpec, spec
from engine.ir.structure import composite_parts
from engine.ir.tensor import SymbolicTensor
from engine.ops.control import _staged_branches, case_op, cond_op, while_loop, while_op
from engine.ops.namespace import tf
from engine.ops.stack import stack_pop, stack_push


@cond_op.gradient
@takes_missing
def cond_gradient(tf_: Any, entry: Any, *grads: Any) -> list[Any]:
    """Gradients of a conditional: a conditional of the branches' backward graphs."""
    attrs = entry.node.attrs
    return _branches_gradient(
        entry, grads, [attrs["then_branch"], attrs["else_branch"]],
        lambda graphs: {"then_branch": graphs[0], "else_branch": graphs[1]},
    )  # fmt: skip


@case_op.gradient
@takes_missing
def case_gradient(tf_: Any, entry: Any, *grads: Any) -> list[Any]:
    """Gradients of a choice among several branches."""
    return _branches_gradient(
        entry, grads, list(entry.node.attrs["branches"]),
        lambda graphs: {"branches": tuple(graphs)},
    )  # fmt: skip


def _branches_gradient(
    entry: Any, grads: Sequence[Any], branches: list[Graph],
    attrs_of: Callable[[list[Graph]], dict[str, Any]],
) -> list[Any]:  # fmt: skip
    node = entry.node
    seeds = tuple(i for i, grad in enumerate(grads) if grad is not None)
    inputs = entry.inputs[1:]
    candidates = tuple(i for i, t in enumerate(inputs) if differentiable(t))
    splits = [vjp(branch, seeds, candidates, rows=True) for branch in branches]
    saved = _save_from_branches(node, splits, len(branches[0].outputs), attrs_of)
    wanted = sorted({i for split in splits for i in split.wanted})
    out: list[Any] = [None] * len(entry.inputs)
    if not wanted:
        return out
    given = [grads[i] for i in seeds]
    by_rows = frozenset[int]().union(*(split.rows for split in splits))
    long = {i for i in by_rows if any(split.index_dtype(i) is not int32 for split in splits)}

    def backward(split: Vjp, kept: Sequence[Any]) -> Callable[[], list[Any]]:
        def run() -> list[Any]:
            found = apply_backward(split, given, inputs, kept)
            answers: list[Any] = []
            for i in wanted:
                grad = zeros(inputs[i]) if found[i] is None else found[i]
                answers += _by_rows(grad, i in long) if i in by_rows else [grad]
            return answers

        return run

    functions = [backward(split, kept) for split, kept in zip(splits, saved)]
    names = [f"{branch.name}_grad" for branch in branches]
    values = iter(_staged_branches(node.op, entry.inputs[0], functions, names))
    for i in wanted:
        value = next(values)
        rows = i in by_rows
        out[i + 1] = Rows([Given(value, next(values), next(values))]) if rows else value
    return out


def _by_rows(grad: Any, long: bool) -> list[Any]:
    """A gradient as rows, their numbers (`long`: int64) and the whole shape."""
    if type(grad) is Rows:
        values, numbers, size = composite_parts(grad.slices())
    else:
        values, size = grad, tf.shape(grad)
        numbers = tf.range(size[0])
    return [values, tf.cast(numbers, int64) if long else numbers, size]


def _save_from_branches(
    node: Node, splits: list[Vjp], count: int,
    attrs_of: Callable[[list[Graph]], dict[str, Any]],
) -> list[tuple[Any, ...]]:  # fmt: skip
    """Let each branch also answer its saved values, and dummies for those of the others."""
    specs = [[spec(t.dtype, t.dims) for t in split.forward.outputs[count:]] for split in splits]
    graphs = []
    for i, split in enumerate(splits):
        forward = split.forward
        dummies: list[SymbolicTensor] = []
        nodes = list(forward.nodes)
        outputs = list(forward.outputs[:count])
        for j, others in enumerate(specs):
            if i == j:
                outputs += forward.outputs[count:]
                continue
            made = [_dummy(forward, s) for s in others]
            dummies += made
            outputs += made
        nodes += [t.node for t in dummies]
        graphs.append(
            Graph(forward.name, forward.inputs, tuple(nodes), tuple(outputs), forward.input_names)
        )
    flat = [s for group in specs for s in group]
    extra = iter(extend_node(node, attrs_of(graphs), flat))
    return [tuple(next(extra) for _ in group) for group in specs]


def _dummy(graph: Graph, wanted: TensorSpec) -> SymbolicTensor:
    """A value that nobody reads: a zero of the right dtype."""
    from engine.ir.op import find_op

    value = None
    if wanted.dtype is not variant:
        value = wanted.dtype.as_numpy_dtype(0)
    made = Node(find_op("raw.constant"), (), {"value": value, "dtype": wanted.dtype, "dims": ()},
                graph)  # fmt: skip
    tensor = SymbolicTensor(made, 0, wanted.dtype, wanted.dims)
    made.outputs = (tensor,)
    return tensor


@while_op.gradient
@takes_missing
def while_gradient(tf_: Any, entry: Any, *grads: Any) -> list[Any]:
    """Gradients of a loop: a loop that walks the saved turns backwards."""
    node = entry.node
    count = node.attrs["count"]
    first = entry.attrs["count"]
    seeds, split = _loop_split(node.attrs["body"], count, grads)
    counter, saved, popped = _save_from_loop(node, split, count)
    inputs = [*node.inputs[:count], *entry.inputs[first:]]
    captures = [i for i in split.wanted if i >= count]
    results = _backward_loop(node, split, seeds, grads, inputs, counter, saved, popped, captures)
    out: list[Any] = [None] * len(entry.inputs)
    for i, grad in zip(seeds, results):
        if i < first:
            out[i] = grad
    for i, grad in zip(captures, results[len(seeds) :]):
        out[i - count + first] = grad
    return out


def _loop_split(body: Graph, count: int, grads: Sequence[Any]) -> tuple[tuple[int, ...], Vjp]:
    """The variables through which gradients flow, to the fixed point, and the split body."""
    candidates = tuple(i for i, t in enumerate(body.inputs) if differentiable(t))
    seeds = {i for i, grad in enumerate(grads[:count]) if grad is not None}
    while True:
        order = tuple(sorted(seeds))
        split = vjp(body, order, candidates)
        reached = {i for i in split.wanted if i < count}
        if reached <= seeds:
            return order, split
        seeds |= reached


def _save_from_loop(
    node: Node, split: Vjp, count: int
) -> tuple[Any, tuple[Any, ...], list[tuple[str, int, TensorSpec]]]:
    """Let the loop also count its turns and stack what backward needs of each.

    Returns:
        The number of turns, the stacks, and for each stack where its value goes: an input of
        the body (position) or a saved value (number).
    """
    body, test = split.forward, node.attrs["test"]
    popped: list[tuple[str, int, TensorSpec]] = [
        ("input", i, _of(body.inputs[i])) for i in split.used if i < count
    ]
    outputs = len(body.outputs) - split.saved
    popped += [("saved", i, _of(body.outputs[outputs + i])) for i in range(split.saved)]
    extra = 1 + len(popped)
    start = [insert_constant(node, int32.as_numpy_dtype(0), int32)]
    start += [insert_constant(node, None, variant) for _ in popped]
    node.inputs = (*node.inputs[:count], *start, *node.inputs[count:])
    attrs = {
        "test": _widened_test(test, count, extra),
        "body": _saving_body(split, count, popped),
        "count": count + extra,
    }
    results = extend_node(node, attrs, [_of(t) for t in start])
    return results[0], results[1:], popped


def _of(tensor: Any) -> TensorSpec:
    return spec(tensor.dtype, tensor.dims)


def _extra_arguments(recorder: Any, graph: Graph, count: int, extra: int) -> tuple[Any, Any]:
    """Placeholders for the graph's inputs with `extra` more after the first `count`."""
    state = [_like(recorder, t) for t in graph.inputs[:count]]
    more = [recorder.placeholder(int32, (), "turns")]
    more += [recorder.placeholder(variant, (), "stack") for _ in range(extra - 1)]
    captured = [_like(recorder, t) for t in graph.inputs[count:]]
    return [*state, *captured], more


def _like(recorder: Any, tensor: Any) -> Any:
    attrs = {k: v for k, v in tensor.node.attrs.items() if k not in ("dtype", "dims")}
    return recorder.placeholder(tensor.dtype, tensor.dims, tensor.node.name_hint or "x", attrs)


def _widened_test(test: Graph, count: int, extra: int) -> Graph:
    recorder = new_recorder(test.name, current())
    arguments, _ = _extra_arguments(recorder, test, count, extra)
    return recorder.finish(recorder.inline(test, arguments))


def _saving_body(split: Vjp, count: int, popped: list[tuple[str, int, TensorSpec]]) -> Graph:
    body = split.forward
    recorder = new_recorder(body.name, current())
    arguments, (turns, *stacks) = _extra_arguments(recorder, body, count, 1 + len(popped))
    results = recorder.inline(body, arguments)
    outputs = len(results) - split.saved
    with interpreting(recorder):
        values = [
            arguments[i] if kind == "input" else results[outputs + i] for kind, i, _ in popped
        ]
        pushed = [stack_push(stack, value) for stack, value in zip(stacks, values)]
        following = [turns + 1, *pushed]
    return recorder.finish([*results[:outputs], *following])


def _backward_loop(
    node: Node, split: Vjp, seeds: tuple[int, ...], grads: Sequence[Any], inputs: Sequence[Any],
    counter: Any, saved: Sequence[Any], popped: list[tuple[str, int, TensorSpec]],
    captures: list[int],
) -> list[Any]:  # fmt: skip
    """Gradients of the loop's variables `seeds`, then of its captures."""
    body = split.forward
    start = [grads[i] if grads[i] is not None else zeros(node.outputs[i]) for i in seeds]
    totals = [zeros(inputs[i]) for i in captures]
    stacks = list(saved)
    used_captures = {i: inputs[i] for i in split.used if i >= len(node.outputs[: _count(split)])}

    def test(turn: Any, *state: Any) -> Any:
        return turn > 0

    def turn_back(turn: Any, *state: Any) -> list[Any]:
        below, values = [], {}
        for (kind, i, held), stack in zip(popped, state):
            lower, value = stack_pop(stack, dtype=held.dtype, dims=held.dims)
            below.append(lower)
            values[kind, i] = value
        at = len(popped)
        given, sums = state[at : at + len(seeds)], state[at + len(seeds) :]
        used = [
            values["input", i] if ("input", i) in values else used_captures[i] for i in split.used
        ]
        kept = [values["saved", i] for i in range(split.saved)]
        results = dict(zip(split.wanted, call_graph(split.backward, (*given, *used, *kept))))
        following = [
            _shaped(results[i], gradient_spec(body.inputs[i])) if i in results else zeros(given[k])
            for k, i in enumerate(seeds)
        ]
        added = [
            _shaped(
                tf.raw.stack_add(a, results[i]) if a.dtype is variant else a + results[i], _of(a)
            )
            for a, i in zip(sums, captures)
        ]
        return [turn - 1, *below, *following, *added]

    invariants = [None] * (1 + len(stacks))
    invariants += [gradient_spec(body.inputs[i]).shape for i in seeds]  # type: ignore[misc]
    invariants += [gradient_spec(body.inputs[i]).shape for i in captures]  # type: ignore[misc]
    results = while_loop(test, turn_back, [counter, *stacks, *start, *totals],
                         shape_invariants=invariants)  # fmt: skip
    return results[1 + len(stacks) :]


def _count(split: Vjp) -> int:
    return len(split.forward.outputs) - split.saved


def _shaped(tensor: Any, wanted: TensorSpec) -> Any:
    """Note the static shape that the loop's variable has."""
    if tensor.dtype is not variant and tensor.dtype is not resource:
        tensor.set_shape(wanted.dims)
    return tensor
