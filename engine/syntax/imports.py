"""Which name in a file means which public symbol, whatever the file calls it.

Symbols are written the way most people write them: `tf.function`, `tf.keras.layers.Dense`,
`numpy.random.rand`. TensorFlow, this engine and both Keras packages share the prefix `tf`.
"""

from __future__ import annotations

import ast

__all__ = ["bindings_of_import", "canonical", "dotted_name", "module_bindings", "resolve"]

# The longest prefix that fits wins.
_PREFIXES: tuple[tuple[str, str], ...] = (
    ("tensorflow.compat.v2", "tf"),
    ("tensorflow.python.keras", "tf.keras"),
    ("tensorflow.python.eager.def_function", "tf"),
    ("tensorflow.python.eager.polymorphic_function.polymorphic_function", "tf"),
    ("tensorflow.python.ops.math_ops", "tf.math"),
    ("tensorflow.python.ops.array_ops", "tf"),
    ("tensorflow.python.ops.control_flow_ops", "tf"),
    ("tensorflow", "tf"),
    ("tensorflow_core", "tf"),
    ("tf_keras", "tf.keras"),
    ("keras", "tf.keras"),
    ("engine", "tf"),
    ("graphlens", "tf"),
)


def canonical(dotted: str) -> str:
    """The symbol for an imported dotted name, `numpy.array` where we have no shorter name."""
    for prefix, symbol in _PREFIXES:
        if dotted == prefix:
            return symbol
        if dotted.startswith(prefix + "."):
            return symbol + dotted[len(prefix) :]
    return dotted


def bindings_of_import(node: ast.Import | ast.ImportFrom) -> list[tuple[str, str]]:
    """The names an import statement binds, each with its symbol.

    Relative imports keep their dots (`..model.Net`); `from x import *` binds `*` to `x`.
    """
    if isinstance(node, ast.Import):
        return [
            (alias.asname, canonical(alias.name))
            if alias.asname
            else (alias.name.split(".")[0], canonical(alias.name.split(".")[0]))
            for alias in node.names
        ]
    base = "." * node.level + (node.module or "")
    found = []
    for alias in node.names:
        if alias.name == "*":
            found.append(("*", canonical(base)))
            continue
        joined = base + alias.name if base.endswith(".") else f"{base}.{alias.name}"
        found.append((alias.asname or alias.name, canonical(joined)))
    return found


def module_bindings(tree: ast.Module) -> dict[str, str]:
    """The symbols of all names that some import statement of the file binds, at any depth."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found.update(bindings_of_import(node))
    return found


def dotted_name(node: ast.AST) -> str | None:
    """`a.b.c` for names and attributes of names, else None."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return ".".join(reversed(parts))


def resolve(node: ast.AST, bindings: dict[str, str]) -> str | None:
    """The symbol that an expression stands for under these bindings, None for anything else."""
    name = dotted_name(node)
    if name is None:
        return None
    head, _, rest = name.partition(".")
    if head not in bindings:
        return None
    symbol = bindings[head]
    return f"{symbol}.{rest}" if rest else symbol
