"""The rules of optimizers: how variables follow their gradients."""

from __future__ import annotations

from typing import Any

from engine.keras.initial_values import Constant
from engine.keras.optimizer import Optimizer, export
from engine.ops.namespace import tf


@export("SGD", "sgd")
class SGD(Optimizer):
    """Gradient descent, with momentum where wanted.

    Args:
        learning_rate: default 0.01.
        momentum: share of the last change that is kept.
        nesterov: look ahead along the momentum?
        kwargs: of `Optimizer`.
    """

    slots: tuple[str, ...] = ("momentum",)

    def __init__(self, learning_rate: Any = 0.01, momentum: float = 0.0, nesterov: bool = False,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(learning_rate, **kwargs)
        if not isinstance(momentum, float) or not 0 <= momentum <= 1:
            raise ValueError("`momentum` must be a float between [0, 1].")
        self.momentum, self.nesterov = momentum, nesterov
        self.slots = ("momentum",) if momentum else ()

    def update(self, grad: Any, variable: Any, rate: Any, slots: dict[str, Any]) -> None:
        """Variable -= rate * grad, through the momentum."""
        if not self.momentum:
            variable.assign_sub(rate * grad)
            return
        change = slots["momentum"]
        change.assign(change * self.momentum - rate * grad)
        if self.nesterov:
            variable.assign_add(change * self.momentum - rate * grad)
        else:
            variable.assign_add(change)


@export("Adam", "adam")
class Adam(Optimizer):
    """Adam (Kingma and Ba, 2014, algorithm 1, with the bias correction in the rate).

    Args:
        learning_rate: default 0.001.
        beta_1, beta_2: decay of the moving mean and of the moving square of the gradient.
        epsilon: added to the root of the square.
        amsgrad: keep the largest square.
        kwargs: of `Optimizer`.
    """

    slots: tuple[str, ...] = ("momentum", "velocity")

    def __init__(
        self, learning_rate: Any = 0.001, beta_1: float = 0.9, beta_2: float = 0.999,
        epsilon: float = 1e-7, amsgrad: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(learning_rate, **kwargs)
        self.beta_1, self.beta_2, self.epsilon, self.amsgrad = beta_1, beta_2, epsilon, amsgrad
        self.more_slots = ("velocity_hat",) if amsgrad else ()

    def update(self, grad: Any, variable: Any, rate: Any, slots: dict[str, Any]) -> None:
        """Move by the corrected mean over the root of the square."""
        m, v = slots["momentum"], slots["velocity"]
        step = self.step(variable.dtype)
        one = tf.cast(1.0, variable.dtype)
        corrected = one - tf.pow(tf.cast(self.beta_2, variable.dtype), step)
        alpha = (
            rate * tf.sqrt(corrected) / (one - tf.pow(tf.cast(self.beta_1, variable.dtype), step))
        )
        m.assign_add((grad - m) * (1 - self.beta_1))
        v.assign_add((self.squared(grad) - v) * (1 - self.beta_2))
        square: Any = v
        if self.amsgrad:
            square = slots["velocity_hat"]
            square.assign(tf.maximum(square, v))
        variable.assign_sub((m * alpha) / (tf.sqrt(square) + self.epsilon))


@export("AdamW")
class AdamW(Adam):
    """Adam with decoupled weight decay."""

    def __init__(
        self, learning_rate: Any = 0.001, weight_decay: Any = 0.004, beta_1: float = 0.9,
        beta_2: float = 0.999, epsilon: float = 1e-7, amsgrad: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay=weight_decay, **kwargs
        )
        if weight_decay is None:
            raise ValueError("Argument `weight_decay` must be a float. Received: weight_decay=None")


@export("RMSprop", "rmsprop")
class RMSprop(Optimizer):
    """Divides the gradient by the root of its moving square.

    Args:
        learning_rate: default 0.001.
        rho: decay of the moving square.
        momentum: share of the last change that is kept.
        epsilon: added to the square.
        centered: subtract the moving mean's square.
        kwargs: of `Optimizer`.
    """

    def __init__(
        self, learning_rate: Any = 0.001, rho: float = 0.9, momentum: float = 0.0,
        epsilon: float = 1e-7, centered: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(learning_rate, **kwargs)
        self.rho, self.momentum, self.epsilon, self.centered = rho, momentum, epsilon, centered
        self.more_slots = (*(("momentum",) if momentum else ()),
                           *(("average_gradient",) if centered else ()))  # fmt: skip

    slots: tuple[str, ...] = ("velocity",)

    def update(self, grad: Any, variable: Any, rate: Any, slots: dict[str, Any]) -> None:
        """Move by the scaled gradient."""
        v = slots["velocity"]
        v.assign(self.rho * v + (1 - self.rho) * self.squared(grad))
        denominator = v + self.epsilon
        if self.centered:
            mean = slots["average_gradient"]
            mean.assign(self.rho * mean + (1 - self.rho) * grad)
            denominator = denominator - tf.square(mean)
        change = rate * grad / tf.sqrt(denominator)
        if self.momentum:
            slots["momentum"].assign(self.momentum * slots["momentum"] + change)
            variable.assign_sub(slots["momentum"])
        else:
            variable.assign_sub(change)


@export("Adagrad", "adagrad")
class Adagrad(Optimizer):
    """Divides the gradient by the root of the sum of its squares.

    Args:
        learning_rate: default 0.001.
        initial_accumulator_value: start of the sum.
        epsilon: added to the sum.
        kwargs: of `Optimizer`.
    """

    slots: tuple[str, ...] = ("accumulator",)

    def __init__(self, learning_rate: Any = 0.001, initial_accumulator_value: float = 0.1,
                 epsilon: float = 1e-7, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(learning_rate, **kwargs)
        self.initial_accumulator_value, self.epsilon = initial_accumulator_value, epsilon

    def first_value(self, slot: str) -> Any:
        """The initial sum."""
        return Constant(self.initial_accumulator_value)

    def update(self, grad: Any, variable: Any, rate: Any, slots: dict[str, Any]) -> None:
        """Move by the scaled gradient."""
        total = slots["accumulator"]
        total.assign_add(self.squared(grad))
        variable.assign_sub(rate * grad / tf.sqrt(total + self.epsilon))


@export("Adadelta")
class Adadelta(Optimizer):
    """Steps scaled by the ratio of the moving sizes of past steps and of gradients.

    Args:
        learning_rate: default 0.001.
        rho: decay of the moving squares.
        epsilon: added to the squares.
        kwargs: of `Optimizer`.
    """

    slots: tuple[str, ...] = ("accumulated_grad", "accumulated_delta_var")

    def __init__(self, learning_rate: Any = 0.001, rho: float = 0.95, epsilon: float = 1e-7,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(learning_rate, **kwargs)
        self.rho, self.epsilon = rho, epsilon

    def update(self, grad: Any, variable: Any, rate: Any, slots: dict[str, Any]) -> None:
        """Move by the scaled gradient."""
        size, moved = slots["accumulated_grad"], slots["accumulated_delta_var"]
        size.assign(self.rho * size + (1 - self.rho) * self.squared(grad))
        ratio = -tf.sqrt(moved + self.epsilon) / tf.sqrt(size + self.epsilon)
        change = ratio * grad
        square = tf.square(change)
        if self.by_rows:
            square = tf.square(ratio) * self.squared(grad)
        moved.assign(self.rho * moved + (1 - self.rho) * square)
        variable.assign_add(rate * change)


@export("Adamax")
class Adamax(Optimizer):
    """Adam with the largest gradient in place of the root of the square.

    Args:
        learning_rate: default 0.001.
        beta_1, beta_2: decay of the moving mean and of the largest gradient.
        epsilon: added to the latter.
        kwargs: of `Optimizer`.
    """

    slots: tuple[str, ...] = ("momentum", "norm")

    def __init__(self, learning_rate: Any = 0.001, beta_1: float = 0.9, beta_2: float = 0.999,
                 epsilon: float = 1e-7, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(learning_rate, **kwargs)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def update(self, grad: Any, variable: Any, rate: Any, slots: dict[str, Any]) -> None:
        """Move by the corrected mean over the largest gradient."""
        m, u = slots["momentum"], slots["norm"]
        power = tf.pow(tf.cast(self.beta_1, variable.dtype), self.step(variable.dtype))
        m.assign_add((grad - m) * (1 - self.beta_1))
        u.assign(tf.maximum(self.beta_2 * u, self.absolute(grad)))
        variable.assign_sub((rate * m) / ((1 - power) * (u + self.epsilon)))


@export("Nadam")
class Nadam(Optimizer):
    """Adam with Nesterov momentum.

    Args:
        learning_rate: default 0.001.
        beta_1, beta_2: decay of the moving mean and of the moving square.
        epsilon: added to the root of the square.
        kwargs: of `Optimizer`.
    """

    slots: tuple[str, ...] = ("momentum", "velocity")

    def __init__(self, learning_rate: Any = 0.001, beta_1: float = 0.9, beta_2: float = 0.999,
                 epsilon: float = 1e-7, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(learning_rate, **kwargs)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
        self._product: Any = None

    def build(self, variables: Any) -> None:
        """Make the slots, and the product of the momenta."""
        if not self.built:
            super().build(variables)
            self._product = self._hold(self._variable(1.0, "float32"))

    def _step(self, pairs: list[tuple[Any, Any]]) -> None:
        self._product.assign(self._product * tf.cast(self._momentum_now(1), "float32"))
        super()._step(pairs)

    def _momentum_now(self, ahead: int) -> Any:
        step = self.step("float32") + float(ahead - 1)
        return self.beta_1 * (1.0 - 0.5 * tf.pow(0.96, step))

    def update(self, grad: Any, variable: Any, rate: Any, slots: dict[str, Any]) -> None:
        """Move along the momentum ahead."""
        kind = variable.dtype
        now, after = (tf.cast(self._momentum_now(i), kind) for i in (1, 2))
        product = tf.cast(self._product, kind)
        power = tf.pow(tf.cast(self.beta_2, kind), self.step(kind))
        m, v = slots["momentum"], slots["velocity"]
        m.assign_add((grad - m) * (1 - self.beta_1))
        v.assign_add((self.squared(grad) - v) * (1 - self.beta_2))
        ahead = after * m / (1 - product * after) + (1 - now) * grad / (1 - product)
        variable.assign_sub(rate * ahead / (tf.sqrt(v / (1 - power)) + self.epsilon))


@export("Lion")
class Lion(Optimizer):
    """Steps of one size, in the direction of the interpolated momentum.

    Args:
        learning_rate: default 0.001.
        beta_1, beta_2: of the direction and of the momentum.
        kwargs: of `Optimizer`.
    """

    slots: tuple[str, ...] = ("momentum",)

    def __init__(self, learning_rate: Any = 0.001, beta_1: float = 0.9, beta_2: float = 0.99,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(learning_rate, **kwargs)
        self.beta_1, self.beta_2 = beta_1, beta_2

    def update(self, grad: Any, variable: Any, rate: Any, slots: dict[str, Any]) -> None:
        """Move by the sign."""
        m = slots["momentum"]
        variable.assign_sub(rate * tf.sign(m * self.beta_1 + grad * (1 - self.beta_1)))
        m.assign(m * self.beta_2 + grad * (1 - self.beta_2))
