"""Answers about a text that changes: only the groups of pieces that a change touches are analysed.

What is kept of a version are plain answers with their places, never trees. An answer of a group
whose texts are the same is the same, at the places of now; `pieces` says why.
"""

from __future__ import annotations

import ast
import threading
import time
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from engine.base.diagnostics import Diagnostic, Edit
from engine.base.options import Settings
from engine.base.source import Span
from engine.ide.answers import Hint, StageSpan
from engine.ide.pieces import Group, Mentions, Piece, cut, groups, libraries_of, mentions_of
from engine.ide.snapshot import FunctionInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from engine.ide.snapshot import Snapshot
    from engine.lint.facts import Facts

__all__ = ["Sections"]

_KEPT = 400
_MOST_CALLS = 3000
"""A bit less than what the analysis of one whole file is allowed: near that, order counts."""
_WORTH_ALL = 0.4
_SEARCH_EVERY = 2.0
"""Seconds; whoever hears of new files before begins with an empty memory."""


class _Apart(Exception):
    """An answer has a place outside of its group: it cannot be kept."""


@dataclass
class _Record:
    """What is known of a group, at the places that its pieces had when it was asked last."""

    group: Group
    calls: int = 0
    answers: dict[str, list[Any]] = field(default_factory=dict)


class _View:
    """One version of the text, cut, with the facts that were needed for it."""

    def __init__(self, text: str, found: list[Group]) -> None:
        self.text = text
        self.groups = found
        self.facts: dict[tuple[str, ...], Facts | None] = {}
        self._owners = sorted(
            (group.starts[at], index) for index, group in enumerate(found) for at in group.own
        )

    def owner(self, offset: int) -> int:
        """The index of the group that an offset belongs to."""
        at = bisect_right(self._owners, (offset, len(self.groups))) - 1
        return self._owners[max(at, 0)][1]


class Sections:
    """The memory of one document."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._records: dict[tuple[str, ...], _Record] = {}
        self._mentions: dict[str, Mentions] = {}
        self._libraries: frozenset[str] = frozenset()
        self._settings: tuple[Any, ...] | None = None
        self._path = ""
        self._calls = 0
        self._searched = 0.0
        self._seen: dict[tuple[str, str], object] = {}
        self._view: _View | None = None

    def answers(self, snapshot: Snapshot, kind: str) -> list[Any] | None:
        """Findings, functions, hints or stages, in no order; None where all must be looked at.

        Args:
            snapshot: The version of the text.
            kind: A name from `_KINDS`.
        """
        with self._lock:
            view = self._viewed(snapshot)
            if view is None or not self._fill(snapshot, view, kind):
                return None
            found: list[Any] = []
            for group in view.groups:
                found.extend(self._records[group.key].answers[kind])
            return found

    def facts_at(self, snapshot: Snapshot, offset: int) -> Facts | None:
        """The facts of the group around an offset; those of the whole text where it is not cut."""
        with self._lock:
            view = self._viewed(snapshot)
            for group in view.groups if view is not None else ():
                at = group.place(offset)
                if view is not None and at is not None and at[0] in group.own:
                    return self._facts(snapshot, view, group)
        return snapshot.facts

    def cool(self) -> None:
        """Lets go of trees and facts; they are made again when they are asked for."""
        with self._lock:
            self._view = None

    # -- cutting -----------------------------------------------------------------------------

    def _viewed(self, snapshot: Snapshot) -> _View | None:
        self._renew(snapshot)
        if self._view is None or self._view.text is not snapshot.text:
            self._view = self._cut(snapshot)
        return self._view if len(self._view.groups) > 1 else None

    def _cut(self, snapshot: Snapshot) -> _View:
        from engine.inference.mentions import may_stage

        pieces = cut(snapshot.parsed) if may_stage(snapshot.text) else ()
        libraries = libraries_of(pieces)
        if libraries != self._libraries or len(self._mentions) > _KEPT + 2 * len(pieces):
            self._libraries = libraries
            self._mentions.clear()
        return _View(snapshot.text, groups(pieces, [self._mentioned(each) for each in pieces]))

    def _mentioned(self, piece: Piece) -> Mentions:
        known = self._mentions.get(piece.text)
        if known is None:
            known = self._mentions[piece.text] = mentions_of(piece, self._libraries)
        return known

    def _renew(self, snapshot: Snapshot) -> None:
        """Forgets all where the settings, the kind of the file or the files around differ."""
        from engine.inference.module import Workspace, keras_of

        if self._view is not None and self._view.text is snapshot.text:
            return
        settings = (snapshot.path, snapshot.settings, keras_of(snapshot.text))
        now = time.monotonic()
        searched = now - self._searched > _SEARCH_EVERY
        self._searched = now if searched else self._searched
        if settings != self._settings or not Workspace.is_still(self._seen, searched):
            self._settings = settings
            self._path = snapshot.path
            self._records.clear()
            self._seen = {}
            self._calls = 0
            self._view = None

    # -- answering ---------------------------------------------------------------------------

    def _fill(self, snapshot: Snapshot, view: _View, kind: str) -> bool:
        """Makes the answers of a kind known for all groups; whether they may be told so."""
        missing = [group for group in view.groups if not self._knows(group, kind)]
        size = sum(len(text) for group in missing for text in group.key)
        # Each group by itself would read the files it imports again.
        reads = any(not dotted for _, dotted in self._seen)
        if len(missing) > 1 and (reads or size > _WORTH_ALL * len(snapshot.text)):
            return self._fill_from_all(snapshot, view, kind)
        for group in missing:
            facts = self._facts(snapshot, view, group)
            if facts is None or not self._store(group, kind, _KINDS[kind](snapshot, facts)):
                return False
            self._records[group.key].calls = facts.machine.calls
        self._forget_old(view)
        calls = self._calls + sum(self._records[group.key].calls for group in view.groups)
        return calls < _MOST_CALLS or self._fill_from_all(snapshot, view, kind)

    def _knows(self, group: Group, kind: str) -> bool:
        record = self._records.get(group.key)
        if record is None or kind not in record.answers:
            return False
        if record.group.starts != group.starts:
            move = _Move(record.group, group, self._path)
            try:
                record.answers = {
                    name: [move(each) for each in told] for name, told in record.answers.items()
                }
            except _Apart:
                del self._records[group.key]
                return False
            record.group = group.bare()
        return True

    def _facts(self, snapshot: Snapshot, view: _View, group: Group) -> Facts | None:
        from engine.inference.module import Workspace
        from engine.lint.runner import analyse
        from engine.syntax.parse import Parsed

        if group.key not in view.facts:
            workspace = Workspace()
            parsed = Parsed(snapshot.source, ast.Module(group.statements, []))
            settings = snapshot.settings or Settings()
            view.facts[group.key] = analyse(snapshot.source, settings, workspace, parsed)
            self._seen.update(workspace.seen())
        return view.facts[group.key]

    def _fill_from_all(self, snapshot: Snapshot, view: _View, kind: str) -> bool:
        """The answers for the whole text, given to the groups they are about."""
        facts = snapshot.facts
        if facts is None or facts.machine.calls >= _MOST_CALLS:
            return False
        self._seen.update(facts.machine.workspace.seen())
        self._calls = facts.machine.calls
        for record in self._records.values():
            record.calls = 0
        told: dict[int, list[Any]] = {}
        for each in _KINDS[kind](snapshot, facts):
            told.setdefault(view.owner(_start(each)), []).append(each)
        return all(
            self._store(group, kind, told.get(index, []), mine=True)
            for index, group in enumerate(view.groups)
        )

    def _store(self, group: Group, kind: str, told: Iterable[Any], mine: bool = False) -> bool:
        own = list(told) if mine else [each for each in told if _owns(group, _start(each))]
        stay = _Move(group, group, self._path)
        try:
            for each in own:
                stay(each)
        except _Apart:
            return False
        record = self._records.get(group.key)
        if record is None or record.group.starts != group.starts:
            record = self._records[group.key] = _Record(group.bare())
        record.answers[kind] = own
        return True

    def _forget_old(self, view: _View) -> None:
        if len(self._records) > _KEPT + 2 * len(view.groups):
            self._records = {group.key: self._records[group.key] for group in view.groups}


def _owns(group: Group, offset: int) -> bool:
    at = group.place(offset)
    return at is not None and at[0] in group.own


def _start(answer: Any) -> int:
    if isinstance(answer, Hint):
        return answer.offset - 1
    span: Span = answer.span
    return span.start


class _Move:
    """Takes answers from the places of a group to those of the same group in another version.

    Args:
        old: The group as the answers know it.
        new: The group as it is now.
        path: The file: places in others stay.

    Raises:
        _Apart: When called, where a place is in no piece of the group, or between two that have
            moved apart.
    """

    def __init__(self, old: Group, new: Group, path: str) -> None:
        self.old, self.new, self.path = old, new, path

    def __call__(self, answer: Any) -> Any:
        if isinstance(answer, Hint):
            return replace(answer, offset=self._offset(answer.offset, True))
        if isinstance(answer, StageSpan):
            return replace(answer, span=self._span(answer.span))
        if isinstance(answer, FunctionInfo):
            span, name = self._span(answer.span), self._span(answer.name_span)
            return replace(answer, span=span, name_span=name)
        assert isinstance(answer, Diagnostic)
        fix = answer.fix
        if fix is not None:
            edits = tuple(Edit(self._span(edit.span), edit.text) for edit in fix.edits)
            fix = replace(fix, edits=edits)
        notes = tuple(
            replace(note, span=self._span(note.span)) if note.path == self.path else note
            for note in answer.notes
        )
        return replace(answer, span=self._span(answer.span), fix=fix, notes=notes)

    def _span(self, span: Span) -> Span:
        if span.end > span.start:
            return Span(self._offset(span.start, False), self._offset(span.end, True))
        ways = {
            self.new.starts[place[0]] + place[1]
            for end in (False, True)
            if (place := self.old.place(span.start, end)) is not None
        }
        if len(ways) != 1:
            raise _Apart
        at = ways.pop()
        return Span(at, at)

    def _offset(self, offset: int, end: bool) -> int:
        place = self.old.place(offset, end)
        if place is None:
            raise _Apart
        return self.new.starts[place[0]] + place[1]


def _findings(snapshot: Snapshot, facts: Facts) -> Iterable[Any]:
    from engine.lint.runner import raw_findings

    return raw_findings(facts, snapshot.settings or Settings())


def _functions(snapshot: Snapshot, facts: Facts) -> Iterable[Any]:
    from engine.ide.functions import traced_functions

    return traced_functions(facts)


def _hints(snapshot: Snapshot, facts: Facts) -> Iterable[Any]:
    from engine.ide.hints import hints_of

    return hints_of(facts)


def _stages(snapshot: Snapshot, facts: Facts) -> Iterable[Any]:
    from engine.ide.stages import stages_of

    return stages_of(facts)


_KINDS: dict[str, Callable[[Snapshot, Facts], Iterable[Any]]] = {
    "findings": _findings,
    "functions": _functions,
    "hints": _hints,
    "stages": _stages,
}
