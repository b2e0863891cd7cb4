"""Functions over the elements of tensors: map_fn, scan, foldl, foldr, vectorized_map, case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import as_dtype
from engine.ir.interpreter import current
from engine.ir.op import public
from engine.ir.shapes import compatible
from engine.ir.spec import TensorSpec
from engine.ir.structure import flatten, map_structure, pack
from engine.ir.tensor import Tensor
from engine.objects.tensor_array import TensorArray
from engine.ops.control import while_loop
from engine.ops.namespace import tf


def _elements(elems: Any) -> tuple[Any, Any]:
    """`elems` as tensors, and how many elements they have (an int where known)."""
    tensors = map_structure(convert_to_tensor, elems)
    leaves = flatten(tensors)
    if not leaves:
        raise ValueError(
            "elems must be a Tensor or (possibly nested) sequence of Tensors. Got none."
        )
    for leaf in leaves:
        if leaf.dims == ():
            raise ValueError("elements in elems must be 1+ dimensional Tensors, not scalars")
    for leaf in leaves:
        if leaf.dims is not None and leaf.dims[0] is not None:
            return tensors, leaf.dims[0]
    return tensors, tf.shape(leaves[0])[0]


def _row(tensors: Any, index: Any) -> Any:
    return map_structure(lambda t: t[index], tensors)


def _dtypes(output: Any, default: Any) -> list[Any]:
    if output is None:
        return [t.dtype for t in flatten(default)]
    return [
        leaf.dtype if isinstance(leaf, TensorSpec) else as_dtype(leaf) for leaf in flatten(output)
    ]


@public("map_fn")
def map_fn(
    fn: Callable[..., Any], elems: Any, dtype: Any = None, parallel_iterations: Any = None,
    back_prop: bool = True, swap_memory: bool = False, infer_shape: bool = True, name: Any = None,
    fn_output_signature: Any = None,
) -> Any:  # fmt: skip
    """`fn` applied to each element along the first axis, the results stacked.

    Args:
        fn: element (in the structure of `elems`) -> result.
        elems: tensor or structure of tensors with equal first sizes.
        dtype: old name of `fn_output_signature`.
        parallel_iterations, back_prop, swap_memory, infer_shape: accepted.
        name: of the node.
        fn_output_signature: dtypes or specs of the result, where they differ from `elems`.

    Raises:
        TypeError: if `fn` is not callable.
        ValueError: if an element is a scalar.
    """
    if not callable(fn):
        raise TypeError(f"The provided function {fn!r} is not callable. fn must be callable.")
    signature = fn_output_signature if fn_output_signature is not None else dtype
    tensors, count = _elements(elems)
    structure = elems if signature is None else signature
    kinds = _dtypes(signature, tensors)
    if current().eager:
        rows = [flatten(fn(_row(tensors, i))) for i in range(int(count))]
        if not rows:
            return pack(structure, [tf.zeros([0], kind) for kind in kinds])
        checked = [_checked(row, kinds) for row in rows]
        return pack(structure, [tf.stack(list(column)) for column in zip(*checked)])

    def turn(i: Tensor, arrays: list[TensorArray]) -> list[TensorArray]:
        results = _checked(flatten(fn(_row(tensors, i))), kinds)
        return [a.write(i, r) for a, r in zip(arrays, results)]

    arrays = _loop(count, kinds, turn)
    return pack(structure, [array.stack() for array in arrays])


def _checked(row: list[Any], kinds: list[Any]) -> list[Tensor]:
    tensors = [convert_to_tensor(value, dtype_hint=kind) for value, kind in zip(row, kinds)]
    for tensor, kind in zip(tensors, kinds):
        if tensor.dtype is not kind:
            raise ValueError(
                f"TensorArray dtype is {kind.name} but Op is trying to write dtype "
                f"{tensor.dtype.name}. Set `fn_output_signature` to the dtype that the function "
                "answers."
            )
    return tensors


def _loop(count: Any, kinds: list[Any], turn: Callable[..., Any], backwards: bool = False) -> Any:
    """Run `turn(i, arrays)` for every index, over one array per kind."""
    arrays = [TensorArray(kind, count) for kind in kinds]
    shapes: list[TensorArray] = list(arrays)

    def test(i: Tensor, *flows: Tensor) -> Tensor:
        return i < count

    def body(i: Tensor, *flows: Tensor) -> list[Tensor]:
        at = count - 1 - i if backwards else i
        made = turn(at, [a._with(flow) for a, flow in zip(arrays, flows)])
        shapes[:] = made
        return [i + 1, *(a.flow for a in made)]

    results = while_loop(test, body, [0, *(a.flow for a in arrays)])
    known = count if isinstance(count, int) else None
    out = []
    for array, flow in zip(shapes, results[1:]):
        made = array._with(flow)
        made._count = known
        out.append(made)
    return out


@public("scan")
def scan(
    fn: Callable[..., Any], elems: Any, initializer: Any = None, parallel_iterations: int = 10,
    back_prop: bool = True, swap_memory: bool = False, infer_shape: bool = True,
    reverse: bool = False, name: Any = None,
) -> Any:  # fmt: skip
    """All accumulated values of `fn(accumulated, element)` along the first axis, stacked.

    Args:
        fn: (accumulated, element) -> accumulated.
        elems: tensor or structure of tensors.
        initializer: first accumulated value; by default the first element.
        parallel_iterations, back_prop, swap_memory, infer_shape: accepted.
        reverse: go from the last element to the first.
        name: of the node.

    Raises:
        TypeError: if `fn` is not callable.
    """
    if not callable(fn):
        raise TypeError(f"{fn!r} is not callable. fn must be callable.")
    tensors, count = _elements(elems)
    start, skipped = _start(tensors, initializer, reverse, count)
    structure = start
    if current().eager or isinstance(count, int):
        order = range(int(count))[:: -1 if reverse else 1]
        accumulated = start
        leaves = flatten(start)
        rows = [leaves] if skipped else []
        for i in list(order)[skipped:]:
            accumulated = _tensors(fn(accumulated, _row(tensors, i)))
            rows.append(flatten(accumulated))
            for first, leaf in zip(leaves, rows[-1]):
                _check_written(first, leaf)
        if reverse:
            rows.reverse()
        return pack(structure, [tf.stack(list(column)) for column in zip(*rows)])
    return _scan_loop(fn, tensors, start, skipped, count, reverse)


def _check_written(first: Any, value: Any) -> None:
    """Raises where a value does not fit the array that holds the first one."""
    if value.dtype is not first.dtype:
        raise InvalidArgumentError(
            None, None, f"TensorArray dtype is {first.dtype.name} but Op is trying to write dtype "
            f"{value.dtype.name}",
        )  # fmt: skip
    if not compatible(value.dims, first.dims):
        raise ValueError(f"Incompatible shape for value ({value.shape}), expected ({first.shape})")


def _scan_loop(fn: Any, tensors: Any, start: Any, skipped: int, count: Any, reverse: bool) -> Any:
    leaves = flatten(start)
    arrays = [TensorArray(t.dtype, count, element_shape=t.shape) for t in leaves]
    if skipped:
        first = count - 1 if reverse else 0
        arrays = [a.write(first, t) for a, t in zip(arrays, leaves)]
    size = len(leaves)

    def body(i: Tensor, *state: Tensor) -> list[Tensor]:
        at = count - 1 - i if reverse else i
        accumulated = _tensors(fn(pack(start, state[:size]), _row(tensors, at)))
        flat = flatten(accumulated)
        flows = [a._with(f).write(at, t).flow for a, f, t in zip(arrays, state[size:], flat)]
        return [i + 1, *flat, *flows]

    results = while_loop(lambda i, *state: i < count, body,
                         [skipped, *leaves, *(a.flow for a in arrays)])  # fmt: skip
    stacked = [a._with(f).stack() for a, f in zip(arrays, results[1 + size :])]
    return pack(start, stacked)


def _start(tensors: Any, initializer: Any, reverse: bool, count: Any) -> tuple[Any, int]:
    if initializer is not None:
        return _tensors(initializer), 0
    return _row(tensors, (count - 1) if reverse else 0), 1


def _tensors(structure: Any) -> Any:
    return map_structure(convert_to_tensor, structure)


def _fold(fn: Any, elems: Any, initializer: Any, reverse: bool) -> Any:
    if not callable(fn):
        raise TypeError(f"{fn!r} is not callable. fn must be callable.")
    tensors, count = _elements(elems)
    start, skipped = _start(tensors, initializer, reverse, count)
    if current().eager:
        accumulated = start
        for i in list(range(int(count))[:: -1 if reverse else 1])[skipped:]:
            accumulated = _tensors(fn(accumulated, _row(tensors, i)))
        return accumulated
    leaves = flatten(start)

    def body(i: Tensor, *state: Tensor) -> list[Tensor]:
        at = count - 1 - i if reverse else i
        return [i + 1, *flatten(_tensors(fn(pack(start, state), _row(tensors, at))))]

    results = while_loop(lambda i, *state: i < count, body, [skipped, *leaves])
    return pack(start, results[1:])


@public("foldl")
def foldl(
    fn: Callable[..., Any], elems: Any, initializer: Any = None, parallel_iterations: int = 10,
    back_prop: bool = True, swap_memory: bool = False, name: Any = None,
) -> Any:  # fmt: skip
    """The last accumulated value of `fn(accumulated, element)`, first element first."""
    return _fold(fn, elems, initializer, reverse=False)


@public("foldr")
def foldr(
    fn: Callable[..., Any], elems: Any, initializer: Any = None, parallel_iterations: int = 10,
    back_prop: bool = True, swap_memory: bool = False, name: Any = None,
) -> Any:  # fmt: skip
    """The last accumulated value of `fn(accumulated, element)`, last element first."""
    return _fold(fn, elems, initializer, reverse=True)


@public("vectorized_map")
def vectorized_map(
    fn: Callable[..., Any], elems: Any, fallback_to_while_loop: bool = True, warn: bool = True
) -> Any:
    """`fn` applied to each element along the first axis, the results stacked."""
    tensors, count = _elements(elems)
    if isinstance(count, int) or current().eager:
        rows = [_tensors(fn(_row(tensors, i))) for i in range(int(count))]
        return map_structure(lambda *column: tf.stack(list(column)), *rows)
    probe = _tensors(fn(_row(tensors, 0)))
    specs = map_structure(lambda t: t.dtype, probe)
    return map_fn(fn, elems, fn_output_signature=specs)
