"""An optimizer around another that keeps small gradients from vanishing."""

from __future__ import annotations

from typing import Any

from engine.keras import configs
from engine.keras.optimizer import Optimizer, dense, export
from engine.keras.variables import raw
from engine.ops.namespace import tf

_DEFAULTS = {
    "weight_decay": None, "clipnorm": None, "global_clipnorm": None, "clipvalue": None,
    "use_ema": False, "ema_momentum": 0.99, "ema_overwrite_frequency": None,
    "loss_scale_factor": None, "gradient_accumulation_steps": None,
}  # fmt: skip


@export("LossScaleOptimizer")
class LossScaleOptimizer(Optimizer):
    """Divides gradients of a scaled loss by the scale, and leaves out those that overflow.

    Args:
        inner_optimizer: the one that changes the variables.
        initial_scale: of the loss.
        dynamic_growth_steps: after how many finite steps the scale doubles.
        name: of the optimizer.
        kwargs: the other arguments of `Optimizer` must have their defaults.

    Raises:
        ValueError: for other arguments.
    """

    def __init__(
        self, inner_optimizer: Any, initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000, name: str | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        if not kwargs.pop("dynamic", True):
            raise ValueError(
                "LossScaleOptimizer no longer supports `dynamic=False`. Instead, simply set "
                "`loss_scale_factor` directly on the `inner_optimizer`."
            )
        for key, default in _DEFAULTS.items():
            if kwargs.pop(key, default) != default:
                raise ValueError(f"LossScaleOptimizer does not support `{key}`. Instead, set "
                                 f"`{key}` on the `inner_optimizer`.")  # fmt: skip
        if kwargs:
            raise ValueError("LossScaleOptimizer does not support arguments: "
                             f"`{'`, `'.join(kwargs)}`.")  # fmt: skip
        super().__init__(learning_rate=0.0, name=name)
        self.inner_optimizer = inner_optimizer
        self.initial_scale, self.dynamic_growth_steps = initial_scale, dynamic_growth_steps
        self.inner_optimizer.loss_scale_factor = None

    step_counter: Any
    dynamic_scale: Any

    def build(self, variables: Any) -> None:
        """Make the counter and the scale, and build the inner optimizer."""
        variables = list(variables)
        self.step_counter = self.add_variable((), dtype="int64", name="step_counter")
        self.dynamic_scale = self.add_variable(
            (), lambda shape, dtype: tf.fill(shape, tf.cast(self.initial_scale, dtype)),
            name="dynamic_scale",
        )  # fmt: skip
        self.inner_optimizer.build(variables)
        super().build(variables)

    @property
    def variables(self) -> list[Any]:
        """The own variables, then those of the inner optimizer."""
        return [*self._held, *self.inner_optimizer.variables]

    @property
    def learning_rate(self) -> Any:
        """That of the inner optimizer."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.inner_optimizer.learning_rate = value

    @property
    def iterations(self) -> Any:
        """Those of the inner optimizer."""
        return self.inner_optimizer.iterations

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """A step of the inner optimizer, unless a gradient is infinite."""
        grads = list(grads)
        if not self.built:
            self.build(trainable_variables)
            self.built = True
        scale, counter = raw(self.dynamic_scale), raw(self.step_counter)
        finite = [tf.reduce_all(tf.math.is_finite(dense(g))) for g in grads if g is not None]

        def step() -> Any:
            unscaled = [
                g if g is None else dense(g) / tf.cast(scale, dense(g).dtype) for g in grads
            ]
            self.inner_optimizer.apply(unscaled, trainable_variables)
            full = tf.equal(counter, self.dynamic_growth_steps - 1)
            scale.assign(tf.where(full, scale * 2.0, scale))
            counter.assign(tf.where(full, tf.zeros_like(counter), counter + 1))
            return tf.constant(0)

        def shrink() -> Any:
            counter.assign(tf.zeros_like(counter))
            scale.assign(scale * 0.5)
            return tf.constant(0)

        tf.cond(tf.reduce_all(tf.stack(finite)), step, shrink)

    def scale_loss(self, loss: Any) -> Any:
        """The loss times the present scale."""
        return loss * (raw(self.dynamic_scale) if self.built else self.initial_scale)

    def finalize_variable_values(self, var_list: Any) -> None:
        """As the inner optimizer."""
        self.inner_optimizer.finalize_variable_values(var_list)

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal optimizer."""
        return {"name": self.name, "inner_optimizer": configs.serialize(self.inner_optimizer),
                "initial_scale": self.initial_scale,
                "dynamic_growth_steps": self.dynamic_growth_steps}  # fmt: skip
