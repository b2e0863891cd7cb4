"""`# example:` comments, for whoever offers their arguments."""

from __future__ import annotations

from engine.syntax.examples import example_calls

__all__ = ["example_calls"]
