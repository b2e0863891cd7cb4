"""GR203: a random number of Python or NumPy is drawn while tracing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.base.diagnostics import Edit, Fix, Severity
from engine.inference.events import Called
from engine.lint.facts import Facts
from engine.lint.rule import Example, Finding, rule

_FAMILIES = ("numpy.random.", "random.", "uuid.", "secrets.", "rng.", "os.urandom",
             "os.getrandom")  # fmt: skip
_NO_DRAW = frozenset(
    [
        "seed", "RandomState", "default_rng", "get_state", "set_state", "getstate", "setstate",
        "SeedSequence", "Generator", "UUID", "Random", "SystemRandom",
    ]
)  # fmt: skip
_SAMPLERS = {
    "numpy.random.rand": "random.uniform",
    "numpy.random.randn": "random.normal",
}


@rule(
    "GR203",
    "python-random",
    "This random number is drawn once, while tracing, and baked in.",
    Severity.WARNING,
    bad=(
        """
        import numpy as np
        import tensorflow as tf

        @tf.function
        def f(x):
            return x + np.random.uniform(-1, 1)
        """,
        Example(
            """
            import numpy as np
            import tensorflow as tf

            @tf.function
            def f(x):
                return x + np.random.rand(3)
            """,
            fixed="""
            import numpy as np
            import tensorflow as tf

            @tf.function
            def f(x):
                return x + tf.random.uniform([3])
            """,
        ),
    ),
    good=(
        """
        import numpy as np
        import tensorflow as tf

        @tf.function
        def f(x):
            noise = tf.numpy_function(lambda: np.random.rand(), [], tf.float64)
            return x + tf.random.uniform([3]) + tf.cast(noise, x.dtype)
        """,
    ),
)
def python_random(facts: Facts) -> Iterator[Finding]:
    """The number is drawn by Python while the function is traced, and is a constant of the graph.

    Every call and every turn of a loop gets the same number; in `Dataset.map` every element does.
    Augmentation silently stops working.

    Use `tf.random.uniform`, `tf.random.normal`, or a `tf.random.Generator` made outside.
    """
    for event in facts.staged(Called):
        if not event.name.startswith(_FAMILIES) or event.context.guard:
            continue
        if event.name.rsplit(".", 1)[-1] in _NO_DRAW:
            continue
        message = (
            f"This is drawn once, while {facts.entry_word(event.context.entry)} is traced, and is "
            "the same at every call; use `tf.random`."
        )
        yield Finding(event.node, event.context, message, fix=_fix(facts, event))


def _scalar(facts: Facts, event: Called) -> str | None:
    """The sampler that draws one number between the same bounds, or of the same mean."""
    call = event.node
    given = [facts.text(part) for part in call.args]
    sampler = _SCALARS.get(event.name)
    if sampler is None or len(given) not in sampler[1] or facts.alias is None:
        return None
    whole = [", dtype=", f"{facts.alias}.int32"] if sampler[0] == "random.uniform int" else []
    bounds = ["0", *given] if whole and len(given) == 1 else given
    text = ", ".join(["[]", *bounds])
    return f"{facts.alias}.{sampler[0].split()[0]}({text}{''.join(whole)})"


_SCALARS: dict[str, tuple[str, tuple[int, ...]]] = {
    "random.random": ("random.uniform", (0,)),
    "random.uniform": ("random.uniform", (2,)),
    "random.gauss": ("random.normal", (0, 2)),
    "numpy.random.random": ("random.uniform", (0,)),
    "numpy.random.uniform": ("random.uniform", (0, 2)),
    "numpy.random.normal": ("random.normal", (0, 2)),
    "numpy.random.randint": ("random.uniform int", (1, 2)),
}


def _fix(facts: Facts, event: Called) -> Fix | None:
    if not event.node.keywords and not any(isinstance(a, ast.Starred) for a in event.node.args):
        drawn = _scalar(facts, event)
        if drawn is not None:
            edit = Edit(facts.span(event.node), drawn)
            return Fix(f"Use `{drawn.split('(')[0]}`", (edit,), safe=False)
    sampler = _SAMPLERS.get(event.name)
    call = event.node
    if sampler is None or facts.alias is None or call.keywords:
        return None
    if any(isinstance(part, ast.Starred) for part in call.args):
        return None
    shape = ", ".join(facts.text(part) for part in call.args)
    text = f"{facts.alias}.{sampler}([{shape}])"
    return Fix(f"Use `{facts.alias}.{sampler}`", (Edit(facts.span(call), text),), safe=False)
