"""Optimizers: how variables follow their gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from engine.ir.op import PUBLIC, public
from engine.objects.module import Module
from engine.objects.variable import Variable, init_scope
from engine.ops.namespace import tf


def _export(*names: str) -> Callable[[type], type]:
    def export(cls: type) -> type:
        for name in names:
            for space in ("keras.optimizers", "optimizers"):
                PUBLIC[f"{space}.{name}"] = cls
        return cls

    return export


@_export("Optimizer")
class Optimizer(Module):
    """Base of optimizers.

    Args:
        learning_rate: number, schedule (step -> number) or function of no arguments.
        name: of the optimizer.
        weight_decay: share by which variables shrink in every step (times the learning rate).
        clipnorm, clipvalue, global_clipnorm: bounds on the gradients.
        kwargs: none are known.
    """

    slots: tuple[str, ...] = ()

    def __init__(
        self, learning_rate: Any = 0.01, name: str | None = None, weight_decay: Any = None,
        clipnorm: Any = None, clipvalue: Any = None, global_clipnorm: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        if kwargs:
            raise ValueError(f"Argument(s) not recognized: {kwargs}")
        super().__init__(name=name)
        self._clip = (clipnorm, clipvalue, global_clipnorm)
        self.weight_decay = weight_decay
        self._iterations = Variable(0, dtype="int64", trainable=False, name="iteration")
        self._schedule = learning_rate if callable(learning_rate) else None
        self._rate = None if self._schedule else Variable(
            float(learning_rate), dtype="float32", trainable=False, name="learning_rate"
        )  # fmt: skip
        self._slots: dict[int, dict[str, Variable]] = {}
        self._order: list[Variable] = []
        self.built = False

    @property
    def iterations(self) -> Variable:
        """How many steps were taken."""
        return self._iterations

    @property
    def learning_rate(self) -> Any:
        """The present learning rate."""
        if self._schedule is not None:
            return self._scheduled()
        return self._rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if callable(value):
            self._schedule = value
        elif self._rate is None:
            raise TypeError(
                "This optimizer was created with a schedule as its learning rate, hence its "
                "learning rate is not settable."
            )
        else:
            self._rate.assign(value)

    def _scheduled(self) -> Any:
        assert self._schedule is not None
        if isinstance(self._schedule, LearningRateSchedule):
            return self._schedule(self._iterations)
        return self._schedule()

    @property
    def variables(self) -> Any:
        """Step counter, learning rate and slots."""
        rate = [] if self._rate is None else [self._rate]
        slots = [v for key in self._slots.values() for v in key.values()]
        return [self._iterations, *rate, *slots]

    def build(self, var_list: Iterable[Any]) -> None:
        """Make the slots for the variables."""
        with init_scope():
            for variable in var_list:
                self._slots_of(variable)
        self.built = True

    def _slots_of(self, variable: Any) -> dict[str, Variable]:
        known = self._slots.get(id(variable))
        if known is None:
            with init_scope():
                known = {
                    slot: Variable(self.start(slot, variable), trainable=False,
                                   name=f"{variable._name}_{slot}")
                    for slot in self.slots
                }  # fmt: skip
            self._slots[id(variable)] = known
            self._order.append(variable)
        return known

    def start(self, slot: str, variable: Any) -> Any:
        """A slot's initial value."""
        return tf.zeros(variable.shape, variable.dtype)

    def apply_gradients(self, grads_and_vars: Any, **kwargs: Any) -> Any:
        """Change the variables by their gradients.

        Args:
            grads_and_vars: pairs of gradient and variable; pairs with None are left out.

        Raises:
            ValueError: if there is no gradient at all.
        """
        pairs = [(g, v) for g, v in grads_and_vars if g is not None]
        if not pairs:
            raise ValueError("No gradients provided for any variable.")
        self.build(v for _, v in pairs)
        grads = self._clipped([g for g, _ in pairs])
        rate = tf.cast(tf.convert_to_tensor(self.learning_rate), "float32")
        for grad, (_, variable) in zip(grads, pairs):
            own = tf.cast(rate, variable.dtype)
            if self.weight_decay:
                variable.assign_sub(variable * self.weight_decay * own)
            self.update(tf.cast(grad, variable.dtype), variable, own, self._slots_of(variable))
        self._iterations.assign_add(1)
        return self._iterations

    def apply(self, grads: Any, trainable_variables: Any = None) -> Any:
        """As `apply_gradients`, with the variables apart (default: those of the last call)."""
        variables = self._order if trainable_variables is None else trainable_variables
        return self.apply_gradients(zip(grads, variables))

    def minimize(self, loss: Any, var_list: Any, tape: Any = None) -> Any:
        """Take a step that lowers `loss` (a function, or a tensor with its tape)."""
        if callable(loss):
            with tf.GradientTape() as recorded:
                value = loss()
        else:
            recorded, value = tape, loss
        variables = var_list() if callable(var_list) else var_list
        return self.apply_gradients(zip(recorded.gradient(value, variables), variables))

    def _clipped(self, grads: list[Any]) -> list[Any]:
        norm, value, total = self._clip
        if norm is not None:
            return [tf.clip_by_norm(g, norm) for g in grads]
        if value is not None:
            return [tf.clip_by_value(g, -value, value) for g in grads]
        if total is not None:
            return list(tf.clip_by_global_norm(grads, total)[0])
        return grads

    def update(self, grad: Any, variable: Any, rate: Any, slots: dict[str, Any]) -> None:
        """Change one variable."""
        raise NotImplementedError(f"{type(self).__name__} does not define `update()`")

    def step(self, dtype: Any) -> Any:
        """Number of the step being taken, from one, as a float."""
        return tf.cast(self._iterations.value() + 1, dtype)


@_export("SGD", "sgd")
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
        if not 0 <= momentum <= 1:
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


@_export("Adam", "adam")
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
        self.slots = ("momentum", "velocity", *(("velocity_hat",) if amsgrad else ()))

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
        v.assign_add((tf.square(grad) - v) * (1 - self.beta_2))
        square: Any = v
        if self.amsgrad:
            square = slots["velocity_hat"]
            square.assign(tf.maximum(square, v))
        variable.assign_sub((m * alpha) / (tf.sqrt(square) + self.epsilon))


@_export("AdamW")
class AdamW(Adam):
    """Adam with decoupled weight decay."""

    def __init__(
        self, learning_rate: Any = 0.001, weight_decay: float = 0.004, **kwargs: Any
    ) -> None:
        super().__init__(learning_rate, weight_decay=weight_decay, **kwargs)


@_export("RMSprop", "rmsprop")
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
        self.slots = ("velocity", *(("momentum",) if momentum else ()),
                      *(("average_gradient",) if centered else ()))  # fmt: skip

    def update(self, grad: Any, variable: Any, rate: Any, slots: dict[str, Any]) -> None:
        """Move by the scaled gradient."""
        v = slots["velocity"]
        v.assign(self.rho * v + (1 - self.rho) * tf.square(grad))
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


@_export("Adagrad", "adagrad")
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
        self.initial, self.epsilon = initial_accumulator_value, epsilon

    def start(self, slot: str, variable: Any) -> Any:
        """The initial sum."""
        return tf.zeros(variable.shape, variable.dtype) + self.initial

    def update(self, grad: Any, variable: Any, rate: Any, slots: dict[str, Any]) -> None:
        """Move by the scaled gradient."""
        total = slots["accumulator"]
        total.assign_add(tf.square(grad))
        variable.assign_sub(rate * grad / tf.sqrt(total + self.epsilon))


@public(
    "keras.optimizers.schedules.LearningRateSchedule", "optimizers.schedules.LearningRateSchedule"
)
class LearningRateSchedule:
    """A learning rate that depends on the step."""

    def __call__(self, step: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not define `__call__()`")


@public("keras.optimizers.schedules.ExponentialDecay", "optimizers.schedules.ExponentialDecay")
class ExponentialDecay(LearningRateSchedule):
    """initial * rate ** (step / steps).

    Args:
        initial_learning_rate, decay_steps, decay_rate: of the formula.
        staircase: round the exponent down.
    """

    def __init__(self, initial_learning_rate: float, decay_steps: int, decay_rate: float,
                 staircase: bool = False, name: str = "ExponentialDecay") -> None:  # fmt: skip
        self.initial, self.steps = initial_learning_rate, decay_steps
        self.rate, self.staircase = decay_rate, staircase

    def __call__(self, step: Any) -> Any:
        """The rate at `step`."""
        exponent = tf.cast(step, "float32") / float(self.steps)
        if self.staircase:
            exponent = tf.floor(exponent)
        return self.initial * tf.pow(tf.constant(self.rate, "float32"), exponent)


@public("keras.optimizers.schedules.PiecewiseConstantDecay",
        "optimizers.schedules.PiecewiseConstantDecay")  # fmt: skip
class PiecewiseConstantDecay(LearningRateSchedule):
    """`values[i]` up to and including step `boundaries[i]`."""

    def __init__(self, boundaries: list[Any], values: list[float], name: str = "") -> None:
        if len(boundaries) != len(values) - 1:
            raise ValueError("The length of boundaries should be 1 less than the length of values.")
        self.boundaries, self.values = boundaries, values

    def __call__(self, step: Any) -> Any:
        """The rate at `step`."""
        rate = tf.constant(self.values[-1])
        for bound, value in reversed(list(zip(self.boundaries, self.values))):
            rate = tf.where(tf.cast(step, "float32") <= float(bound), value, rate)
        return rate


@public("keras.optimizers.get")
def get(identifier: Any) -> Optimizer:
    """The optimizer that a name or object stands for. Raises ValueError for an unknown name."""
    if isinstance(identifier, Optimizer):
        return identifier
    known = {"sgd": SGD, "adam": Adam, "rmsprop": RMSprop, "adagrad": Adagrad, "adamw": AdamW}
    if isinstance(identifier, str) and identifier.lower() in known:
        return known[identifier.lower()]()  # type: ignore[no-any-return]
    raise ValueError(f"Could not interpret optimizer identifier: {identifier}")
