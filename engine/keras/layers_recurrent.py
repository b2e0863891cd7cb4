"""Recurrent cells."""

from __future__ import annotations

from typing import Any

from engine.ir.op import public
from engine.keras import configs, initial_values, naming, seeds
from engine.keras.layer import Layer, activation
from engine.objects.variable import init_scope
from engine.ops.namespace import tf


class _Cell(Layer):
    """One step of a recurrent layer.

    Args:
        units: size of output and states.
        activation: of the output.
        use_bias: add a bias?
        kernel_initializer, recurrent_initializer, bias_initializer, kernel_regularizer,
        recurrent_regularizer, bias_regularizer, kernel_constraint, recurrent_constraint,
        bias_constraint: of the weights.
        dropout, recurrent_dropout: shares of the inputs and of the states that are left out while
            training, the same in all steps.
        seed: of these.
        kwargs: of `Layer`.

    Raises:
        ValueError: if `units` is not positive.
    """

    gates = 1
    mask_count = 0  # how many masks there are with recurrent dropout; 0: one
    seeds_first = False  # in which order seeds are drawn
    _listed = ("kernel_initializer", "recurrent_initializer", "bias_initializer",
               "kernel_regularizer", "recurrent_regularizer", "bias_regularizer",
               "kernel_constraint", "recurrent_constraint", "bias_constraint", "dropout",
               "recurrent_dropout", "seed")  # fmt: skip

    def __init__(
        self, units: int, activation: Any = "tanh", use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform", recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros", kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None, bias_regularizer: Any = None,
        kernel_constraint: Any = None, recurrent_constraint: Any = None,
        bias_constraint: Any = None, dropout: float = 0.0, recurrent_dropout: float = 0.0,
        seed: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        if units <= 0:
            raise ValueError("Received an invalid value for argument `units`, expected a positive "
                             f"integer, got {units}.")  # fmt: skip
        kwargs.pop("implementation", None)
        super().__init__(**kwargs)
        self.seed = seed
        if self.seeds_first:
            self.seed_generator = seeds.SeedGenerator(seed)
        self.units = units
        self.activation = _activation(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initial_values.get(kernel_initializer)
        self.recurrent_initializer = initial_values.get(recurrent_initializer)
        self.bias_initializer = initial_values.get(bias_initializer)
        self.kernel_regularizer = configs.regularizer(kernel_regularizer)
        self.recurrent_regularizer = configs.regularizer(recurrent_regularizer)
        self.bias_regularizer = configs.regularizer(bias_regularizer)
        self.kernel_constraint = configs.constraint(kernel_constraint)
        self.recurrent_constraint = configs.constraint(recurrent_constraint)
        self.bias_constraint = configs.constraint(bias_constraint)
        self.dropout = min(1.0, max(0.0, dropout))
        self.recurrent_dropout = min(1.0, max(0.0, recurrent_dropout))
        if not self.seeds_first:
            self.seed_generator = seeds.SeedGenerator(seed)
        self.kernel: Any = None
        self.recurrent_kernel: Any = None
        self.bias: Any = None
        self.reset_masks()

    # -- dropout ---------------------------------------------------------------------------

    def reset_masks(self) -> None:
        """Draw other masks when they are next needed."""
        self.__dict__["_masks"] = {}

    def prepare_masks(self, inputs: Any, state: Any) -> None:
        """Draw the masks of all steps."""
        self._mask("dropout", inputs)
        self._mask("recurrent_dropout", state)

    def _mask(self, kind: str, like: Any) -> Any:
        """The mask (or one for each gate) for inputs or states; None where nothing is left out."""
        rate = getattr(self, kind)
        known = self.__dict__["_masks"]
        if rate <= 0:
            return None
        if kind not in known:
            several = self.mask_count if self.recurrent_dropout > 0 else 0
            ones = tf.ones_like(like)
            drawn = [seeds.dropout(ones, rate, seed=self.seed_generator)
                     for _ in range(several or 1)]  # fmt: skip
            known[kind] = drawn if several else drawn[0]
        return known[kind]

    def _products(self, kind: str, value: Any, kernel: Any, training: Any) -> Any:
        """Value @ kernel, thinned out while training; for each gate by itself with many masks."""
        rate = getattr(self, kind)
        if not training or not 0.0 < rate < 1.0:
            return tf.matmul(value, kernel)
        mask = self._mask(kind, value)
        if not isinstance(mask, list):
            return tf.matmul(value * mask, kernel)
        parts = tf.split(kernel, self.gates, axis=1)
        return tf.concat([tf.matmul(value * m, part) for m, part in zip(mask, parts)], 1)

    @property
    def state_size(self) -> Any:
        """Sizes of the states."""
        return self.units

    @property
    def output_size(self) -> int:
        """Size of the output."""
        return self.units

    def bias_shape(self) -> tuple[int, ...]:
        """Shape of the bias."""
        return (self.gates * self.units,)

    def build(self, input_shape: Any) -> None:
        """Make the kernels of the gates, side by side."""
        width = self.gates * self.units
        self.kernel = self.add_weight(
            (input_shape[-1], width), self.kernel_initializer, name="kernel",
            regularizer=self.kernel_regularizer, constraint=self.kernel_constraint,
        )  # fmt: skip
        self.recurrent_kernel = self.add_weight(
            (self.units, width), self.recurrent_initializer, name="recurrent_kernel",
            regularizer=self.recurrent_regularizer, constraint=self.recurrent_constraint,
        )  # fmt: skip
        if self.use_bias:
            self.bias = self.add_weight(
                self.bias_shape(), self.bias_initializer, name="bias",
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            )  # fmt: skip
        self.built = True

    def get_initial_state(self, batch_size: Any = None, **kwargs: Any) -> list[Any]:
        """States of zeros."""
        sizes = self.state_size if isinstance(self.state_size, list) else [self.state_size]
        return [tf.zeros([batch_size, size], self.compute_dtype) for size in sizes]


_activation = activation


@public("keras.layers.SimpleRNNCell")
class SimpleRNNCell(_Cell):
    """activation(x @ W + h @ U + b)."""

    seeds_first = True

    def call(self, inputs: Any, states: Any, training: Any = False) -> tuple[Any, Any]:
        """Output and new states."""
        previous = states[0] if isinstance(states, (list, tuple)) else states
        self.prepare_masks(inputs, previous)
        x = self._products("dropout", inputs, self.kernel, training)
        if self.use_bias:
            x = x + self.bias
        out = self.activation(
            x + self._products("recurrent_dropout", previous, self.recurrent_kernel, training)
        )
        return out, [out] if isinstance(states, (list, tuple)) else out


@public("keras.layers.LSTMCell")
class LSTMCell(_Cell):
    """Long short-term memory; gates in the order input, forget, candidate, output.

    Args:
        units: size of output and states.
        activation, recurrent_activation: of the candidate and of the gates.
        unit_forget_bias: start the forget gate's bias at one.
        kwargs: as the other cells.
    """

    gates = mask_count = 4

    def __init__(
        self, units: int, activation: Any = "tanh", recurrent_activation: Any = "sigmoid",
        use_bias: bool = True, kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal", bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(units, activation, use_bias, kernel_initializer, recurrent_initializer,
                         bias_initializer, **kwargs)  # fmt: skip
        self.recurrent_activation = _activation(recurrent_activation)
        self.unit_forget_bias = unit_forget_bias

    @property
    def state_size(self) -> Any:
        """Sizes of output and memory."""
        return [self.units, self.units]

    def build(self, input_shape: Any) -> None:
        """Make the weights."""
        super().build(input_shape)
        if self.use_bias and self.unit_forget_bias:
            n = self.units
            with init_scope():  # as its initial value, wherever the layer is built
                self.bias.assign(tf.concat([tf.zeros([n]), tf.ones([n]), tf.zeros([2 * n])], 0))

    def call(self, inputs: Any, states: Any, training: Any = False) -> tuple[Any, list[Any]]:
        """Output and [output, memory]."""
        hidden, memory = states
        z = self._products("dropout", inputs, self.kernel, training) + self._products(
            "recurrent_dropout", hidden, self.recurrent_kernel, training
        )
        if self.use_bias:
            z = z + self.bias
        i, f, c, o = tf.split(z, 4, axis=1)
        gate = self.recurrent_activation
        memory = gate(f) * memory + gate(i) * self.activation(c)
        hidden = gate(o) * self.activation(memory)
        return hidden, [hidden, memory]


@public("keras.layers.GRUCell")
class GRUCell(_Cell):
    """Gated recurrent unit; gates in the order update, reset, candidate.

    Args:
        units: size of output and state.
        activation, recurrent_activation: of the candidate and of the gates.
        reset_after: apply the reset gate after the recurrent product (the default).
        kwargs: as the other cells.
    """

    gates = mask_count = 3

    def __init__(
        self, units: int, activation: Any = "tanh", recurrent_activation: Any = "sigmoid",
        use_bias: bool = True, kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal", bias_initializer: Any = "zeros",
        reset_after: bool = True, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(units, activation, use_bias, kernel_initializer, recurrent_initializer,
                         bias_initializer, **kwargs)  # fmt: skip
        self.recurrent_activation = _activation(recurrent_activation)
        self.reset_after = reset_after

    def bias_shape(self) -> tuple[int, ...]:
        """Two biases where the reset gate comes after the product."""
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def call(self, inputs: Any, states: Any, training: Any = False) -> tuple[Any, Any]:
        """Output and new states."""
        h = states[0] if isinstance(states, (list, tuple)) else states
        gate = self.recurrent_activation
        x = self._products("dropout", inputs, self.kernel, training)
        bias = recurrent_bias = None
        if self.use_bias:
            bias, recurrent_bias = tf.unstack(self.bias) if self.reset_after else (self.bias, None)
            x = x + bias
        xz, xr, xh = tf.split(x, 3, axis=-1)
        if self.reset_after:
            inner = self._products("recurrent_dropout", h, self.recurrent_kernel, training)
            if recurrent_bias is not None:
                inner = inner + recurrent_bias
            hz, hr, hh = tf.split(inner, 3, axis=-1)
            z, r = gate(xz + hz), gate(xr + hr)
            candidate = self.activation(xh + r * hh)
        else:
            masks: Any = [1.0] * 3
            if training and 0.0 < self.recurrent_dropout < 1.0:
                masks = self._mask("recurrent_dropout", h)
            kernels = tf.split(self.recurrent_kernel, 3, axis=1)
            z, r = (gate(part + tf.matmul(h * mask, kernel))
                    for part, mask, kernel in zip((xz, xr), masks, kernels))  # fmt: skip
            candidate = self.activation(xh + tf.matmul(r * h * masks[2], kernels[2]))
        out = z * h + (1.0 - z) * candidate
        return out, [out] if isinstance(states, (list, tuple)) else out


@public("keras.layers.StackedRNNCells")
class StackedRNNCells(Layer):
    """Cells one after the other, as one cell.

    Args:
        cells: list of cells.
        kwargs: of `Layer`.

    Raises:
        ValueError: for what is no cell.
    """

    def __init__(self, cells: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for cell in cells:
            for name in ("call", "state_size"):
                if not hasattr(cell, name):
                    raise ValueError(f"All cells must have a `{name}`. Received cell without a "
                                     f"`{name}`: {cell}")  # fmt: skip
        self.cells = list(cells)

    @property
    def state_size(self) -> list[Any]:
        """Sizes of the states of all cells."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> Any:
        """Size of the last cell's output."""
        return _width(self.cells[-1])

    def get_initial_state(self, batch_size: Any = None, **kwargs: Any) -> list[Any]:
        """States of zeros, a list for each cell."""
        return [cell.get_initial_state(batch_size=batch_size) for cell in self.cells]

    def build(self, input_shape: Any) -> None:
        """Build the cells, each for the output of the one before."""
        for cell in self.cells:
            if not cell.built:
                with naming.scope(cell.name):
                    object.__setattr__(cell, "_path", naming.current_path())
                    cell.build(input_shape)
                cell.built = True
            input_shape = (input_shape[0], _width(cell))
        self.built = True

    def call(self, inputs: Any, states: Any, training: Any = False) -> tuple[Any, Any]:
        """Output of the last cell and new states of all."""
        following = []
        for cell, state in zip(self.cells, states):
            inputs, after = cell.call(inputs, state, training=training)
            following.append(after)
        return inputs, following

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal layer."""
        return {**super().get_config(), "cells": [configs.serialize(cell) for cell in self.cells]}


def _width(cell: Any) -> Any:
    size = getattr(cell, "output_size", None) or cell.state_size
    return size[0] if isinstance(size, (list, tuple)) else size
