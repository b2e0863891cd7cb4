"""What models answer besides training: how they were compiled, and their state as a tree."""

from __future__ import annotations

import warnings
from typing import Any

from engine.keras import configs
from engine.keras.stateless import state_of
from engine.keras.training import Trainer


class ModelProtocol(Trainer):
    """The part of models that describes them."""

    built: bool
    distribute_reduction_method = "auto"

    @property
    def distribute_strategy(self) -> Any:
        """The strategy in force."""
        from engine.ops.namespace import tf

        return tf.distribute.get_strategy()

    def make_test_function(self, force: bool = False) -> Any:
        """The traced evaluation step."""
        self._functions.pop("test_step", None) if force else None
        return self._function("test_step")

    def make_predict_function(self, force: bool = False) -> Any:
        """The traced prediction step."""
        self._functions.pop("predict_step", None) if force else None
        return self._function("predict_step")

    def get_compile_config(self) -> dict[str, Any]:
        """The arguments of `compile` as plain data; nothing before it was called."""
        told = self.__dict__.get("_compile_config")
        if told is None:
            return {}
        given = {**told, "optimizer": self.optimizer, "run_eagerly": bool(told["run_eagerly"]),
                 "steps_per_execution": 1, "jit_compile": False}  # fmt: skip
        return {key: configs.serialize(value) for key, value in given.items()}

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile the model with what `get_compile_config` answered."""
        if type(self).compile is not Trainer.compile:
            warnings.warn(
                "`compile()` was not called as part of model loading because the model's "
                "`compile()` method is custom. All subclassed Models that have `compile()` "
                "overridden should also override `get_compile_config()` and "
                "`compile_from_config(config)`. Alternatively, you can call `compile()` manually "
                "after loading.", stacklevel=2,
            )  # fmt: skip
            return
        self.compile(**{key: configs.deserialize(value) for key, value in config.items()})
        if self.optimizer is not None and self.built:
            self.optimizer.build(self.trainable_variables)  # type: ignore[attr-defined]

    def stateless_compute_loss(
        self, trainable_variables: Any, non_trainable_variables: Any, metrics_variables: Any,
        x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None,
        training: bool = True,
    ) -> Any:  # fmt: skip
        """The loss for other values of the variables, and all values afterwards."""
        fixed, counted = self.non_trainable_variables, self.metrics_variables  # type: ignore[attr-defined]
        pairs = [
            *zip(self.trainable_variables, trainable_variables),  # type: ignore[attr-defined]
            *zip(fixed, non_trainable_variables),
            *zip(counted, metrics_variables),
        ]
        with state_of(pairs) as current_value:
            loss = self.compute_loss(x, y, y_pred, sample_weight, training=training)
            after = [[current_value(v) for v in found] for found in (fixed, counted)]
        return loss, (trainable_variables, *after)

    # -- state -----------------------------------------------------------------------------

    def _groups(self) -> dict[str, list[Any]]:
        return {
            "trainable_variables": self.trainable_variables,  # type: ignore[attr-defined]
            "non_trainable_variables": self.non_trainable_variables,  # type: ignore[attr-defined]
            "optimizer_variables": [] if self.optimizer is None else self.optimizer.variables,
            "metrics_variables": [v for metric in self.metrics for v in metric.variables],
        }

    def get_state_tree(self, value_format: str = "backend_tensor") -> dict[str, Any]:
        """The values of all variables, in dictionaries by the parts of their paths.

        Args:
            value_format: "backend_tensor" or "numpy_array".

        Raises:
            ValueError: for another format, or a path that two variables have.
        """
        return {name: _tree(found, value_format) for name, found in self._groups().items()}

    def set_state_tree(self, state_tree: dict[str, Any]) -> None:
        """Give variables the values of such a tree. Raises ValueError for an unknown group."""
        groups = self._groups()
        for name, tree in state_tree.items():
            if name not in groups:
                raise ValueError(f"Unknown variable name: {name}")
            values = dict(_leaves(tree, ""))
            for variable in groups[name]:
                if variable.path in values:
                    variable.assign(values[variable.path])


def _tree(variables: list[Any], value_format: str) -> dict[str, Any]:
    seen: set[str] = set()
    tree: dict[str, Any] = {}
    for variable in variables:
        if variable.path in seen:
            raise ValueError(
                "The following variable path is found twice in the model: "
                f"'{variable.path}'. `get_state_tree()` can only be called when all variable paths "
                "are unique. Make sure to give unique names to your layers (and other objects)."
            )
        seen.add(variable.path)
        if value_format not in ("backend_tensor", "numpy_array"):
            raise ValueError(
                "Invalid `value_format` argument. Expected one of {'numpy_array', "
                f"'backend_tensor'}}. Received: value_format={value_format}"
            )
        *parts, last = variable.path.split("/")
        branch = tree
        for part in parts:
            branch = branch.setdefault(part, {})
        branch[last] = variable.value if value_format == "backend_tensor" else variable.numpy()
    return tree


def _leaves(tree: dict[str, Any], start: str) -> Any:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{start}{key}/")
        else:
            yield f"{start}{key}", value
