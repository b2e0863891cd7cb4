"""What `compile` makes of losses and metrics: one loss, and metrics for each output."""

from __future__ import annotations

from typing import Any

from engine.ir.structure import flatten
from engine.keras import lookups, loss_classes, loss_functions, metric_classes
from engine.keras.naming import snake_case
from engine.ops.namespace import tf


class CompileLoss:
    """The weighted sum of the outputs' losses.

    Args:
        loss: name, function, object, or a list or dictionary of them.
        weights: factors, in the same form.
        names: of the outputs.
    """

    def __init__(self, loss: Any, weights: Any, names: list[str] | None) -> None:
        self.given, self.weights, self.names = loss, weights, names
        self._losses: list[Any] | None = None
        self._labels: list[str] = []
        self.metrics: list[Any] = []

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The loss of a batch."""
        true, predicted = _aligned(y_true, y_pred)
        if self._losses is None:
            self._losses = self._build(y_pred, len(predicted))
        weights = flatten(sample_weight) if sample_weight is not None else [None]
        weights = weights * len(predicted) if len(weights) == 1 else weights
        factors = _per_output(self.weights, self._labels, len(predicted), 1.0)
        total = None
        for i, function in enumerate(self._losses):
            if function is None:
                continue
            value = function(true[i], predicted[i], weights[i])
            if self.metrics:  # the losses themselves, without their factors
                self.metrics[i].update_state(value, sample_weight=_batch_size(predicted[i]))
            if factors[i] not in (None, 1.0):
                value = value * factors[i]
            total = value if total is None else total + value
        return total

    def _build(self, y_pred: Any, count: int) -> list[Any]:
        self._labels = _labels(y_pred, self.names, count)
        found = _per_output(self.given, self._labels, count, None)
        if count > 1:
            self.metrics = [metric_classes.Mean(name=f"{label}_loss") for label in self._labels]
        return [None if item is None else _as_loss(item) for item in found]


class CompileMetrics:
    """The metrics of all outputs.

    Args:
        metrics, weighted: names, functions, objects, or lists or dictionaries of them.
        names: of the outputs.
    """

    __keras_metric__ = True
    name = "compile_metrics"

    def __init__(self, metrics: Any, weighted: Any, names: list[str] | None) -> None:
        self.given, self.weighted, self.names = metrics, weighted, names
        self._groups: list[tuple[list[Any], list[Any]]] = []
        self._labels: list[str] = []
        self.built = False

    @property
    def metrics(self) -> list[Any]:
        """All of them."""
        return [m for plain, weighted in self._groups for m in (*plain, *weighted)]

    @property
    def variables(self) -> list[Any]:
        """Their variables."""
        return [v for m in self.metrics for v in m.variables]

    def build(self, y_true: Any, y_pred: Any) -> None:
        """Make the metrics, as the shapes of true and predicted values ask for."""
        true, predicted = _aligned(y_true, y_pred)
        self._labels = _labels(y_pred, self.names, len(predicted))
        groups = [_per_output_lists(given, self._labels, len(predicted))
                  for given in (self.given, self.weighted)]  # fmt: skip
        self._groups = [
            tuple([_as_metric(m, true[i], predicted[i]) for m in group[i]] for group in groups)  # type: ignore[misc]
            for i in range(len(predicted))
        ]
        self.built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account."""
        if not self.built:
            self.build(y_true, y_pred)
        true, predicted = _aligned(y_true, y_pred)
        weights = flatten(sample_weight) if sample_weight is not None else [None]
        weights = weights * len(predicted) if len(weights) == 1 else weights
        for i, (plain, weighted) in enumerate(self._groups):
            for metric in plain:
                metric.update_state(true[i], predicted[i])
            for metric in weighted:
                metric.update_state(true[i], predicted[i], sample_weight=weights[i])

    def result(self) -> dict[str, Any]:
        """The values by name; an output's name stands in front where there are several."""
        found = {}
        for label, group in zip(self._labels, self._groups):
            for metric in (*group[0], *group[1]):
                name = f"{label}_{metric.name}" if len(self._groups) > 1 else metric.name
                found[f"weighted_{name}" if name in found else name] = metric.result()
        return found

    def reset_state(self) -> None:
        """Start again."""
        for metric in self.metrics:
            metric.reset_state()

    def __repr__(self) -> str:
        return f"<CompileMetrics name={self.name}>"


def _batch_size(value: Any) -> Any:
    return tf.shape(value)[0] if value.shape.rank else 1


def _aligned(y_true: Any, y_pred: Any) -> tuple[list[Any], list[Any]]:
    """Flat lists in the order of the predictions."""
    if isinstance(y_pred, dict) and isinstance(y_true, dict):
        return [y_true.get(key) for key in y_pred], list(y_pred.values())
    predicted = flatten(y_pred)
    true = flatten(y_true) if y_true is not None else [None] * len(predicted)
    if len(true) != len(predicted):
        raise ValueError(f"y_true and y_pred have different structures: {len(true)} and "
                         f"{len(predicted)} tensors.")  # fmt: skip
    return true, predicted


def _labels(y_pred: Any, names: list[str] | None, count: int) -> list[str]:
    if isinstance(y_pred, dict):
        return [str(key) for key in y_pred]
    if names is not None and len(names) == count:
        return names
    return [f"output_{i}" for i in range(count)] if count > 1 else [""]


def _per_output(given: Any, labels: list[str], count: int, missing: Any) -> list[Any]:
    if given is None:
        return [missing] * count
    if isinstance(given, dict):
        unknown = sorted(given.keys() - set(labels))
        if unknown:
            raise ValueError(f"There are keys in `loss`, `loss_weights` or `metrics` that name no "
                             f"output: {unknown}. Outputs: {labels}")  # fmt: skip
        return [given.get(label, missing) for label in labels]
    if isinstance(given, (list, tuple)):
        if len(given) != count:
            raise ValueError(f"For a model with {count} outputs, {len(given)} were given: {given}")
        return list(given)
    return [given] * count


def _per_output_lists(given: Any, labels: list[str], count: int) -> list[list[Any]]:
    if given is None:
        return [[] for _ in range(count)]
    if isinstance(given, (list, tuple)) and (
        count == 1 or not any(isinstance(item, (list, tuple)) for item in given)
    ):
        if count == 1 and len(given) == 1 and isinstance(given[0], (list, tuple)):
            given = given[0]
        if count == 1:
            return [list(given)]
    found = _per_output(given, labels, count, None)
    return [[] if item is None else list(item) if isinstance(item, (list, tuple)) else [item]
            for item in found]  # fmt: skip


def _as_loss(value: Any) -> Any:
    found = loss_functions.get(value)
    if isinstance(found, loss_classes.Loss):
        return found
    return loss_classes.LossFunctionWrapper(found, name=getattr(found, "__name__", "loss"))


_BY_SHAPE = {"accuracy": ("binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy")}


def _as_metric(value: Any, true: Any, predicted: Any) -> Any:
    name = str(value).lower() if isinstance(value, str) else ""
    kind = {"acc": "accuracy"}.get(name, name)
    if kind in _BY_SHAPE:
        found = lookups.get_metric(_BY_SHAPE[kind][_task(true, predicted)])
    else:
        found = lookups.get_metric(value)
    if isinstance(found, metric_classes.Metric):
        label = found.name
    else:
        label = getattr(found, "__name__", "") or snake_case(type(found).__name__)
        found = metric_classes.MeanMetricWrapper(found)
    found.name = value if isinstance(value, str) else label
    return found


def _task(true: Any, predicted: Any) -> int:
    """0: binary, 1: categorical, 2: class numbers."""
    last = predicted.shape[-1] if predicted.shape.rank else 1
    if last == 1 or not predicted.shape.rank:
        return 0
    if true.shape.rank < predicted.shape.rank or (true.shape[-1] == 1 and last > 1):
        return 2
    return 0 if true.shape.rank == 1 else 1
