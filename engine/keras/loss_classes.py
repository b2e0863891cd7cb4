"""Losses as objects: a function, its arguments, and how the batch is reduced."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from engine.ir.dtypes import as_dtype, float32
from engine.ir.op import PUBLIC, public
from engine.ir.structure import assert_same_structure, flatten, map_structure, pack
from engine.ir.tensor import Tensor
from engine.keras import configs, masks, naming
from engine.keras import loss_functions as functions
from engine.keras import overlap_losses as more
from engine.keras.loss_functions import squeeze_or_expand
from engine.ops.namespace import tf

_REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)


@public("keras.Loss", "keras.losses.Loss", "losses.Loss")
class Loss:
    """A loss that is reduced over the batch.

    Args:
        name: of the loss.
        reduction: "sum_over_batch_size" or "mean" (the mean), "mean_with_sample_weight" (divided
            by the sum of weights), "sum" or "none".
        dtype: in which the loss is computed; default float32.

    Raises:
        ValueError: for another reduction.
    """

    def __init__(self, name: str | None = None, reduction: Any = "sum_over_batch_size",
                 dtype: Any = None) -> None:  # fmt: skip
        if reduction not in _REDUCTIONS:
            raise ValueError(
                "Invalid value for argument `reduction`. Expected one of "
                f"{set(_REDUCTIONS[:-1])}. Received: reduction={reduction}"
            )
        self.name = name or naming.unique_name(naming.snake_case(type(self).__name__))
        self.reduction = reduction
        self._dtype = float32 if dtype is None else as_dtype(configs.dtype_name(dtype))

    @property
    def dtype(self) -> str:
        """Name of the dtype in which the loss is computed."""
        return self._dtype.name

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Losses, one for each example. Subclasses define it."""
        raise NotImplementedError(f"{type(self).__name__} does not define `call()`")

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tensor:
        """The reduced loss; weights multiply the examples' losses first."""
        mask = masks.get_mask(y_pred)
        true, predicted = (map_structure(self._as_floats, v) for v in (y_true, y_pred))
        losses = self.call(true, predicted)
        mask = masks.both(mask, masks.get_mask(losses))
        losses = tf.cast(losses, self._dtype)
        weight = masks.weighted_by_mask(mask, sample_weight, self.reduction, self._dtype)
        if weight is not None:
            losses, weight = squeeze_or_expand(losses, tf.cast(weight, self._dtype))
            losses = losses * weight
        return self._reduced(losses, weight)

    def _as_floats(self, value: Any) -> Any:
        return value if value is None else tf.cast(value, self._dtype)

    def _reduced(self, losses: Any, weight: Any) -> Any:
        if self.reduction in ("none", None) or tuple(losses.shape) in ((), (0,)):
            return losses
        total = tf.reduce_sum(losses)
        if self.reduction == "sum":
            return total
        count = tf.cast(tf.size(losses), losses.dtype)
        if self.reduction == "mean_with_sample_weight" and weight is not None:
            count = tf.reduce_sum(weight)
        return tf.math.divide_no_nan(total, count)

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
        """Losses, one for each example. Raises ValueError for structures that differ."""
        assert_same_structure(y_true, y_pred)
        pairs = [squeeze_or_expand(*pair) for pair in zip(flatten(y_true), flatten(y_pred))]
        y_true, y_pred = (pack(y_true, [pair[i] for pair in pairs]) for i in (0, 1))
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal loss."""
        own = {"fn": configs.serialize(self.fn), **configs.serialize(self._fn_kwargs)}
        return {**super().get_config(), **own}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A loss from what `get_config` answered."""
        return cls(**(configs.revived(config) if "fn" in config else config))

    def __repr__(self) -> str:
        return f"<LossFunctionWrapper({self.fn}, kwargs={self._fn_kwargs})>"


def _loss_class(
    name: str, function: Callable[..., Any], label: str, order: str = "reduction name dtype",
    shown: str = "", check: Callable[..., None] | None = None, **options: Any,
) -> None:  # fmt: skip
    """A class around a loss function, whose arguments are given once.

    Args:
        name: of the class.
        function: of true and predicted values.
        label: the loss's name.
        order: of the class's parameters.
        shown: those of the function that a configuration holds.
        check: is called with the function's arguments.
        options: the function's arguments, with their defaults.
    """
    names = order.split()
    defaults = {"reduction": "sum_over_batch_size", "name": label, "dtype": None, **options}

    class Wrapped(LossFunctionWrapper):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            if len(args) > len(names):
                raise TypeError(f"{name}.__init__() takes from 1 to {len(names) + 1} positional "
                                f"arguments but {len(args) + 1} were given")  # fmt: skip
            for key in kwargs:
                if key not in names:
                    raise TypeError(f"{name}.__init__() got an unexpected keyword argument {key!r}")
            given = {**defaults, **dict(zip(names, args)), **kwargs}
            chosen = {key: given[key] for key in options}
            if check is not None:
                check(**chosen)
            super().__init__(function, given["reduction"], given["name"], given["dtype"], **chosen)
            for key in shown.split():
                setattr(self, key, chosen[key])

        def get_config(self) -> dict[str, Any]:
            """Arguments that make an equal loss."""
            return {**Loss.get_config(self), **{key: getattr(self, key) for key in shown.split()}}

    parameters = [inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    parameters += [
        inspect.Parameter(key, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=defaults[key])
        for key in names if key in defaults
    ]  # fmt: skip
    Wrapped.__init__.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    Wrapped.__name__ = Wrapped.__qualname__ = name
    Wrapped.__doc__ = function.__doc__
    for space in ("keras.losses", "losses"):
        PUBLIC[f"{space}.{name}"] = Wrapped


_REST = "reduction name dtype"
_loss_class("MeanSquaredError", functions.mean_squared_error, "mean_squared_error")
_loss_class("MeanAbsoluteError", functions.mean_absolute_error, "mean_absolute_error")
_loss_class("MeanAbsolutePercentageError", functions.mean_absolute_percentage_error,
            "mean_absolute_percentage_error")  # fmt: skip
_loss_class("MeanSquaredLogarithmicError", functions.mean_squared_logarithmic_error,
            "mean_squared_logarithmic_error")  # fmt: skip
_loss_class("Huber", functions.huber, "huber_loss", f"delta {_REST}", delta=1.0)
_loss_class("LogCosh", functions.log_cosh, "log_cosh")
_loss_class("Hinge", functions.hinge, "hinge")
_loss_class("SquaredHinge", functions.squared_hinge, "squared_hinge")
_loss_class("CategoricalHinge", functions.categorical_hinge, "categorical_hinge")
_loss_class("Poisson", functions.poisson, "poisson")
_loss_class("KLDivergence", functions.kl_divergence, "kl_divergence")
_loss_class("CosineSimilarity", functions.cosine_similarity, "cosine_similarity",
            f"axis {_REST}", axis=-1)  # fmt: skip
_loss_class("BinaryCrossentropy", functions.binary_crossentropy, "binary_crossentropy",
            f"from_logits label_smoothing axis {_REST}", "from_logits label_smoothing axis",
            from_logits=False, label_smoothing=0.0, axis=-1)  # fmt: skip
_loss_class("BinaryFocalCrossentropy", functions.binary_focal_crossentropy,
            "binary_focal_crossentropy",
            f"apply_class_balancing alpha gamma from_logits label_smoothing axis {_REST}",
            "from_logits label_smoothing axis apply_class_balancing alpha gamma",
            apply_class_balancing=False, alpha=0.25, gamma=2.0, from_logits=False,
            label_smoothing=0.0, axis=-1)  # fmt: skip
_loss_class("CategoricalCrossentropy", functions.categorical_crossentropy,
            "categorical_crossentropy", f"from_logits label_smoothing axis {_REST}",
            "from_logits label_smoothing axis", from_logits=False, label_smoothing=0.0,
            axis=-1)  # fmt: skip
_loss_class("CategoricalFocalCrossentropy", functions.categorical_focal_crossentropy,
            "categorical_focal_crossentropy",
            f"alpha gamma from_logits label_smoothing axis {_REST}",
            "from_logits label_smoothing axis alpha gamma", alpha=0.25, gamma=2.0,
            from_logits=False, label_smoothing=0.0, axis=-1)  # fmt: skip
_loss_class("SparseCategoricalCrossentropy", functions.sparse_categorical_crossentropy,
            "sparse_categorical_crossentropy", "from_logits ignore_class reduction axis name dtype",
            "from_logits ignore_class", from_logits=False, ignore_class=None, axis=-1)  # fmt: skip
_loss_class("CTC", more.ctc, "ctc")
_loss_class("Dice", more.dice, "dice", "reduction name axis dtype", "axis", axis=None)
_loss_class("Tversky", more.tversky, "tversky", "alpha beta reduction name axis dtype",
            "alpha beta axis", alpha=0.5, beta=0.5, axis=None)  # fmt: skip
_loss_class("Circle", more.circle, "circle", f"gamma margin remove_diagonal {_REST}",
            "gamma margin remove_diagonal", gamma=80.0, margin=0.4,
            remove_diagonal=True)  # fmt: skip
_loss_class("CategoricalGeneralizedCrossEntropy", more.categorical_generalized_cross_entropy,
            "categorical_generalized_cross_entropy", f"q {_REST}", "q", more.check_exponent,
            q=0.5)  # fmt: skip


class Reduction:
    """The names of reductions, as older programs write them."""

    AUTO = "auto"
    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"

    @classmethod
    def all(cls) -> tuple[str, ...]:
        """All names."""
        return (cls.AUTO, cls.NONE, cls.SUM, cls.SUM_OVER_BATCH_SIZE)

    @classmethod
    def validate(cls, key: Any) -> None:
        """Raise ValueError for another name."""
        if key not in cls.all():
            raise ValueError(f'Invalid Reduction Key: {key}. Expected keys are "{cls.all()}"')


for _space in ("keras.losses", "losses"):
    PUBLIC[f"{_space}.Reduction"] = Reduction
