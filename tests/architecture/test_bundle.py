"""The extension brings what its server and worker import, for every Python it serves."""

from __future__ import annotations

import re

from tests.architecture.repository import read, tracked_files
from tests.architecture.test_dependencies import OF_THE_PROJECT, STANDARD
from tests.architecture.test_layers import imports_of

REQUIREMENTS = next(
    path for path in tracked_files() if str(path) == "vscode-extension/bundled/requirements.txt"
)
OF_THE_USER = {"numpy", "cupy", "ml_dtypes"}
"""Compiled packages: a run takes those of the user's own Python."""


def bundled() -> set[str]:
    """The names of the distributions that go into the extension."""
    return set(re.findall(r"^([\w-]+)==\S+ --hash=sha256:", read(REQUIREMENTS), re.MULTILINE))


def test_every_import_of_the_server_is_bundled():
    missing = {}
    for path in tracked_files():
        in_product = path.suffix == ".py" and path.parts[0] in ("engine", "server")
        if not in_product or path.parts[:2] == ("engine", "cli"):
            continue
        names = {module.partition(".")[0] for module in imports_of(path)}
        names -= STANDARD | OF_THE_PROJECT | OF_THE_USER | bundled()
        if names:
            missing[str(path)] = names
    assert missing == {}
