"""From a text to its findings: interpret, ask every rule, silence, sort."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

from engine.base.diagnostics import Diagnostic, Note, Severity
from engine.base.options import Settings
from engine.base.requirements import required_keras
from engine.base.source import SourceFile, Span
from engine.inference.context import Context
from engine.inference.interpret import interpret
from engine.inference.mentions import may_stage
from engine.inference.module import Module, Workspace, keras_of
from engine.lint.facts import Facts, from_example
from engine.lint.rule import Finding, Rule, all_rules, url_of
from engine.lint.suppressions import apply_suppressions
from engine.syntax.parse import Parsed, parse

__all__ = [
    "analyse",
    "check_others",
    "check_source",
    "findings",
    "finished",
    "is_on",
    "raw_findings",
    "syntax_findings",
]

SYNTAX, TOO_DEEP = "GR001", "GR002"
_MOST_FINDINGS = 500


def analyse(
    source: SourceFile,
    settings: Settings,
    workspace: Workspace | None = None,
    parsed: Parsed | None = None,
) -> Facts | None:
    """A file's facts; None for a file that cannot stage anything by itself, or nests too deeply.

    Args:
        source: The text.
        settings: The project's choices.
        workspace: Where imported files are looked for; by default around the file.
        parsed: The tree of the text, where it has been read already.
    """
    if not may_stage(source.text):
        return None
    keras = settings.keras or _keras_of(source)
    try:
        return Facts(*interpret(source, workspace or Workspace(), keras, parsed))
    except RecursionError:
        return None
    except Exception:
        # The boundary: no text may take an editor or a whole run down. The file says so itself.
        _say_failure(f"{source.path} could not be analysed")
        return None


def _keras_of(source: SourceFile) -> int:
    """The major version of Keras for a file: what it is written for, else what is required."""
    found = keras_of(source.text)
    if found == 2:
        return found
    folder = os.path.dirname(os.path.abspath(source.path))
    required = required_keras(folder)
    if required is None and not _KERAS_3.search(source.text):
        # Most packages are older than Keras 3, and their code works.
        return 2 if os.path.exists(os.path.join(folder, "__init__.py")) else found
    return required or found


_KERAS_3 = re.compile(
    r"^\s*(?:import keras\b|from keras\b)|\bkeras\.(?:ops|saving)\b|KerasTensor", re.M
)


def _say_failure(what: str) -> None:
    """Tells the log of the exception at hand; logging is imported by those who fail alone."""
    import logging

    logging.getLogger("graphlens").exception(what)


def check_source(
    source: SourceFile, settings: Settings, workspace: Workspace | None = None
) -> tuple[Diagnostic, ...]:
    """The findings about a file, in order of place.

    Args:
        source: The text.
        settings: The project's choices.
        workspace: Where imported files are looked for; by default around the file.
    """
    parsed = parse(source.text, source.path)
    return findings(source, settings, analyse(source, settings, workspace, parsed), parsed)


def findings(
    source: SourceFile, settings: Settings, facts: Facts | None, parsed: Parsed
) -> tuple[Diagnostic, ...]:
    """The findings about a file whose facts and tree are known, as `analyse` gives them."""
    if facts is None:
        found = syntax_findings(source, parsed)
        if not found and may_stage(source.text):
            found = [_too_deep(source)]
    else:
        found = [*syntax_findings(source, parsed), *raw_findings(facts, settings)]
    return finished(source, settings, found)


def raw_findings(facts: Facts, settings: Settings) -> list[Diagnostic]:
    """What the rules find in a file: neither silenced nor in order."""
    rules = [r for r in all_rules() if is_on(r.code, r.default, facts.source.path, settings)]
    return _collect(facts, rules, settings)


def finished(
    source: SourceFile, settings: Settings, found: list[Diagnostic]
) -> tuple[Diagnostic, ...]:
    """Findings as they are shown: those that comments silence left out, in order of place."""
    left, unused = apply_suppressions(source, found)
    left.extend(finding for finding in unused if is_on(finding.code, True, source.path, settings))
    left.sort(key=lambda finding: (finding.span.start, finding.span.end, finding.code))
    return tuple(left[:_MOST_FINDINGS])


def _too_deep(source: SourceFile) -> Diagnostic:
    return Diagnostic(
        TOO_DEEP,
        "not-checked",
        "This file could not be checked: it nests too deeply, or the analyser failed; see the log.",
        Span(0, source.line_end(0)),
        Severity.INFO,
        url=url_of(TOO_DEEP),
    )


def check_others(facts: Facts, settings: Settings) -> dict[str, tuple[Diagnostic, ...]]:
    """Findings in the other files that the staged functions of a file reach, by path.

    Silencing comments of those files are left to whoever puts the findings there.
    """
    reached = {
        context.module
        for context in facts.machine.visited_staged.values()
        if context.module is not facts.module
    }
    found: dict[str, tuple[Diagnostic, ...]] = {}
    for module in sorted(reached, key=lambda each: each.path):
        other = Facts(module, facts.machine)
        rules = [r for r in all_rules() if is_on(r.code, r.default, module.path, settings)]
        collected = _collect(other, rules, settings)
        if collected:
            found[module.path] = tuple(collected)
    return found


def syntax_findings(source: SourceFile, parsed: Parsed) -> list[Diagnostic]:
    """What the parser says of a file: its first problem, the others may follow from it."""
    return [
        Diagnostic(
            SYNTAX,
            "syntax-error",
            f"{problem.message} The rest of the file is still checked.",
            problem.span,
            Severity.ERROR,
            url=url_of(SYNTAX),
        )
        for problem in parsed.errors[:1]
    ]


def is_on(code: str, default: bool, path: str, settings: Settings) -> bool:
    """Whether a rule is on for a file."""
    chosen = default
    if settings.select:
        chosen = _best(code, settings.select) >= 0
    if _best(code, settings.extend_select) >= 0:
        chosen = True
    on = max(_best(code, settings.select), _best(code, settings.extend_select))
    if _best(code, settings.ignore) >= max(on, 0):
        return False
    for pattern, codes in settings.per_file_ignores:
        if _best(code, codes) >= 0 and _matches(path, pattern, settings.root):
            return False
    return chosen


def _best(code: str, prefixes: Iterable[str]) -> int:
    """How many letters of the code the longest fitting prefix names; -1 where none fits."""
    return max(
        (
            0 if prefix == "ALL" else len(prefix)
            for prefix in prefixes
            if prefix == "ALL" or code.startswith(prefix)
        ),
        default=-1,
    )


def _matches(path: str, pattern: str, root: Path | None) -> bool:
    name = path
    if root is not None:
        try:
            name = str(Path(path).resolve().relative_to(root.resolve()))
        except (ValueError, OSError):
            name = path
    return (
        fnmatch(name, pattern) or fnmatch(Path(path).name, pattern) or fnmatch(name, f"*/{pattern}")
    )


def _collect(facts: Facts, rules: list[Rule], settings: Settings) -> list[Diagnostic]:
    found: dict[tuple[str, Span], tuple[tuple[bool, int], Diagnostic]] = {}
    for each in rules:
        for finding in _asked(each, facts):
            if (finding.module or facts.module) is not facts.module:
                continue
            made = _diagnostic(facts, each, finding, settings)
            key = (made.code, made.span)
            # What is true of every call comes before what an example shows.
            rank = (from_example(finding.context), made.severity.rank)
            if key not in found or rank < found[key][0]:
                found[key] = (rank, made)
    return [made for _, made in found.values()]


def _asked(each: Rule, facts: Facts) -> list[Finding]:
    """What a rule finds; one that fails costs its own findings only."""
    try:
        return list(each.check(facts))
    except Exception:
        _say_failure(f"{each.code} failed on {facts.source.path}")
        return []


def _diagnostic(facts: Facts, each: Rule, finding: Finding, settings: Settings) -> Diagnostic:
    span = finding.at if isinstance(finding.at, Span) else facts.span(finding.at)
    severity = finding.severity or each.severity
    notes = (*finding.notes, *_way(finding.context))
    message = finding.message or each.message
    if from_example(finding.context):
        message = f"{message} (With the arguments of the `# example:` comment.)"
    return Diagnostic(
        each.code,
        each.name,
        message,
        span,
        settings.severity_of(each.code, severity),
        finding.fix,
        notes,
        finding.tags,
        each.url,
    )


def _way(context: Context) -> tuple[Note, ...]:
    """The calls that lead from the staged function to the place."""
    entry = context.entry
    if entry is None:
        return ()
    notes: list[Note] = []
    current: Context | None = context
    while current is not None and current.entry is entry and len(notes) < 6:
        caller = current.caller
        if caller is None or caller.entry is not entry or current.call is None:
            break
        name = current.function.qualname if current.function is not None else "a function"
        notes.append(_note(f"`{name}` is called here while tracing", current.call, caller.module))
        current = caller
    staging = entry.staging
    if isinstance(staging.node, ast.AST) and hasattr(staging.node, "lineno"):
        word = {
            "keras": "Keras traces this method",
            "map": "the function is traced for the dataset",
        }
        text = word.get(staging.kind, f"`{entry.qualname}` is staged here")
        notes.append(_note(text, staging.node, staging.module))
    if entry.example is not None:
        outermost = entry
        while outermost.outer is not None:
            outermost = outermost.outer
        notes.append(
            _note(
                "the arguments are those of this example", entry.example, outermost.staging.module
            )
        )
    return tuple(notes)


def _note(message: str, node: ast.AST, module: Module) -> Note:
    span = module.span(node)
    first = module.source.position(span.start)[0]
    return Note(
        message, Span(span.start, min(span.end, module.source.line_end(first))), module.path
    )
