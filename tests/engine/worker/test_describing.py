"""Values, errors, modules and arguments as the worker tells of them."""

from __future__ import annotations

import json
import sys
from collections import namedtuple
from types import ModuleType

import numpy as np
import pytest

from engine.worker.loading import ArgumentsError, LookupFailure, arguments, find, load
from engine.worker.protocol import BadMessage, Unpacker, pack
from engine.worker.tracebacks import describe_error
from engine.worker.values import describe_value

Pair = namedtuple("Pair", "left right")


class Awkward:
    """An object whose every description fails."""

    def __repr__(self) -> str:
        raise ValueError("no text")

    @property
    def dtype(self) -> object:
        raise ValueError("no dtype")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(2), {"kind": "tensor", "dtype": "float32", "shape": [], "plot": None}),
        (np.zeros((2, 3)), {"kind": "tensor", "shape": [2, 3], "plot": "image"}),
        (np.arange(4), {"kind": "tensor", "data": [0, 1, 2, 3], "plot": "line"}),
        (np.array(["a"]), {"kind": "tensor", "data": None, "plot": None}),
        (np.zeros(100_000), {"kind": "tensor", "data": None}),
        (np.array([1.0, np.nan, np.inf]), {"data": [1.0, None, None]}),
        ({"a": 1}, {"kind": "structure", "type": "dict"}),
        (Pair(1, 2), {"kind": "structure", "type": "Pair"}),
        (None, {"kind": "python", "preview": "None"}),
        ("x" * 10_000, {"kind": "python"}),
    ],
)
def test_values(value: object, expected: dict[str, object]) -> None:
    described = describe_value(value)
    assert expected.items() <= described.items()
    assert len(json.dumps(described, allow_nan=False)) < 200_000


def test_awkward_values_are_described_somehow() -> None:
    assert describe_value(Awkward())["kind"] == "python"
    endless: list[object] = []
    endless.append(endless)
    json.dumps(describe_value(endless))


def module(text: str, path: str = "/nowhere/users_module.py") -> ModuleType:
    made = load(path, text, [])
    sys.modules.pop(made.__name__, None)
    return made


def test_errors_name_the_user_s_lines_only() -> None:
    made = module("import json\n\ndef f():\n    return json.loads('{')\n")
    with pytest.raises(ValueError, match="Expecting") as raised:
        made.f()
    told = describe_error(raised.value)
    assert [(frame["line"], frame["name"]) for frame in told["frames"]][-1] == (3, "f")
    assert "json/" not in told["text"]
    assert told["frames"][-1]["text"] == "return json.loads('{')"


def test_a_syntax_error_has_a_place() -> None:
    with pytest.raises(SyntaxError) as raised:
        module("def f(:\n    pass\n")
    told = describe_error(raised.value)
    assert told["kind"] == "syntax"
    assert told["frames"][-1]["line"] == 0


def test_functions_are_found() -> None:
    made = module(
        "class A:\n    def m(self):\n        return 1\n"
        "    @staticmethod\n    def s():\n        return 2\n"
        "class B:\n    def __init__(self, x): pass\n    def m(self): pass\n"
        "def outer():\n    def inner(): pass\n"
    )
    assert find(made, "A.m")() == 1
    assert find(made, "A.s")() == 2
    with pytest.raises(LookupFailure, match="cannot be made without arguments"):
        find(made, "B.m")
    with pytest.raises(LookupFailure, match="inside another function"):
        find(made, "outer.<locals>.inner")
    with pytest.raises(LookupFailure, match="not in"):
        find(made, "missing")


def test_arguments() -> None:
    made = module("offset = 5\n")
    tensors = ModuleType("tensors")
    texts = ["offset + 1", "name='x'", "np.zeros(2).sum()"]
    positional, keywords = arguments(texts, made, tensors)
    assert positional == [6, 0.0]
    assert keywords == {"name": "x"}
    for wrong in ("1 +", "*[1]", "**{}", "1, 2", "", "missing", ") or ("):
        with pytest.raises(ArgumentsError):
            arguments([wrong], made, tensors)


def test_messages_are_cut_anywhere() -> None:
    messages = [{"a": 1}, {"b": "x" * 5000}, {}]
    stream = b"".join(pack(message) for message in messages)
    unpacker, got = Unpacker(), []
    for at in range(0, len(stream), 7):
        got += unpacker.feed(stream[at : at + 7])
    assert got == messages


@pytest.mark.parametrize("data", [b"\xff" * 8, b"\0\0\0\2[]", b"\0\0\0\1{", b"\0\0\0\4null"])
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(BadMessage):
        Unpacker().feed(data)
