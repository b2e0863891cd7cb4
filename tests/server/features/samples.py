"""A text with findings, and what an edit makes of a text."""

from __future__ import annotations

import itertools

from lsprotocol import types

CODE = """\
import engine as tf

@tf.function
def step(x):
    print("Traced with", x)
    tf.print("Executed with", x)
    if x > 0:
        x = x * 2
    return x

# example: step(tf.constant(3))
@tf.function
def make(x):
    v = tf.Variable(1.0)
    return v + x
"""


def edited(text: str, edit: types.WorkspaceEdit) -> str:
    """A text with a workspace edit of one document applied (ASCII texts only)."""
    assert edit.document_changes is not None
    (change,) = edit.document_changes
    lines = text.splitlines(keepends=True)
    starts = [0, *itertools.accumulate(len(line) for line in lines)]

    def offset(position: types.Position) -> int:
        return min(starts[position.line] + position.character, len(text))

    for one in sorted(change.edits, key=lambda e: offset(e.range.start), reverse=True):
        text = text[: offset(one.range.start)] + one.new_text + text[offset(one.range.end) :]
    return text
