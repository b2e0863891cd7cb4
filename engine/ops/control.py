"""Control flow inside graphs: conditionals, loops and calls of other graphs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import int32
from engine.ir.graph import Graph
from engine.ir.interpreter import current, run_graph
from engine.ir.op import GRAPHS, op, public
from engine.ir.shapes import as_dims, at_least_as_specific, relax, show
from engine.ir.spec import TensorSpec, spec
from engine.ir.structure import assert_same_structure, flatten, is_nested, map_structure, pack
from engine.ir.tensor import SymbolicTensor, Tensor, Tensors


def graph_specs(graph: Graph, count: int | None = None) -> tuple[TensorSpec, ...]:
    """Specs of (the first `count`) outputs of a graph."""
    return tuple(spec(t.dtype, t.dims) for t in graph.outputs[:count])


@op("raw.call", type="PartitionedCall", effect=GRAPHS)
def call_op(inputs: Tensors, graph: Graph) -> tuple[TensorSpec, ...]:
    """Run another graph: inputs are its arguments and captures."""
    return graph_specs(graph)


@call_op.kernel
def _call_kernel(xp: Any, *values: Any, graph: Graph) -> Any:
    return tuple(run_graph(graph, values))


@op("raw.cond", type="If", hint="cond", effect=GRAPHS)
def cond_op(
    pred: Tensor,
    inputs: Tensors,
    then_branch: Graph,
    else_branch: Graph,
) -> tuple[TensorSpec, ...]:
    """Run one of two graphs that take the same inputs."""
    return tuple(
        spec(a.dtype, relax(a.dims, b.dims))
        for a, b in zip(then_branch.outputs, else_branch.outputs)
    )


@cond_op.kernel
def _cond_kernel(xp: Any, pred: Any, *values: Any, then_branch: Graph, else_branch: Graph) -> Any:
    return tuple(run_graph(then_branch if pred else else_branch, values))


@op("raw.while_loop", type="While", hint="while", effect=GRAPHS)
def while_op(
    inputs: Tensors,
    test: Graph,
    body: Graph,
    count: int,
) -> tuple[TensorSpec, ...]:
    """Repeat `body` while `test` holds; the first `count` inputs are the loop's variables."""
    return tuple(spec(t.dtype, t.dims) for t in body.inputs[:count])


@while_op.kernel
def _while_kernel(xp: Any, *values: Any, test: Graph, body: Graph, count: int) -> Any:
    state, captured = tuple(values[:count]), tuple(values[count:])
    while run_graph(test, state + captured)[0]:
        state = tuple(run_graph(body, state + captured))
    return state


@op("raw.switch_case", type="Case", hint="switch_case", effect=GRAPHS)
def case_op(
    branch_index: Tensor,
    inputs: Tensors,
    branches: tuple[Graph, ...],
) -> tuple[TensorSpec, ...]:
    """Run the branch with the given number; the last one where the number is out of range."""
    out = []
    for column in zip(*(branch.outputs for branch in branches)):
        dims = column[0].dims
        for tensor in column[1:]:
            dims = relax(dims, tensor.dims)
        out.append(spec(column[0].dtype, dims))
    return tuple(out)


@case_op.kernel
def _case_kernel(xp: Any, index: Any, *values: Any, branches: tuple[Graph, ...]) -> Any:
    chosen = int(index) if 0 <= index < len(branches) else len(branches) - 1
    return tuple(run_graph(branches[chosen], values))


def cond(
    pred: Tensor, true_fn: Callable[[], Sequence[Any]], false_fn: Callable[[], Sequence[Any]]
) -> list[Tensor]:
    """Record a conditional over flat lists.

    Args:
        pred: symbolic bool scalar.
        true_fn: answers the outputs of the first branch (tensors or values).
        false_fn: the same number of outputs of the same dtypes.

    Raises:
        TypeError: if the branches differ in number or dtypes of outputs.
    """
    return _staged_branches(cond_op.op, pred, [true_fn, false_fn], ["cond_true", "cond_false"])


def _staged_branches(
    kind: Any, test: Tensor, functions: Sequence[Callable[[], Sequence[Any]]], names: Sequence[str]
) -> list[Tensor]:
    it: Any = current()
    traced = []
    for function, name in zip(functions, names):
        inner, _, results = it.subgraph(function, [], name)
        traced.append((inner, _own_all(inner, results)))
    _check_branches([outputs for _, outputs in traced])
    if kind is cond_op.op:
        check_condition(test, "pred")
    captured = _share_captures([inner for inner, _ in traced])
    graphs = [inner.finish(outputs) for inner, outputs in traced]
    if kind is case_op.op:
        attrs: dict[str, Any] = {"branches": tuple(graphs)}
    else:
        attrs = {"then_branch": graphs[0], "else_branch": graphs[1]}
    return _named_results(it, it.apply(kind, (test, *captured), attrs))


def _named_results(it: Any, results: Sequence[Any]) -> list[Tensor]:
    """The results of a conditional, named `NAME/Identity` as in TensorFlow's graphs."""
    from engine.ops.namespace import tf

    if not results:
        return []
    name = it.names()[results[0].node]
    return [tf.identity(one, name=f"{name}/Identity/") for one in results]


def _own_all(inner: Any, results: Sequence[Any]) -> list[SymbolicTensor]:
    from engine.ir.interpreter import interpreting

    with interpreting(inner):
        return [inner.own(convert_to_tensor(value)) for value in results]


def _check_branches(outputs: Sequence[Sequence[Tensor]]) -> None:
    for other in outputs[1:]:
        left, right = [[t.dtype for t in branch] for branch in (outputs[0], other)]
        if left != right:
            raise TypeError(
                "true_fn and false_fn arguments to tf.cond must have the same number, type, and "
                "overall structure of return values.\n\ntrue_fn output:  "
                f"{[d.name for d in left]}\nfalse_fn output: {[d.name for d in right]}"
            )


def _share_captures(recorders: Sequence[Any]) -> list[Any]:
    """Give every recorder a placeholder for each capture of any of them, in one order."""
    outer: dict[int, Any] = {}
    for recorder in recorders:
        for tensor, _ in recorder.captured():
            outer[id(tensor)] = tensor
    for recorder in recorders:
        fixed = len(recorder.inputs) - len(recorder.captured())
        for tensor in outer.values():
            known = recorder.captures.get(id(tensor))
            if known is None or known[1].node.op.name != "raw.placeholder":
                recorder._capture(tensor)
        inner = [recorder.captures[key][1] for key in outer]
        names = [recorder.input_names[_index(recorder.inputs, t)] for t in inner]
        recorder.inputs[fixed:] = inner
        recorder.input_names[fixed:] = names
    return list(outer.values())


def _index(tensors: Sequence[Any], wanted: Any) -> int:
    return next(i for i, tensor in enumerate(tensors) if tensor is wanted)


def while_loop(
    cond_fn: Callable[..., Any],
    body_fn: Callable[..., Sequence[Any]],
    loop_vars: Sequence[Any],
    *,
    shape_invariants: Sequence[Any] | None = None,
    maximum_iterations: Any = None,
    names: Sequence[str] = (),
) -> list[Tensor]:
    """Record a loop over a flat list of variables.

    Args:
        cond_fn: variables -> bool scalar.
        body_fn: variables -> new values, one each.
        loop_vars: values before the loop.
        shape_invariants: what holds of each variable's shape in every turn (None: as before it).
        maximum_iterations: stop after so many turns.
        names: of the variables, for messages and placeholders.

    Returns:
        The values after the loop.

    Raises:
        TypeError: if a variable changes its dtype.
        ValueError: if a variable's shape leaves its invariant.
    """
    it: Any = current()
    start = [convert_to_tensor(value) for value in loop_vars]
    if maximum_iterations is not None:
        return _bounded(cond_fn, body_fn, start, shape_invariants, maximum_iterations, names)
    dims = [t.dims for t in start]
    for i, shape in enumerate(shape_invariants or ()):
        if shape is not None:  # it counts even where it contradicts the start, as in TensorFlow
            dims[i] = as_dims(getattr(shape, "shape", shape))
    specs = [spec(t.dtype, d) for t, d in zip(start, dims)]
    test, _, answer = it.subgraph(cond_fn, specs, "while_cond", names)
    (tested,) = _own_all(test, [answer])
    check_condition(tested, "input")
    body, arguments, results = it.subgraph(body_fn, specs, "while_body", names)
    if any(result is None for result in results):
        raise AssertionError("The loop body returns None for a loop variable; it must be a tensor.")
    outputs = _own_all(body, results)
    _check_state(arguments, outputs)
    captured = _share_captures([test, body])
    attrs = {
        "test": test.finish([tested]), "body": body.finish(outputs), "count": len(start),
    }  # fmt: skip
    return list(it.apply(while_op.op, (*start, *captured), attrs))


def _bounded(
    cond_fn: Any, body_fn: Any, start: list[Tensor], invariants: Any, limit: Any, names: Any
) -> list[Tensor]:
    """The loop with a counter as its first variable."""
    from engine.ops.namespace import tf

    bound = convert_to_tensor(limit, dtype_hint=int32)

    def test(count: Tensor, *state: Tensor) -> Any:
        return tf.logical_and(count < bound, cond_fn(*state))

    def body(count: Tensor, *state: Tensor) -> list[Any]:
        return [count + tf.cast(1, count.dtype), *body_fn(*state)]

    counter = convert_to_tensor(0, bound.dtype)
    inner = [None, *invariants] if invariants else None
    out = while_loop(test, body, [counter, *start], shape_invariants=inner,
                     names=["iteration", *names])  # fmt: skip
    return out[1:]


def check_condition(tensor: Tensor, label: str) -> None:
    """Raises InvalidArgumentError where a condition is no bool, or certainly no scalar."""
    if tensor.dims and any(size is not None and size != 1 for size in tensor.dims):
        raise InvalidArgumentError(
            None, None, f"The second input must be a scalar, but it has shape {show(tensor.dims)}: "
            "a condition in a graph must be a bool scalar; use tf.reduce_any or tf.reduce_all.",
        )  # fmt: skip
    if tensor.dtype.name != "bool":
        raise InvalidArgumentError(
            None, None, f"Input {label!r} passed {tensor.dtype.name} expected bool: a condition in "
            "a graph must be a bool; compare the tensor with a value, or use tf.cast(x, tf.bool).",
        )  # fmt: skip


def _check_state(arguments: Sequence[Any], outputs: Sequence[Any]) -> None:
    if len(arguments) != len(outputs):
        raise ValueError(
            "The number of inputs and outputs of the loop body differ: "
            f"{len(arguments)} and {len(outputs)}."
        )
    for before, after in zip(arguments, outputs):
        if before.dtype is not after.dtype:
            raise TypeError(
                f"Input tensor {before.name!r} enters the loop with dtype {before.dtype.name}, "
                f"but has dtype {after.dtype.name} after one iteration."
            )
        if not at_least_as_specific(after.dims, before.dims):
            raise ValueError(
                f"Input tensor {before.name!r} enters the loop with shape {show(before.dims)}, "
                f"but has shape {show(after.dims)} after one iteration. To allow the shape to "
                "vary across iterations, use the `shape_invariants` argument of tf.while_loop to "
                "specify a less-specific shape."
            )


@public("while_loop")
def public_while_loop(
    cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any,
    shape_invariants: Any = None, parallel_iterations: int = 10, back_prop: bool = True,
    swap_memory: bool = False, maximum_iterations: Any = None, name: str | None = None,
) -> Any:  # fmt: skip
    """Repeat `body` while `cond` holds.

    Args:
        cond: loop variables -> bool scalar.
        body: loop variables -> new ones, in the same structure.
        loop_vars: list or tuple of tensors or structures of tensors.
        shape_invariants: the same structure of shapes; what holds in every turn.
        parallel_iterations: accepted; turns run one after the other.
        back_prop: accepted.
        swap_memory: accepted.
        maximum_iterations: stop after so many turns.
        name: of the node.

    Returns:
        The loop variables after the loop.

    Raises:
        TypeError: if `cond` or `body` is not callable, a variable changes its dtype, or `loop_vars`
            is no sequence.
        ValueError: if a shape leaves its invariant, or outside of graphs if there are no variables.
    """
    if not callable(cond):
        raise TypeError("'cond' must be callable.")
    if not callable(body):
        raise TypeError("'body' must be callable.")
    if parallel_iterations < 1:
        raise TypeError("'parallel_iterations' must be a positive integer.")
    eager = current().eager
    if eager and not loop_vars:
        raise ValueError("'loop_vars' must be provided: there is no loop variable.")
    len(loop_vars)  # TypeError where it is no sequence
    if eager:
        return _eager_loop(cond, body, loop_vars, maximum_iterations)
    flat = [convert_to_tensor(leaf) for leaf in flatten(loop_vars)]
    invariants = None if shape_invariants is None else flatten_shapes(shape_invariants)

    def test(*state: Tensor) -> Any:
        return cond(*_spread(pack(loop_vars, state)))

    def turn(*state: Tensor) -> list[Any]:
        result = body(*_spread(pack(loop_vars, state)))
        if not is_nested(result):
            result = [result]
        if len(flatten(result)) != len(flat) or type(result) is dict is not type(loop_vars):
            assert_same_structure(result, loop_vars, check_types=False)
        return flatten(result)

    out = while_loop(test, turn, flat, shape_invariants=invariants,
                     maximum_iterations=maximum_iterations)  # fmt: skip
    return pack(loop_vars, out)


def _spread(state: Any) -> Any:
    return state.values() if isinstance(state, dict) else state


def flatten_shapes(invariants: Any) -> list[Any]:
    """The shapes in a structure of shapes; shapes themselves count as leaves."""
    from engine.ir.shapes import TensorShape

    if invariants is None or isinstance(invariants, (TensorShape, TensorSpec)):
        return [invariants]
    out: list[Any] = []
    for item in invariants.values() if isinstance(invariants, dict) else invariants:
        out.extend(flatten_shapes(item))
    return out


def _eager_loop(cond: Any, body: Any, loop_vars: Any, limit: Any) -> Any:
    turns = 0
    state = map_structure(convert_to_tensor, loop_vars)
    while (limit is None or turns < int(limit)) and cond(*_spread(state)):
        result = body(*_spread(state))
        if not isinstance(result, (list, tuple, dict)):
            result = list(result)
        if limit is None:
            assert_same_structure(list(state), list(result))
        else:  # then the kind of sequence counts too
            assert_same_structure(state, result)
        state = pack(result, [convert_to_tensor(leaf) for leaf in flatten(result)])
        turns += 1
    return state
