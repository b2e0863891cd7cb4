"""Reading datasets: iterators, and the ops that make and advance them in graphs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.base.errors import InvalidArgumentError, OutOfRangeError
from engine.base.tracebacks import with_users_frames
from engine.data.elements import DatasetSpec, NoneTensorSpec, leaf_specs
from engine.ir.dtypes import bool_, variant
from engine.ir.interpreter import current
from engine.ir.op import IO, op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.structure import flatten, map_structure, pack
from engine.ir.tensor import EagerTensor, Tensor, Tensors

Binding = dict[int, Any]
"""Values of symbolic tensors, by their identity."""

_END = object()
MAX_UNROLLED = 10_000
"""So many elements may be read one by one while tracing; more is a loop without end."""


class Reader:
    """What an iterator tensor holds: an open dataset, with the next element looked up ahead."""

    def __init__(self, rows: Iterator[Any]) -> None:
        self._rows = rows
        self._ahead: Any = None
        self._has = False
        self.taken = 0

    def more(self) -> bool:
        """Is there another element?"""
        if not self._has:
            self._ahead = next(self._rows, _END)
            self._has = True
        return self._ahead is not _END

    def take(self) -> Any:
        """The next element, flat. Raises OutOfRangeError behind the last one."""
        if not self.more():
            raise OutOfRangeError(None, None, "End of sequence")
        self._has = False
        self.taken += 1
        return self._ahead

    def seek(self, rows: Iterator[Any], count: int) -> None:
        """Go on behind the first `count` elements of `rows`."""
        self._rows, self._has, self.taken = rows, False, 0
        for _ in range(count):
            self.take()


@op("raw.dataset_reader", type="MakeIterator", effect=IO, groups={"bound": None})
def dataset_reader(bound: Tensors, dataset: Any, keys: Any, name: str | None = None) -> TensorSpec:
    """Open a dataset; `bound` are the values of the symbolic tensors it was made of."""
    return spec(variant, ())


@dataset_reader.kernel
def _dataset_reader_kernel(xp: Any, *bound: Any, dataset: Any, keys: Any) -> Any:
    return Reader(dataset.flat_rows(dict(zip(keys, bound))))


@op("raw.reader_more", type="IteratorHasNext", effect=IO, groups={"reader": variant})
def reader_more(reader: Tensor) -> TensorSpec:
    """Is there another element?"""
    return spec(bool_, ())


@reader_more.kernel
def _reader_more_kernel(xp: Any, reader: Reader) -> Any:
    return xp.bool_(reader.more())


@op("raw.reader_next", type="IteratorGetNext", effect=IO, hint="IteratorGetNext",
    groups={"reader": variant})  # fmt: skip
def reader_next(reader: Tensor, specs: Any, name: str | None = None) -> Any:
    """The tensors of the next element."""
    return tuple(specs) if len(specs) != 1 else specs[0]


@reader_next.kernel
def _reader_next_kernel(xp: Any, reader: Reader, specs: Any) -> Any:
    values = tuple(leaf._value for leaf in reader.take())
    return values if len(values) != 1 else values[0]


def open_reader(dataset: Any) -> Tensor:
    """An iterator tensor over a dataset, eager or as part of the graph being traced."""
    symbols = dataset.symbols()
    keys = tuple(id(symbol) for symbol in symbols)
    return dataset_reader(list(symbols), dataset, keys)


class Layout:
    """How flat tensors are put into the structure of an element, prepared once.

    Args:
        element_spec: specs in their structure.

    Attributes:
        specs: of the tensors, flat.
    """

    def __init__(self, element_spec: Any) -> None:
        self._element_spec = element_spec
        self.specs = tuple(spec(leaf.dtype, leaf.dims) for leaf in leaf_specs(element_spec))
        plain = all(type(leaf) is TensorSpec for leaf in flatten(element_spec))
        self._single = plain and isinstance(element_spec, TensorSpec)
        self._tuple = plain and type(element_spec) is tuple and all(
            isinstance(item, TensorSpec) for item in element_spec
        )  # fmt: skip

    def present(self, flat: Any) -> Any:
        """Flat tensors in the structure of an element; datasets as datasets."""
        if self._single:
            return flat[0]
        return tuple(flat) if self._tuple else presented(self._element_spec, flat)


def next_element(reader: Tensor, layout: Layout) -> Any:
    """The next element of an iterator tensor, in its structure."""
    found = reader_next(reader, layout.specs)
    return layout.present(found if isinstance(found, tuple) else (found,))


def presented(element_spec: Any, flat: Any) -> Any:
    """Flat tensors in the structure of an element; datasets as datasets."""
    from engine.data.dataset import VariantDataset

    rest = iter(flat)
    leaves: list[Any] = []
    for s in flatten(element_spec):
        if isinstance(s, NoneTensorSpec):
            leaves.append(None)
            continue
        leaf = next(rest)
        leaves.append(VariantDataset(leaf, s.element_spec) if isinstance(s, DatasetSpec) else leaf)
    return pack(element_spec, leaves)


class IteratorSpec(DatasetSpec):
    """Describes an iterator over a dataset.

    Args:
        element_spec: of the elements.
    """

    __slots__ = ()

    def __composite_of__(self) -> DatasetIterator:
        made = object.__new__(DatasetIterator)
        made.element_spec, made._layout = self.element_spec, Layout(self.element_spec)
        return made.__composite_like__([spec(variant, ())])

    def __repr__(self) -> str:
        return f"IteratorSpec({self.element_spec!r},)"


class DatasetIterator:
    """Reads a dataset element by element, outside of graphs and inside.

    Attributes:
        element_spec: specs of the elements.
    """

    def __init__(self, dataset: Any) -> None:
        self.element_spec = dataset.element_spec
        self._dataset = dataset
        self._reader = open_reader(dataset)
        self._layout = Layout(dataset.element_spec)
        self._unrolled = 0

    def __iter__(self) -> DatasetIterator:
        return self

    def __composite_parts__(self) -> list[Any]:
        return [self._reader]

    def __composite_like__(self, parts: list[Any]) -> DatasetIterator:
        made = object.__new__(DatasetIterator)
        made.element_spec, made._layout = self.element_spec, self._layout
        made._dataset, made._reader, made._unrolled = None, parts[0], 0
        return made

    def __composite_spec__(self) -> IteratorSpec:
        """What traces depend on."""
        return IteratorSpec(self.element_spec)

    __composite_key__ = __composite_spec__

    def __checkpoint_position__(self) -> int:
        """How many elements were read: what checkpoints save."""
        return int(self._reader._value.taken)  # type: ignore[attr-defined]

    def __checkpoint_seek__(self, count: int) -> None:
        """Go on behind the first `count` elements of the dataset, read anew."""
        self._reader._value.seek(self._dataset.flat_rows({}), count)  # type: ignore[attr-defined]

    def __next__(self) -> Any:
        if not current().eager:
            self._unrolled += 1
            if self._unrolled > MAX_UNROLLED:
                raise RuntimeError(
                    f"More than {MAX_UNROLLED} elements of a dataset were read while tracing: a "
                    "Python loop over a dataset never ends in a graph. Let AutoGraph convert the "
                    "loop, or run it outside of tf.function."
                )
            return self.get_next()
        try:
            return self._layout.present(self._reader._value.take())  # type: ignore[attr-defined]
        except OutOfRangeError:
            raise StopIteration from None

    def get_next(self, name: str | None = None) -> Any:
        """The next element. Raises OutOfRangeError behind the last one."""
        return next_element(self._reader, self._layout)

    def get_next_as_optional(self) -> Any:
        """The next element as a `tf.experimental.Optional`."""
        value: Any = self._reader
        if isinstance(value, EagerTensor):
            return Optional(self.get_next() if value._value.more() else None)
        raise InvalidArgumentError(None, None, "Only outside of graphs.")

    def _autograph_next_(self, *default: Any) -> Any:
        return self.get_next()

    def _autograph_for_(self, *loop: Any) -> None:
        from engine.data.loops import run_loop

        run_loop(self, *loop)


class Optional:
    """An element, or nothing.

    Attributes:
        element: the element; None: nothing.
    """

    def __init__(self, element: Any) -> None:
        self.element = element

    def has_value(self, name: str | None = None) -> Any:
        """A bool tensor: is there an element?"""
        return current().constant(self.element is not None, bool_)

    def get_value(self, name: str | None = None) -> Any:
        """The element. Raises InvalidArgumentError where there is none."""
        if self.element is None:
            raise InvalidArgumentError(
                None, None, "The given optional does not have a value. [Op:OptionalGetValue]"
            )
        return self.element

    @staticmethod
    def from_value(value: Any) -> Optional:
        """With an element."""
        return Optional(value)

    @staticmethod
    def empty(element_spec: Any) -> Optional:
        """With nothing."""
        return Optional(None)


public("experimental.Optional")(Optional)
public("data.Iterator")(DatasetIterator)


@with_users_frames
class NumpyIterator:
    """Reads a dataset as numpy values."""

    def __init__(self, dataset: Any) -> None:
        self._rows = iter(dataset)

    def __iter__(self) -> NumpyIterator:
        return self

    def __next__(self) -> Any:
        return map_structure(_as_numpy, next(self._rows))

    def next(self) -> Any:
        """The next element. Raises StopIteration at the end."""
        return self.__next__()


def _as_numpy(leaf: Any) -> Any:
    if leaf is None:
        return None
    return leaf.as_numpy_iterator() if hasattr(leaf, "as_numpy_iterator") else leaf.numpy()
