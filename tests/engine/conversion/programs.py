"""Random programs for property tests: loops that end, names that may lack a value."""

from __future__ import annotations

from functools import lru_cache

from hypothesis import strategies as st

NAMES = ("a", "b", "c", "d")


@lru_cache
def expressions(depth: int = 2):
    """Integer expressions over the parameters and variables."""
    leaves = st.one_of(st.integers(-3, 9).map(str), st.sampled_from(NAMES))
    if depth == 0:
        return leaves
    inner = expressions(depth - 1)
    return st.one_of(
        leaves,
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, conditions(depth - 1), inner).map(
            lambda t: f"({t[0]} if {t[1]} else {t[2]})"
        ),
        inner.map(lambda x: f"abs({x})"),
        inner.map(lambda x: f"helper({x}, y=2)"),
        st.tuples(inner, inner).map(lambda t: f"max(*[{t[0]}, {t[1]}])"),
        inner.map(lambda x: f"(lambda q: q + {x})(1)"),
        inner.map(lambda x: f"sum([v * {x} for v in range(3) if v])"),
    )


@lru_cache
def conditions(depth: int = 1):
    """Conditions, with short circuits that matter."""
    inner = expressions(0)
    simple = st.tuples(inner, st.sampled_from(["<", ">", "==", "!=", "<="]), inner).map(
        lambda t: f"{t[0]} {t[1]} {t[2]}"
    )
    if depth == 0:
        return simple
    one = conditions(depth - 1)
    return st.one_of(
        simple,
        one.map(lambda x: f"not ({x})"),
        st.tuples(one, st.sampled_from(["and", "or"]), one).map(
            lambda t: f"({t[0]}) {t[1]} ({t[2]})"
        ),
        st.tuples(inner, inner, inner).map(lambda t: f"{t[0]} < {t[1]} <= {t[2]}"),
    )


NAME = st.sampled_from(NAMES)
SIGN = st.sampled_from("+-")
COUNT = st.integers(1, 3)


@lru_cache
def kinds(depth: int, in_loop: bool):
    """Kinds of statements that may stand in a place."""
    simple = ["assign", "assign", "augment", "append", "item", "unpack"]
    if in_loop:
        simple += ["break", "continue"]
    compound = ["if", "if", "while", "for", "return", "function"]
    return st.sampled_from(simple if depth == 0 else simple + compound)


def indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


@lru_cache
@st.composite
def statements(draw, depth: int, in_loop: bool) -> list[str]:
    """The lines of one statement."""
    kind = draw(kinds(depth, in_loop))
    name = draw(NAME)
    value = draw(expressions())
    if kind == "assign":
        return [f"{name} = {value}"]
    if kind == "augment":
        return [f"{name} {draw(SIGN)}= {value}"]
    if kind == "append":
        return [f"log.append({value})"]
    if kind == "item":
        return [f"box['k'] = {value}", f"box.v = {name}"]
    if kind == "unpack":
        return [f"{name}, *rest = [{value}, 1, 2]"]
    if kind in ("break", "continue"):
        return [kind]
    if kind == "return":
        return [f"return {value}"]
    body = indented(draw(blocks(depth - 1, in_loop or kind in ("while", "for"))))
    if kind == "if":
        lines = [f"if {draw(conditions())}:", *body]
        if draw(st.booleans()):
            lines += [f"elif {draw(conditions())}:", *indented(draw(blocks(depth - 1, in_loop)))]
        if draw(st.booleans()):
            lines += ["else:", *indented(draw(blocks(depth - 1, in_loop)))]
        return lines
    if kind == "while":
        fuel = f"fuel{depth}"  # no loop inside has it, so that all loops end
        turns = draw(st.integers(0, 3))
        test = f"{fuel} > 0 and ({draw(conditions())})"
        return [f"{fuel} = {turns}", f"while {test}:", f"    {fuel} -= 1", *body]
    if kind == "for":
        many = draw(st.sampled_from(["range(3)", "[1, 2]", "enumerate([5, 6])", "range(0)"]))
        target = "i, j" if "enumerate" in many else draw(st.sampled_from(["i", name]))
        return [f"for {target} in {many}:", *body]
    inner = indented(draw(blocks(0, False)))
    return [f"def inner({name}=1):", *inner, f"    return {value}", f"{name} = inner()"]


@lru_cache
@st.composite
def blocks(draw, depth: int, in_loop: bool) -> list[str]:
    """The lines of a few statements."""
    lines: list[str] = []
    for _ in range(draw(COUNT)):
        lines += draw(statements(depth, in_loop))
    return lines


@st.composite
def programs(draw) -> str:
    """The text of a function `program(a, b, log, box)`."""
    body = indented(draw(blocks(2, False)))
    return "\n".join(["def program(a, b, log, box):", *body, "    return a, log"]) + "\n"
