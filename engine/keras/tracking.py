"""Attributes that hold variables, layers and metrics are noted as they are assigned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.keras.variables import KerasVariable
from engine.objects.trackable import Trackable

_INTERNAL = frozenset(
    {
        "_build_shapes",
        "_masks",
        "_call_names_known",
        "_output_shapes",
        "_symbolic_calls",
        "_given",
        "_own_trainable",
        "_own_fixed",
        "_parts",
        "_metrics_held",
        "_seeds",
        "_waiting",
        "_losses",
    }
)


class Tracked(Trackable):
    """Base of layers: knows its variables, the layers inside, metrics and random states."""

    _own_trainable: list[Any]
    _own_fixed: list[Any]
    _parts: list[Any]
    _metrics_held: list[Any]
    _seeds: list[Any]
    _trainable: bool

    def __init__(self) -> None:
        self.__dict__.update(
            _own_trainable=[], _own_fixed=[], _parts=[], _metrics_held=[], _seeds=[],
        )  # fmt: skip

    def __setattr__(self, name: str, value: Any) -> None:
        current = self.__dict__.get(name)
        if current is not value and current is not None and not name.startswith("_own"):
            self._untrack(current)
        object.__setattr__(self, name, value)
        if "_own_trainable" in self.__dict__:
            self._track(value)
        if "_waiting" in self.__dict__:
            self._attached(self._checkpoint_names.get(name, name), value)

    _checkpoint_names: Mapping[str, str] = {}

    def __checkpoint_children__(self) -> list[tuple[str, Any]]:
        return [(self._checkpoint_names.get(name, name), value)
                for name, value in vars(self).items() if name not in _INTERNAL]  # fmt: skip

    def __delattr__(self, name: str) -> None:
        self._untrack(self.__dict__.get(name))
        object.__delattr__(self, name)

    def _track(self, value: Any) -> None:
        if isinstance(value, KerasVariable):
            known = self._own_trainable if value.trainable else self._own_fixed
            _append(known, value)
        elif isinstance(value, Tracked):
            if value is not self:
                _append(self._parts, value)
        elif hasattr(value, "__keras_metric__"):
            _append(self._metrics_held, value)
        elif hasattr(value, "state") and isinstance(value.state, KerasVariable):
            _append(self._seeds, value)
        elif isinstance(value, (list, tuple)):
            for item in value:
                self._track(item)
        elif isinstance(value, dict):
            for item in value.values():
                self._track(item)

    def _untrack(self, value: Any) -> None:
        if isinstance(value, (KerasVariable, Tracked)) or hasattr(value, "__keras_metric__"):
            for known in (self._own_trainable, self._own_fixed, self._parts, self._metrics_held):
                known[:] = [item for item in known if item is not value]

    def _live_parts(self) -> list[Any]:
        """The layers inside, also those that were appended to lists after the assignment."""
        for value in list(self.__dict__.values()):
            if type(value) in (list, dict) and value and value is not self._parts:
                self._track(value)
        return self._parts

    # -- what there is ---------------------------------------------------------------------

    def _below(self) -> list[Any]:
        """This and all layers inside, each once: every layer, then those inside it."""
        found: dict[int, Any] = {}
        waiting = [self]
        while waiting:
            item = waiting.pop()
            if id(item) not in found:
                found[id(item)] = item
                waiting.extend(reversed(item._live_parts()))
        return list(found.values())

    @property
    def variables(self) -> list[Any]:
        """All variables: the own ones, then those of random states, layers and metrics inside."""
        found: dict[int, Any] = {}
        for item in self._below():
            for variable in (*item._own_trainable, *item._own_fixed):
                found.setdefault(id(variable), variable)
            for seed in item._seeds:
                found.setdefault(id(seed.state), seed.state)
        for item in self._below():
            for metric in item._metrics_held:
                for variable in metric.variables:
                    found.setdefault(id(variable), variable)
        return list(found.values())

    @property
    def weights(self) -> list[Any]:
        """The variables of layers: without metrics and random states."""
        found: dict[int, Any] = {}
        for item in self._below():
            for variable in (*item._own_trainable, *item._own_fixed):
                found.setdefault(id(variable), variable)
        return list(found.values())

    @property
    def trainable_weights(self) -> list[Any]:
        """Variables that training changes."""
        if not self._trainable:
            return []
        return [v for v in self.weights if v.trainable]

    @property
    def non_trainable_weights(self) -> list[Any]:
        """Variables that training leaves alone."""
        trained = {id(v) for v in self.trainable_weights}
        return [v for v in self.weights if id(v) not in trained]

    @property
    def trainable_variables(self) -> list[Any]:
        """The same as `trainable_weights`."""
        return [v for v in self.variables if v.trainable] if self._trainable else []

    @property
    def non_trainable_variables(self) -> list[Any]:
        """The variables that training leaves alone."""
        trained = {id(v) for v in self.trainable_variables}
        return [v for v in self.variables if id(v) not in trained]


def _append(known: list[Any], value: Any) -> None:
    if all(item is not value for item in known):
        known.append(value)
