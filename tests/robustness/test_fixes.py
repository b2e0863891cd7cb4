"""T8: a fix parses, removes its finding and adds none; a silencing comment silences."""

from __future__ import annotations

import random
from collections.abc import Iterator
from enum import Enum
from itertools import pairwise

from engine.base.diagnostics import Diagnostic
from engine.base.options import Settings
from engine.base.source import SourceFile
from engine.ide.snapshot import Snapshot
from engine.lint.fixes import apply_edits, compatible_edits
from engine.lint.rule import all_rules
from engine.lint.runner import check_source
from engine.lint.silencing import silencing_edits
from tests.chance import chance
from tests.robustness.features import failures_are_errors, is_python
from tests.robustness.programs import program_text
from tests.robustness.scale import SHARE, count
from tests.robustness.texts import files, mutated, text_of, traced

EVERYTHING = Settings(select=("GR",))
OFF = {rule.code for rule in all_rules() if not rule.default}
_ROUNDS = 12


class Kind(Enum):
    """Where a text comes from: in all but the first a fix may uncover what another finding hid."""

    WRITTEN = "as people write it"
    MUTATED = "an example that was changed"
    STAGED = "library code with every function staged: they call each other"


def texts(source: random.Random) -> Iterator[tuple[str, Kind]]:
    """Texts with findings: examples, several in one file, traced library code, changed ones."""
    examples = [example.bad for rule in all_rules() for example in rule.bad]
    small = [path for path in files() if 500 < path.stat().st_size < (60_000 if SHARE else 8_000)]
    while True:
        kind = source.randrange(4)
        if kind == 0:
            yield "\n\n".join(source.choices(examples, k=source.randint(1, 3))), Kind.WRITTEN
        elif kind == 1:
            yield mutated(source.choice(examples), source), Kind.MUTATED
        elif kind == 2:
            yield traced(text_of(source.choice(small))), Kind.STAGED
        else:
            lines = program_text(source).replace("tf.stack(", "print(x) or tf.stack(", 1)
            yield lines.replace("x = x + counter * 0.0", "print('x', x)  # shown"), Kind.WRITTEN


def look(text: str) -> tuple[Diagnostic, ...]:
    return check_source(SourceFile("/nowhere/model.py", text), EVERYTHING)


def counts(findings: tuple[Diagnostic, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for finding in findings:
        found[finding.code] = found.get(finding.code, 0) + 1
    return found


def check_fix(text: str, before: tuple[Diagnostic, ...], finding: Diagnostic, kind: Kind) -> None:
    """Looks at what one fix makes of a text."""
    assert finding.fix is not None
    edits = sorted(finding.fix.edits, key=lambda edit: edit.span)
    after = apply_edits(text, edits)
    shown = f"{finding.code} {finding.fix.title}\n--- before\n{text}\n--- after\n{after}"
    assert is_python(after), shown
    left = look(after)
    start = finding.span.start
    start += sum(len(e.text) - len(e.span) for e in edits if e.span.end <= start)
    there = [f for f in left if (f.span.start, f.message) == (start, finding.message)]
    assert not there, shown
    old, new = counts(before), counts(left)
    added = {code for code in new if new[code] > old.get(code, 0)} - OFF
    if kind is Kind.WRITTEN:
        assert not added, (added, shown)
    if kind is Kind.STAGED:
        # Nothing new of the same code, and nothing at all where the meaning is said to be kept.
        assert finding.code not in added, (added, shown)
        assert not added or not finding.fix.safe, (added, shown)


def test_t8_each_fix_of_each_finding() -> None:
    source, tried = chance("fixes"), 0
    wanted = count(250, 50_000)
    with failures_are_errors():
        for text, kind in texts(source):
            if not is_python(text):
                continue
            found = look(text)
            fixable = [finding for finding in found if finding.fix is not None]
            for finding in source.sample(fixable, min(4, len(fixable))):
                check_fix(text, found, finding, kind)
                tried += 1
            if tried >= wanted:
                return


def test_t8_all_fixes_at_once_come_to_an_end() -> None:
    source = chance("all fixes")
    with failures_are_errors():
        for _, (text, _) in zip(range(count(60, 10_000)), texts(source), strict=False):
            if not is_python(text):
                continue
            current = text
            for _ in range(_ROUNDS):
                edits = Snapshot("/nowhere/model.py", current).fix_all()
                if not edits:
                    break
                current = apply_edits(current, edits)
                assert is_python(current), f"{text}\n--- after\n{current}"
            assert not Snapshot("/nowhere/model.py", current).fix_all(), text


def test_t8_silencing_comments_silence() -> None:
    source = chance("silence")
    with failures_are_errors():
        for _, (text, _) in zip(range(count(60, 10_000)), texts(source), strict=False):
            found = [f for f in look(text) if f.code not in ("GR001", "GR002", "GR004")]
            if not found or not is_python(text):
                continue
            silence_and_look(text, source.choice(found))


def silence_and_look(text: str, finding: Diagnostic) -> None:
    """Writes the comment where `--add-noqa` writes it, and looks that the finding goes."""
    source = SourceFile("/nowhere/model.py", text)
    edits = silencing_edits(source, [finding])
    after = apply_edits(text, edits)
    assert is_python(after), after
    places = [(f.code, source.position(f.span.start)) for f in look(after)]
    assert (finding.code, source.position(finding.span.start)) not in places, after


def test_compatible_edits_do_not_overlap() -> None:
    source = chance("overlap")
    for _, (text, _) in zip(range(count(60, 10_000)), texts(source), strict=False):
        for unsafe in (False, True):
            edits = compatible_edits(look(text), unsafe)
            for one, other in pairwise(edits):
                assert one.span.end <= other.span.start
