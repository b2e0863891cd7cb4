"""A loop that does not turn is reported, with the place where it is stuck."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from server.transport.watchdog import Watchdog

if TYPE_CHECKING:
    import pytest


async def test_a_stuck_loop_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    watchdog = Watchdog(asyncio.get_running_loop(), patience=0.1, every=0.01)
    watchdog.start()
    stuck_here(caplog)
    watchdog.end()
    await asyncio.to_thread(watchdog.join, 120)
    assert watchdog.stalls >= 1
    assert "in stuck_here" in caplog.text


def stuck_here(caplog: pytest.LogCaptureFixture) -> None:
    """Keeps the loop's thread until that has been told."""
    end = time.monotonic() + 120
    while "stuck_here" not in caplog.text and time.monotonic() < end:
        time.sleep(0.01)
