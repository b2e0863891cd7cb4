"""Diagonals of matrices: made into matrices, read, and replaced."""

from __future__ import annotations

from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import known_ints, known_value
from engine.ir.tensor import Tensor
from engine.ops.matrix import at_least


def _offsets(k: Any) -> tuple[int, int]:
    found = known_ints(k)
    if found is None:
        raise ValueError("the diagonals `k` must be known while tracing")
    if isinstance(found, tuple):
        return (found[0], found[-1]) if len(found) > 1 else (found[0], found[0])
    return int(found), int(found)


def _padding(value: Any, like: Tensor) -> Any:
    if like.dtype.kind == "S":  # no number can fill up
        value = convert_to_tensor(value, like.dtype)
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
    at_least(diagonal, 1)
    _check_order(lower, upper)
    if diagonal.dims is None:
        return spec(diagonal.dtype, None)
    lines = diagonal.dims[-2] if lower != upper and len(diagonal.dims) > 1 else None
    if lines not in (None, upper - lower + 1) or (lower != upper and len(diagonal.dims) < 2):
        raise ValueError("The number of rows of `diagonal` doesn't match the number of diagonals "
                         "implied from `d_lower` and `d_upper`. num_diags = "
                         f"{upper - lower + 1}, d_lower = {lower}, d_upper = {upper}")  # fmt: skip
    longest = diagonal.dims[-1]
    if longest is not None:
        _check_size(longest, lower, upper, rows, columns)
    lead = diagonal.dims[:-1] if lower == upper else diagonal.dims[:-2]
    height, width = _diag_size(diagonal.dims[-1], lower, upper, rows, columns)
    return spec(diagonal.dtype, (*lead, height, width))


def _check_order(lower: int, upper: int) -> None:
    if lower > upper:
        raise ValueError("lower_diag_index is greater than upper_diag_index")


def _check_size(longest: int, lower: int, upper: int, rows: int, columns: int) -> None:
    least = longest - min(upper, 0), longest + max(lower, 0)
    for given, fewest, what in ((rows, least[0], "rows"), (columns, least[1], "columns")):
        if -1 < given < fewest:
            raise ValueError(f"The number of {what} is too small: {given} < {fewest}")
    if rows > least[0] and columns > least[1]:
        raise ValueError("The number of rows or columns is not consistent with the specified "
                         "d_lower, d_upper, and diagonal.")  # fmt: skip


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
    _check_order(lower, upper)
    _check_size(diagonal.shape[-1], lower, upper, rows, columns)
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
    return tf.linalg.diag_part(grad, k=k, align=attrs["align"])


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
    padding = _padding(padding_value, x)
    rows, columns = known_ints(num_rows), known_ints(num_cols)
    return matrix_diag(x, lower, upper, rows, columns, align, padding, name)


def _check_offsets(lower: int, upper: int, rows: int, columns: int) -> None:
    _check_order(lower, upper)
    for offset, name in ((lower, "lower_diag_index"), (upper, "upper_diag_index")):
        if not -rows < offset < columns and offset:
            raise ValueError(f"{name} is out of bound.")


@op("raw.matrix_diag_part", type="MatrixDiagPartV3", hint="diag_part",
    samples=[("float32[3,4]", 0, 0, "RIGHT_LEFT"),
             ("float64[2,3,4]", -1, 1, "RIGHT_LEFT")])  # fmt: skip
def matrix_diag_part(
    input: Tensor, lower: int, upper: int, align: str, padding: Any = 0,
    name: str | None = None,
) -> TensorSpec:  # fmt: skip
    """The diagonals of matrices."""
    at_least(input, 2)
    if input.dims is None:
        return spec(input.dtype, None)
    rows, columns = input.dims[-2:]
    longest = None
    if rows is not None and columns is not None:
        _check_offsets(lower, upper, rows, columns)
        longest = min(rows + min(upper, 0), columns - max(lower, 0))
    lines = () if lower == upper else (upper - lower + 1,)
    return spec(input.dtype, (*input.dims[:-2], *lines, longest))


@matrix_diag_part.kernel
def _matrix_diag_part_kernel(
    xp: Any, x: Any, lower: int, upper: int, align: str, padding: Any = 0,
) -> Any:  # fmt: skip
    rows, columns = x.shape[-2:]
    _check_offsets(lower, upper, rows, columns)
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
    return tf.linalg.set_diag(zeros, grad, k=k, align=attrs["align"])


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
    padding = _padding(padding_value, x)
    return matrix_diag_part(x, lower, upper, align, padding, name)


@op("raw.matrix_set_diag", type="MatrixSetDiagV3", hint="set_diag",
    samples=[("float32[3,4]", "float32[3]", 0, 0, "RIGHT_LEFT"),
             ("float64[2,3,4]", "float64[2,2,3]", 0, 1, "RIGHT_LEFT")])  # fmt: skip
def matrix_set_diag(
    input: Tensor, diagonal: Tensor, lower: int, upper: int, align: str, name: str | None = None
) -> TensorSpec:
    """Matrices with some diagonals replaced."""
    at_least(input, 2)
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
    return matrix_set_diag(input, diagonal, lower, upper, align, name)
