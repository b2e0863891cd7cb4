"""Eigenvalues and eigenvectors of matrices."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import DType, complex64, complex128, float32
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.decomposition import LINEAR, check_square, square_dims


def _adjoint(tf: Any, x: Tensor) -> Tensor:
    return tf.linalg.adjoint(x)


@op("raw.self_adjoint_eig", type="SelfAdjointEigV2", dtypes={"T": LINEAR})
def self_adjoint_eig(
    input: Tensor, compute_v: bool = True, name: str | None = None
) -> tuple[TensorSpec, TensorSpec]:
    """Eigenvalues, smallest first, and eigenvectors of Hermitian matrices."""
    dims = square_dims(input)
    values = None if dims is None else dims[:-1]
    return spec(input.dtype, values), spec(input.dtype, dims if compute_v else (0,))


@self_adjoint_eig.kernel
def _self_adjoint_eig_kernel(xp: Any, x: Any, compute_v: bool = True) -> Any:
    check_square(x)
    if not compute_v:
        return xp.linalg.eigvalsh(x).astype(x.dtype), xp.zeros((0,), x.dtype)
    values, vectors = xp.linalg.eigh(x)
    return values.astype(x.dtype), vectors


@self_adjoint_eig.gradient
def _self_adjoint_eig_gradient(tf: Any, node: Any, grad_e: Tensor, grad_v: Any) -> Tensor:
    """Giles, An extended collection of matrix derivative results (2008), section 3.1."""
    if not node.attrs["compute_v"]:
        _, v = tf.raw.self_adjoint_eig(node.inputs[0], True)
        core = tf.linalg.diag(grad_e)
    else:
        e, v = node.outputs
        gaps = tf.expand_dims(e, -2) - tf.expand_dims(e, -1)
        f = tf.math.reciprocal_no_nan(gaps)
        core = tf.linalg.diag(grad_e) + f * tf.matmul(v, grad_v, adjoint_a=True)
    full = tf.matmul(v, tf.matmul(core, v, adjoint_b=True))
    # only the lower triangle is an input: fold the upper one onto it
    folded = tf.linalg.band_part(full + _adjoint(tf, full), -1, 0)
    return tf.linalg.set_diag(folded, tf.linalg.diag_part(folded) * 0.5)


@public("linalg.eigh")
def eigh(tensor: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Eigenvalues and eigenvectors of Hermitian matrices.

    Args:
        tensor: matrices [..., n, n]; only the lower triangle is looked at.
        name: of the node.

    Returns:
        Eigenvalues [..., n], smallest first, and eigenvectors as columns [..., n, n].
    """
    values, vectors = self_adjoint_eig(tensor, True, name)
    return values, vectors


@public("linalg.eigvalsh")
def eigvalsh(tensor: Any, name: str | None = None) -> Tensor:
    """The eigenvalues of Hermitian matrices, smallest first; see `tf.linalg.eigh`."""
    return self_adjoint_eig(tensor, False, name)[0]


@op("raw.eig", type="Eig", dtypes={"T": LINEAR})
def eig_op(
    input: Tensor, compute_v: bool, result: DType, name: str | None = None
) -> tuple[TensorSpec, TensorSpec]:
    """Eigenvalues and eigenvectors of any square matrices."""
    dims = square_dims(input)
    return spec(result, None if dims is None else dims[:-1]), spec(
        result, dims if compute_v else (0,)
    )


@eig_op.kernel
def _eig_kernel(xp: Any, x: Any, compute_v: bool, result: DType) -> Any:
    check_square(x)
    if not compute_v:
        values = xp.linalg.eigvals(x)
        return values.astype(result.name), xp.zeros((0,), result.name)
    values, vectors = xp.linalg.eig(x)
    return values.astype(result.name), vectors.astype(result.name)


@eig_op.gradient
def _eig_gradient(tf: Any, node: Any, grad_e: Tensor, grad_v: Any) -> Tensor:
    """Giles 2008, section 3.1, with the norm of the vectors held fixed."""
    x = node.inputs[0]
    result = node.attrs["result"]
    if not node.attrs["compute_v"]:
        _, v = tf.raw.eig(x, True, result)
        core = tf.linalg.diag(grad_e)
    else:
        e, v = node.outputs
        gaps = tf.math.conj(tf.expand_dims(e, -2) - tf.expand_dims(e, -1))
        f = tf.math.reciprocal_no_nan(gaps)
        vgv = tf.matmul(v, grad_v, adjoint_a=True)
        mixed = tf.matmul(
            tf.matmul(v, v, adjoint_a=True),
            tf.linalg.diag(tf.cast(tf.math.real(tf.linalg.diag_part(vgv)), v.dtype)),
        )
        core = tf.linalg.diag(grad_e) + f * (vgv - mixed)
    solved = tf.linalg.solve(_adjoint(tf, v), tf.matmul(core, v, adjoint_b=True))
    return tf.cast(tf.math.real(solved), x.dtype) if not x.dtype.is_complex else solved


def _complex_of(x: Tensor) -> DType:
    return complex64 if x.dtype in (float32, complex64) else complex128


@public("eig", "linalg.eig")
def eig(tensor: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Eigenvalues and right eigenvectors of square matrices.

    Args:
        tensor: matrices [..., n, n] of floats or complex numbers.
        name: of the node.

    Returns:
        Complex eigenvalues [..., n] in no order, and eigenvectors as columns [..., n, n].
    """
    x = convert_to_tensor(tensor)
    values, vectors = eig_op(x, True, _complex_of(x), name)
    return values, vectors


@public("eigvals", "linalg.eigvals")
def eigvals(tensor: Any, name: str | None = None) -> Tensor:
    """The complex eigenvalues of square matrices, in no order; see `tf.linalg.eig`."""
    x = convert_to_tensor(tensor)
    return eig_op(x, False, _complex_of(x), name)[0]


@public("linalg.eigh_tridiagonal")
def eigh_tridiagonal(
    alpha: Any, beta: Any, eigvals_only: bool = True, select: str = "a",
    select_range: Any = None, tol: Any = None, name: str | None = None,
) -> Any:  # fmt: skip
    """Eigenvalues (and vectors) of a symmetric tridiagonal matrix, smallest first.

    Args:
        alpha: the main diagonal [n].
        beta: the diagonal beside it [n - 1].
        eigvals_only: leave out the vectors?
        select: 'a' for all; 'i' for those whose number, 'v' for those whose value is in
            `select_range`.
        select_range: pair of numbers.
        tol: makes no difference.
        name: of the nodes.

    Returns:
        Eigenvalues, or eigenvalues and eigenvectors as columns.

    Raises:
        ValueError: for another `select`, or if the range is missing.
    """
    from engine.ops.namespace import tf

    if select not in ("a", "i", "v"):
        raise ValueError("'select must have a value in {'a', 'i', 'v'}.")
    if select != "a" and select_range is None:
        raise ValueError(f"For select='{select}', select_range must be given.")
    main = convert_to_tensor(alpha)
    side = convert_to_tensor(beta, dtype_hint=main.dtype)
    conj = tf.math.conj(side) if side.dtype.is_complex else side
    matrix = tf.linalg.diag(main) + tf.linalg.diag(side, k=-1) + tf.linalg.diag(conj, k=1)
    values, vectors = eigh(matrix)
    values = tf.math.real(values)
    if select == "i":
        first, last = select_range
        values, vectors = values[first : last + 1], vectors[:, first : last + 1]
    elif select == "v":
        kept = tf.logical_and(values > select_range[0], values <= select_range[1])
        values = tf.boolean_mask(values, kept)
        vectors = tf.boolean_mask(vectors, kept, axis=1)
    return values if eigvals_only else (values, vectors)
