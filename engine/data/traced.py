"""Functions of elements: traced once, run on the tensors of each element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.data.elements import (
    DatasetSpec,
    element_spec_of,
    is_dataset,
    leaf_specs,
    normalized,
)
from engine.data.iterators import Binding, presented
from engine.ir.interpreter import current, new_eager
from engine.ir.spec import TensorSpec, spec
from engine.ir.structure import flatten
from engine.ir.tensor import EagerTensor, SymbolicTensor


class ElementFunction:
    """A function of an element, as a graph.

    Args:
        function: gets the parts of an element that is a tuple one by one, else the element.
        element_specs: of its arguments: those of the element, or several structures.
        unpack: do the specs describe an element (True), or are they a list of arguments?

    Attributes:
        element_spec: specs of what it returns.
        result_dataset: the dataset that it returns, where it does: made of symbolic tensors,
            which are then the results of the graph.
    """

    def __init__(self, function: Callable[..., Any], specs: Any, unpack: bool = True) -> None:
        if not callable(function):
            raise ValueError(f"Argument `func` must be a callable. Received func={function!r} "
                             f"(of type {type(function)!r})")  # fmt: skip
        self._function = function
        self._unpack = unpack
        self._specs = specs
        self.element_spec: Any = None
        self.result_dataset: Any = None
        self._structure: Any = None
        self._keys: tuple[int, ...] = ()
        self._concrete = self._trace()
        self._keys_of_captures = [
            id(item) if isinstance(item, SymbolicTensor) else None
            for item in self._concrete.captures
        ]

    def _trace(self) -> Any:
        from engine.tracing.function import function

        leaves = [spec(s.dtype, s.dims) for s in leaf_specs(self._specs)]
        traced = function(self._flat, autograph=False)
        return traced.get_concrete_function(*[TensorSpec(s.shape, s.dtype) for s in leaves])

    def _flat(self, *flat: Any) -> Any:
        from engine.conversion.convert import convert

        element = presented(self._specs, flat)
        split = not self._unpack or type(element) is tuple
        arguments = tuple(element) if split else (element,)
        result = convert(self._function)(*arguments)
        if is_dataset(result):
            self.result_dataset = result
            self.element_spec = DatasetSpec(result.element_spec)
            symbols = result.symbols()
            self._keys = tuple(id(symbol) for symbol in symbols)
            return tuple(symbols)
        result = normalized(tuple(result) if isinstance(result, list) else result)
        self.element_spec = element_spec_of(result)
        return tuple(leaf for leaf in flatten(result) if leaf is not None)

    def symbols(self) -> list[SymbolicTensor]:
        """The symbolic tensors around it that it uses."""
        return [item for item in self._concrete.captures if isinstance(item, SymbolicTensor)]

    def __call__(self, flat: Any, binding: Binding) -> tuple[EagerTensor, ...]:
        """The flat tensors of the result for the flat tensors of an element."""
        concrete = self._concrete
        captured = [
            item._value if key is None else binding[key]
            for item, key in zip(concrete.captures, self._keys_of_captures)
        ]
        it: Any = current()
        eager: Any = it if it.eager else new_eager()
        values = eager.run(concrete.program(), *[leaf._value for leaf in flat], *captured)
        return tuple(
            [EagerTensor(value, out.dtype) for value, out in zip(values, concrete.graph.outputs)]
        )

    def dataset(self, flat: Any, binding: Binding) -> tuple[Any, Binding]:
        """The dataset that it returns for an element, with the values of its symbols.

        Raises:
            TypeError: if it returns something else.
        """
        values = self(flat, binding)
        inner = dict(binding)
        inner.update(zip(self._keys, (leaf._value for leaf in values)))
        return self.result_dataset, inner


def require_dataset(function: ElementFunction, what: str) -> None:
    """Raises TypeError unless the function returns a dataset."""
    if function.result_dataset is None:
        raise TypeError(
            f"The `map_func` argument must return a `Dataset` object. Got {what}: "
            f"{function.element_spec!r}."
        )
