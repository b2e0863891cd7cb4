"""A module of the workspace: its text, its tree and the scope of its names."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from engine.base.source import SourceFile, Span
from engine.inference.context import Scope
from engine.syntax.parse import Parsed, parse

__all__ = ["Module", "Workspace", "mentions_framework"]

_FRAMEWORK = re.compile(r"\b(?:tensorflow|keras|tf_keras|engine|graphlens)\b")


def mentions_framework(text: str) -> bool:
    """Whether a text can stage anything by itself; false for most files, and cheap."""
    return _FRAMEWORK.search(text) is not None


class Module:
    """A file that has been read, with the names it binds.

    Attributes:
        name: The dotted name that others of the workspace import it by, where that is known.
        scope: The module's global names; filled when the module is interpreted.
        parents: The node around each node, computed when first asked for.
    """

    def __init__(self, parsed: Parsed, name: str = "") -> None:
        self.source: SourceFile = parsed.source
        self.parsed = parsed
        self.tree = parsed.python_tree or ast.Module([], [])
        self.name = name
        self.scope = Scope(self, None)
        self.interpreted = False
        self._parents: dict[ast.AST, ast.AST] | None = None
        self._lambda_lines: dict[int, int] | None = None

    def __repr__(self) -> str:
        return f"Module({self.source.path!r})"

    @property
    def path(self) -> str:
        return self.source.path

    @property
    def parents(self) -> dict[ast.AST, ast.AST]:
        if self._parents is None:
            found: dict[ast.AST, ast.AST] = {}
            for node in ast.walk(self.tree):
                for child in ast.iter_child_nodes(node):
                    found[child] = node
            self._parents = found
        return self._parents

    def lambdas_on_line(self, line: int) -> int:
        """How many lambdas start on a 1-based line."""
        if self._lambda_lines is None:
            counts: dict[int, int] = {}
            for node in ast.walk(self.tree):
                if isinstance(node, ast.Lambda):
                    counts[node.lineno] = counts.get(node.lineno, 0) + 1
            self._lambda_lines = counts
        return self._lambda_lines.get(line, 0)

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

    def find(self, importer: Module, dotted: str) -> Module | None:
        """The module that a dotted name means in a file, None where it is no file of ours."""
        start = _folder_of(importer.path)
        if start is None or not dotted:
            return None
        level = len(dotted) - len(dotted.lstrip("."))
        parts = [part for part in dotted.split(".") if part]
        if level:
            folder = start
            for _ in range(level - 1):
                folder = folder.parent
            return self._in_folder(folder, parts)
        if not parts:
            return None
        for folder in (start, *list(start.parents)[:6]):
            found = self._in_folder(folder, parts)
            if found is not None:
                return found
            if (folder / "pyproject.toml").exists() or (folder / ".git").exists():
                return self._in_folder(folder / "src", parts)
        return None

    def _in_folder(self, folder: Path, parts: list[str]) -> Module | None:
        base = folder.joinpath(*parts)
        for candidate in (base.with_suffix(".py") if parts else None, base / "__init__.py"):
            if candidate is not None and (candidate in self.modules or _is_file(candidate)):
                return self._load(candidate, ".".join(parts))
        return None

    def _load(self, path: Path, name: str) -> Module | None:
        if path not in self.modules:
            self.modules[path] = None
            if len(self.modules) <= self.most:
                text = _read(path)
                if text is not None:
                    self.modules[path] = Module(parse(text, str(path)), name)
        return self.modules[path]


_LARGEST = 1_000_000


def _folder_of(path: str) -> Path | None:
    if "://" in path or path.startswith(("<", "untitled:")):
        return None
    folder = Path(path).parent
    try:
        return folder.resolve() if folder.is_dir() else None
    except OSError:
        return None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_size <= _LARGEST
    except OSError:
        return False


def _read(path: Path) -> str | None:
    from engine.base.reading import Unreadable, read_source

    try:
        return read_source(path)
    except (OSError, Unreadable):
        return None
