"""From a started process to a served client, and the tidying up after it."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import TYPE_CHECKING

from server.app import create_server
from server.transport.serve import serve_stdio, serve_tcp
from server.transport.watchdog import Watchdog

if TYPE_CHECKING:
    import subprocess

__all__ = ["run"]

_log = logging.getLogger(__name__)


def run(process: subprocess.Popen[bytes], streams: tuple[int, int] | None, port: int) -> int:
    """Serves one client.

    Args:
        process: The analysis process.
        streams: File descriptors of the protocol; None to listen on a port instead.
        port: The port; 0 takes a free one and says so on stderr.

    Returns:
        The exit code.
    """
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    return asyncio.run(_run(process, streams, port))


async def _run(process: subprocess.Popen[bytes], streams: tuple[int, int] | None, port: int) -> int:
    server, session = create_server()
    session.analysis.start(process)
    watchdog = Watchdog(asyncio.get_running_loop())
    watchdog.start()
    try:
        if streams is not None:
            return await serve_stdio(server.protocol, streams)
        return await serve_tcp(
            server.protocol, port, lambda taken: print(f"listening on {taken}", file=sys.stderr)
        )
    finally:
        watchdog.end()
        session.close()
