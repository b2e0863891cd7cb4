"""The analysis process: reads questions, answers the most urgent one first."""

from __future__ import annotations

import gc
import os
import queue
import sys
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any

from engine.ide.sections import Sections
from engine.worker.protocol import BadMessage, Unpacker, pack
from server.analysis import signature, suppression  # noqa: F401 (they declare jobs)
from server.analysis.jobs import ABOUT_NO_TEXT, JOBS, snapshot_of
from server.analysis.plain import plain

if TYPE_CHECKING:
    from engine.ide.snapshot import Snapshot

__all__ = ["serve"]

_Questions = queue.PriorityQueue[tuple[int, int, dict[str, Any]]]

_KEPT_SNAPSHOTS = 24
_KEPT_WARM = 3
"""Of these the trees are kept: those that a user works at."""
_IDLE_SECONDS = 0.4
_WORTH_COLLECTING = 20_000
_MOST_UNCOLLECTED = 60_000
"""Objects made and not yet freed: about 9 MB, a collection takes some milliseconds."""
_STACK_BYTES = 256 * 1024 * 1024
_RECURSION_LIMIT = 12_000


class _Analyst:
    """Snapshots of the documents, and the questions about them."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = reading
        self._writing = writing
        self._snapshots: OrderedDict[str, tuple[int, Snapshot]] = OrderedDict()
        self._memories: dict[str, Sections] = {}
        self._stamps: dict[str, str] = {}
        # What a user waits for has a thread of its own: it does not stand in line behind the
        # analysis of a whole text, it only shares the processor with it.
        self.urgent: _Questions = queue.PriorityQueue()
        self.other: _Questions = queue.PriorityQueue()
        self._writes = threading.Lock()
        self._waiting: set[int] = set()
        self._order = count()

    def read(self) -> None:
        """Takes messages until the pipe ends; then the process ends, whatever it is doing."""
        unpacker = Unpacker()
        try:
            while data := os.read(self._reading, 1 << 20):
                for message in unpacker.feed(data):
                    self._take(message)
        except (OSError, BadMessage):
            os._exit(1)
        os._exit(0)

    def _take(self, message: dict[str, Any]) -> None:
        kind = message["do"]
        if kind == "text":
            key = message["key"]
            if self._stamps.get(key) != message["stamp"]:  # other settings, or files around it
                self._stamps[key] = message["stamp"]
                self._memories.pop(key, None)
            memory = self._memories.setdefault(key, Sections())
            snapshot = snapshot_of(message["path"], message["text"], message["settings"], memory)
            self._snapshots[key] = (message["version"], snapshot)
            self._snapshots.move_to_end(key)
            while len(self._snapshots) > _KEPT_SNAPSHOTS:
                self._forget(self._snapshots.popitem(last=False)[0])
            self._cool()
        elif kind == "ask":
            self._waiting.add(message["id"])
            # Held from here on: a storm of other texts must not push it out before its turn.
            message["snapshot"] = self._snapshots.get(message["key"])
            line = self.urgent if message["urgency"] == 0 else self.other
            line.put((message["urgency"], next(self._order), message))
        elif kind == "drop":
            self._waiting.discard(message["id"])
        elif kind == "close":
            self._snapshots.pop(message["key"], None)
            self._forget(message["key"])

    def _forget(self, key: str) -> None:
        self._memories.pop(key, None)
        self._stamps.pop(key, None)

    def _cool(self) -> None:
        """Lets go of the trees of texts that were not changed lately; what they told stays."""
        for key in list(self._snapshots)[:-_KEPT_WARM]:
            version, snapshot = self._snapshots[key]
            if snapshot.is_warm:
                self._snapshots[key] = (version, snapshot.cooled())

    def work(self, questions: _Questions) -> None:
        """Answers questions for ever."""
        while True:
            message = self._next(questions)
            if message["id"] not in self._waiting:
                continue
            self._waiting.discard(message["id"])
            self._send({"began": message["id"]})
            started = time.thread_time()
            answer = self._answer(message)
            answer["id"] = message["id"]
            answer["ms"] = round((time.thread_time() - started) * 1000, 2)
            self._send(answer)

    def _next(self, questions: _Questions) -> dict[str, Any]:
        """The most urgent question; while there is none for a while, garbage is collected.

        A collection in the middle of an analysis makes it half as long again, and holds up what
        is urgent.
        """
        if questions is not self.other:
            return questions.get()[2]
        if gc.get_count()[0] >= _MOST_UNCOLLECTED:
            gc.collect()
        if gc.get_count()[0] >= _WORTH_COLLECTING:
            with suppress(queue.Empty):
                return questions.get(timeout=_IDLE_SECONDS)[2]
            gc.collect()
        return questions.get()[2]

    def _answer(self, message: dict[str, Any]) -> dict[str, Any]:
        if message["job"] in ABOUT_NO_TEXT:
            known: tuple[int, Snapshot | None] | None = (message["version"], None)
        else:
            known = message["snapshot"]
        if known is None:
            return {"missing": True}
        newest = self._snapshots.get(message["key"], known)
        if {known[0], newest[0]} != {message["version"]}:
            return {"stale": True}
        snapshot = known[1]
        try:
            return {"ok": plain(JOBS[message["job"]](snapshot, *message["arguments"]))}
        except (Exception, RecursionError, MemoryError) as error:
            import traceback

            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{os.path.basename(place.filename)}:{place.lineno}"
            return {"error": {"type": type(error).__name__, "message": f"{error} ({where})"}}

    def _send(self, answer: dict[str, Any]) -> None:
        view = memoryview(pack(answer))
        with self._writes:
            while view:
                view = view[os.write(self._writing, view) :]


def serve() -> None:
    """Answers questions from stdin on stdout until stdin ends."""
    from server.transport.streams import protect_streams

    analyst = _Analyst(*protect_streams())
    # Trees of deep nesting need a deep stack; the main thread has 8 MB of it.
    threading.stack_size(_STACK_BYTES)
    sys.setrecursionlimit(_RECURSION_LIMIT)
    for questions in (analyst.urgent, analyst.other):
        threading.Thread(
            target=analyst.work, args=(questions,), name="analyst", daemon=True
        ).start()
    threading.stack_size(0)
    _warm_up()
    analyst.read()


def _warm_up() -> None:
    """Imports what the first question needs, and takes it out of the collector's sight."""
    text = "import engine as tf\n@tf.function\ndef f(x):\n    while x > 0:\n        x -= 1\n"
    snapshot = snapshot_of("warm.py", text, {})
    for name, arguments in (("facts", ()), ("hints", ()), ("graph_code", ("f",))):
        try:
            JOBS[name](snapshot, *arguments)
        except Exception as error:
            print(f"warm-up: {name}: {error!r}", file=sys.stderr)
    gc.collect()
    gc.freeze()
    gc.disable()
