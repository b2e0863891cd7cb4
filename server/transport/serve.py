"""The loop: messages in, answers out, over stdio or one TCP connection."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

from server.transport.framing import Framing
from server.transport.streams import ReaderThread, WriterThread

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from server.transport.protocol import Protocol

__all__ = ["serve_stdio", "serve_tcp"]

_log = logging.getLogger(__name__)
_FLUSH_SECONDS = 1.0


async def serve_stdio(protocol: Protocol, streams: tuple[int, int]) -> int:
    """Serves one client until it says `exit` or is gone.

    Args:
        protocol: The conversation.
        streams: File descriptors to read and to write.

    Returns:
        The exit code for the process.
    """
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    protocol.on_exit = ended.set

    def end_from_thread() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(protocol.end)

    def receive(body: bytes) -> None:
        try:
            if protocol.exit_code is None:
                protocol.receive(body)
        finally:
            reader.done()

    def deliver(body: bytes) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(receive, body)

    _end_by_signal(loop, protocol)
    writer = WriterThread(streams[1], end_from_thread)
    reader = ReaderThread(streams[0], deliver, end_from_thread)
    protocol.set_writer(writer)
    writer.start()
    reader.start()
    await ended.wait()
    writer.close()
    # A client that does not read must not keep us: the rest is dropped after a second.
    await asyncio.to_thread(writer.join, _FLUSH_SECONDS)
    return 1 if protocol.exit_code is None else protocol.exit_code


def _end_by_signal(loop: asyncio.AbstractEventLoop, protocol: Protocol) -> None:
    """Ends in good order when asked to by a signal, where there are such."""
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, protocol.end)


async def serve_tcp(
    protocol: Protocol, port: int, announce: Callable[[int], Awaitable[None] | None]
) -> int:
    """Serves one client that connects from this machine.

    Args:
        protocol: The conversation.
        port: Where to listen; 0 takes a free port.
        announce: Told the port.
    """
    ended = asyncio.Event()
    protocol.on_exit = ended.set
    taken = False

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal taken
        if taken:  # the documents of one client are no business of another
            writer.close()
            return
        taken = True
        protocol.set_writer(writer)
        framing = Framing()
        while protocol.exit_code is None and (data := await reader.read(65536)):
            for body in framing.feed(data):
                if protocol.exit_code is None:
                    protocol.receive(body)
        protocol.end()
        await writer.drain()
        writer.close()

    _end_by_signal(asyncio.get_running_loop(), protocol)
    server = await asyncio.start_server(connection, "127.0.0.1", port)
    announced = announce(server.sockets[0].getsockname()[1])
    if announced is not None:
        await announced
    async with server:
        await ended.wait()
    return 1 if protocol.exit_code is None else protocol.exit_code
