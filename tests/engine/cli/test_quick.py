"""Plain command lines are read without typer, and mean what they mean to it."""

from __future__ import annotations

import subprocess
import sys
from inspect import signature
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from engine.cli.app import app
from engine.cli.check import check
from engine.cli.check_run import run_check
from engine.cli.quick import FLAGS, VALUES, plain_check
from engine.cli.reports import Format

PRINTING = "import tensorflow as tf\n\n\n@tf.function\ndef f(x):\n    print(x)\n    return x\n"
LINES = [
    ["model.py"],
    ["."],
    ["model.py", "-q", "--output-format", "concise"],
    ["--output-format=json", "model.py", "clean.py"],
    ["--select", "GR1,GR3", "--select=GR201", "."],
    ["--ignore", "GR201", "model.py"],
    ["-e", "model.py"],
    ["--diff", "--unsafe-fixes", "model.py"],
    ["--statistics", "."],
    ["--show-files", "."],
    ["--exclude", "model.py", "."],
    ["nothing.py"],
    ["--config", "pyproject.toml", "--isolated", "model.py"],
    ["--select", "GR999", "model.py"],
]
FOR_TYPER = [
    ["check", "--help"],
    ["check", "-h"],
    ["check", "--no-such-option"],
    ["check", "--select"],
    ["check", "--select", "--fix"],
    ["check", "--output-format", "xml"],
    ["check", "-qn", "model.py"],
    ["check", "--fix=yes"],
    ["check", "--", "-strange.py"],
    ["--version"],
    ["explain", "GR101"],
    [],
]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    (tmp_path / "model.py").write_text(PRINTING)
    (tmp_path / "clean.py").write_text(PRINTING.replace("    print(x)\n", ""))
    return tmp_path


@pytest.mark.parametrize("arguments", LINES, ids=" ".join)
def test_a_plain_line_means_what_it_means_to_typer(arguments: list[str], project: Path):
    line = ["check", "--no-cache", *arguments]
    assert plain_check(line) is not None
    quick = subprocess.run(
        [sys.executable, "-m", "engine.cli", *line], capture_output=True, text=True, check=False
    )
    slow = CliRunner().invoke(app, line)
    assert quick.returncode == slow.exit_code
    assert quick.stdout.replace("\r\n", "\n") == slow.stdout
    assert quick.stderr.replace("\r\n", "\n") == slow.stderr


@pytest.mark.parametrize("arguments", FOR_TYPER, ids=" ".join)
def test_what_is_not_plain_is_left_to_typer(arguments: list[str]):
    assert plain_check(arguments) is None


def test_the_same_options_in_both():
    options = [option for option in get_command(app).commands["check"].params if option.opts]
    known = {
        name: option.name
        for option in options
        for name in option.opts
        if name.startswith("-") and option.name != "help"
    }
    assert known == {**FLAGS, **{name: key for name, (key, _) in VALUES.items()}}
    assert list(signature(check).parameters) == list(signature(run_check).parameters)
    defaults = {name: each.default for name, each in signature(check).parameters.items()}
    assert defaults == {n: each.default for n, each in signature(run_check).parameters.items()}


def test_values_are_read():
    line = ["check", "a.py", "-o", "out.txt", "--output-format", "sarif", "--ignore=GR2", "-"]
    assert plain_check(line) == {
        "paths": ["a.py", "-"],
        "output_file": Path("out.txt"),
        "output_format": Format.SARIF,
        "ignore": ["GR2"],
    }


def test_nothing_heavy_is_imported(project: Path):
    code = (
        "import sys; sys.argv = ['graphlens', 'check', '--no-cache', 'model.py']\n"
        "from engine.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'typer', 'rich', 'pydantic', 'click', 'multiprocessing', 'numpy', 'asyncio'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
