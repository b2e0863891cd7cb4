"""Random order: a buffer from which elements are drawn, with TensorFlow's random numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from engine.data.dataset import Dataset, bound, change, symbols_in
from engine.data.iterators import Binding
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import int64
from engine.ops.namespace import tf
from engine.ops.random_seed import PhiloxState, op_seeds


class _Bits:
    """A stream of 32-bit numbers."""

    def __init__(self, seed: int, seed2: int) -> None:
        import numpy

        self._xp = numpy
        self._state = PhiloxState(seed, seed2)
        self._ready: list[int] = []

    def __call__(self) -> int:
        from engine.ops.random_philox import bits

        if not self._ready:
            start = self._state.reserve(16)
            self._ready = bits(self._xp, start, self._state.key, 64).tolist()[::-1]
        return self._ready.pop()


class SeedSource:
    """Where each reading of a dataset gets its seeds from.

    Args:
        seed: of the op.
        renew: new seeds for each reading.
    """

    def __init__(self, seed: int | None, renew: bool) -> None:
        first, second = op_seeds(seed)
        if (first, second) == (0, 0):
            random = _Bits(0, 0)
            first, second = random(), random()
        self._pair = first, second
        self._renewed = _Bits(first, second) if renew else None

    def stream(self) -> Callable[[], int]:
        """Random numbers for one reading."""
        if self._renewed is None:
            return _Bits(*self._pair)
        return _Bits(self._renewed(), self._renewed())


class ShuffleDataset(Dataset):
    """The elements of another dataset in random order."""

    def __init__(self, parent: Dataset, buffer_size: Any, seed: Any, renew: bool) -> None:
        self.parents = (parent,)
        self.element_spec = parent.element_spec
        self._size = tf.cast(convert_to_tensor(buffer_size), int64)
        self._seeds = SeedSource(seed, renew)

    def own_symbols(self) -> Any:
        return symbols_in([self._size])

    def size(self, binding: Binding) -> int:
        return self.parents[0].size(binding)

    def rows(self, binding: Binding) -> Iterator[Any]:
        capacity = int(bound(self._size, binding))
        draw = self._seeds.stream()
        source = self.parents[0].rows(binding)
        if capacity == -1:
            everything = list(source)
            capacity = max(len(everything), 1)
            source = iter(everything)
        slots: list[Any] = [None] * capacity
        start = end = 0
        open_ = True
        while True:
            while open_ and end - start < capacity:
                element = next(source, None)
                if element is None:
                    open_ = False
                else:
                    slots[end % capacity] = element
                    end += 1
            if start == end:
                return
            place = (start + draw() % (end - start)) % capacity
            chosen = slots[place]
            slots[place] = slots[start % capacity]
            start += 1
            yield chosen


@change("shuffle")
def shuffle(
    self: Dataset, buffer_size: Any, seed: int | None = None,
    reshuffle_each_iteration: bool | None = None, name: str | None = None,
) -> Dataset:  # fmt: skip
    """The elements in random order.

    Args:
        self: the dataset.
        buffer_size: from how many elements each one is drawn; all of them: a full shuffle.
        seed: of the order; see `tf.random.set_seed`.
        reshuffle_each_iteration: another order each time it is read (default).
        name: unused.
    """
    from engine.ir.static_value import known_value

    size = known_value(convert_to_tensor(buffer_size))
    if size is not None and size < 1 and size != -1:
        from engine.base.errors import InvalidArgumentError

        raise InvalidArgumentError(
            None, None, "buffer_size must be greater than zero or UNKNOWN_CARDINALITY "
            "[Op:ShuffleDatasetV3]",
        )  # fmt: skip
    return ShuffleDataset(self, buffer_size, seed, reshuffle_each_iteration is not False)
