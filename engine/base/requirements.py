"""What a project says of the versions it runs on, in its requirement files."""

from __future__ import annotations

import os
import re
from functools import lru_cache

__all__ = ["required_keras"]

_FILES = (
    "requirements.txt", "setup.py", "setup.cfg", "pyproject.toml", "environment.yml", "Pipfile",
)  # fmt: skip
# An upper bound, or one version: what is only bounded from below may run on anything newer.
_BOUND = re.compile(
    r"(?<![\w-])(tensorflow(?:[-_](?:gpu|cpu|macos|intel))?|tf-nightly|keras)(?![-\w])"
    r"(?:\[[^\]]*\])?"
    r"[^\n\"'#;]*?(==|~=|<=|<)\s*v?(\d+)(?:\.(\d+))?"
)
_LEVELS = 4
_LARGE = 1_000_000


@lru_cache(maxsize=256)
def required_keras(folder: str) -> int | None:
    """The major version of Keras that the nearest requirement files ask for; None if they do not.

    TensorFlow 2.16 is the first with Keras 3.

    Args:
        folder: Where to begin; the folders around it are looked at, too, up to a repository's top.
    """
    for _ in range(_LEVELS):
        found = {_of_file(os.path.join(folder, name)) for name in _FILES} - {None}
        if found:
            return min(version for version in found if version is not None)
        parent = os.path.dirname(folder)
        if parent == folder or os.path.isdir(os.path.join(folder, ".git")):
            return None
        folder = parent
    return None


def _of_file(path: str) -> int | None:
    try:
        if os.path.getsize(path) > _LARGE:
            return None
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return None
    versions = [_keras_of(*match) for match in _BOUND.findall(text)]
    return min(versions) if versions else None


def _keras_of(name: str, operator: str, major: str, minor: str) -> int:
    version = (int(major), int(minor or 0))
    first = (3, 0) if name == "keras" else (2, 16)
    if operator == "<":
        return 2 if version <= first else 3
    return 2 if version < first else 3
