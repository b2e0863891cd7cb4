"""Reading files that are not open."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import pytest

from server.transport.files import read_text

if TYPE_CHECKING:
    from pathlib import Path


def written(tmp_path: Path, data: bytes) -> str | None:
    path = tmp_path / "written.py"
    path.write_bytes(data)
    return read_text(path)


def test_line_ends_stay_and_the_mark_goes(tmp_path: Path) -> None:
    assert written(tmp_path, b"\xef\xbb\xbfa\r\nb\rc\n") == "a\r\nb\rc\n"


def test_the_coding_comment_counts(tmp_path: Path) -> None:
    data = b"# coding: latin-1\nx = '\xe9'\n"
    assert written(tmp_path, data) == "# coding: latin-1\nx = '\xe9'\n"


@pytest.mark.parametrize(
    "data", [b"x = '\xe9'", b"# coding: nonsense\n", b"# coding: rot13\n", b"# coding: zlib\n"]
)
def test_what_cannot_be_decoded_is_no_text(tmp_path: Path, data: bytes) -> None:
    assert written(tmp_path, data) is None


@pytest.mark.skipif(sys.platform == "win32", reason="FIFO")
def test_what_is_no_file_is_no_text(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.py")
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "loop.py").symlink_to(tmp_path / "loop.py")
    for name in ("fifo.py", "folder.py", "loop.py", "gone.py", "nul\0.py"):
        assert read_text(f"{tmp_path}/{name}") is None


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("1")
    assert read_text(path) == "1"
    path.write_text("2")
    os.utime(path, ns=(time.time_ns() + 10**9, time.time_ns() + 10**9))
    assert read_text(path) == "2"


def test_a_file_that_is_too_large_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("x" * 100)
    assert read_text(path, limit=99) is None
    assert read_text(path, limit=100) == "x" * 100
