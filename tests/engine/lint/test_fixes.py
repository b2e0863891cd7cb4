"""Which fixes are made together, and what they make of a text."""

from __future__ import annotations

from engine.base.diagnostics import Diagnostic, Edit, Fix, Severity
from engine.base.source import Span
from engine.lint.fixes import apply_edits, compatible_edits, fixed_findings

TEXT = "abcdef"


def finding(*edits: tuple[int, int, str], safe: bool = True) -> Diagnostic:
    made = tuple(Edit(Span(start, end), text) for start, end, text in edits)
    return Diagnostic("GR999", "x", "x", made[0].span, Severity.INFO, Fix("mend", made, safe))


def mended(*findings: Diagnostic, unsafe: bool = False) -> str:
    return apply_edits(TEXT, compatible_edits(findings, unsafe))


def test_edits_side_by_side_are_both_made() -> None:
    assert mended(finding((0, 2, "X")), finding((2, 4, "Y"))) == "XYef"
    assert mended(finding((2, 4, "Y")), finding((0, 2, "X"))) == "XYef"
    assert mended(finding((3, 3, "Y")), finding((0, 3, "X"))) == "XYdef"


def test_of_edits_that_overlap_the_first_is_made() -> None:
    assert mended(finding((0, 3, "X")), finding((2, 4, "Y"))) == "Xdef"
    assert mended(finding((1, 2, "X")), finding((0, 6, "Y"))) == "aXcdef"
    assert mended(finding((2, 2, "X")), finding((2, 2, "Y"))) == "abXcdef"


def test_a_fix_is_made_whole_or_not_at_all() -> None:
    first, second = finding((2, 3, "X")), finding((0, 1, "Y"), (2, 3, "Z"))
    assert mended(first, second) == "abXdef"
    assert fixed_findings([first, second])[0] == (first,)


def test_an_edit_that_several_fixes_want_is_made_once() -> None:
    one = finding((0, 0, "import x\n"), (1, 2, "X"))
    two = finding((0, 0, "import x\n"), (4, 5, "Y"))
    assert mended(one, two) == "import x\naXcdYf"
    assert len(fixed_findings([one, two])[0]) == 2


def test_unsafe_fixes_are_asked_for() -> None:
    unsafe = finding((0, 1, "X"), safe=False)
    assert mended(unsafe) == TEXT
    assert mended(unsafe, unsafe=True) == "Xbcdef"
