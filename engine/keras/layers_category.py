"""Layers that make vectors of categories: encoding, bins, hashes."""

from __future__ import annotations

from typing import Any

from engine.ir.op import public
from engine.keras import configs
from engine.keras.encodings import MODES, encoded
from engine.keras.layer import Layer
from engine.ops.namespace import tf


class _Preprocessing(Layer):
    """A layer that takes arrays, lists and numbers as they come."""

    _takes_anything = True

    def _as_input(self, value: Any) -> Any:
        return value

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Lists become tensors before they are looked at."""
        if args and isinstance(args[0], (list, tuple, int, float, str, bytes)):
            args = (tf.convert_to_tensor(args[0]), *args[1:])
        return super().__call__(*args, **kwargs)


@public("keras.layers.CategoryEncoding")
class CategoryEncoding(_Preprocessing):
    """Category numbers as vectors.

    Args:
        num_tokens: number of categories.
        output_mode: "multi_hot", "one_hot" or "count".
        sparse: must be False.
        kwargs: of `Layer`.

    Raises:
        ValueError: for another mode, or no number of categories.
    """

    _unlisted = frozenset({"sparse"})

    def __init__(
        self, num_tokens: int | None = None, output_mode: str = "multi_hot", sparse: bool = False,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        output_mode = "multi_hot" if output_mode == "binary" else output_mode
        if output_mode not in ("count", "one_hot", "multi_hot"):
            raise ValueError(f"Unknown arg for output_mode: {output_mode}")
        if num_tokens is None:
            raise ValueError(
                "num_tokens must be set to use this layer. If the number of tokens is "
                "not known beforehand, use the IntegerLookup layer instead."
            )
        if num_tokens < 1:
            raise ValueError(f"`num_tokens` must be >= 1. Received: num_tokens={num_tokens}.")
        if sparse:
            raise ValueError("`sparse=True` is not supported.")
        self.num_tokens, self.output_mode, self.sparse = num_tokens, output_mode, sparse

    def call(self, inputs: Any, count_weights: Any = None) -> Any:
        """`[..., n]` integers -> `[..., num_tokens]`."""
        if count_weights is not None and self.output_mode != "count":
            raise ValueError("`count_weights` is not used when `output_mode` is not `'count'`. "
                             f"Received `count_weights={count_weights}`.")  # fmt: skip
        tensor = tf.convert_to_tensor(inputs)
        return encoded(tensor, self.output_mode, self.num_tokens, self.dtype, count_weights)


@public("keras.layers.Discretization")
class Discretization(_Preprocessing):
    """Numbers as the bins they fall into.

    Args:
        bin_boundaries: the inner ends of the bins.
        num_bins: how many bins `adapt` finds, of equal share.
        epsilon: how closely: the distance of the quantiles that are kept.
        output_mode: "int", "one_hot", "multi_hot" or "count".
        sparse: must be False.

    Raises:
        ValueError: unless one of `bin_boundaries` and `num_bins` is given.
    """

    def __init__(
        self, bin_boundaries: Any = None, num_bins: int | None = None, epsilon: float = 0.01,
        output_mode: str = "int", sparse: bool = False, dtype: Any = None, name: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(name=name, dtype=dtype)
        if output_mode not in MODES or sparse:
            raise ValueError(f"Unknown output_mode: {output_mode} (sparse={sparse})")
        if num_bins is not None and num_bins < 0:
            raise ValueError("`num_bins` must be greater than or equal to 0. Received: "
                             f"`num_bins={num_bins}`")  # fmt: skip
        if num_bins is not None and bin_boundaries is not None:
            raise ValueError(
                "Both `num_bins` and `bin_boundaries` should not be set. Received: "
                f"`num_bins={num_bins}` and `bin_boundaries={bin_boundaries}`"
            )
        if num_bins is None and bin_boundaries is None:
            raise ValueError("You need to set either `num_bins` or `bin_boundaries`.")
        self.bin_boundaries, self.num_bins, self.epsilon = bin_boundaries, num_bins, epsilon
        self.output_mode, self.sparse = output_mode, sparse

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Find bins with equal shares of the data (an array or a dataset)."""
        if self.num_bins is None:
            raise ValueError("Cannot adapt a Discretization layer that has been initialized with "
                             "`bin_boundaries`, use `num_bins` instead.")  # fmt: skip
        import numpy as np

        batches = data.take(steps) if hasattr(data, "element_spec") and steps else data
        batches = batches if hasattr(data, "element_spec") else [data]
        summary = np.zeros((2, 0), "float32")
        for batch in batches:
            values = np.sort(np.asarray(batch, "float32").reshape(-1))
            step = max(len(values) * self.epsilon, 1)
            ends = values[int(step - 1) :: int(step)]
            fresh = np.stack([ends, np.ones_like(ends) * step])
            merged = np.concatenate([fresh, summary], axis=1)
            summary = _compressed(np, merged[:, np.argsort(merged[0])], self.epsilon)
        self.bin_boundaries = _compressed(np, summary, 1.0 / self.num_bins)[0, :-1].tolist()

    def call(self, inputs: Any) -> Any:
        """Integers (or vectors) in place of the numbers."""
        if self.bin_boundaries is None:
            raise ValueError("You need to either pass the `bin_boundaries` argument at "
                             "construction time or call `adapt(dataset)` before you can start "
                             "using the `Discretization` layer.")  # fmt: skip
        x = tf.cast(tf.convert_to_tensor(inputs), "float32")
        ends = tf.constant([float(end) for end in self.bin_boundaries], "float32")
        flat = tf.searchsorted(ends, tf.reshape(x, [-1]), side="right")
        bins = tf.reshape(flat, tf.shape(x))
        bins.set_shape(x.shape)
        kind = "int32" if self.output_mode == "int" else self.dtype
        return encoded(bins, self.output_mode, len(self.bin_boundaries) + 1, kind)

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal layer."""
        names = ("bin_boundaries", "num_bins", "epsilon", "output_mode", "sparse", "name", "dtype")
        return {name: configs.serialize(getattr(self, name)) for name in names}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A layer from what `get_config` answered."""
        ends = config.get("bin_boundaries") if config.get("num_bins") is not None else None
        made = cls(**{**config, "bin_boundaries": None}) if ends else cls(**config)
        made.bin_boundaries = ends or made.bin_boundaries
        return made


def _compressed(np: Any, summary: Any, epsilon: float) -> Any:
    """Quantiles at distances of `epsilon`, with their weights."""
    if summary.shape[1] * epsilon < 1:
        return summary
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    sums = summary[1].cumsum()
    ends = np.interp(shares, sums / sums[-1], summary[0])
    sums = np.interp(shares, summary[1].cumsum() / sums[-1], sums)
    return np.stack([ends, sums - np.concatenate([[0], sums[:-1]])]).astype("float32")


@public("keras.layers.Hashing")
class Hashing(_Preprocessing):
    """Texts or integers as the numbers of bins that a hash puts them into.

    Args:
        num_bins: how many.
        mask_value: goes to bin 0 alone.
        salt: one or two integers: another, keyed hash.
        output_mode: "int", "one_hot", "multi_hot" or "count".
        sparse: must be False.
        kwargs: of `Layer`.

    Raises:
        ValueError: for other modes or numbers of bins.
    """

    def __init__(
        self, num_bins: int, mask_value: Any = None, salt: Any = None, output_mode: str = "int",
        sparse: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "int64" if output_mode == "int" else "float32"
        super().__init__(**kwargs)
        if num_bins is None or num_bins <= 0:
            raise ValueError("The `num_bins` for `Hashing` cannot be `None` or non-positive. "
                             f"Received: num_bins={num_bins}.")  # fmt: skip
        if output_mode not in MODES:
            raise ValueError("Invalid value for argument `output_mode`. Expected one of "
                             f"{MODES}. Received: output_mode={output_mode}")  # fmt: skip
        if sparse:
            raise ValueError("`sparse=True` is not supported.")
        if salt is not None and not isinstance(salt, int) and len(salt) != 2:
            raise ValueError("The `salt` argument for `Hashing` can only be a tuple of size 2 "
                             f"integers, or a single integer. Received: salt={salt}.")  # fmt: skip
        self.num_bins, self.mask_value, self.output_mode = num_bins, mask_value, output_mode
        self.salt = [salt, salt] if isinstance(salt, int) else salt and list(salt)
        self.sparse = sparse

    def call(self, inputs: Any) -> Any:
        """Integers (or vectors) in place of the inputs."""
        values = tf.convert_to_tensor(inputs)
        if self.output_mode == "one_hot" and values.shape.rank and values.shape[-1] == 1:
            values = tf.squeeze(values, [-1])
        return encoded(self._hashed(values), self.output_mode, self.num_bins, self.dtype)

    def _hashed(self, values: Any) -> Any:
        bins, mask = self.num_bins, None
        if self.mask_value is not None and bins > 1:
            bins -= 1
            mask = tf.equal(values, self.mask_value)
        if values.dtype.is_floating:
            values = tf.cast(values, "int64")
        if values.dtype.name != "string":
            values = tf.as_string(values)
        if self.salt:
            values = tf.strings.to_hash_bucket_strong(values, bins, key=self.salt)
        else:
            values = tf.strings.to_hash_bucket_fast(values, bins)
        return values if mask is None else tf.where(mask, tf.zeros_like(values), values + 1)
