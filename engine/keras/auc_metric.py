"""The area under a curve of rates or of precision and recall."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.keras import confusion_counts
from engine.keras.confusion_metrics import ConfusionMetric, share
from engine.keras.loss_functions import floats
from engine.keras.metric_classes import export
from engine.ops.namespace import tf

_CURVES = {"pr": "PR", "roc": "ROC", "prgain": "PRGAIN"}
_METHODS = ("interpolation", "majoring", "minoring")


@export("AUC")
class AUC(ConfusionMetric):
    """The area under the ROC curve or the precision-recall curve, summed over thresholds.

    Args:
        num_thresholds: how many points the curve has.
        curve: "ROC", "PR" or "PRGAIN".
        summation_method: "interpolation", "minoring" or "majoring".
        name, dtype: of the metric.
        thresholds: numbers in [0, 1] in place of evenly spread ones.
        multi_label: a curve for each column of the predictions, and the mean of their areas?
        num_labels: how many columns there are, where that is known.
        label_weights: of the columns.
        from_logits: are predictions logits?

    Raises:
        ValueError: for an unknown curve or method, too few thresholds, `num_labels` without
            `multi_label`, or predictions that have not two axes where `multi_label`.
    """

    def __init__(
        self, num_thresholds: int = 200, curve: Any = "ROC",
        summation_method: Any = "interpolation", name: str | None = None, dtype: Any = None,
        thresholds: Any = None, multi_label: bool = False, num_labels: int | None = None,
        label_weights: Any = None, from_logits: bool = False,
    ) -> None:  # fmt: skip
        inner = _inner_thresholds(num_thresholds, thresholds)
        evenly = thresholds is None or confusion_counts.evenly_spread([0.0, *inner, 1.0])
        chosen = _curve(curve), _method(summation_method)
        super().__init__(name=name, dtype=dtype)
        self._given = thresholds is not None
        self.num_thresholds = len(inner) + 2
        small = confusion_counts.EPSILON
        self._thresholds = np.array([0.0 - small, *inner, 1.0 + small])
        self._evenly = evenly
        self.curve, self.summation_method = chosen
        self.multi_label, self.num_labels = multi_label, num_labels
        self.label_weights = None if label_weights is None else tf.cast(label_weights, self._dtype)
        self._from_logits = from_logits
        self._built = False
        if num_labels and not multi_label:
            raise ValueError("`num_labels` is needed only when `multi_label` is True.")
        if not multi_label or num_labels:
            self._build((None, num_labels))

    @property
    def thresholds(self) -> list[float]:
        """The thresholds, with one below 0 and one above 1."""
        return list(self._thresholds)

    def _build(self, shape: Any) -> None:
        if self.multi_label and len(shape) != 2:
            raise ValueError(
                "`y_pred` must have rank 2 when `multi_label=True`. Found rank "
                f"{len(shape)}. Full shape received for `y_pred`: {tuple(shape)}"
            )
        self._count(("tp", "fp", "tn", "fn"), shape[1] if self.multi_label else None)
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch of labels 0 and 1 and of predictions into account."""
        predicted = floats(y_pred)
        if not self._built:
            self._build(predicted.shape)
        if self._from_logits:
            predicted = tf.sigmoid(predicted)
        counters = {"tp": self.true_positives, "tn": self.true_negatives,
                    "fp": self.false_positives, "fn": self.false_negatives}  # fmt: skip
        confusion_counts.count(
            counters, y_true, predicted, self._thresholds, sample_weight=sample_weight,
            multi_label=self.multi_label, evenly=self._evenly,
            label_weights=None if self.multi_label else self.label_weights,
        )  # fmt: skip

    true_positives: Any
    false_positives: Any
    true_negatives: Any
    false_negatives: Any

    def result(self) -> Any:
        """The area."""
        if (self.curve, self.summation_method) == ("PR", "interpolation"):
            return self._total(self._interpolated())
        x, y = self._points()
        low, high = y[1:], y[: self.num_thresholds - 1]
        if self.summation_method == "interpolation":
            heights = (high + low) / 2.0
        elif self.summation_method == "minoring":
            heights = tf.minimum(high, low)
        else:
            heights = tf.maximum(high, low)
        return self._total((x[: self.num_thresholds - 1] - x[1:]) * heights)

    def _points(self) -> tuple[Any, Any]:
        tp, fp = tf.convert_to_tensor(self.true_positives), self.false_positives
        tn, fn = tf.convert_to_tensor(self.true_negatives), self.false_negatives
        if self.curve == "ROC":
            return share(fp, tn), share(tp, fn)
        if self.curve == "PR":
            return share(tp, fn), share(tp, fp)
        scale = tf.math.divide_no_nan(tp + fn, tn + fp)
        none = tf.equal(tp, 0.0)

        def gain(missed: Any, otherwise: float) -> Any:
            found = 1.0 - scale * tf.math.divide_no_nan(tf.convert_to_tensor(missed), tp)
            return tf.where(none, tf.cast(otherwise, tp.dtype), found)

        return tf.maximum(gain(fn, 0.0), 0.0), gain(fp, 1.0)

    def _interpolated(self) -> Any:
        """The parts under the curve of precision over recall (Davis and Goadrich, 2006)."""
        last = self.num_thresholds - 1
        tp = tf.convert_to_tensor(self.true_positives)
        all_positive = tp + self.false_positives
        more = tp[:last] - tp[1:]
        slope = tf.math.divide_no_nan(more, tf.maximum(all_positive[:last] - all_positive[1:], 0.0))
        start = tp[1:] - slope * all_positive[1:]
        before, after = all_positive[:last], all_positive[1:]
        ratio = tf.where(
            (before > 0) & (after > 0),
            tf.math.divide_no_nan(before, tf.maximum(after, 0.0)),
            tf.ones_like(after),
        )
        missing = tf.convert_to_tensor(self.false_negatives)[1:]
        return tf.math.divide_no_nan(
            slope * (more + start * tf.math.log(ratio)), tf.maximum(tp[1:] + missing, 0.0)
        )

    def _total(self, parts: Any) -> Any:
        if not self.multi_label:
            return tf.reduce_sum(parts)
        areas = tf.reduce_sum(parts, axis=0)
        if self.label_weights is None:
            return tf.reduce_mean(areas)
        return tf.math.divide_no_nan(
            tf.reduce_sum(areas * self.label_weights), tf.reduce_sum(self.label_weights)
        )

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal metric."""
        config = {
            "num_thresholds": self.num_thresholds, "curve": self.curve,
            "summation_method": self.summation_method, "multi_label": self.multi_label,
            "num_labels": self.num_labels, "label_weights": self.label_weights,
            "from_logits": self._from_logits,
        }  # fmt: skip
        if self._given:
            config["thresholds"] = self.thresholds[1:-1]
        return {**super().get_config(), **config}


def _inner_thresholds(number: int, given: Any) -> list[float]:
    if given is not None:
        return sorted(given)
    if number <= 1:
        raise ValueError("Argument `num_thresholds` must be an integer > 1. Received: "
                         f"num_thresholds={number}")  # fmt: skip
    return [(i + 1) * 1.0 / (number - 1) for i in range(number - 2)]


def _curve(name: Any) -> str:
    if name not in (*_CURVES, *_CURVES.values()):
        raise ValueError(f'Invalid AUC curve value: "{name}". Expected values are '
                         '["PR", "ROC", "PRGAIN"]')  # fmt: skip
    return _CURVES.get(name, name)


def _method(name: Any) -> str:
    if name not in (*_METHODS, *(m.capitalize() for m in _METHODS)):
        raise ValueError(f'Invalid AUC summation method value: "{name}". Expected values are '
                         '["interpolation", "majoring", "minoring"]')  # fmt: skip
    return str(name).lower()
