"""Cells of notebooks as Python: magics do no harm, and nothing else is touched."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.magics import without_magics


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%time f()", "pass     "),
        ("%x", "0 "),
        ("if x:\n    %time f()\ny", "if x:\n    pass     \ny"),
        ("if x:\n    !ls\ny", "if x:\n    0  \ny"),
        ("files = !ls -l", "files = 0     "),
        ("a, b = %time f()\r\nc", "a, b = 0        \r\nc"),
        ("f?\r\n", "0 \r\n"),
        ("numpy.array??", "pass         "),
        ("?f", "0 "),
        ("\n%%bash\nls 'it", "\n######\n######"),
        ("%%time\nx = f()", "######\nx = f()"),
        ("%%capture out\n%time f()", "#############\npass     "),
    ],
)
def test_magics(cell: str, python: str) -> None:
    assert without_magics(cell) == python


@pytest.mark.parametrize(
    "cell",
    [
        "x = (a\n  %b)",
        "x = a \\\n  %b",
        'text = """\n%d items\n!bang\nwhat?\n"""',
        "text = '''it's\n%d'''",
        "x != y",
        "(a\n != b)",
        "x = 'a\\\n%d'",
        "x = {'a': [1  # )\n  %b]}",
        "x = (a\n%b)",
        "# what?",
        "f(x)  # 100%",
    ],
)
def test_what_is_python_stays(cell: str) -> None:
    ast.parse(cell)
    assert without_magics(cell) == cell


def test_a_bracket_that_is_not_closed_yet_hides_no_magic_at_the_margin() -> None:
    assert without_magics("x = f(\n%matplotlib inline\ny = g(").split("\n")[1].startswith("pass")


PIECES = st.sampled_from(
    ["%", "!", "?", "x", "=", " ", "\n", "\r\n", "\\", "'", '"', '"""', "'''", "(", ")", "#", "%%",
     "time", "\t", "é", "\x0c", "[", "}", "f(x)"]
)  # fmt: skip


@given(st.lists(PIECES).map("".join))
def test_characters_keep_their_places(cell: str) -> None:
    made = without_magics(cell)
    assert len(made) == len(cell)
    assert [at for at, c in enumerate(made) if c == "\n"] == [
        at for at, c in enumerate(cell) if c == "\n"
    ]


@given(st.lists(PIECES).map("".join))
def test_python_stays_as_it_is(cell: str) -> None:
    try:
        ast.parse(cell)
    except (SyntaxError, ValueError):
        return
    assert without_magics(cell) == cell


@pytest.mark.parametrize(
    "hostile", [" ", "\t", "a ", "a.", "a,", "x =", "'", '"', "\\", "%", "?", "("]
)
def test_no_text_takes_long(hostile: str) -> None:
    """Each of these takes hours where a pattern can try a line in quadratically many ways."""
    for text in (hostile * 1_000_000, "x = '" + hostile * 1_000_000, hostile * 1_000_000 + "x"):
        assert len(without_magics(text)) == len(text)
