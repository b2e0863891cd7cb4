"""Expressions with the answers of TensorFlow 2.21, kept in text files (errors by type)."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import numpy as np

NUMBER = re.compile(r"[-+]?\d+\.?\d*(?:e[-+]?\d+)?")
HAS_BFLOAT16 = importlib.util.find_spec("ml_dtypes") is not None


def lines(path: Path) -> list[tuple[str, str]]:
    """The expressions of a file, with their answers."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        source, answer = line.split(" => ", 1)
        if "bfloat16" in source and not HAS_BFLOAT16:
            continue
        found.append((source, re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), answer)))
    return found


def close(left: str, right: str) -> bool:
    """The same text, numbers up to the last digits of a float32."""
    if left == right:
        return True
    if NUMBER.sub("#", left).split() != NUMBER.sub("#", right).split():
        return False
    pairs = zip(NUMBER.findall(left), NUMBER.findall(right), strict=True)
    return all(abs(float(a) - float(b)) <= 3e-6 * max(1e-3, abs(float(a))) for a, b in pairs)


def shown(compute: Any, raw: bool) -> str:
    try:
        found = compute()
    except Exception as error:
        return f"!{type(error).__name__}"
    return found if raw and isinstance(found, str) else repr(found)


def check(path: Path, compute: Any, raw: bool = False, precision: int = 8) -> None:
    wrong = []
    with np.printoptions(precision=precision):
        for source, answer in lines(path):
            found = shown(lambda source=source: compute(source), raw)
            if not close(answer, found):
                wrong.append(f"{source}\n  TensorFlow: {answer}\n  here:       {found}")
    assert not wrong, "\n".join(wrong)
