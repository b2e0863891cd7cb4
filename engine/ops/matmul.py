"""Matrix products."""

from __future__ import annotations

import functools
from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import COMPLEX, FLOATING, INTEGER, NUMERIC, int8, int16
from engine.ir.op import op, public
from engine.ir.shapes import Dims, bracketed, broadcast
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.declare import unbroadcast
from engine.ops.scope import scoped

_MATMUL = (FLOATING | COMPLEX | INTEGER) - {int8, int16}


def product(xp: Any, a: Any, b: Any) -> Any:
    """The matrix product in the dtype of `a` (numpy answers float32 for bfloat16)."""
    found = xp.matmul(a, b)
    return found if found.dtype == a.dtype else found.astype(a.dtype)


def _check_inner(a: Any, b: Any, inner_a: int | None, inner_b: int | None) -> None:
    if inner_a is not None and inner_b is not None and inner_a != inner_b:
        raise ValueError(
            f"Dimensions must be equal, but are {inner_a} and {inner_b} for input shapes: "
            f"{bracketed(a.dims)}, {bracketed(b.dims)}."
        )


@op("raw.mat_mul", type="MatMul", dtypes={"T": _MATMUL},
    samples=[("float32[3,4]", "float32[4,2]"),
             ("float64[4,3]", "float64[2,4]", True, True)])  # fmt: skip
def mat_mul(
    a: Tensor, b: Tensor, transpose_a: bool = False, transpose_b: bool = False,
    name: str | None = None,
) -> TensorSpec:  # fmt: skip
    """The product of two matrices, each transposed first if so wished."""
    for x in (a, b):
        if x.dims is not None and len(x.dims) != 2:
            raise ValueError(f"Shape must be rank 2 but is rank {len(x.dims)}")
    rows, inner_a = (None, None) if a.dims is None else a.dims[:: -1 if transpose_a else 1]
    inner_b, columns = (None, None) if b.dims is None else b.dims[:: -1 if transpose_b else 1]
    _check_inner(a, b, inner_a, inner_b)
    return spec(a.dtype, (rows, columns))


@mat_mul.kernel
def _mat_mul_kernel(
    xp: Any, a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False
) -> Any:
    if a.ndim != 2 or b.ndim != 2:
        wrong = a if a.ndim != 2 else b
        raise InvalidArgumentError(None, None, f"In[0] and In[1] ndims must be == 2: {wrong.ndim}")
    return product(xp, a.T if transpose_a else a, b.T if transpose_b else b)


@mat_mul.gradient
def _mat_mul_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    a, b = node.inputs
    if a.dtype.is_complex:
        a, b = tf.math.conj(a), tf.math.conj(b)
    ta, tb = node.attrs["transpose_a"], node.attrs["transpose_b"]
    if not ta and not tb:
        return mat_mul(grad, b, False, True), mat_mul(a, grad, True, False)
    if not ta:
        return mat_mul(grad, b), mat_mul(grad, a, True, False)
    if not tb:
        return mat_mul(b, grad, False, True), mat_mul(a, grad)
    return mat_mul(b, grad, True, True), mat_mul(grad, a, True, True)


def _mat_mul_binder(xp: Any, attrs: Any, inputs: Any, outputs: Any) -> Any:
    matmul = xp.matmul
    if inputs[0].dtype.name == "bfloat16":
        matmul = functools.partial(product, xp)
    ta, tb = attrs["transpose_a"], attrs["transpose_b"]
    if ta and tb:
        return lambda a, b: matmul(a.T, b.T)
    if ta:
        return lambda a, b: matmul(a.T, b)
    if tb:
        return lambda a, b: matmul(a, b.T)
    return matmul


mat_mul.op.bind = _mat_mul_binder


@op("raw.batch_mat_mul", type="BatchMatMulV2", dtypes={"T": NUMERIC},
    samples=[("float32[5,3,4]", "float32[4,2]"),
             ("float64[5,4,3]", "float64[2,1,2,4]", True, True)])  # fmt: skip
def batch_mat_mul(
    x: Tensor, y: Tensor, adj_x: bool = False, adj_y: bool = False, name: str | None = None
) -> TensorSpec:
    """Products of the matrices in the last two axes; the other axes broadcast."""
    for value in (x, y):
        if value.dims is not None and len(value.dims) < 2:
            raise ValueError(f"Shape must be at least rank 2 but is rank {len(value.dims)}")
    rows, inner_x = (None, None) if x.dims is None else _last_two(x.dims, adj_x)
    inner_y, columns = (None, None) if y.dims is None else _last_two(y.dims, adj_y)
    _check_inner(x, y, inner_x, inner_y)
    if x.dims is None or y.dims is None:
        return spec(x.dtype, None)
    batch = broadcast(x.dims[:-2], y.dims[:-2])
    return spec(x.dtype, None if batch is None else (*batch, rows, columns))


def _last_two(dims: Any, swapped: bool) -> Any:
    return dims[-2:][::-1] if swapped else dims[-2:]


def _adjoint(xp: Any, x: Any) -> Any:
    turned = xp.swapaxes(x, -1, -2)
    return turned.conj() if x.dtype.kind == "c" else turned


@batch_mat_mul.kernel
def _batch_mat_mul_kernel(xp: Any, x: Any, y: Any, adj_x: bool = False, adj_y: bool = False) -> Any:
    if x.ndim < 2 or y.ndim < 2:
        raise InvalidArgumentError(
            None, None, f"In[0] and In[1] ndims must be >= 2: {min(x.ndim, y.ndim)}"
        )
    return product(xp, _adjoint(xp, x) if adj_x else x, _adjoint(xp, y) if adj_y else y)


@batch_mat_mul.gradient
def _batch_mat_mul_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    x, y = node.inputs
    ax, ay = node.attrs["adj_x"], node.attrs["adj_y"]
    grad_x = batch_mat_mul(y, grad, ay, True) if ax else batch_mat_mul(grad, y, False, not ay)
    grad_y = batch_mat_mul(grad, x, True, ax) if ay else batch_mat_mul(x, grad, not ax, False)
    return unbroadcast(tf, grad_x, x), unbroadcast(tf, grad_y, y)


@public("linalg.matmul", "matmul")
def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    output_type: Any = None,
    grad_a: bool = False,
    grad_b: bool = False,
    name: str | None = None,
) -> Tensor:
    """The matrix product a @ b, over leading batch axes that broadcast.

    Args:
        a: numeric tensor of rank 2 or more.
        b: tensor of the same dtype, rank 2 or more.
        transpose_a: swap the last two axes of `a` first?
        transpose_b: the same for `b`.
        adjoint_a: take the conjugate transpose of `a` first?
        adjoint_b: the same for `b`.
        a_is_sparse: a hint that `a` holds many zeros; makes no difference.
        b_is_sparse: the same for `b`.
        output_type: dtype of the result, where it differs from that of `a`.
        grad_a: accepted for compatibility; makes no difference.
        grad_b: the same.
        name: of the node.

    Raises:
        ValueError: if both `transpose_a` and `adjoint_a` are set (or both of `b`).
        InvalidArgumentError: (ValueError while tracing) if the shapes do not fit.
    """
    if isinstance(a, Tensor) and isinstance(b, Tensor) and a.dims and b.dims:
        plain = not (adjoint_a or adjoint_b or output_type)
        if plain and len(a.dims) == 2 == len(b.dims):
            return mat_mul(a, b, transpose_a, transpose_b, name)
    from engine.ops.namespace import tf

    for letter, transpose, adjoint in (
        ("a", transpose_a, adjoint_a),
        ("b", transpose_b, adjoint_b),
    ):
        if transpose and adjoint:
            raise ValueError(
                f"Only one of `transpose_{letter}` and `adjoint_{letter}` can be True. Received "
                f"`transpose_{letter}`={transpose}, `adjoint_{letter}`={adjoint}."
            )
    a = convert_to_tensor(a)
    b = convert_to_tensor(b, dtype_hint=a.dtype.base_dtype)
    if output_type is not None:
        a, b = tf.cast(a, output_type), tf.cast(b, output_type)
    if _is_batch(a.dims) or _is_batch(b.dims):
        if transpose_a and a.dtype.is_complex:
            a = tf.math.conj(a)
        if transpose_b and b.dtype.is_complex:
            b = tf.math.conj(b)
        return batch_mat_mul(a, b, transpose_a or adjoint_a, transpose_b or adjoint_b, name)
    if adjoint_a and a.dtype.is_complex:
        a = tf.math.conj(a)
    if adjoint_b and b.dtype.is_complex:
        b = tf.math.conj(b)
    return mat_mul(a, b, transpose_a or adjoint_a, transpose_b or adjoint_b, name)


def _is_batch(dims: Dims) -> bool:
    """As TensorFlow decides: a tensor of unknown rank may have batch axes."""
    return dims is None or len(dims) > 2


@public("linalg.matvec")
@scoped("MatVec", last=False)
def matvec(
    a: Any, b: Any, transpose_a: bool = False, adjoint_a: bool = False,
    a_is_sparse: bool = False, b_is_sparse: bool = False, name: str | None = None,
) -> Tensor:  # fmt: skip
    """The product of a matrix and a vector, over leading batch axes.

    Args:
        a: numeric tensor [..., n, m].
        b: tensor [..., m] of the same dtype.
        transpose_a: swap the last two axes of `a` first?
        adjoint_a: take the conjugate transpose of `a` first?
        a_is_sparse: makes no difference.
        b_is_sparse: makes no difference.
        name: of the node.

    Returns:
        A tensor [..., n].
    """
    from engine.ops.namespace import tf

    product = matmul(a, tf.expand_dims(b, -1), transpose_a=transpose_a, adjoint_a=adjoint_a)
    return tf.squeeze(product, axis=-1, name=name)
