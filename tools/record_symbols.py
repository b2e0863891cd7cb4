"""Write down TensorFlow's public names and their parameters, for `tools/write_compatibility.py`.

Run by hand in an environment that has TensorFlow 2.21, from the root of the repository:
`path/to/that/python -m tools.record_symbols`.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from pathlib import Path
from typing import Any

OUTPUT = Path(__file__).parent / "tensorflow_symbols.json"

NAMESPACES = (
    "",
    "autodiff",
    "autograph",
    "autograph.experimental",
    "bitwise",
    "config",
    "data",
    "debugging",
    "dtypes",
    "errors",
    "experimental",
    "io",
    "keras",
    "keras.activations",
    "keras.initializers",
    "keras.layers",
    "keras.losses",
    "keras.metrics",
    "keras.models",
    "keras.optimizers",
    "linalg",
    "math",
    "math.special",
    "image",
    "nest",
    "nn",
    "random",
    "random.experimental",
    "signal",
    "strings",
    "train",
)

CLASSES = (
    "DType",
    "GradientTape",
    "IndexedSlices",
    "Module",
    "Tensor",
    "TensorArray",
    "TensorShape",
    "TensorSpec",
    "Variable",
    "autodiff.ForwardAccumulator",
    "data.Dataset",
    "keras.Model",
    "keras.layers.Layer",
    "keras.optimizers.Optimizer",
    "random.Generator",
    "train.Checkpoint",
)


def parameters(value: Any) -> list[str] | None:
    """The names of a callable's parameters; None where there is no signature."""
    try:
        return [name for name in inspect.signature(value).parameters if name != "self"]
    except (TypeError, ValueError):
        return None


def members(owner: Any) -> dict[str, Any]:
    """The public members of a module or class, with the parameters of the callable ones."""
    found = {}
    for name in sorted(dir(owner)):
        if name.startswith("_"):
            continue
        value = getattr(owner, name, None)
        if inspect.ismodule(value):
            continue
        if isinstance(owner, type) and not is_own(owner, name):
            continue
        found[name] = parameters(value) if callable(value) else None
    return found


def is_own(owner: type, name: str) -> bool:
    """Whether a class member is TensorFlow's, not that of `object` or of a helper base."""
    for base in owner.__mro__:
        if name in vars(base):
            module = getattr(base, "__module__", "")
            return module.startswith(("tensorflow", "keras")) and "trackable" not in module
    return False


def main() -> int:
    """Write the file."""
    tf = importlib.import_module("tensorflow")
    symbols: dict[str, dict[str, Any]] = {}
    for path in (*NAMESPACES, *CLASSES):
        owner: Any = tf
        for part in path.split(".") if path else ():
            owner = getattr(owner, part)
        symbols[path] = members(owner)
    lines = [f" {json.dumps(path)}: {json.dumps(found)}" for path, found in symbols.items()]
    OUTPUT.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print({path or "tf": len(found) for path, found in symbols.items()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
