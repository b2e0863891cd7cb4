"""Health, versions, trust and what the processes do, for a status item."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from server import __version__
from server.feature import feature, listener

if TYPE_CHECKING:
    from server.session import Session


def status(session: Session) -> dict[str, Any]:
    """A `Status` as docs/protocol.md has it."""
    analysis = session.analysis
    health, message = "ok", ""
    if analysis.state == "restarting":
        health, message = "warning", "the analysis is being restarted"
    elif analysis.restarts > 3:
        health, message = "warning", f"the analysis was restarted {analysis.restarts} times"
    return {
        "health": health,
        "message": message,
        "version": __version__,
        "python": platform.python_version(),
        "trusted": session.trusted,
        "analysis": analysis.state,
        "worker": session.runs.state,
        "interpreter": session.settings.user_options().worker_interpreter
        or session.runs.interpreter
        or sys.executable,
    }


@feature("graphlens/status")
async def status_request(session: Session, params: object) -> dict[str, Any]:
    """The status of now."""
    return status(session)


@feature(types.INITIALIZED)
async def initialized(session: Session, params: object) -> None:
    """Sends the first status; later ones follow when something changes."""
    session.analysis.on_change(lambda _: status_changed(session))
    status_changed(session)


@listener("status")
def status_changed(session: Session) -> None:
    """Sends the status, once for all changes of a moment, and not for each busy moment."""
    if not session.started or session.rooms.get("status waiting"):
        return
    session.rooms["status waiting"] = True
    session.later(0.25, lambda: _send(session))


def _send(session: Session) -> None:
    session.rooms["status waiting"] = False
    now = status(session)
    if now != session.rooms.get("last status"):
        session.rooms["last status"] = now
        session.server.protocol.notify_plain("graphlens/status", now)
