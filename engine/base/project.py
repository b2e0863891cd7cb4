"""Read a project's choices from `[tool.graphlens]` in its `pyproject.toml`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.base.diagnostics import Severity
from engine.base.options import Settings

__all__ = ["BadProject", "find_project", "read_project", "settings_for"]


class BadProject(ValueError):
    """A project file that cannot be understood: which file, which line, what is wrong.

    Attributes:
        path: The file.
        line: The 1-based line.
    """

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.path = path
        self.line = line
        self.message = message


def find_project(start: Path) -> Path | None:
    """The nearest `pyproject.toml` with a `[tool.graphlens]` table, from a folder upwards."""
    start = start.resolve()
    for folder in (start, *start.parents):
        candidate = folder / "pyproject.toml"
        try:
            if candidate.is_file() and b"[tool.graphlens" in candidate.read_bytes():
                return candidate
        except OSError:
            continue
    return None


def settings_for(start: Path) -> Settings:
    """The choices that hold for a folder.

    Raises:
        BadProject: The project file has mistakes.
    """
    found = find_project(start)
    return Settings() if found is None else read_project(found)


def read_project(path: Path) -> Settings:
    """The choices of one project file.

    Raises:
        BadProject: The file has mistakes.
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadProject(path, getattr(error, "lineno", 1), f"this is no TOML: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadProject(path, 1, f"the file cannot be read: {error}") from None
    table = data.get("tool", {}).get("graphlens", {})
    if not isinstance(table, dict):
        raise BadProject(path, 1, "`tool.graphlens` must be a table")
    settings = Settings(root=path.parent)
    for key, value in table.items():
        name = key.replace("_", "-")
        reader = _READERS.get(name)
        if reader is None:
            raise BadProject(path, _line_of(text, key), _unknown(key))
        try:
            settings = replace(settings, **{name.replace("-", "_"): reader(value)})
        except ValueError as error:
            raise BadProject(path, _line_of(text, key), f"`{key}` {error}") from None
    return settings


def _unknown(key: str) -> str:
    import difflib

    near = difflib.get_close_matches(key.replace("_", "-"), _READERS, 1, 0.6)
    hint = f"; did you mean `{near[0]}`?" if near else f"; known are {', '.join(sorted(_READERS))}"
    return f"`{key}` is not a setting{hint}"


def _line_of(text: str, key: str) -> int:
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            inside = stripped.startswith("[tool.graphlens")
            if inside and key in stripped:
                return number
        elif inside and stripped.split("=")[0].strip().strip("\"'") == key:
            return number
    return 1


def _codes(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError('must be a list of codes, as ["GR201", "GR4"]')
    for item in value:
        if item != "ALL" and not (item[:2] == "GR" and (item[2:] == "" or item[2:].isdigit())):
            raise ValueError(
                f"holds {item!r}, which is no code; codes look like GR201, prefixes like GR2"
            )
    return tuple(value)


def _patterns(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError('must be a list of patterns, as ["generated/*.py"]')
    return tuple(value)


def _severities(value: Any) -> tuple[tuple[str, Severity], ...]:
    if not isinstance(value, dict):
        raise ValueError('must be a table of codes, as GR201 = "error"')
    found = []
    for code, word in value.items():
        _codes([code])
        try:
            found.append((code, Severity(word)))
        except ValueError:
            words = ", ".join(each.value for each in Severity)
            raise ValueError(f"has {word!r} for {code}; it must be one of {words}") from None
    return tuple(found)


def _per_file(value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise ValueError('must be a table of patterns, as "tests/*" = ["GR201"]')
    return tuple((pattern, _codes(codes)) for pattern, codes in value.items())


def _keras(value: Any) -> int:
    if value not in (2, 3) or isinstance(value, bool):
        raise ValueError("must be 2 or 3: the major version of Keras")
    return int(value)


_READERS: dict[str, Callable[[Any], Any]] = {
    "select": _codes,
    "ignore": _codes,
    "extend-select": _codes,
    "severity": _severities,
    "per-file-ignores": _per_file,
    "exclude": _patterns,
    "extend-exclude": _patterns,
    "keras": _keras,
}
