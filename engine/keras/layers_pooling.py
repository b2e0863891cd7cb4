"""Pooling layers."""

from __future__ import annotations

from typing import Any

from engine.ir.op import PUBLIC
from engine.keras.input_spec import InputSpec
from engine.keras.layer import Layer
from engine.keras.layers_convolution import (
    LAST,
    format_name,
    padding_name,
    sizes,
    to_first,
    to_last,
)
from engine.ops.namespace import tf


class _Pooling(Layer):
    """Windows of the input reduced to one number each."""

    rank = 2
    path = "max_pool2d"
    _built_at_init = True

    def __init__(
        self, pool_size: Any = 2, strides: Any = None, padding: str = "valid",
        data_format: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.data_format = format_name(data_format)
        self.pool_size = sizes(pool_size, self.rank)
        self.strides = self.pool_size if strides is None else sizes(strides, self.rank, "strides")
        self.padding = padding_name(padding)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: Any) -> Any:
        """`[b, ..., channels]` -> the same with smaller middle axes."""
        x = inputs if self.data_format == LAST else to_last(inputs)
        pool = getattr(tf.nn, self.path)
        x = pool(x, list(self.pool_size), list(self.strides), self.padding.upper())
        return x if self.data_format == LAST else to_first(x)


class _Average(_Pooling):
    """Pooling whose window must be given."""

    def __init__(
        self, pool_size: Any, strides: Any = None, padding: str = "valid",
        data_format: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(pool_size, strides, padding, data_format, **kwargs)


def _pooling(name: str, rank: int, path: str) -> None:
    made = type(name, (_Average if "avg" in path else _Pooling,), {"rank": rank, "path": path,
                                    "__doc__": f"`tf.nn.{path}` as a layer."})  # fmt: skip
    PUBLIC[f"keras.layers.{name}"] = made


for _rank in (1, 2, 3):
    _pooling(f"MaxPooling{_rank}D", _rank, f"max_pool{_rank}d")
    _pooling(f"AveragePooling{_rank}D", _rank, f"avg_pool{_rank}d")
    PUBLIC[f"keras.layers.MaxPool{_rank}D"] = PUBLIC[f"keras.layers.MaxPooling{_rank}D"]
    PUBLIC[f"keras.layers.AvgPool{_rank}D"] = PUBLIC[f"keras.layers.AveragePooling{_rank}D"]
