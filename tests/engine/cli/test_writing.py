"""`check --fix` on files that are not simply there to be written."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.cli import writing
from engine.cli.app import app

FIXABLE = "import tensorflow as tf\n\n\n@tf.function\ndef f(x):\n    print(x)\n    return x\n"
FIXED = FIXABLE.replace("    print", "    tf.print")
needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRAPHLENS_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "model.py").write_text(FIXABLE)
    return folder


def run(*arguments: str):
    return CliRunner().invoke(app, ["check", *arguments])


def fix(*arguments: str):
    return run("--fix", "--unsafe-fixes", *arguments)


def test_the_mode_stays_and_nothing_else_is_left(project: Path):
    (project / "model.py").chmod(0o750)
    fix(".")
    assert (project / "model.py").read_text() == FIXED
    assert stat.S_IMODE((project / "model.py").stat().st_mode) == 0o750
    assert os.listdir(project) == ["model.py"]


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_write_that_fails_leaves_the_file_as_it_was(
    project: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException
):
    def fails(*_: object) -> None:
        raise fault

    monkeypatch.setattr(writing.os, "fsync", fails)
    result = fix(".")
    assert result.exit_code != 0
    assert (project / "model.py").read_text() == FIXABLE
    assert os.listdir(project) == ["model.py"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anything")
def test_a_file_that_may_not_be_written_is_not(project: Path):
    (project / "model.py").chmod(0o444)
    result = fix(".")
    assert result.exit_code == 2
    assert "cannot be fixed" in result.stderr
    assert (project / "model.py").read_text() == FIXABLE


def test_rights_are_asked_for_before_the_file_is_replaced(
    project: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(writing.os, "access", lambda path, _: Path(path).is_dir())
    result = fix(".")
    assert result.exit_code == 2
    assert "model.py: cannot be fixed: Permission denied" in result.stderr
    assert (project / "model.py").read_text() == FIXABLE


@needs_links
@pytest.mark.parametrize("command", [("--fix", "--unsafe-fixes"), ("--add-noqa",)])
def test_a_link_in_a_folder_does_not_lead_out_of_it(
    project: Path, tmp_path: Path, command: tuple[str, ...]
):
    outside = tmp_path / "outside.py"
    outside.write_text(FIXABLE)
    (project / "link.py").symlink_to(outside)
    result = run(*command, ".")
    assert "link.py is a link to" in result.stderr
    assert outside.read_text() == FIXABLE
    assert (project / "model.py").read_text() != FIXABLE


@needs_links
def test_a_link_that_is_named_stays_a_link_and_its_file_is_fixed(project: Path, tmp_path: Path):
    outside = tmp_path / "outside.py"
    outside.write_text(FIXABLE)
    (project / "link.py").symlink_to(outside)
    fix("link.py")
    assert (project / "link.py").is_symlink()
    assert outside.read_text() == FIXED


@needs_links
def test_a_link_within_the_folder_is_fixed_once(project: Path):
    (project / "again.py").symlink_to(project / "model.py")
    fix(".")
    assert (project / "again.py").is_symlink()
    assert (project / "model.py").read_text() == FIXED


@needs_links
def test_hard_links_stay_one_file(project: Path):
    os.link(project / "model.py", project / "twin.py")
    fix(".")
    assert (project / "twin.py").samefile(project / "model.py")
    assert (project / "twin.py").read_text() == FIXED


def test_a_file_saved_after_it_was_checked_keeps_what_was_saved(
    project: Path, monkeypatch: pytest.MonkeyPatch
):
    from engine.cli import session

    found = session.Session._check
    later = "# saved meanwhile\n" + FIXABLE

    def check_then_save(self, files):
        results = found(self, files)
        (project / "model.py").write_text(later)
        return results

    monkeypatch.setattr(session.Session, "_check", check_then_save)
    fix(".")
    assert (project / "model.py").read_text() == "# saved meanwhile\n" + FIXED


def test_a_notebook_is_replaced_in_one_step(project: Path, monkeypatch: pytest.MonkeyPatch):
    book = project / "book.ipynb"
    cell = {"cell_type": "code", "source": FIXABLE, "metadata": {}, "outputs": []}
    book.write_text(json.dumps({"cells": [cell], "nbformat": 4}))
    before = book.read_text()

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(writing.os, "fsync", fails)
        fix("book.ipynb")
    assert book.read_text() == before
    fix("book.ipynb")
    assert "".join(json.loads(book.read_text())["cells"][0]["source"]) == FIXED


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes among files there")
def test_a_pipe_with_the_name_of_an_ignore_file_is_passed_over(project: Path):
    (project / ".git").mkdir()
    os.mkfifo(project / ".gitignore")
    assert run(".").exit_code == 1
