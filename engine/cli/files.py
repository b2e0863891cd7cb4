"""Which files a command looks at: Python files and notebooks below the given paths."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.base.options import Settings

__all__ = ["find_files"]

_ENDINGS = (".py", ".pyi", ".ipynb")


def find_files(paths: list[str], settings: Settings) -> tuple[list[Path], list[str]]:
    """The files below some paths, and the paths that do not exist.

    A file that is named is taken whatever its name; folders are searched, and what `.gitignore`
    files and the settings exclude is left out.
    """
    found: dict[Path, None] = {}
    missing: list[str] = []
    for text in paths:
        path = Path(text)
        if path.is_dir():
            found.update(dict.fromkeys(_below(path, settings)))
        elif path.exists():
            found[path] = None
        else:
            missing.append(text)
    return list(found), missing


def _below(top: Path, settings: Settings) -> Iterator[Path]:
    excluded = _spec([*settings.exclude, *settings.extend_exclude])
    ignored: dict[Path, Any] = {}
    root = _repository(top)
    base = (settings.root or top).resolve()
    for folder, names, files in os.walk(top):
        here = Path(folder)
        _read_ignores(here.resolve(), root, ignored)
        names[:] = sorted(
            name
            for name in names
            if not _is_excluded(here / name, base, excluded, True)
            and not _is_ignored((here / name).resolve(), ignored, True)
        )
        for name in sorted(files):
            path = here / name
            if not name.endswith(_ENDINGS) or not path.is_file():
                continue
            if _is_excluded(path, base, excluded, False):
                continue
            if not _is_ignored(path.absolute(), ignored, False):
                yield path


def _spec(patterns: list[str]) -> Any:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(patterns)


def _repository(path: Path) -> Path | None:
    path = path.resolve()
    return next((p for p in (path, *path.parents) if (p / ".git").exists()), None)


def _read_ignores(folder: Path, root: Path | None, known: dict[Path, Any]) -> None:
    if root is None:
        return
    for each in (folder, *folder.parents):
        if each in known:
            break
        file = each / ".gitignore"
        known[each] = None
        if file.is_file():
            try:
                known[each] = _spec(file.read_text(encoding="utf-8", errors="replace").splitlines())
            except (OSError, ValueError):
                known[each] = None
        if each == root:
            break


def _is_ignored(path: Path, known: dict[Path, Any], is_folder: bool) -> bool:
    for folder, spec in known.items():
        if spec is None:
            continue
        try:
            name = path.relative_to(folder).as_posix()
        except ValueError:
            continue
        if spec.match_file(name + "/" if is_folder else name):
            return True
    return False


def _is_excluded(path: Path, base: Path, spec: Any, is_folder: bool) -> bool:
    try:
        name = path.resolve().relative_to(base).as_posix()
    except (ValueError, OSError):
        name = path.name
    return bool(spec.match_file(name + "/" if is_folder else name))
