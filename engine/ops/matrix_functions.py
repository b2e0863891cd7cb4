"""Functions of matrices: exponential, logarithm, square root; tridiagonal systems."""

from __future__ import annotations

from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import COMPLEX
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.decomposition import LINEAR, check_square, square_dims

_PADE_13 = (
    64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0,
    129060195264000.0, 10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0,
    40840800.0, 960960.0, 16380.0, 182.0, 1.0,
)  # fmt: skip


@public("linalg.expm")
def expm(input: Any, name: str | None = None) -> Tensor:
    """The exponentials of square matrices.

    Scaling, the diagonal Pade approximant of degree 13 and squaring: N. Higham, The scaling and
    squaring method for the matrix exponential revisited (2005).

    Args:
        input: matrices [..., n, n] of floats or complex numbers.
        name: of the last node.

    Raises:
        InvalidArgumentError: (ValueError while tracing) if they are not square.
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(input)
    square_dims(x)
    size = tf.reduce_max(tf.reduce_sum(tf.abs(x), axis=-2), axis=-1)[..., None, None]
    limit = (
        5.371920351148152
        if x.dtype.size >= 8 and x.dtype.name != "complex64"
        else 3.925724783138660
    )
    halvings = tf.maximum(tf.math.ceil(tf.math.log(size / limit) / 0.6931471805599453),
                          tf.zeros_like(size))  # fmt: skip
    halvings = tf.where(tf.math.is_finite(halvings), halvings, tf.zeros_like(halvings))
    halvings = tf.stop_gradient(halvings)
    a = x * tf.cast(tf.pow(tf.constant(0.5, size.dtype), halvings), x.dtype)
    result = _pade(tf, a)
    steps = tf.cast(tf.reduce_max(halvings), "int32")
    return _squared(tf, result, halvings, steps, name)


def _pade(tf: Any, a: Any) -> Any:
    b = [tf.constant(value, a.dtype) for value in _PADE_13]
    ones = tf.ones_like(a[..., 0])
    identity = tf.linalg.diag(ones)
    a2 = tf.matmul(a, a)
    a4 = tf.matmul(a2, a2)
    a6 = tf.matmul(a4, a2)
    high = tf.matmul(a6, b[13] * a6 + b[11] * a4 + b[9] * a2)
    odd = tf.matmul(a, high + b[7] * a6 + b[5] * a4 + b[3] * a2 + b[1] * identity)
    high = tf.matmul(a6, b[12] * a6 + b[10] * a4 + b[8] * a2)
    even = high + b[6] * a6 + b[4] * a4 + b[2] * a2 + b[0] * identity
    return tf.linalg.solve(even - odd, even + odd)


def _squared(tf: Any, x: Any, halvings: Any, steps: Any, name: str | None) -> Any:
    """Each matrix squared as often as it was halved."""
    from engine.ir.static_value import known_value

    count = known_value(steps)
    if count is not None:
        for i in range(int(count)):
            x = tf.where(halvings > float(i), tf.matmul(x, x), x)
        return tf.identity(x, name=name)

    def body(i: Any, value: Any) -> Any:
        todo = tf.cast(i, halvings.dtype) < halvings
        return i + 1, tf.where(todo, tf.matmul(value, value), value)

    return tf.while_loop(lambda i, value: i < steps, body, (tf.constant(0), x))[1]


@op("linalg.sqrtm", "matrix_square_root", type="MatrixSquareRoot", dtypes={"T": LINEAR})
def sqrtm(input: Tensor, name: str | None = None) -> TensorSpec:
    """The principal square roots of matrices.

    Args:
        input: matrices [..., n, n] without eigenvalues on the negative real axis.
        name: of the node.

    Returns:
        A tensor of the same shape and dtype, whose matrices squared are the input.
    """
    return spec(input.dtype, square_dims(input))


@sqrtm.kernel
def _sqrtm_kernel(xp: Any, x: Any) -> Any:
    """From the eigenvectors; a matrix without a root of its own kind answers nan."""
    check_square(x)
    wide = x.astype(xp.complex128)
    values, vectors = xp.linalg.eig(wide)
    try:
        root = (vectors * xp.sqrt(values)[..., None, :]) @ xp.linalg.inv(vectors)
    except xp.linalg.LinAlgError:
        raise InvalidArgumentError(None, None, "Input matrix has no square root.") from None
    if x.dtype.kind == "c":
        return root.astype(x.dtype)
    size = abs(root).max(axis=(-2, -1), keepdims=True) if root.size else 1.0
    real = (abs(root.imag) <= 1e-9 * size).all(axis=(-2, -1), keepdims=True)
    return xp.where(real, root.real, xp.nan).astype(x.dtype)


@sqrtm.gradient
def _sqrtm_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    """The Sylvester equation R^H G + G R^H = grad, by Kronecker products."""
    root = tf.linalg.adjoint(node.outputs[0])
    n = tf.shape(root)[-1]
    one = tf.eye(n, dtype=root.dtype)
    left = tf.einsum("...ij,kl->...ikjl", root, one)
    right = tf.einsum("ij,...lk->...ikjl", one, root)
    lead = tf.shape(root)[:-2]
    square = tf.concat([lead, [n * n, n * n]], 0)
    column = tf.concat([lead, [n * n, 1]], 0)
    solved = tf.linalg.solve(tf.reshape(left + right, square), tf.reshape(grad, column))
    return tf.reshape(solved, tf.shape(grad))


@op("linalg.logm", type="MatrixLogarithm", dtypes={"T": COMPLEX})
def logm(input: Tensor, name: str | None = None) -> TensorSpec:
    """The principal logarithms of complex matrices, from their eigenvectors.

    Args:
        input: complex matrices [..., n, n] that can be diagonalised.
        name: of the node.
    """
    return spec(input.dtype, square_dims(input))


@logm.kernel
def _logm_kernel(xp: Any, x: Any) -> Any:
    check_square(x)
    values, vectors = xp.linalg.eig(x.astype(xp.complex128))
    scaled = vectors * xp.log(values)[..., None, :]
    return (scaled @ xp.linalg.inv(vectors)).astype(x.dtype)


@public("linalg.tridiagonal_matmul")
def tridiagonal_matmul(
    diagonals: Any, rhs: Any, diagonals_format: str = "compact", name: str | None = None
) -> Tensor:
    """The product of tridiagonal matrices and others.

    Args:
        diagonals: as `tf.linalg.tridiagonal_solve` takes them.
        rhs: tensor [..., n, k].
        diagonals_format: 'compact', 'sequence' or 'matrix'.
        name: of the last node.

    Returns:
        A tensor [..., n, k].
    """
    from engine.ops.namespace import tf

    upper, main, lower = _three(tf, diagonals, diagonals_format)
    right = convert_to_tensor(rhs)
    zero = tf.zeros_like(right[..., :1, :])
    above = tf.concat([right[..., 1:, :], zero], -2)
    below = tf.concat([zero, right[..., :-1, :]], -2)
    total = main[..., None] * right + upper[..., None] * above + lower[..., None] * below
    return tf.identity(total, name=name)


def _three(tf: Any, diagonals: Any, form: str) -> tuple[Any, Any, Any]:
    """Super-, main and subdiagonal, each of length n."""
    if form == "compact":
        x = convert_to_tensor(diagonals)
        return x[..., 0, :], x[..., 1, :], x[..., 2, :]
    if form == "sequence":
        if not isinstance(diagonals, (tuple, list)) or len(diagonals) != 3:
            raise ValueError("Expected diagonals to be a sequence of length 3.")
        upper, main, lower = (convert_to_tensor(x) for x in diagonals)
        zero = tf.zeros_like(main[..., :1])
        if upper.dims is not None and main.dims is not None and upper.dims[-1] == main.dims[-1]:
            return upper, main, lower
        return tf.concat([upper, zero], -1), main, tf.concat([zero, lower], -1)
    if form == "matrix":
        x = convert_to_tensor(diagonals)
        lines = tf.linalg.diag_part(x, k=(-1, 1), align="LEFT_RIGHT")
        return lines[..., 0, :], lines[..., 1, :], lines[..., 2, :]
    raise ValueError(f"Unrecognized diagonals_format: {form}")


@public("linalg.tridiagonal_solve")
def tridiagonal_solve(
    diagonals: Any, rhs: Any, diagonals_format: str = "compact", transpose_rhs: bool = False,
    conjugate_rhs: bool = False, name: str | None = None, partial_pivoting: bool = True,
    perturb_singular: bool = False,
) -> Tensor:  # fmt: skip
    """The solutions X of A X = rhs for tridiagonal matrices A.

    Args:
        diagonals: 'compact': [..., 3, n], super-, main and subdiagonal, with ends unused;
            'sequence': these three as a list; 'matrix': the matrices [..., n, n].
        rhs: tensor [..., n] or [..., n, k].
        diagonals_format: which of these.
        transpose_rhs: swap the last two axes of `rhs` first?
        conjugate_rhs: conjugate `rhs` first?
        name: of the last node.
        partial_pivoting: makes no difference: rows are always exchanged as needed.
        perturb_singular: makes no difference.

    Raises:
        InvalidArgumentError: if a matrix is singular.
        ValueError: for another format.
    """
    from engine.ops.namespace import tf

    upper, main, lower = _three(tf, diagonals, diagonals_format)
    right = convert_to_tensor(rhs)
    vector = right.ndim == main.ndim
    right = right[..., None] if vector else right
    if transpose_rhs and not vector:
        right = tf.linalg.matrix_transpose(right)
    if conjugate_rhs:
        right = tf.math.conj(right)
    lines = tf.stack([upper, main, lower], axis=-2)
    matrix = tf.linalg.diag(lines, k=(-1, 1), align="LEFT_RIGHT")
    solved = tf.linalg.solve(matrix, right, name=name)
    return solved[..., 0] if vector else solved
