"""The base of optimizers: what a step does with gradients."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from engine.ir.op import PUBLIC
from engine.keras import configs, naming
from engine.keras.optimizer_state import OptimizerState
from engine.keras.schedules import LearningRateSchedule
from engine.keras.variables import KerasVariable, raw
from engine.objects.indexed_slices import IndexedSlices
from engine.objects.variable import Variable, init_scope
from engine.ops.namespace import tf


def export(*names: str) -> Callable[[type], type]:
    """Decorator: a class is public under names of `keras.optimizers`."""

    def declare(cls: type) -> type:
        for name in names:
            for space in ("keras.optimizers", "optimizers"):
                PUBLIC[f"{space}.{name}"] = cls
        return cls

    return declare


@export("Optimizer")
class Optimizer(OptimizerState):
    """Base of optimizers; subclasses define `build(variables)` and
    `update_step(gradient, variable, learning_rate)`.

    Args:
        learning_rate: number, schedule (step -> number) or function of no arguments.
        weight_decay: share by which variables shrink in every step (times the learning rate).
        clipnorm, clipvalue, global_clipnorm: bounds on the gradients; one of them at most.
        use_ema: keep moving averages of the variables?
        ema_momentum: share of the average that is kept in a step.
        ema_overwrite_frequency: after how many steps variables become their averages.
        loss_scale_factor: gradients are divided by it; the loss is multiplied by `scale_loss`.
        gradient_accumulation_steps: after how many steps the mean gradient is applied.
        name: of the optimizer.
        kwargs: none are known.

    Raises:
        ValueError: for unknown arguments, two bounds, or numbers out of range.
    """

    def __init__(
        self, learning_rate: Any = 0.01, weight_decay: Any = None, clipnorm: Any = None,
        clipvalue: Any = None, global_clipnorm: Any = None, use_ema: bool = False,
        ema_momentum: float = 0.99, ema_overwrite_frequency: Any = None,
        loss_scale_factor: Any = None, gradient_accumulation_steps: Any = None,
        name: str | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        if kwargs.pop("decay", None) is not None:
            warnings.warn("Argument `decay` is no longer supported and will be ignored.",
                          stacklevel=3)  # fmt: skip
        if kwargs:
            raise ValueError(f"Argument(s) not recognized: {kwargs}")
        self.name = name or naming.unique_name(naming.snake_case(type(self).__name__))
        self.weight_decay, self.clipnorm, self.clipvalue = weight_decay, clipnorm, clipvalue
        self.global_clipnorm, self.use_ema, self.ema_momentum = (
            global_clipnorm, use_ema, ema_momentum)  # fmt: skip
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self._check()
        self._start_state()
        self._iterations = self._hold(self._variable(0, "int64", "iteration"))
        self._schedule = learning_rate if callable(learning_rate) else None
        self._rate: Any = None
        if self._schedule is None:
            if not isinstance(learning_rate, float):
                raise ValueError(
                    "Argument `learning_rate` should be float, or an instance of "
                    "LearningRateSchedule, or a callable (that takes in the current iteration "
                    "value and returns the corresponding learning rate value). Received instead: "
                    f"learning_rate={learning_rate}"
                )
            self._rate = self._hold(self._variable(learning_rate, "float32", "learning_rate"))

    def _check(self) -> None:
        steps, often = self.gradient_accumulation_steps, self.ema_overwrite_frequency
        if steps and not steps >= 2:
            raise ValueError("`gradient_accumulation_steps` must be an integer >= 2. Received: "
                             f"gradient_accumulation_steps={steps}")  # fmt: skip
        if self.use_ema and not 0 <= self.ema_momentum <= 1:
            raise ValueError("`ema_momentum` must be in the range [0, 1]. Received: "
                             f"ema_momentum={self.ema_momentum}")  # fmt: skip
        if self.use_ema and often and (not isinstance(often, int) or often < 1):
            raise ValueError("`ema_overwrite_frequency` must be an integer >= 1 or None. Received: "
                             f"ema_overwrite_frequency={often}")  # fmt: skip
        bounds = (self.clipnorm, self.clipvalue, self.global_clipnorm)
        if sum(bound is not None for bound in bounds) > 1:
            raise ValueError(
                "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. Received: "
                f"clipnorm={bounds[0]}, clipvalue={bounds[1]}, global_clipnorm={bounds[2]}"
            )

    def _variable(self, value: Any, dtype: str, name: str | None = None) -> KerasVariable:
        with init_scope(), naming.scope(self.name, ""):
            return KerasVariable(value, dtype=dtype, trainable=False, name=name)

    @property
    def iterations(self) -> Any:
        """How many steps were taken; with accumulation: how many changed the variables."""
        if self.gradient_accumulation_steps:
            return tf.math.floordiv(
                self._iterations.value.value(), tf.cast(self.gradient_accumulation_steps, "int64")
            )
        return self._iterations

    @property
    def learning_rate(self) -> Any:
        """The present learning rate."""
        if self._schedule is not None:
            return self._scheduled()
        return self._rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if callable(value) and not isinstance(value, (Variable, KerasVariable)):
            self._schedule = value
            self._held[:] = [v for v in self._held if v is not self._rate]
            self._rate = None
        elif self._rate is None:
            raise TypeError(
                "This optimizer was created with a `LearningRateSchedule` object as its "
                "`learning_rate` constructor argument, hence its learning rate is not settable. If "
                "you need the learning rate to be settable, you should instantiate the optimizer "
                "with a float `learning_rate` argument."
            )
        else:
            self._rate.assign(value)

    def _scheduled(self) -> Any:
        assert self._schedule is not None
        if isinstance(self._schedule, LearningRateSchedule):
            return self._schedule(self._iterations)
        return self._schedule()

    # -- steps -----------------------------------------------------------------------------

    def apply_gradients(self, grads_and_vars: Any, **kwargs: Any) -> Any:
        """Change the variables by their gradients; answers the step counter.

        Args:
            grads_and_vars: pairs of gradient and variable; pairs with None are left out.

        Raises:
            ValueError: if there is no gradient at all.
        """
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [v for _, v in pairs])
        return self._iterations

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """As `apply_gradients`, with the variables apart (default: those it was built with).

        Raises:
            ValueError: for variables that the optimizer was not built with.
        """
        grads = list(grads)
        if not grads:
            return
        if trainable_variables is None:
            variables = self._known_variables(len(grads))
        else:
            variables = list(trainable_variables)
            if not self.built:
                self.build(variables)
                self.built = True
            self._check_known(variables)
        pairs = self._present(grads, variables)
        if self.loss_scale_factor is not None:
            factor = self.loss_scale_factor
            pairs = [(_changed(g, lambda values: values / factor), v) for g, v in pairs]
        self._apply_pairs(pairs)
        for _, variable in pairs:
            constraint = getattr(variable, "constraint", None)
            if constraint is not None:
                variable.assign(constraint(variable))
        raw(self._iterations).assign_add(1)

    def _known_variables(self, count: int) -> list[Any]:
        if not self.built:
            raise ValueError(
                "When passing `grads` without `variables`, the optimizer must already be built on "
                "a list of variables. Call `optimizer.build(trainable_variables)` first. "
            )
        if count != len(self._trainable_variables):
            raise ValueError(
                "When passing `grads` as a list of gradient tensors, the gradients must match "
                f"`optimizer.variables` one-to-on. Received a list of {count} gradients, but the "
                f"optimizer is tracking {len(self._trainable_variables)} trainable variables."
            )
        return self._trainable_variables

    def _apply_pairs(self, pairs: list[tuple[Any, Any]]) -> None:
        if self.gradient_accumulation_steps:
            self._accumulate(pairs, self.gradient_accumulation_steps)
        else:
            self._step(pairs)
        if not self.use_ema:
            return
        for variable, average in zip(self._trainable_variables, self._averages):
            target = raw(variable)
            later = tf.cast(tf.not_equal(self.iterations, 0), target.dtype)
            kept = later * tf.cast(self.ema_momentum, target.dtype)
            raw(average).assign(kept * raw(average) + (1 - kept) * target)
        if self.ema_overwrite_frequency:
            due = tf.equal((self.iterations + 1) % self.ema_overwrite_frequency, 0)
            for variable, average in zip(self._trainable_variables, self._averages):
                raw(variable).assign(tf.where(due, raw(average), raw(variable)))

    def _accumulate(self, pairs: list[tuple[Any, Any]], steps: int) -> None:
        """Add the gradients up, and take a step with their mean when enough are there."""
        sums = [raw(self._sums[self._get_variable_index(v)]) for _, v in pairs]

        def step() -> Any:
            self._step([((dense(g) + total) / steps, v) for (g, v), total in zip(pairs, sums)])
            for total in self._sums:
                raw(total).assign(tf.zeros(total.shape, total.dtype))
            return tf.constant(0)

        def add() -> Any:
            for (grad, _), total in zip(pairs, sums):
                total.assign_add(tf.cast(dense(grad), total.dtype))
            return tf.constant(0)

        tf.cond(tf.equal((raw(self._iterations) + 1) % steps, 0), step, add)

    def _step(self, pairs: list[tuple[Any, Any]]) -> None:
        grads = self._clipped([g for g, _ in pairs])
        rate = self.learning_rate
        if self.weight_decay is not None:
            for _, variable in pairs:
                if self._use_weight_decay(variable):
                    target = raw(variable)
                    decay = tf.cast(self.weight_decay, target.dtype)
                    target.assign_sub(target * decay * tf.cast(rate, target.dtype))
        for grad, (_, variable) in zip(grads, pairs):
            self.update_step(grad, raw(variable), rate)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change one variable by its gradient. Subclasses define it.

        Args:
            gradient: a tensor, or `tf.IndexedSlices` for rows of the variable.
            variable: a `tf.Variable`.
            learning_rate: the present one.
        """
        rate = tf.cast(learning_rate, variable.dtype)
        whole = tf.cast(dense(gradient), variable.dtype)
        self._sparse = gradient if isinstance(gradient, IndexedSlices) else None
        try:
            self.update(whole, variable, rate, self.slots_of(variable))
        finally:
            self._sparse = None

    _sparse: Any = None

    @property
    def by_rows(self) -> bool:
        """Is the present gradient one of rows?"""
        return self._sparse is not None

    def squared(self, grad: Any) -> Any:
        """The gradient's squares; of rows that occur several times the sum of their squares."""
        return tf.square(grad) if self._sparse is None else self._of_rows(tf.square, grad)

    def absolute(self, grad: Any) -> Any:
        """The gradient's absolute values; summed for rows that occur several times."""
        return tf.abs(grad) if self._sparse is None else self._of_rows(tf.abs, grad)

    def _of_rows(self, function: Callable[[Any], Any], grad: Any) -> Any:
        return tf.cast(dense(_changed(self._sparse, function)), grad.dtype)

    def update(self, grad: Any, variable: Any, rate: Any, slots: dict[str, Any]) -> None:
        """Change one variable, with its slots."""
        raise NotImplementedError(f"{type(self).__name__} does not define `update_step()`")

    @staticmethod
    def _present(grads: list[Any], variables: list[Any]) -> list[tuple[Any, Any]]:
        pairs = [(g, v) for g, v in zip(grads, variables) if g is not None]
        if not pairs:
            raise ValueError("No gradients provided for any variable.")
        if len(pairs) < len(grads):
            missing = [getattr(v, "path", v.name) for g, v in zip(grads, variables) if g is None]
            warnings.warn(
                f"Gradients do not exist for variables {missing} when minimizing the loss. If "
                "using `model.compile()`, did you forget to provide a `loss` argument?",
                stacklevel=4,
            )
        return pairs

    def _clipped(self, grads: list[Any]) -> list[Any]:
        values = [g.values if isinstance(g, IndexedSlices) else g for g in grads]
        if self.clipnorm:
            values = [tf.clip_by_norm(g, self.clipnorm) for g in values]
        elif self.global_clipnorm:
            values = list(tf.clip_by_global_norm(values, self.global_clipnorm)[0])
        elif self.clipvalue:
            values = [tf.clip_by_value(g, -self.clipvalue, self.clipvalue) for g in values]
        return [_with_values(g, new) for g, new in zip(grads, values)]

    def stateless_apply(
        self, optimizer_variables: Any, grads: Any, trainable_variables: Any
    ) -> Any:
        """Raises ValueError, as with TensorFlow's backend."""
        raise ValueError("stateless_apply is not supported with the TensorFlow backend (as it is "
                         "incompatible with tf.distribute).")  # fmt: skip

    def scale_loss(self, loss: Any) -> Any:
        """The loss times the factor by which gradients are divided."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def finalize_variable_values(self, var_list: Any) -> None:
        """Give variables their moving averages, where these are kept."""
        if not self.use_ema:
            return
        if len(var_list) != len(self._averages):
            raise ValueError(
                f"The length of model variables ({len(var_list)}) to override does not match the "
                f"length of model variables stored in the optimizer ({len(self._averages)}). "
                "Please check if the optimizer was called on your model."
            )
        for variable, average in zip(var_list, self._averages):
            variable.assign(average)

    def step(self, dtype: Any) -> Any:
        """Number of the step being taken, from one, as a float."""
        return tf.cast(tf.convert_to_tensor(self.iterations) + 1, dtype)

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal optimizer."""
        rate: Any = configs.serialize(self._schedule)
        if self._rate is not None:
            rate = float(self._rate.numpy())
        base = {
            "name": self.name, "learning_rate": rate, "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm, "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue, "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
        }  # fmt: skip
        own = configs.constructor_arguments(self, Optimizer)
        return {**base, **{k: v for k, v in own.items() if k not in base}}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """An optimizer from what `get_config` answered."""
        return cls(**configs.revived(config))


def dense(grad: Any) -> Any:
    """A gradient as a tensor; rows that occur several times are summed."""
    return tf.convert_to_tensor(grad) if isinstance(grad, IndexedSlices) else grad


def _changed(grad: Any, function: Callable[[Any], Any]) -> Any:
    """A gradient with other numbers; rows stay rows."""
    values = grad.values if isinstance(grad, IndexedSlices) else grad
    return _with_values(grad, function(values))


def _with_values(grad: Any, values: Any) -> Any:
    if isinstance(grad, IndexedSlices):
        return IndexedSlices(values, grad.indices, grad.dense_shape)
    return values


PUBLIC["keras.Optimizer"] = Optimizer
