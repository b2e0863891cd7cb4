"""A module of the workspace: its text, its tree and the scope of its names."""

from __future__ import annotations

import ast
import os
import re
import stat
from functools import cached_property
from pathlib import Path

from engine.base.source import SourceFile, Span
from engine.inference.context import Scope
from engine.inference.index import Index
from engine.syntax.parse import Parsed, parse

__all__ = ["Module", "Workspace", "keras_of"]

_KERAS_2 = re.compile(
    r"\btf_keras\b|tensorflow_addons|tensorflow_recommenders|tensorflow\.python\.keras|reset_states\("
    r"|experimental_run_v2|keras\.experimental|compat\.v1|layers\.experimental|add_metric\("
    r"|Copyright (?:\(c\) )?20(?:1\d|2[0-3])\b"
    r"|from __future__ import (?:absolute_import|print_function)"
    r"|super\(\w+, self\)|keras import backend|keras\.backend"
    r"|\(lr=|keras\.optimizers\.legacy|tensorflow_probability|learning_phase|experimental_make_numpy"
    r"|VariableSynchronization|get_(?:un)?scaled_(?:loss|gradients)|compiled_(?:loss|metrics)"
    r"|(?:data|distribute|mixed_precision|random|summary)\.experimental\b|experimental_relax_shapes"
    r"|experimental_compile|experimental_run_functions|tf\.estimator|tf\.contrib"
)


def keras_of(text: str) -> int:
    """The major version of Keras that a file was written for: 3, unless it uses what 3 left out."""
    return 2 if _KERAS_2.search(text) else 3


class Module:
    """A file that has been read, with the names it binds.

    Attributes:
        name: The dotted name that others of the workspace import it by, where that is known.
        scope: The module's global names; filled when the module is interpreted.
        index: Where things are in the tree, computed when first asked for.
    """

    def __init__(self, parsed: Parsed, name: str = "") -> None:
        self.source: SourceFile = parsed.source
        self.parsed = parsed
        self.tree = parsed.python_tree or ast.Module([], [])
        self.name = name
        self.scope = Scope(self, None)
        self.interpreted = False

    def __repr__(self) -> str:
        return f"Module({self.source.path!r})"

    @property
    def path(self) -> str:
        return self.source.path

    @cached_property
    def keras(self) -> int:
        """The major version of Keras that the file is written for."""
        return keras_of(self.source.text)

    @cached_property
    def index(self) -> Index:
        return Index(self.tree)

    @property
    def parents(self) -> dict[ast.AST, ast.AST]:
        return self.index.parents

    def lambdas_on_line(self, line: int) -> int:
        """How many lambdas start on a 1-based line."""
        return self.index.lambdas.get(line, 0)

    def span(self, node: ast.AST) -> Span:
        return self.source.span(node)

    def text_of(self, node: ast.AST) -> str:
        return self.source.slice(self.source.span(node))


class Workspace:
    """The files around a module, found by looking at them and never by importing them.

    Args:
        read: How to read a file; None where there is no disk.
        most: How many other files may be read.
    """

    def __init__(self, most: int = 40) -> None:
        self.most = most
        self.modules: dict[Path, Module | None] = {}
        self._paths: dict[tuple[Path, str], Path | None] = {}
        self._folders: dict[str, Path | None] = {}
        self._listed: dict[str, frozenset[str]] = {}

    def find(self, importer: Module, dotted: str) -> Module | None:
        """The module that a dotted name means in a file, None where it is no file of ours."""
        path = self._path(importer, dotted)
        return None if path is None else self._load(path, dotted.lstrip("."))

    def has(self, importer: Module, dotted: str) -> bool:
        """Whether a dotted name means a file of ours; reads nothing."""
        return self._path(importer, dotted) is not None

    def seen(self) -> dict[tuple[str, str], object]:
        """What was looked up on the disk and what was found, to ask later whether it still is."""
        found: dict[tuple[str, str], object] = {
            (str(start), dotted): path for (start, dotted), path in self._paths.items()
        }
        found.update({(str(path), ""): _mark(path) for path in self.modules})
        return found

    @staticmethod
    def is_still(seen: dict[tuple[str, str], object], searched: bool = True) -> bool:
        """Whether the disk still answers what another workspace has seen.

        Args:
            seen: What `seen` answered.
            searched: Whether to look, too, for what was found nowhere or elsewhere: much slower
                than asking whether the files that were read are as they were.
        """
        fresh = Workspace()
        return all(
            (fresh._search(Path(place), dotted) if dotted else _mark(Path(place))) == answer
            for (place, dotted), answer in seen.items()
            if searched or not dotted
        )

    def _path(self, importer: Module, dotted: str) -> Path | None:
        if self.most == 0 or not dotted.strip("."):
            return None
        start = self._folder_of(importer.path)
        if start is None:
            return None
        key = (start, dotted)
        if key not in self._paths:
            self._paths[key] = self._search(start, dotted)
        return self._paths[key]

    def _folder_of(self, path: str) -> Path | None:
        if path not in self._folders:
            self._folders[path] = _folder_of(path)
        return self._folders[path]

    def _search(self, start: Path, dotted: str) -> Path | None:
        level = len(dotted) - len(dotted.lstrip("."))
        parts = [part for part in dotted.split(".") if part]
        if level:
            folder = start
            for _ in range(level - 1):
                folder = folder.parent
            return self._in_folder(str(folder), parts)
        for folder in (start, *list(start.parents)[:6]):
            found = self._in_folder(str(folder), parts)
            if found is not None:
                return found
            names = self._names_in(str(folder))
            if "pyproject.toml" in names or ".git" in names:
                return self._in_folder(str(folder / "src"), parts)
        return None

    def _load(self, path: Path, name: str) -> Module | None:
        if path not in self.modules:
            self.modules[path] = None
            if len(self.modules) <= self.most:
                parsed = _parsed(path)
                if parsed is not None:
                    self.modules[path] = Module(parsed, name)
        return self.modules[path]

    def _in_folder(self, folder: str, parts: list[str]) -> Path | None:
        for part in parts[:-1]:
            if part not in self._names_in(folder):
                return None
            folder = os.path.join(folder, part)
        if parts:
            if f"{parts[-1]}.py" in self._names_in(folder):
                found = os.path.join(folder, f"{parts[-1]}.py")
                if _is_file(found):
                    return Path(found)
            if parts[-1] not in self._names_in(folder):
                return None
            folder = os.path.join(folder, parts[-1])
        if "__init__.py" not in self._names_in(folder):
            return None
        found = os.path.join(folder, "__init__.py")
        return Path(found) if _is_file(found) else None

    def _names_in(self, folder: str) -> frozenset[str]:
        """What is in a folder; each folder is looked at once."""
        if folder not in self._listed:
            self._listed[folder] = _listing(folder)
        return self._listed[folder]


_LARGEST = 1_000_000
_KEPT = 300
_MOST_LISTINGS = 5_000
_trees: dict[Path, tuple[tuple[int, int], Parsed]] = {}


_listings: dict[str, tuple[int, frozenset[str]]] = {}


def _listing(folder: str) -> frozenset[str]:
    """The names in a folder; kept, as long as the folder stays as it is."""
    try:
        mark = os.stat(folder).st_mtime_ns
        known = _listings.get(folder)
        if known is None or known[0] != mark:
            if len(_listings) >= _MOST_LISTINGS:
                _listings.clear()
            known = _listings[folder] = (mark, frozenset(os.listdir(folder)))
    except OSError:
        return frozenset()
    return known[1]


def _mark(path: Path) -> tuple[int, int] | None:
    """What changes when a file does."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _parsed(path: Path) -> Parsed | None:
    """The tree of another file; kept, as long as the file stays as it is."""
    mark = _mark(path)
    if mark is None:
        return None
    known = _trees.get(path)
    if known is not None and known[0] == mark:
        return known[1]
    text = _read(path)
    if text is None:
        return None
    while len(_trees) >= _KEPT:
        del _trees[next(iter(_trees))]
    made = parse(text, str(path))
    _trees[path] = (mark, made)
    return made


def _folder_of(path: str) -> Path | None:
    if "://" in path or path.startswith(("<", "untitled:")):
        return None
    folder = Path(path).parent
    try:
        return folder.resolve() if folder.is_dir() else None
    except OSError:
        return None


def _is_file(path: str) -> bool:
    try:
        status = os.stat(path)
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size <= _LARGEST


def _read(path: Path) -> str | None:
    from engine.base.reading import Unreadable, read_source

    try:
        return read_source(path)
    except (OSError, Unreadable):
        return None
