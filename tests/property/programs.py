"""Random Python functions with nested control flow, as text.

A program has two whole numbers `a`, `b` that decide where it goes, and two floats `x`, `y` that
flow through smooth, bounded expressions, so that gradients exist and nothing overflows. Loops end:
each has its own counter.
"""

from __future__ import annotations

from hypothesis import strategies as st

INDENT = "    "
INTEGERS = ("a", "b")
FLOATS = ("x", "y")

number = st.integers(-5, 5)
factor = st.sampled_from(["0.5", "-0.75", "1.25", "0.25"])
integer = st.sampled_from(INTEGERS)
real = st.sampled_from(FLOATS)


@st.composite
def comparison(draw: st.DrawFn) -> str:
    """A whole number beside another one."""
    return f"{draw(integer)} {draw(st.sampled_from(['<', '<=', '>', '==', '!=']))} {draw(number)}"


@st.composite
def condition(draw: st.DrawFn) -> str:
    """A test on the whole numbers."""
    one = draw(comparison())
    kind = draw(st.integers(0, 5))
    if kind == 0:
        return f"{one} and {draw(integer)} > {draw(number)}"
    if kind == 1:
        return f"{one} or {draw(integer)} % 2 == 0"
    if kind == 2:
        return f"not {one}"
    if kind == 3:
        return f"{draw(number)} < {draw(integer)} < {draw(number)}"
    return one


@st.composite
def assignment(draw: st.DrawFn) -> list[str]:
    """A statement that gives a new value to one name, or to two."""
    kind = draw(st.integers(0, 6))
    name, other, x, y = draw(integer), draw(integer), draw(real), draw(real)
    if kind == 0:
        return [f"{name} = ({name} * {draw(number)} + {other}) % 13 - 6"]
    if kind == 1:
        return [f"{name} += {draw(number)}", f"{name} = {name} % 11 - 5"]
    if kind == 2:
        return ["a, b = b, a"]
    if kind == 3:
        return [f"{x} = ({x} * {draw(factor)} + {y} + {draw(factor)}) / (1.0 + {x} * {x})"]
    if kind == 4:
        return [f"{x} = {x} * {y} / (1.0 + {x} * {x} + {y} * {y})"]
    if kind == 5:
        # AutoGraph converts the choice, but nothing inside it: the test is one comparison.
        return [f"{x} = {x} * {draw(factor)} if {draw(comparison())} else {y} * {draw(factor)}"]
    return ["x, y = y, x * 0.5"]


def indented(lines: list[str]) -> list[str]:
    """The lines, one level deeper."""
    return [INDENT + line for line in lines]


@st.composite
def conditional(draw: st.DrawFn, depth: int, in_loop: bool) -> list[str]:
    """`if`, perhaps with `elif` and `else`."""
    lines = [f"if {draw(condition())}:", *indented(draw(block(depth - 1, in_loop)))]
    if draw(st.booleans()):
        lines += [f"elif {draw(condition())}:", *indented(draw(block(depth - 1, in_loop)))]
    if draw(st.booleans()):
        lines += ["else:", *indented(draw(block(depth - 1, in_loop)))]
    return lines


@st.composite
def loop(draw: st.DrawFn, depth: int) -> list[str]:
    """`while` with a counter of its own, or `for` over a range that may depend on values.

    Where the range does not depend on values, Python runs the loop, and a `break` in it that
    depends on a tensor is refused, as by TensorFlow: such loops get none.
    """
    kind = draw(st.integers(0, 2))
    body = draw(block(depth - 1, kind < 2))
    name = f"i{depth}"  # no loop inside has it: each counter is its own, so that all loops end
    if kind == 0:
        bound = draw(st.integers(0, 4))
        test = f"{name} < {bound} + b * 0"
        return [f"{name} = a * 0", f"while {test}:", *indented([f"{name} = {name} + 1", *body])]
    if kind == 1:
        return [f"for {name} in range({draw(integer)} % 4):", *indented(body)]
    step = [f"x = x + {draw(factor)} * y", f"x = x / (1.0 + x * x + {draw(st.integers(0, 2))}.0)"]
    return [f"for {name} in range({draw(st.integers(0, 4))}):", *indented([*step, *body])]


@st.composite
def statement(draw: st.DrawFn, depth: int, in_loop: bool) -> list[str]:
    """One statement, nested at most `depth` deep."""
    if depth > 0:
        kind = draw(st.integers(0, 5))
        if kind <= 1:
            return draw(conditional(depth, in_loop))
        if kind == 2:
            return draw(loop(depth))
    if in_loop and draw(st.integers(0, 5)) == 0:
        jump = draw(st.sampled_from(["break", "continue"]))
        return [f"if {draw(condition())}:", INDENT + jump]
    return draw(assignment())


@st.composite
def block(draw: st.DrawFn, depth: int, in_loop: bool) -> list[str]:
    """A few statements."""
    parts = draw(st.lists(statement(depth, in_loop), min_size=1, max_size=3))
    return [line for part in parts for line in part]


@st.composite
def program(draw: st.DrawFn, depth: int = 3) -> str:
    """The text of a function `program(a, b, x, y)`."""
    body = draw(block(depth, False))
    if draw(st.integers(0, 3)) == 0:
        early = [f"if {draw(condition())}:", INDENT + "return b, a, y * 0.5, x", *body]
        body = [*draw(block(1, False)), *early]
    lines = ["def program(a, b, x, y):", *indented(body), INDENT + "return a, b, x, y"]
    return "\n".join(lines) + "\n"
