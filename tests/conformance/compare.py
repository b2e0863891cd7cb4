"""Is an answer the recorded one? Says what differs."""

from __future__ import annotations

import math
import re
from typing import Any

from tests.conformance.case import Case

TOLERANCE = {"float16": 2e-3, "bfloat16": 1e-2, "float64": 1e-9, "complex128": 1e-9}
SMALLEST = 1e-6


def differences(case: Case, expected: list[Any], actual: list[Any]) -> list[str]:
    """One line for each thing in which the answers differ; none if they agree."""
    found = []
    for i, (want, got) in enumerate(zip(expected, actual, strict=True)):
        where = f"call {i}: " if len(expected) > 1 else ""
        found += [where + line for line in answer_differences(case, want, got)]
    return found


def answer_differences(case: Case, want: dict[str, Any], got: dict[str, Any]) -> list[str]:
    """In what one answer differs from another."""
    if want.get("raises") != got.get("raises"):
        return [f"got {headline(got)}, expected {headline(want)}"]
    if "raises" in want and case.match and not re.search(case.match, got["message"]):
        return [f"the message lacks {case.match!r}: {got['message']}"]
    found = []
    if "raises" not in want:
        found += list(value_differences(want["value"], got["value"], case.rtol, "result"))
    for key in ("out", "err"):
        if printed(want, key) != printed(got, key):
            found.append(f"{key}: expected {want.get(key, '')!r}, got {got.get(key, '')!r}")
    return found


def printed(answer: dict[str, Any], key: str) -> list[str]:
    """What was printed, by line, without blanks at line ends."""
    return [line.rstrip() for line in answer.get(key, "").splitlines()]


def headline(answer: dict[str, Any]) -> str:
    """An answer in one line."""
    if "raises" in answer:
        said = answer.get("message", answer.get("says", ""))[:300]
        return f"{answer['raises']}({said!r})"
    return str(answer["value"])[:300]


def value_differences(want: Any, got: Any, rtol: float | None, where: str) -> list[str]:
    """In what two described values differ."""
    if isinstance(want, dict) and isinstance(got, dict) and want.keys() == got.keys():
        if "values" in want:
            return tensor_differences(want, got, rtol, where)
        found = []
        for key in want:
            inner = where if key in ("list", "tuple", "dict") else f"{where}.{key}"
            found += value_differences(want[key], got[key], rtol, inner)
        return found
    if isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        found = []
        for i, (one, other) in enumerate(zip(want, got, strict=True)):
            found += value_differences(one, other, rtol, f"{where}[{i}]")
        return found
    if isinstance(want, float) and isinstance(got, float):
        return [] if close(want, got, rtol or 1e-6) else [f"{where}: expected {want}, got {got}"]
    same = type(want) is type(got) and want == got
    return [] if same else [f"{where}: expected {want!r}, got {got!r}"]


def tensor_differences(
    want: dict[str, Any], got: dict[str, Any], rtol: float | None, where: str
) -> list[str]:
    """In what two tensors differ: kind and dtype, shape, elements."""
    kind = next(iter(want))
    for key in (kind, "shape"):
        if want[key] != got[key]:
            return [f"{where}: expected {key} {want[key]}, got {got[key]}"]
    tolerance = rtol if rtol is not None else TOLERANCE.get(want[kind], 1e-5)
    wrong = [
        f"[{i}] expected {one!r}, got {other!r}"
        for i, (one, other) in enumerate(zip(want["values"], got["values"], strict=True))
        if not close(one, other, tolerance)
    ]
    return [f"{where}: {'; '.join(wrong[:4])}"] if wrong else []


def close(one: Any, other: Any, rtol: float) -> bool:
    """Equal elements, floats within the tolerance."""
    if isinstance(one, list) and isinstance(other, list):
        return all(close(a, b, rtol) for a, b in zip(one, other, strict=True))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=rtol, abs_tol=min(SMALLEST, rtol))
    return type(one) is type(other) and bool(one == other)
