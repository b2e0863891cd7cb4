"""GR603: an argument that cannot match the input signature."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.events import Entered
from engine.inference.values import Const, Container, Library, Tensor, Value
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule


@rule(
    "GR603",
    "call-does-not-fit-signature",
    "The argument's dtype or shape cannot match the input signature.",
    Severity.ERROR,
    bad=(
        """
        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
        def f(x):
            return x

        f(tf.constant([1, 2]))
        """,
        """
        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
        def f(x):
            return x

        f(tf.constant([[1.0, 2.0]]))
        """,
    ),
    good=(
        """
        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
        def f(x):
            return x

        f(tf.constant([1.0, 2.0]))
        """,
    ),
)
def call_does_not_fit_signature(facts: Facts) -> Iterator[Finding]:
    """A tensor is not cast to what the signature says: dtype and shape must fit.

    Otherwise the call raises `TypeError: Binding inputs to tf.function failed`.

    Cast or reshape the argument, or widen the signature (`None` for a dimension).
    """
    for event in facts.happened(Entered):
        function = event.function
        if event.context.caught:
            continue
        why = _binding_problem(event)
        if why:
            message = f"`{function.qualname}` {why}; the call raises TypeError."
            notes = facts.staged_here(function)
            yield Finding(event.node, event.context, message, notes=notes)
            continue
        given = function.staging.options.get("input_signature") if function.staging else None
        if (
            not isinstance(given, Container)
            or given.items is None
            or not isinstance(event.node, ast.Call)
        ):
            continue
        for index, (spec, value) in enumerate(zip(given.items, event.args)):
            why = _why(spec, value)
            if why and index < len(event.node.args):
                message = f"This argument {why}; the call raises TypeError."
                notes = facts.staged_here(function)
                yield Finding(event.node.args[index], event.context, message, notes=notes)


def _binding_problem(event: Entered) -> str:
    """What is wrong with the number and names of the arguments."""
    function, call = event.function, event.node
    if not isinstance(call, ast.Call) or isinstance(function.node, ast.Lambda):
        return ""
    if function.fixed is not None or function.wrapped or _is_method_of_function(call):
        return ""
    if any(isinstance(part, ast.Starred) for part in call.args):
        return ""
    if any(keyword.arg is None for keyword in call.keywords):
        return ""
    args = function.node.args
    names = [arg.arg for arg in (*args.posonlyargs, *args.args)]
    names = names[1:] if function.receiver is not None else names
    if function.receiver is None and function.owner is not None and function.flavour != "static":
        return ""
    if len(call.args) != len(event.args):
        return ""
    if len(call.args) > len(names) and args.vararg is None:
        return f"takes {len(names)} arguments and gets {len(call.args)}"
    given = event.kwargs.keys()
    required = names[: max(len(names) - len(args.defaults), 0)]
    named = {*names, *(arg.arg for arg in args.kwonlyargs)}
    strange = [name for name in given if name not in named]
    if strange and args.kwarg is None:
        return f"has no argument `{strange[0]}`"
    missing = [name for name in required[len(call.args) :] if name not in given]
    return f"misses its argument `{missing[0]}`" if missing else ""


def _is_method_of_function(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in (
        "get_concrete_function",
        "python_function",
        "experimental_get_compiler_ir",
    )


def _why(spec: Value, value: Value) -> str:
    if not isinstance(spec, Library) or spec.kind != "spec":
        return ""
    if isinstance(value, Const) and isinstance(value.value, str):
        numeric = spec.dtype not in (None, "string")
        return f"is a string where the signature says {spec.dtype}" if numeric else ""
    if not isinstance(value, Tensor):
        return ""
    if spec.dtype and value.dtype and spec.dtype != value.dtype:
        return f"is {value.dtype} where the signature says {spec.dtype}"
    wanted, found = spec.dims, value.dims
    if wanted is None or found is None:
        return ""
    clash = len(wanted) != len(found) or any(
        a is not None and b is not None and a != b for a, b in zip(wanted, found)
    )
    return f"has shape {_shape(found)} where the signature says {_shape(wanted)}" if clash else ""


def _shape(dims: tuple[int | None, ...]) -> str:
    return "[" + ", ".join("None" if size is None else str(size) for size in dims) + "]"
