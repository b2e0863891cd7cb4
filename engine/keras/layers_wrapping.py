"""Layers around layers: every step of a sequence, both directions."""

from __future__ import annotations

from typing import Any

from engine.ir.op import public
from engine.keras import configs
from engine.keras.layer import Layer
from engine.ops.namespace import tf


@public("keras.layers.Wrapper")
class Wrapper(Layer):
    """Base of layers that hold one other."""

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(layer, Layer):
            raise ValueError(f"Layer {layer} supplied to Wrapper isn't a supported layer type. "
                             "Please ensure wrapped layer is a valid Keras layer.")  # fmt: skip
        self.layer = layer

    def build(self, input_shape: Any = None) -> None:
        """Build the layer inside."""
        if not self.layer.built:
            self.layer.build(input_shape)


@public("keras.layers.TimeDistributed")
class TimeDistributed(Wrapper):
    """The layer applied to every step: `[b, t, ...]` -> `[b, t, ...]`."""

    supports_masking = True

    def build(self, input_shape: Any = None) -> None:
        """Build the layer for one step."""
        super().build((input_shape[0], *input_shape[2:]))

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """All steps at once, as one larger batch."""
        shape = tf.shape(inputs)
        inner = inputs.shape.as_list()[2:]
        flat = tf.reshape(inputs, [-1, *inner])
        options = {} if training is None else {"training": training}
        if mask is not None and "mask" in self.layer._call_names:
            options["mask"] = tf.reshape(mask, [-1, *mask.shape.as_list()[2:]])
        result = self.layer(flat, **options)
        known = inputs.shape.as_list()[:2]
        out = tf.reshape(result, tf.concat([shape[:2], tf.shape(result)[1:]], 0))
        out.set_shape([*known, *result.shape.as_list()[1:]]) if hasattr(out, "set_shape") else None
        return out


@public("keras.layers.Bidirectional")
class Bidirectional(Layer):
    """A recurrent layer and its like that reads from the end.

    Args:
        layer: an `RNN`, `LSTM`, `GRU` or `SimpleRNN`.
        merge_mode: "concat", "sum", "mul", "ave" or None: how the two results are joined.
        backward_layer: default: made like `layer`, backwards.
    """

    supports_masking = True

    def __init__(self, layer: Any, merge_mode: str | None = "concat", weights: Any = None,
                 backward_layer: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(**kwargs)
        if merge_mode not in ("sum", "mul", "ave", "concat", None):
            raise ValueError(f"Invalid merge mode. Received: {merge_mode}. Merge mode should be "
                             "one of {'sum', 'mul', 'ave', 'concat', None}")  # fmt: skip
        self.merge_mode = merge_mode
        config = layer.get_config()
        label = layer.name
        forward = {**config, "name": f"forward_{label}"}
        backward = {**config, "name": f"backward_{label}",
                    "go_backwards": not config.get("go_backwards", False)}  # fmt: skip
        self.forward_layer = type(layer).from_config(forward)
        self.backward_layer = backward_layer or type(layer).from_config(backward)
        self.return_sequences = layer.return_sequences
        for part in (self.forward_layer, self.backward_layer):
            part.zero_output_for_mask = layer.return_sequences
        self.return_state = layer.return_state

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None,
             training: Any = None) -> Any:  # fmt: skip
        """Both results joined; with the states of both where they are asked for."""
        first = last = None
        if initial_state is not None:
            half = len(initial_state) // 2
            first, last = initial_state[:half], initial_state[half:]
        there = self.forward_layer(sequences, initial_state=first, mask=mask, training=training)
        back = self.backward_layer(sequences, initial_state=last, mask=mask, training=training)
        states: list[Any] = []
        if self.return_state:
            there, *states = there
            back, *others = back
            states += others
        if self.return_sequences:
            back = tf.reverse(back, [1])
        out = self._joined(there, back)
        return (*(out if isinstance(out, tuple) else [out]), *states) if states else out

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The same mask where all outputs are answered; states have none."""
        mask = previous_mask[0] if isinstance(previous_mask, list) else previous_mask
        if not self.return_sequences:
            return None
        found = (mask, mask) if self.merge_mode is None else mask
        return found

    def _joined(self, there: Any, back: Any) -> Any:
        if self.merge_mode == "concat":
            return tf.concat([there, back], -1)
        if self.merge_mode == "sum":
            return there + back
        if self.merge_mode == "ave":
            return (there + back) / 2
        return (there, back) if self.merge_mode is None else there * back

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal layer."""
        base = {"name": self.name, "trainable": self._trainable,
                "dtype": configs.dtype_config(self.dtype_policy.name)}  # fmt: skip
        return {**base, "merge_mode": self.merge_mode,
                "layer": configs.serialize(self.forward_layer),
                "backward_layer": configs.serialize(self.backward_layer)}  # fmt: skip

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A layer from what `get_config` answered."""
        given = configs.revived(config)
        given["backward_layer"] = given.get("backward_layer")
        return cls(**given)
