"""Settings of a project."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.base.diagnostics import Severity
from engine.base.options import Settings
from engine.base.project import BadProject, find_project, read_project, settings_for


def write(folder: Path, text: str) -> Path:
    path = folder / "pyproject.toml"
    path.write_text(text)
    return path


def test_the_nearest_file_with_a_table_counts(tmp_path: Path):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    write(tmp_path, "[tool.graphlens]\nkeras = 2\n")
    write(tmp_path / "a", "[project]\nname = 'x'\n")
    assert find_project(inner) == tmp_path / "pyproject.toml"
    assert settings_for(inner).keras == 2
    assert settings_for(inner).root == tmp_path


def test_everything_that_can_be_set(tmp_path: Path):
    path = write(
        tmp_path,
        '[tool.graphlens]\nselect = ["GR2", "ALL"]\nignore = ["GR201"]\nextend-select = ["GR314"]\n'
        'exclude = ["old"]\nextend_exclude = ["new"]\nkeras = 3\n'
        '[tool.graphlens.severity]\nGR202 = "error"\n'
        '[tool.graphlens.per-file-ignores]\n"tests/*" = ["GR1"]\n',
    )
    assert read_project(path) == Settings(
        select=("GR2", "ALL"),
        ignore=("GR201",),
        extend_select=("GR314",),
        severity=(("GR202", Severity.ERROR),),
        per_file_ignores=(("tests/*", ("GR1",)),),
        exclude=("old",),
        extend_exclude=("new",),
        keras=3,
        root=tmp_path,
    )


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[tool.graphlens]\n\nseverty = 1\n", 3, "did you mean `severity`"),
        ("[tool.graphlens]\nzzz = 1\n", 2, "known are"),
        ('[tool.graphlens]\nselect = "GR1"\n', 2, "must be a list of codes"),
        ('[tool.graphlens.severity]\nGR201 = "loud"\n', 1, "must be one of error"),
        ("[tool.graphlens]\nkeras = true\n", 2, "must be 2 or 3"),
    ],
)
def test_mistakes(tmp_path: Path, text: str, line: int, words: str):
    with pytest.raises(BadProject, match=words) as caught:
        read_project(write(tmp_path, text))
    assert caught.value.line == line
