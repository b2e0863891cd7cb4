"""The table of a model's layers that `summary` prints."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Sequence
from typing import Any

from engine.ir.dtypes import as_dtype

_BORDERS = ("┏━┳┓", "┃┃┃", "┡━╇┩", "│││", "├─┼┤", "└─┴┘")


def summary_text(
    model: Any, line_length: int | None, positions: Any, expand_nested: bool,
    show_trainable: bool, layer_range: Any,
) -> str:  # fmt: skip
    """The whole text: the model's name, the table, numbers of parameters.

    Raises:
        ValueError: if the width is too small, or no layer is called as `layer_range` says.
    """
    straight = _is_straight(model)
    header = ["Layer (type)", "Output Shape", "Param #"]
    align = ["<", "<", ">"]
    length, ends = (88, [0.45, 0.80, 1.0]) if straight else (108, [0.3, 0.56, 0.74, 1.0])
    if not straight:
        header.append("Connected to")
        align.append("<")
    ends = list(positions or ends)
    if show_trainable:
        length += 12
        ends = [end * 0.90 for end in ends] + [1.0]
        header.append("Trainable")
        align.append("^")
    width = line_length or min(length, shutil.get_terminal_size().columns - 4)
    widths = _column_widths(width, ends)
    layers = _in_range(model.layers if not hasattr(model, "_order") else model._order, layer_range)
    rows = []
    for layer in layers:
        rows += _rows(model, layer, straight, show_trainable, expand_nested, 0)
    lines = [f'Model: "{model.name}"', *_table(header, rows, widths, align), *_totals(model)]
    return "\n".join(lines)


def _is_straight(model: Any) -> bool:
    """Is every layer called once, on one tensor?"""
    computation = getattr(model, "_computation", None)
    if computation is None:
        return True
    called = [id(call.layer) for call in computation.calls]
    return (
        len(set(called)) == len(called)
        and len(model.inputs) == 1
        and all(len(call.inputs) == 1 for call in computation.calls)
        and len({id(call.inputs[0]) for call in computation.calls}) == len(called)
    )


def _column_widths(width: int, ends: Sequence[float]) -> list[int]:
    """Widths inside the borders: what is too wide is taken off all columns alike."""
    widths, at = [], 0
    for end in ends:
        size = int(end * width) - at
        if size < 4:
            raise ValueError("Insufficient console width to print summary.")
        widths.append(size + 2)
        at += size
    room = width - len(widths) - 1
    excess, left = sum(widths) - room, len(widths)
    for i in range(len(widths)):
        if excess > 0:
            share = min(round(excess / left), widths[i])
            widths[i] -= share
            excess -= share
        left -= 1
    return widths


def _rows(
    model: Any, layer: Any, straight: bool, show_trainable: bool, nested: bool, level: int
) -> list[list[str]]:
    prefix = "   " * level + "└ " if level else ""
    count = f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"
    row = [f"{prefix}{layer.name} ({_kind(layer)})", _output_shape(layer), count]
    if not straight:
        row.append(_connections(model, layer))
    if show_trainable:
        row.append(("Y" if layer.trainable else "N") if layer.weights else "-")
    rows = [row]
    if nested and getattr(layer, "layers", None):
        for inner in layer.layers:
            rows += _rows(model, inner, straight, show_trainable, nested, level + 1)
    return rows


def _kind(layer: Any) -> str:
    return getattr(layer, "label", None) or type(layer).__name__


def _output_shape(layer: Any) -> str:
    if layer._symbolic_calls:
        shapes = [tensor.shape for tensor in layer._symbolic_calls[-1].outputs]
    elif layer._output_shapes is not None:
        from engine.ir.structure import flatten

        shapes = [tuple(shape) for shape in flatten(layer._output_shapes) if shape is not None]
    else:
        return "?"
    texts = [f"({', '.join(str(size) for size in shape)})" for shape in shapes]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def _connections(model: Any, layer: Any) -> str:
    found = []
    for call in model._computation.calls:
        if call.layer is layer:
            for tensor in call.inputs:
                source = tensor.call.layer
                number = [id(c) for c in source._symbolic_calls].index(id(tensor.call))
                found.append(f"{source.name}[{number}][{tensor.index}]")
    return ", ".join(found) or "-"


def _totals(model: Any) -> list[str]:
    trained, fixed = model.trainable_weights, model.non_trainable_weights
    optimizer = getattr(model, "optimizer", None)
    own = list(optimizer.variables) if optimizer is not None and optimizer.built else []
    lines = [("Total", [*trained, *fixed, *own]), ("Trainable", trained), ("Non-trainable", fixed)]
    if own:
        lines.append(("Optimizer", own))
    return [f" {label} params: {_count(held):,} ({_memory(held)})" for label, held in lines]


def _count(variables: Sequence[Any]) -> int:
    return sum(math.prod(v.shape.as_list()) for v in variables)


def _memory(variables: Sequence[Any]) -> str:
    size = float(sum(_count([v]) * as_dtype(v.dtype).size for v in variables))
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} PB"


def _in_range(layers: list[Any], wanted: Any) -> list[Any]:
    if wanted is None:
        return layers
    if len(wanted) != 2:
        raise ValueError("layer_range must be a list or tuple of length 2. Received: "
                         f"layer_range = {wanted} of length {len(wanted)}")  # fmt: skip
    first = [i for i, layer in enumerate(layers) if re.match(wanted[0], layer.name)]
    last = [i for i, layer in enumerate(layers) if re.match(wanted[1], layer.name)]
    if not first or not last:
        raise ValueError("Passed layer_names do not match the layer names in the model. "
                         f"Received: {wanted}")  # fmt: skip
    low, high = min(first[0], last[-1]), max(first[0], last[-1])
    return layers[low : high + 1]


def _table(
    header: list[str], rows: list[list[str]], widths: list[int], align: list[str]
) -> list[str]:
    lines = [_rule(_BORDERS[0], widths)]
    lines += _cells(header, widths, align, "┃")
    lines.append(_rule(_BORDERS[2], widths))
    for i, row in enumerate(rows):
        lines += _cells(row, widths, align, "│")
        if i < len(rows) - 1:
            lines.append(_rule(_BORDERS[4], widths))
    lines.append(_rule(_BORDERS[5], widths))
    return lines


def _rule(marks: str, widths: list[int]) -> str:
    left, line, middle, right = tuple(marks)
    return left + middle.join(line * width for width in widths) + right


def _cells(texts: list[str], widths: list[int], align: list[str], mark: str) -> list[str]:
    wrapped = [_wrap(text, width - 2) for text, width in zip(texts, widths)]
    lines = []
    for i in range(max(len(cell) for cell in wrapped)):
        parts = [
            f" {(cell[i] if i < len(cell) else ''):{side}{width - 2}} "
            for cell, width, side in zip(wrapped, widths, align)
        ]
        lines.append(mark + mark.join(parts) + mark)
    return lines


def _wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` characters, broken between words; too long words are cut short."""
    lines = [""]
    for word in re.findall(r"\s*\S+\s*", text):
        if lines[-1] and len(lines[-1]) + len(word.rstrip()) > width:
            lines.append("")
        lines[-1] += word if len(word.rstrip()) <= width else word[: width - 1] + "…"
    return [line.rstrip() for line in lines]
