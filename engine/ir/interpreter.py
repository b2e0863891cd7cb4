"""What gives a meaning to op calls: the current interpreter of the thread."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.ir.dtypes import DType
    from engine.ir.op import Op
    from engine.ir.tensor import Tensor


class Tape(Protocol):
    """Something that listens to op calls (a gradient tape)."""

    def record(
        self,
        op: Op,
        inputs: tuple[Tensor, ...],
        attrs: dict[str, Any],
        outputs: tuple[Tensor, ...],
    ) -> None: ...


class Interpreter(Protocol):
    """Computes op calls at once, or writes them down.

    Attributes:
        eager: does it compute at once?
        plain: eager, and nobody listens: the fast path of op wrappers.
        tapes: the gradient tapes that listen, outermost first.
    """

    eager: bool
    plain: bool
    tapes: list[Any]

    def apply(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
        """The outputs of one op call: a tensor, a tuple of tensors, or None."""

    def constant(self, value: Any, dtype: DType | None = None) -> Tensor:
        """A tensor with a value known now."""


_current: ContextVar[Interpreter] = ContextVar("graphlens_interpreter")
_make_eager: list[Callable[[], Interpreter]] = []


def install_eager(factory: Callable[[], Interpreter]) -> None:
    """Register what makes a thread's first interpreter (done once by `executors.eager`)."""
    _make_eager[:] = [factory]


def current() -> Interpreter:
    """The interpreter of this thread; an eager one where none was set."""
    try:
        return _current.get()
    except LookupError:
        return _first()


def _first() -> Interpreter:
    if not _make_eager:
        import importlib

        importlib.import_module("engine.executors.eager")
    made = _make_eager[0]()
    _current.set(made)
    return made


def new_eager() -> Interpreter:
    """An eager interpreter that no tape listens to."""
    if not _make_eager:
        _first()
    return _make_eager[0]()


def executing_eagerly() -> bool:
    """True where op calls compute at once."""
    return current().eager


@contextmanager
def interpreting(interpreter: Interpreter) -> Iterator[Interpreter]:
    """Make `interpreter` the current one inside the block."""
    token = _current.set(interpreter)
    try:
        yield interpreter
    finally:
        _current.reset(token)


GraphRunner = Callable[..., Any]
_runner: list[GraphRunner] = []


def install_graph_runner(runner: GraphRunner) -> None:
    """Register what runs a graph on arrays (done once by the executors)."""
    _runner[:] = [runner]


def run_graph(graph: Any, values: Any) -> Any:
    """Run `graph` on arrays; a tuple of arrays."""
    if not _runner:
        import importlib

        importlib.import_module("engine.executors.executor")
    return _runner[0](graph, values)


_new_recorder: list[Callable[[str, Any], Any]] = []


def install_recorder(factory: Callable[[str, Any], Any]) -> None:
    """Register what makes recorders (done once by `tracing.recorder`)."""
    _new_recorder[:] = [factory]


def new_recorder(name: str, outer: Any) -> Any:
    """A recorder for a graph that is not traced from Python code."""
    if not _new_recorder:
        import importlib

        importlib.import_module("engine.tracing.recorder")
    return _new_recorder[0](name, outer)
