"""Work on many files in several processes, which a file that ends one of them does not end."""

from __future__ import annotations

import gc
import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine.base.options import Settings
from engine.cli.result import Checked

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

__all__ = ["in_processes"]

_MANY_OBJECTS = 300_000
_CHUNK = 8
Progress = Callable[[int], None]
Job = tuple[Path, Settings]
Work = Callable[[Job], Checked]


def in_processes(
    work: Work,
    jobs: Sequence[Job],
    processes: int,
    results: dict[Path, Checked],
    progress: Progress,
) -> None:
    """Does the jobs in any order, and puts what comes out under each path."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    try:
        with _ended_at_once(ProcessPoolExecutor(processes, initializer=_ready)) as pool:
            with _interrupts_wait():
                found = pool.map(partial(_tidily, work), jobs, chunksize=_CHUNK)
            for (path, _), checked in zip(jobs, found):
                results[path] = checked
                progress(1)
    except BrokenProcessPool:
        # Some file ended its process (out of memory, say): the others one by one, each in its own.
        for job in jobs:
            if job[0] not in results:
                results[job[0]] = _alone(work, job)
                progress(1)


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Puts Ctrl-C off while processes start: one that has been forked and not yet been entered
    among the children would be left behind.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _ready() -> None:
    """What a process does first: it takes interrupts again, and looks for garbage when told to."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    gc.disable()


@contextmanager
def _ended_at_once(pool: ProcessPoolExecutor) -> Iterator[ProcessPoolExecutor]:
    """The pool; where the block is left by an exception its processes end: nobody waits for their
    work, nor for the pool, whose queues may be locked by a process that has gone.
    """
    from concurrent.futures.process import BrokenProcessPool

    try:
        yield pool
    except BrokenProcessPool:
        pool.shutdown()
        raise
    except BaseException:
        # The pool's own thread may still be telling those that wait, who have gone.
        threading.excepthook = lambda _: None
        children = multiprocessing.active_children()
        for process in children:
            process.kill()
        for process in children:
            process.join()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _alone(work: Work, job: Job) -> Checked:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    try:
        with ProcessPoolExecutor(1) as pool:
            return pool.submit(work, job).result()
    except BrokenProcessPool:
        from engine.cli.checking import failed

        return failed(str(job[0]), "The process that checked this file was ended from outside.")


def _tidily(work: Work, job: Job) -> Checked:
    """The work, with garbage looked for between files only and never among what is kept.

    The trees of imported files are kept, and many: looking through them again and again would take
    longer than the work.
    """
    checked = work(job)
    if gc.get_count()[0] > _MANY_OBJECTS:
        gc.collect()
        gc.freeze()
    return checked
