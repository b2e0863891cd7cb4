"""Layers of several inputs: sums, products, joins, dot products."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

from engine.ir.op import PUBLIC, public
from engine.keras.layer import Layer
from engine.ops.namespace import tf


class _Merge(Layer):
    """A layer of several inputs."""

    def call(self, inputs: Any) -> Any:
        """One tensor from a list of them. Raises ValueError for fewer than two."""
        if not isinstance(inputs, (list, tuple)) or len(inputs) < self.least:
            raise ValueError("A merge layer should be called on a list of at least "
                             f"{self.least} input. Got {inputs!r}.")  # fmt: skip
        return self.merge(_same_rank(list(inputs)))

    least = 1

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Where any input counts; None unless all inputs carry a mask."""
        if previous_mask is None or any(mask is None for mask in previous_mask):
            return None
        return reduce(tf.logical_or, previous_mask)

    def merge(self, inputs: Any) -> Any:
        """One tensor. Subclasses define it."""
        raise NotImplementedError(f"{type(self).__name__} does not define `merge()`")


def _same_rank(inputs: list[Any]) -> list[Any]:
    """Axes of one behind the batch axis, where ranks differ."""
    ranks = [x.shape.rank for x in inputs]
    if None in ranks or len(set(ranks)) == 1:
        return inputs
    return [_deepened(x, max(ranks) - x.shape.rank) for x in inputs]


def _deepened(x: Any, count: int) -> Any:
    for _ in range(count):
        x = tf.expand_dims(x, 1)
    return x


@public("keras.layers.Add")
class Add(_Merge):
    """The sum of its inputs."""

    def merge(self, inputs: Any) -> Any:
        """The sum."""
        return reduce(lambda a, b: a + b, inputs)


@public("keras.layers.Multiply")
class Multiply(_Merge):
    """The product of its inputs."""

    def merge(self, inputs: Any) -> Any:
        """The product."""
        return reduce(lambda a, b: a * b, inputs)


@public("keras.layers.Average")
class Average(_Merge):
    """The mean of its inputs."""

    def merge(self, inputs: Any) -> Any:
        """The mean."""
        return reduce(lambda a, b: a + b, inputs) / len(inputs)


@public("keras.layers.Subtract")
class Subtract(_Merge):
    """The first input minus the second."""

    def merge(self, inputs: Any) -> Any:
        """The difference. Raises ValueError unless there are two inputs."""
        if len(inputs) != 2:
            raise ValueError("A `Subtract` layer should be called on exactly 2 inputs. "
                             f"Received: inputs={inputs}")  # fmt: skip
        return inputs[0] - inputs[1]


@public("keras.layers.Maximum")
class Maximum(_Merge):
    """The largest of its inputs, element by element."""

    def merge(self, inputs: Any) -> Any:
        """The largest."""
        return reduce(tf.maximum, inputs)


@public("keras.layers.Minimum")
class Minimum(_Merge):
    """The smallest of its inputs, element by element."""

    def merge(self, inputs: Any) -> Any:
        """The smallest."""
        return reduce(tf.minimum, inputs)


@public("keras.layers.Concatenate")
class Concatenate(_Merge):
    """Its inputs joined along an axis (default: the last)."""

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def merge(self, inputs: Any) -> Any:
        """The joined tensor."""
        return tf.concat(inputs, self.axis)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The masks joined as the inputs are; all steps count of an input without one."""
        if previous_mask is None or all(mask is None for mask in previous_mask):
            return None
        wide = []
        for x, mask in zip(inputs, previous_mask):
            if mask is None:
                wide.append(tf.ones_like(x, dtype="bool"))
                continue
            axes = x.shape.rank - mask.shape.rank
            deep = tf.reshape(mask, tf.concat([tf.shape(mask), [1] * axes], 0))
            wide.append(tf.broadcast_to(deep, tf.shape(x)))
        return tf.reduce_any(tf.concat(wide, self.axis), axis=-1)


@public("keras.layers.Dot")
class Dot(_Merge):
    """The dot product of two inputs along an axis of each.

    Args:
        axes: one axis for both, or a pair.
        normalize: divide by the vectors' lengths first?
    """

    def __init__(self, axes: Any, normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axes, self.normalize = axes, normalize

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """None: a dot product has no steps to mask."""
        return None

    def merge(self, inputs: Any) -> Any:
        """`[b, ...]` and `[b, ...]` -> `[b, ...]` without the axes summed over."""
        x, y = inputs
        pair = (self.axes, self.axes) if isinstance(self.axes, int) else tuple(self.axes)
        first, second = (axis % t.shape.rank for axis, t in zip(pair, (x, y)))
        if self.normalize:
            x, y = tf.math.l2_normalize(x, first), tf.math.l2_normalize(y, second)
        if x.shape.rank == y.shape.rank == 2:
            return tf.reduce_sum(x * y, axis=1, keepdims=True)
        letters = "abcdefghij"
        left = "".join("z" if i == 0 else "y" if i == first else letters[i]
                       for i in range(x.shape.rank))  # fmt: skip
        right = "".join("z" if i == 0 else "y" if i == second else letters[i].upper()
                        for i in range(y.shape.rank))  # fmt: skip
        out = "".join(c for c in left + right[1:] if c != "y")
        return tf.einsum(f"{left},{right}->{out}", x, y)


def _function(name: str, kind: type) -> None:
    def merged(inputs: Any, **kwargs: Any) -> Any:
        return kind(**kwargs)(inputs)

    merged.__name__, merged.__doc__ = name, f"`keras.layers.{kind.__name__}` called at once."
    PUBLIC[f"keras.layers.{name}"] = merged


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": Add, "multiply": Multiply, "average": Average, "subtract": Subtract,
    "maximum": Maximum, "minimum": Minimum, "concatenate": Concatenate, "dot": Dot,
}  # fmt: skip
for _name, _kind in _FUNCTIONS.items():
    _function(_name, _kind)  # type: ignore[arg-type]
