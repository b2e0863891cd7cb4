"""The protocol's two streams: kept apart from stdin and stdout, served by two threads of our own.

Whatever anything prints would enter the protocol, and one foreign byte ends the
conversation for good. And pygls reads on the pool that handlers may fill, and joins it at the
end. So the streams are duplicated away before anything else runs, and neither reading nor writing
touches a pool or blocks the loop.
"""

from __future__ import annotations

import logging
import os
import queue
import sys
import threading
from typing import TYPE_CHECKING

from server.transport.framing import Framing

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ReaderThread", "WriterThread", "protect_streams"]

_log = logging.getLogger(__name__)
_MAX_WAITING = 2000


def protect_streams() -> tuple[int, int]:
    """Takes stdin and stdout away from the rest of the program.

    Afterwards file descriptor 0 is the null device and 1 is stderr, for this process and for every
    child it starts.

    Returns:
        The file descriptors of the protocol: one to read, one to write. They are not inherited.
    """
    protocol_in, protocol_out = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    try:
        os.dup2(2, 1)
    except OSError:  # started without a stderr
        os.dup2(null, 1)
        os.dup2(null, 2)
    os.close(null)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout = sys.stderr
    return protocol_in, protocol_out


class ReaderThread(threading.Thread):
    """Reads messages from a file descriptor.

    Args:
        descriptor: Where to read.
        deliver: Called on this thread with each body; must not block long.
        at_end: Called on this thread once, when the stream has ended.
    """

    def __init__(
        self, descriptor: int, deliver: Callable[[bytes], None], at_end: Callable[[], None]
    ) -> None:
        super().__init__(name="protocol-reader", daemon=True)
        self._descriptor = descriptor
        self._deliver = deliver
        self._at_end = at_end
        # The reader may be at most this many messages ahead of the loop, so that a client that
        # floods us is slowed down by the pipe and not by our memory.
        self._room = threading.BoundedSemaphore(_MAX_WAITING)

    def done(self) -> None:
        """Says that one delivered message has been dealt with."""
        self._room.release()

    def run(self) -> None:
        framing = Framing()
        try:
            while data := os.read(self._descriptor, 65536):
                for body in framing.feed(data):
                    self._room.acquire()
                    self._deliver(body)
        except OSError as error:
            _log.info("reading ended: %s", error)
        self._at_end()


class WriterThread(threading.Thread):
    """Writes to a file descriptor in the background, in order; shaped as pygls wants a writer.

    Args:
        descriptor: Where to write; closed when the thread ends.
        at_loss: Called on this thread if the other side is gone.
    """

    def __init__(self, descriptor: int, at_loss: Callable[[], None]) -> None:
        super().__init__(name="protocol-writer", daemon=True)
        self._descriptor = descriptor
        self._at_loss = at_loss
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    def write(self, data: bytes) -> None:
        """Puts bytes in the queue."""
        self._queue.put(data)

    def close(self) -> None:
        """Ends the thread when all before has been written."""
        self._queue.put(None)

    def run(self) -> None:
        try:
            while (data := self._queue.get()) is not None:
                view = memoryview(data)
                while view:
                    view = view[os.write(self._descriptor, view) :]
        except OSError as error:
            _log.info("writing ended: %s", error)
            self._at_loss()
        finally:
            os.close(self._descriptor)
