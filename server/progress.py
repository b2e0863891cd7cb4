"""Work-done progress for what takes more than half a second; cancelling it calls back."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

from lsprotocol import types

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from server.session import Session

__all__ = ["progress"]

_log = logging.getLogger(__name__)
_PATIENCE = 0.5


@asynccontextmanager
async def progress(
    session: Session, title: str, cancel: Callable[[], object] | None = None
) -> AsyncIterator[None]:
    """Shows that something is going on, to clients that can show it, if it takes long.

    Args:
        session: The session.
        title: What is going on.
        cancel: Called when the user cancels it.
    """
    if not session.client.shows_progress or not session.started:
        yield
        return
    shown = session.spawn(_show(session, title, cancel))
    try:
        yield
    finally:
        shown.cancel()


async def _show(session: Session, title: str, cancel: Callable[[], object] | None) -> None:
    await asyncio.sleep(_PATIENCE)
    token = uuid4().hex
    shower = session.server.work_done_progress
    await shower.create_async(token)
    try:
        shower.begin(token, types.WorkDoneProgressBegin(title, cancellable=cancel is not None))
        cancelled = shower.tokens.get(token)
        while True:
            await asyncio.sleep(0.1)
            if cancelled is not None and cancelled.cancelled():
                if cancel is not None:
                    cancel()
                return
    finally:
        shower.end(token, types.WorkDoneProgressEnd())
        shower.tokens.pop(token, None)  # pygls keeps tokens for ever
