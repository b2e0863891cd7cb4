"""`tf.summary`: writers, and what they write."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from engine.base.protobuf import field
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import as_dtype, bool_, float32, int64, string
from engine.ir.interpreter import current
from engine.ir.op import IO, op, public
from engine.ir.tensor import Tensor
from engine.objects.record_files import framed
from engine.ops.namespace import tf
from engine.summaries import records
from engine.tracing import trace as tracing

Present = Callable[[Any], "tuple[Any, Any]"]


class SummaryWriter:
    """Writes an event file. Made by `create_file_writer`.

    Args:
        path: of the file; None: nothing is written.
    """

    def __init__(self, path: str | None) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._file: Any = None
        self._closed = False

    def write(self, data: bytes) -> None:
        """Append an event. Nothing happens after `close`."""
        if self.path is None or self._closed:
            return
        with self._lock:
            if self._file is None:
                os.makedirs(os.path.dirname(self.path), exist_ok=True)
                self._file = open(self.path, "ab")  # noqa: SIM115 - closed by `close`
                self._file.write(framed(records.event(0, field(3, "brain.Event:2"))))
            self._file.write(framed(data))

    @contextmanager
    def as_default(self, step: Any = None) -> Iterator[SummaryWriter]:
        """Summaries inside the block go to this writer.

        Args:
            step: of summaries that name none.
        """
        before = (_state.writer, _state.step)
        _state.writer, _state.step = self, _state.step if step is None else step
        try:
            yield self
        finally:
            self.flush()
            _state.writer, _state.step = before

    def set_as_default(self, step: Any = None) -> None:
        """Summaries from now on go to this writer."""
        _state.writer = self
        _state.step = _state.step if step is None else step

    def flush(self) -> None:
        """Bring what was written to the disk."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """Flush, and write no more."""
        if self._file is not None:
            self._file.close()
        self._closed = True

    def init(self) -> None:
        """Accepted: the file is made by the first summary."""


public("summary.SummaryWriter")(SummaryWriter)


class _State(threading.local):
    writer: SummaryWriter | None = None
    step: Any = None
    recording: Any = True


_state = _State()
_traced: list[Any] = []


@public("summary.create_file_writer")
def create_file_writer(
    logdir: Any, max_queue: Any = None, flush_millis: Any = None, filename_suffix: Any = None,
    name: str | None = None, experimental_trackable: bool = False,
) -> SummaryWriter:  # fmt: skip
    """A writer of an event file in a folder.

    Args:
        logdir: the folder; None: nothing is written.
        filename_suffix: end of the file's name.
        max_queue, flush_millis, name, experimental_trackable: accepted.
    """
    if logdir is None:
        return SummaryWriter(None)
    suffix = ".v2" if filename_suffix is None else str(filename_suffix)
    file = f"events.out.tfevents.{int(time.time())}.{socket.gethostname()}.{os.getpid()}"
    return SummaryWriter(os.path.join(os.fspath(logdir), f"{file}.{time.monotonic_ns()}{suffix}"))


@public("summary.create_noop_writer")
def create_noop_writer() -> SummaryWriter:
    """A writer that writes nothing."""
    return SummaryWriter(None)


@public("summary.flush")
def flush(writer: Any = None, name: str | None = None) -> None:
    """Flush a writer; default: that in force."""
    found = writer or _state.writer
    if found is not None:
        found.flush()


@public("summary.should_record_summaries")
def should_record_summaries() -> Any:
    """Is there a writer, and is recording on?"""
    if _state.writer is None:
        return False
    recording = _state.recording
    return recording() if callable(recording) else recording


@public("summary.record_if")
@contextmanager
def record_if(condition: Any) -> Iterator[None]:
    """Summaries inside the block are written where `condition` (a bool or function) holds."""
    before, _state.recording = _state.recording, condition
    try:
        yield
    finally:
        _state.recording = before


@public("summary.experimental.set_step")
def set_step(step: Any) -> None:
    """The step of summaries that name none."""
    _state.step = step


@public("summary.experimental.get_step")
def get_step() -> Any:
    """The step of summaries that name none, or None."""
    return _state.step


# -- writing -----------------------------------------------------------------------------------


@op("raw.write_summary", type="WriteSummary", effect=IO,
    groups={"step": int64, "data": None, "wanted": bool_})  # fmt: skip
def write_summary(
    step: Tensor, data: Tensor, wanted: Tensor, writer: Any, tag: str, present: Any, about: bytes,
    name: str | None = None,
) -> None:  # fmt: skip
    """Write a value to an event file."""


@write_summary.kernel
def _write_summary_kernel(
    xp: Any, step: Any, data: Any, wanted: Any, writer: Any, tag: str, present: Any, about: bytes
) -> None:
    if wanted:
        value, dtype = present(np.asarray(data) if not isinstance(data, bytes) else data)
        content = records.summary_value(tag, value, as_dtype(dtype), about)
        writer.write(records.event(int(step), content))


def _write(kind: str, name: str, data: Any, step: Any, about: bytes, present: Present) -> Tensor:
    """Write where recording is on; a bool tensor: was it?"""
    writer, wanted = _state.writer, should_record_summaries()
    if writer is None or (isinstance(wanted, bool) and not wanted):
        return current().constant(False, bool_)
    step = _state.step if step is None else step
    if step is None:
        raise ValueError(
            "No step set. Please specify one either through the `step` argument or through "
            "tf.summary.experimental.set_step()"
        )
    scope = tf.raw.current_scope()
    tag = f"{scope}/{name}" if scope else name
    held = convert_to_tensor(wanted, bool_)
    tensor = convert_to_tensor(data)
    write_summary(tf.cast(step, int64), tensor, held, writer, tag, present, about)
    return held


@public("summary.scalar")
def scalar(name: str, data: Any, step: Any = None, description: str | None = None) -> Tensor:
    """Write a number.

    Args:
        name: of the summary; name scopes stand in front.
        data: scalar.
        step: int64 scalar; default: that of the writer.
        description: text about it.

    Returns:
        A bool tensor: was it written?

    Raises:
        ValueError: if there is no step.
    """
    about = records.metadata("scalars", description, 1)
    return _write("scalar", name, data, step, about, lambda x: (x.astype("float32"), float32))


@public("summary.text")
def text(name: str, data: Any, step: Any = None, description: str | None = None) -> Tensor:
    """Write text (a tensor of strings); see `scalar`."""
    about = records.metadata("text", description, 2)
    return _write("text", name, data, step, about, lambda x: (np.asarray(x, object), string))


@public("summary.histogram")
def histogram(name: str, data: Any, step: Any = None, buckets: Any = None,
              description: str | None = None) -> Tensor:  # fmt: skip
    """Write how values are distributed, in `buckets` (default 30) of equal width; see `scalar`."""
    count = 30 if buckets is None else int(buckets)

    def present(values: Any) -> tuple[Any, Any]:
        flat = values.astype("float64").ravel()
        if not flat.size or not count:
            return np.zeros((count, 3)), "float64"
        counts, edges = np.histogram(flat, count)
        return np.stack([edges[:-1], edges[1:], counts], axis=1), "float64"

    return _write("histogram", name, data, step, records.metadata("histograms", description, 2),
                  present)  # fmt: skip


@public("summary.image")
def image(name: str, data: Any, step: Any = None, max_outputs: int = 3,
          description: str | None = None) -> Tensor:  # fmt: skip
    """Write the first images of a batch `[k, height, width, channels]`; floats are in [0, 1]."""

    def present(images: Any) -> tuple[Any, Any]:
        if images.dtype.kind == "f":
            images = np.clip(images, 0, 1) * 255 + 0.5
        shown = images[:max_outputs].astype("uint8")
        sizes = [str(shown.shape[2]).encode(), str(shown.shape[1]).encode()]
        return np.array([*sizes, *map(records.png, shown)], object), string

    return _write("image", name, data, step, records.metadata("images", description, 3), present)


@public("summary.write")
def write(tag: str, tensor: Any, step: Any = None, metadata: Any = None,
          name: str | None = None) -> Tensor:  # fmt: skip
    """Write any tensor under a tag; see `scalar`."""
    held = convert_to_tensor(tensor)
    kind = held.dtype
    return _write("write", tag, held, step, records.metadata("", None, 2), lambda x: (x, kind))


@public("summary.graph")
def graph(graph_data: Any) -> Tensor:
    """Write a graph."""
    if _state.writer is not None:
        _state.writer.write(records.event(0, field(4, records.graph_def(graph_data))))
    return current().constant(_state.writer is not None, bool_)


@public("summary.trace_on")
def trace_on(graph: bool = True, profiler: bool = False, profiler_outdir: Any = None) -> None:
    """Note the functions traced from now on, for `trace_export`."""
    trace_off()
    if graph:
        tracing.LISTENERS.append(_traced.append)
    if profiler:
        from engine.summaries import profiling

        profiling.start(profiler_outdir)


@public("summary.trace_off")
def trace_off() -> None:
    """Note no more."""
    tracing.LISTENERS.clear()
    _traced.clear()


@public("summary.trace_export")
def trace_export(name: str, step: Any = None, profiler_outdir: Any = None) -> None:
    """Write the graphs noted since `trace_on`, and stop.

    Raises:
        ValueError: if there is no step, or `trace_on` was not called.
    """
    if not tracing.LISTENERS:
        raise ValueError("Must enable trace before export through tf.summary.trace_on.")
    step = _state.step if step is None else step
    if step is None:
        raise ValueError("No step set. Please specify one either through the `step` argument or "
                         "through tf.summary.experimental.set_step()")  # fmt: skip
    if _state.writer is not None:
        for concrete in _traced:
            data = records.graph_def(concrete.graph)
            _state.writer.write(records.event(int(step), field(4, data)))
        _state.writer.flush()
    trace_off()
    from engine.summaries import profiling

    profiling.stop_quietly()
