"""IPython's own syntax in the cells of a notebook, made harmless for a Python parser."""

from __future__ import annotations

import ast
import re
import warnings

__all__ = ["without_magics"]

_PYTHON_CELL = re.compile(r"%%(?:time|timeit|capture|prun|memit)\b")
"""Magics of a whole cell whose body is Python all the same."""

_MAGIC = re.compile(r"[ \t]*(?:%{1,2}[A-Za-z]|!(?!=)|\?)")
_HELP = re.compile(r"[ \t]*[%\w.]+\?{1,2}[ \t]*$")
_ASSIGNED = re.compile(r"[ \t]*[A-Za-z_][\w., ]*=[ \t]*(?=%[A-Za-z]|!(?!=))")
_MARK = re.compile(r"""#|\"\"\"|'''|["'()\[\]{}]""")
_CLOSING = {
    quote: re.compile(rf"(?:\\.|[^\\])*?{quote}", re.DOTALL)
    for quote in ('"', "'", '"""', "'''")
}  # fmt: skip


def without_magics(text: str) -> str:
    """The text of a cell as Python alone; each character keeps its place.

    Line magics (`%time f()`), commands (`!ls`) and requests for help (`f?`) become statements that
    do nothing, where they are assigned (`files = !ls`) a number; cells in another language
    (`%%bash`) become comments. Strings and what goes on in brackets are left alone.
    """
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        if not _PYTHON_CELL.match(lines[first]):
            return "\n".join("#" * len(line) for line in lines)
        lines[first] = "#" * len(lines[first])
    reader = _Reader()
    made = "\n".join(reader.line(line) for line in lines)
    return text if reader.has_guessed and _is_python(text) else made


def _is_python(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


class _Reader:
    """Reads lines one after the other; knows whether the next one begins a statement.

    Attributes:
        has_guessed: Whether a line within brackets was taken for a magic: while one writes, some
            are not closed yet.
    """

    def __init__(self) -> None:
        self.has_guessed = False
        self._quote = ""
        self._depth = 0
        self._goes_on = False

    def line(self, line: str) -> str:
        """The line without its magic."""
        at_margin = not self._quote and not self._goes_on and line[:1] in ("%", "!", "?")
        if at_margin or not (self._quote or self._depth or self._goes_on):
            harmless = _harmless(line)
            if harmless is not None:
                self.has_guessed |= self._depth > 0
                self._depth = 0
                return harmless
        self._read(line)
        return line

    def _read(self, line: str) -> None:
        position = 0
        self._goes_on = False
        while True:
            if self._quote:
                closing = _CLOSING[self._quote].match(line, position)
                if closing is None:
                    if len(self._quote) == 1 and not line.rstrip("\r").endswith("\\"):
                        self._quote = ""  # never closed: the parser will say so
                    return
                position, self._quote = closing.end(), ""
            mark = _MARK.search(line, position)
            if mark is None:
                self._goes_on = line.rstrip("\r").endswith("\\")
                return
            position = mark.end()
            if mark[0] == "#":
                return
            if mark[0] in "([{":
                self._depth += 1
            elif mark[0] in ")]}":
                self._depth = max(0, self._depth - 1)
            else:
                self._quote = mark[0]


def _harmless(line: str) -> str | None:
    """The line with its magic replaced; None where it has none."""
    body = line.rstrip("\r")
    end = line[len(body) :]
    if _MAGIC.match(body) or _HELP.match(body):
        indent = body[: len(body) - len(body.lstrip(" \t"))]
        rest = len(body) - len(indent)
        return indent + ("pass" if rest >= 4 else "0").ljust(rest) + end
    assigned = _ASSIGNED.match(body)
    if assigned is not None:
        return assigned[0] + "0".ljust(len(body) - assigned.end()) + end
    return None
