"""Offsets, lines and columns of any text."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.source import SourceFile, Span

TEXTS = st.text(st.sampled_from("ab\n\r\x0c\x0b\x85\u2028é😀 "), max_size=60)


def test_lines_end_where_python_and_editors_say():
    source = SourceFile("a.py", "one\ntwo\r\nthree\rfour\x0cstill\u2028four")
    assert source.lines == ["one", "two", "three", "four\x0cstill\u2028four"]
    assert source.line_count == 4


@pytest.mark.parametrize(("text", "lines"), [("", [""]), ("a", ["a"]), ("a\n", ["a", ""])])
def test_last_lines(text: str, lines: list[str]):
    assert SourceFile("a.py", text).lines == lines


@given(TEXTS)
def test_positions_go_both_ways(text: str):
    source = SourceFile("a.py", text)
    for offset in range(len(text) + 1):
        line, column = source.position(offset)
        inside = offset <= source.line_end(line)
        assert source.offset(line, column) == (offset if inside else source.line_end(line))


@given(TEXTS)
def test_lines_and_their_ends_are_the_text(text: str):
    source = SourceFile("a.py", text)
    starts = [source.line_start(line) for line in range(source.line_count)]
    assert starts[0] == 0
    ends = [*starts[1:], len(text)]
    assert "".join(text[a:b] for a, b in zip(starts, ends)) == text
    assert all(
        text[source.line_end(i) : end] in ("", "\n", "\r", "\r\n") for i, end in enumerate(ends)
    )


def test_offsets_are_held_within_the_text():
    source = SourceFile("a.py", "ab\ncd")
    assert source.offset(0, 99) == 2
    assert source.offset(9, 0) == 5
    assert source.offset(-1, 0) == 0
    assert source.position(99) == (1, 2)


@pytest.mark.parametrize("name", ["value", "größe", "数", "𝒳"])
def test_spans_of_nodes_count_code_points(name: str):
    text = f"'é😀'; {name} = 1\r\nif {name}:\r    print({name})\n"
    source = SourceFile("a.py", text)
    names = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name) and n.id != "print"]
    assert len(names) == 3
    assert [source.slice(source.span(node)) for node in names] == [name] * 3


def test_spans():
    span = Span(2, 5)
    assert 2 in span
    assert 5 not in span
    assert len(span) == 3
    assert span.encloses(Span(3, 5))
    assert not span.encloses(Span(1, 3))
    assert span.touches(Span(5, 5))
    assert not span.touches(Span(6, 7))
