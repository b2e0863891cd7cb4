"""Diagonals, bands and transposes of matrices; outer and cross products; norms."""

from __future__ import annotations

from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import NUMERIC, int32
from engine.ir.op import op, public
from engine.ir.shapes import bracketed
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import known_ints, known_value
from engine.ir.tensor import Tensor


def _at_least(x: Any, rank: int) -> None:
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
        return tf.transpose(a, order, conjugate=conjugate, name=name)  # type: ignore[no-any-return]
    rank = len(a.dims)
    if rank < 2:
        raise ValueError(
            f"Argument `a` should be a (batch) matrix with rank >= 2.  Received `a` = {a} with "
            f"shape: {a.shape}"
        )
    order = [*range(rank - 2), rank - 1, rank - 2]
    return tf.transpose(a, order, conjugate=conjugate, name=name)  # type: ignore[no-any-return]


@public("linalg.adjoint")
def adjoint(matrix: Any, name: str | None = None) -> Tensor:
    """The conjugate transposes of the matrices in the last two axes.

    Args:
        matrix: tensor [..., n, m].
        name: of the node.
    """
    return matrix_transpose(matrix, name=name or "adjoint", conjugate=True)  # type: ignore[no-any-return]


# -- diagonals


def _offsets(k: Any) -> tuple[int, int]:
    found = known_ints(k)
    if found is None:
        raise ValueError("the diagonals `k` must be known while tracing")
    if isinstance(found, tuple):
        return (found[0], found[-1]) if len(found) > 1 else (found[0], found[0])
    return int(found), int(found)


def _padding(value: Any) -> Any:
    if isinstance(value, Tensor):
        value = known_value(value)
        if value is None:
            raise ValueError("`padding_value` must be known while tracing")
        return value.item()
    return value.item() if hasattr(value, "item") else value


@op("raw.matrix_diag", type="MatrixDiagV3", hint="diag",
    samples=[("float32[3]", 0, 0, -1, -1, "RIGHT_LEFT"),
             ("float64[2,2,3]", 0, 1, -1, -1, "RIGHT_LEFT")])  # fmt: skip
def matrix_diag(
    diagonal: Tensor, lower: int, upper: int, rows: int, columns: int, align: str,
    padding: Any = 0, name: str | None = None,
) -> TensorSpec:  # fmt: skip
    """Matrices with the given diagonals."""
    _at_least(diagonal, 1)
    if diagonal.dims is None:
        return spec(diagonal.dtype, None)
    lead = diagonal.dims[:-1] if lower == upper else diagonal.dims[:-2]
    height, width = _diag_size(diagonal.dims[-1], lower, upper, rows, columns)
    return spec(diagonal.dtype, (*lead, height, width))


def _diag_size(
    longest: int | None, lower: int, upper: int, rows: int, columns: int
) -> tuple[int | None, int | None]:
    if longest is None:
        return (None if rows < 0 else rows), (None if columns < 0 else columns)
    least_rows = longest - min(upper, 0)
    least_columns = longest + max(lower, 0)
    if rows < 0 and columns < 0:
        size = max(least_rows, least_columns)
        return size, size
    return (least_rows if rows < 0 else rows), (least_columns if columns < 0 else columns)


def _diagonal_slots(
    rows: int, columns: int, lower: int, upper: int, longest: int, align: str
) -> list[tuple[int, int, int, int, int]]:
    """For each diagonal: its line, where it starts there, its length, first row and column."""
    upper_align, _, lower_align = align.partition("_")
    out = []
    for line, k in enumerate(range(upper, lower - 1, -1)):
        length = max(0, min(rows + min(k, 0), columns - max(k, 0)))
        side = upper_align if k > 0 else lower_align if k < 0 else upper_align
        if k == 0:
            side = "LEFT"
        start = longest - length if side == "RIGHT" else 0
        out.append((line, start, length, max(-k, 0), max(k, 0)))
    return out


def _put_diagonals(xp: Any, out: Any, diagonal: Any, lower: int, upper: int, align: str) -> None:
    lines = diagonal[..., None, :] if lower == upper else diagonal
    rows, columns = out.shape[-2:]
    slots = _diagonal_slots(rows, columns, lower, upper, lines.shape[-1], align)
    for line, start, length, row, column in slots:
        at = xp.arange(length)
        out[..., row + at, column + at] = lines[..., line, start : start + length]


@matrix_diag.kernel
def _matrix_diag_kernel(
    xp: Any, diagonal: Any, lower: int, upper: int, rows: int, columns: int, align: str,
    padding: Any = 0,
) -> Any:  # fmt: skip
    height, width = _diag_size(diagonal.shape[-1], lower, upper, rows, columns)
    lead = diagonal.shape[:-1] if lower == upper else diagonal.shape[:-2]
    out = xp.full((*lead, height, width), padding, diagonal.dtype)
    _put_diagonals(xp, out, diagonal, lower, upper, align)
    return out


@matrix_diag.gradient
def _matrix_diag_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    attrs = node.attrs
    k = (attrs["lower"], attrs["upper"])
    k = k[0] if k[0] == k[1] else k
    return tf.linalg.diag_part(grad, k=k, align=attrs["align"])  # type: ignore[no-any-return]


@public("linalg.diag")
def diag(
    diagonal: Any, name: str = "diag", k: Any = 0, num_rows: Any = -1, num_cols: Any = -1,
    padding_value: Any = 0, align: str = "RIGHT_LEFT",
) -> Tensor:  # fmt: skip
    """Matrices that hold the given diagonals and `padding_value` elsewhere.

    Args:
        diagonal: tensor [..., n], or [..., number of diagonals, n] for several.
        name: of the node.
        k: which diagonal (positive: above the main one), or a pair (lowest, highest).
        num_rows: rows of the matrices; by default as few as fit.
        num_cols: columns of the matrices.
        padding_value: what the other elements are.
        align: at which side of its line a short diagonal stands, above and below the main one.

    Returns:
        A tensor [..., rows, columns].
    """
    x = convert_to_tensor(diagonal)
    lower, upper = _offsets(k)
    padding = _padding(padding_value)
    rows, columns = known_ints(num_rows), known_ints(num_cols)
    return matrix_diag(x, lower, upper, rows, columns, align, padding, name)  # type: ignore[no-any-return]


@op("raw.matrix_diag_part", type="MatrixDiagPartV3", hint="diag_part",
    samples=[("float32[3,4]", 0, 0, "RIGHT_LEFT"),
             ("float64[2,3,4]", -1, 1, "RIGHT_LEFT")])  # fmt: skip
def matrix_diag_part(
    input: Tensor, lower: int, upper: int, align: str, padding: Any = 0,
    name: str | None = None,
) -> TensorSpec:  # fmt: skip
    """The diagonals of matrices."""
    _at_least(input, 2)
    if input.dims is None:
        return spec(input.dtype, None)
    rows, columns = input.dims[-2:]
    longest = None
    if rows is not None and columns is not None:
        longest = min(rows + min(upper, 0), columns - max(lower, 0))
    lines = () if lower == upper else (upper - lower + 1,)
    return spec(input.dtype, (*input.dims[:-2], *lines, longest))


@matrix_diag_part.kernel
def _matrix_diag_part_kernel(
    xp: Any, x: Any, lower: int, upper: int, align: str, padding: Any = 0,
) -> Any:  # fmt: skip
    rows, columns = x.shape[-2:]
    if lower == upper == 0:
        return xp.diagonal(x, 0, -2, -1).copy()
    longest = min(rows + min(upper, 0), columns - max(lower, 0))
    out = xp.full((*x.shape[:-2], upper - lower + 1, longest), padding, x.dtype)
    for line, start, length, row, column in _diagonal_slots(
        rows, columns, lower, upper, longest, align
    ):
        at = xp.arange(length)
        out[..., line, start : start + length] = x[..., row + at, column + at]
    return out[..., 0, :] if lower == upper else out


@matrix_diag_part.gradient
def _matrix_diag_part_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    x, attrs = node.inputs[0], node.attrs
    k = (attrs["lower"], attrs["upper"])
    zeros = tf.zeros_like(x)
    return tf.linalg.set_diag(zeros, grad, k=k, align=attrs["align"])  # type: ignore[no-any-return]


@public("linalg.diag_part")
def diag_part(
    input: Any, name: str = "diag_part", k: Any = 0, padding_value: Any = 0,
    align: str = "RIGHT_LEFT",
) -> Tensor:  # fmt: skip
    """The diagonals of the matrices in the last two axes.

    Args:
        input: tensor [..., rows, columns].
        name: of the node.
        k: which diagonal, or a pair (lowest, highest), as in `tf.linalg.diag`.
        padding_value: fills the lines of short diagonals.
        align: see `tf.linalg.diag`.

    Returns:
        A tensor [..., n], or [..., number of diagonals, n] for a pair.

    Raises:
        InvalidArgumentError: (ValueError while tracing) if there is no such diagonal.
    """
    x = convert_to_tensor(input)
    lower, upper = _offsets(k)
    padding = _padding(padding_value)
    return matrix_diag_part(x, lower, upper, align, padding, name)  # type: ignore[no-any-return]


@op("raw.matrix_set_diag", type="MatrixSetDiagV3", hint="set_diag",
    samples=[("float32[3,4]", "float32[3]", 0, 0, "RIGHT_LEFT"),
             ("float64[2,3,4]", "float64[2,2,3]", 0, 1, "RIGHT_LEFT")])  # fmt: skip
def matrix_set_diag(
    input: Tensor, diagonal: Tensor, lower: int, upper: int, align: str, name: str | None = None
) -> TensorSpec:
    """Matrices with some diagonals replaced."""
    _at_least(input, 2)
    return spec(input.dtype, input.dims)


@matrix_set_diag.kernel
def _matrix_set_diag_kernel(
    xp: Any, x: Any, diagonal: Any, lower: int = 0, upper: int = 0, align: str = "RIGHT_LEFT"
) -> Any:
    rows, columns = x.shape[-2:]
    longest = min(rows + min(upper, 0), columns - max(lower, 0))
    wanted = x.shape[:-2] + (() if lower == upper else (upper - lower + 1,)) + (longest,)
    if diagonal.shape != wanted and diagonal.shape != (*x.shape[:-2], 1, longest):
        raise InvalidArgumentError(
            None, None, f"Either first dimensions of diagonal don't match input.shape[:-2], or "
            f"diagonal.shape[:-1] is not equal to the longests diagonal in range "
            f"[{lower}:{upper}].\nInput shape: {list(x.shape)}\nDiagonal shape: "
            f"{list(diagonal.shape)}\nExpected diagonal shape: {list(wanted)}",
        )  # fmt: skip
    out = x.copy()
    _put_diagonals(xp, out, diagonal.reshape(wanted), lower, upper, align)
    return out


@matrix_set_diag.gradient
def _matrix_set_diag_gradient(tf: Any, node: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    diagonal, attrs = node.inputs[1], node.attrs
    k, align = (attrs["lower"], attrs["upper"]), attrs["align"]
    part = tf.linalg.diag_part(grad, k=k if k[0] != k[1] else k[0], align=align)
    return tf.linalg.set_diag(grad, tf.zeros_like(diagonal), k=k, align=align), part


@public("linalg.set_diag")
def set_diag(
    input: Any, diagonal: Any, name: str = "set_diag", k: Any = 0, align: str = "RIGHT_LEFT"
) -> Tensor:
    """`input` with some diagonals of its matrices replaced.

    Args:
        input: tensor [..., rows, columns].
        diagonal: tensor [..., n], or [..., number of diagonals, n].
        name: of the node.
        k: which diagonals, as in `tf.linalg.diag`.
        align: see `tf.linalg.diag`.

    Raises:
        InvalidArgumentError: if the diagonal does not fit.
    """
    lower, upper = _offsets(k)
    return matrix_set_diag(input, diagonal, lower, upper, align, name)  # type: ignore[no-any-return]


@op("raw.matrix_band_part", type="MatrixBandPart", value_dependent=True,
    groups={"num_lower": "Tindex", "num_upper": "Tindex"},
    samples=[("float32[4,3]", 1, 0), ("float64[2,3,3]", -1, 1)])  # fmt: skip
def matrix_band_part(
    input: Tensor, num_lower: Tensor, num_upper: Tensor, name: str | None = None
) -> TensorSpec:
    """Matrices with zeros outside a band around the main diagonal."""
    _at_least(input, 2)
    return spec(input.dtype, input.dims)


@matrix_band_part.kernel
def _matrix_band_part_kernel(xp: Any, x: Any, num_lower: Any, num_upper: Any) -> Any:
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
    return matrix_band_part(input, num_lower, num_upper, name)  # type: ignore[no-any-return]


@op("linalg.tensor_diag", type="Diag", dtypes={"T": NUMERIC},
    samples=[("float32[3]",), ("float64[2,2]",)])  # fmt: skip
def tensor_diag(diagonal: Tensor, name: str | None = None) -> TensorSpec:
    """A tensor of twice the rank with `diagonal` where both halves of the index agree.

    Args:
        diagonal: numeric tensor of rank at least 1.
        name: of the node.
    """
    _at_least(diagonal, 1)
    return spec(diagonal.dtype, None if diagonal.dims is None else diagonal.dims * 2)


@tensor_diag.kernel
def _tensor_diag_kernel(xp: Any, x: Any) -> Any:
    return xp.diag(x.reshape(-1)).reshape(x.shape * 2)


@tensor_diag.gradient
def _tensor_diag_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return tensor_diag_part(grad)  # type: ignore[no-any-return]


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
    return spec(input.dtype, input.dims[:half])


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
    return tensor_diag(grad)  # type: ignore[no-any-return]


# -- others


@public("linalg.trace")
def trace(x: Any, name: str | None = None) -> Tensor:
    """The sum of the main diagonal of each matrix.

    Args:
        x: numeric tensor [..., rows, columns].
        name: of the last node.
    """
    from engine.ops.namespace import tf

    return tf.reduce_sum(tf.linalg.diag_part(x), [-1], name=name or "Trace")  # type: ignore[no-any-return]


@op("linalg.cross", type="Cross", dtypes={"T": NUMERIC},
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
    return spec(a.dtype, a.dims if a.dims is not None else b.dims)


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
        return tf.linalg.diag(ones, name=name or "eye")  # type: ignore[no-any-return]
    zeros_shape = [*lead, num_rows, columns]
    zeros = tf.zeros(tf.stack(zeros_shape) if size is None else zeros_shape, dtype=dtype)
    return tf.linalg.set_diag(zeros, ones, name=name or "eye")  # type: ignore[no-any-return]
