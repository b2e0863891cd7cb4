"""Intersection over union of classes."""

from __future__ import annotations

import warnings
from typing import Any

from engine.keras.metric_classes import Metric, export
from engine.ops.namespace import tf

_EPSILON = 1e-7


@export("IoU")
class IoU(Metric):
    """Mean of intersection / union over some classes.

    Args:
        num_classes: how many there are.
        target_class_ids: the classes that count.
        name, dtype: of the metric; dtype is an integer's by default.
        ignore_class: labels that do not count.
        sparse_y_true, sparse_y_pred: class numbers, or values of which the largest is the class?
        axis: that of the classes, where not sparse.

    Raises:
        ValueError: for a class number that is too large.
    """

    def __init__(
        self, num_classes: int, target_class_ids: Any, name: str | None = None, dtype: Any = None,
        ignore_class: int | None = None, sparse_y_true: bool = True, sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:  # fmt: skip
        super().__init__(name=name, dtype=dtype or "int64")
        self.num_classes, self.ignore_class, self.axis = num_classes, ignore_class, axis
        self.sparse_y_true, self.sparse_y_pred = sparse_y_true, sparse_y_pred
        self.total_cm = self.add_variable(
            (num_classes, num_classes), "zeros", self.dtype, name="total_confusion_matrix"
        )
        if max(target_class_ids) >= num_classes:
            raise ValueError(f"Target class id {max(target_class_ids)} is out of range, which is "
                             f"[0, {num_classes}).")  # fmt: skip
        self.target_class_ids = list(target_class_ids)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Take a batch of labels and predictions into account."""
        kind, count = self._dtype, self.num_classes
        true = y_true if self.sparse_y_true else tf.argmax(y_true, axis=self.axis)
        predicted = y_pred if self.sparse_y_pred else tf.argmax(y_pred, axis=self.axis)
        true, predicted = (tf.reshape(tf.cast(v, kind), [-1]) for v in (true, predicted))
        weight = tf.convert_to_tensor(1 if sample_weight is None else sample_weight)
        if weight.dtype.is_floating and hasattr(sample_weight, "dtype") and kind.is_integer:
            warnings.warn(
                "You are passing weight as `float`, but dtype is `int`. This may result in an "
                "incorrect weight due to type casting Consider using integer weights.",
                stacklevel=2,
            )
        weight = tf.cast(weight, kind)
        if weight.shape.rank and weight.shape.rank > 1:
            weight = tf.reshape(weight, [-1])
        weight = tf.broadcast_to(weight, tf.shape(true))
        number = tf.cast(count, kind)
        inside = (true >= 0) & (true < number) & (predicted >= 0) & (predicted < number)
        if self.ignore_class is not None:
            inside = inside & tf.not_equal(true, tf.cast(self.ignore_class, kind))
        true, predicted, weight = (
            tf.where(inside, v, tf.zeros_like(v)) for v in (true, predicted, weight)
        )
        places = tf.cast(true * number + predicted, "int64")
        found = tf.math.unsorted_segment_sum(weight, places, count * count)
        return self.total_cm.assign(self.total_cm + tf.reshape(found, [count, count]))

    def result(self) -> Any:
        """The mean over the classes that occur."""
        matrix = tf.convert_to_tensor(self.total_cm)
        both = tf.linalg.diag_part(matrix)
        union = tf.reduce_sum(matrix, axis=0) + tf.reduce_sum(matrix, axis=1) - both
        ids = tf.constant(self.target_class_ids, "int32")
        both = tf.cast(tf.gather(both, ids), "float32")
        union = tf.cast(tf.gather(union, ids), "float32")
        occurs = tf.cast(union > 1e-9, "float32")
        parts = tf.where(occurs > 0, both / (union + _EPSILON), 0.0)
        return tf.reduce_sum(parts, axis=self.axis) / (tf.reduce_sum(occurs) + _EPSILON)

    _arguments: tuple[str, ...] = ("num_classes", "target_class_ids", "ignore_class",
                                   "sparse_y_true", "sparse_y_pred", "axis")  # fmt: skip

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal metric."""
        own = {name: getattr(self, name) for name in self._arguments}
        return {**super().get_config(), **own}


@export("BinaryIoU")
class BinaryIoU(IoU):
    """Intersection over union of the classes 0 and 1 of predictions above a threshold."""

    _arguments = ("target_class_ids", "threshold")

    def __init__(self, target_class_ids: Any = (0, 1), threshold: float = 0.5,
                 name: str | None = None, dtype: Any = None) -> None:  # fmt: skip
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Take a batch of labels and predictions into account."""
        above = tf.cast(tf.cast(y_pred, "float32") >= self.threshold, self._dtype)
        return super().update_state(y_true, above, sample_weight)


@export("MeanIoU")
class MeanIoU(IoU):
    """Mean of intersection / union over all classes; arguments as of `IoU`."""

    _arguments: tuple[str, ...] = ("num_classes", "ignore_class", "sparse_y_true", "sparse_y_pred",
                                   "axis")  # fmt: skip

    def __init__(
        self, num_classes: int, name: str | None = None, dtype: Any = None,
        ignore_class: int | None = None, sparse_y_true: bool = True, sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:  # fmt: skip
        super().__init__(num_classes, range(num_classes), name, dtype, ignore_class, sparse_y_true,
                         sparse_y_pred, axis)  # fmt: skip


@export("OneHotIoU")
class OneHotIoU(IoU):
    """Mean of intersection / union over some classes of one-hot labels."""

    _arguments = ("num_classes", "target_class_ids", "ignore_class", "sparse_y_pred", "axis")

    def __init__(
        self, num_classes: int, target_class_ids: Any, name: str | None = None, dtype: Any = None,
        ignore_class: int | None = None, sparse_y_pred: bool = False, axis: int = -1,
    ) -> None:  # fmt: skip
        super().__init__(num_classes, target_class_ids, name, dtype, ignore_class, False,
                         sparse_y_pred, axis)  # fmt: skip


@export("OneHotMeanIoU")
class OneHotMeanIoU(MeanIoU):
    """Mean of intersection / union over all classes of one-hot labels."""

    _arguments = ("num_classes", "ignore_class", "sparse_y_pred", "axis")

    def __init__(
        self, num_classes: int, name: str | None = None, dtype: Any = None,
        ignore_class: int | None = None, sparse_y_pred: bool = False, axis: int = -1,
    ) -> None:  # fmt: skip
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)
