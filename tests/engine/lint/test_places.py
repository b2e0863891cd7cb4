"""Small programs in which a mark on a line says what is found there, and nothing else is.

What each of them does was seen with the framework itself: what raises, what happens once, what
starts a new trace. They are in the folder `places`, by family of rules.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from engine.base.diagnostics import Diagnostic
from engine.base.options import Settings
from engine.base.source import SourceFile
from engine.lint.fixes import apply_edits
from engine.lint.runner import check_source

HEADER = (
    "import tensorflow as tf\nimport numpy as np\nimport random\nimport time\nimport os\n"
    "import logging\n"
)
MARK = re.compile(r"  #! ([A-Z0-9 ]+)$", re.MULTILINE)


def programs() -> list[tuple[str, str]]:
    found = []
    for path in sorted(Path(__file__).with_name("places").glob("*.txt")):
        for part in f"\n{path.read_text(encoding='utf-8')}".split("\n== ")[1:]:
            name, _, program = part.partition("\n")
            found.append((f"{path.stem}: {name}", HEADER + program.rstrip() + "\n"))
    return found


def marked(text: str) -> set[tuple[int, str]]:
    lines = enumerate(text.split("\n"))
    return {
        (row, code)
        for row, line in lines
        for match in MARK.finditer(line)
        for code in match.group(1).split()
    }


def check(text: str, settings: Settings) -> tuple[SourceFile, tuple[Diagnostic, ...]]:
    source = SourceFile("<program>", text)
    return source, check_source(source, settings)


PROGRAMS = programs()


@pytest.mark.parametrize(("name", "text"), PROGRAMS, ids=[name for name, _ in PROGRAMS])
def test_found_where_it_is_marked(name: str, text: str):
    source, findings = check(MARK.sub("", text), Settings())
    places = {(source.position(finding.span.start)[0], finding.code) for finding in findings}
    assert places == marked(text)


def broken(text: str, finding: Diagnostic, before: Counter[str]) -> str:
    assert finding.fix is not None
    after = apply_edits(text, sorted(finding.fix.edits, key=lambda edit: edit.span))
    ast.parse(after)
    left = Counter(other.code for other in check(after, Settings())[1])
    if left[finding.code] >= before[finding.code]:
        return "the finding stays"
    if after.count("# kept") < text.count("# kept"):
        return "a comment is lost"
    more = [code for code in left if left[code] > before[code]]
    return f"it adds {more}" if more and finding.fix.safe else ""


@pytest.mark.parametrize(("name", "text"), PROGRAMS, ids=[name for name, _ in PROGRAMS])
def test_fixes_mend_keep_comments_and_add_nothing(name: str, text: str):
    commented = MARK.sub("  # kept", text)
    findings = check(commented, Settings())[1]
    before = Counter(finding.code for finding in findings)
    for finding in findings:
        if finding.fix is not None:
            assert broken(commented, finding, before) == "", (finding.code, finding.fix.title)


def test_the_families_are_covered():
    codes = Counter(code for _, text in PROGRAMS for _, code in marked(text))
    assert len(PROGRAMS) > 500
    assert len(codes) > 45
