"""The cache of `check`: used where nothing has changed, and never believed where it is wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.base.options import Settings
from engine.cli import checking
from engine.cli.checking import check_files

PRINTING = "import tensorflow as tf\n\n\n@tf.function\ndef f(x):\n    print(x)\n    return x\n"
CLEAN = PRINTING.replace("    print(x)\n", "")
IMPORTING = (
    "import tensorflow as tf\nfrom helper import make\n\n\n@tf.function\ndef f(x):\n"
    "    if make(x):\n        raise ValueError('x')\n    return x\n"
)
PLAIN = "def make(x):\n    return False\n"
TENSOR = "import tensorflow as tf\n\n\ndef make(x):\n    return tf.reduce_any(x > 0)\n"


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRAPHLENS_CACHE_DIR", str(tmp_path / "cache"))
    path = tmp_path / "model.py"
    path.write_text(PRINTING)
    return path


class Checks:
    """Counts the files that are really looked at; may do something after each."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.afterwards = lambda: None
        one = checking._check_one

        def counted(job):
            self.count += 1
            result = one(job)
            self.afterwards()
            return result

        monkeypatch.setattr(checking, "_check_one", counted)


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Checks:
    return Checks(monkeypatch)


def found(path: Path, settings: Settings | None = None) -> list[str]:
    (checked,) = check_files([(path, settings or Settings())], True, lambda _: None)
    return [finding.code for finding in checked.findings]


def entry(model: Path) -> Path:
    (kept,) = (model.parent / "cache" / "check").glob("*.json")
    return kept


def test_a_file_is_looked_at_once(model: Path, checks: Checks):
    assert found(model) == found(model) == ["GR201"]
    assert checks.count == 1


def test_a_change_of_the_file_counts_and_so_does_its_undoing(model: Path, checks: Checks):
    found(model)
    model.write_text(CLEAN)
    assert found(model) == []
    model.write_text(PRINTING)
    assert found(model) == ["GR201"]
    assert checks.count == 2


def test_other_settings_are_another_answer(model: Path, checks: Checks):
    found(model)
    assert found(model, Settings(ignore=("GR201",))) == []
    assert checks.count == 2


def test_a_changed_program_forgets(model: Path, checks: Checks, monkeypatch: pytest.MonkeyPatch):
    from engine.cli import cache

    found(model)
    monkeypatch.setattr(cache, "_version", lambda: "another")
    found(model)
    assert checks.count == 2


def test_a_file_saved_while_it_is_checked_is_not_kept(model: Path, checks: Checks):
    checks.afterwards = lambda: model.write_text(CLEAN)
    assert found(model) == ["GR201"]
    checks.afterwards = lambda: None
    assert found(model) == []


def test_an_import_saved_while_its_importer_is_checked_counts(model: Path, checks: Checks):
    helper = model.with_name("helper.py")
    model.write_text(IMPORTING)
    helper.write_text(PLAIN)
    checks.afterwards = lambda: helper.write_text(TENSOR)
    assert found(model) == []
    checks.afterwards = lambda: None
    assert found(model) == ["GR309"]


@pytest.mark.parametrize(
    "damage", [b"", b"null", b"[]", b'{"read": []}', b"[" * 100_000, b'{"read": {}}', b"\xff"]
)
def test_an_entry_that_is_damaged_is_as_if_it_were_not_there(
    model: Path, checks: Checks, damage: bytes
):
    found(model)
    entry(model).write_bytes(damage)
    assert found(model) == ["GR201"]
    assert checks.count == 2


@pytest.mark.skipif(os.name == "nt", reason="modes are others there")
def test_nobody_else_may_look_into_the_cache(model: Path):
    found(model)
    assert (model.parent / "cache" / "check").stat().st_mode & 0o077 == 0
