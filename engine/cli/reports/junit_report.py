"""Findings as JUnit's XML, which most build servers read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from engine.cli.result import Checked

__all__ = ["write"]

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


def write(results: Sequence[Checked]) -> str:
    """A suite for each file, a failed test for each finding, a passed one for a clean file."""
    suites = "".join(_suite(checked) for checked in results)
    count = sum(len(checked.findings) for checked in results)
    total = sum(max(len(checked.findings), 1) for checked in results)
    made = (
        f'{_HEAD}<testsuites name="graphlens" tests="{total}" failures="{count}">\n'
        f"{suites}</testsuites>\n"
    )
    return _NOT_IN_XML.sub("\ufffd", made)


def _suite(checked: Checked) -> str:
    name = quoteattr(checked.path)
    count = len(checked.findings)
    cases = "".join(_case(checked, index) for index in range(count))
    if not count:
        cases = f"    <testcase name={name} classname={name}/>\n"
    return (
        f'  <testsuite name={name} tests="{max(count, 1)}" failures="{count}" errors="0">\n'
        f"{cases}  </testsuite>\n"
    )


def _case(checked: Checked, index: int) -> str:
    finding = checked.findings[index]
    line, column, _ = checked.place(finding.span.start)
    text = f"line {line}, col {column}, {finding.message}"
    return (
        f"    <testcase name={quoteattr(finding.code)} classname={quoteattr(checked.path)} "
        f'line="{line}" column="{column}">\n'
        f"      <failure message={quoteattr(finding.message)}>{escape(text)}</failure>\n"
        "    </testcase>\n"
    )
