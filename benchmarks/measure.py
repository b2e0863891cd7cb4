"""Timing and tables, shared by the benchmarks."""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable, Sequence
from types import ModuleType

BACKEND = os.environ.get("GRAPHLENS_BENCH_BACKEND", "engine")
"""The library to measure: the engine, or `tensorflow` to see both side by side."""


def backend() -> ModuleType:
    """The library to measure, as `tf`."""
    return importlib.import_module(BACKEND)


def best(run: Callable[[], object], seconds: float = 0.5, most: int = 1000) -> float:
    """The smallest CPU time of one run, in seconds; runs for about `seconds` in all.

    The minimum of CPU time is what other programs on the machine disturb least.
    """
    run()
    smallest = float("inf")
    stop = time.perf_counter() + seconds
    for _ in range(most):
        start = time.process_time_ns()
        run()
        smallest = min(smallest, time.process_time_ns() - start)
        if time.perf_counter() > stop:
            break
    return smallest / 1e9


def per_call(run: Callable[[], object], calls: int = 1000, seconds: float = 0.5) -> float:
    """CPU time of one call in seconds, for calls shorter than the clock's grain."""

    def many() -> None:
        for _ in range(calls):
            run()

    return best(many, seconds) / calls


def readable(seconds: float) -> str:
    """A time with a unit that fits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print one table, in Markdown."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in (head, *rows)
    ]
    rule = "| " + " | ".join("-" * width for width in widths) + " |"
    print(f"\n{title} ({BACKEND})\n")
    print(lines[0], rule, *lines[1:], sep="\n")
