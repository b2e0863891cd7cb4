"""GR502: NumPy functions on staged tensors."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.inference.events import Called
from engine.inference.values import Container, Library, Stage, Tensor, Value
from engine.lint.facts import Facts, is_staged
from engine.lint.rule import Example, Finding, rule

_SAME = {
    name: name
    for name in (
        "sin", "cos", "tan", "exp", "sqrt", "square", "abs", "sign", "floor", "tanh", "sinh", "cosh",
        "maximum", "minimum", "zeros_like", "ones_like", "argmax", "argmin", "expand_dims", "squeeze",
        "reshape", "transpose", "where",
    )
}  # fmt: skip
_SAME.update(
    sum="reduce_sum", mean="reduce_mean", max="reduce_max", min="reduce_min", prod="reduce_prod",
    any="reduce_any", all="reduce_all", log="math.log", concatenate="concat",
)  # fmt: skip
_FINE = ("numpy.shape", "numpy.ndim", "numpy.isscalar", "numpy.random.", "numpy.iterable", "numpy.dtype",
         "numpy.result_type", "numpy.seterr", "numpy.errstate")  # fmt: skip


@rule(
    "GR502",
    "numpy-on-tensor",
    "NumPy cannot take a staged tensor.",
    Severity.ERROR,
    bad=(
        Example(
            """
            import numpy as np
            import tensorflow as tf

            @tf.function
            def f(x):
                return np.sin(tf.square(x))
            """,
            fixed="""
            import numpy as np
            import tensorflow as tf

            @tf.function
            def f(x):
                return tf.sin(tf.square(x))
            """,
        ),
    ),
    good=(
        """
        import numpy as np
        import tensorflow as tf

        @tf.function
        def f(x):
            scale = np.sqrt(2.0) * np.pi
            y = tf.numpy_function(np.sin, [x], tf.float32)
            return tf.square(x) * scale + y * np.ones(3, np.float32)
        """,
    ),
)
def numpy_on_tensor(facts: Facts) -> Iterator[Finding]:
    """NumPy wants the numbers, and a staged tensor has none yet.

    Tracing raises `NotImplementedError: Cannot convert a symbolic tf.Tensor to a numpy array`.
    NumPy on Python values is fine: it is computed once, while tracing.

    Use the op of the same meaning, or hand the function to `tf.numpy_function`.
    """
    for event in facts.staged(Called):
        if not event.name.startswith("numpy.") or event.name.startswith(_FINE):
            continue
        values = [*event.args, *event.kwargs.values()]
        taken = [value for value in values if _holds_staged(value)]
        if not taken or event.context.caught or _is_number(facts, event, taken[0]):
            continue
        message = (
            f"`{event.name.replace('numpy', 'np', 1)}` cannot take a staged tensor; tracing raises. "
            "Use the op of the framework."
        )
        yield Finding(event.node, event.context, message, fix=_fix(facts, event))


def _holds_staged(value: Value) -> bool:
    if isinstance(value, Tensor):
        return value.stage is Stage.STAGED
    if isinstance(value, Library):
        return value.kind == "variable"
    if isinstance(value, Container) and value.kind in ("list", "tuple"):
        return any(
            is_staged(item) and isinstance(item, Tensor) for item in value.items or [value.element]
        )
    return False


def _is_number(facts: Facts, event: Called, value: Value) -> bool:
    """Whether the tensor comes from `int()`, `float()` or `len()`: that is a finding of its own."""
    node = getattr(value, "node", None)
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id
        in (
            "int",
            "float",
            "len",
        )
    )


def _fix(facts: Facts, event: Called) -> Fix | None:
    same = _SAME.get(event.name.removeprefix("numpy."))
    call = event.node
    if same is None or facts.alias is None:
        return None
    if any(keyword.arg not in ("axis", "keepdims") for keyword in call.keywords):
        return None
    text = f"{facts.alias}.{same}"
    # NumPy makes floats of whole numbers and truth values where TensorFlow raises or rounds.
    dtype = event.args[0].dtype if event.args and isinstance(event.args[0], Tensor) else None
    safe = len(call.args) == 1 and (dtype is None or "float" in dtype)
    return Fix(f"Use `{text}`", (Edit(facts.span(call.func), text),), safe=safe)
