"""Linear systems, inverses and determinants."""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import float16, int32
from engine.ir.op import op, public
from engine.ir.shapes import broadcast
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.declare import unbroadcast
from engine.ops.decomposition import LINEAR, check_square, square_dims


def _solved_dims(matrix: Any, rhs: Any) -> Any:
    square = square_dims(matrix)
    if square is None or rhs.dims is None:
        return rhs.dims
    if len(rhs.dims) < 2:
        raise ValueError(f"Shape must be at least rank 2 but is rank {len(rhs.dims)}")
    n, rows = square[-1], rhs.dims[-2]
    if n is not None and rows is not None and n != rows:
        raise ValueError(f"Dimensions must be equal, but are {n} and {rows}")
    lead = broadcast(square[:-2], rhs.dims[:-2])
    return None if lead is None else (*lead, n if rows is None else rows, rhs.dims[-1])


def _singular(xp: Any, compute: Any) -> Any:
    try:
        return compute()
    except xp.linalg.LinAlgError:
        raise InvalidArgumentError(None, None, "Input matrix is not invertible.") from None


def _adjoint_of(xp: Any, x: Any) -> Any:
    return xp.swapaxes(x, -1, -2).conj()


@op("linalg.inv", type="MatrixInverse", dtypes={"T": LINEAR | {float16}})
def inv(input: Tensor, adjoint: bool = False, name: str | None = None) -> TensorSpec:
    """The inverses of square matrices.

    Args:
        input: matrices [..., n, n] of floats or complex numbers.
        adjoint: of the conjugate transposes?
        name: of the node.

    Raises:
        InvalidArgumentError: if a matrix is singular or not square.
    """
    return spec(input.dtype, square_dims(input))


@inv.kernel
def _inv_kernel(xp: Any, x: Any, adjoint: bool = False) -> Any:
    check_square(x)
    wide = x.astype(xp.float32) if x.dtype.itemsize == 2 else x
    found = _singular(xp, lambda: xp.linalg.inv(_adjoint_of(xp, wide) if adjoint else wide))
    return found.astype(x.dtype)


@inv.gradient
def _inv_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    y = node.outputs[0]
    if node.attrs["adjoint"]:
        inner = tf.matmul(y, tf.matmul(grad, y, adjoint_a=True))
        return tf.negative(inner)
    inner = tf.matmul(grad, y, adjoint_b=True)
    return tf.negative(tf.matmul(y, inner, adjoint_a=True))


@op("linalg.solve", type="MatrixSolve", dtypes={"T": LINEAR})
def solve(
    matrix: Tensor, rhs: Tensor, adjoint: bool = False, name: str | None = None
) -> TensorSpec:
    """The solutions X of matrix X = rhs.

    Args:
        matrix: invertible matrices [..., n, n].
        rhs: tensor [..., n, k] of the same dtype.
        adjoint: solve with the conjugate transposes of the matrices?
        name: of the node.

    Returns:
        A tensor [..., n, k].

    Raises:
        InvalidArgumentError: if a matrix is singular or the shapes do not fit.
    """
    return spec(matrix.dtype, _solved_dims(matrix, rhs))


@solve.kernel
def _solve_kernel(xp: Any, matrix: Any, rhs: Any, adjoint: bool = False) -> Any:
    check_square(matrix)
    if rhs.ndim < 2 or matrix.ndim != rhs.ndim:
        raise InvalidArgumentError(
            None,
            None,
            f"All input tensors must have the same rank: {list(matrix.shape)} {list(rhs.shape)}",
        )
    left = _adjoint_of(xp, matrix) if adjoint else matrix
    return _singular(xp, lambda: xp.linalg.solve(left, rhs))


@solve.gradient
def _solve_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    matrix, x = node.inputs[0], node.outputs[0]
    adjoint = node.attrs["adjoint"]
    right = solve(matrix, grad, adjoint=not adjoint)
    if adjoint:
        return tf.negative(tf.matmul(x, right, adjoint_b=True)), right
    return tf.negative(tf.matmul(right, x, adjoint_b=True)), right


@op("linalg.triangular_solve", type="MatrixTriangularSolve", dtypes={"T": LINEAR})
def triangular_solve(
    matrix: Tensor, rhs: Tensor, lower: bool = True, adjoint: bool = False, name: str | None = None
) -> TensorSpec:
    """The solutions X of matrix X = rhs for triangular matrices.

    Args:
        matrix: matrices [..., n, n]; only the triangle that `lower` names is looked at.
        rhs: tensor [..., n, k] of the same dtype; leading axes broadcast.
        lower: lower triangular?
        adjoint: solve with the conjugate transposes?
        name: of the node.

    Returns:
        A tensor [..., n, k].

    Raises:
        InvalidArgumentError: if a diagonal holds a zero or the shapes do not fit.
    """
    return spec(matrix.dtype, _solved_dims(matrix, rhs))


@triangular_solve.kernel
def _triangular_solve_kernel(
    xp: Any, matrix: Any, rhs: Any, lower: bool = True, adjoint: bool = False
) -> Any:
    """Substitution by blocks: each diagonal block is solved, the rest is matrix products."""
    check_square(matrix)
    if rhs.ndim < 2 or rhs.shape[-2] != matrix.shape[-1]:
        raise InvalidArgumentError(None, None, f"In[0] mismatch In[1] shape: {matrix.shape[-1]} "
                                               f"vs. {rhs.shape[-2:]}")  # fmt: skip
    if bool((xp.diagonal(matrix, 0, -2, -1) == 0).any()):
        raise InvalidArgumentError(None, None, "Input matrix is not invertible.")
    triangle = xp.tril(matrix) if lower else xp.triu(matrix)
    forward = lower
    if adjoint:
        triangle, forward = _adjoint_of(xp, triangle), not lower
    lead = xp.broadcast_shapes(matrix.shape[:-2], rhs.shape[:-2])
    out = xp.broadcast_to(rhs, lead + rhs.shape[-2:]).copy()
    n, block = matrix.shape[-1], 32
    starts = range(0, n, block)
    for start in starts if forward else reversed(starts):
        stop = min(start + block, n)
        done = slice(0, start) if forward else slice(stop, n)
        here = slice(start, stop)
        if done.stop > done.start:
            out[..., here, :] -= triangle[..., here, done] @ out[..., done, :]
        out[..., here, :] = xp.linalg.solve(triangle[..., here, here], out[..., here, :])
    return out


@triangular_solve.gradient
def _triangular_solve_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    matrix, rhs = node.inputs
    x, lower, adjoint = node.outputs[0], node.attrs["lower"], node.attrs["adjoint"]
    right = triangular_solve(matrix, grad, lower=lower, adjoint=not adjoint)
    if adjoint:
        left = tf.negative(tf.matmul(x, right, adjoint_b=True))
    else:
        left = tf.negative(tf.matmul(right, x, adjoint_b=True))
    left = tf.linalg.band_part(left, -1, 0) if lower else tf.linalg.band_part(left, 0, -1)
    return unbroadcast(tf, left, matrix), unbroadcast(tf, right, rhs)


@public("linalg.cholesky_solve")
def cholesky_solve(chol: Any, rhs: Any, name: str | None = None) -> Tensor:
    """The solutions X of A X = rhs, given Cholesky factors of A.

    Args:
        chol: lower triangular matrices [..., n, n], as `tf.linalg.cholesky` answers.
        rhs: tensor [..., n, k] of the same dtype.
        name: of the last node.
    """
    half = triangular_solve(chol, rhs, adjoint=False, lower=True)
    return triangular_solve(chol, half, adjoint=True, lower=True, name=name)


@op("linalg.det", type="MatrixDeterminant", dtypes={"T": LINEAR})
def det(input: Tensor, name: str | None = None) -> TensorSpec:
    """The determinants of square matrices.

    Args:
        input: matrices [..., n, n] of floats or complex numbers.
        name: of the node.

    Returns:
        A tensor [...].
    """
    dims = square_dims(input)
    return spec(input.dtype, None if dims is None else dims[:-2])


@det.kernel
def _det_kernel(xp: Any, x: Any) -> Any:
    check_square(x)
    return xp.linalg.det(x)


@det.gradient
def _det_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    x, value = node.inputs[0], node.outputs[0]
    inverse = inv(x, adjoint=True)
    return (grad * value)[..., None, None] * inverse


@op("raw.slogdet", type="LogMatrixDeterminant", dtypes={"T": LINEAR})
def slogdet_op(input: Tensor, name: str | None = None) -> tuple[TensorSpec, TensorSpec]:
    """The sign and the logarithm of the size of determinants."""
    dims = square_dims(input)
    lead = None if dims is None else dims[:-2]
    return spec(input.dtype, lead), spec(input.dtype, lead)


@slogdet_op.kernel
def _slogdet_kernel(xp: Any, x: Any) -> Any:
    check_square(x)
    sign, size = xp.linalg.slogdet(x)
    return xp.asarray(sign, x.dtype)[()], xp.asarray(size, x.dtype)[()]


@slogdet_op.gradient
def _slogdet_gradient(tf: Any, node: Any, _: Any, grad: Tensor) -> Tensor:
    return grad[..., None, None] * inv(node.inputs[0], adjoint=True)


class LogMatrixDeterminant(NamedTuple):
    """What `slogdet` answers."""

    sign: Any
    log_abs_determinant: Any


@public("linalg.slogdet")
def slogdet(input: Any, name: str | None = None) -> Any:
    """The determinants of square matrices as sign times exp(size).

    Args:
        input: matrices [..., n, n] of floats or complex numbers.
        name: of the node.

    Returns:
        A named tuple (sign, log_abs_determinant) of tensors [...].
    """
    return LogMatrixDeterminant(*slogdet_op(input, name))


@public("linalg.logdet")
def logdet(matrix: Any, name: str | None = None) -> Tensor:
    """The logarithms of the determinants of positive definite matrices, by Cholesky.

    Args:
        matrix: matrices [..., n, n] of floats or complex numbers.
        name: of the last node.
    """
    from engine.ops.namespace import tf

    chol = tf.linalg.cholesky(matrix)
    logs = tf.math.log(tf.math.real(tf.linalg.diag_part(chol)))
    return tf.multiply(tf.constant(2.0, logs.dtype), tf.reduce_sum(logs, axis=[-1]), name=name)


@public("linalg.lstsq")
def lstsq(
    matrix: Any, rhs: Any, l2_regularizer: float = 0.0, fast: bool = True, name: str | None = None
) -> Tensor:
    """The least-squares solutions X of matrix X = rhs.

    Args:
        matrix: matrices [..., m, n] of floats or complex numbers.
        rhs: tensor [..., m, k] of the same dtype.
        l2_regularizer: weight of the squared norm of X; only with `fast`.
        fast: by Cholesky of the normal equations? Otherwise by a complete orthogonal method.
        name: of the last node.

    Returns:
        A tensor [..., n, k]; the one of least norm where there are several.
    """
    from engine.ops.namespace import tf

    a, b = convert_to_tensor(matrix), convert_to_tensor(rhs)
    if not fast:
        return tf.matmul(pinv(a), b, name=name)
    rows, columns = (None, None) if a.dims is None else a.dims[-2:]
    if rows is None or columns is None:
        shape = tf.shape(a)
        result = tf.cond(
            shape[-2] >= shape[-1],
            lambda: _by_normal_equations(a, b, l2_regularizer, True, name),
            lambda: _by_normal_equations(a, b, l2_regularizer, False, name),
        )
        result.set_shape(a.dims and b.dims and (*a.dims[:-2], columns, b.dims[-1]))
        return result
    return _by_normal_equations(a, b, l2_regularizer, rows >= columns, name)


def _by_normal_equations(
    a: Tensor, b: Tensor, l2_regularizer: float, tall: bool, name: str | None
) -> Tensor:
    from engine.ops.namespace import tf

    gram = tf.matmul(a, a, adjoint_a=tall, adjoint_b=not tall)
    if l2_regularizer:
        ones = tf.ones(tf.shape(gram)[:-1], gram.dtype)
        gram = gram + tf.linalg.diag(ones) * l2_regularizer
    chol = tf.linalg.cholesky(gram)
    if tall:
        return cholesky_solve(chol, tf.matmul(a, b, adjoint_a=True), name)
    return tf.matmul(a, cholesky_solve(chol, b), adjoint_a=True, name=name)


def _check_real_matrix(a: Tensor) -> None:
    if not a.dtype.is_floating:
        raise TypeError(f"Input `a` must have `float`-like `dtype` (saw {a.dtype.name}).")
    if a.dims is not None and len(a.dims) < 2:
        raise ValueError(f"Input `a` must have at least 2 dimensions (saw: {len(a.dims)}).")


@public("linalg.pinv")
def pinv(a: Any, rcond: Any = None, validate_args: bool = False, name: str | None = None) -> Tensor:
    """The Moore-Penrose inverses of matrices, from their singular values.

    Args:
        a: matrices [..., m, n] of floats.
        rcond: singular values below this share of the largest count as zero; by default
            10 max(m, n) times the spacing of the dtype.
        validate_args: makes no difference: the arguments are always checked.
        name: of the last node.

    Returns:
        A tensor [..., n, m].

    Raises:
        TypeError: if `a` holds no floats.
    """
    from engine.ops.namespace import tf

    a = convert_to_tensor(a)
    _check_real_matrix(a)
    s, u, v = tf.linalg.svd(a)
    if rcond is None:
        spacing = 2.220446049250313e-16 if a.dtype.size == 8 else 1.1920928955078125e-07
        rcond = tf.cast(tf.reduce_max(tf.shape(a)[-2:]), s.dtype) * (10.0 * spacing)
    rcond = convert_to_tensor(rcond, dtype_hint=s.dtype)
    limit = tf.expand_dims(tf.cast(rcond, s.dtype), -1) * tf.reduce_max(s, -1, keepdims=True)
    kept = s > limit
    inverse = tf.where(kept, 1.0 / tf.where(kept, s, tf.ones_like(s)), tf.zeros_like(s))
    scaled = v * tf.cast(tf.expand_dims(inverse, -2), v.dtype)
    return tf.matmul(scaled, u, adjoint_b=True, name=name)


@public("linalg.matrix_rank")
def matrix_rank(
    a: Any, tol: Any = None, validate_args: bool = False, name: str | None = None
) -> Tensor:
    """The number of singular values above a tolerance.

    Args:
        a: matrices [..., m, n] of floats.
        tol: least singular value that counts; by default max(m, n) times the largest one times
            the spacing of the dtype.
        validate_args: makes no difference.
        name: of the last node.

    Returns:
        An int32 tensor [...].
    """
    from engine.ops.namespace import tf

    a = convert_to_tensor(a)
    _check_real_matrix(a)
    s = tf.linalg.svd(a, compute_uv=False)
    if tol is None:
        spacing = 2.220446049250313e-16 if a.dtype.size == 8 else 1.1920928955078125e-07
        size = tf.cast(tf.reduce_max(tf.shape(a)[-2:]), s.dtype)
        tol = spacing * size * tf.reduce_max(s, axis=-1, keepdims=True)
    return tf.reduce_sum(tf.cast(s > tol, int32), axis=-1, name=name)


# -- from LU factors


def _rows_in_order(matrices: Any, order: Any, factors: Any, name: str | None = None) -> Any:
    """The rows of each matrix in the order given for it."""
    from engine.ops.namespace import tf

    if factors.dims is not None:
        return tf.gather(matrices, order, batch_dims=len(factors.dims) - 2, axis=-2, name=name)
    shape = tf.shape(matrices)
    flat = tf.reshape(matrices, tf.concat([[-1], shape[-2:]], 0))
    orders = tf.broadcast_to(order, shape[:-1])
    rows = tf.gather(flat, tf.reshape(orders, [-1, shape[-2]]), batch_dims=1, axis=1)
    return tf.reshape(rows, shape, name=name)


@public("linalg.lu_reconstruct")
def lu_reconstruct(
    lower_upper: Any, perm: Any, validate_args: bool = False, name: str | None = None
) -> Tensor:
    """The matrices whose LU factors are given: the inverse of `tf.linalg.lu`.

    Args:
        lower_upper: factors [..., n, n].
        perm: rows [..., n].
        validate_args: makes no difference.
        name: of the last node.
    """
    from engine.ops.namespace import tf

    factors = convert_to_tensor(lower_upper)
    below = tf.linalg.band_part(factors, -1, 0)
    unit = tf.linalg.set_diag(below, tf.ones(tf.shape(factors)[:-1], factors.dtype))
    product = tf.matmul(unit, tf.linalg.band_part(factors, 0, -1))
    order = tf.argsort(perm, axis=-1)
    return _rows_in_order(product, order, factors, name)


@public("linalg.lu_solve")
def lu_solve(
    lower_upper: Any, perm: Any, rhs: Any, validate_args: bool = False, name: str | None = None
) -> Tensor:
    """The solutions X of A X = rhs, given LU factors of A.

    Args:
        lower_upper: factors [..., n, n], as `tf.linalg.lu` answers.
        perm: rows [..., n].
        rhs: tensor [..., n, k].
        validate_args: makes no difference.
        name: of the last node.
    """
    from engine.ops.namespace import tf

    factors, right = convert_to_tensor(lower_upper), convert_to_tensor(rhs)
    ordered = _rows_in_order(right, convert_to_tensor(perm), factors)
    below = tf.linalg.set_diag(factors, tf.ones(tf.shape(factors)[:-1], factors.dtype))
    half = triangular_solve(below, ordered, lower=True)
    return triangular_solve(factors, half, lower=False, name=name)


@public("linalg.lu_matrix_inverse")
def lu_matrix_inverse(
    lower_upper: Any, perm: Any, validate_args: bool = False, name: str | None = None
) -> Tensor:
    """The inverses of the matrices whose LU factors are given; arguments as `lu_solve`."""
    from engine.ops.namespace import tf

    factors = convert_to_tensor(lower_upper)
    lead = tf.shape(factors)[:-2]
    identity = tf.eye(tf.shape(factors)[-1], batch_shape=lead, dtype=factors.dtype)
    return lu_solve(factors, perm, identity, validate_args, name)
