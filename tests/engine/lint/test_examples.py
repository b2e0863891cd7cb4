"""Every rule's examples: the bad ones are found and mended, the good ones are clean."""

from __future__ import annotations

import ast

import pytest

from engine.base.options import Settings
from engine.base.source import SourceFile
from engine.lint.fixes import apply_edits
from engine.lint.rule import Example, Rule, all_rules
from engine.lint.runner import check_source

BAD = [(rule, example) for rule in all_rules() for example in rule.bad]
GOOD = [(rule, text) for rule in all_rules() for text in rule.good]


def found(text: str, code: str):
    findings = check_source(SourceFile("<example>", text), Settings(select=(code,)))
    assert not [f for f in findings if f.code == "GR001"], "an example is Python"
    return [f for f in findings if f.code == code]


def mended(text: str, finding) -> str:
    edits = sorted(finding.fix.edits, key=lambda edit: edit.span)
    return apply_edits(text, edits)


@pytest.mark.parametrize(("rule", "example"), BAD, ids=lambda x: getattr(x, "code", ""))
def test_bad_examples_are_found(rule: Rule, example: Example):
    assert found(example.bad, rule.code)


@pytest.mark.parametrize(("rule", "text"), GOOD, ids=lambda x: getattr(x, "code", ""))
def test_good_examples_are_clean(rule: Rule, text: str):
    assert found(text, rule.code) == []


@pytest.mark.parametrize(("rule", "example"), BAD, ids=lambda x: getattr(x, "code", ""))
def test_fixes_mend_and_add_nothing(rule: Rule, example: Example):
    everything = Settings(select=("GR",))
    before = check_source(SourceFile("<example>", example.bad), everything)
    for finding in found(example.bad, rule.code):
        if finding.fix is None:
            assert not example.fixed
            continue
        after = mended(example.bad, finding)
        ast.parse(after)
        left = check_source(SourceFile("<example>", after), everything)
        assert len([f for f in left if f.code == rule.code]) < len(
            [f for f in before if f.code == rule.code]
        )
        known = {f.code for f in before}
        assert {f.code for f in left} <= known | {"GR314"}


@pytest.mark.parametrize(
    ("rule", "example"), [b for b in BAD if b[1].fixed], ids=lambda x: getattr(x, "code", "")
)
def test_fixes_give_the_text_that_is_shown(rule: Rule, example: Example):
    first = next(f for f in found(example.bad, rule.code) if f.fix is not None)
    assert mended(example.bad, first) == example.fixed


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_rules_explain_themselves(rule: Rule):
    assert rule.bad, "a rule shows what it finds"
    assert rule.good, "a rule shows what it leaves alone"
    assert len(rule.docs.split()) >= 20
    assert rule.name == rule.name.lower()
    assert " " not in rule.name
    assert rule.message[0].isupper() or rule.message[0] == "`"


def test_every_finding_says_where_the_function_is_staged():
    for rule, example in BAD:
        for finding in found(example.bad, rule.code):
            assert finding.url.endswith(f"/{rule.code}/")
            assert 0 <= finding.span.start < finding.span.end <= len(example.bad)
            assert all(note.path for note in finding.notes)
