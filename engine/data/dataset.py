"""`tf.data.Dataset`: what all datasets can do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from engine.base.tracebacks import with_users_frames
from engine.data.elements import DatasetSpec
from engine.data.iterators import Binding, DatasetIterator, NumpyIterator
from engine.ir.dtypes import int64, variant
from engine.ir.interpreter import current
from engine.ir.op import op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.structure import flatten, map_structure
from engine.ir.tensor import EagerTensor, SymbolicTensor, Tensor, Tensors

INFINITE, UNKNOWN = -1, -2


def source(name: str) -> Callable[[Any], Any]:
    """Register a static method of `Dataset`."""

    def register(factory: Any) -> Any:
        setattr(Dataset, name, staticmethod(with_users_frames(factory)))
        return factory

    return register


def change(name: str) -> Callable[[Any], Any]:
    """Register a method of `Dataset`, which makes a new dataset from one."""

    def register(factory: Any) -> Any:
        setattr(Dataset, name, with_users_frames(factory))
        return factory

    return register


@public("data.Dataset")
class Dataset:
    """A sequence of elements: tensors, or tuples and dictionaries of them.

    Attributes:
        element_spec: specs of the elements, in their structure.
    """

    element_spec: Any
    parents: tuple[Dataset, ...] = ()
    _held: EagerTensor | None = None
    _shown_as = ""

    def rows(self, binding: Binding) -> Iterator[Any]:
        """The elements as flat tuples of eager tensors.

        Args:
            binding: values of the symbolic tensors that the dataset was made of.
        """
        raise AssertionError("each kind of dataset has its own")

    def own_symbols(self) -> list[SymbolicTensor]:
        """The symbolic tensors that this dataset itself was made of."""
        return []

    def size(self, binding: Binding) -> int:
        """How many elements; INFINITE or UNKNOWN."""
        return UNKNOWN

    def symbols(self) -> list[SymbolicTensor]:
        """All symbolic tensors that it and what it is made from depend on."""
        found: dict[int, SymbolicTensor] = {}
        for dataset in (*self.parents, self):
            symbols = dataset.own_symbols() if dataset is self else dataset.symbols()
            found.update((id(symbol), symbol) for symbol in symbols)
        return list(found.values())

    def flat_rows(self, binding: Binding) -> Iterator[Any]:
        """As `rows`: what graphs read."""
        return self.rows(binding)

    # -- reading ---------------------------------------------------------------------------

    def __iter__(self) -> DatasetIterator:
        return DatasetIterator(self)

    def __bool__(self) -> bool:
        return True

    def __len__(self) -> int:
        if not current().eager:
            raise TypeError(
                "`tf.data.Dataset` only supports `len` in eager mode. Use `cardinality()` instead."
            )
        count = self.size({})
        if count == INFINITE:
            raise TypeError("The dataset is infinite.")
        if count == UNKNOWN:
            raise TypeError("The dataset length is unknown.")
        return count

    def cardinality(self) -> Tensor:
        """How many elements, as an int64 scalar; -1: without end, -2: unknown."""
        symbols = self.symbols()
        if not symbols:
            return current().constant(self.size({}), int64)
        return dataset_cardinality(symbols, self, _keys(symbols))

    def as_numpy_iterator(self) -> NumpyIterator:
        """An iterator over the elements as numpy values.

        Raises:
            RuntimeError: inside a traced function.
        """
        if not current().eager:
            raise RuntimeError("`tf.data.Dataset.as_numpy_iterator()` is only supported in eager "
                               "mode.")  # fmt: skip
        return NumpyIterator(self)

    def get_single_element(self, name: str | None = None) -> Any:
        """The only element. Raises InvalidArgumentError if there is none, or more."""
        from engine.base.errors import InvalidArgumentError

        found = list(zip(self, range(2)))
        if len(found) != 1:
            raise InvalidArgumentError(
                None, None, "Dataset was empty." if not found else "Dataset had more than one "
                "element. [Op:DatasetToSingleElement]",
            )  # fmt: skip
        return found[0][0]

    # -- as argument and result of functions -------------------------------------------------

    def __composite_parts__(self) -> list[Any]:
        """The one tensor that holds it."""
        symbols = self.symbols()
        if symbols:
            return [dataset_variant(symbols, self, _keys(symbols))]
        if self._held is None:
            self._held = EagerTensor(Opened(self, {}), variant)
        return [self._held]

    def __composite_like__(self, parts: list[Any]) -> Dataset:
        return VariantDataset(parts[0], self.element_spec)

    def __composite_spec__(self) -> DatasetSpec:
        """What traces depend on: the specs of the elements, and no more."""
        return DatasetSpec(self.element_spec)

    __composite_key__ = __composite_spec__

    def _autograph_for_(self, *loop: Any) -> None:
        from engine.data.loops import run_loop

        run_loop(self, *loop)

    # -- Python's functions under AutoGraph -------------------------------------------------

    def _autograph_enumerate_(self, start: Any = 0) -> Any:
        return self.enumerate(start)  # type: ignore[attr-defined]

    def _autograph_len_(self) -> Any:
        if current().eager:
            return len(self)
        from engine.ops.namespace import tf

        count = self.cardinality()
        message = tf.strings.join(
            ["len requires dataset with definitive cardinality, got ", tf.strings.as_string(count)]
        )
        tf.debugging.Assert(count >= 0, [message])
        return tf.identity(count)

    def _autograph_abs_(self) -> Any:
        from engine.ops.namespace import tf

        return self.map(  # type: ignore[attr-defined]
            lambda *parts: map_structure(tf.abs, parts if len(parts) > 1 else parts[0])
        )

    @staticmethod
    def _autograph_zip_(*datasets: Any) -> Any:
        return Dataset.zip(datasets)  # type: ignore[attr-defined]

    @staticmethod
    def _autograph_map_(function: Any, *datasets: Any) -> Any:
        joined = datasets[0] if len(datasets) == 1 else Dataset._autograph_zip_(*datasets)
        return joined.map(function)

    @staticmethod
    def _autograph_filter_(function: Any, dataset: Any) -> Any:
        return dataset.filter(function)

    @staticmethod
    def _autograph_any_(dataset: Any) -> Any:
        _check_bools(dataset, "any")
        return dataset.filter(lambda x: x).take(1).reduce(False, lambda _, x: x)

    @staticmethod
    def _autograph_all_(dataset: Any) -> Any:
        _check_bools(dataset, "all")
        return dataset.filter(lambda x: ~x).take(1).reduce(True, lambda _, x: x)

    # -- settings ----------------------------------------------------------------------------

    def options(self) -> Options:
        """The settings of this dataset."""
        return Options()

    def with_options(self, options: Any, name: str | None = None) -> Dataset:
        """The same dataset; settings change no results here."""
        return self

    def apply(self, transformation_func: Callable[[Any], Any]) -> Any:
        """`transformation_func(self)`. Raises TypeError unless that is a dataset."""
        made = transformation_func(self)
        if not isinstance(made, Dataset):
            raise TypeError(f"`transformation_func` must return a `tf.data.Dataset` object. "
                            f"Got {type(made)}.")  # fmt: skip
        return made

    def __repr__(self) -> str:
        return f"<{self._shown_as or '_' + type(self).__name__} element_spec={self.element_spec!r}>"

    __str__ = __repr__


def _check_bools(dataset: Any, builtin: str) -> None:
    """Raises ValueError where the elements are no bool scalars."""
    specs = flatten(dataset.element_spec)
    if len(specs) != 1 or specs[0].dtype.name != "bool":
        raise ValueError(
            f'in graph mode, the "{builtin}" builtin only supports datasets that return bool '
            f"scalars; got: {dataset.element_spec}"
        )


class Opened:
    """A dataset with the values of its symbols: what a tensor that is a dataset holds."""

    __slots__ = ("binding", "dataset")

    def __init__(self, dataset: Dataset, binding: Binding) -> None:
        self.dataset = dataset
        self.binding = binding


def _keys(symbols: list[Any]) -> tuple[int, ...]:
    return tuple(id(symbol) for symbol in symbols)


@op("raw.dataset_variant", type="DatasetToVariant", groups={"bound": None})
def dataset_variant(bound: Tensors, dataset: Any, keys: Any) -> TensorSpec:
    """The tensor that holds a dataset; `bound` are the values of the symbols it was made of."""
    return spec(variant, ())


@dataset_variant.kernel
def _dataset_variant_kernel(xp: Any, *bound: Any, dataset: Any, keys: Any) -> Any:
    return Opened(dataset, dict(zip(keys, bound)))


@op("raw.dataset_cardinality", type="DatasetCardinality", groups={"bound": None})
def dataset_cardinality(bound: Tensors, dataset: Any, keys: Any) -> TensorSpec:
    """How many elements; as `dataset_variant`."""
    return spec(int64, ())


@dataset_cardinality.kernel
def _dataset_cardinality_kernel(xp: Any, *bound: Any, dataset: Any, keys: Any) -> Any:
    return xp.int64(dataset.size(dict(zip(keys, bound))))


class VariantDataset(Dataset):
    """A dataset that is (part of) an element of another one.

    Args:
        variant: tensor that holds it.
        element_spec: specs of its elements.
    """

    def __init__(self, variant: Tensor, element_spec: Any) -> None:
        self.variant = variant
        self.element_spec = element_spec

    def __composite_parts__(self) -> list[Any]:
        return [self.variant]

    def own_symbols(self) -> list[SymbolicTensor]:
        return [self.variant] if isinstance(self.variant, SymbolicTensor) else []

    def _inner(self, binding: Binding) -> Any:
        if isinstance(self.variant, EagerTensor):
            return self.variant._value
        return binding[id(self.variant)]

    def rows(self, binding: Binding) -> Iterator[Any]:
        inner: Opened = self._inner(binding)
        return inner.dataset.rows(inner.binding)

    def size(self, binding: Binding) -> int:
        if isinstance(self.variant, SymbolicTensor) and id(self.variant) not in binding:
            return UNKNOWN
        inner: Opened = self._inner(binding)
        return inner.dataset.size(inner.binding)


class Options:
    """Settings of datasets; they change speed, not results."""

    def __init__(self) -> None:
        self.deterministic: bool | None = None
        self.autotune = _Bag()
        self.experimental_distribute = _Bag()
        self.experimental_optimization = _Bag()
        self.threading = _Bag()

    def merge(self, options: Options) -> Options:
        """These settings with those of `options` on top."""
        return options


class _Bag:
    """Settings by attribute."""


class ThreadingOptions(_Bag):
    """Settings of threads."""


public("data.Options")(Options)
public("data.ThreadingOptions")(ThreadingOptions)
public("data.DatasetSpec")(DatasetSpec)
public("data.AUTOTUNE", "data.experimental.AUTOTUNE")(-1)
public("data.INFINITE_CARDINALITY", "data.experimental.INFINITE_CARDINALITY")(INFINITE)
public("data.UNKNOWN_CARDINALITY", "data.experimental.UNKNOWN_CARDINALITY")(UNKNOWN)


@public("data.experimental.cardinality")
def cardinality(dataset: Dataset) -> Tensor:
    """`dataset.cardinality()`."""
    return dataset.cardinality()


@public("data.experimental.get_structure")
def get_structure(dataset: Any) -> Any:
    """`dataset.element_spec`."""
    return dataset.element_spec


def bound(tensor: Any, binding: Binding) -> Any:
    """The value of a tensor that a dataset was made of."""
    return tensor._value if isinstance(tensor, EagerTensor) else binding[id(tensor)]


def symbols_in(structure: Any) -> list[SymbolicTensor]:
    """The symbolic tensors of a structure."""
    return [leaf for leaf in flatten(structure) if isinstance(leaf, SymbolicTensor)]
