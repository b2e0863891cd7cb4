"""Layers that run a cell over the steps of sequences."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from engine.ir.op import PUBLIC, public
from engine.ir.structure import flatten, map_structure, pack
from engine.keras import configs, naming
from engine.keras.call_stack import takes_training
from engine.keras.input_spec import InputSpec
from engine.keras.layer import Layer
from engine.keras.layers_recurrent import GRUCell, LSTMCell, SimpleRNNCell, StackedRNNCells
from engine.keras.variables import KerasVariable
from engine.objects.variable import init_scope
from engine.ops.namespace import tf


def _where(counts: Any, after: Any, before: Any) -> Any:
    """The states after a step where it counts, else those before."""
    chosen = [tf.where(counts, a, b) for a, b in zip(flatten(after), flatten(before))]
    return pack(after, chosen)


def _state_count(cell: Any) -> int:
    size = getattr(cell, "state_size", 1)
    return len(size) if isinstance(size, (list, tuple)) else 1


@public("keras.layers.RNN")
class RNN(Layer):
    """Runs a cell over the second axis of its input.

    Args:
        cell: the cell.
        return_sequences: answer all outputs, not only the last.
        return_state: answer the last states too.
        go_backwards: start at the end.
        stateful: begin where the last call ended; needs a known batch size.
        unroll: write every step into the graph.
        zero_output_for_mask: answer zeros at masked steps, not what was answered before them.
    """

    supports_masking = True

    def __init__(
        self, cell: Any, return_sequences: bool = False, return_state: bool = False,
        go_backwards: bool = False, stateful: bool = False, unroll: bool = False,
        zero_output_for_mask: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.cell = StackedRNNCells(cell) if isinstance(cell, (list, tuple)) else cell
        self.return_sequences, self.return_state = return_sequences, return_state
        self.go_backwards, self.stateful, self.unroll = go_backwards, stateful, unroll
        self.zero_output_for_mask = zero_output_for_mask
        self.states: Any = None

    def get_initial_state(self, batch_size: Any) -> list[Any]:
        """The cell's states before the first step, `[batch_size, units]` each."""
        if hasattr(self.cell, "get_initial_state"):
            state = self.cell.get_initial_state(batch_size=batch_size)
            return list(state) if isinstance(state, (list, tuple)) else [state]
        sizes = self.cell.state_size
        sizes = sizes if isinstance(sizes, (list, tuple)) else [sizes]
        return [tf.zeros([batch_size, size], self.compute_dtype) for size in sizes]

    def reset_state(self) -> None:
        """Let the next call begin anew, where states are kept between calls."""
        for variable in flatten(self.states) if self.states is not None else ():
            variable.assign(tf.zeros(variable.shape, variable.dtype))

    reset_states = reset_state

    def _make_states(self, shape: tuple[int | None, ...]) -> None:
        batch_size = shape[0]
        if batch_size is None:
            raise ValueError(
                "When using `stateful=True` in a RNN, the batch size must be static. Found dynamic "
                f"batch size: sequence.shape={tuple(shape)}"
            )
        with init_scope():
            made = map_structure(
                lambda zeros: KerasVariable(zeros, dtype=zeros.dtype, trainable=False,
                                            name="rnn_state"),
                self.get_initial_state(batch_size),
            )  # fmt: skip
        object.__setattr__(self, "states", tuple(made))  # they are no weights

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Build the cell for one step."""
        if not self.cell.built:
            with naming.scope(self.cell.name):
                object.__setattr__(self.cell, "_path", naming.current_path())
                self.cell.build((sequences_shape[0], *sequences_shape[2:]))
            self.cell.built = True
        if self.stateful and self.states is None:
            self._make_states(tuple(sequences_shape))
        self.built = True

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None,
             training: Any = False) -> Any:  # fmt: skip
        """`[b, t, f]` -> `[b, units]` (or `[b, t, units]`), with the states where asked for."""
        inputs = tf.transpose(sequences, [1, 0, 2])
        if isinstance(mask, (list, tuple)):
            mask = mask[0]
        kept = None if mask is None else tf.transpose(tf.cast(mask, "bool"))[:, :, None]
        if self.go_backwards:
            inputs = tf.reverse(inputs, [0])
            kept = None if kept is None else tf.reverse(kept, [0])
        state = initial_state
        if state is None and self.stateful:
            state = [map_structure(tf.convert_to_tensor, one) for one in self.states]
        if state is None:
            state = self.get_initial_state(sequences.shape[0] or tf.shape(sequences)[0])
        self._prepare_masks(sequences, state)
        if inputs.shape[0] is None:
            outputs, state = self._dynamic(inputs, state, kept, training)
        else:
            steps: list[Any] = []
            counts = [None] * inputs.shape[0] if kept is None else tf.unstack(kept)
            for x, count in zip(tf.unstack(inputs), counts):
                out, following = self._step(x, state, training)
                if count is not None:  # steps that do not count change nothing
                    hidden = steps[-1] if steps and not self.zero_output_for_mask else None
                    out = tf.where(count, out, tf.zeros_like(out) if hidden is None else hidden)
                    following = _where(count, following, state)
                state = following
                steps.append(out)
            outputs = tf.stack(steps)
        for cell in self._cells():
            cell.reset_masks()
        if self.stateful:
            for variable, value in zip(flatten(self.states), flatten(state)):
                variable.assign(value)
        result = tf.transpose(outputs, [1, 0, 2]) if self.return_sequences else outputs[-1]
        if not self.return_state:
            return result
        return (result, *(state if isinstance(state, (list, tuple)) else [state]))

    def _cells(self) -> list[Any]:
        """The cells that may leave out parts of inputs and states."""
        found: list[Any] = [self.cell]
        if isinstance(self.cell, StackedRNNCells):
            found = self.cell.cells
        return [cell for cell in found if hasattr(cell, "reset_masks")]

    def _prepare_masks(self, sequences: Any, state: Any) -> None:
        """Let the cell draw what is left out in all steps alike."""
        (only, *others) = self._cells() or [None]
        if only is not None and not others:  # those of stacked cells draw at the first step
            first = state[0] if isinstance(state, (list, tuple)) else state
            only.prepare_masks(sequences[:, 0], first)

    def _step(self, x: Any, state: Any, training: Any) -> Any:
        if takes_training(self.cell):
            return self.cell.call(x, state, training=training)
        return self.cell.call(x, state)

    def _dynamic(self, inputs: Any, state: Any, kept: Any, training: Any) -> tuple[Any, Any]:
        leaves = flatten(state)
        count = len(leaves)

        def step(carried: Any, x: Any) -> Any:
            x, counts = (x, None) if kept is None else x
            before = pack(state, carried[:count])
            out, following = self._step(x, before, training)
            if counts is not None:
                hidden = tf.zeros_like(out) if self.zero_output_for_mask else carried[count]
                out = tf.where(counts, out, hidden)
                following = _where(counts, following, before)
            return [*flatten(following), out]

        start = [*leaves, tf.zeros_like(leaves[0])]
        results = tf.scan(step, inputs if kept is None else (inputs, kept), start)
        return results[-1], pack(state, [r[-1] for r in results[:count]])

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The same mask where all outputs are answered; states have none."""
        mask = flatten(previous_mask)[0] if previous_mask is not None else None
        found = mask if self.return_sequences else None
        return [found] + [None] * _state_count(self.cell) if self.return_state else found


_SHARED = ("units", "activation", "use_bias", *SimpleRNNCell._listed)


def _over_time(name: str, cell: type, shared: tuple[str, ...], seed: bool) -> None:
    """A layer that runs a cell and takes the cell's arguments.

    Args:
        name: of the layer's class.
        cell: the cell's class.
        shared: attributes of the cell that the layer has, too, and that its configuration holds.
        seed: does the configuration hold the seed?
    """

    class Recurrent(RNN):
        def __init__(
            self, units: int, *args: Any, return_sequences: bool = False,
            return_state: bool = False, go_backwards: bool = False, stateful: bool = False,
            unroll: bool = False, use_cudnn: Any = "auto", activity_regularizer: Any = None,
            zero_output_for_mask: bool = False, name: Any = None, dtype: Any = None,
            trainable: bool = True, **kwargs: Any,
        ) -> None:  # fmt: skip
            if use_cudnn not in ("auto", True, False):
                raise ValueError(
                    "Invalid valid received for argument `use_cudnn`. Expected one of {'auto', "
                    f"True, False}}. Received: use_cudnn={use_cudnn}"
                )
            inner = cell(units, *args, name=naming.snake_case(cell.__name__), dtype=dtype,
                         trainable=trainable, **kwargs)  # fmt: skip
            super().__init__(
                inner, return_sequences, return_state, go_backwards, stateful, unroll,
                zero_output_for_mask, name=name, dtype=dtype, trainable=trainable,
                activity_regularizer=activity_regularizer,
            )  # fmt: skip
            self.use_cudnn = use_cudnn
            spec = InputSpec(ndim=3)
            self.input_spec = [spec] if cell is SimpleRNNCell else spec

        def get_config(self) -> dict[str, Any]:
            """Arguments that make an equal layer: those of the cell, and the layer's own."""
            mine = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll",
                    "zero_output_for_mask")  # fmt: skip
            config = {
                "name": self.name, "trainable": self._trainable,
                "dtype": self.cell.get_config()["dtype"],
                "activity_regularizer": configs.serialize(self.activity_regularizer),
                **{key: getattr(self, key) for key in mine},
                **{key: configs.serialize(getattr(self.cell, key)) for key in shared},
            }  # fmt: skip
            return config if seed else {k: v for k, v in config.items() if k != "seed"}

    for key in shared:
        setattr(Recurrent, key, property(attrgetter(f"cell.{key}")))
    Recurrent.__name__ = Recurrent.__qualname__ = name
    Recurrent.__doc__ = f"`{cell.__name__}` over the second axis of the input."
    PUBLIC[f"keras.layers.{name}"] = Recurrent


_over_time("LSTM", LSTMCell, (*_SHARED, "recurrent_activation", "unit_forget_bias"), True)
_over_time("GRU", GRUCell, (*_SHARED, "recurrent_activation", "reset_after"), True)
_over_time("SimpleRNN", SimpleRNNCell, _SHARED, False)
