"""`tf.train.ExponentialMovingAverage`: smoothed copies of variables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.interpreter import executing_eagerly
from engine.ir.op import public
from engine.objects.variable import Variable, init_scope
from engine.ops.namespace import tf

_USED: dict[str, int] = {}
"""Names of averages, with how many bear them."""


@public("train.ExponentialMovingAverage")
class ExponentialMovingAverage:
    """Averages of variables that forget older values at a steady rate.

    Each `apply` does `average -= (1 - decay) * (average - variable)`.

    Args:
        decay: how much of the average stays: a number or scalar tensor.
        num_updates: a count; with it the rate is at most (1 + n) / (10 + n).
        zero_debias: accepted: averages of variables start at the variables, not at zero.
        name: the last part of the averages' names.
    """

    def __init__(
        self, decay: Any, num_updates: Any = None, zero_debias: bool = False,
        name: str = "ExponentialMovingAverage",
    ) -> None:  # fmt: skip
        self._decay, self._num_updates = decay, num_updates
        self._zero_debias, self._name = zero_debias, name
        self._averages: dict[Any, Variable] = {}

    @property
    def name(self) -> str:
        """The last part of the averages' names."""
        return self._name

    def apply(self, var_list: Iterable[Any] | None = None) -> None:
        """Make the averages where they are missing, and move them towards the variables.

        Args:
            var_list: the variables; None: none outside of graphs that collect them.

        Raises:
            TypeError: for tensors, and for variables that hold no floating numbers.
        """
        variables = [] if var_list is None else list(var_list)
        for variable in variables:
            self._check(variable)
        for variable in variables:
            if variable.ref() not in self._averages:
                self._averages[variable.ref()] = self._make(variable)
        for variable in variables:
            average = self._averages[variable.ref()]
            rate = 1.0 - convert_to_tensor(self._rate(), average.dtype)
            average.assign_sub((average - variable) * rate)

    def average(self, var: Any) -> Variable | None:
        """The average of a variable; None where there is none."""
        return self._averages.get(var.ref())

    def average_name(self, var: Any) -> str:
        """The name of a variable's average, without its output number."""
        known = self._averages.get(var.ref())
        return self._base(var) if known is None else known.name.removesuffix(":0")

    def variables_to_restore(self, moving_avg_variables: Iterable[Any] = ()) -> dict[str, Any]:
        """Variables by the names under which a checkpoint holds what to put into them."""
        return {self.average_name(variable): variable for variable in moving_avg_variables}

    @staticmethod
    def _check(variable: Any) -> None:
        if not isinstance(variable, Variable) and executing_eagerly():
            raise TypeError(
                "tf.train.ExponentialMovingAverage does not support non-Variable tensors when "
                "eager execution is enabled."
            )
        if variable.dtype.name not in ("float16", "bfloat16", "float32", "float64"):
            raise TypeError(f"The variables must be half, float, or double: {variable.name}")

    def _make(self, variable: Any) -> Variable:
        base = self._base(variable)
        count = _USED.get(base, 0)
        _USED[base] = count + 1
        with init_scope():
            name = f"{base}_{count}" if count else base
            return Variable(variable.read_value(), trainable=False, name=name)

    def _base(self, variable: Any) -> str:
        return f"{variable.name.removesuffix(':0')}/{self._name}"

    def _rate(self) -> Any:
        if self._num_updates is None:
            return self._decay
        count = tf.cast(self._num_updates, "float32")
        return tf.minimum(tf.cast(self._decay, "float32"), (1.0 + count) / (10.0 + count))
