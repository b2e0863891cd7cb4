"""Attention: sequences that look at each other."""

from __future__ import annotations

import math
from typing import Any

from engine.ir.op import public
from engine.keras import configs, initial_values, masks, naming, seeds
from engine.keras.layer import Layer
from engine.keras.layers_activation import Softmax
from engine.keras.layers_core import Dropout
from engine.keras.layers_einsum import EinsumDense
from engine.ops.namespace import tf


def _causal(scores: Any) -> Any:
    """`[1, queries, keys]`: which keys are not later than the query."""
    shape = tf.shape(scores)
    rows, columns = tf.range(shape[-2])[:, None], tf.range(shape[-1])[None, :]
    return tf.greater_equal(rows, columns)[None]


def _both(first: Any, second: Any) -> Any:
    if first is None or second is None:
        return second if first is None else first
    return tf.logical_and(first, second)


@public("keras.layers.Attention")
class Attention(Layer):
    """Dot-product attention: softmax(query key^T) value.

    Args:
        use_scale: learn a factor of the scores?
        score_mode: "dot", or "concat": the sum of tanh(query + key).
        dropout: share of the weights that is dropped in training.
        seed: of the dropped weights.
        kwargs: of `Layer`.

    Raises:
        ValueError: for another mode, or inputs that are no list of two or three tensors.
    """

    supports_masking = True

    def __init__(
        self, use_scale: bool = False, score_mode: str = "dot", dropout: float = 0.0,
        seed: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        if score_mode not in ("dot", "concat"):
            raise ValueError("Invalid value for argument score_mode. Expected one of {'dot', "
                             f"'concat'}}. Received: score_mode={score_mode}")  # fmt: skip
        self.use_scale, self.score_mode = use_scale, score_mode
        self.dropout, self.seed = dropout, seed
        if dropout > 0:
            self.seed_generator = seeds.SeedGenerator(seed)
        self.scale: Any = None
        self.concat_score_weight: Any = None

    def build(self, input_shape: Any) -> None:
        """Make the factors."""
        self._check(input_shape)
        if self.use_scale:
            self.scale = self.add_weight((), "ones", name="scale")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight((), "ones", name="concat_score_weight")
        self.built = True

    def _check(self, inputs: Any, mask: Any = None) -> None:
        name = type(self).__name__
        if not isinstance(inputs, list):
            raise ValueError(f"{name} layer must be called on a list of inputs, namely [query, "
                             f"value] or [query, value, key]. Received: {inputs}.")  # fmt: skip
        if not 2 <= len(inputs) <= 3:
            raise ValueError(f"{name} layer accepts inputs list of length 2 or 3, namely [query, "
                             f"value] or [query, value, key], not {len(inputs)}.")  # fmt: skip
        if mask is not None and not isinstance(mask, list):
            raise ValueError(f"{name} layer mask must be a list, namely [query_mask, value_mask]. "
                             f"Received: mask={mask}.")  # fmt: skip

    def _calculate_scores(self, query: Any, key: Any) -> Any:
        if self.score_mode == "dot":
            scores = tf.matmul(query, key, transpose_b=True)
            return scores if self.scale is None else scores * self.scale
        total = tf.expand_dims(query, -2) + tf.expand_dims(key, -3)
        if self.scale is not None:
            total = self.scale * total
        return self.concat_score_weight * tf.reduce_sum(tf.tanh(total), -1)

    def call(
        self, inputs: Any, mask: Any = None, training: Any = False,
        return_attention_scores: bool = False, use_causal_mask: bool = False,
    ) -> Any:  # fmt: skip
        """`[query, value]` or `[query, value, key]` -> `[batch, queries, values]`."""
        self._check(inputs, mask)
        query, value = inputs[:2]
        key = inputs[2] if len(inputs) > 2 else value
        query_mask, value_mask = mask[:2] if mask else (None, None)
        scores = self._calculate_scores(query, key)
        seen = None if value_mask is None else tf.cast(value_mask, "bool")[:, None, :]
        if use_causal_mask:
            seen = _both(seen, _causal(scores))
        if seen is not None:
            far = 65504.0 if scores.dtype.name == "float16" else 1.0e9
            scores = tf.where(tf.logical_not(seen), scores - far, scores)
        weights = tf.nn.softmax(scores, axis=-1)
        if training and self.dropout > 0:
            weights = tf.nn.experimental.stateless_dropout(
                weights, self.dropout, self.seed_generator.next()
            )
        out = tf.matmul(weights, value)
        if query_mask is not None:
            out = tf.where(tf.cast(query_mask, "bool")[..., None], out, tf.zeros_like(out))
        return (out, weights) if return_attention_scores else out

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask of the query."""
        if previous_mask is None or previous_mask[0] is None:
            return None
        return tf.convert_to_tensor(previous_mask[0])


@public("keras.layers.AdditiveAttention")
class AdditiveAttention(Attention):
    """Bahdanau's attention: softmax(sum(scale tanh(query + key))) value.

    Args:
        use_scale: learn a factor for each feature?
        dropout: share of the weights that is dropped in training.
        kwargs: of `Layer`.
    """

    def __init__(self, use_scale: bool = True, dropout: float = 0.0, **kwargs: Any) -> None:
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)

    def build(self, input_shape: Any) -> None:
        """Make the factors."""
        self._check(input_shape)
        if self.use_scale:
            self.scale = self.add_weight((input_shape[0][-1],), "glorot_uniform", name="scale")
        self.built = True

    def _calculate_scores(self, query: Any, key: Any) -> Any:
        total = tf.tanh(tf.expand_dims(query, -2) + tf.expand_dims(key, -3))
        return tf.reduce_sum(total if self.scale is None else self.scale * total, -1)

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal layer."""
        own = {"use_scale": self.use_scale, "dropout": self.dropout, "seed": self.seed}
        config = super().get_config()
        return {key: config[key] for key in ("name", "trainable", "dtype")} | own


def _letters(count: int, start: int = 0) -> str:
    return "".join(chr(ord("a") + start + i) for i in range(count))


def _projection(free: int, bound: int, made: int) -> tuple[str, str, int]:
    """Equation, bias axes and output rank of a dense layer on the last `bound` axes."""
    kept, summed = _letters(free), _letters(bound, free)
    new = _letters(made, free + bound)
    return f"{kept}{summed},{summed}{new}->{kept}{new}", new, free + made


@public("keras.layers.MultiHeadAttention")
class MultiHeadAttention(Layer):
    """Several dot-product attentions side by side (Vaswani and others 2017).

    Args:
        num_heads: how many.
        key_dim: size of each head's queries and keys.
        value_dim: size of each head's values; default: `key_dim`.
        dropout: share of the weights that is dropped in training.
        use_bias: do the dense layers have biases?
        output_shape: shape of the output's last axes; default: the query's size.
        attention_axes: axes that attention goes over; default: all but the batch and the last.
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
            activity_regularizer, kernel_constraint, bias_constraint: of the dense layers.
        seed: of the dropped weights.
        flash_attention, use_gate, sliding_window: not supported, must be off.
        kwargs: of `Layer`.

    Raises:
        ValueError: for sizes that are no positive integers.
    """

    supports_masking = True

    def __init__(
        self, num_heads: int, key_dim: int, value_dim: int | None = None, dropout: float = 0.0,
        use_bias: bool = True, output_shape: Any = None, attention_axes: Any = None,
        flash_attention: Any = None, use_gate: bool = False, sliding_window: Any = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros", kernel_regularizer: Any = None,
        bias_regularizer: Any = None, activity_regularizer: Any = None,
        kernel_constraint: Any = None, bias_constraint: Any = None, seed: Any = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        for name, size in (("num_heads", num_heads), ("key_dim", key_dim)):
            if not isinstance(size, int) or size <= 0:
                raise ValueError(f"Received an invalid value for argument `{name}`, expected a "
                                 f"positive integer. Received: {name}={size}")  # fmt: skip
        if flash_attention or use_gate or sliding_window:
            raise ValueError(
                "`flash_attention`, `use_gate` and `sliding_window` are not supported."
            )
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.num_heads, self.key_dim, self.value_dim = num_heads, key_dim, value_dim or key_dim
        self.dropout, self.use_bias, self.seed = dropout, use_bias, seed
        self.use_gate, self.sliding_window = False, None
        self._output_sizes = (output_shape,) if isinstance(output_shape, int) else (
            tuple(output_shape) if output_shape else None)  # fmt: skip
        axes = (attention_axes,) if isinstance(attention_axes, int) else attention_axes
        self.attention_axes = axes
        self.kernel_initializer = initial_values.get(kernel_initializer)
        self.bias_initializer = initial_values.get(bias_initializer)
        self._options = {
            "kernel_regularizer": configs.regularizer(kernel_regularizer),
            "bias_regularizer": configs.regularizer(bias_regularizer),
            "kernel_constraint": configs.constraint(kernel_constraint),
            "bias_constraint": configs.constraint(bias_constraint),
        }

    def build(  # type: ignore[override]
        self, query_shape: Any, value_shape: Any, key_shape: Any = None
    ) -> None:  # fmt: skip
        """Make the four dense layers."""
        key_shape = value_shape if key_shape is None else key_shape
        if tuple(value_shape[1:-1]) != tuple(key_shape[1:-1]):
            raise ValueError(
                "All dimensions of `value` and `key`, except the last one, must be equal. "
                f"Received: value_shape={value_shape} and key_shape={key_shape}"
            )
        heads = (self.num_heads, self.key_dim)
        self._query_dense = self._dense("query", query_shape, heads)
        self._key_dense = self._dense("key", key_shape, heads)
        self._value_dense = self._dense("value", value_shape, (self.num_heads, self.value_dim))
        rank = len(query_shape) + 1
        axes = self.attention_axes or tuple(range(1, rank - 2))
        self._attention_axes = tuple(axes)
        self._softmax = Softmax(axis=-1 if len(axes) == 1 else tuple(range(-len(axes), 0)))
        self._dropout_layer = Dropout(self.dropout, seed=self.seed)
        self._equations(rank)
        made = self._output_sizes or (query_shape[-1],)
        shape = (*query_shape[:-1], self.num_heads, self.value_dim)
        self._output_dense = self._dense("attention_output", shape, made, 2)
        self.built = True

    def _dense(self, name: str, shape: Any, sizes: tuple[int, ...], bound: int = 1) -> Any:
        equation, axes, rank = _projection(len(shape) - bound, bound, len(sizes))
        copies = [type(i).from_config(i.get_config()) if hasattr(i, "get_config") else i
                  for i in (self.kernel_initializer, self.bias_initializer)]  # fmt: skip
        layer = EinsumDense(
            equation, (*(None,) * (rank - 1 - len(sizes)), *sizes), name=name,
            bias_axes=axes if self.use_bias else None, kernel_initializer=copies[0],
            bias_initializer=copies[1], dtype=self.dtype, **self._options,
        )  # fmt: skip
        with naming.scope(name):
            object.__setattr__(layer, "_path", naming.current_path())
            layer.build(shape)
        return layer

    def _equations(self, rank: int) -> None:
        target = _letters(rank)
        outer = [i for i in range(rank) if i not in (*self._attention_axes, rank - 1)]
        source, fresh = "", rank
        for i in range(rank):
            if i in outer or i == rank - 1:
                source += target[i]
            else:
                source += chr(ord("a") + fresh)
                fresh += 1
        axes = self._attention_axes
        product = "".join([*(target[i] for i in (*outer, *axes)), *(source[i] for i in axes)])
        self._dot_equation = f"{source},{target}->{product}"
        self._combine_equation = f"{product},{source}->{target}"

    def call(
        self, query: Any, value: Any, key: Any = None, query_mask: Any = None,
        value_mask: Any = None, key_mask: Any = None, attention_mask: Any = None,
        return_attention_scores: bool = False, training: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:  # fmt: skip
        """`[batch, queries, ...]` looks at `[batch, values, ...]`."""
        key = value if key is None else key
        own_mask = masks.get_mask(query)
        for item in (query, value, key):
            masks.set_mask(item, None)
        seen = None if attention_mask is None else tf.cast(attention_mask, "bool")
        if query_mask is not None:
            seen = _both(seen, tf.cast(query_mask, "bool")[..., None])
        for mask in (value_mask, key_mask):
            if mask is not None:
                seen = _both(seen, tf.expand_dims(tf.cast(mask, "bool"), -2))
        if use_causal_mask:
            lengths = tf.stack([tf.shape(query)[1], tf.shape(value)[1]])
            seen = _both(seen, _causal(tf.zeros(lengths)))
        q, k, v = self._query_dense(query), self._key_dense(key), self._value_dense(value)
        out, scores = self._compute_attention(q, k, v, seen, training, return_attention_scores)
        out = self._output_dense(out)
        if own_mask is not None:
            masks.set_mask(out, own_mask)
        return (out, scores) if return_attention_scores else out

    def _compute_attention(
        self, query: Any, key: Any, value: Any, attention_mask: Any = None, training: Any = None,
        return_attention_scores: bool = False,
    ) -> tuple[Any, Any]:  # fmt: skip
        factor = tf.constant(1.0 / math.sqrt(float(self.key_dim)), query.dtype)
        if self.dropout > 0 or return_attention_scores or len(query.shape) != 4:
            scores = tf.einsum(self._dot_equation, key, query * factor)
            scores = self._softmax(scores, mask=self._widened(attention_mask, scores.shape.rank))
            kept = self._dropout_layer(scores, training=training) if self.dropout > 0 else scores
            return tf.einsum(self._combine_equation, kept, value), scores
        scores = tf.einsum("BTNH,BSNH->BNTS", query, key) * factor
        if attention_mask is not None:
            far = tf.constant(
                -0.7 * (65500.0 if scores.dtype.size == 2 else 3.38953e38), scores.dtype
            )
            scores = tf.where(self._widened(attention_mask, 4), scores, far)
        weights = tf.cast(tf.nn.softmax(tf.cast(scores, "float32")), key.dtype)
        return tf.einsum("BNTS,BSNH->BTNH", weights, value), None

    def _widened(self, mask: Any, rank: int) -> Any:
        if mask is None:
            return None
        for _ in range(rank - mask.shape.rank):
            mask = tf.expand_dims(mask, -len(self._attention_axes) * 2 - 1)
        return mask

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal layer."""
        names = (
            "num_heads",
            "key_dim",
            "value_dim",
            "dropout",
            "use_bias",
            "attention_axes",
            "kernel_initializer",
            "bias_initializer",
            "activity_regularizer",
            "seed",
            "use_gate",
            "sliding_window",
        )
        own = {name: configs.serialize(getattr(self, name)) for name in names}
        own["output_shape"] = self._output_sizes
        own |= {name: configs.serialize(item) for name, item in self._options.items()}
        return {**super().get_config(), **own}
