"""Loops that Python runs while a graph is traced: are they meant to be that long?"""

from __future__ import annotations

from typing import Any

from engine.conversion.staging import tracing, user_place

__all__ = ["LoopWatch"]

LARGE = 10_000
"""Turns that write ops down, after which a loop is called large."""
ENDLESS = 1_000_000
"""Turns of any kind, after which it is asked whether a loop ends."""


class LoopWatch:
    """Counts the turns of one loop."""

    __slots__ = ("_nodes", "_recorder", "turns")

    def __init__(self) -> None:
        self.turns = 0
        self._recorder: Any = None
        if tracing():
            from engine.ir.interpreter import current

            self._recorder = current()
            self._nodes = len(self._recorder.nodes)

    @property
    def needed(self) -> bool:
        """Whether a graph is being traced at all."""
        return self._recorder is not None

    def turn(self) -> None:
        """Note the end of a turn; warn once."""
        self.turns += 1
        if self.turns == LARGE:
            made = len(self._recorder.nodes) - self._nodes
            if made >= LARGE:
                _warn(
                    "Large unrolled loop detected: the loop at %s has run %d times while the "
                    "function is being traced, and has written %d ops into the graph. Did you "
                    "mean to use a TF loop? Loop over tf.range(...) or a tensor instead.",
                    user_place(), self.turns, made,
                )  # fmt: skip
        elif self.turns == ENDLESS:
            _warn(
                "The loop at %s has run %d times while the function is being traced. Does it "
                "end? Its condition is a Python value, so it runs now and not in the graph.",
                user_place(), self.turns,
            )  # fmt: skip


def _warn(message: str, *values: Any) -> None:
    import logging

    logging.getLogger("graphlens.autograph").warning(message, *values)
