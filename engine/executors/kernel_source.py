"""How single ops are written where that beats a call of their kernel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.executors.forms import form, taker
from engine.executors.in_place import assign_add, assign_sub
from engine.executors.python_source import Emitter
from engine.executors.scratch import buffer_key
from engine.ir.dtypes import as_dtype, bool_, float32, variant
from engine.ir.graph import Node
from engine.ops.rational import SHORT

_ARITHMETIC = {
    "math.floordiv": ("{0} // {1}", "floor_divide"),
    "math.floormod": ("{0} % {1}", "remainder"),
}
_EQUALITY = {"math.equal": ("{0} == {1}", "equal"), "math.not_equal": ("{0} != {1}", "not_equal")}


@form("raw.constant")
def _constant(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str]:
    return [emitter.bind(emitter.constant(node.attrs["value"]), "c")]


@form("identity", "stop_gradient")
def _alias(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str]:
    name = inputs[0]
    if name in emitter.dying:  # its new name is as good: it lives on
        emitter.dying.remove(name)
    return [name]


@form("raw.read_variable")
def _read(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str]:
    out = emitter.fresh()
    emitter.line(f"{out} = {inputs[0]}.read()", node)
    return [out]


@form("raw.assign_variable")
def _assign(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str]:
    emitter.line(f"{inputs[0]}.value = {inputs[1]}", node)
    return []


@form("raw.assign_add", "raw.assign_sub")
def _assign_change(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str]:
    adds = node.op.name == "raw.assign_add"
    if node.inputs[1].dims == ():
        sign = "+" if adds else "-"
        emitter.line(f"{inputs[0]}.value = {inputs[0]}.read() {sign} {inputs[1]}", node)
    else:
        change = emitter.bind(assign_add if adds else assign_sub)
        emitter.line(f"{change}({inputs[0]}, {inputs[1]})", node)
    return []


@form("math.floordiv", "math.floormod")
def _divide(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str] | None:
    """Without the test for zero, where the divisor is a constant."""
    divisor = node.inputs[1]
    if divisor.dtype.kind in "iu" and not _never_zero(divisor):
        return None
    return emitter.elementwise(node, inputs, *_ARITHMETIC[node.op.name])


@taker("math.floordiv", "math.floormod")
def _divides_numbers(node: Node, tensor: Any) -> bool:
    x, divisor = node.inputs
    return tensor is not divisor and x is not divisor and x.dims == () and _never_zero(divisor)


def _never_zero(tensor: Any) -> bool:
    if tensor.node.op.name != "raw.constant":
        return False
    value = tensor.node.attrs["value"]
    return bool(value.all() if value.shape else value)


@form("math.equal", "math.not_equal")
def _equal(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str] | None:
    if any(t.dtype.kind not in "fiucb" for t in node.inputs):
        return None
    return emitter.elementwise(node, inputs, *_EQUALITY[node.op.name])


@taker("math.equal", "math.not_equal", "math.tanh")
def _compares_numbers(node: Node, tensor: Any) -> bool:
    inputs = node.inputs
    if any(t.dims != () or t.dtype.kind not in "fiucb" for t in inputs):
        return False
    return sum(t is tensor for t in inputs) <= 1


@form("math.pow")
def _power(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str]:
    """By the operator, which knows squares and square roots: never by the ufunc."""
    out = emitter.fresh()
    emitter.line(f"{out} = {inputs[0]} ** {inputs[1]}", node)
    return [out]


@form("math.maximum", "math.minimum")
def _extreme(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str] | None:
    """Integer scalars by comparison (floats have two zeros and NaN)."""
    if any(t.dims != () or t.dtype.kind not in "iu" for t in node.inputs):
        return None
    sign = ">=" if node.op.name == "math.maximum" else "<="
    out = emitter.fresh()
    x, y = inputs
    emitter.line(f"{out} = {x} if {x} {sign} {y} else {y}", node)
    return [out]


@form("nn.relu")
def _relu(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str] | None:
    tensor = node.inputs[0]
    if tensor.dims == ():
        out = emitter.fresh()
        name = emitter.zero(tensor.dtype, False)
        emitter.line(f"{out} = {name} if {inputs[0]} <= {name} else {inputs[0]}", node)
        return [out]
    target = emitter.target(node, True)
    if target is None:
        return None
    name = emitter.zeros(tensor)
    call = f"{emitter.ufunc('maximum')}({inputs[0]}, {name}, out={target})"
    return emitter.into(node, target, call)


@form("raw.relu_grad")
def _relu_grad(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str] | None:
    """The mask and the product in buffers."""
    key = buffer_key(node.inputs[1])
    if not emitter.plan or key is None or node.inputs[0].dims != node.inputs[1].dims:
        return None
    zero = emitter.zero(node.inputs[1].dtype, True)
    mask = emitter.buffers.take((key[0], bool_))
    target = emitter.target(node, True)
    emitter.line(f"{emitter.ufunc('greater')}({inputs[1]}, {zero}, {mask})", node)
    emitter.buffers.give(mask)
    multiply = emitter.ufunc("multiply")
    if target is not None:
        return emitter.into(node, target, f"{multiply}({inputs[0]}, {mask}, {target})")
    out = emitter.fresh()
    emitter.line(f"{out} = {multiply}({inputs[0]}, {mask})", node)
    return [out]


@form("raw.mat_mul")
def _matmul(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str] | None:
    if not emitter.plan:
        return None
    target = emitter.target(node) or (emitter.result(node) if node.outputs[0].dims else None)
    if target is None:
        return None
    a = inputs[0] + (".T" if node.attrs["transpose_a"] else "")
    b = inputs[1] + (".T" if node.attrs["transpose_b"] else "")
    return emitter.into(node, target, f"{emitter.ufunc('matmul')}({a}, {b}, {target})")


_REDUCTIONS = {"raw.reduce_sum": "add", "raw.reduce_max": "maximum", "raw.reduce_min": "minimum"}


@form(*_REDUCTIONS)
def _reduce(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str] | None:
    """Into a buffer, where the result has one."""
    source = buffer_key(node.inputs[0])
    if not emitter.plan or source is None:
        return None
    buffer = emitter.target(node)
    if buffer is None:
        return None
    ufunc = emitter.ufunc(_REDUCTIONS[node.op.name])
    axis, keepdims = node.attrs["axis"], node.attrs["keepdims"]
    kind = "None"
    if node.op.name == "raw.reduce_sum":  # numpy would widen small integers
        kind = emitter.bind(node.inputs[0].dtype.as_numpy_dtype)
    call = f"{ufunc}.reduce({inputs[0]}, {axis!r}, {kind}, {buffer}, {bool(keepdims)})"
    return emitter.into(node, buffer, call)


BLENDED = {1: "int8", 2: "int16", 4: "int32", 8: "int64"}
"""Integers as wide as the elements that a select may mix bit by bit."""

_BLEND_FROM = 4096
"""Elements from which on mixing bits beats `where`, which mispredicts its branches."""


@form("raw.select")
def _select(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str] | None:
    """Whole arrays are mixed bit by bit: `y ^ ((x ^ y) & -mask)`."""
    mask, x, y = node.inputs
    key = buffer_key(node.outputs[0])
    if not emitter.plan or key is None or not x.dims == y.dims == mask.dims == key[0]:
        return None
    width = BLENDED.get(key[1].size)
    if width is None or math.prod(key[0]) < _BLEND_FROM:
        return None
    whole = (key[0], as_dtype(width))
    known = emitter.mask == (inputs[0], whole, len(emitter.lines))  # by the line before
    ones = emitter.buffers.take(whole)
    bits = emitter.buffers.take(whole)
    if known and bits == emitter.mask_ones:
        ones, bits = bits, ones
    known = known and ones == emitter.mask_ones
    target = emitter.target(node, True) or "None"
    emitter.buffers.give(bits)
    emitter.buffers.give(ones)
    kernel = emitter.bind(blend)
    mask_name = "None" if known else inputs[0]
    call = f"{kernel}({mask_name}, {inputs[1]}, {inputs[2]}, {target}, {ones}, {bits})"
    results = emitter.into(node, target, call)
    emitter.mask, emitter.mask_ones = (inputs[0], whole, len(emitter.lines)), ones
    return results


@form("math.tanh")
def _tanh(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str] | None:
    """The kernel, which minds the last digit, where the array is short; else numpy's function."""
    dims = node.outputs[0].dims
    if dims == () and node.outputs[0].dtype is float32:
        return _tanh_of_number(emitter, node, inputs[0])
    if dims is not None and (not dims or (None not in dims and math.prod(dims) > SHORT)):  # type: ignore[arg-type]
        return None
    return emitter.call(node, inputs)


_ROUNDS = frozenset({"math.add", "math.subtract", "math.multiply", "raw.real_divide"})
"""Arithmetic that makes a Python float beside a number of single precision such a number."""


def _tanh_of_number(emitter: Emitter, node: Node, x: str) -> Sequence[str]:
    """A Python float where arithmetic takes it, which rounds it as it would have been rounded."""
    text = f"{emitter.bind(math.tanh)}({emitter.text(x)})"
    user = emitter.sole_user(node)
    if user is None or user.op.name not in _ROUNDS or not _has_single_partner(user, node):
        text = f"{emitter.bind(np.float32)}({text})"
    return emitter.expression(node, text)


def _has_single_partner(user: Node, node: Node) -> bool:
    """Is the other operand a number of single precision, and no Python float itself?"""
    others = [t for t in user.inputs if t is not node.outputs[0]]
    return len(others) == 1 and others[0].dims == () and others[0].node.op is not node.op


def blend(mask: Any, x: Any, y: Any, out: Any, ones: Any, bits: Any) -> Any:
    """`x` where `mask` holds, else `y`: into `out` (None: a new array), by way of two buffers.

    `mask` is None where `ones` holds it already.
    """
    if out is None:
        out = np.empty(x.shape, x.dtype)
    kind = ones.dtype
    below = y.view(kind)
    if mask is not None:
        np.copyto(ones, np.negative(mask.view(np.int8)))
    np.bitwise_xor(x.view(kind), below, bits)
    np.bitwise_and(bits, ones, bits)
    np.bitwise_xor(bits, below, out.view(kind))
    return out


_EXACT = frozenset({"int8", "int16", "int32", "uint8", "uint16", "uint32"})


@form("raw.cast")
def _cast(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str] | None:
    """Scalars of small integers by way of a Python float; arrays into a buffer."""
    source, target = node.inputs[0], node.attrs["dtype"]
    if source.dims == () and source.dtype.name in _EXACT and target.name in ("float32", "float64"):
        out = emitter.fresh()
        kind = emitter.bind(target.as_numpy_dtype)
        emitter.line(f"{out} = {kind}(float({inputs[0]}))", node)
        return [out]
    simple = source.dtype.kind in "iub" or (source.dtype.kind == "f" and target.kind in "fc")
    if not emitter.plan or not simple:
        return None
    buffer = emitter.target(node)
    if buffer is None or buffer not in emitter.buffers.made:
        return None
    blended = emitter.mask == (inputs[0], buffer_key(node.outputs[0]), len(emitter.lines))
    if blended and source.dtype is bool_:  # the line before made it, with the other sign
        emitter.line(f"{emitter.ufunc('negative')}({emitter.mask_ones}, {buffer})", node)
        return [buffer]
    copyto = emitter.bind(emitter.xp.copyto)
    emitter.line(f"{copyto}({buffer}, {inputs[0]}, 'unsafe')", node)
    return [buffer]


@form("raw.add_n")
def _add_n(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str] | None:
    if any(t.dtype is variant for t in node.inputs) or len(inputs) < 2:
        return None
    target = emitter.target(node)
    if target is None or target not in emitter.buffers.made:
        out = emitter.fresh()
        emitter.line(f"{out} = {' + '.join(inputs)}", node)
        return [out]
    add = emitter.ufunc("add")
    left = inputs[0]
    for right in inputs[1:]:
        emitter.line(f"{add}({left}, {right}, {target})", node)
        left = target
    return [target]


@form("raw.stack_push")
def _push(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str]:
    out = emitter.fresh()
    emitter.line(f"{out} = {inputs[0]}, {inputs[1]}", node)
    return [out]


@form("raw.stack_pop")
def _pop(emitter: Emitter, node: Node, inputs: list[str]) -> Sequence[str]:
    lower, value = emitter.fresh(), emitter.fresh()
    compute = node.op.compute
    assert compute is not None
    empty = emitter.bind(compute(emitter.xp, None, **node.attrs))
    emitter.line(f"{lower}, {value} = {empty} if {inputs[0]} is None else {inputs[0]}", node)
    return [lower, value]
