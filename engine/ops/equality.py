"""The operators == and != where the graph does not know whether the shapes fit together."""

from __future__ import annotations

from typing import Any

from engine.ir.dtypes import bool_
from engine.ir.op import op
from engine.ir.shapes import Dims
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor


def _dims(x: Dims, y: Dims) -> Dims:
    """The broadcast shape; unknown where shapes that do not fit could still meet."""
    if x is None or y is None:
        return None
    rank = max(len(x), len(y))
    out: list[int | None] = []
    for a, b in zip((1,) * (rank - len(x)) + x, (1,) * (rank - len(y)) + y):
        if a is not None and b is not None:
            if a != b and 1 not in (a, b):
                return ()
            out.append(b if a == 1 else a)
        elif (a or 0) > 1 or (b or 0) > 1:
            return None
        else:
            out.append(b if a == 1 else a if b == 1 else None)
    return tuple(out)


def _compare(xp: Any, x: Any, y: Any, equal: bool) -> Any:
    try:
        xp.broadcast_shapes(getattr(x, "shape", ()), getattr(y, "shape", ()))
    except ValueError:
        return xp.bool_(not equal)
    out = x == y if equal else x != y
    return xp.bool_(out) if isinstance(out, bool) else out


@op("raw.equal_operator", type="Equal")
def equal_operator(x: Tensor, y: Tensor, name: str | None = None) -> TensorSpec:
    """X == y, element by element; False where the shapes do not fit together."""
    return spec(bool_, _dims(x.dims, y.dims))


@equal_operator.kernel
def _equal_kernel(xp: Any, x: Any, y: Any) -> Any:
    return _compare(xp, x, y, True)


@op("raw.not_equal_operator", type="NotEqual")
def not_equal_operator(x: Tensor, y: Tensor, name: str | None = None) -> TensorSpec:
    """X != y, element by element; True where the shapes do not fit together."""
    return spec(bool_, _dims(x.dims, y.dims))


@not_equal_operator.kernel
def _not_equal_kernel(xp: Any, x: Any, y: Any) -> Any:
    return _compare(xp, x, y, False)
