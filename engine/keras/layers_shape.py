"""Layers that move, repeat, pad and crop axes."""

from __future__ import annotations

from typing import Any

from engine.ir.op import PUBLIC, public
from engine.keras.input_spec import InputSpec
from engine.keras.layer import Layer
from engine.keras.layers_convolution import FIRST, format_name, to_first, to_last
from engine.ops.namespace import tf


def pairs(value: Any, rank: int) -> list[tuple[int, int]]:
    """Amounts before and after each of `rank` axes, from a number, numbers or pairs."""
    if isinstance(value, int):
        return [(value, value)] * rank
    if rank == 1 and len(value) == 2 and all(isinstance(item, int) for item in value):
        return [tuple(value)]
    if len(value) != rank:
        raise ValueError(f"Expected {rank} amounts (or pairs of them), got {value}.")
    return [(item, item) if isinstance(item, int) else tuple(item) for item in value]


@public("keras.layers.Permute")
class Permute(Layer):
    """Axes in another order; `dims` counts from 1, without the batch axis."""

    def __init__(self, dims: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(dims) != list(range(1, len(dims) + 1)):
            raise ValueError("Invalid permutation argument `dims` for Permute Layer. The set of "
                             "indices in `dims` must be consecutive and start from 1. "
                             f"Received dims={dims}")  # fmt: skip
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: Any) -> Any:
        """The transposed inputs."""
        return tf.transpose(inputs, (0, *self.dims))


@public("keras.layers.RepeatVector")
class RepeatVector(Layer):
    """`[b, f]` -> `[b, n, f]`."""

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(n, int):
            raise TypeError(f"Expected an integer value for `n`, got {type(n)}.")
        self.n = n
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs: Any) -> Any:
        """The repeated inputs."""
        return tf.repeat(tf.expand_dims(inputs, 1), self.n, axis=1)


class _Padding(Layer):
    """Zeros around the middle axes."""

    rank = 2

    def __init__(self, padding: Any = 1, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = format_name(data_format)
        self._amounts = pairs(padding, self.rank)
        self.padding = self._amounts[0] if self.rank == 1 else tuple(self._amounts)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: Any) -> Any:
        """`[b, ..., c]` with longer middle axes."""
        if self.data_format == FIRST:
            return tf.pad(inputs, [(0, 0), (0, 0), *self._amounts])
        return tf.pad(inputs, [(0, 0), *self._amounts, (0, 0)])


class _Cropping(Layer):
    """Without the outer parts of the middle axes."""

    rank = 2

    def __init__(self, cropping: Any = None, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = format_name(data_format)
        default = 0 if self.rank == 2 else 1
        self._amounts = pairs(default if cropping is None else cropping, self.rank)
        self.cropping = self._amounts[0] if self.rank == 1 else tuple(self._amounts)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        if self.rank == 1:
            self._unlisted = frozenset({"data_format"})

    def call(self, inputs: Any) -> Any:
        """`[b, ..., c]` with shorter middle axes."""
        middle = tuple(slice(before, -after if after else None) for before, after in self._amounts)
        first = (slice(None),) * (2 if self.data_format == FIRST else 1)
        return inputs[(*first, *middle)]


class _UpSampling(Layer):
    """Each element of the middle axes repeated."""

    rank = 2

    def __init__(self, size: Any = 2, data_format: Any = None, interpolation: str = "nearest",
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.data_format, self.interpolation = format_name(data_format), interpolation
        self.size = (size,) * self.rank if isinstance(size, int) else tuple(size)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        if self.rank == 3:
            self._unlisted = frozenset({"interpolation"})

    def call(self, inputs: Any) -> Any:
        """`[b, ..., c]` with longer middle axes."""
        x = inputs if self.data_format != FIRST else to_last(inputs)
        x = self._repeated(x)
        return x if self.data_format != FIRST else to_first(x)

    def _repeated(self, inputs: Any) -> Any:
        if self.interpolation != "nearest":
            shape = tf.shape(inputs)[1:-1] * tf.constant(self.size)
            return tf.image.resize(inputs, shape, method=self.interpolation)
        for axis, count in enumerate(self.size, 1):
            inputs = tf.repeat(inputs, count, axis=axis)
        return inputs


def _declare(base: type, name: str, rank: int, doc: str) -> None:
    PUBLIC[f"keras.layers.{name}"] = type(name, (base,), {"rank": rank, "__doc__": doc})


for _rank in (1, 2, 3):
    _declare(_Padding, f"ZeroPadding{_rank}D", _rank, "Zeros around the middle axes.")
    _declare(_Cropping, f"Cropping{_rank}D", _rank, "Without the outer parts of the middle axes.")
    if _rank != 1:
        _declare(_UpSampling, f"UpSampling{_rank}D", _rank, "Repeated elements.")


@public("keras.layers.UpSampling1D")
class UpSampling1D(Layer):
    """Each step repeated `size` times."""

    def __init__(self, size: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size = int(size)
        self.input_spec = InputSpec(ndim=3)

    def call(self, inputs: Any) -> Any:
        """`[b, t, f]` -> `[b, t * size, f]`."""
        return tf.repeat(inputs, self.size, axis=1)


class _Global(Layer):
    """A reduction over the middle axes."""

    rank = 2
    function = "reduce_max"
    _built_at_init = True

    def __init__(self, data_format: Any = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format, self.keepdims = format_name(data_format), keepdims
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _axes(self) -> list[int]:
        first = 2 if self.data_format == "channels_first" else 1
        return list(range(first, first + self.rank))

    def call(self, inputs: Any) -> Any:
        """`[b, ..., c]` -> `[b, c]`."""
        return getattr(tf, self.function)(inputs, axis=self._axes(), keepdims=self.keepdims)


class _MaskedMean(_Global):
    """The mean over the steps that count."""

    supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """`[b, t, c]` -> `[b, c]`."""
        (axis,) = self._axes()
        if mask is None:
            return tf.reduce_mean(inputs, axis=axis, keepdims=self.keepdims)
        counts = tf.expand_dims(tf.cast(mask, "bool"), 3 - axis)
        shown = tf.where(counts, inputs, tf.zeros_like(inputs))
        total = tf.reduce_sum(shown, axis=axis, keepdims=self.keepdims)
        return total / tf.reduce_sum(
            tf.cast(counts, inputs.dtype), axis=axis, keepdims=self.keepdims
        )

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """None: no steps are left."""
        return None


def _declare_global(name: str, short: str, rank: int, function: str) -> None:
    doc = "The " + ("largest" if function == "reduce_max" else "mean") + " over the middle axes."
    base = _MaskedMean if (rank, function) == (1, "reduce_mean") else _Global
    made = type(name, (base,), {"rank": rank, "function": function, "__doc__": doc})
    PUBLIC[f"keras.layers.{name}"] = PUBLIC[f"keras.layers.{short}"] = made


for _rank in (1, 2, 3):
    _declare_global(f"GlobalMaxPooling{_rank}D", f"GlobalMaxPool{_rank}D", _rank, "reduce_max")
    _declare_global(f"GlobalAveragePooling{_rank}D", f"GlobalAvgPool{_rank}D", _rank, "reduce_mean")
