"""Notices when the loop does not turn, and logs what it is doing instead."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
import traceback

__all__ = ["Watchdog"]

_log = logging.getLogger(__name__)


class Watchdog(threading.Thread):
    """Asks the loop for a sign of life every few seconds.

    Nothing on the loop may take long: it schedules, others compute. Where that is not so, the
    stack of the loop's thread is the report that finds the place.

    Args:
        loop: The loop, running on the thread that makes this.
        patience: How many seconds without a sign are too many.
        every: How many seconds lie between two questions.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, patience: float = 1.0, every: float = 2.0
    ) -> None:
        super().__init__(name="watchdog", daemon=True)
        self.stalls = 0
        self._loop = loop
        self._patience = patience
        self._every = every
        self._watched = threading.get_ident()
        self._sign = threading.Event()
        self._ended = threading.Event()

    def end(self) -> None:
        """Stops watching."""
        self._ended.set()

    def run(self) -> None:
        while not self._ended.wait(self._every):
            self._sign.clear()
            try:
                self._loop.call_soon_threadsafe(self._sign.set)
            except RuntimeError:  # the loop is closed
                return
            started = time.monotonic()
            if not self._sign.wait(self._patience):
                self._report()
                while not self._sign.wait(1.0) and not self._ended.is_set():
                    continue
                _log.warning("the loop was stuck for %.1f s", time.monotonic() - started)

    def _report(self) -> None:
        self.stalls += 1
        frame = sys._current_frames().get(self._watched)
        stack = "".join(traceback.format_stack(frame)) if frame is not None else "no stack\n"
        _log.warning("the loop is stuck in:\n%s", stack)
