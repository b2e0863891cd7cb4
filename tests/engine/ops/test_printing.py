"""tf.print: text, streams, places for tensors."""

from __future__ import annotations

import sys
from collections import OrderedDict, namedtuple
from pathlib import Path
from typing import Any

import pytest

import engine as tf

Pair = namedtuple("Pair", ["a", "b"])
CASES = [
    (("a", b"x"), "a b'x'"),
    ((tf.constant("b"),), "b"),
    (("a", tf.constant("b"), tf.constant(["x", "y"])), 'a "b" ["x" "y"]'),
    ((1, 2.5, True, None), "1 2.5 True None"),
    ((tf.constant(True), tf.constant([True, False])), "1 [1 0]"),
    ((tf.range(10),), "[0 1 2 ... 7 8 9]"),
    ((tf.zeros([2, 3]),), "[[0 0 0]\n [0 0 0]]"),
    ((tf.zeros([2, 1, 2]),), "[[[0 0]]\n\n [[0 0]]]"),
    ((tf.zeros([0]),), "[]"),
    (
        ({"a": tf.constant(1), "b": [tf.constant([1, 2]), "s", 3]},),
        "{'a': 1, 'b': [[1 2], 's', 3]}",
    ),
    ((OrderedDict([("b", tf.constant(1)), ("a", 2)]),), f"{OrderedDict([('b', 1), ('a', 2)])}"),
    ((Pair(tf.constant(1), 2),), "Pair(a=1, b=2)"),
    ((tf.constant([0.761594156, 0.1, 0.5]),), "[0.761594176 0.1 0.5]"),
    ((tf.constant(1 / 3), tf.constant(1 / 3, tf.float64)), "0.333333343 0.33333333333333331"),
    ((tf.constant([1e10, 1e-7, float("nan"), float("-inf")]),), "[1e+10 1e-07 nan -inf]"),
    (("{}", tf.constant(1)), "{} 1"),
    ((tf.constant(['a\n"q"']),), '["a\\n\\"q\\""]'),
    ((), ""),
]


@pytest.mark.parametrize(("values", "text"), CASES)
def test_text(values: Any, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    tf.print(*values)
    assert capsys.readouterr().err == text + "\n"


def test_in_a_graph(capsys: pytest.CaptureFixture[str]) -> None:
    @tf.function(autograph=False)
    def shout(x: Any) -> None:
        tf.print("x:", x, {"k": x + 1}, output_stream=sys.stdout)

    shout(tf.constant([1, 2]))
    assert capsys.readouterr().out == "x: [1 2] {'k': [2 3]}\n"


def test_options(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    tf.print("a", 1, sep="-", end="!", output_stream=sys.stdout)
    tf.print(tf.range(6), summarize=1, output_stream=sys.stdout)
    tf.print(tf.range(8), summarize=-1, output_stream=f"file://{tmp_path}/log")
    assert capsys.readouterr().out == "a-1![0 ... 5]\n"
    assert (tmp_path / "log").read_text() == "[0 1 2 3 4 5 6 7]\n"


@pytest.mark.parametrize("options", [{"bad": 1}, {"output_stream": "nowhere"}])
def test_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"keyword|Unsupported"):
        tf.print(1, **options)
