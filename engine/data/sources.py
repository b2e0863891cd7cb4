"""Datasets from nothing: tensors, ranges, generators, files."""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterator
from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.data.dataset import INFINITE, UNKNOWN, Dataset, bound, source, symbols_in
from engine.data.elements import (
    as_specs,
    element_spec_of,
    is_dataset,
    normalized,
    without_first,
)
from engine.data.iterators import Binding
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import as_dtype, int64, string
from engine.ir.interpreter import new_eager
from engine.ir.shapes import as_dims, compatible, show
from engine.ir.spec import TensorSpec, spec
from engine.ir.structure import flatten, map_structure, pack
from engine.ir.tensor import EagerTensor
from engine.objects.python_call import as_op_error
from engine.ops.namespace import tf


class TensorDataset(Dataset):
    """One element."""

    def __init__(self, element: Any) -> None:
        self._leaves = [leaf for leaf in flatten(element) if leaf is not None]
        self.element_spec = element_spec_of(element)

    def own_symbols(self) -> Any:
        return symbols_in([leaf for leaf in self._leaves if not is_dataset(leaf)])

    def rows(self, binding: Binding) -> Iterator[Any]:
        yield tuple(EagerTensor(bound(leaf, binding), leaf.dtype) for leaf in self._leaves)

    def size(self, binding: Binding) -> int:
        return 1


@source("from_tensors")
def from_tensors(tensors: Any, name: str | None = None) -> Dataset:
    """A dataset of one element.

    Args:
        tensors: tensor, or tuple or dictionary of tensors.
        name: unused.
    """
    return TensorDataset(normalized(tensors))


class TensorSliceDataset(Dataset):
    """The slices of tensors along their first axis."""

    def __init__(self, element: Any) -> None:
        self._leaves = [leaf for leaf in flatten(element) if leaf is not None]
        if not self._leaves:
            raise ValueError("Invalid `element`. `element` should not be empty.")
        count: int | None = None
        for leaf in self._leaves:
            if leaf.dims == ():
                raise ValueError("Unbatching a tensor is only supported for rank >= 1")
            first = leaf.dims[0] if leaf.dims else None
            if count is not None and first is not None and first != count:
                raise ValueError(f"Dimensions {count} and {first} are not compatible")
            count = count if first is None else first
        self.element_spec = without_first(element_spec_of(element))

    def own_symbols(self) -> Any:
        return symbols_in(self._leaves)

    def rows(self, binding: Binding) -> Iterator[Any]:
        columns = [(bound(leaf, binding), leaf.dtype) for leaf in self._leaves]
        for i in range(len(columns[0][0])):
            yield tuple(EagerTensor(values[i], dtype) for values, dtype in columns)

    def size(self, binding: Binding) -> int:
        first = self._leaves[0]
        if not isinstance(first, EagerTensor) and id(first) not in binding:
            return UNKNOWN
        return len(bound(first, binding))


@source("from_tensor_slices")
def from_tensor_slices(tensors: Any, name: str | None = None) -> Dataset:
    """A dataset of the slices of tensors along their first axis.

    Args:
        tensors: tensor, or tuple or dictionary of tensors, with equal first sizes.
        name: unused.

    Raises:
        ValueError: if a tensor is a scalar, or the first sizes differ.
    """
    return TensorSliceDataset(normalized(tensors))


class RangeDataset(Dataset):
    """Numbers at equal distances."""

    def __init__(self, start: Any, stop: Any, step: Any, output_type: Any) -> None:
        self._parts = [tf.cast(convert_to_tensor(x), int64) for x in (start, stop, step)]
        self._kind = as_dtype(output_type)
        self.element_spec = spec(self._kind, ())

    def own_symbols(self) -> Any:
        return symbols_in(self._parts)

    def _range(self, binding: Binding) -> range:
        start, stop, step = (int(bound(part, binding)) for part in self._parts)
        if step == 0:
            raise InvalidArgumentError(None, None, "step must be a non-zero integer. "
                                       "[Op:RangeDataset]")  # fmt: skip
        return range(start, stop, step)

    def rows(self, binding: Binding) -> Iterator[Any]:
        make = self._kind.as_numpy_dtype
        for number in self._range(binding):
            yield (EagerTensor(make(number), self._kind),)

    def size(self, binding: Binding) -> int:
        unknown = any(id(symbol) not in binding for symbol in self.own_symbols())
        return UNKNOWN if unknown else len(self._range(binding))


@source("range")
def range_(*args: Any, output_type: Any = int64, name: str | None = None) -> Dataset:
    """The numbers 0, 1, ... (arguments as Python's `range`), as int64 scalars.

    Args:
        *args: stop; or start and stop; or start, stop and step.
        output_type: dtype of the numbers.
        name: unused.

    Raises:
        ValueError: for other numbers of arguments.
    """
    if not 1 <= len(args) <= 3:
        raise ValueError(f"Invalid `args`. The length of `args` should be between 1 and 3 but was "
                         f"{len(args)}.")  # fmt: skip
    start, stop, step = (0, args[0], 1) if len(args) == 1 else (*args, 1)[:3]
    made = RangeDataset(start, stop, step, output_type)
    if not made.own_symbols():
        made._range({})
    return made


def _yielded(generator: Callable[..., Any], values: list[Any]) -> Iterator[Any]:
    """What the user's generator yields; whatever it raises becomes an op's error."""
    try:
        yield from generator(*values)
    except Exception as error:
        raise as_op_error(error) from error


class GeneratorDataset(Dataset):
    """What a Python generator yields."""

    _shown_as = "_FlatMapDataset"

    def __init__(
        self, generator: Callable[..., Any], args: tuple[Any, ...], signature: Any
    ) -> None:
        self._generator = generator
        self._args = args
        self.element_spec = signature

    def own_symbols(self) -> Any:
        return symbols_in(self._args)

    def rows(self, binding: Binding) -> Iterator[Any]:
        values = [bound(item, binding) for item in self._args]
        specs = flatten(self.element_spec)
        for element in _yielded(self._generator, values):
            yield tuple(
                _checked(leaf, s) for leaf, s in zip(self._parts(element, len(specs)), specs)
            )

    def _parts(self, element: Any, count: int) -> list[Any]:
        nested = map_structure(lambda s: None, self.element_spec)
        if count == 1 and not isinstance(nested, (tuple, dict)):
            return [element]
        if isinstance(element, list) and isinstance(nested, tuple):
            element = tuple(element)
        try:
            parts = _flatten_up_to(self.element_spec, element)
        except (TypeError, ValueError, KeyError) as error:
            raise _generator_error(
                TypeError,
                "yielded an element that did not match the expected structure. The expected "
                f"structure was {nested}, but the yielded element was {element}.",
            ) from error
        return parts


def _flatten_up_to(shallow: Any, element: Any) -> list[Any]:
    if isinstance(shallow, dict):
        return [x for key in sorted(shallow) for x in _flatten_up_to(shallow[key], element[key])]
    if isinstance(shallow, tuple):
        if len(element) != len(shallow):
            raise ValueError("another length")
        return [x for s, item in zip(shallow, element) for x in _flatten_up_to(s, item)]
    return [element]


def _generator_error(kind: type[Exception], text: str) -> InvalidArgumentError:
    return InvalidArgumentError(None, None, f"{kind.__name__}: `generator` {text}")


def _checked(value: Any, wanted: Any) -> EagerTensor:
    it: Any = new_eager()
    if isinstance(value, EagerTensor):
        tensor: Any = value
        if tensor.dtype is not wanted.dtype:
            raise _generator_error(TypeError, f"yielded an element of type {tensor.dtype.name} "
                                   f"where {wanted.dtype.name} was expected.")  # fmt: skip
    else:
        try:
            tensor = it.constant(value, wanted.dtype)
        except (TypeError, ValueError) as error:
            raise _generator_error(
                TypeError, "yielded an element that could not be converted to the expected type. "
                f"The expected type was {wanted.dtype.name}, but the yielded element was {value}.",
            ) from error  # fmt: skip
    if not compatible(tensor.dims, wanted.dims):
        raise _generator_error(
            TypeError,
            f"yielded an element of shape {show(tensor.dims)} where an element of shape "
            f"{show(wanted.dims)} was expected.",
        )
    return tensor


@source("from_generator")
def from_generator(
    generator: Callable[..., Any], output_types: Any = None, output_shapes: Any = None,
    args: Any = None, output_signature: Any = None, name: str | None = None,
) -> Dataset:  # fmt: skip
    """A dataset of what a Python generator yields.

    Args:
        generator: function that answers something to iterate over; called for each reading.
        output_types: dtypes of the elements (old form).
        output_shapes: shapes of the elements (old form).
        args: tensors that `generator` gets, as numpy values.
        output_signature: specs of the elements.
        name: unused.

    Raises:
        TypeError: if `generator` is not callable, or nothing describes its elements.
    """
    if not callable(generator):
        raise TypeError("`generator` must be a Python callable.")
    if output_signature is not None:
        if output_types is not None or output_shapes is not None:
            raise TypeError("The `output_types` and `output_shapes` arguments can not be used "
                            "together with the `output_signature` argument.")  # fmt: skip
        signature = output_signature
        for leaf in flatten(signature):
            if not isinstance(leaf, TensorSpec):
                raise TypeError("`output_signature` must contain objects that are subclass of "
                                f"`tf.TypeSpec` but found {type(leaf)} which is not.")  # fmt: skip
    elif output_types is None:
        raise TypeError("Either `output_signature` or `output_types` must be specified.")
    elif output_shapes is None:
        signature = as_specs(map_structure(as_dtype, output_types))
    else:
        dtypes = flatten(map_structure(as_dtype, output_types))
        shapes = _flatten_up_to(output_types, output_shapes)
        specs = [spec(kind, as_dims(shape)) for kind, shape in zip(dtypes, shapes)]
        signature = pack(output_types, specs)
    arguments = tuple(convert_to_tensor(item) for item in args or ())
    return GeneratorDataset(generator, arguments, signature)


@source("list_files")
def list_files(
    file_pattern: Any, shuffle: bool | None = None, seed: int | None = None,
    name: str | None = None,
) -> Dataset:  # fmt: skip
    """The names of the files that fit patterns with `*` and `?`.

    Args:
        file_pattern: pattern, or list of patterns.
        shuffle: in random order (default); False: sorted.
        seed: of the order.
        name: unused.

    Raises:
        InvalidArgumentError: if no file fits.
    """
    patterns = [file_pattern] if isinstance(file_pattern, (str, bytes)) else file_pattern
    texts = [item.decode() if isinstance(item, bytes) else str(item) for item in patterns]
    found = sorted({path for pattern in texts for path in glob.glob(pattern)})
    if not found:
        raise InvalidArgumentError(None, None, f"No files matched pattern: {', '.join(texts)}")
    dataset: Any = from_tensor_slices(tf.constant(found, string))
    return dataset if shuffle is False else dataset.shuffle(len(found), seed=seed)


class CounterDataset(Dataset):
    """Numbers without end."""

    def __init__(self, start: int, step: int, dtype: Any) -> None:
        self._start = start
        self._step = step
        self.element_spec = spec(as_dtype(dtype), ())

    def rows(self, binding: Binding) -> Iterator[Any]:
        number = self._start
        kind = self.element_spec.dtype
        while True:
            yield (EagerTensor(kind.as_numpy_dtype(number), kind),)
            number += self._step

    def size(self, binding: Binding) -> int:
        return INFINITE


@source("counter")
def counter(start: int = 0, step: int = 1, dtype: Any = int64, name: str | None = None) -> Dataset:
    """The numbers start, start + step, ... without end."""
    return CounterDataset(int(start), int(step), dtype)


class RandomDataset(Dataset):
    """Random numbers without end."""

    def __init__(self, seed: int | None) -> None:
        from engine.data.shuffling import SeedSource

        self._seeds = SeedSource(seed, False)
        self.element_spec = spec(int64, ())

    def rows(self, binding: Binding) -> Iterator[Any]:
        draw = self._seeds.stream()
        while True:
            yield (EagerTensor(int64.as_numpy_dtype(draw()), int64),)

    def size(self, binding: Binding) -> int:
        return INFINITE


@source("random")
def random_(
    seed: int | None = None, rerandomize_each_iteration: bool | None = None,
    name: str | None = None,
) -> Dataset:  # fmt: skip
    """Random int64 numbers without end."""
    return RandomDataset(seed)
