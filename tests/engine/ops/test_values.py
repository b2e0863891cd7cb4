"""Expressions with the results of TensorFlow 2.21, eager and traced (`answers/values_*.txt`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import engine as tf
from tests.engine.ops.record_answers import ANSWERS, answer, graph_answer
from tests.engine.ops.recorded import same, text_of
from tests.engine.ops.values import names

FILES = sorted(path.stem for path in ANSWERS.glob("values_*.txt"))
NAMES = names(tf)
ONLY_EAGER = (
    "tf.debugging", "bool(", "round(", "divmod", ".dtype.name", ".shape", ".numpy()", "=None",
    "add_n(x)", "accumulate_n(x)", "betainc(100.,200.,",
)  # fmt: skip
"""What means something else in a graph, or is no tensor."""


def lines(name: str) -> list[list[str]]:
    text = Path(ANSWERS / f"{name}.txt").read_text(encoding="utf-8")
    return [line.split(" => ", 1) for line in text.splitlines()]


@pytest.mark.parametrize("name", FILES)
def test_eager(name):
    wrong = []
    for expression, expected in lines(name):
        found = answer(expression, NAMES)
        if found != expected and ("!" in found + expected or not same(found, expected)):
            wrong.append(f"{expression}\n  expected {expected}\n  found    {found}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", FILES)
def test_traced(name):
    """The same in a graph whose arguments are the tensors that the expression uses."""
    wrong = []
    for expression, expected in lines(name):
        if expected.startswith("!") or any(part in expression for part in ONLY_EAGER):
            continue
        found = traced(expression)
        if found != expected and not same(found, expected):
            wrong.append(f"{expression}\n  expected {expected}\n  found    {found}")
    assert not wrong, "\n".join(wrong)


def traced(expression: str) -> str:
    code = compile(expression, "<expression>", "eval")
    used = [name for name in code.co_names if isinstance(NAMES.get(name), tf.Tensor)]

    def body(*tensors: Any) -> Any:
        return eval(code, {**NAMES, **dict(zip(used, tensors, strict=True))})

    function = tf.function(body, autograph=False)
    try:
        return text_of(function(*[NAMES[name] for name in used]))
    except Exception as error:
        return f"!{type(error).__name__}: {error}"


def test_graphs():
    """Shapes where a size or the rank is not known, and gradients (`answers/graphs_*.txt`)."""
    wrong = []
    for expression, expected in lines("graphs_all"):
        found = graph_answer(expression, NAMES, tf)
        if found == expected:
            continue
        left, right = expected.split(" | "), found.split(" | ")
        if left[:2] != right[:2] or not left[2] or not same(left[2], right[2]):
            wrong.append(f"{expression}\n  expected {expected}\n  found    {found}")
    assert not wrong, "\n".join(wrong)
