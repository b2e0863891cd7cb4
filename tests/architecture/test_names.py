"""A private package never has the name of a public symbol: importing it would hide the symbol."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.architecture.repository import ROOT

CODE = """
import importlib, json, pkgutil
import engine

children = [info.name for info in pkgutil.iter_modules(engine.__path__)]
public = sorted(name for name in dir(engine) if not name.startswith("_"))
before = {name: getattr(engine, name) for name in set(children) & set(public)}
for name in children:
    importlib.import_module(f"engine.{name}")
hidden = [name for name, value in before.items() if getattr(engine, name) is not value]
lost = []
for name in public:
    try:
        getattr(engine, name)
    except AttributeError:
        lost.append(name)
print(json.dumps([hidden, lost, len(public)]))
"""


def test_no_package_hides_a_public_name():
    result = subprocess.run(
        [sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    hidden, lost, count = json.loads(result.stdout)
    assert hidden == []
    assert lost == []
    assert count > 100
