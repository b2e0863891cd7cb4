"""Write a page for each lint rule, and their index, under `docs/rules/`."""

from __future__ import annotations

import sys
from pathlib import Path

from engine.lint.page import page
from engine.lint.rule import all_rules
from tools.generated import ROOT, write_or_check

FOLDER = Path("docs/rules")
INTRODUCTION = """\
# Rules

What `graphlens check` and the editor find. `graphlens explain CODE` shows a page in the terminal.
A rule's page is made from the rule itself (`engine/lint/rules/`), and its examples are its tests.

Codes that are no rules: GR001 (the file is no Python), GR003 (it cannot be read), GR004 (a
suppression that silences nothing).

| code | name | severity | what |
| --- | --- | --- | --- |
"""


def main() -> int:
    """Brings the pages up to date, or checks them."""
    rules = all_rules()
    files = {FOLDER / f"{rule.code}.md": page(rule) for rule in rules}
    rows = [
        f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.severity.value}"
        f"{'' if rule.default else ' (off)'} | {rule.message} |\n"
        for rule in rules
    ]
    files[FOLDER / "README.md"] = INTRODUCTION + "".join(rows)
    there = {path.relative_to(ROOT) for path in (ROOT / FOLDER).glob("*.md")}
    return write_or_check(__doc__ or "", files, sorted(there - files.keys()))


if __name__ == "__main__":
    sys.exit(main())
