"""Which files a command looks at: Python files and notebooks below the given paths."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.base.options import Settings

__all__ = ["find_files"]

_ENDINGS = (".py", ".pyi", ".ipynb")


def find_files(
    paths: Sequence[str],
    settings: Settings,
    force_exclude: bool = False,
    respect_gitignore: bool = True,
) -> tuple[list[Path], list[str]]:
    """The files below some paths in order, and the paths that do not exist.

    A path that is named is taken whatever its name is and whatever excludes it; folders are
    searched, and what `.gitignore` files and the settings exclude is left out.

    Args:
        paths: As the user named them.
        settings: What is excluded, and the folder that patterns are relative to.
        force_exclude: Whether files that are named may be excluded too.
        respect_gitignore: Whether `.gitignore` files count.
    """
    found: dict[Path, None] = {}
    missing: list[str] = []
    for text in paths:
        path = Path(text)
        if path.is_dir():
            search = _Search(path, settings, respect_gitignore)
            found.update(dict.fromkeys(sorted(search.files(), key=lambda each: each.parts)))
        elif not os.path.lexists(path):
            missing.append(text)
        elif not force_exclude or not _Search(Path(), settings, False).excludes(path):
            found[path] = None
    return list(found), missing


class _Search:
    """A walk below a folder that was named, so that nothing excludes the folder itself."""

    def __init__(self, top: Path, settings: Settings, respect_gitignore: bool) -> None:
        self.top = top
        self.here = top.resolve()
        self.base = (settings.root or top).resolve()
        self.excluded = _spec([*settings.exclude, *settings.extend_exclude])
        if self.excludes(top, is_folder=True):
            self.base = self.here
        self.ignores: list[tuple[str, Any]] = []
        self.respect_gitignore = respect_gitignore
        if respect_gitignore:
            self._read_above()

    def files(self) -> Iterator[Path]:
        """The files to be checked, in no order."""
        for folder, names, files in os.walk(self.top):
            here = Path(folder)
            inside = here.relative_to(self.top)
            real = self.here / inside
            if self.respect_gitignore and here != self.top:
                self._read(real)
            names[:] = [name for name in names if not self._left_out(real / name, True)]
            for name in files:
                path = here / name
                if name.endswith(_ENDINGS) and not self._left_out(real / name, False):
                    if path.is_file():
                        yield path

    def excludes(self, path: Path, is_folder: bool = False) -> bool:
        """Whether the settings exclude a path, or a folder around it."""
        real = Path(os.path.abspath(path))
        if real == self.base or self.base not in real.parents:
            return False
        return self._excluded(real, is_folder)  # patterns for folders hold below them too

    def _left_out(self, real: Path, is_folder: bool) -> bool:
        return self._excluded(real, is_folder) or self._ignored(real, is_folder)

    def _excluded(self, real: Path, is_folder: bool) -> bool:
        try:
            name = real.relative_to(self.base).as_posix()
        except ValueError:
            name = real.name
        return bool(self.excluded.match_file(name + "/" if is_folder else name))

    def _ignored(self, real: Path, is_folder: bool) -> bool:
        """The nearest `.gitignore` with a pattern for the name decides, as in git."""
        path = real.as_posix() + ("/" if is_folder else "")
        for folder, spec in reversed(self.ignores):
            if path.startswith(folder):
                ignored = spec.check_file(path[len(folder) :]).include
                if ignored is not None:
                    return bool(ignored)
        return False

    def _read_above(self) -> None:
        """Reads the `.gitignore` files from the repository's top down to the folder."""
        folders = [self.here, *self.here.parents]
        top = next((i for i, each in enumerate(folders) if (each / ".git").exists()), None)
        if top is None:
            self.respect_gitignore = False
            return
        for folder in reversed(folders[: top + 1]):
            self._read(folder)
        if self._ignored(self.here, True):
            self.ignores = []
            self._read(self.here)

    def _read(self, folder: Path) -> None:
        file = folder / ".gitignore"
        try:
            if not file.is_file():  # a pipe would be waited for
                return
            text = file.read_text(encoding="utf-8", errors="replace")
            self.ignores.append((folder.as_posix().rstrip("/") + "/", _spec(text.splitlines())))
        except (OSError, ValueError):
            return


def _spec(patterns: Sequence[str]) -> Any:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(patterns)
