"""Nothing that is shown steers a terminal or an editor."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.base.visible import visible


def test_controls_and_directions_are_shown() -> None:
    assert visible("a\x1b[31m\u202eb\u2066\tc\n") == "a\\x1b[31m\\u202eb\\u2066\tc\n"
    assert visible("\ud800é\x9b\x7f\r") == "\\ud800é\\x9b\\x7f\\x0d"


def test_what_people_write_stays() -> None:
    text = "größer 模型 🎉 \t x = 'e\u0301'\n"
    assert visible(text) == text


@given(st.text())
def test_what_is_visible_stays_as_it_is(text: str) -> None:
    assert visible(visible(text)) == visible(text)
