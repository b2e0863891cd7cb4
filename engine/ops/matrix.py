"""Bands, transposes and traces of matrices; identity; cross products; diagonal tensors."""

from __future__ import annotations

from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import NUMERIC, REAL, int32, int64
from engine.ir.interpreter import current
from engine.ir.op import op, public
from engine.ir.shapes import bracketed, merge
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import known_value
from engine.ir.tensor import Tensor
from engine.ops.scope import scoped


def at_least(x: Any, rank: int) -> None:
    """Raises ValueError where `x` has a lower rank."""
    if x.dims is not None and len(x.dims) < rank:
        raise ValueError(f"Shape must be at least rank {rank} but is rank {len(x.dims)}")


def swap_last(dims: Any) -> Any:
    """The shape of the matrices' transposes."""
    return None if dims is None else (*dims[:-2], dims[-1], dims[-2])


@public("linalg.matrix_transpose")
def matrix_transpose(a: Any, name: str = "matrix_transpose", conjugate: bool = False) -> Tensor:
    """The matrices in the last two axes, transposed.

    Args:
        a: tensor [..., n, m].
        name: of the node.
        conjugate: also take the complex conjugate?

    Returns:
        A tensor [..., m, n].

    Raises:
        ValueError: if `a` has fewer than two axes.
    """
    from engine.ops.namespace import tf

    a = convert_to_tensor(a)
    if a.dims is None:
        rank = tf.rank(a)
        order = tf.concat([tf.range(rank - 2), [rank - 1, rank - 2]], 0)
        return tf.transpose(a, order, conjugate=conjugate, name=name)
    rank = len(a.dims)
    if rank < 2:
        raise ValueError(
            f"Argument `a` should be a (batch) matrix with rank >= 2.  Received `a` = {a} with "
            f"shape: {a.shape}"
        )
    order = [*range(rank - 2), rank - 1, rank - 2]
    return tf.transpose(a, order, conjugate=conjugate, name=name)


@public("linalg.adjoint")
def adjoint(matrix: Any, name: str | None = None) -> Tensor:
    """The conjugate transposes of the matrices in the last two axes.

    Args:
        matrix: tensor [..., n, m].
        name: of the node.
    """
    return matrix_transpose(matrix, name=name or "adjoint", conjugate=True)


@op("raw.matrix_band_part", type="MatrixBandPart", value_dependent=True,
    groups={"num_lower": "Tindex", "num_upper": "Tindex"}, dtypes={"Tindex": {int32, int64}},
    defaults={"Tindex": int64},
    samples=[("float32[4,3]", 1, 0), ("float64[2,3,3]", -1, 1)])  # fmt: skip
def matrix_band_part(
    input: Tensor, num_lower: Tensor, num_upper: Tensor, name: str | None = None
) -> TensorSpec:
    """Matrices with zeros outside a band around the main diagonal."""
    at_least(input, 2)
    return spec(input.dtype, input.dims)


@matrix_band_part.kernel
def _matrix_band_part_kernel(xp: Any, x: Any, num_lower: Any, num_upper: Any) -> Any:
    for what, item in (("num_lower", num_lower), ("num_upper", num_upper)):
        if xp.ndim(item):
            raise InvalidArgumentError(
                None, None, f"{what} must be scalar, got shape {bracketed(item.shape)}"
            )
    rows, columns = x.shape[-2:]
    below, above = int(num_lower), int(num_upper)
    if below > rows:
        raise InvalidArgumentError(
            None, None, f"num_lower must be negative or less or equal to number of rows ({rows}) "
            f"got: {below}",
        )  # fmt: skip
    if above > columns:
        raise InvalidArgumentError(
            None, None, f"num_upper must be negative or less or equal to number of columns "
            f"({columns}) got: {above}",
        )  # fmt: skip
    distance = xp.arange(columns)[None, :] - xp.arange(rows)[:, None]
    kept = (distance <= (columns if above < 0 else above)) & (
        distance >= (-rows if below < 0 else -below)
    )
    return xp.where(kept, x, xp.zeros((), x.dtype))


@matrix_band_part.gradient
def _matrix_band_part_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, None, None]:
    return matrix_band_part(grad, node.inputs[1], node.inputs[2]), None, None


@public("linalg.band_part")
def band_part(input: Any, num_lower: Any, num_upper: Any, name: str | None = None) -> Tensor:
    """The matrices in the last two axes with zeros outside a band.

    Args:
        input: tensor [..., rows, columns].
        num_lower: how many diagonals below the main one to keep; negative: all.
        num_upper: the same above it.
        name: of the node.

    Raises:
        InvalidArgumentError: if there are not that many diagonals.
    """
    if current().eager:  # where floats are no default of a dtype
        num_lower, num_upper = (
            convert_to_tensor(item, int64) if isinstance(item, float) else item
            for item in (num_lower, num_upper)
        )
    return matrix_band_part(input, num_lower, num_upper, name)


@op("linalg.tensor_diag", type="Diag", dtypes={"T": NUMERIC},
    samples=[("float32[3]",), ("float64[2,2]",)])  # fmt: skip
def tensor_diag(diagonal: Tensor, name: str | None = None) -> TensorSpec:
    """A tensor of twice the rank with `diagonal` where both halves of the index agree.

    Args:
        diagonal: numeric tensor of rank at least 1.
        name: of the node.
    """
    at_least(diagonal, 1)
    return spec(diagonal.dtype, None if diagonal.dims is None else diagonal.dims * 2)


@tensor_diag.kernel
def _tensor_diag_kernel(xp: Any, x: Any) -> Any:
    return xp.diag(x.reshape(-1)).reshape(x.shape * 2)


@tensor_diag.gradient
def _tensor_diag_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return tensor_diag_part(grad)


@op("linalg.tensor_diag_part", type="DiagPart", dtypes={"T": NUMERIC},
    samples=[("float32[3,3]",), ("float64[2,3,2,3]",)])  # fmt: skip
def tensor_diag_part(input: Tensor, name: str | None = None) -> TensorSpec:
    """The elements of a tensor of even rank where both halves of the index agree.

    Args:
        input: numeric tensor whose shape is twice the same.
        name: of the node.

    Raises:
        InvalidArgumentError: (ValueError while tracing) if the shape has two different halves.
    """
    if input.dims is None:
        return spec(input.dtype, None)
    half = len(input.dims) // 2
    if (
        len(input.dims) % 2
        or not half
        or any(
            a is not None and b is not None and a != b
            for a, b in zip(input.dims[:half], input.dims[half:])
        )
    ):
        raise ValueError(f"Input must have even and non-zero rank and equal halves, got shape "
                         f"{bracketed(input.dims)}")  # fmt: skip
    return spec(input.dtype, merge(input.dims[:half], input.dims[half:]))


@tensor_diag_part.kernel
def _tensor_diag_part_kernel(xp: Any, x: Any) -> Any:
    half = x.shape[: x.ndim // 2]
    if half + half != x.shape:
        raise ValueError("the halves of the shape differ")
    size = 1
    for n in half:
        size *= n
    return xp.diagonal(x.reshape(size, size)).reshape(half).copy()


@tensor_diag_part.gradient
def _tensor_diag_part_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return tensor_diag(grad)


# -- others


@public("linalg.trace")
@scoped("Trace")
def trace(x: Any, name: str | None = None) -> Tensor:
    """The sum of the main diagonal of each matrix.

    Args:
        x: numeric tensor [..., rows, columns].
        name: of the last node.
    """
    from engine.ops.namespace import tf

    return tf.reduce_sum(tf.linalg.diag_part(x), [-1], name=name)


@op("linalg.cross", type="Cross", dtypes={"T": REAL},
    samples=[("float32[2,3]", "float32[2,3]")])  # fmt: skip
def cross(a: Tensor, b: Tensor, name: str | None = None) -> TensorSpec:
    """The cross product of vectors of length 3 in the last axis.

    Args:
        a: numeric tensor [..., 3].
        b: tensor of the same shape and dtype.
        name: of the node.

    Raises:
        InvalidArgumentError: (ValueError while tracing) if the shapes differ or do not end in 3.
    """
    for x in (a, b):
        if x.dims is not None and (not x.dims or x.dims[-1] not in (3, None)):
            raise ValueError(f"Cross-products are only defined for 3-element vectors, got shape "
                             f"{bracketed(x.dims)}")  # fmt: skip
    return spec(a.dtype, merge(a.dims, b.dims))


@cross.kernel
def _cross_kernel(xp: Any, a: Any, b: Any) -> Any:
    if a.shape != b.shape or not a.ndim or a.shape[-1] != 3:
        raise InvalidArgumentError(None, None, f"Both inputs must be of same shape and end in 3: "
                                               f"{list(a.shape)} vs. {list(b.shape)}")  # fmt: skip
    return xp.cross(a, b)


@cross.gradient
def _cross_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    a, b = node.inputs
    return cross(b, grad), cross(grad, a)


@public("linalg.eye", "eye")
@scoped("eye")
def eye(
    num_rows: Any, num_columns: Any = None, batch_shape: Any = None, dtype: Any = "float32",
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """The identity matrix, or a batch of them.

    Args:
        num_rows: number or scalar integer tensor.
        num_columns: the same; by default as many as rows.
        batch_shape: leading axes.
        dtype: of the result.
        name: of the last node.

    Returns:
        A tensor [*batch_shape, num_rows, num_columns].
    """
    from engine.ops.namespace import tf

    square = num_columns is None
    columns = num_rows if square else num_columns
    if isinstance(num_rows, float) or isinstance(columns, float):
        raise TypeError("Arguments `num_rows` and `num_columns` must be positive integer values. "
                        f"Received: num_rows={num_rows}, num_columns={columns}")  # fmt: skip
    least = num_rows if square else tf.minimum(num_rows, columns)
    size = known_value(least) if isinstance(least, Tensor) else least
    lead = [] if batch_shape is None else batch_shape
    tail = [least if size is None else int(size)]
    if isinstance(lead, Tensor):
        shape = tf.concat([tf.cast(lead, int32), tail], 0)
    else:
        shape = [*lead, *tail]
    ones = tf.ones(shape, dtype=dtype)
    if square:
        return tf.linalg.diag(ones, name=name)
    zeros_shape = [*lead, num_rows, columns]
    zeros = tf.zeros(tf.stack(zeros_shape) if size is None else zeros_shape, dtype=dtype)
    return tf.linalg.set_diag(zeros, ones, name=name)
