"""GR101: a variable is made while tracing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.base.source import Span
from engine.inference.context import Context
from engine.inference.events import Called
from engine.inference.library_tables import LAYERS_WITHOUT_VARIABLES, VARIABLE_MAKERS
from engine.inference.values import Library
from engine.lint.facts import Facts
from engine.lint.rule import Example, Finding, rule

_MADE_AT_ONCE = ("tf.keras.metrics.", "tf.keras.optimizers.", "tf.optimizers.", "tf.metrics.")
_USED = ("layer.__call__", "model.__call__")


@rule(
    "GR101",
    "variable-created-in-graph",
    "This creates a new variable on every trace; create it once outside, or behind an `is None` guard.",
    Severity.ERROR,
    bad=(
        Example(
            "import tensorflow as tf\n\n@tf.function\ndef f(x):\n"
            "    v = tf.Variable(1.0)\n    return v + x\n",
            fixed="import tensorflow as tf\n\nv = tf.Variable(1.0)\n\n\n@tf.function\ndef f(x):\n"
            "    return v + x\n",
        ),
        "import tensorflow as tf\n\n@tf.function\ndef f(x):\n    return tf.keras.layers.Dense(2)(x)\n",
    ),
    good=(
        "import tensorflow as tf\n\nv = tf.Variable(1.0)\n\n@tf.function\ndef f(x):\n    return v + x\n",
        "import tensorflow as tf\n\nclass Lazy(tf.Module):\n    def __init__(self):\n"
        "        self.v = None\n\n    @tf.function\n    def __call__(self, x):\n"
        "        if self.v is None:\n            self.v = tf.Variable(1.0)\n        return self.v * x\n",
    ),
)
def variable_created(facts: Facts) -> Iterator[Finding]:
    """A traced function may make variables on its very first call only, and keep them. Made
    without a guard they would be new ones on every trace, so the first call already raises
    `ValueError: tf.function only supports singleton tf.Variables created on the first call`.
    The same goes for what holds variables: layers that are used, optimizers, metrics, random
    generators.

    Make the variable outside the function, in `__init__` or at module level, or make it behind
    `if self.v is None:`.
    """
    for event in facts.staged(Called):
        context = event.context
        if context.guard or (context.unsure and _is_default(facts, event.node, context)):
            continue
        if event.name in VARIABLE_MAKERS or _makes_at_once(event.name):
            yield _finding(facts, event.node, context, event.name)
        elif event.name in _USED and isinstance(event.receiver, Library):
            yield from _used_fresh(facts, event.receiver, context)
        elif event.name.endswith(".add_weight"):
            if not _is_building(context):
                yield _finding(facts, event.node, context, event.name)
            elif isinstance(event.receiver, Library):
                yield from _used_fresh(facts, event.receiver, context)


def _used_fresh(facts: Facts, made: Library, context: Context) -> Iterator[Finding]:
    born = made.born
    if born is None or born.node is None or not _is_fresh(made, context, facts.machine.keras):
        return
    if made.name.rsplit(".", 1)[-1] in _WRAPPERS and not _wraps_fresh(facts, born.node):
        return
    yield _finding(facts, born.node, born.context, made.name)


_WRAPPERS = ("RNN", "StackedRNNCells", "TimeDistributed", "Bidirectional", "Wrapper")


def _wraps_fresh(facts: Facts, node: ast.AST) -> bool:
    """Whether the layer that another one is made around is a new one with variables."""
    for event in facts.staged(Called):
        if event.node is node:
            inner = event.argument(0, "cell") or event.kwargs.get("layer")
            fresh = isinstance(inner, Library) and inner.kind == "layer"
            return fresh and _is_fresh(inner, event.context, facts.machine.keras)  # type: ignore[arg-type]
    return False


def _is_default(facts: Facts, node: ast.AST, context: Context) -> bool:
    """Whether it stands in for an argument that may be missing: `if v is None: v = ...`."""
    function = context.function
    if function is None or isinstance(function.node, ast.Lambda):
        return False
    args = function.node.args
    names = {arg.arg for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs)}
    for parent in facts.ancestors(node):
        if parent is function.node:
            break
        if isinstance(parent, ast.If) and isinstance(parent.test, ast.Compare):
            test = parent.test
            if isinstance(test.left, ast.Name) and test.left.id in names:
                if isinstance(test.ops[0], (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)):
                    return True
    return False


def _makes_at_once(name: str) -> bool:
    if not name.startswith(_MADE_AT_ONCE) or ".schedules." in name:
        return False
    last = name.rsplit(".", 1)[1]
    return last[:1].isupper() and last != "Optimizer"


_VARIABLES_SINCE_3 = frozenset(
    ["Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise", "GaussianDropout",
     "AlphaDropout"]
)  # fmt: skip


def _is_fresh(made: Library, context: Context, keras: int) -> bool:
    born = made.born
    if born is None or not born.context.staged or born.context.guard:
        return False
    if born.context.trace != context.trace:
        return False
    last = made.name.rsplit(".", 1)[-1]
    if keras < 3 and last in _VARIABLES_SINCE_3:
        return False
    return last not in LAYERS_WITHOUT_VARIABLES


def _is_building(context: Context) -> bool:
    function = context.function
    name = getattr(function.node, "name", "") if function is not None else ""
    return name in ("build", "__init__")


def _finding(facts: Facts, node: ast.AST, context: Context, name: str) -> Finding:
    what = {"tf.Variable": "This creates a new variable"}.get(name)
    last = name.rsplit(".", 1)[-1]
    message = (
        f"{what or f'`{last}` creates new variables'} on every trace of "
        f"{facts.entry_word(context.entry)}, which raises ValueError; create it once outside, "
        "or behind an `is None` guard."
    )
    return Finding(node, context, message, fix=_hoist(facts, node, context), module=context.module)


def _hoist(facts: Facts, node: ast.AST, context: Context) -> Fix | None:
    """Move `v = tf.Variable(...)` out, where all it needs is there too."""
    statement = facts.parents.get(node)
    function = context.function
    if not isinstance(statement, ast.Assign) or function is None or context.region is not None:
        return None
    definition = function.node
    if not isinstance(definition, ast.FunctionDef) or statement not in definition.body:
        return None
    if not isinstance(facts.parents.get(definition), ast.Module) or len(definition.body) < 2:
        return None
    local = {name for name in _names(statement.value) if facts.is_local(name, context)}
    if local or not isinstance(statement.targets[0], ast.Name):
        return None
    source = facts.source
    first = definition.decorator_list[0] if definition.decorator_list else definition
    top = source.line_start(source.position(facts.span(first).start)[0])
    line = source.position(facts.span(statement).start)[0]
    last_line = source.position(facts.span(statement).end)[0]
    if last_line + 1 >= source.line_count:
        return None
    remove = Span(source.line_start(line), source.line_start(last_line + 1))
    import textwrap

    text = textwrap.dedent(source.slice(remove)).rstrip() + "\n\n\n"
    title = f"Move `{statement.targets[0].id}` out of `{definition.name}`"
    return Fix(title, (Edit(Span(top, top), text), Edit(remove, "")), safe=False)


def _names(node: ast.AST) -> set[str]:
    return {child.id for child in ast.walk(node) if isinstance(child, ast.Name)}
