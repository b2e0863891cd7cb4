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
    await asyncio.sleep(0.1)
    stuck_here()
    await asyncio.sleep(0.1)
    watchdog.end()
    await asyncio.to_thread(watchdog.join, 5)
    assert watchdog.stalls >= 1
    assert "stuck_here" in caplog.text


def stuck_here() -> None:
    time.sleep(0.6)
