"""The loop's side of the analysis process: asks, watches, restarts."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from engine.worker.protocol import BadMessage, Unpacker, pack
from server.analysis.spawn import spawn
from server.transport.streams import WriterThread

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from server.programs import Program

__all__ = ["Analysis", "AnalysisError", "Stale", "TooMuch"]

_log = logging.getLogger(__name__)


class AnalysisError(Exception):
    """An analysis failed; the message says how."""


class TooMuch(AnalysisError):
    """This text took too long, or ended the process; it is not tried again until it changes."""


class Stale(AnalysisError):
    """The text has changed meanwhile."""


class _Ended(Exception):
    """The process ended before it answered."""


@dataclass
class _Question:
    program: tuple[str, int]
    future: asyncio.Future[dict[str, Any]]
    timer: asyncio.TimerHandle | None = None


class Analysis:
    """The analysis process.

    Args:
        seconds: How long one question may be worked on before the process is replaced.
        make: Starts a process.
    """

    def __init__(
        self,
        seconds: float = 10.0,
        make: Callable[[], subprocess.Popen[bytes]] = spawn,
    ) -> None:
        self.state = "starting"
        self.restarts = 0
        self.last_ms: dict[str, float] = {}
        self._seconds = seconds
        self._changed: Callable[[str], None] = lambda _: None
        self._make = make
        self._process: subprocess.Popen[bytes] | None = None
        self._writer: WriterThread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ids = count(1)
        self._questions: dict[int, _Question] = {}
        self._sent: dict[str, tuple[int, str]] = {}
        self._refused: dict[tuple[str, int], str] = {}
        self._deaths: list[float] = []
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The process id, None before the start."""
        return self._process.pid if self._process else None

    def start(self, process: subprocess.Popen[bytes] | None = None) -> None:
        """Starts the process on the running loop, or takes one that was started before."""
        self._loop = asyncio.get_running_loop()
        self._process = process if process is not None else self._make()
        self._sent.clear()
        assert self._process.stdin is not None
        self._writer = WriterThread(os.dup(self._process.stdin.fileno()), lambda: None)
        self._writer.start()
        threading.Thread(
            target=self._read, args=(self._process,), name="analysis-reader", daemon=True
        ).start()

    def on_change(self, changed: Callable[[str], None]) -> None:
        """Says whom to tell of a new state: `starting`, `ready`, `busy` or `restarting`."""
        self._changed = changed

    def close(self) -> None:
        """Ends the process."""
        self._closed = True
        self._kill()

    def _kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()

    # -- asking ------------------------------------------------------------------------------

    async def ask(self, program: Program, job: str, *arguments: Any, urgency: int = 1) -> Any:
        """Asks a question about a program.

        Args:
            program: The text it is about.
            job: A name from `jobs.JOBS`.
            arguments: Plain data.
            urgency: Lower is sooner: 0 for what a user waits for, 1 for findings, 2 for the rest.

        Returns:
            The answer as plain data.

        Raises:
            Stale: If a newer text was sent meanwhile.
            TooMuch: If this text cannot be analysed.
            AnalysisError: If the analysis raised.
        """
        identity = (program.key, hash(program.text))
        if reason := self._refused.get(identity):
            raise TooMuch(reason)
        for attempt in range(3):
            try:
                answer = await self._ask_once(program, job, arguments, urgency)
            except _Ended:
                if attempt:
                    self._refuse(identity, "the analysis process ended while it read this text")
                    break
                continue
            if answer.get("missing"):
                self._sent.pop(program.key, None)
                continue
            if answer.get("stale"):
                raise Stale("the text has changed")
            if "error" in answer:
                error = answer["error"]
                raise AnalysisError(f"{error['type']}: {error['message']}")
            self.last_ms[job] = answer["ms"]
            return answer["ok"]
        raise TooMuch(self._refused.get(identity, "no answer from the analysis process"))

    async def _ask_once(
        self, program: Program, job: str, arguments: tuple[Any, ...], urgency: int
    ) -> dict[str, Any]:
        assert self._loop is not None
        self._send_text(program)
        number = next(self._ids)
        question = _Question((program.key, hash(program.text)), self._loop.create_future())
        self._questions[number] = question
        self._send(
            {
                "do": "ask",
                "id": number,
                "key": program.key,
                "version": program.version,
                "job": job,
                "arguments": arguments,
                "urgency": urgency,
            }
        )
        try:
            return await question.future
        except asyncio.CancelledError:
            self._send({"do": "drop", "id": number})
            raise
        finally:
            self._questions.pop(number, None)
            if question.timer is not None:
                question.timer.cancel()

    def forget(self, key: str) -> None:
        """Says that a document was closed."""
        if self._sent.pop(key, None) is not None:
            self._send({"do": "close", "key": key})
        for identity in [identity for identity in self._refused if identity[0] == key]:
            del self._refused[identity]

    def forget_settings(self) -> None:
        """Makes every text be sent again, with the settings of now."""
        self._sent.clear()

    def _send_text(self, program: Program) -> None:
        stamp = (program.version, program.settings_stamp)
        if self._sent.get(program.key) == stamp:
            return
        self._sent[program.key] = stamp
        # A form feed is what Python passes over in the place of a byte order mark; offsets stay.
        text = "\f" + program.text[1:] if program.text.startswith("\ufeff") else program.text
        self._send(
            {
                "do": "text",
                "key": program.key,
                "path": program.path,
                "version": program.version,
                "text": text,
                "settings": program.settings,
                "stamp": program.settings_stamp,
            }
        )

    def _send(self, message: dict[str, Any]) -> None:
        if self._writer is not None:
            self._writer.write(pack(message))

    # -- answers -----------------------------------------------------------------------------

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        assert self._loop is not None
        unpacker = Unpacker()
        try:
            while data := os.read(process.stdout.fileno(), 1 << 20):
                for message in unpacker.feed(data):
                    self._loop.call_soon_threadsafe(self._take, process, message)
        except (OSError, BadMessage, RuntimeError) as error:
            _log.info("reading from the analysis process ended: %s", error)
        process.kill()
        process.wait()
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._process_ended, process)

    def _take(self, process: subprocess.Popen[bytes], message: dict[str, Any]) -> None:
        if process is not self._process:
            return
        if "began" in message:
            question = self._questions.get(message["began"])
            if question is not None and self._loop is not None:
                question.timer = self._loop.call_later(self._seconds, self._stalled, question)
            self._set_state("busy")
            return
        question = self._questions.get(message["id"])
        if question is not None and not question.future.done():
            question.future.set_result(message)
        if len(self._questions) <= 1:
            self._set_state("ready")

    def _stalled(self, question: _Question) -> None:
        _log.error("an analysis took more than %s s; the process is replaced", self._seconds)
        self._refuse(question.program, f"it took more than {self._seconds:g} s")
        if not question.future.done():
            question.future.set_exception(TooMuch(self._refused[question.program]))
        self._kill()

    def _refuse(self, identity: tuple[str, int], reason: str) -> None:
        if len(self._refused) > 200:
            self._refused.clear()
        self._refused[identity] = reason

    def _process_ended(self, process: subprocess.Popen[bytes]) -> None:
        if process is not self._process:
            return
        if self._writer is not None:
            self._writer.close()
        if self._closed:
            return
        self.restarts += 1
        self._set_state("restarting")
        now = time.monotonic()
        self._deaths = [moment for moment in self._deaths if now - moment < 60] + [now]
        pause = 0.0 if len(self._deaths) <= 5 else min(5.0, 0.1 * 2 ** (len(self._deaths) - 5))
        assert self._loop is not None
        self._loop.call_later(pause, self._restart)

    def _restart(self) -> None:
        if self._closed:
            return
        waiting = list(self._questions.values())
        self.start()
        for question in waiting:
            if not question.future.done():
                question.future.set_exception(_Ended())

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self._changed(state)
