"""GR201: `print` runs while tracing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.base.source import Span
from engine.inference.events import Called
from engine.lint.facts import Facts, maybe_staged
from engine.lint.rule import Example, Finding, rule

_COMPILED = frozenset(["jit_compile", "experimental_compile"])
_PRINTS = frozenset(["builtins.print", "pprint.pprint", "pprint.pp", "rich.print"])


@rule(
    "GR201",
    "python-print",
    "`print` runs while tracing; use `tf.print` to print values.",
    Severity.WARNING,
    bad=(
        Example(
            "import tensorflow as tf\n\n@tf.function\ndef f(x):\n    print('x is', x)\n    return x + 1\n",
            fixed="import tensorflow as tf\n\n@tf.function\ndef f(x):\n"
            "    tf.print('x is', x)\n    return x + 1\n",
        ),
        Example(
            "import tensorflow as tf\n\n@tf.function\ndef f(x):\n    print(f'x is {x}!')\n    return x\n",
            fixed="import tensorflow as tf\n\n@tf.function\ndef f(x):\n"
            "    tf.print('x is ', x, '!', sep='')\n    return x\n",
        ),
    ),
    good=(
        "import tensorflow as tf\n\n@tf.function\ndef f(x):\n    tf.print(x)\n    return x\n\nprint(f(1))\n",
        "import tensorflow as tf\n\n@tf.function\ndef f(x):\n"
        "    return tf.py_function(lambda v: print(v), [x], [])\n",
    ),
)
def python_print(facts: Facts) -> Iterator[Finding]:
    """`print` is Python: it runs once, while the function is traced, and shows a description such
    as `Tensor("x:0", shape=(), dtype=float32)`. In a staged loop it prints once in all, in a
    staged `if` both arms print.

    `tf.print` becomes part of the graph and prints the values at every call. A `print` that
    is meant to show when tracing happens can be kept with `# graphlens: ignore[GR201]`.
    """
    for event in facts.staged(Called):
        if event.name not in _PRINTS:
            continue
        values = any(maybe_staged(value) for value in event.args)
        name = facts.entry_word(event.context.entry)
        if values:
            message = (
                f"`print` runs only while {name} is traced and shows no values; "
                "use `tf.print` to print them at every call."
            )
        else:
            message = (
                f"`print` runs only while {name} is traced, not at every call; use `tf.print`."
            )
        grave = values or event.context.region is not None
        severity = Severity.WARNING if grave else Severity.INFO
        fix = _fix(facts, event.node) if event.name == "builtins.print" else None
        entry = event.context.entry
        if entry is not None and entry.staging.options.keys() & _COMPILED:
            # A compiled graph has no `tf.print`.
            fix = None
        yield Finding(event.node, event.context, message, severity, fix)


def _fix(facts: Facts, call: ast.AST) -> Fix | None:
    alias = facts.alias
    if alias is None or not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return None
    if any(keyword.arg not in ("sep", "end") for keyword in call.keywords):
        return None
    if any(isinstance(part, ast.Starred) for part in call.args):
        return None
    if not isinstance(facts.parents.get(call), ast.Expr):
        return None
    name = Edit(facts.span(call.func), f"{alias}.print")
    title = f"Use `{alias}.print`"
    formatted = [part for part in call.args if isinstance(part, ast.JoinedStr)]
    if not formatted:
        return Fix(title, (name,))
    if len(call.args) != 1 or call.keywords:
        return None
    parts = split_f_string(facts, formatted[0])
    if parts is None:
        return None
    return Fix(title, (name, Edit(facts.span(formatted[0]), ", ".join([*parts, "sep=''"]))))


def split_f_string(facts: Facts, node: ast.JoinedStr) -> list[str] | None:
    """The parts of an f-string as arguments; None where it formats or spans lines."""
    whole: Span = facts.span(node)
    if "\n" in facts.source.slice(whole):
        return None
    parts: list[str] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(repr(part.value))
        elif isinstance(part, ast.FormattedValue):
            if part.format_spec is not None or part.conversion != -1:
                return None
            parts.append(ast.unparse(part.value))
    return parts or None
