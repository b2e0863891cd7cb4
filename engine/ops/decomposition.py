"""Decompositions of matrices: Cholesky, QR, SVD, eigenvalues, LU."""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.base.errors import InvalidArgumentError
from engine.ir.dtypes import COMPLEX, DType, float32, float64, int32
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor

LINEAR = COMPLEX | {float32, float64}


def square_dims(x: Any) -> Any:
    """The shape of square matrices. Raises ValueError where they are none."""
    if x.dims is None:
        return None
    if len(x.dims) < 2:
        raise ValueError(f"Shape must be at least rank 2 but is rank {len(x.dims)}")
    rows, columns = x.dims[-2:]
    if rows is not None and columns is not None and rows != columns:
        raise ValueError(f"Dimensions must be equal, but are {rows} and {columns}")
    size = columns if rows is None else rows
    return (*x.dims[:-2], size, size)


def check_square(x: Any) -> None:
    """Raises InvalidArgumentError where an array holds no square matrices."""
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise InvalidArgumentError(None, None, "Input matrix must be square.")


def _adjoint(tf: Any, x: Tensor) -> Tensor:
    return tf.linalg.adjoint(x)


# -- Cholesky


@op("linalg.cholesky", type="Cholesky", dtypes={"T": LINEAR})
def cholesky(input: Tensor, name: str | None = None) -> TensorSpec:
    """The lower triangular matrices L with L L^H = input.

    Args:
        input: positive definite matrices [..., n, n]; the upper triangle is not looked at.
        name: of the node.

    Returns:
        A tensor of the same shape; nan where a matrix is not positive definite.
    """
    return spec(input.dtype, square_dims(input))


@cholesky.kernel
def _cholesky_kernel(xp: Any, x: Any) -> Any:
    check_square(x)
    lower = xp.tril(x)
    full = lower + xp.swapaxes(xp.tril(x, -1), -1, -2).conj()
    try:
        return xp.linalg.cholesky(full)
    except xp.linalg.LinAlgError:
        return _cholesky_one_by_one(xp, full)


def _cholesky_one_by_one(xp: Any, full: Any) -> Any:
    """The factors of the matrices that have one, nan for the others."""
    n = full.shape[-1]
    out = xp.empty_like(full).reshape(-1, n, n)
    for i, matrix in enumerate(full.reshape(-1, n, n)):
        try:
            out[i] = xp.linalg.cholesky(matrix)
        except xp.linalg.LinAlgError:
            out[i] = xp.tril(xp.full((n, n), xp.nan, full.dtype))
    return out.reshape(full.shape)


@cholesky.gradient
def _cholesky_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    """Iain Murray, Differentiation of the Cholesky decomposition (2016), equation 8."""
    lower = node.outputs[0]
    n = tf.shape(lower)[-1]
    inverse = tf.linalg.triangular_solve(
        lower, tf.eye(n, batch_shape=tf.shape(lower)[:-2], dtype=lower.dtype)
    )
    middle = tf.matmul(lower, grad, adjoint_a=True)
    middle = tf.linalg.set_diag(middle, tf.linalg.diag_part(middle) * 0.5)
    middle = tf.linalg.band_part(middle, -1, 0)
    part = tf.matmul(tf.matmul(inverse, middle, adjoint_a=True), inverse)
    return (part + _adjoint(tf, part)) * 0.5


# -- QR


@op("raw.qr", type="Qr", dtypes={"T": LINEAR})
def qr_op(
    input: Tensor, full_matrices: bool = False, name: str | None = None
) -> tuple[TensorSpec, TensorSpec]:
    """Q with orthonormal columns and upper triangular R."""
    if input.dims is None:
        return spec(input.dtype, None), spec(input.dtype, None)
    if len(input.dims) < 2:
        raise ValueError(f"Shape must be at least rank 2 but is rank {len(input.dims)}")
    *lead, m, n = input.dims
    least = None if m is None or n is None else min(m, n)
    inner = m if full_matrices else least
    return spec(input.dtype, (*lead, m, inner)), spec(input.dtype, (*lead, inner, n))


@qr_op.kernel
def _qr_kernel(xp: Any, x: Any, full_matrices: bool = False) -> Any:
    if x.ndim < 2:
        raise InvalidArgumentError(None, None, "Input must have rank >= 2")
    q, r = xp.linalg.qr(x, "complete" if full_matrices else "reduced")
    return q, r


@qr_op.gradient
def _qr_gradient(tf: Any, node: Any, grad_q: Tensor, grad_r: Tensor) -> Tensor:
    """Walter, Lehmann, Lamour: On evaluating higher-order derivatives of the QR decomposition."""
    q, r = node.outputs
    x = node.inputs[0]
    rows, columns = x.dims[-2], x.dims[-1]
    if rows is None or columns is None:
        raise NotImplementedError("The gradient of QR needs matrices of known size.")
    if node.attrs["full_matrices"] and rows != columns and q.dims[-2] != r.dims[-1]:
        raise NotImplementedError("The gradient of QR with full matrices needs square ones.")
    if rows >= columns:
        return _tall_qr_gradient(tf, q, r, grad_q, grad_r)
    u = r[..., :rows]
    v = x[..., rows:]
    grad_u, grad_v = grad_r[..., :rows], grad_r[..., rows:]
    grad_q = grad_q + tf.matmul(v, grad_v, adjoint_b=True)
    head = _tall_qr_gradient(tf, q, u, grad_q, grad_u)
    return tf.concat([head, tf.matmul(q, grad_v)], axis=-1)


def _tall_qr_gradient(tf: Any, q: Any, r: Any, grad_q: Tensor, grad_r: Tensor) -> Tensor:
    m = tf.matmul(r, grad_r, adjoint_b=True) - tf.matmul(grad_q, q, adjoint_a=True)
    lower = tf.linalg.band_part(m, -1, 0)
    strict = tf.linalg.set_diag(lower, tf.zeros_like(tf.linalg.diag_part(lower)))
    mirrored = lower + _adjoint(tf, strict)
    right = grad_q + tf.matmul(q, mirrored)
    return _adjoint(tf, tf.linalg.triangular_solve(r, _adjoint(tf, right), lower=False))


class Qr(NamedTuple):
    """What `qr` answers."""

    q: Any
    r: Any


@public("linalg.qr")
def qr(input: Any, full_matrices: bool = False, name: str | None = None) -> Any:
    """The factors of input = Q R.

    Args:
        input: matrices [..., m, n] of floats or complex numbers.
        full_matrices: make Q square?
        name: of the node.

    Returns:
        A named tuple (q, r): Q [..., m, k] with orthonormal columns, R [..., k, n] upper
        triangular; k is min(m, n), or m for full matrices.
    """
    return Qr(*qr_op(input, bool(full_matrices), name))


# -- singular values


@op("raw.svd", type="Svd", dtypes={"T": LINEAR})
def svd_op(
    input: Tensor, compute_uv: bool = True, full_matrices: bool = False, name: str | None = None
) -> tuple[TensorSpec, TensorSpec, TensorSpec]:
    """Singular values, largest first, and the vectors on both sides."""
    real = input.dtype.real_dtype
    if input.dims is None:
        return spec(real, None), spec(input.dtype, None), spec(input.dtype, None)
    if len(input.dims) < 2:
        raise ValueError(f"Shape must be at least rank 2 but is rank {len(input.dims)}")
    *lead, m, n = input.dims
    least = None if m is None or n is None else min(m, n)
    left = (*lead, m, m if full_matrices else least)
    right = (*lead, n, n if full_matrices else least)
    if not compute_uv:
        return spec(real, (*lead, least)), spec(input.dtype, (0,)), spec(input.dtype, (0,))
    return spec(real, (*lead, least)), spec(input.dtype, left), spec(input.dtype, right)


@svd_op.kernel
def _svd_kernel(xp: Any, x: Any, compute_uv: bool = True, full_matrices: bool = False) -> Any:
    if x.ndim < 2:
        raise InvalidArgumentError(None, None, "Input must have rank >= 2")
    if not compute_uv:
        empty = xp.zeros((0,), x.dtype)
        return xp.linalg.svd(x, compute_uv=False), empty, empty
    u, s, vh = xp.linalg.svd(x, full_matrices=full_matrices)
    return s, u, xp.swapaxes(vh, -1, -2).conj()


@svd_op.gradient
def _svd_gradient(tf: Any, node: Any, grad_s: Any, grad_u: Any, grad_v: Any) -> Tensor:
    """Townsend, Differentiating the singular value decomposition (2016); Wan, Zhang (complex)."""
    x = node.inputs[0]
    if not node.attrs["compute_uv"]:
        s, u, v = tf.raw.svd(x, True, False)
        return tf.matmul(u, _scaled(tf, tf.cast(grad_s, x.dtype), v))
    s, u, v = node.outputs
    if x.dims is None or None in x.dims[-2:]:
        raise NotImplementedError("The gradient of SVD needs matrices of known size.")
    m, n = x.dims[-2:]
    if abs(m - n) > 1 and node.attrs["full_matrices"]:
        raise NotImplementedError(
            "The gradient of SVD with full matrices needs nearly square ones."
        )
    k = min(m, n)
    u, v = u[..., :k], v[..., :k]
    grad_u, grad_v = grad_u[..., :k], grad_v[..., :k]
    squares = tf.square(s)
    gaps = tf.expand_dims(squares, -2) - tf.expand_dims(squares, -1)
    f = tf.cast(tf.math.reciprocal_no_nan(gaps), x.dtype)
    wide_s = tf.cast(s, x.dtype)
    inverse = tf.math.reciprocal_no_nan(wide_s)
    uu = f * tf.matmul(u, grad_u, adjoint_a=True)
    vv = f * tf.matmul(v, grad_v, adjoint_a=True)
    core = (
        _right_scaled(tf, uu + _adjoint(tf, uu), wide_s)
        + tf.expand_dims(wide_s, -1) * (vv + _adjoint(tf, vv))
        + tf.linalg.diag(tf.cast(grad_s, x.dtype))
    )
    if x.dtype.is_complex:
        twist = tf.linalg.diag_part(tf.matmul(u, grad_u, adjoint_a=True))
        imaginary = tf.complex(tf.zeros_like(tf.math.imag(twist)), tf.math.imag(twist))
        core = core + tf.linalg.diag(imaginary * inverse)
    result = tf.matmul(u, tf.matmul(core, v, adjoint_b=True))
    if m > k:
        outside = grad_u - tf.matmul(u, tf.matmul(u, grad_u, adjoint_a=True))
        result = result + tf.matmul(_right_scaled(tf, outside, inverse), v, adjoint_b=True)
    if n > k:
        outside = grad_v - tf.matmul(v, tf.matmul(v, grad_v, adjoint_a=True))
        result = result + tf.matmul(_right_scaled(tf, u, inverse), outside, adjoint_b=True)
    return result


def _right_scaled(tf: Any, matrix: Any, diagonal: Any) -> Any:
    return matrix * tf.expand_dims(diagonal, -2)


def _scaled(tf: Any, diagonal: Any, v: Any) -> Any:
    """diag(diagonal) v^H."""
    return tf.expand_dims(diagonal, -1) * _adjoint(tf, v)


@public("linalg.svd")
def svd(
    tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None
) -> Any:
    """The singular value decomposition tensor = U diag(s) V^H.

    Args:
        tensor: matrices [..., m, n] of floats or complex numbers.
        full_matrices: make U and V square?
        compute_uv: also answer U and V?
        name: of the node.

    Returns:
        (s, u, v), or s alone without `compute_uv`; s [..., min(m, n)] has the largest first.
    """
    s, u, v = svd_op(tensor, bool(compute_uv), bool(full_matrices), name)
    return (s, u, v) if compute_uv else s


# -- LU


@op("raw.lu", type="Lu", dtypes={"T": LINEAR})
def lu_op(
    input: Tensor, output_idx_type: DType = int32, name: str | None = None
) -> tuple[TensorSpec, TensorSpec]:
    """Both triangular factors in one matrix, and the permutation of the rows."""
    dims = square_dims(input)
    return spec(input.dtype, dims), spec(output_idx_type, None if dims is None else dims[:-1])


@lu_op.kernel
def _lu_kernel(xp: Any, x: Any, output_idx_type: DType = int32) -> Any:
    """Gaussian elimination with partial pivoting, all matrices of the batch at once."""
    check_square(x)
    n = x.shape[-1]
    flat = x.reshape(-1, n, n).copy()
    count = xp.arange(len(flat))
    order = xp.tile(xp.arange(n), (len(flat), 1))
    for k in range(n):
        pivot = k + xp.argmax(abs(flat[:, k:, k]), axis=1)
        for array in (flat, order):
            top = array[count, k].copy()
            array[count, k] = array[count, pivot]
            array[count, pivot] = top
        if bool((flat[:, k, k] == 0).any()):
            raise InvalidArgumentError(None, None, "Input is not invertible.")
        flat[:, k + 1 :, k] /= flat[:, k, k][:, None]
        flat[:, k + 1 :, k + 1 :] -= flat[:, k + 1 :, k, None] * flat[:, k, None, k + 1 :]
    return flat.reshape(x.shape), order.reshape(x.shape[:-1]).astype(output_idx_type.name)


@public("linalg.lu")
def lu(input: Any, output_idx_type: Any = int32, name: str | None = None) -> Any:
    """The factors of input[p] = L U, with partial pivoting.

    Args:
        input: matrices [..., n, n] of floats or complex numbers.
        output_idx_type: dtype of the permutation.
        name: of the node.

    Returns:
        (lu, p): L (its ones left out) below and U above the diagonal of one matrix; and which
        row of the input stands where.

    Raises:
        InvalidArgumentError: if a matrix is singular.
    """
    from engine.ir.dtypes import as_dtype

    factors, order = lu_op(input, as_dtype(output_idx_type), name)
    return Lu(factors, order)


class Lu(NamedTuple):
    """What `lu` answers."""

    lu: Any
    p: Any
