"""What an import loads: a light start, and a static half that stays static."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT

RUNNING_HALF = ("engine.tracing", "engine.executors", "engine.worker.main")
USER_FILE = (
    "import engine as tf\n@tf.function\ndef f(x):\n    if x > 0:\n        print(x)\n    return x\n"
)


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after some code."""
    ending = "\nimport json, sys\nprint('\\n' + json.dumps(sorted(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code + ending], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return set(json.loads(result.stdout.splitlines()[-1]))


def test_importing_the_engine_needs_neither_server_nor_trees():
    loaded = loaded_by("import engine as tf")
    assert (
        loaded & {"gast", "pygls", "lsprotocol", "click", "typer", "rich", "server", "asyncio"}
        == set()
    )


def test_running_the_engine_needs_numpy_and_gast_alone():
    code = "import engine as tf\nprint(tf.function(lambda x: x + 1)(tf.constant(1)))"
    before = {name.partition(".")[0] for name in loaded_by("import site")}
    ours = {name.partition(".")[0] for name in loaded_by(code)} - before
    outside = ours - set(sys.stdlib_module_names) - {"engine", "ml_dtypes"}
    assert outside <= {"numpy", "gast"}


@pytest.mark.parametrize("code", ["import engine.ide.snapshot", "SNAPSHOT"])
def test_the_static_half_loads_no_numpy(code):
    if code == "SNAPSHOT":
        code = (
            "from engine.ide.snapshot import Snapshot\n"
            f"s = Snapshot('file.py', {USER_FILE!r})\n"
            "assert s.diagnostics and s.functions\n"
            "assert s.graph_code('f').ok\n"
        )
    loaded = loaded_by(code)
    wrong = [name for name in sorted(loaded) if name == "numpy" or name.startswith(RUNNING_HALF)]
    assert wrong == []
    assert "pygls" not in loaded


def test_the_version_of_the_server_needs_no_protocol():
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "server", "--version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip()
    assert "numpy" not in result.stderr


HEAVY = {
    "asyncio", "concurrent.futures", "email", "gast", "importlib.metadata", "json", "logging",
    "multiprocessing", "numpy", "pathspec", "pydantic", "rich", "subprocess", "tempfile", "typer",
    "watchfiles",
}  # fmt: skip


def loaded_by_check(folder: Path, *options: str) -> set[str]:
    """The modules that `graphlens check` has loaded when it is done with one traced file."""
    path = folder / "traced.py"
    path.write_text(USER_FILE.replace("engine", "tensorflow").replace("print(x)", "x = x + 1"))
    return loaded_by(
        "import os\n"
        f"os.environ['GRAPHLENS_CACHE_DIR'] = {str(folder / 'cache')!r}\n"
        "from engine.cli.app import app\n"
        f"app(['check', {str(path)!r}, *{options!r}], standalone_mode=False)\n"
    )


def test_a_check_of_one_file_loads_what_it_needs_and_no_more(tmp_path):
    loaded = loaded_by_check(tmp_path, "--no-cache")
    assert "engine.lint.rules.python_print" in loaded
    # What click itself takes is another one's choice, and not the same on every Python.
    assert (loaded - loaded_by("import json, click")) & (HEAVY - {"json"}) == set()
    assert not {f"engine.cli.{name}" for name in ("graph", "run", "show", "lsp")} & loaded


def test_a_kept_result_needs_no_analyser(tmp_path):
    assert "engine.inference.module" in loaded_by_check(tmp_path)
    loaded = loaded_by_check(tmp_path)
    assert "engine.cli.cache" in loaded
    assert not {name for name in loaded if name.startswith(("engine.lint", "engine.inference"))}
