"""`for` over a dataset under AutoGraph, and reductions in graphs."""

from __future__ import annotations

from typing import Any

from engine.conversion.constructs.for_loop import _python_for, _StagedLoop
from engine.conversion.loop_checks import check_start
from engine.data.iterators import DatasetIterator, Layout, next_element, open_reader, reader_more
from engine.ir.interpreter import current


class _ReaderLoop(_StagedLoop):
    """Over the elements of a dataset or of an iterator."""

    def __init__(self, iterated: Any, *loop: Any) -> None:
        super().__init__(iterated, *loop)
        own = isinstance(iterated, DatasetIterator)
        if not own:  # sizes may change from turn to turn, as in `Dataset.reduce`
            self.options = {**self.options, "relax_shapes": True}
        self.reader = iterated._reader if own else open_reader(iterated)
        self.layout = Layout(iterated.element_spec)

    def run(self) -> None:
        """Record it; unlike other loops it needs every variable to have a value before it."""
        check_start(tuple(self.get_state()), self.names)
        super().run()

    def more(self) -> Any:
        """Ask the reader."""
        return reader_more(self.reader)

    def turn(self) -> None:
        """The next element."""
        self.body(next_element(self.reader, self.layout))
        self.place = self.place + 1


def run_loop(iterated: Any, extra_test: Any, body: Any, *rest: Any) -> None:
    """Python's loop outside of graphs, a loop of the graph inside."""
    if current().eager:
        _python_for(iterated, extra_test, body)
    else:
        _ReaderLoop(iterated, extra_test, body, *rest).run()
