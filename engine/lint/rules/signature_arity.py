"""GR601: an input signature that does not fit the parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.events import Staged
from engine.inference.values import Container, Function, Library
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule


@rule(
    "GR601",
    "signature-arity",
    "`input_signature` does not fit the parameters.",
    Severity.ERROR,
    bad=(
        """
        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def f(x, y):
            return x + y
        """,
        """
        @tf.function(input_signature=tf.TensorSpec([], tf.float32))
        def f(x):
            return x
        """,
    ),
    good=(
        """
        class Model(tf.Module):
            @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
            def f(self, x, training=False):
                return x
        """,
    ),
)
def signature_arity(facts: Facts) -> Iterator[Finding]:
    """The signature holds one spec for each parameter that has no default, `self` left out.

    Otherwise decorating or the first call raises `TypeError: input_signature missing type
    constraint for y`, or one about extra constraints; it must be a tuple or list.
    """
    for event in facts.happened(Staged):
        given = event.staging.options.get("input_signature")
        if given is None or not isinstance(event.value, Function):
            continue
        node = event.value.node
        if isinstance(given, Library) and given.kind == "spec":
            message = (
                "`input_signature` must be a list or tuple of specs; tracing raises TypeError."
            )
            yield Finding(_place(event), event.context, message)
            continue
        if (
            not isinstance(given, Container)
            or given.items is None
            or given.kind not in ("list", "tuple")
        ):
            continue
        names = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)]
        if _is_method(facts, event.value):
            names = names[1:]
        count = len(given.items)
        required = len(names) - len(node.args.defaults)
        if count > len(names) and node.args.vararg is None:
            message = f"`input_signature` has {count} specs for {len(names)} parameters."
            yield Finding(_place(event), event.context, message)
        elif count < required:
            message = (
                f"`input_signature` has no spec for `{names[count]}`; tracing raises TypeError."
            )
            yield Finding(_place(event), event.context, message)
        bare = [
            arg.arg
            for arg, default in zip(node.args.kwonlyargs, node.args.kw_defaults)
            if default is None
        ]
        if bare:
            message = (
                f"With an `input_signature` the keyword-only `{bare[0]}` needs a default; tracing "
                "raises TypeError."
            )
            yield Finding(_place(event), event.context, message)


def _place(event: Staged) -> ast.AST:
    if isinstance(event.node, ast.Call):
        for keyword in event.node.keywords:
            if keyword.arg == "input_signature":
                return keyword.value
    return event.node


def _is_method(facts: Facts, function: Function) -> bool:
    if function.receiver is not None:
        return True
    node = function.node
    if not isinstance(facts.parents.get(node), ast.ClassDef) or isinstance(node, ast.Lambda):
        return False
    # What is above `tf.function` in the list of decorators has not been applied yet.
    names = [part.id for part in node.decorator_list if isinstance(part, ast.Name)]
    return function.flavour != "static" and "staticmethod" not in names
