"""What is remembered of earlier versions changes no answer: they are those of a fresh text."""

from __future__ import annotations

import ast
import os
import random
from pathlib import Path

import pytest

from engine.ide import sections
from engine.ide.pieces import cut, groups, libraries_of, mentions_of
from engine.ide.sections import Sections
from engine.ide.snapshot import Snapshot
from engine.lint import runner
from engine.lint.rule import all_rules
from engine.syntax.parse import parse
from tests.chance import chance

ROUNDS = 40 * int(os.environ.get("GRAPHLENS_SOAK", "1"))
EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
KINDS = ("diagnostics", "functions", "hints", "stages")
PIECES = [
    "x", " ", "\n", "    ", "(", ")", ":", "if x > 0:\n", "print(x)\n", "@tf.function\n", "return",
    "'", '"""', "\\", "#", "\u00e9", "def f(a):\n", "tf.", "self.x = x\n", "\n\n", "\r\n",
    "\x0c", "# graphlens: ignore\n", "import numpy as np\n", "# example: f(tf.ones([2, 3]))\n",
    "# example: step(tf.constant(values), y)\n",
]  # fmt: skip


def programs() -> list[str]:
    """Every example of every rule, and the example files."""
    found = [path.read_text() for path in sorted(EXAMPLES.glob("*.py"))]
    for each in all_rules():
        found.extend([*(example.bad for example in each.bad), *each.good])
    return found


def edited(text: str, source: random.Random) -> str:
    if source.random() < 0.3:
        lines = text.split("\n")
        lines.insert(source.randrange(len(lines)), source.choice(["", "# c", "y = 1", "@x"]))
        return "\n".join(lines)
    at = source.randrange(len(text) + 1)
    end = min(len(text), at + source.choice([0, 0, 0, 1, 2, 8, 60]))
    return text[:at] + source.choice(PIECES) + text[end:]


@pytest.mark.parametrize("from_all", [True, False])
def test_answers_after_edits_are_those_of_a_fresh_text(
    from_all: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where each group of statements is analysed by itself from the start."""
    if not from_all:
        monkeypatch.setattr(sections, "_WORTH_ALL", 100.0)
    source = chance("answers_after_edits_are_those_of_a_fresh_text")
    known = programs()
    for _ in range(ROUNDS):
        text = "".join(source.choice(known) for _ in range(source.randint(1, 6)))
        memory = Sections()
        for _ in range(6):
            remembering, fresh = Snapshot("a.py", text, None, memory), Snapshot("a.py", text)
            for kind in KINDS:
                assert getattr(remembering, kind) == getattr(fresh, kind), (kind, text)
            text = edited(text, source)


MODULE = """\
import engine as tf

@tf.function
def one(x):
    print(x)
    return helper(x)

def helper(x):
    return x

LIMIT = 3

@tf.function
def two(x):
    print(x)
    return x + LIMIT

@tf.function
def three(x):
    print(x)
    return x
"""


def test_an_edit_costs_the_analysis_of_what_it_touches(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Sections()
    assert len(Snapshot("a.py", MODULE, None, memory).diagnostics) == 3
    analysed: list[list[str]] = []
    real = runner.analyse

    def watched(source, settings, workspace=None, parsed=None):
        tree = parsed.python_tree
        analysed.append([n.name for n in tree.body if isinstance(n, ast.FunctionDef)])
        return real(source, settings, workspace, parsed)

    monkeypatch.setattr(runner, "analyse", watched)
    text = MODULE.replace("return x\n\nLIMIT", "return -x\n\nLIMIT")
    assert len(Snapshot("a.py", text, None, memory).diagnostics) == 3
    text = text.replace("LIMIT = 3", "LIMIT = 4")
    found = Snapshot("a.py", text, None, memory).diagnostics
    assert [text[: one.span.start].count("\n") for one in found] == [4, 14, 19]
    assert analysed == [["one", "helper"], ["two"]]


TRACED = "\n@tf.function\ndef f(x):\n    return x\n\n"


@pytest.mark.parametrize(
    ("imported", "call"),
    [
        ("import tensorflow as tf\n", "tf.config.run_functions_eagerly"),
        (
            "import tensorflow as tf\nfrom tensorflow.config import run_functions_eagerly\n",
            "run_functions_eagerly",
        ),
    ],
)
def test_switches_of_the_whole_program_belong_together(imported: str, call: str) -> None:
    once = f"{imported}{call}(True)\n{TRACED}"
    memory = Sections()
    for text, count in ((once, 1), (f"{once}{call}(False)\n", 0), (once, 1)):
        remembering, fresh = Snapshot("a.py", text, None, memory), Snapshot("a.py", text)
        assert remembering.diagnostics == fresh.diagnostics
        assert [one.code for one in fresh.diagnostics] == ["GR605"] * count


def test_a_module_beside_that_changes_is_read_again(tmp_path: Path) -> None:
    helper = tmp_path / "helper.py"
    helper.write_text("def help(x):\n    return x\n")
    text = (
        "import engine as tf\nfrom helper import help\n\n@tf.function\ndef f(x):\n"
        "    return help(x)\n\n@tf.function\ndef g(x):\n    return x\n"
    )
    path = str(tmp_path / "main.py")
    memory = Sections()
    assert Snapshot(path, text, None, memory).hints == Snapshot(path, text).hints
    helper.write_text("import engine as tf\ndef help(x):\n    return tf.zeros([2])\n")
    again = text.replace("return help(x)", "y = help(x)\n    return y")
    assert Snapshot(path, again, None, memory).hints == Snapshot(path, again).hints != ()


def test_what_belongs_together() -> None:
    pieces = cut(parse(MODULE + "\nclass A:\n    def set(self):\n        self.log = []\n"
                       "\ndef read(a):\n    return a.log\n"))  # fmt: skip
    libraries = libraries_of(pieces)
    found = groups(pieces, [mentions_of(piece, libraries) for piece in pieces])
    names = [
        [getattr(each, "name", type(each).__name__) for each in group.statements] for group in found
    ]
    assert names == [
        ["Import"], ["Import", "one", "helper"], ["Import", "Assign", "two"], ["Import", "three"],
        ["Import", "A", "read"],
    ]  # fmt: skip
    assert "".join(piece.text for piece in pieces).startswith(MODULE)
