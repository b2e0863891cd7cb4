"""Text -> tree: sound text, broken text, hostile text."""

import pytest

from engine.base.source import Span
from engine.syntax.parse import parse


def test_sound_text_has_no_errors() -> None:
    parsed = parse("x = 1\n", "a.py")
    assert parsed.complete
    assert parsed.tree is not None
    assert type(parsed.tree.body[0]).__module__ == "gast.gast"


def test_a_broken_function_leaves_the_others() -> None:
    parsed = parse("def f(:\n    x\n\ndef g():\n    return 1\n", "a.py")
    assert [node.name for node in parsed.tree.body] == ["g"]
    assert parsed.tree.body[0].lineno == 4
    assert len(parsed.errors) == 1
    assert parsed.errors[0].message == "Invalid syntax."
    assert 0 <= parsed.errors[0].span.start < 8


def test_several_broken_places() -> None:
    parsed = parse("a = (\n\nb = 2\ndef f(:\n  pass\nc = 3\nd = = 4\ne = 5\n")
    names = [node.targets[0].id for node in parsed.tree.body]
    assert names[-1] == "e"
    assert "c" in names
    assert len(parsed.errors) >= 2


def test_decorators_go_with_their_broken_function() -> None:
    parsed = parse("@deco\ndef f(x):\n    return (\n\ny = 1\n")
    assert [type(node).__name__ for node in parsed.tree.body] == ["Assign"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_ends(ending: str) -> None:
    parsed = parse(f"a = 1{ending}b = 2{ending}", "a.py")
    assert parsed.complete
    assert [node.lineno for node in parsed.tree.body] == [1, 2]


def test_byte_order_mark_keeps_positions() -> None:
    text = "\ufeffx = 1\ny = x\n"
    parsed = parse(text)
    assert parsed.complete
    first = parsed.tree.body[0].targets[0]
    assert parsed.source.slice(parsed.source.span(first)) == "x"


def test_nul_byte_is_named() -> None:
    parsed = parse("x = 1\0\ny = 2\n")
    assert "NUL" in parsed.errors[0].message
    assert parsed.errors[0].span == Span(5, 6)


def test_lone_surrogate_is_named() -> None:
    parsed = parse("x = '\ud800'\ny = 2\n")
    assert "surrogate" in parsed.errors[0].message
    assert len(parsed.tree.body) == 2


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "   \n\t\n"])
def test_empty_files(text: str) -> None:
    parsed = parse(text)
    assert parsed.complete
    assert parsed.tree.body == []


def test_deep_expressions_are_read_or_refused_with_a_reason() -> None:
    for text in [
        "x = " + "(" * 5000 + ")" * 5000,
        "x = " + "-" * 50000 + "1",
        "x = 1" + "+1" * 3000,
    ]:
        parsed = parse(text)
        assert parsed.errors or parsed.tree.body


def test_a_long_chain_becomes_a_gast_tree() -> None:
    parsed = parse("x = a" + " + a" * 1500 + "\n")
    assert parsed.complete
    assert parsed.tree.body[0].value.__class__.__name__ == "BinOp"


def test_unfinished_text_while_typing() -> None:
    parsed = parse("import engine as tf\n\n@tf.function\ndef f(x):\n    if x.\n")
    assert len(parsed.tree.body) == 1
    assert parsed.source.position(parsed.errors[0].span.start)[0] == 4


def test_non_ascii_columns() -> None:
    parsed = parse("ünï = 'ä' + ö\n")
    value = parsed.tree.body[0].value.right
    assert parsed.source.slice(parsed.source.span(value)) == "ö"
