"""A dense layer that says by an einsum equation which axes it mixes."""

from __future__ import annotations

import re
from typing import Any

from engine.ir.op import public
from engine.keras import configs, initial_values
from engine.keras.input_spec import InputSpec
from engine.keras.layer import Layer, activation
from engine.ops.namespace import tf

_activation = activation


@public("keras.layers.EinsumDense")
class EinsumDense(Layer):
    """activation(einsum(equation, inputs, kernel) + bias).

    Args:
        equation: of two operands; "..." may stand first or last in the input and the output.
        output_shape: shape of the output, without the batch axis and what "..." stands for.
        activation: name or function.
        bias_axes: letters of the output's axes that the bias has; None: no bias.
        kernel_initializer, bias_initializer: initial values.
        kernel_regularizer, bias_regularizer, kernel_constraint, bias_constraint: as
            `Layer.add_weight`.
        kwargs: of `Layer`.
    """

    def __init__(
        self, equation: str, output_shape: Any, activation: Any = None, bias_axes: Any = None,
        kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None, bias_regularizer: Any = None,
        kernel_constraint: Any = None, bias_constraint: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.equation = equation
        sizes = (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        self.partial_output_shape = sizes
        self.bias_axes = bias_axes
        self.activation = _activation(activation)
        self.kernel_initializer = initial_values.get(kernel_initializer)
        self.bias_initializer = initial_values.get(bias_initializer)
        self.kernel_regularizer = configs.regularizer(kernel_regularizer)
        self.bias_regularizer = configs.regularizer(bias_regularizer)
        self.kernel_constraint = configs.constraint(kernel_constraint)
        self.bias_constraint = configs.constraint(bias_constraint)
        self.kernel: Any = None
        self.bias: Any = None

    def build(self, input_shape: Any) -> None:
        """Make the kernel and the bias that the equation asks for."""
        plan = _Plan(self.equation, input_shape, self.partial_output_shape)
        initializer = self.kernel_initializer
        if isinstance(initializer, initial_values.VarianceScaling) and not initializer.input_axes:
            axes = {"input_axes": plan.input_axes, "output_axes": plan.output_axes}
            config = {**initializer.get_config(), **axes, "seed": initializer.seed}
            initializer = type(initializer).from_config(config)
        self.input_spec = InputSpec(ndim=len(input_shape))
        self.kernel = self.add_weight(
            plan.kernel, initializer, name="kernel", regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )  # fmt: skip
        if self.bias_axes is not None:
            self.bias = self.add_weight(
                plan.bias(self.bias_axes), self.bias_initializer, name="bias",
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            )  # fmt: skip
        self.built = True

    def call(self, inputs: Any, training: Any = None) -> Any:
        """What the equation says."""
        x = tf.einsum(self.equation, inputs, self.kernel)
        if self.bias is not None:
            x = x + self.bias
        return self.activation(x)

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal layer."""
        names = (
            "equation",
            "activation",
            "bias_axes",
            "kernel_initializer",
            "bias_initializer",
            "kernel_regularizer",
            "bias_regularizer",
            "kernel_constraint",
            "bias_constraint",
        )
        own = {name: configs.serialize(getattr(self, name)) for name in names}
        own["activity_regularizer"] = configs.serialize(self.activity_regularizer)
        own["quantization_config"] = None
        return {**super().get_config(), **own, "output_shape": self.partial_output_shape}


class _Plan:
    """The shapes of the weights of an equation.

    Attributes:
        kernel: shape of the kernel.
        input_axes, output_axes: its axes that are summed over, and those that come out.
    """

    def __init__(self, equation: str, input_shape: Any, partial: tuple[Any, ...]) -> None:
        found = re.fullmatch(r"(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)"
                             r"(\.\.\.)?", equation.replace(" ", ""))  # fmt: skip
        if found is None or (bool(found[1]), bool(found[3])) != (bool(found[5]), bool(found[7])):
            raise ValueError(
                f"Invalid einsum equation '{equation}'. Equations must be in the form "
                "[X],[Y]->[Z], ...[X],[Y]->...[Z], or [X]...,[Y]->[Z]...."
            )
        inputs, weights, outputs = found[2], found[4], found[6]
        elided = len(input_shape) - len(inputs)
        sizes = list(input_shape[elided:]) if found[1] else list(input_shape[: len(inputs)])
        known = dict(zip(inputs, sizes))
        given = list(partial)
        while len(given) < len(outputs):  # the batch axis
            given.insert(0, input_shape[0])
        self._output = dict(zip(outputs, given))
        for letter in outputs:
            size = self._output[letter]
            if letter in known and None not in (size, known[letter]) and size != known[letter]:
                raise ValueError(
                    f"Input shape and output shape do not match at shared dimension '{letter}'. "
                    f"Input shape is {known[letter]}, and output shape is {size}."
                )
        missing = [c for c in weights if c not in known and c not in self._output]
        if missing:
            raise ValueError(f"Weight dimension '{missing[0]}' did not have a match in either the "
                             f"input spec '{inputs}' or the output spec '{outputs}'. For this "
                             "layer, the weight must be fully specified.")  # fmt: skip
        self.kernel = tuple(known[c] if c in known else self._output[c] for c in weights)
        self.input_axes = [i for i, c in enumerate(weights) if c in known]
        self.output_axes = [
            i for i, c in enumerate(weights) if c in self._output and c not in known
        ]
        self._outputs, self._elided_last = outputs, bool(found[3])

    def bias(self, axes: str) -> tuple[Any, ...]:
        """The shape of a bias with the given axes of the output."""
        wrong = [c for c in axes if c not in self._output]
        if wrong:
            raise ValueError(f"Bias dimension '{wrong[0]}' was requested, but is not part of the "
                             f"output spec '{self._outputs}'")  # fmt: skip
        first = min(self._outputs.index(c) for c in axes)
        shape = tuple(self._output[c] if c in axes else 1 for c in self._outputs[first:])
        return (*shape, 1) if self._elided_last else shape
