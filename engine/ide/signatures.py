"""The signatures a function is traced with, as far as the text alone tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.ide.hints import value_text
from engine.inference.context import Origin
from engine.inference.expressions import in_graph
from engine.inference.values import (
    Const,
    Container,
    Function,
    Python,
    Tensor,
    Union,
    Value,
)

if TYPE_CHECKING:
    from engine.ide.snapshot import Snapshot

__all__ = ["call_signatures"]

_MOST = 4


def call_signatures(snapshot: Snapshot, qualname: str) -> tuple[str, ...]:
    """One text for each signature that is known, as `step(x: float32[3], n: int) -> float32[]`.

    Args:
        snapshot: The version of the file.
        qualname: The qualified name of a traced function.

    Returns:
        At most four signatures, in the order of the calls found; none where nothing is known.
    """
    info = next((one for one in snapshot.functions if one.qualname == qualname), None)
    facts = snapshot.facts_at(info.name_span.start) if info is not None else None
    if info is None or facts is None:
        return ()
    name = qualname.rpartition(".")[2]
    found: list[str] = []
    for function, values, result, origin in facts.machine.traced:
        if function.module is not facts.module:
            continue
        span = facts.span(function.node)
        if span.end != info.span.end or span.start < info.span.start:
            continue
        text = _signature(name, function, values, result)
        if origin is Origin.EXAMPLE and text:
            text = f"{text}  # by the example"
        if text and text.partition("  #")[0] not in {each.partition("  #")[0] for each in found}:
            found.append(text)
    return tuple(found[:_MOST])


def _signature(name: str, function: Function, values: dict[str, Value], result: Value) -> str:
    parameters = []
    known = False
    for index, (parameter, value) in enumerate(values.items()):
        if index == 0 and function.receiver is not None:
            continue
        text = _text(value)
        known = known or bool(text)
        parameters.append(f"{parameter}: {text}" if text else parameter)
    answer = _text(_answer(result))
    if not known and not answer:
        return ""
    shown = f"{name}({', '.join(parameters)})"
    return f"{shown} -> {answer}" if answer else shown


def _answer(value: Value) -> Value:
    """What the caller gets: tensors in place of the numbers and texts of a result."""
    if isinstance(value, Container) and value.items is not None:
        items = [_answer(item) for item in value.items]
        return Container(value.kind, items, None, None, value.keys)
    text = isinstance(value, Const) and isinstance(value.value, str)
    if text or (isinstance(value, Python) and value.type == "str"):
        return Tensor(True, "string", ())
    return in_graph(value)


def _text(value: Value) -> str:
    """Dtype and shape of a tensor, the type or number of a Python value; empty where unknown."""
    if isinstance(value, Const):
        plain = value.value is None or isinstance(value.value, (bool, int, float))
        return repr(value.value) if plain else type(value.value).__name__
    if isinstance(value, Python):
        return value.type
    if isinstance(value, Container):
        return _container(value)
    if isinstance(value, Union):
        texts = [_text(option) for option in value.options]
        return " | ".join(dict.fromkeys(texts)) if all(texts) else ""
    return value_text(value)


def _container(value: Container) -> str:
    items = value.items
    if items is None or value.kind not in ("list", "tuple") or len(items) > 6:
        return value.kind
    inner = ", ".join(_text(item) or "?" for item in items)
    if value.kind == "list":
        return f"[{inner}]"
    return f"({inner},)" if len(items) == 1 else f"({inner})"
