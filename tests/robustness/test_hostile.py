"""T5: an answer, or one finding that explains why there is none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.cli.app import app
from tests.chance import chance
from tests.robustness.features import check_text
from tests.robustness.hostile import BYTES, TEXTS
from tests.robustness.scale import SHARE

MODEL = "import tensorflow as tf\n\n\n@tf.function\ndef f(x):\n    print(x)\n    return x\n"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHLENS_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))


def found(*paths: object) -> list[tuple[str, str]]:
    """The name of the file and the code of each finding."""
    arguments = ["check", "--output-format", "json", *map(str, paths)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code in (0, 1), (result.exit_code, result.output, result.exception)
    return [(Path(one["filename"]).name, one["code"]) for one in json.loads(result.stdout)]


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_texts_through_all_features(name: str) -> None:
    text = TEXTS[name]
    check_text(text, chance(name), most=1 if SHARE or len(text) < 300_000 else 0)


@pytest.mark.parametrize("name", [name for name in TEXTS if SHARE or len(TEXTS[name]) < 300_000])
def test_hostile_texts_on_the_command_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    path.write_bytes(TEXTS[name].encode("utf-8", "surrogatepass"))
    unread = [code for _, code in found(path) if code in ("GR001", "GR002", "GR003")]
    assert len(unread) <= 1


@pytest.mark.parametrize("name", BYTES)
def test_hostile_bytes(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    path.write_bytes(BYTES[name])
    codes = [code for _, code in found(path)]
    assert codes in (["GR201"], ["GR003"], ["GR001"])
    before = path.read_bytes()
    CliRunner().invoke(app, ["check", "--fix", str(path)])
    assert codes == ["GR201"] or path.read_bytes() == before


def test_files_that_import_each_other(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(f"from two import g\n{MODEL}\ndef h(x):\n    return g(x)\n")
    (tmp_path / "two.py").write_text(f"from one import *\n{MODEL}\ndef g(x):\n    return h(x)\n")
    assert found(tmp_path) == [("one.py", "GR201"), ("two.py", "GR201")]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes and links")
def test_things_that_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self.py").symlink_to(tmp_path / "self.py")
    (tmp_path / "gone.py").symlink_to(tmp_path / "nothing.py")
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "folder.py" / "inner.py").write_text(MODEL)
    os.mkfifo(tmp_path / "pipe.py")
    assert found(tmp_path) == [("inner.py", "GR201"), ("model.py", "GR201")]
    assert found(tmp_path / "folder.py") == [("inner.py", "GR201")]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_a_pipe_or_device_that_is_named_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    command = [sys.executable, "-m", "engine.cli", "check", "--no-cache", "pipe.py"]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "pipe.py:1:1: GR003" in done.stdout or "GR003" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are others there")
def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.py"
    path.write_text(MODEL)
    path.chmod(0)
    read = Path.read_bytes

    def refused(self: Path) -> bytes:
        # The super-user may read everything, so the refusal is played.
        if self.name == "model.py":
            raise PermissionError(13, "Permission denied")
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", refused)
    assert found(tmp_path) == [("model.py", "GR003")]


def test_a_file_that_vanishes_while_it_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(MODEL)
    read = Path.read_bytes

    def vanishing(self: Path) -> bytes:
        (tmp_path / "b.py").unlink(missing_ok=True)
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", vanishing)
    assert found(tmp_path) == [("a.py", "GR201"), ("b.py", "GR003")]
