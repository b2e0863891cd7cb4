"""Texts to try: the standard library, the same traced, cut, and with tokens changed."""

from __future__ import annotations

import ast
import random
import re
import sysconfig
from functools import lru_cache
from pathlib import Path

from engine.base.reading import Unreadable, read_source

__all__ = ["cut", "files", "found_before", "mutated", "text_of", "traced"]

_FOUND = Path(__file__).parent / "found"
_DEF = re.compile(r"^([ \t]*)(?=(?:async )?def )", re.M)
_HEAD = "import tensorflow as tf\n"


@lru_cache(maxsize=1)
def files() -> tuple[Path, ...]:
    """All files of the standard library, in order."""
    top = Path(sysconfig.get_paths()["stdlib"])
    return tuple(
        path
        for path in sorted(top.rglob("*.py"))
        if not {"site-packages", "__pycache__"} & set(path.parts)
    )


def found_before() -> list[Path]:
    """Texts that once made something fail."""
    return sorted(_FOUND.glob("*.txt"))


@lru_cache(maxsize=256)
def text_of(path: Path) -> str:
    """The text of a file; latin-1 where it is no other text."""
    try:
        return read_source(path)
    except Unreadable:
        return path.read_bytes().decode("latin-1")


def traced(text: str) -> str:
    """The text with each function staged, so that all analyses look at all of it."""
    made = _HEAD + _DEF.sub(lambda match: f"{match[1]}@tf.function\n{match[1]}", text)
    try:
        ast.parse(made)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # A `def` in a string or after a continued line.
        return _HEAD + text
    return made


def cut(text: str, chance: random.Random) -> str:
    """The text up to some character, line's end or token's end."""
    kind = chance.randrange(3)
    if kind == 0 or not text:
        return text[: chance.randrange(len(text) + 1)]
    if kind == 1:
        ends = [match.end() for match in re.finditer(r"\r\n|\r|\n", text)]
    else:
        ends = [match.end() for match in re.finditer(r"\w+|[^\w\s]", text)]
    return text[: chance.choice(ends or [len(text)])]


_PIECES = (
    "(", ")", "[", "]", "{", "}", ":", ",", ".", "=", ":=", "->", "@", "*", "**", "\\", "\\\n",
    '"', "'", '"""', "'''", "f'{", "}'", "#", ";", "\n", "\r", "\r\n", "\t", "    ", " ", "\f",
    "\x00", "\u2028", "\ufeff", "\u202e", "e\u0301", "\U0001f600", "\ud800", "ﬁ", "é", "µ",
    "if ", "else:", "for ", "while ", "def ", "class ", "return ", "lambda ", "yield ", "await ",
    "async ", "try:", "except*", "match x:", "case _:", "import ", "from ", "global ", "nonlocal ",
    "del ", "with ", "assert ", "raise ", "break", "continue", "pass", "0x", "1_0", "1e999", "0o8",
    "@tf.function\n", "tf.", "tf.cond(", "# noqa: ", "# graphlens: ignore[", "print(", "x", "None",
    "tf.Variable(1.0)", "self.", "super().", "__x", "@property\n", "type X = ",
)  # fmt: skip


def mutated(text: str, chance: random.Random) -> str:
    """The text with one to three tokens gone, doubled, swapped or new, or lines moved."""
    for _ in range(chance.randint(1, 3)):
        spots = [match.span() for match in re.finditer(r"\w+|[^\w\s]|\n[ \t]*", text)]
        if not spots:
            return text + chance.choice(_PIECES)
        start, end = chance.choice(spots)
        kind = chance.randrange(6)
        if kind == 0:
            text = text[:start] + text[end:]
        elif kind == 1:
            text = text[:end] + text[start:end] + text[end:]
        elif kind == 2:
            other, behind = chance.choice(spots)
            (start, end), (other, behind) = sorted([(start, end), (other, behind)])
            if end <= other:
                parts = (text[other:behind], text[end:other], text[start:end])
                text = text[:start] + "".join(parts) + text[behind:]
        elif kind == 3:
            text = text[:start] + "\n" + " " * chance.choice([0, 1, 2, 4, 8]) + text[end:]
        else:
            text = text[:start] + chance.choice(_PIECES) + text[start if kind == 4 else end :]
    return text
