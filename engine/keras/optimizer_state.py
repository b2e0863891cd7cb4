"""The variables of optimizers: counters, the learning rate, slots beside the model's variables."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from typing import Any

from engine.ir.dtypes import as_dtype
from engine.keras import initial_values, naming
from engine.keras.variables import KerasVariable, raw
from engine.objects.indexed_slices import IndexedSlices
from engine.objects.trackable import Trackable
from engine.objects.variable import init_scope
from engine.ops.namespace import tf


def key_of(variable: Any) -> int:
    """What stands for a variable; for a Keras variable, its `tf.Variable`, and what stands for
    that where it is an argument of a traced function, the same.
    """
    found = raw(variable)
    return id(getattr(found, "_storage", found))


class OptimizerState(Trackable):
    """Holds the variables of an optimizer, and knows which belong to which."""

    slots: tuple[str, ...] = ()
    """Names of the variables that stand beside each variable of a model."""
    more_slots: tuple[str, ...] = ()
    """Names of further ones, each made for all variables after the slots before."""

    name: str
    use_ema: bool
    gradient_accumulation_steps: int | None

    def _start_state(self) -> None:
        self._held: list[KerasVariable] = []
        self._places: dict[int, int] = {}
        self._trainable_variables: list[Any] = []
        self._slot_lists: dict[str, list[Any]] = {}
        self._averages: list[Any] = []
        self._sums: list[Any] = []
        self._kept_from_decay: set[int] = set()
        self._kept_names: re.Pattern[str] | None = None
        self.built = False

    @property
    def variables(self) -> list[Any]:
        """Step counter, learning rate and slots, in the order in which they were made."""
        return list(self._held)

    def __checkpoint_children__(self) -> list[tuple[str, Any]]:
        named = [("_iterations", self._held[0])]
        rate = getattr(self, "_rate", None)
        if rate is not None:
            named.append(("_learning_rate", rate))
        rest = [(f"_variables/{i}", v) for i, v in enumerate(self._held) if v is not rate and i]
        return [*named, *rest]

    def _hold(self, variable: KerasVariable) -> KerasVariable:
        self._held.append(variable)
        self._attached(f"_variables/{len(self._held) - 1}", variable)
        return variable

    # -- making them -----------------------------------------------------------------------

    def add_variable(
        self, shape: Any, initializer: Any = "zeros", dtype: Any = None, aggregation: Any = "none",
        layout: Any = None, name: str | None = None,
    ) -> KerasVariable:  # fmt: skip
        """A new variable of the optimizer.

        Args:
            shape: of the variable.
            initializer: name, object or function (shape, dtype) -> value.
            dtype: default float32.
            aggregation, layout: accepted.
            name: of the variable.
        """
        kind = as_dtype(dtype or "float32")
        with init_scope(), naming.scope(self.name, ""):
            value = initial_values.get(initializer)(tuple(shape), dtype=kind)
            made = KerasVariable(value, dtype=kind, trainable=False, name=name)
        return self._hold(made)

    def add_variable_from_reference(
        self, reference_variable: Any, name: str | None = None, initializer: Any = "zeros"
    ) -> KerasVariable:
        """A new variable of the shape, dtype and path of another, with `name` behind the path."""
        label = getattr(reference_variable, "path", None) or reference_variable.name
        label = str(label).replace("/", "_").replace(":", "_")
        return self.add_variable(reference_variable.shape, initializer, reference_variable.dtype,
                                 name=f"{label}_{name or 'var'}")  # fmt: skip

    def add_optimizer_variables(
        self, trainable_variables: Any, name: Any, initializer: Any = "zeros"
    ) -> Any:
        """New variables beside each of some variables.

        Args:
            trainable_variables: those of the model.
            name: one name, or several.
            initializer: one, or one for each name.

        Returns:
            A list, or one for each name where there are several.

        Raises:
            ValueError: for another number of initializers.
        """
        names = [name] if isinstance(name, str) else list(name)
        single = not isinstance(initializer, (list, tuple))
        starts = [initializer] * len(names) if single else list(initializer)
        if len(names) != len(starts):
            raise ValueError(
                "The number of provided names must match the number of provided initializers.  "
                f"Received name='{name}', initializer='{initializer}'"
            )
        made: tuple[list[Any], ...] = tuple([] for _ in names)
        for variable in trainable_variables:
            for found, label, start in zip(made, names, starts):
                found.append(self.add_variable_from_reference(variable, label, start))
        return made[0] if isinstance(name, str) else made

    def build(self, variables: Iterable[Any]) -> None:
        """Make the variables that stand beside those of the model."""
        variables = list(variables)
        if self.built:
            return
        with init_scope():
            if self.use_ema:
                self._averages = self.add_optimizer_variables(variables, "average")
            for i, variable in enumerate(variables):
                self._places[key_of(variable)] = i
                if self.gradient_accumulation_steps:
                    self._sums.append(
                        self.add_variable_from_reference(variable, "gradient_accumulator")
                    )
            self._trainable_variables = variables
            for group in (self.slots, *((slot,) for slot in self.more_slots)):
                starts = [self.first_value(slot) for slot in group]
                made = self.add_optimizer_variables(variables, group, starts)
                self._slot_lists.update(zip(group, made))
        self.built = True

    def first_value(self, slot: str) -> Any:
        """The initializer of a slot."""
        return "zeros"

    def slots_of(self, variable: Any) -> dict[str, Any]:
        """The `tf.Variable`s beside a variable, by name."""
        at = self._get_variable_index(variable)
        return {name: raw(found[at]) for name, found in self._slot_lists.items()}

    def _get_variable_index(self, variable: Any) -> int:
        return self._places[key_of(variable)]

    def _check_known(self, variables: list[Any]) -> None:
        for variable in variables:
            if key_of(variable) not in self._places:
                raise ValueError(
                    f"Unknown variable: {variable}. This optimizer can only be called for the "
                    "variables it was originally built with. When working with a new set of "
                    "variables, you should recreate a new optimizer instance."
                )

    # -- writing them ----------------------------------------------------------------------

    def assign(self, variable: Any, value: Any) -> None:
        """Give a variable a value (in its dtype); sparse values change rows."""
        self._write(variable, value, "assign", "scatter_update")

    def assign_add(self, variable: Any, value: Any) -> None:
        """Add to a variable; sparse values are added to rows."""
        self._write(variable, value, "assign_add", "scatter_add")

    def assign_sub(self, variable: Any, value: Any) -> None:
        """Subtract from a variable; sparse values are subtracted from rows."""
        self._write(variable, value, "assign_sub", "scatter_sub")

    @staticmethod
    def _write(variable: Any, value: Any, dense: str, sparse: str) -> None:
        target = raw(variable)
        if isinstance(value, IndexedSlices):
            rows = tf.cast(value.values, target.dtype)
            getattr(target, sparse)(IndexedSlices(rows, value.indices, value.dense_shape))
        else:
            getattr(target, dense)(tf.cast(value, target.dtype))

    def set_weights(self, weights: Any) -> None:
        """Give all variables values. Raises ValueError before the build, or for other shapes."""
        if not self.built:
            raise ValueError(
                "You are calling `set_weights()` on an optimizer that has not yet been built. "
                "Please call `optimizer.build(trainable_variables)` to create the optimizer "
                "weights before calling `set_weights()`."
            )
        for variable, weight in zip(self.variables, weights):
            if tuple(variable.shape) != tuple(weight.shape):
                raise ValueError(
                    f"Optimizer variable {variable.path} has shape {variable.shape} not "
                    f"compatible with provided weight shape {weight.shape}."
                )
            variable.assign(weight)

    def save_own_variables(self, store: Any) -> None:
        """Put the values of the variables into a mapping, by their numbers."""
        for i, variable in enumerate(self.variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Take the values from such a mapping; another number of them is left with a warning."""
        mine = self.variables
        if len(store.keys()) != len(mine):
            warnings.warn(
                f"Skipping variable loading for optimizer '{self.name}', because it has "
                f"{len(mine)} variables whereas the saved optimizer has {len(store.keys())} "
                "variables. ", stacklevel=2,
            )  # fmt: skip
            return
        for i, variable in enumerate(mine):
            variable.assign(store[str(i)])

    # -- weight decay ----------------------------------------------------------------------

    def exclude_from_weight_decay(self, var_list: Any = None, var_names: Any = None) -> None:
        """Variables, and parts of names of variables, that weight decay leaves alone."""
        self._kept_from_decay = {key_of(variable) for variable in var_list or ()}
        self._kept_names = re.compile("|".join(set(var_names))) if var_names else None

    def _use_weight_decay(self, variable: Any) -> bool:
        if key_of(variable) in self._kept_from_decay:
            return False
        return self._kept_names is None or self._kept_names.search(variable.name) is None
