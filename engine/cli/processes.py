"""Work on many files in several processes, which a file that ends one of them does not end."""

from __future__ import annotations

import gc
import multiprocessing
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from engine.base.options import Settings
from engine.cli.result import Checked

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
        with ProcessPoolExecutor(processes, initializer=gc.disable) as pool, _ended_at_once():
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
def _ended_at_once() -> Iterator[None]:
    """Ends the processes where the block is left before its end: nobody waits for their work."""
    try:
        yield
    except BaseException:
        # The pool's own thread may still be telling those that wait, who have gone.
        threading.excepthook = lambda _: None
        for process in multiprocessing.active_children():
            process.kill()
        raise


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
