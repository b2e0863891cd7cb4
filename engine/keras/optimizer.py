"""The base of optimizers: steps, learning rate, slots beside the variables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from engine.ir.op import PUBLIC
from engine.keras import configs, naming
from engine.keras.schedules import LearningRateSchedule
from engine.keras.variables import KerasVariable, raw
from engine.objects.indexed_slices import IndexedSlices
from engine.objects.trackable import Trackable
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
class Optimizer(Trackable):
    """Base of optimizers; subclasses name their `slots` and define `update`.

    Args:
        learning_rate: number, schedule (step -> number) or function of no arguments.
        weight_decay: share by which variables shrink in every step (times the learning rate).
        clipnorm, clipvalue, global_clipnorm: bounds on the gradients; one of them at most.
        use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor,
        gradient_accumulation_steps: only their defaults are known.
        name: of the optimizer.
        kwargs: none are known.

    Raises:
        ValueError: for unknown arguments, or two bounds.
    """

    slots: tuple[str, ...] = ()

    def __init__(
        self, learning_rate: Any = 0.01, weight_decay: Any = None, clipnorm: Any = None,
        clipvalue: Any = None, global_clipnorm: Any = None, use_ema: bool = False,
        ema_momentum: float = 0.99, ema_overwrite_frequency: Any = None,
        loss_scale_factor: Any = None, gradient_accumulation_steps: Any = None,
        name: str | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        kwargs.pop("decay", None)
        if kwargs:
            raise ValueError(f"Argument(s) not recognized: {kwargs}")
        if use_ema or loss_scale_factor is not None or gradient_accumulation_steps is not None:
            raise NotImplementedError(
                "use_ema, loss_scale_factor and gradient_accumulation_steps are not supported here."
            )
        if sum(bound is not None for bound in (clipnorm, clipvalue, global_clipnorm)) > 1:
            raise ValueError(
                "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. Received: "
                f"clipnorm={clipnorm}, clipvalue={clipvalue}, global_clipnorm={global_clipnorm}"
            )
        self.name = name or naming.unique_name(naming.snake_case(type(self).__name__))
        self.clipnorm, self.clipvalue, self.global_clipnorm = clipnorm, clipvalue, global_clipnorm
        self.weight_decay = weight_decay
        self._iterations = self._variable(0, "int64", "iteration")
        self._schedule = learning_rate if callable(learning_rate) else None
        self._rate: Any = None
        if self._schedule is None:
            self._rate = self._variable(float(learning_rate), "float32", "learning_rate")
        self._known: dict[int, tuple[Any, dict[str, KerasVariable]]] = {}
        self.built = False

    def _variable(self, value: Any, dtype: str, name: str) -> KerasVariable:
        with init_scope(), naming.scope(self.name, ""):
            return KerasVariable(value, dtype=dtype, trainable=False, name=name)

    @property
    def iterations(self) -> KerasVariable:
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
        if callable(value) and not isinstance(value, (Variable, KerasVariable)):
            self._schedule = value
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

    @property
    def variables(self) -> list[Any]:
        """Step counter, learning rate and slots."""
        rate = [] if self._rate is None else [self._rate]
        slots = [v for _, kept in self._known.values() for v in kept.values()]
        return [self._iterations, *rate, *slots]

    def __checkpoint_children__(self) -> list[tuple[str, Any]]:
        first = [("_iterations", self._iterations), ("_learning_rate", self._rate)]
        slots = [v for _, kept in self._known.values() for v in kept.values()]
        return [*first, *((f"_variables/{i}", v) for i, v in enumerate(slots, 2))]

    def build(self, variables: Iterable[Any]) -> None:
        """Make the slots for the variables."""
        with init_scope():
            for variable in variables:
                self._slots_of(variable)
        self.built = True

    def _slots_of(self, variable: Any) -> dict[str, KerasVariable]:
        known = self._known.get(id(variable))
        if known is None:
            label = getattr(variable, "path", None) or variable.name
            label = label.replace("/", "_").replace(":", "_")
            kept = {}
            for slot in self.slots:
                with init_scope():
                    value = self.start(slot, raw(variable))
                kept[slot] = self._variable(value, raw(variable).dtype, f"{label}_{slot}")
            count = sum(len(kept) for _, kept in self._known.values())
            known = self._known[id(variable)] = (variable, kept)
            for i, made in enumerate(kept.values(), count + 2):
                self._attached(f"_variables/{i}", made)
        return known[1]

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
        pairs = list(grads_and_vars)
        return self.apply([g for g, _ in pairs], [v for _, v in pairs])

    def apply(self, grads: Any, trainable_variables: Any = None) -> Any:
        """As `apply_gradients`, with the variables apart (default: those it was built with)."""
        grads = list(grads)
        if trainable_variables is None:
            variables = [variable for variable, _ in self._known.values()]
        else:
            variables = list(trainable_variables)
        if not grads:
            return self._iterations
        if not self.built:
            self.build(variables)
        for variable in variables:
            if id(variable) not in self._known:
                raise ValueError(
                    f"Unknown variable: {variable}. This optimizer can only be called for the "
                    "variables it was originally built with. When working with a new set of "
                    "variables, you should recreate a new optimizer instance."
                )
        pairs = self._present(grads, variables)
        rate = tf.convert_to_tensor(self.learning_rate)
        for grad, (_, variable) in zip(self._clipped([g for g, _ in pairs]), pairs):
            self._change(variable, grad, rate)
        raw(self._iterations).assign_add(1)
        for variable in variables:
            constraint = getattr(variable, "constraint", None)
            if constraint is not None:
                variable.assign(constraint(variable))
        return self._iterations

    def _change(self, variable: Any, grad: Any, rate: Any) -> None:
        target = raw(variable)
        own = tf.cast(rate, target.dtype)
        if self.weight_decay:
            target.assign_sub(target * tf.cast(self.weight_decay, target.dtype) * own)
        slots = {name: raw(v) for name, v in self._slots_of(variable).items()}
        self.update(tf.cast(grad, target.dtype), target, own, slots)

    @staticmethod
    def _present(grads: list[Any], variables: list[Any]) -> list[tuple[Any, Any]]:
        pairs = [(g, v) for g, v in zip(grads, variables) if g is not None]
        if not pairs:
            raise ValueError("No gradients provided for any variable.")
        if len(pairs) < len(grads):
            import warnings

            missing = [getattr(v, "path", v.name) for g, v in zip(grads, variables) if g is None]
            warnings.warn(
                f"Gradients do not exist for variables {missing} when minimizing the loss. If "
                "using `model.compile()`, did you forget to provide a `loss` argument?",
                stacklevel=4,
            )
        return [(tf.convert_to_tensor(g) if isinstance(g, IndexedSlices) else g, v)
                for g, v in pairs]  # fmt: skip

    def _clipped(self, grads: list[Any]) -> list[Any]:
        if self.clipnorm is not None:
            return [tf.clip_by_norm(g, self.clipnorm) for g in grads]
        if self.clipvalue is not None:
            return [tf.clip_by_value(g, -self.clipvalue, self.clipvalue) for g in grads]
        if self.global_clipnorm is not None:
            return list(tf.clip_by_global_norm(grads, self.global_clipnorm)[0])
        return grads

    def update(self, grad: Any, variable: Any, rate: Any, slots: dict[str, Any]) -> None:
        """Change one variable."""
        raise NotImplementedError(f"{type(self).__name__} does not define `update()`")

    def step(self, dtype: Any) -> Any:
        """Number of the step being taken, from one, as a float."""
        return tf.cast(raw(self._iterations).value() + 1, dtype)

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal optimizer."""
        rate: Any = configs.serialize(self._schedule)
        if self._rate is not None:
            rate = float(self._rate.numpy())
        base = {
            "name": self.name, "learning_rate": rate, "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm, "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue, "use_ema": False, "ema_momentum": 0.99,
            "ema_overwrite_frequency": None, "loss_scale_factor": None,
            "gradient_accumulation_steps": None,
        }  # fmt: skip
        own = configs.constructor_arguments(self, Optimizer)
        return {**base, **{k: v for k, v in own.items() if k not in base}}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """An optimizer from what `get_config` answered."""
        return cls(**configs.revived(config))


PUBLIC["keras.Optimizer"] = Optimizer
