"""Fingerprints of the rows of a tensor."""

from __future__ import annotations

from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import uint8
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor
from engine.ops.kernels import as_array
from engine.ops.strings_hash import fingerprint64


@op("raw.fingerprint", type="Fingerprint", samples=[("float32[3,2]",), ("string[2]",)])
def fingerprint_op(data: Tensor, name: str | None = None) -> TensorSpec:
    """A 64-bit number for each row, as eight bytes."""
    return spec(uint8, (None if data.dims is None else data.dims[0], 8))


@fingerprint_op.kernel
def _fingerprint_kernel(xp: Any, data: Any) -> Any:
    if data.dtype == object:
        rows = [b"".join(as_array(xp, row).reshape(-1)) for row in data]
    else:
        rows = [row.tobytes() for row in data]
    numbers = xp.array([fingerprint64(raw) for raw in rows], dtype="<u8")
    return numbers.view("uint8").reshape(len(rows), 8)


@public("fingerprint")
def fingerprint(data: Any, method: Any = "farmhash64", name: str | None = None) -> Tensor:
    """A 64-bit number for each slice along the first axis, as eight bytes.

    Args:
        data: tensor of rank 1 or more.
        method: "farmhash64".
        name: of the node.

    Returns:
        uint8 [size of the first axis, 8].
    """
    return fingerprint_op(convert_to_tensor(data), name=name)
