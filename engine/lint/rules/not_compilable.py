"""GR606: what does not survive `jit_compile=True`."""

from __future__ import annotations

from collections.abc import Iterator

from engine.base.diagnostics import Severity
from engine.inference.context import Context
from engine.inference.events import Called
from engine.inference.values import Const
from engine.lint.facts import Facts
from engine.lint.rule import Finding, rule

_UNSUPPORTED = ("tf.py_function", "tf.numpy_function", "tf.strings.", "tf.print", "tf.io.", "tf.as_string",
                "tf.compat.v1.py_func", "tf.summary.")  # fmt: skip
_FINE = ("tf.io.gfile.",)
_DROPPED = ("tf.debugging.assert", "tf.debugging.Assert", "tf.Assert", "tf.assert_")


@rule(
    "GR606",
    "not-compilable",
    "This does not survive `jit_compile=True`.",
    Severity.ERROR,
    bad=(
        """
        @tf.function(jit_compile=True)
        def f(x):
            tf.print('x', x)
            return x * 2
        """,
        """
        @tf.function(jit_compile=True)
        def f(x):
            tf.debugging.assert_positive(x)
            return tf.sqrt(x)
        """,
    ),
    good=(
        """
        @tf.function
        def f(x):
            tf.print('x', x)
            return x * 2
        """,
    ),
)
def not_compilable(facts: Facts) -> Iterator[Finding]:
    """The compiler knows numeric ops only: strings, printing and Python functions stop it.

    `InvalidArgumentError: Detected unsupported operations`. Assertions are dropped without
    a word, and a `TensorArray` that grows comes out empty.

    Leave these out of compiled functions, or compile the numeric part alone.
    """
    for event in facts.staged(Called):
        if not _is_compiled(event.context):
            continue
        name = event.name
        if name.startswith(_UNSUPPORTED) and not name.startswith(_FINE):
            message = f"`{name}` cannot be compiled: with `jit_compile=True` the call raises."
            yield Finding(event.node, event.context, message)
        elif name.startswith(_DROPPED):
            message = "With `jit_compile=True` this assertion is dropped without a word."
            yield Finding(event.node, event.context, message, Severity.WARNING)
        elif name == "tf.TensorArray" and _grows(event):
            message = (
                "With `jit_compile=True` a `TensorArray` that grows comes out empty; give its size."
            )
            yield Finding(event.node, event.context, message, Severity.WARNING)


def _is_compiled(context: Context) -> bool:
    entry = context.entry
    while entry is not None:
        for option in ("jit_compile", "experimental_compile"):
            given = entry.staging.options.get(option)
            if isinstance(given, Const) and given.value is True:
                return True
        entry = entry.outer
    return False


def _grows(event: Called) -> bool:
    dynamic = event.kwargs.get("dynamic_size")
    size = event.argument(1, "size")
    is_empty = size is None or (isinstance(size, Const) and size.value == 0)
    return isinstance(dynamic, Const) and dynamic.value is True and is_empty
