"""The progress bar of `fit`, `evaluate` and `predict`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import Any

from engine.ir.op import public

_WIDTH = 20
_SECONDS_BETWEEN = 0.05


@public("keras.utils.Progbar")
class Progbar:
    """Shows how far a loop is, on standard output.

    Args:
        target: number of steps; None: not known.
        width: of the bar, in characters.
        verbose: 1: a bar; 2: one line at the end.
        interval: seconds between two updates at least.
        stateful_metrics: names whose values are shown as they are; others are averaged.
        unit_name: of a step.
    """

    def __init__(
        self, target: int | None, width: int = _WIDTH, verbose: int = 1,
        interval: float = _SECONDS_BETWEEN, stateful_metrics: Any = None, unit_name: str = "step",
    ) -> None:  # fmt: skip
        self.target, self.width, self.verbose, self.interval = target, width, verbose, interval
        self.unit_name = unit_name
        self._values: dict[str, float] = {}
        self._start = self._shown_at = time.monotonic()
        self._first: float | None = None
        self._total = 0

    def update(self, current: int, values: Iterable[tuple[str, Any]] | None = None,
               finalize: bool | None = None) -> None:  # fmt: skip
        """Show that `current` steps are done.

        Args:
            current: number of steps.
            values: pairs of name and value.
            finalize: is it the last update? Default: when `current` is the target.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        self._values.update((name, float(value)) for name, value in values or ())
        now = time.monotonic()
        each = self._seconds_per_step(current, now)
        if self.verbose == 1:
            if now - self._shown_at < self.interval and not finalize and self._total:
                return
            self._show(self._bar(current, each, now, finalize) + self._figures(), finalize)
            self._shown_at = now
        elif self.verbose == 2 and finalize:
            count = f"{current}/{self.target or current}"
            self._write(f"{count} - {now - self._start:.0f}s -{_duration(each, self.unit_name)}"
                        f"{self._figures()}\n")  # fmt: skip

    def add(self, n: int, values: Any = None) -> None:
        """`n` more steps are done."""
        self.update(getattr(self, "_seen", 0) + n, values)
        self._seen = getattr(self, "_seen", 0) + n

    def _show(self, text: str, finalize: bool) -> None:
        visible = len(_plain(text))
        back = "\b" * self._total + "\r"
        padding = " " * max(self._total - visible, 0)
        self._total = max(visible, self._total)
        self._write(back + text + padding + ("\n" if finalize else ""))

    def _bar(self, current: int, each: float, now: float, finalize: bool) -> str:
        if not self.target:
            spent = f" \x1b[1m{now - self._start:.0f}s\x1b[0m"
            return f"{current:7d}/Unknown{spent}{_duration(each, self.unit_name)}"
        digits = len(str(self.target))
        done = int(self.width * current / self.target)
        bar = f"\x1b[1m{current:{digits}d}/{self.target}\x1b[0m "
        if done:
            bar += f"\x1b[32m{'━' * done}\x1b[0m"
        bar += f"\x1b[37m{'━' * (self.width - done)}\x1b[0m"
        left = now - self._start if finalize else each * (self.target - current)
        return f"{bar} \x1b[1m{_clock(left)}\x1b[0m{_duration(each, self.unit_name)}"

    def _figures(self) -> str:
        parts = [f"{value:.4f}" if abs(value) > 1e-3 else f"{value:.4e}"
                 for value in self._values.values()]  # fmt: skip
        return "".join(f" - {name}: {text}" for name, text in zip(self._values, parts))

    def _seconds_per_step(self, current: int, now: float) -> float:
        if not current:
            return 0.0
        if self._first is None or current == 1:
            each = (now - self._start) / current
        else:
            each = (now - self._first) / (current - 1)
        if current == 1:
            self._first = now
        return each

    @staticmethod
    def _write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


def _plain(text: str) -> str:
    for mark in ("\x1b[1m", "\x1b[0m", "\x1b[32m", "\x1b[37m"):
        text = text.replace(mark, "")
    return text


def _duration(seconds: float, unit: str) -> str:
    if seconds >= 1 or seconds == 0:
        return f" {seconds:.0f}s/{unit}"
    return f" {seconds * 1e3:.0f}ms/{unit}" if seconds >= 1e-3 else f" {seconds * 1e6:.0f}us/{unit}"


def _clock(seconds: float) -> str:
    if seconds > 3600:
        return f"{int(seconds // 3600)}:{int(seconds % 3600 // 60):02d}:{int(seconds % 60):02d}"
    if seconds > 60:
        return f"{int(seconds // 60)}:{int(seconds % 60):02d}"
    return f"{seconds:.0f}s"
