"""What the processes we start get to see."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from server.environment import clean_environment, import_path, own_root, worker_environment

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "LD_PRELOAD", "GITHUB_TOKEN", "MY_API_KEY", "DB_PASSWORD", "DATA"):
        monkeypatch.setenv(name, "x")
    ours, users = clean_environment(), worker_environment()
    assert "PATH" in ours
    assert not {"PYTHONPATH", "LD_PRELOAD", "GITHUB_TOKEN", "DATA"} & set(ours)
    assert users["DATA"] == "x"
    assert not {"PYTHONPATH", "GITHUB_TOKEN", "MY_API_KEY", "DB_PASSWORD"} & set(users)


def test_nothing_stands_before_our_own_packages(tmp_path: Path) -> None:
    root = str(own_root())
    entries = ["", ".", str(tmp_path), root, os.path.join(root, "server"), "/usr/lib/python3"]
    assert import_path(str(tmp_path), entries) == [root, "/usr/lib/python3"]
