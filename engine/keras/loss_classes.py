"""Losses as objects: a function, its arguments, and how the batch is reduced."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from engine.ir.op import PUBLIC, public
from engine.ir.structure import flatten
from engine.ir.tensor import Tensor
from engine.keras import loss_functions as functions
from engine.keras import masks, naming
from engine.keras.loss_functions import floats, squeeze_or_expand
from engine.ops.namespace import tf

_REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)


@public("keras.Loss", "keras.losses.Loss", "losses.Loss")
class Loss:
    """A loss that is reduced over the batch.

    Args:
        name: of the loss.
        reduction: "sum_over_batch_size" or "mean" (the mean), "mean_with_sample_weight" (divided
            by the sum of weights), "sum" or "none".
        dtype: accepted.
    """

    def __init__(self, name: str | None = None, reduction: Any = "sum_over_batch_size",
                 dtype: Any = None) -> None:  # fmt: skip
        if reduction == "auto":
            reduction = "sum_over_batch_size"
        if reduction not in _REDUCTIONS:
            raise ValueError(
                "Invalid value for argument `reduction`. Expected one of "
                f"{set(_REDUCTIONS[:-1])}. Received: reduction={reduction}"
            )
        self.name = name or naming.unique_name(naming.snake_case(type(self).__name__))
        self.reduction = reduction

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Losses, one for each example. Subclasses define it."""
        raise NotImplementedError(f"{type(self).__name__} does not define `call()`")

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tensor:
        """The reduced loss; weights multiply the examples' losses first."""
        mask = masks.get_mask(y_pred)
        losses = floats(self.call(y_true, y_pred))
        weight = masks.weighted_by_mask(mask, sample_weight, self.reduction, losses.dtype)
        if weight is not None:
            weight = tf.cast(weight, losses.dtype)
            losses, weight = squeeze_or_expand(losses, weight)
            while (weight.shape.rank or 0) > (losses.shape.rank or 0):
                weight = tf.squeeze(weight, [-1])
            losses = losses * weight
        return self._reduced(losses, weight)

    def _reduced(self, losses: Any, weight: Any) -> Any:
        if self.reduction in ("none", None):
            return losses
        total = tf.reduce_sum(losses)
        if self.reduction == "sum":
            return total
        if self.reduction == "mean_with_sample_weight" and weight is not None:
            return tf.math.divide_no_nan(total, tf.reduce_sum(weight * tf.ones_like(losses)))
        return total / tf.cast(tf.size(losses), losses.dtype)

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal loss."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A loss from what `get_config` answered."""
        return cls(**config)


class LossFunctionWrapper(Loss):
    """A function as a loss."""

    def __init__(self, fn: Callable[..., Any], reduction: Any = "sum_over_batch_size",
                 name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(name, reduction, dtype)
        self.fn, self._fn_kwargs = fn, kwargs

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Losses, one for each example."""
        if len(flatten(y_true)) == 1 and len(flatten(y_pred)) == 1:
            true, predicted = tf.convert_to_tensor(y_true), tf.convert_to_tensor(y_pred)
            y_true, y_pred = squeeze_or_expand(true, predicted)
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal loss."""
        return {**super().get_config(), **self._fn_kwargs}

    def __repr__(self) -> str:
        return f"<LossFunctionWrapper({self.fn}, kwargs={self._fn_kwargs})>"


def _loss_class(name: str, function: Callable[..., Any], label: str | None = None) -> None:
    """A class around a loss function, whose arguments are given once."""
    parameters = {
        key: parameter.default for key, parameter in inspect.signature(function).parameters.items()
        if key not in ("y_true", "y_pred")
    }  # fmt: skip

    class Wrapped(LossFunctionWrapper):
        def __init__(self, *args: Any, reduction: Any = "sum_over_batch_size",
                     name: Any = label or function.__name__, dtype: Any = None,
                     **kwargs: Any) -> None:  # fmt: skip
            given = list(parameters)
            unknown = kwargs.keys() - parameters.keys()
            if len(args) > len(given):  # reduction and name may come by position, too
                reduction, name = (*args[len(given) :], name)[:2]
            if unknown:
                raise TypeError(f"{type(self).__name__}.__init__() got an unexpected keyword "
                                f"argument {sorted(unknown)[0]!r}")  # fmt: skip
            options = {**parameters, **dict(zip(given, args)), **kwargs}
            super().__init__(function, reduction, name, dtype, **options)

    Wrapped.__name__ = Wrapped.__qualname__ = name
    Wrapped.__doc__ = function.__doc__
    for space in ("keras.losses", "losses"):
        PUBLIC[f"{space}.{name}"] = Wrapped


_loss_class("MeanSquaredError", functions.mean_squared_error)
_loss_class("MeanAbsoluteError", functions.mean_absolute_error)
_loss_class("MeanAbsolutePercentageError", functions.mean_absolute_percentage_error)
_loss_class("MeanSquaredLogarithmicError", functions.mean_squared_logarithmic_error)
_loss_class("Huber", functions.huber, "huber_loss")
_loss_class("LogCosh", functions.log_cosh, "log_cosh")
_loss_class("Hinge", functions.hinge)
_loss_class("SquaredHinge", functions.squared_hinge)
_loss_class("CategoricalHinge", functions.categorical_hinge)
_loss_class("Poisson", functions.poisson)
_loss_class("KLDivergence", functions.kl_divergence)
_loss_class("CosineSimilarity", functions.cosine_similarity)
_loss_class("BinaryCrossentropy", functions.binary_crossentropy)
_loss_class("BinaryFocalCrossentropy", functions.binary_focal_crossentropy)
_loss_class("CategoricalCrossentropy", functions.categorical_crossentropy)
_loss_class("CategoricalFocalCrossentropy", functions.categorical_focal_crossentropy)
_loss_class("SparseCategoricalCrossentropy", functions.sparse_categorical_crossentropy)
