"""What is imported is declared, and what is declared has a reason."""

from __future__ import annotations

import re
import sys

from tests.architecture.repository import read, tracked_files
from tests.architecture.test_layers import imports_of

PYPROJECT = next(path for path in tracked_files() if str(path) == "pyproject.toml")
DEPENDENCIES = next(path for path in tracked_files() if str(path) == "docs/dependencies.md")
OF_THE_PROJECT = {"engine", "server", "__future__"}
STANDARD = {*sys.stdlib_module_names, "tomllib"}
"""The standard library; `tomllib` came with Python 3.11, where `tomli` is not asked for."""
MODULES = {"cupy": "cupy-cuda13x", "markdown_it": "markdown-it-py", "pytest_lsp": "pytest-lsp"}
"""Modules whose distribution has another name."""


def declared() -> set[str]:
    """The names of the distributions in pyproject.toml."""
    return set(
        re.findall(r'^(?:\s+|\w+ = \[)"([A-Za-z][\w-]*)[><=~]', read(PYPROJECT), re.MULTILINE)
    )


def imported(*folders: str) -> set[str]:
    """The top-level modules that files import from outside the standard library."""
    found = set()
    for path in tracked_files():
        if path.suffix == ".py" and path.parts[0] in folders:
            found |= {module.partition(".")[0] for module in imports_of(path)}
    return {MODULES.get(name, name) for name in found - STANDARD - OF_THE_PROJECT}


def test_every_import_is_declared():
    assert "numpy" in declared()
    assert imported("engine", "server") - declared() == set()


def test_every_import_of_the_tests_and_tools_is_declared():
    beside = {path.stem for path in tracked_files() if path.parts[0] == "tests"}
    # TensorFlow is asked by hand; `foo` is imported by functions that are only converted.
    ours = {"tests", "tools", "benchmarks", "tensorflow", "foo", *beside}
    assert imported("tests", "tools", "benchmarks") - declared() - ours == set()


def test_every_dependency_has_a_reason():
    reasons = read(DEPENDENCIES)
    names = {MODULES.get(name, name) for name in declared()}
    missing = {name for name in names if name.removesuffix("-cuda13x") not in reasons}
    assert missing == set()
