"""One version of one file, with answers that are computed when first asked for.

Nothing of the user's is imported or run, and no numpy is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from engine.base.diagnostics import Diagnostic, Edit, Fix
from engine.base.options import Settings
from engine.base.source import SourceFile, Span

if TYPE_CHECKING:
    from engine.ide.answers import Hint, StageSpan
    from engine.ide.sections import Sections
    from engine.lint.facts import Facts
    from engine.syntax.parse import Parsed

__all__ = ["FunctionInfo", "GraphCode", "HoverContent", "Snapshot", "SymbolInfo"]


@dataclass(frozen=True, slots=True)
class FunctionInfo:
    """A function that will be traced.

    Attributes:
        qualname: Its name with the classes and functions around it, as `Model.call`.
        span: Decorators, signature and body.
        name_span: The name in its `def`; the `lambda` itself where there is none.
        kind: `decorated` (an entry of its own) or `called` (reached from one).
        entry: The qualified names of the entries that reach it; its own for an entry.
        converted: Whether AutoGraph converts it, so that `if` and `for` may become graph ops.
        reason: Why it does not, as a clause.
    """

    qualname: str
    span: Span
    name_span: Span
    kind: Literal["decorated", "called"]
    entry: tuple[str, ...] = ()
    converted: bool = True
    reason: str = ""


@dataclass(frozen=True)
class GraphCode:
    """What really runs while a function is traced.

    Attributes:
        text: The generated source; an explanation, each line a comment, where there is none.
        line_map: Pairs of 0-based lines: generated line, user's line; in generated order.
        ok: Whether `text` is generated source.
    """

    text: str
    line_map: tuple[tuple[int, int], ...] = ()
    ok: bool = True

    def user_line(self, generated_line: int) -> int | None:
        """The user's line that a generated line comes from."""
        return dict(self.line_map).get(generated_line)


@dataclass(frozen=True)
class SymbolInfo:
    """The name at a position: what it is called here, and the public symbol it stands for."""

    name: str
    span: Span
    symbol: str | None = None


@dataclass(frozen=True)
class HoverContent:
    """What to show at a position; plain data, an editor decides how it looks.

    Attributes:
        kind: `rule` (help on a finding) or `code` (graph code of a function).
        title: One line.
        text: Paragraphs of plain text for `rule`, Python source for `code`.
        span: What the answer is about.
        url: The page that says more.
    """

    kind: Literal["rule", "code"]
    title: str
    text: str
    span: Span
    url: str = ""


@dataclass(frozen=True)
class Snapshot:
    """One version of one file.

    Args:
        path: The file's path or the editor's URI; it is not opened.
        text: The text of the buffer, without a byte order mark.
        settings: The project's choices; None means the defaults.
        memory: What is known of the versions before, so that only what has changed is analysed.
    """

    path: str
    text: str
    settings: Settings | None = None
    memory: Sections | None = field(default=None, repr=False, compare=False)
    source: SourceFile = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", SourceFile(self.path, self.text))

    @property
    def is_warm(self) -> bool:
        """Whether anything was computed."""
        return len(self.__dict__) > len(fields(self))

    def cooled(self) -> Snapshot:
        """The same without what was computed, but for what its memory remembers."""
        if self.memory is not None:
            self.memory.cool()
        return replace(self)

    @cached_property
    def parsed(self) -> Parsed:
        """The tree of the text, of what could be read of it."""
        from engine.syntax.parse import parse

        return parse(self.text, self.path)

    @cached_property
    def facts(self) -> Facts | None:
        """What the analyser knows of the file; None where nothing in it can be staged."""
        from engine.lint.runner import analyse

        return analyse(self.source, self.settings or Settings(), parsed=self.parsed)

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The findings, in order of place."""
        from engine.lint.runner import findings, finished, syntax_findings

        known = self._known("findings")
        if known is not None:
            found = [*syntax_findings(self.source, self.parsed), *known]
            return finished(self.source, self.settings or Settings(), found)
        return findings(self.source, self.settings or Settings(), self.facts, self.parsed)

    @cached_property
    def functions(self) -> tuple[FunctionInfo, ...]:
        """Each function that will be traced, in order of place."""
        from engine.ide.functions import traced_functions

        known = self._known("functions")
        if known is not None:
            return tuple(sorted(known, key=lambda info: (info.span.start, info.span.end)))
        return () if self.facts is None else traced_functions(self.facts)

    def _known(self, kind: str) -> list[Any] | None:
        return None if self.memory is None else self.memory.answers(self, kind)

    @cached_property
    def hints(self) -> tuple[Hint, ...]:
        """What an editor writes into traced code, in order of place."""
        from engine.ide.hints import hints_of

        known = self._known("hints")
        if known is not None:
            return tuple(sorted(known, key=lambda hint: hint.offset))
        return () if self.facts is None else hints_of(self.facts)

    @cached_property
    def stages(self) -> tuple[StageSpan, ...]:
        """Names and calls in traced code with their stage, in order of place."""
        from engine.ide.stages import stages_of

        known = self._known("stages")
        if known is not None:
            return tuple(sorted(known, key=lambda one: one.span))
        return () if self.facts is None else stages_of(self.facts)

    def facts_at(self, offset: int) -> Facts | None:
        """The facts of what belongs to the code at an offset: enough for questions about it."""
        return self.facts if self.memory is None else self.memory.facts_at(self, offset)

    def graph_code(self, qualname: str) -> GraphCode:
        """The graph code of a function, by its qualified name."""
        from engine.ide.graph_code import graph_code

        return graph_code(self, qualname)

    def symbol_at(self, offset: int) -> SymbolInfo | None:
        """The name at an offset, None between names."""
        from engine.ide.symbols import symbol_at

        return symbol_at(self.parsed, offset)

    def hover(self, offset: int) -> HoverContent | None:
        """Help on the finding at an offset, or the graph code of the function named there."""
        from engine.ide.hover import hover

        return hover(self, offset)

    def fixes(self, span: Span) -> tuple[tuple[Diagnostic, Fix], ...]:
        """The fixes of findings that touch a span, each with its finding."""
        return tuple(
            (finding, finding.fix)
            for finding in self.diagnostics
            if finding.fix is not None and finding.span.touches(span)
        )

    def fix_all(self) -> tuple[Edit, ...]:
        """The edits of all safe fixes, those that would overlap an earlier one left out."""
        from engine.lint.fixes import compatible_edits

        return compatible_edits(self.diagnostics)
