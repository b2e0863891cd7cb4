"""What no tracked file may say: paths of a machine, hosts of registries, loose ends."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.repository import SOURCES, read, tracked_files

TEXTS = (*SOURCES, ".md", ".json", ".toml", ".yml", ".yaml", ".sh", ".txt", ".cfg", ".pyi", "")
HERE = Path("tests/architecture/test_wording.py")

MACHINE = re.compile(r"(?<![\w.])/(?:root|farm|work/(?:main|shared))\b")
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs|registry\.yarnpkg|deb\.debian\.org|npmmirror"
)
LOOSE_END = re.compile(r"\b(?:TODO|FIXME|XXX)\b")
EMPTY_PROMISE = re.compile(
    r"^\s*raise NotImplementedError\s*(?:\(\s*\))?\s*(?:#.*)?$", re.MULTILINE
)
SWALLOWED = re.compile(r"except(?: Exception| BaseException)?:\s*(?:#[^\n]*)?\n?\s*pass\b")


def texts(*suffixes: str) -> list[Path]:
    """Tracked text files with one of the suffixes, this one left out."""
    return [path for path in tracked_files() if path.suffix in suffixes and path != HERE]


def places(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """Where a pattern occurs: `file:line: what`."""
    found = []
    for path in paths:
        text = read(path)
        found += [
            f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
            for match in pattern.finditer(text)
        ]
    return found


@pytest.mark.parametrize("pattern", [MACHINE, REGISTRY], ids=["paths", "registries"])
def test_no_machine_is_named(pattern):
    assert places(pattern, texts(*TEXTS)) == []


@pytest.mark.parametrize("pattern", [LOOSE_END, EMPTY_PROMISE, SWALLOWED])
def test_no_loose_ends(pattern):
    assert places(pattern, texts(*SOURCES)) == []


def test_no_test_is_switched_off():
    switched_off = re.compile(r"pytest\.mark\.xfail|pytest\.xfail|pytest\.skip\(\)|@unittest\.skip")
    assert places(switched_off, [path for path in texts(".py") if path.parts[0] == "tests"]) == []
