"""Random traced functions, fast: the same in plain eager code and as a graph.

A program is `program(a, b, x, y)` of two int32 and two float32 scalars. All names are bound before
they are read, dtypes and shapes stay what they are, loops end, and values stay small.
"""

from __future__ import annotations

import random

__all__ = ["program_text"]

_HEAD = """import tensorflow as tf

counter = tf.Variable(0.0)


def half(value, *, by=0.5):
    if value > 4.0:
        return value * by
    return value + by


"""


class _Writer:
    """Writes one program."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.serial = 0
        self.lists = False

    def fresh(self, stem: str) -> str:
        self.serial += 1
        return f"{stem}{self.serial}"

    def one_of(self, *choices: str) -> str:
        return self.chance.choice(choices)

    def integer(self, depth: int = 2) -> str:
        kind = self.chance.randrange(8 if depth else 3)
        if kind < 2:
            return self.one_of("a", "b")
        if kind == 2:
            return f"tf.constant({self.chance.randint(-5, 5)})"
        left, right = self.integer(depth - 1), self.integer(depth - 1)
        if kind < 5:
            return f"({left} {self.one_of('+', '-', '*')} {right}) % 7"
        if kind == 5:
            return f"abs({left})"
        if kind == 6:
            # Nothing inside of a choice is converted, a choice neither.
            return f"({self.integer(0)} if {self.test(0)} else {self.integer(0)})"
        return f"tf.{self.one_of('maximum', 'minimum')}({left}, {right})"

    def real(self, depth: int = 2) -> str:
        kind = self.chance.randrange(9 if depth else 3)
        if kind < 2:
            return self.one_of("x", "y")
        if kind == 2:
            return f"tf.constant({self.one_of('0.5', '-1.25', '2.0', '0.0')})"
        left, right = self.real(depth - 1), self.real(depth - 1)
        if kind == 3:
            return f"tf.{self.one_of('tanh', 'sin', 'nn.relu', 'square', 'abs')}({left}) * 0.5"
        if kind == 4:
            return f"({left} {self.one_of('+', '-', '*')} {right}) / 3.0"
        if kind == 5:
            return f"tf.cast({self.integer(depth - 1)}, tf.float32)"
        if kind == 6:
            return f"half({left}, by={self.one_of('0.25', '0.5')})"
        if kind == 7:
            return f"(lambda u, v={right}: u - v)({left})"
        return f"tf.reduce_mean(tf.stack([{left}, {right}, x]))"

    def test(self, depth: int = 1) -> str:
        kind = self.chance.randrange(7 if depth else 2)
        if kind == 0:
            sign = self.one_of("<", "<=", ">", ">=", "==", "!=")
            return f"{self.one_of('a', 'b')} {sign} {self.chance.randint(-3, 3)}"
        if kind == 1:
            return f"{self.one_of('x', 'y')} {self.one_of('<', '>')} {self.one_of('0.0', '1.0')}"
        if kind == 2:
            return f"not ({self.test(depth - 1)})"
        if kind == 3:
            return f"{self.chance.randint(-4, 0)} < {self.one_of('a', 'b')} < 3"
        if kind == 4:
            return f"{self.integer(1)} > {self.integer(1)}"
        return f"({self.test(depth - 1)}) {self.one_of('and', 'or')} ({self.test(depth - 1)})"

    def simple(self) -> list[str]:
        kind = self.chance.randrange(9)
        if kind < 2:
            return [f"{self.one_of('a', 'b')} = {self.integer()}"]
        if kind < 4:
            return [f"{self.one_of('x', 'y')} = {self.real()}"]
        if kind == 4:
            return [self.one_of("a, b = b, a", "x, y = y, x * 0.5", "(x, y), a = (y, x), b")]
        if kind == 5:
            return [f"{self.one_of('x', 'y')} {self.one_of('+=', '-=', '*=')} {self.real(1)} * 0.5"]
        if kind == 6:
            name = self.fresh("parts")
            return [
                f"{name} = [{self.real(1)} * k for k in range({self.chance.randint(1, 3)})]",
                f"x = tf.add_n({name})",
            ]
        if kind == 7:
            name = self.fresh("pair")
            return [f"{name} = {{'one': {self.real(1)}, 'two': y}}", f"y = {name}['one'] * 0.5"]
        return [f"tf.debugging.assert_less({self.one_of('a', 'b')}, 999)"]

    def block(self, depth: int, loop: str) -> list[str]:
        lines: list[str] = []
        for _ in range(self.chance.randint(1, 3)):
            lines += self.statement(depth, loop)
        return lines

    def statement(self, depth: int, loop: str) -> list[str]:
        kind = self.chance.randrange(10)
        if depth > 0 and kind < 3:
            return self.branch(depth, loop)
        if depth > 0 and kind == 3:
            return self.loop(depth)
        if depth > 0 and kind == 4:
            return self.python_loop(depth)
        if depth > 0 and kind == 5:
            return self.nested(depth)
        if loop and kind == 6:
            return [f"if {self.test()}:", f"    {self.one_of('break', 'continue')}"]
        if kind == 7 and self.chance.random() < 0.15:
            return [f"if {self.test()}:", f"    return {self.result()}"]
        return self.simple()

    def branch(self, depth: int, loop: str) -> list[str]:
        lines = [f"if {self.test()}:", *_in(self.block(depth - 1, loop))]
        while self.chance.random() < 0.3:
            lines += [f"elif {self.test()}:", *_in(self.block(depth - 1, loop))]
        if self.chance.random() < 0.5:
            lines += ["else:", *_in(self.block(depth - 1, loop))]
        return lines

    def loop(self, depth: int) -> list[str]:
        name = self.fresh("i")
        body = self.block(depth - 1, "staged")
        kind = self.chance.randrange(3)
        if kind == 0:
            first = [f"{name} = tf.constant(0)", f"while {name} < abs(a) % 4 + 1:"]
            return [*first, *_in([f"{name} += 1", *body])]
        if kind == 1:
            return [f"for {name} in tf.range(abs(b) % 4):", *_in([f"a += {name}", *body])]
        return [f"for {name} in tf.stack([x, y, x + y]):", *_in([f"x += {name} * 0.1", *body])]

    def python_loop(self, depth: int) -> list[str]:
        name = self.fresh("k")
        body = self.block(depth - 1, "")
        if self.chance.random() < 0.5:
            first = f"for {name} in range({self.chance.randint(0, 3)}):"
        else:
            first = f"for {name}, _ in enumerate([x, y]):"
        return [first, *_in([f"x = x * 0.5 + {name}", *body])]

    def nested(self, depth: int) -> list[str]:
        name = self.fresh("inner")
        body = [f"if {self.test()}:", f"    return {self.real()}", f"return {self.real()}"]
        return [f"def {name}(x, y, a, b):", *_in(body), f"y = {name}(y, x, b, a)"]

    def result(self) -> str:
        return f"(a, b, {self.real(1)}, y)"


def _in(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


def program_text(chance: random.Random, depth: int = 2) -> str:
    """A file with a traced function `program`, its text valid for eager and graph execution."""
    writer = _Writer(chance)
    lines = writer.block(depth, "") + writer.block(depth, "")
    if chance.random() < 0.3:
        lines.insert(0, "counter.assign_add(1.0)")
        lines.append("x = x + counter * 0.0")
    body = "\n".join(_in([*lines, f"return {writer.result()}"]))
    return f"{_HEAD}@tf.function\ndef program(a, b, x, y):\n{body}\n"
