"""Hover text from what users wrote: nothing of it can become markup, a link or a picture."""

from __future__ import annotations

import re
import textwrap

from engine.base.visible import visible

__all__ = ["MAX_HOVER", "escape", "fence", "prose"]

MAX_HOVER = 4000
_MARKUP = re.compile(r"([\\`*_{}\[\]#!|<>~&@$])")
_AUTOMATIC_LINK = re.compile(r"(\w)(://)", re.IGNORECASE)
_AUTOMATIC_HOST = re.compile(r"(www)(\.)", re.IGNORECASE)
_LINE_START = re.compile(r"^(\s*)([-+=]|\d+[.)])")


def fence(text: str, language: str = "") -> str:
    """The text as a code block whose fence no run of backticks in it can close."""
    text = visible(text.rstrip("\n"))
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


def prose(text: str) -> str:
    """Paragraphs as Markdown in which only two things mean something.

    Pairs of single backticks are code, and indented paragraphs are code blocks; everything else is
    plain text, its line breaks within a paragraph spaces.
    """
    shown = []
    for paragraph in re.split(r"\n[ \t]*\n", text.strip("\n")):
        lines = paragraph.split("\n")
        if all(line.startswith("    ") for line in lines if line.strip()) and paragraph.strip():
            shown.append(fence(textwrap.dedent(paragraph), "python"))
        elif paragraph.strip():
            shown.append(_sentence(" ".join(line.strip() for line in lines)))
    return "\n\n".join(shown)


def _sentence(text: str) -> str:
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    shown = []
    for index, part in enumerate(parts):
        is_code = index % 2 == 1 and part.strip()
        shown.append(f"`{visible(part)}`" if is_code else escape(part))
    return "".join(shown)


def escape(text: str) -> str:
    """The text as plain Markdown text: no markup, no links, on one line."""
    text = " ".join(visible(text).split("\n"))
    text = _MARKUP.sub(r"\\\1", text)
    text = _AUTOMATIC_LINK.sub(r"\1\\\2", text)
    text = _AUTOMATIC_HOST.sub(r"\1\\\2", text)
    return _LINE_START.sub(r"\1\\\2", text)
