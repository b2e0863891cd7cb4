"""Places move with the text around a change; what lies within it is nowhere."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.base.diagnostics import Diagnostic, Edit, Fix, Severity
from engine.base.source import Span
from server.shifting import Shift

TEXTS = st.text(alphabet="ab\n", max_size=40)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_what_is_around_the_change_stays_itself(head: str, old: str, new: str, tail: str) -> None:
    before, after = head + old + tail, head + new + tail
    shift = Shift(before, after)
    assert before[: shift.prefix] == after[: shift.prefix]
    assert shift.prefix >= len(head)
    assert shift.suffix == 0 or before[-shift.suffix :] == after[-shift.suffix :]
    assert shift.prefix + shift.suffix <= min(len(before), len(after))
    moved = [shift.offset(offset) for offset in range(len(before) + 1)]
    known = [offset for offset in moved if offset is not None]
    assert known == sorted(known)
    assert moved[0] == 0
    assert moved[-1] == len(after) or before[: len(before)] == after[: len(before)]
    assert moved[: len(head) + 1] == list(range(len(head) + 1))


def test_a_span_over_the_change_keeps_its_ends() -> None:
    shift = Shift("abc def ghi", "abc DEFG ghi")
    assert shift.span(Span(0, 11)) == Span(0, 12)
    assert shift.span(Span(8, 11)) == Span(9, 12)
    assert shift.span(Span(5, 6)) is None


def test_a_finding_loses_the_fix_that_was_changed() -> None:
    fix = Fix("mend", (Edit(Span(5, 6), "x"),))
    finding = Diagnostic("GR1", "name", "message", Span(0, 3), Severity.ERROR, fix)
    moved = Shift("abc def ghi", "abc DEFG ghi").diagnostic(finding)
    assert moved is not None
    assert moved.span == Span(0, 3)
    assert moved.fix is None
    kept = Shift("abc def ghi", "abc def ghi!").diagnostic(finding)
    assert kept is not None
    assert kept.fix == fix
