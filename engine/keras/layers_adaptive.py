"""Pooling to a wanted size."""

from __future__ import annotations

from typing import Any

from engine.ir.op import PUBLIC
from engine.keras.layer import Layer
from engine.keras.layers_convolution import FIRST, LAST, to_first, to_last
from engine.ops.namespace import tf


class _Adaptive(Layer):
    """Windows that share the input's places out evenly, each reduced to one number."""

    rank = 1
    function = "reduce_mean"

    def __init__(self, output_size: Any, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(output_size, int):
            output_size = (output_size,) * self.rank
        elif not isinstance(output_size, (tuple, list)) or len(output_size) != self.rank:
            raise TypeError(f"`output_size` must be an integer or {self.rank} of them. Received: "
                            f"{output_size} of type {type(output_size)}")  # fmt: skip
        self.output_size = tuple(output_size)
        self.data_format = data_format or LAST
        if self.data_format not in (FIRST, LAST):
            raise ValueError(f"Invalid data_format: {self.data_format}. Expected 'channels_first' "
                             "or 'channels_last'.")  # fmt: skip

    def call(self, inputs: Any) -> Any:
        """`[b, ..., channels]` -> `[b, *output_size, channels]`, or with the channels first."""
        x = inputs if self.data_format == LAST else to_last(inputs)
        reduce = getattr(tf, self.function)
        for axis, wanted in enumerate(self.output_size, 1):
            length = x.shape[axis]
            parts = []
            for i in range(wanted):
                start, end = i * length // wanted, -(-(i + 1) * length // wanted)
                places = [slice(None)] * axis + [slice(start, end)]
                parts.append(reduce(x[tuple(places)], axis=axis))
            x = tf.stack(parts, axis=axis)
        return x if self.data_format == LAST else to_first(x)


for _rank in (1, 2, 3):
    for _word, _function in (("Average", "reduce_mean"), ("Max", "reduce_max")):
        _name = f"Adaptive{_word}Pooling{_rank}D"
        PUBLIC[f"keras.layers.{_name}"] = type(
            _name, (_Adaptive,),
            {"rank": _rank, "function": _function,
             "__doc__": "Windows that share the input's places out evenly, each reduced to its "
                        f"{'mean' if _word == 'Average' else 'largest number'}."},
        )  # fmt: skip
