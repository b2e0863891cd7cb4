"""What the server may know of the engine: its front door, its base, the worker's messengers."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = ("engine.ide", "engine.base", "engine.worker.protocol", "engine.worker.client")
LOOP_MUST_NOT = ("numpy", "gast", "engine.lint", "engine.inference", "engine.conversion")


def imported(path: Path) -> set[str]:
    """The modules that a file imports, also within functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_the_server_uses_the_front_door() -> None:
    for path in sorted((ROOT / "server").rglob("*.py")):
        for name in imported(path):
            if name.partition(".")[0] == "engine":
                assert name.startswith(ALLOWED), f"{path.name} imports {name}"


def test_the_messengers_need_the_standard_library_only() -> None:
    import sys

    messengers = {"protocol", "request", "client", "pipes", "leftovers", "__init__"}
    for name in sorted(messengers):
        for module in imported(ROOT / "engine" / "worker" / f"{name}.py"):
            top = module.partition(".")[0]
            fine = top in sys.stdlib_module_names or module in {
                f"engine.worker.{other}" for other in messengers
            }
            assert fine or top == "__future__", module


def test_the_loop_imports_nothing_that_computes() -> None:
    """So that `initialize` is answered quickly and a bug of the analysis stays in its process."""
    import json
    import subprocess
    import sys

    program = (
        "import sys, json\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "import server.run\n"
        "server.app.create_server()\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = json.loads(told.stdout)
    wrong = [name for name in loaded if name.startswith(LOOP_MUST_NOT)]
    assert wrong == []
