"""Records of comma-separated values as tensors."""

from __future__ import annotations

import csv
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import string
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.tensor import Tensor, Tensors
from engine.ops.kernels import as_array, refuse


@op("raw.decode_csv", type="DecodeCSV", groups={"records": string, "defaults": None})
def decode_csv_op(
    records: Tensor, defaults: Tensors, delimiter: str, quotes: bool, missing: str, columns: Any,
    name: str | None = None,
) -> tuple[TensorSpec, ...]:  # fmt: skip
    """The columns of records, with a default for each."""
    return tuple(spec(item.dtype, records.dims) for item in defaults)


def _field(text: str, default: Any, dtype: Any, missing: str, place: int) -> Any:
    if text in ("", missing):
        if not default.size:
            raise refuse(f"Field {place} is required but missing in record 0!")
        return default.reshape(-1)[0]
    if dtype.kind == "O":
        return text.encode()
    try:
        return dtype.type(int(text) if dtype.kind in "iu" else float(text))
    except (ValueError, OverflowError):
        raise refuse(f"Field {place} in record 0 is not a valid {dtype.name}: {text}") from None


@decode_csv_op.kernel
def _decode_csv_kernel(
    xp: Any, records: Any, *defaults: Any, delimiter: str, quotes: bool, missing: str, columns: Any
) -> Any:
    lines = as_array(xp, records)
    kinds = [as_array(xp, item) for item in defaults]
    out = [xp.empty(lines.size, dtype=item.dtype) for item in kinds]
    quoting: Any = csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE
    for i, raw in enumerate(lines.reshape(-1)):
        row = next(csv.reader([raw.decode()], delimiter=delimiter, quoting=quoting), [])
        chosen = row if columns is None else [row[place] for place in columns if place < len(row)]
        if len(chosen) != len(kinds):
            raise refuse(f"Expect {len(kinds)} fields but have {len(chosen)} in record {i}")
        for j, text in enumerate(chosen):
            out[j][i] = _field(text, kinds[j], kinds[j].dtype, missing, j)
    return tuple(item.reshape(lines.shape)[()] for item in out)


@public("io.decode_csv")
def decode_csv(
    records: Any, record_defaults: Any, field_delim: str = ",", use_quote_delim: bool = True,
    na_value: str = "", select_cols: Any = None, name: str | None = None,
) -> list[Tensor]:  # fmt: skip
    """Records of comma-separated values as one tensor for each column.

    Args:
        records: strings, one record each.
        record_defaults: for each column a value for empty fields, whose dtype is the column's; an
            empty tensor: the column is required.
        field_delim: what stands between fields.
        use_quote_delim: may fields be in double quotes?
        na_value: further text that means empty.
        select_cols: numbers of the columns to take, in rising order.
        name: of the node.

    Returns:
        Tensors of the shape of `records`.

    Raises:
        InvalidArgumentError: if a record has another number of fields, or a field does not fit.
    """
    defaults = [convert_to_tensor(item) for item in record_defaults]
    columns = None if select_cols is None else tuple(int(place) for place in select_cols)
    found = decode_csv_op(
        convert_to_tensor(records, string), defaults, field_delim, bool(use_quote_delim), na_value,
        columns, name=name,
    )  # fmt: skip
    return list(found) if isinstance(found, tuple) else [found]
