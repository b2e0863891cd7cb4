"""Generated files are what their writers would write now."""

from __future__ import annotations

from tools.check_generated import main, writers


def test_generated_files_are_current():
    assert writers(), "there are writers"
    assert main() == 0
