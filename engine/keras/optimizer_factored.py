"""Optimizers of few or shared statistics: Ftrl, Lamb, Adafactor."""

from __future__ import annotations

from typing import Any

from engine.keras.initial_values import Constant
from engine.keras.optimizer import Optimizer, export
from engine.keras.variables import raw
from engine.ops.namespace import tf


@export("Ftrl")
class Ftrl(Optimizer):
    """Follow the regularised leader (McMahan et al., 2013).

    Args:
        learning_rate: default 0.001.
        learning_rate_power: how the rate falls; not above zero.
        initial_accumulator_value: start of the sum of squares.
        l1_regularization_strength, l2_regularization_strength: of the variables.
        l2_shrinkage_regularization_strength: added to the gradients.
        beta: makes the rate fall later.
        kwargs: of `Optimizer`.

    Raises:
        ValueError: for numbers out of range.
    """

    slots = ("accumulator", "linear")

    def __init__(
        self, learning_rate: Any = 0.001, learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1, l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0, l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(learning_rate, **kwargs)
        for name, value in (
            ("initial_accumulator_value", initial_accumulator_value),
            ("l1_regularization_strength", l1_regularization_strength),
            ("l2_regularization_strength", l2_regularization_strength),
            ("l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength),
        ):
            if value < 0.0:
                raise ValueError(f"`{name}` needs to be positive or zero. Received: "
                                 f"{name}={value}.")  # fmt: skip
            setattr(self, name, value)
        if learning_rate_power > 0.0:
            raise ValueError("`learning_rate_power` needs to be negative or zero. Received: "
                             f"learning_rate_power={learning_rate_power}.")  # fmt: skip
        self.learning_rate_power, self.beta = learning_rate_power, beta

    initial_accumulator_value: float
    l1_regularization_strength: float
    l2_regularization_strength: float
    l2_shrinkage_regularization_strength: float

    def first_value(self, slot: str) -> Any:
        """The initial sum of squares; zeros for the linear part."""
        return Constant(self.initial_accumulator_value) if slot == "accumulator" else "zeros"

    def update(self, grad: Any, variable: Any, rate: Any, slots: dict[str, Any]) -> None:
        """Solve for the variable anew."""
        total, linear = slots["accumulator"], slots["linear"]
        power = -self.learning_rate_power
        l1 = self.l1_regularization_strength
        l2 = self.l2_regularization_strength + self.beta / (2.0 * rate)
        shrunk = grad + 2 * self.l2_shrinkage_regularization_strength * variable
        new = total + self.squared(grad)
        linear.assign_add(shrunk - (tf.pow(new, power) - tf.pow(total, power)) / rate * variable)
        quadratic = tf.pow(new, power) / rate + 2 * l2
        variable.assign((tf.clip_by_value(linear, -l1, l1) - linear) / quadratic)
        total.assign(new)


@export("Lamb")
class Lamb(Optimizer):
    """Adam whose steps are scaled to the size of each variable (You et al., 2019).

    Args:
        learning_rate: default 0.001.
        beta_1, beta_2: decay of the moving mean and of the moving square.
        epsilon: added to the root of the square.
        kwargs: of `Optimizer`.
    """

    slots = ("momentum", "velocity")

    def __init__(self, learning_rate: Any = 0.001, beta_1: float = 0.9, beta_2: float = 0.999,
                 epsilon: float = 1e-7, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(learning_rate, **kwargs)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def update(self, grad: Any, variable: Any, rate: Any, slots: dict[str, Any]) -> None:
        """Move along Adam's direction, as far as the variable is large."""
        kind = variable.dtype
        m, v = slots["momentum"], slots["velocity"]
        first, second = (
            1.0 - tf.pow(tf.cast(beta, kind), self.step(kind))
            for beta in (self.beta_1, self.beta_2)
        )
        m.assign_add((grad - m) * (1 - self.beta_1))
        v.assign_add((self.squared(grad) - v) * (1 - self.beta_2))
        change = (m / first) / (tf.sqrt(v / second) + self.epsilon)
        size = tf.sqrt(tf.reduce_sum(tf.square(variable)))
        length = tf.sqrt(tf.reduce_sum(tf.square(change)))
        one = tf.ones([], kind)
        ratio = tf.where((size > 0) & (length > 0), size / length, one)
        variable.assign_sub(ratio * rate * change)


@export("Adafactor")
class Adafactor(Optimizer):
    """Keeps squares of gradients by row and by column (Shazeer and Stern, 2018).

    Args:
        learning_rate: default 0.001.
        beta_2_decay: how the squares' decay grows.
        epsilon_1: added to squares.
        epsilon_2: the least size of a variable.
        clip_threshold: of the root mean square of a change.
        relative_step: let a constant rate fall with the root of the steps?
        kwargs: of `Optimizer`.
    """

    def __init__(
        self, learning_rate: Any = 0.001, beta_2_decay: float = -0.8, epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3, clip_threshold: float = 1.0, relative_step: bool = True,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(learning_rate, **kwargs)
        self.beta_2_decay, self.epsilon_1, self.epsilon_2 = beta_2_decay, epsilon_1, epsilon_2
        self.clip_threshold, self.relative_step = clip_threshold, relative_step
        self._rows: list[Any] = []
        self._columns: list[Any] = []
        self._squares: list[Any] = []

    def build(self, variables: Any) -> None:
        """Make squares by row and column, and whole."""
        if self.built:
            return
        super().build(variables)
        for variable in self._trainable_variables:
            shape = tuple(variable.shape)
            rows: Any
            columns: Any
            if len(shape) < 2:
                rows = columns = None
                for _ in range(2):  # stand there for nothing, as in Keras
                    self._hold(self._variable(0, "int32", variable.name))
            else:
                rows = self.add_variable(shape[:-1], dtype=variable.dtype, name=variable.name)
                columns = self.add_variable(
                    (*shape[:-2], shape[-1]), dtype=variable.dtype, name=variable.name
                )
            self._rows.append(rows)
            self._columns.append(columns)
            self._squares.append(self.add_variable_from_reference(variable, "velocity"))

    def update(self, grad: Any, variable: Any, rate: Any, slots: dict[str, Any]) -> None:
        """Divide by the root of the estimated squares, and bound the change."""
        kind = variable.dtype
        at, step = self._get_variable_index(variable), self.step(kind)
        slowest = 1 / tf.sqrt(step)
        scale = tf.maximum(tf.cast(self.epsilon_2, kind), _root(variable))
        scale = scale * tf.minimum(rate, slowest)
        square = self.squared(grad) + self.epsilon_1
        keep = 1 - tf.pow(step, tf.cast(self.beta_2_decay, kind))
        whole = raw(self._squares[at])
        if self._rows[at] is not None:
            rows, columns = raw(self._rows[at]), raw(self._columns[at])
            rows.assign(keep * rows + (1 - keep) * tf.reduce_mean(square, axis=-1))
            columns.assign(keep * columns + (1 - keep) * tf.reduce_mean(square, axis=-2))
            share = rows / tf.reduce_mean(rows, axis=-1, keepdims=True)
            whole.assign(tf.expand_dims(share, -1) * tf.expand_dims(columns, -2))
        else:
            whole.assign(keep * whole + (1 - keep) * square)
        change = grad / tf.sqrt(whole)
        length = _root(change)
        if self.by_rows:
            length = tf.sqrt(tf.reduce_mean(self.squared(grad) / whole))
        bound = tf.maximum(tf.ones([], kind), length / self.clip_threshold)
        variable.assign_sub(scale * (change / bound))


def _root(values: Any) -> Any:
    """The root of the mean square."""
    return tf.sqrt(tf.reduce_mean(tf.square(values)))
