"""Random programs over float tensors, whose control flow moves into the graph."""

from __future__ import annotations

from functools import lru_cache

from hypothesis import strategies as st

from .programs import indented

NAME = st.sampled_from(("a", "b", "c"))
OPERATOR = st.sampled_from("+-*")
NUMBER = st.sampled_from(("P", "Q", "x", "y"))
COMPARISON = st.sampled_from((">", "<"))


@lru_cache
def expressions(depth: int = 2):
    """Smooth expressions that stay small."""
    leaves = st.one_of(NAME, NUMBER)
    if depth == 0:
        return leaves
    inner = expressions(depth - 1)
    return st.one_of(
        leaves,
        st.tuples(inner, OPERATOR, inner).map(lambda t: f"tf.tanh({t[0]} {t[1]} {t[2]})"),
        # A ternary inside a ternary stays Python's, as in TensorFlow: it cannot take a tensor.
        st.tuples(conditions(0), leaves, leaves).map(lambda t: f"({t[1]} if {t[0]} else {t[2]})"),
        inner.map(lambda one: f"helper({one})"),
        inner.map(lambda one: f"tf.sin({one})"),
    )


@lru_cache
def conditions(depth: int = 1):
    """Conditions on tensors."""
    one = expressions(0)
    simple = st.tuples(one, COMPARISON, one).map(lambda t: f"x * 0 + {t[0]} {t[1]} {t[2]} + 0.1")
    if depth == 0:
        return simple
    inner = conditions(depth - 1)
    return st.one_of(
        simple,
        inner.map(lambda text: f"not ({text})"),
        st.tuples(inner, st.sampled_from(("and", "or")), inner).map(
            lambda t: f"({t[0]}) {t[1]} ({t[2]})"
        ),
    )


@lru_cache
def kinds(depth: int, in_loop: bool):
    """Kinds of statements that may stand in a place."""
    simple = ["assign", "assign", "augment", "attribute"]
    if in_loop:
        simple.append("jump")
    return st.sampled_from(simple if depth == 0 else [*simple, "if", "if", "for", "while"])


@lru_cache
@st.composite
def statements(draw, depth: int, in_loop: bool) -> list[str]:
    """The lines of one statement."""
    kind = draw(kinds(depth, in_loop))
    if kind == "assign":
        return [f"{draw(NAME)} = {draw(expressions())}"]
    if kind == "augment":
        return [f"{draw(NAME)} += {draw(expressions(1))}"]
    if kind == "attribute":
        return [f"box.v = tf.tanh(box.v + {draw(expressions(1))})"]
    if kind == "jump":
        jump = draw(st.sampled_from(("break", "continue")))
        return [f"if {draw(conditions())}:", f"    {jump}"]
    body = indented(draw(blocks(depth - 1, in_loop or kind != "if")))
    if kind == "if":
        lines = [f"if {draw(conditions())}:", *body]
        if draw(st.booleans()):
            lines += ["else:", *indented(draw(blocks(depth - 1, in_loop)))]
        return lines
    if kind == "for":
        return ["for _ in tf.range(n):", *body]
    left = f"k{depth}"  # no loop inside has it, so that all loops end
    test = f"{left} > 0 and ({draw(conditions(0))})"
    return [f"{left} = n", f"while {test}:", f"    {left} -= 1", *body]


@lru_cache
@st.composite
def blocks(draw, depth: int, in_loop: bool) -> list[str]:
    """The lines of a few statements."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        lines += draw(statements(depth, in_loop))
    return lines


@st.composite
def staged_programs(draw) -> str:
    """The text of a function `program(x, y, n)` of float64 scalars and a count."""
    body = draw(blocks(2, False))
    start = ["a, b, c = x, y, x * y", "k0 = k1 = k2 = k3 = n", "box = Box()", "box.v = x"]
    end = [f"if {draw(conditions())}:", "    return a * b + box.v"] if draw(st.booleans()) else []
    lines = [*start, *body, *end, "return tf.tanh(a + b * c) + box.v"]
    return "\n".join(["def program(x, y, n):", *indented(lines)]) + "\n"
