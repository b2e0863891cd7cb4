"""Einstein summation and tensor contraction."""

from __future__ import annotations

import functools
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import int32
from engine.ir.op import op, public
from engine.ir.shapes import broadcast
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import known_ints
from engine.ir.tensor import Tensor, Tensors
from engine.ops.declare import unbroadcast
from engine.ops.matmul import product
from engine.ops.scope import scoped


@functools.lru_cache(maxsize=1024)
def _terms(equation: str) -> tuple[list[str], str]:
    """The labels of each operand and of the result; '.' stands for the ellipsis."""
    left, arrow, right = equation.replace(" ", "").replace("...", ".").partition("->")
    inputs = left.split(",")
    if not arrow:
        counted = "".join(inputs)
        free = sorted(c for c in set(counted) if c != "." and counted.count(c) == 1)
        right = ("." if "." in counted else "") + "".join(free)
    return inputs, right


@functools.lru_cache(maxsize=1024)
def _sizes(equation: str, shapes: tuple[Any, ...]) -> tuple[dict[str, int | None], Any]:
    """Size of each label, and the broadcast shape that the ellipsis stands for."""
    inputs, output = _terms(equation)
    if len(inputs) != len(shapes):
        raise ValueError(f"Expected {len(inputs)} inputs for equation {equation} but got: "
                         f"{len(shapes)}")  # fmt: skip
    sizes: dict[str, int | None] = {}
    ellipsis: Any = ()
    for labels, dims in zip(inputs, shapes):
        if dims is None:
            ellipsis = None if "." in labels else ellipsis
            for label in labels:
                sizes.setdefault(label, None)
            continue
        named = labels.replace(".", "")
        wide = len(dims) - len(named)
        if wide < 0 or (wide and "." not in labels):
            raise ValueError(f"Expected input {labels} of equation {equation} to have rank "
                             f"{len(named)} but got: {len(dims)}")  # fmt: skip
        start = labels.index(".") if "." in labels else len(labels)
        if "." in labels and ellipsis is not None:
            ellipsis = broadcast(ellipsis, dims[start : start + wide])
        own = dims[:start] + dims[start + wide :]
        for label, size in zip(named, own):
            known = sizes.get(label)
            if known is not None and size is not None and known != size:
                raise ValueError(f"Expected dimension {known} at axis {label} of the input shaped "
                                 f"{dims} but got dimension {size}")  # fmt: skip
            if known is None:
                sizes[label] = size
    for label in output:
        if label != "." and label not in sizes:
            raise ValueError(f"Einsum output label {label!r} does not appear in an input")
    return sizes, ellipsis


@op("raw.einsum", type="Einsum", samples=[
    (["float32[2,3]", "float32[3,4]"], "ij,jk->ik"), (["float64[3,3]"], "ij->ji"),
    (["float64[2,3,4]", "float64[4,5]"], "...ij,jk->...ik"), (["float64[2,3]"], "ij->i"),
])  # fmt: skip
def einsum_op(inputs: Tensors, equation: str, name: str | None = None) -> TensorSpec:
    """Products of tensors, summed over the labels that the result lacks."""
    sizes, ellipsis = _sizes(equation, tuple(x.dims for x in inputs))
    output = _terms(equation)[1]
    if "." in output and ellipsis is None:
        return spec(inputs[0].dtype, None)
    dims: list[int | None] = []
    for label in output:
        dims.extend(ellipsis if label == "." else [sizes[label]])
    return spec(inputs[0].dtype, tuple(dims))


@einsum_op.kernel
def _einsum_kernel(xp: Any, *inputs: Any, equation: str) -> Any:
    _sizes(equation, tuple(x.shape for x in inputs))
    found = _as_matmul(xp, inputs, equation) if len(inputs) == 2 else None
    if found is not None:
        return found
    left, right = _terms(equation)
    plain = ",".join(left).replace(".", "...") + "->" + right.replace(".", "...")
    return xp.asarray(xp.einsum(plain, *inputs, optimize=len(inputs) > 1), inputs[0].dtype)


def _as_matmul(xp: Any, inputs: Any, equation: str) -> Any:
    """A contraction of two operands over one run of labels, as one matrix product."""
    (a, b), out = _terms(equation)
    x, y = inputs
    labels = a + b + out
    if "." in labels or any(len(set(part)) < len(part) for part in (a, b, out)):
        return None
    summed = [c for c in a if c in b and c not in out]
    left = [c for c in a if c not in b]
    right = [c for c in b if c not in a]
    batch = [c for c in a if c in b and c in out]
    if len(left) + len(right) + len(batch) != len(out) or not summed:
        return None
    if any(x.shape[a.index(c)] != y.shape[b.index(c)] for c in summed + batch):
        return None
    x = x.transpose([a.index(c) for c in batch + left + summed])
    y = y.transpose([b.index(c) for c in batch + summed + right])
    nb, nl, ns = len(batch), len(left), len(summed)
    lead, rows, columns = x.shape[:nb], x.shape[nb : nb + nl], y.shape[nb + ns :]
    inner = _product(x.shape[nb + nl :])
    x = x.reshape(*lead, _product(rows), inner)
    y = y.reshape(*lead, inner, _product(columns))
    result = product(xp, x, y).reshape(lead + rows + columns)
    order = batch + left + right
    if list(out) == order:
        return result
    return xp.ascontiguousarray(result.transpose([order.index(c) for c in out]))


def _product(sizes: Any) -> int:
    total = 1
    for size in sizes:
        total *= size
    return total


@einsum_op.gradient
def _einsum_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, ...]:
    """Exchange one operand with the result; labels it does not share are broadcast."""
    inputs, output = _terms(node.attrs["equation"])
    result = []
    for i, labels in enumerate(inputs):
        others = [x for j, x in enumerate(node.inputs) if j != i]
        if grad.dtype.is_complex:
            others = [tf.math.conj(x) for x in others]
        other_labels = [part for j, part in enumerate(inputs) if j != i]
        result.append(_operand_gradient(tf, labels, other_labels, output, grad, others,
                                        node.inputs[i]))  # fmt: skip
    return tuple(result)


def _operand_gradient(
    tf: Any, labels: str, other_labels: list[str], output: str, grad: Tensor, others: list[Any],
    x: Tensor,
) -> Tensor:  # fmt: skip
    """The gradient of the operand `x` with `labels`."""
    available = "".join([output, *other_labels])
    once = "".join(dict.fromkeys(labels))
    reached = "".join(c for c in once if c in available)
    target = ("." if "." not in reached and "." in available else "") + reached
    equation = ",".join([output, *other_labels]) + "->" + target
    part = einsum_op([grad, *others], equation.replace(".", "..."))
    if target != reached:  # the operand has no ellipsis: sum over what it stands for
        extra = part.ndim - len(reached)
        part = tf.reduce_sum(part, list(range(extra))) if extra else part
    if reached != once or len(once) != len(labels):
        return _widened(tf, part, labels, once, reached, x)
    return unbroadcast(tf, part, x)


def _widened(tf: Any, part: Tensor, labels: str, once: str, reached: str, x: Tensor) -> Tensor:
    """Repeat along labels that were summed alone; put repeated labels on diagonals."""
    shape = tf.shape(x)
    for position, label in enumerate(once):
        if label not in reached:
            part = tf.expand_dims(part, position)
    if len(once) == len(labels):
        return tf.broadcast_to(part, shape)
    sizes = [shape[labels.index(label)] for label in once]
    part = tf.broadcast_to(part, tf.stack(sizes))
    seen = []
    operands, parts, extra = [part], [once], iter("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for position, label in enumerate(labels):
        if label not in labels[:position]:
            seen.append(label)
            continue
        fresh = next(c for c in extra if c not in labels)
        operands.append(tf.eye(shape[position], dtype=part.dtype))
        parts.append(label + fresh)
        seen.append(fresh)
    return einsum_op(operands, ",".join(parts) + "->" + "".join(seen))


@scoped("einsum", last=False)
def _named_einsum(tensors: list[Any], equation: str, name: str | None = None) -> Tensor:
    return einsum_op(tensors, equation, name)


@public("einsum", "linalg.einsum")
def einsum(equation: str, *inputs: Any, **kwargs: Any) -> Tensor:
    """Products of tensors, summed over axes, as the equation tells: ``"ij,jk->ik"``.

    Args:
        equation: labels of the axes of each input, separated by commas, then ``->`` and the
            labels of the result (without it: the labels that occur once, in alphabetic order).
            ``...`` stands for axes that broadcast.
        *inputs: numeric tensors of one dtype.
        **kwargs: `name` of the node; `optimize`, which makes no difference.

    Raises:
        ValueError: if the equation is malformed.
        InvalidArgumentError: (ValueError while tracing) if the shapes do not fit it.
    """
    name = kwargs.pop("name", None)
    kwargs.pop("optimize", None)
    if kwargs:
        raise TypeError(f"Invalid keyword arguments for this function: {', '.join(sorted(kwargs))}")
    plain = equation.replace(" ", "").replace("...", ".")
    if not all(c.isalpha() or c in ",.->" for c in plain) or plain.count("->") > 1:
        raise ValueError(f"Indices have incorrect format. Received: {equation}.")
    if "->" not in plain and "-" in plain:
        raise ValueError(f"Indices have incorrect format. Received: {equation}.")
    tensors = list(inputs[0]) if len(inputs) == 1 and isinstance(inputs[0], (list, tuple)) and (
        "," in plain) else list(inputs)  # fmt: skip
    terms, output = _terms(equation)
    if len(terms) != len(tensors):
        raise ValueError(
            f'Got {len(tensors)} arguments for equation "{equation}", expecting {len(terms)}.'
        )
    missing = next((c for c in output if c != "." and c not in "".join(terms)), None)
    if missing is not None:
        raise ValueError(
            f"Output subscripts contain the label {missing} not present in the input subscripts."
        )
    if len(set(output)) != len(output):
        raise ValueError(f"Output subscripts contain a label appearing more than once: {output}")
    resolved = ",".join(terms) + "->" + output
    return _named_einsum(tensors, resolved.replace(".", "..."), name=name)


@public("tensordot", "linalg.tensordot")
@scoped("Tensordot", last=False)
def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Tensor:
    """Contract axes of two tensors.

    Args:
        a: numeric tensor.
        b: tensor of the same dtype.
        axes: a number n (the last n axes of `a` with the first n of `b`), or two lists of axes.
        name: of the last node.

    Returns:
        A tensor with the other axes of `a`, then those of `b`.

    Raises:
        ValueError: if `axes` does not fit the tensors.
    """
    from engine.ops.namespace import tf

    a = convert_to_tensor(a)
    b = convert_to_tensor(b, dtype_hint=a.dtype)
    if a.dims is None or b.dims is None:
        return _dynamic_tensordot(tf, a, b, axes, name)
    left, right = _contracted(axes, len(a.dims), len(b.dims))
    free_a = [i for i in range(len(a.dims)) if i not in left]
    free_b = [i for i in range(len(b.dims)) if i not in right]
    if len(a.dims) == len(b.dims) == 2 and left == [1] and right == [0]:
        return tf.matmul(a, b, name=name)
    rows = _merged(tf, a, free_a + left, len(free_a))
    columns = _merged(tf, b, right + free_b, len(right))
    product = tf.matmul(rows, columns)
    dims = [a.dims[i] for i in free_a] + [b.dims[i] for i in free_b]
    if None not in dims:
        return tf.reshape(product, dims, name=name)
    shape = tf.stack([tf.shape(a)[i] for i in free_a] + [tf.shape(b)[i] for i in free_b])
    result = tf.reshape(product, shape, name=name)
    result.set_shape(dims)
    return result


def _dynamic_tensordot(tf: Any, a: Tensor, b: Tensor, axes: Any, name: str | None) -> Tensor:
    """The contraction of tensors of unknown rank: the axes are worked out in the graph."""
    if isinstance(axes, int):
        left, right = tf.range(tf.rank(a) - axes, tf.rank(a)), tf.range(axes)
    else:
        pair = [convert_to_tensor(part, dtype_hint=int32) for part in (axes[0], axes[1])]
        pair = [tf.reshape(part, [-1]) for part in pair]
        _same_number(*(None if part.dims is None else part.dims[0] for part in pair))
        left, right = (tf.math.floormod(p, tf.rank(x)) for p, x in zip(pair, (a, b)))
    free_a, free_b = remaining(tf, a, left), remaining(tf, b, right)
    shape_a, shape_b = tf.shape(a), tf.shape(b)
    inner = tf.reduce_prod(tf.gather(shape_a, left))
    rows = tf.transpose(a, tf.concat([free_a, left], 0))
    columns = tf.transpose(b, tf.concat([right, free_b], 0))
    product = tf.matmul(tf.reshape(rows, [-1, inner]), tf.reshape(columns, [inner, -1]))
    sizes = tf.concat([tf.gather(shape_a, free_a), tf.gather(shape_b, free_b)], 0)
    return tf.reshape(product, sizes, name=name)


def remaining(tf: Any, x: Tensor, axes: Tensor) -> Tensor:
    """The axes of `x` that are not among `axes`."""
    places = tf.range(tf.rank(x))
    used = tf.reduce_any(tf.equal(places[:, None], axes[None, :]), 1)
    return tf.boolean_mask(places, tf.logical_not(used))


def _contracted(axes: Any, rank_a: int, rank_b: int) -> tuple[list[int], list[int]]:
    if isinstance(axes, int) or (isinstance(axes, Tensor) and axes.dims == ()):
        count = known_ints(axes)
        if count is None or count < 0:
            raise ValueError(f"`axes` must be at least 0. Received: {axes}.")
        if count > rank_a or count > rank_b:
            raise (ValueError if count > rank_a else IndexError)(
                f"`axes` must not be larger than the number of dimensions of tensors. Received: "
                f"{axes}, vs tensor dimensions {rank_a}."
            )
        return list(range(rank_a - count, rank_a)), list(range(count))
    pair = list(axes) if not isinstance(axes, Tensor) else [axes[0], axes[1]]
    if len(pair) != 2:
        raise ValueError(f"`axes` must be an integer or have length 2. Received: {axes}.")
    lists = []
    for part, rank in zip(pair, (rank_a, rank_b)):
        found = known_ints(part)
        found = (found,) if isinstance(found, int) else found
        lists.append([int(i) % rank if -rank <= i < rank else _no_axis(i, rank) for i in found])
    if len(lists[0]) != len(lists[1]):
        raise ValueError(
            f"Different number of contraction axes `a` and `b`, {len(lists[0])} != {len(lists[1])}."
        )
    return lists[0], lists[1]


def _same_number(left: int | None, right: int | None) -> None:
    if left is not None and right is not None and left != right:
        raise ValueError(f"Different number of contraction axes `a` and `b`, {left} != {right}.")


def _no_axis(axis: int, rank: int) -> int:
    raise IndexError(f"axis {axis} is out of range for a tensor of rank {rank}")


def _merged(tf: Any, x: Tensor, order: list[int], rows: int) -> Tensor:
    """`x` with its axes in `order`, as a matrix of the first `rows` axes by the others."""
    if order != list(range(len(order))):
        x = tf.transpose(x, order)
    dims = x.dims
    assert dims is not None
    head, tail = dims[:rows], dims[rows:]
    if None not in dims:
        return tf.reshape(x, [_product(head), _product(tail)])
    shape = tf.shape(x)
    return tf.reshape(x, [tf.reduce_prod(shape[:rows]), tf.reduce_prod(shape[rows:])])
