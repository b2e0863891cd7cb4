"""Metrics of true and false positives and negatives: counts, precision, recall."""

from __future__ import annotations

from typing import Any

from engine.keras import confusion_counts
from engine.keras.metric_classes import Metric, export
from engine.ops.namespace import tf

LONG = {"tp": "true_positives", "fp": "false_positives", "tn": "true_negatives",
        "fn": "false_negatives"}  # fmt: skip


class ConfusionMetric(Metric):
    """Counts at one or more thresholds."""

    thresholds: Any
    _evenly: bool
    top_k: int | None = None
    class_id: int | None = None

    def _count(self, names: tuple[str, ...], labels: int | None = None) -> None:
        """Make the variables that count."""
        count = len(self.thresholds)
        for name in names:
            shape = (count,) if labels is None else (count, labels)
            setattr(self, LONG[name], self.add_variable(shape, "zeros", name=LONG[name]))
        self._names = names

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch of labels 0 and 1 and of predictions into account."""
        confusion_counts.count(
            {name: getattr(self, LONG[name]) for name in self._names}, y_true, y_pred,
            self.thresholds, self.top_k, self.class_id, sample_weight, evenly=self._evenly,
        )  # fmt: skip


def share(part: Any, other: Any) -> Any:
    """Part / (part + other), zero for nothing."""
    part = tf.convert_to_tensor(part)
    return tf.math.divide_no_nan(part, part + other)


def _count_class(name: str, counted: str) -> None:
    class Count(ConfusionMetric):
        def __init__(self, thresholds: Any = None, name: Any = None, dtype: Any = None) -> None:
            super().__init__(name=name, dtype=dtype)
            self.init_thresholds = thresholds
            self.thresholds = confusion_counts.checked_thresholds(thresholds, 0.5)
            self._evenly = confusion_counts.evenly_spread(self.thresholds)
            self.accumulator = self.add_variable(
                (len(self.thresholds),), "zeros", name="accumulator"
            )

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            """Take a batch of labels 0 and 1 and of predictions into account."""
            confusion_counts.count({counted: self.accumulator}, y_true, y_pred, self.thresholds,
                                   sample_weight=sample_weight, evenly=self._evenly)  # fmt: skip

        def result(self) -> Any:
            """The count; the variable of all counts where there are several thresholds."""
            one = len(self.thresholds) == 1
            return tf.convert_to_tensor(self.accumulator)[0] if one else self.accumulator

        def get_config(self) -> dict[str, Any]:
            """Arguments that make an equal metric."""
            return {**super().get_config(), "thresholds": self.init_thresholds}

    Count.__name__ = Count.__qualname__ = name
    Count.__doc__ = f"How many {LONG[counted].replace('_', ' ')} there are above the thresholds."
    export(name)(Count)


_count_class("TruePositives", "tp")
_count_class("FalsePositives", "fp")
_count_class("TrueNegatives", "tn")
_count_class("FalseNegatives", "fn")


class _Share(ConfusionMetric):
    """True positives among something."""

    others = ""

    def __init__(
        self, thresholds: Any = None, top_k: int | None = None, class_id: int | None = None,
        name: str | None = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.top_k, self.class_id = top_k, class_id
        default = 0.5 if top_k is None else confusion_counts.LOWEST
        self.thresholds = confusion_counts.checked_thresholds(thresholds, default)
        self._evenly = confusion_counts.evenly_spread(self.thresholds)
        self._count(("tp", self.others))

    def result(self) -> Any:
        """The share; one for each threshold where there are several."""
        found = share(self.true_positives, getattr(self, LONG[self.others]))  # type: ignore[attr-defined]
        return found[0] if len(self.thresholds) == 1 else found

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal metric."""
        return {**super().get_config(), "thresholds": self.init_thresholds, "top_k": self.top_k,
                "class_id": self.class_id}  # fmt: skip


@export("Precision")
class Precision(_Share):
    """The share of positive predictions that are right.

    Args:
        thresholds: a number or numbers in [0, 1], default 0.5: predictions above are positive.
        top_k: only the k largest predictions of an example can be positive.
        class_id: the only class that counts.
        name, dtype: of the metric.

    Raises:
        ValueError: for thresholds outside of [0, 1].
    """

    others = "fp"


@export("Recall")
class Recall(_Share):
    """The share of positive labels that are predicted; arguments as of `Precision`."""

    others = "fn"


class _AtLeast(ConfusionMetric):
    """The best of one share where another reaches a value."""

    argument = ""

    def __init__(
        self, value: float, num_thresholds: int = 200, class_id: int | None = None,
        name: str | None = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        if value < 0 or value > 1:
            raise ValueError(f"Argument `{self.argument}` must be in the range [0, 1]. Received: "
                             f"{self.argument}={value}")  # fmt: skip
        super().__init__(name=name, dtype=dtype)
        if num_thresholds <= 0:
            raise ValueError("Argument `num_thresholds` must be an integer > 0. Received: "
                             f"num_thresholds={num_thresholds}")  # fmt: skip
        setattr(self, self.argument, value)
        self.value, self.num_thresholds, self.class_id = value, num_thresholds, class_id
        inner = [(i + 1) * 1.0 / (num_thresholds - 1) for i in range(num_thresholds - 2)]
        self.thresholds = [0.5] if num_thresholds == 1 else [0.0, *inner, 1.0]
        self._evenly = num_thresholds > 1
        self._count(("tp", "fp", "tn", "fn"))

    def _shares(self) -> tuple[Any, Any]:
        """What must be reached, and what is wanted of it."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it compares")

    def result(self) -> Any:
        """The largest value under the condition; zero where no threshold fulfils it."""
        bound, wanted = self._shares()
        return tf.reduce_max(tf.where(bound >= self.value, wanted, tf.zeros_like(wanted)))

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal metric."""
        return {**super().get_config(), "class_id": self.class_id,
                "num_thresholds": self.num_thresholds, self.argument: self.value}  # fmt: skip


def _at_class(name: str, argument: str, bound: tuple[str, str], wanted: tuple[str, str]) -> None:
    class At(_AtLeast):
        def _shares(self) -> tuple[Any, Any]:
            first, second = (
                share(*(getattr(self, LONG[part]) for part in parts)) for parts in (bound, wanted)
            )
            return first, second

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            if argument in kwargs:
                args = (kwargs.pop(argument), *args)
            super().__init__(*args, **kwargs)

    At.argument = argument
    At.__name__ = At.__qualname__ = name
    words = name.replace("At", " at least ", 1).lower().partition(" at least ")
    At.__doc__ = f"The best {words[0]} where the {words[2]} is at least a value."
    export(name)(At)


_at_class("SensitivityAtSpecificity", "specificity", ("tn", "fp"), ("tp", "fn"))
_at_class("SpecificityAtSensitivity", "sensitivity", ("tp", "fn"), ("tn", "fp"))
_at_class("PrecisionAtRecall", "recall", ("tp", "fn"), ("tp", "fp"))
_at_class("RecallAtPrecision", "precision", ("tp", "fp"), ("tp", "fn"))
