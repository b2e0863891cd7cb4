"""Datasets whose elements are divided among replicas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.distribute.values import grouped
from engine.ir.interpreter import current
from engine.ir.op import public
from engine.ir.structure import flatten, pack
from engine.ops.namespace import tf

_NO_BREAK = (
    "break and return statements are not yet supported in for ... in distributed input loops."
)


@public("distribute.DistributedDataset")
class DistributedDataset:
    """Batches, in a part for each replica.

    Args:
        dataset: of the batches; `whole`: of batches that are for one replica each.
        count: number of the replicas.
        whole: see `dataset`.

    Attributes:
        element_spec: specs of the elements of `dataset`.
    """

    def __init__(self, dataset: Any, count: int, whole: bool = False) -> None:
        self._dataset, self._count, self._whole = dataset, count, whole
        self.element_spec = dataset.element_spec
        self._parts: Any = None

    def _divided(self) -> Any:
        """A dataset of tuples with an element for each replica."""
        if self._parts is None:
            self._parts = self._dataset.map(self._divide)
        return self._parts

    def _divide(self, *element: Any) -> tuple[Any, ...]:
        batch = element if isinstance(self.element_spec, tuple) else element[0]
        if self._count == 1:
            return (batch,)
        return tuple(self._part(batch, number) for number in range(self._count))

    def _part(self, batch: Any, number: int) -> Any:
        def cut(leaf: Any) -> Any:
            known = leaf.shape[0]
            size = -(-(tf.shape(leaf)[0] if known is None else known) // self._count)
            return leaf[number * size : (number + 1) * size]

        return pack(batch, [cut(leaf) for leaf in flatten(batch)])

    def __iter__(self) -> Iterator[Any]:
        if self._whole:
            return self._by_replicas()
        return DistributedIterator(iter(self._divided()), self.element_spec)

    def _by_replicas(self) -> Iterator[Any]:
        rows = iter(self._dataset)
        for first in rows:
            rest = [next(rows, None) for _ in range(self._count - 1)]
            yield grouped([first, *(first if r is None else r for r in rest)])

    def _autograph_for_(self, extra_test: Any, body: Any, *loop: Any) -> None:
        if current().eager or self._whole:
            from engine.conversion.constructs.for_loop import _python_for

            _python_for(self, extra_test, body)
            return
        if extra_test is not None:
            raise NotImplementedError(_NO_BREAK)
        iter(self)._autograph_for_(None, body, *loop)  # type: ignore[attr-defined]

    def _autograph_enumerate_(self, start: Any = 0) -> Any:
        if current().eager:
            return enumerate(self, start)
        raise NotImplementedError(
            "use a for loop over the dataset and keep a separate counter: distributed datasets "
            "cannot be enumerated in a graph"
        )


@public("distribute.DistributedIterator")
class DistributedIterator:
    """Reads a distributed dataset element by element.

    Attributes:
        element_spec: specs of the elements of the dataset.
    """

    def __init__(self, inner: Any, element_spec: Any) -> None:
        self._inner = inner
        self.element_spec = element_spec

    def __iter__(self) -> DistributedIterator:
        return self

    def __next__(self) -> Any:
        return grouped(list(next(self._inner)))

    def get_next(self) -> Any:
        """The next element. Raises OutOfRangeError behind the last one."""
        return grouped(list(self._inner.get_next()))

    def _autograph_next_(self, *default: Any) -> Any:
        return self.get_next()

    def _autograph_for_(self, extra_test: Any, body: Any, *loop: Any) -> None:
        def on_parts(parts: Any) -> None:
            body(grouped(list(parts)))

        self._inner._autograph_for_(extra_test, on_parts, *loop)
