"""The import contracts of docs/architecture.md hold, and what they cannot say."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from tests.architecture.repository import ROOT, read, tracked_files

FRONT_DOOR = ("engine.ide", "engine.base", "engine.worker.protocol", "engine.worker.client")


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(read(path))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def within(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in packages)


def test_import_contracts():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_server_enters_the_engine_by_its_front_door():
    wrong = [
        (str(path), module)
        for path in tracked_files()
        if path.parts[0] == "server" and path.suffix == ".py"
        for module in sorted(imports_of(path))
        if within(module, ("engine",)) and not within(module, FRONT_DOOR)
    ]
    assert wrong == []


def test_op_files_import_no_array_library():
    """Kernels are given theirs, so that one kernel serves numpy and CuPy."""
    wrong = [
        (str(path), module)
        for path in tracked_files()
        if path.parts[:2] == ("engine", "ops") and path.suffix == ".py"
        for module in sorted(imports_of(path))
        if within(module, ("numpy", "cupy", "scipy"))
    ]
    assert wrong == []
