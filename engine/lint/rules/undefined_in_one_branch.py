"""GR303: a name is bound in one arm of a staged `if` only."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Note, Severity
from engine.inference.blocks import read_after
from engine.inference.events import Branched, Looped, Stored
from engine.inference.values import Instance
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule


@rule(
    "GR303",
    "undefined-in-one-branch",
    "A name is not defined on every path of this staged `if`.",
    Severity.ERROR,
    bad=(
        "import tensorflow as tf\n\n@tf.function\ndef f(x):\n"
        "    if tf.reduce_sum(x) > 0:\n        y = 1\n    return y\n",
    ),
    good=(
        "import tensorflow as tf\n\n@tf.function\ndef f(x):\n    y = 0\n"
        "    if tf.reduce_sum(x) > 0:\n        y = 1\n    return y\n",
        "import tensorflow as tf\n\n@tf.function\ndef f(x, flag=True):\n"
        "    if tf.reduce_sum(x) > 0:\n        unused = 1\n    if flag:\n        y = 1\n    return x\n",
    ),
)
def undefined_in_one_branch(facts: Facts) -> Iterator[Finding]:
    """Which arm of a staged `if` is taken is known only when the graph runs, so what is used after
    it must come out of both arms. Otherwise tracing raises
    `ValueError: 'y' must also be initialized in the else branch`.

    Bind the name before the `if`, or in both arms, to values of the same dtype.
    """
    for event in facts.staged(Branched):
        if len(event.arms) != 2 or event.ends != ["falls", "falls"] or event.context.caught:
            continue
        body, orelse = event.arms
        for name in sorted((body.keys() ^ orelse.keys()) & event.after):
            if name in event.before or not name:
                continue
            other = "else" if name in body else "main"
            message = (
                f"`{name}` is used later but is not defined in the {other} branch of this staged "
                f"`if`; tracing raises. Define `{name}` before the `if` or in both branches."
            )
            yield Finding(
                facts.header(event.node), event.context, message, notes=_uses(facts, event, name)
            )
    yield from _counters(facts)
    yield from _parts(facts)


def _parts(facts: Facts) -> Iterator[Finding]:
    """Attributes and entries of dicts that one arm makes: they come out of the block as names do,
    whether they are used later or not.
    """
    arms: dict[tuple[ast.AST, str], dict[int, Stored]] = {}
    for event in facts.staged(Stored):
        region = event.context.region
        if event.kind not in ("attribute", "item") or region is None or event.context.caught:
            continue
        node = region.node
        if isinstance(node, ast.If) and any(p is node for p in facts.ancestors(event.node)):
            arms.setdefault((node, facts.text(event.node)), {}).setdefault(region.arm, event)
    for (node, name), stored in arms.items():
        event = next(iter(stored.values()))
        if len(stored) == 1 and _is_new(facts, event, node):
            other = "else" if 0 in stored else "main"
            message = (
                f"`{name}` is made in one branch of this staged `if` and not in the {other} branch; "
                "tracing raises. Make it before the `if` or in both branches."
            )
            yield Finding(facts.header(node), event.context, message)


def _is_new(facts: Facts, event: Stored, block: ast.AST) -> bool:
    """Whether nothing else makes the attribute or the entry."""
    born = getattr(event.target, "born", None)
    if born is None or born.context.in_region(block):
        return False
    if event.kind == "item":
        return event.missing and isinstance(event.node, ast.Subscript)
    if not isinstance(event.target, Instance) or event.old is not None:
        return False
    if event.target.cls.lookup(event.name) is not None or event.target.cls.flavours:
        return False
    return all(
        not isinstance(node.ctx, ast.Store) or any(p is block for p in facts.ancestors(node))
        for node in facts.module.index.attributes.get(event.name, ())
    )


def _counters(facts: Facts) -> Iterator[Finding]:
    """The number of `enumerate` over a dataset has no value where the dataset is empty."""
    for event in facts.staged(Looped):
        node = event.node
        if not isinstance(node, ast.For) or not isinstance(node.iter, ast.Call):
            continue
        target = node.target.elts[0] if isinstance(node.target, ast.Tuple) else None
        function = node.iter.func
        if not isinstance(function, ast.Name) or function.id != "enumerate":
            continue
        if not isinstance(target, ast.Name) or target.id in event.before:
            continue
        if target.id in read_after(node, facts.parents):
            message = (
                f"`{target.id}` is used after this staged loop, which may not run at all; tracing "
                f"raises. Define `{target.id}` before the loop."
            )
            yield Finding(facts.header(node), event.context, message)


def _uses(facts: Facts, event: Branched, name: str) -> tuple[Note, ...]:
    function = event.context.function
    if function is None:
        return ()
    end = facts.span(event.node).end
    for node in ast.walk(function.node):
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            span = facts.span(node)
            if span.start >= end:
                return (Note(f"`{name}` is used here", span, facts.source.path),)
    return ()
