"""Opening, typing, hovering and fixing execute nothing of a workspace."""

from __future__ import annotations

import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest
from conversation import MODERN, ROOT, SERVER, Conversation

CODE = """import engine as tf
from helpers import scale
import numpy as np

@tf.function
def step(x):
    print(x)
    if x > 0:
        x = scale(x)
    return x
"""


def imported_names() -> set[str]:
    """Every top-level name that the server or the analysis imports, and some that Python might."""
    program = (
        "import sys, json\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "import server.run, server.app, server.analysis.process, engine.ide.snapshot\n"
        "from server import features\n"
        "from engine.base.discover import import_all\n"
        "import_all(features)\n"
        "from engine.ide.snapshot import Snapshot\n"
        "s = Snapshot('a.py', 'import engine as tf\\n@tf.function\\ndef f(x):\\n    return x\\n')\n"
        "s.diagnostics, s.functions, s.graph_code('f')\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    names = {name for name in json.loads(told.stdout) if name.isidentifier()}
    return names - {"__main__"} | {info.name for info in pkgutil.iter_modules() if info.ispkg}


def plant(folder: Path, marker: Path, names: set[str]) -> None:
    """Puts a module under each name into a folder; each leaves a mark if it is executed."""
    folder.mkdir(parents=True, exist_ok=True)
    code = f"open({str(marker)!r}, 'a').write(__file__ + '\\n')\n"
    for name in names:
        (folder / f"{name}.py").write_text(code)


@pytest.fixture
def workspace(tmp_path: Path) -> tuple[Path, Path]:
    root, marker = tmp_path / "workspace", tmp_path / "executed"
    names = imported_names() | {
        "sitecustomize", "usercustomize", "conftest", "helpers", "setup", "server", "engine",
        "tensorflow", "numpy", "gast", "pygls", "lsprotocol",
    }  # fmt: skip
    plant(root, marker, names)
    plant(root / "package", marker, {"helpers", "__init__", "numpy", "ast", "json"})
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    site = root / ".venv" / "lib" / version / "site-packages"
    plant(site, marker, names)
    (site / "evil.pth").write_text(f"import os; open({str(marker)!r}, 'a').write('pth')\n")
    (root / ".venv" / "pyvenv.cfg").write_text("home = /nowhere\n")
    (root / ".venv" / "bin").mkdir()
    for name in ("python", "python3"):
        program = root / ".venv" / "bin" / name
        program.write_text(f"#!/bin/sh\necho python >> {marker}\n")
        program.chmod(0o755)
    (root / ".env").write_text(f"PYTHONSTARTUP={root}/sitecustomize.py\nPYTHONPATH={root}\n")
    (root / "pyproject.toml").write_text(
        "[tool.graphlens]\nselect = ['ALL']\nplugins = ['conftest']\ninit-hook = 'import evil'\n"
    )
    (root / ".vscode").mkdir()
    (root / ".vscode" / "settings.json").write_text(
        json.dumps({"graphlens.worker.interpreter": str(root / ".venv/bin/python")})
    )
    (root / "package" / "main.py").write_text(CODE)
    marker.unlink(missing_ok=True)
    return root, marker


def use_everything(server: Conversation, root: Path) -> None:
    """Every static feature, in a folder full of traps."""
    uri = (root / "package" / "main.py").as_uri()
    document = {"textDocument": {"uri": uri}}
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 20, "character": 0}}
    server.open(uri, CODE)
    report = server.call("textDocument/diagnostic", document)
    assert "GR201" in {finding["code"] for finding in report["items"]}
    for line, text in enumerate(CODE.splitlines()):
        for character in range(0, len(text), 9):
            server.call("textDocument/hover", server.at(uri, line, character))
    for action in server.call(
        "textDocument/codeAction", {**document, "range": whole, "context": {"diagnostics": []}}
    ):
        server.call("codeAction/resolve", action)
    for lens in server.call("textDocument/codeLens", document):
        server.call("codeLens/resolve", lens)
    for hint in server.call("textDocument/inlayHint", {**document, "range": whole}):
        server.call("inlayHint/resolve", hint)
    server.call("textDocument/semanticTokens/full", document)
    server.call("textDocument/documentSymbol", document)
    server.call("graphlens/functions", document)
    for view in ("code", "readable", "traced", "optimized", "python"):
        server.call("graphlens/graphCode", {**document, "function": "step", "view": view})
    server.call("graphlens/graph", {**document, "function": "step"})
    server.call("graphlens/explain", {"code": "GR201"})
    server.call("graphlens/run", {**document, "function": "step", "arguments": ["1"]})
    for command in ("showGraphCode", "showGraph", "trace", "run"):
        server.call(
            "workspace/executeCommand",
            {"command": f"graphlens.{command}", "arguments": [uri, "step"]},
        )
    server.change(uri, 2, {"text": CODE + "\nx = 1\n"})
    server.call("textDocument/diagnostic", document)
    server.call("workspace/diagnostic", {"previousResultIds": []})
    notebook = (root / "evil.ipynb").as_uri()
    cell = f"vscode-notebook-cell:{root}/evil.ipynb#1"
    server.notify(
        "notebookDocument/didOpen",
        {
            "notebookDocument": {
                "uri": notebook, "notebookType": "jupyter-notebook", "version": 1,
                "metadata": {"kernelspec": {"argv": [str(root / ".venv/bin/python")]}},
                "cells": [{"kind": 2, "document": cell}],
            },
            "cellTextDocuments": [
                {"uri": cell, "languageId": "python", "version": 1, "text": CODE}
            ],
        },
    )  # fmt: skip
    server.call("textDocument/diagnostic", {"textDocument": {"uri": cell}})


@pytest.mark.skipif(sys.platform == "win32", reason="sh")
@pytest.mark.parametrize("how", ["as editors start it", "python -m, in the folder"])
def test_nothing_is_executed(workspace: tuple[Path, Path], how: str) -> None:
    root, marker = workspace
    if how == "as editors start it":
        command = [sys.executable, "-I", "-B", str(SERVER), "--stdio"]
        environment = {
            **os.environ,
            "PYTHONPATH": f":{root}",
            "PYTHONSTARTUP": f"{root}/conftest.py",
        }
    else:
        # Nothing can help `-m server` where the folder itself has a `server`; its other names
        # must still do no harm.
        for name in ("server", "engine"):
            (root / f"{name}.py").unlink()
        command = [sys.executable, "-B", str(SERVER), "--stdio"]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    capabilities = {**MODERN, "workspace": {**MODERN["workspace"], "configuration": False}}
    settings = {
        "diagnosticMode": "workspace",
        "debounce": 0,
        "worker": {"interpreter": str(root / ".venv/bin/python")},
    }
    with Conversation(command=command, cwd=root, env=environment) as server:
        server.initialize(capabilities, {"settings": settings}, folders=[root])
        use_everything(server, root)
    assert not marker.exists(), marker.read_text()
    created = {path.name for path in root.rglob("__pycache__")}
    assert created == set()


def test_the_traps_would_be_seen(workspace: tuple[Path, Path]) -> None:
    """The marker works: an ordinary Python in that folder falls for it."""
    root, marker = workspace
    subprocess.run([sys.executable, "-c", "import helpers"], cwd=root, check=False)
    assert marker.exists()
