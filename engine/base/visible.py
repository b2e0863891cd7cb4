"""Text from files and programs as it may be shown: nothing in it steers a terminal or an editor."""

from __future__ import annotations

import unicodedata

__all__ = ["visible"]

# Marks that change the direction of what follows them.
_BIDI = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}


def visible(text: str) -> str:
    """The text with control and direction characters shown as escapes; line ends and tabs stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in "\n\t":
        return character
    code = ord(character)
    if code in _BIDI or unicodedata.category(character) in ("Cc", "Cs"):
        return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    return character
