"""`tf.GradientTape`: records op calls, and walks them backwards."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engine.autodiff.backprop import Entry, backprop, differentiable
from engine.autodiff.rows import Rows
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import resource
from engine.ir.interpreter import current
from engine.ir.op import Op, public
from engine.ir.structure import flatten, pack
from engine.ir.tensor import EagerTensor, SymbolicTensor, Tensor
from engine.objects.variable import Variable
from engine.ops.namespace import tf


@public("UnconnectedGradients")
class UnconnectedGradients(enum.Enum):
    """What `gradient` answers for sources that the target does not depend on."""

    NONE = "none"
    ZERO = "zero"


@public("GradientTape", "autodiff.GradientTape")
class GradientTape:
    """Records differentiable operations inside its block.

    Args:
        persistent: may `gradient` be called more than once?
        watch_accessed_variables: watch every trainable variable that is read?
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self._persistent = persistent
        self._watch_variables = watch_accessed_variables
        self._entries: list[Entry] | None = None
        self._watched: dict[int, Any] = {}
        self._variables: dict[int, Any] = {}
        self._interpreter: Any = None
        self._paused = False
        self._told = False

    # -- recording -------------------------------------------------------------------------

    def __enter__(self) -> GradientTape:
        if self._interpreter is not None:
            raise ValueError("Tape is still recording, This can happen if you try to re-enter an "
                             "already-active tape.")  # fmt: skip
        if self._entries is None:
            self._entries = []
        it: Any = current()
        it.tapes.append(self)
        if it.eager:
            it.plain = False
        if self._entries is None:
            self._entries = []
        self._interpreter = it
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stop()

    def _stop(self) -> None:
        it, self._interpreter = self._interpreter, None
        if it is not None:
            it.tapes[:] = [tape for tape in it.tapes if tape is not self]
            if it.eager:
                it.plain = not it.tapes

    def record(
        self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], outputs: tuple[Any, ...]
    ) -> None:
        """Called by the interpreters for every op call."""
        if self._paused or self._entries is None:
            return
        watched = self._watched
        found = False
        for tensor in inputs:
            if id(tensor) in watched:
                found = True
            elif tensor is not None and tensor.dtype is resource and self._watches(tensor):
                self._watched[id(tensor)] = tensor
                found = True
        if not found or op.name == "stop_gradient":
            return
        tracked = False
        for tensor in outputs:
            if tensor.dtype.kind in "fcV":
                watched[id(tensor)] = tensor
                tracked = True
        if tracked:
            self._entries.append(Entry(op, inputs, attrs, outputs))

    def extended(self, node: Any, outputs: tuple[Any, ...]) -> None:
        """Called where a recorded node was given further outputs."""
        for entry in self._entries or ():
            if entry.outputs[0].node is node:
                entry.outputs = node.outputs
                self._watched.update((id(t), t) for t in outputs if differentiable(t))

    def _watches(self, handle: Any) -> bool:
        """Is the resource that of a trainable variable, to be watched by itself?"""
        if not self._watch_variables:
            return False
        if type(handle) is EagerTensor:
            return bool(handle._value.trainable)
        return bool(handle.node.attrs.get("trainable", False))

    def watches(self, tensors: tuple[Any, ...]) -> bool:
        """Would a call with these inputs be recorded?"""
        return not self._paused and any(
            id(t) in self._watched or (t.dtype is resource and self._watches(t)) for t in tensors
        )

    def watch(self, tensor: Any) -> None:
        """Record what is computed from `tensor` (a tensor, a variable, or a structure of them).

        Raises:
            ValueError: if it is no tensor.
        """
        for leaf in flatten(tensor):
            if isinstance(leaf, Variable):
                self._watched[id(leaf.handle)] = leaf.handle
                self._variables.setdefault(id(leaf), leaf)
                continue
            if not isinstance(leaf, (EagerTensor, SymbolicTensor)):
                raise ValueError(f"Passed in object {leaf} of type {type(leaf).__name__!r}, not "
                                 "tf.Tensor or tf.Variable or ExtensionType.")  # fmt: skip
            if not differentiable(leaf):
                import logging

                logging.getLogger("engine").warning(
                    "The dtype of the watched tensor must be floating (e.g. tf.float32), got %r",
                    leaf.dtype,
                )
                continue
            self._watched[id(leaf)] = leaf

    @contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Nothing inside the block is recorded."""
        if self._interpreter is None:
            raise RuntimeError("Trying to stop recording a tape which is not recording.")
        paused, self._paused = self._paused, True
        try:
            yield
        finally:
            self._paused = paused

    def reset(self) -> None:
        """Forget all that was recorded and watched. Raises ValueError outside of the block."""
        if self._interpreter is None:
            raise ValueError("Tape is not recording.")
        self._entries = []
        self._watched = {}

    def watched_variables(self) -> tuple[Any, ...]:
        """The variables watched so far."""
        handles = [t for t in self._watched.values() if t.dtype is resource]
        return tuple(_variable_of(handle) for handle in handles)

    # -- differentiating -------------------------------------------------------------------

    def gradient(
        self, target: Any, sources: Any, output_gradients: Any = None,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
    ) -> Any:  # fmt: skip
        """Derivative of the sum of `target` with respect to each source.

        Args:
            target: tensor or structure of tensors.
            sources: tensor, variable or structure of them.
            output_gradients: weights of the targets; by default ones.
            unconnected_gradients: "none" or "zero", for sources the target does not depend on.

        Returns:
            Gradients in the structure of `sources`.

        Raises:
            RuntimeError: if a tape that is not persistent is used twice.
            TypeError: if the target is None or a Python number.
            AttributeError: if a source is no tensor and no variable.
        """
        if target is None:
            raise TypeError(
                "Argument `target` should be a list or nested structure of Tensors, Variables or "
                "CompositeTensors to be differentiated, but received None."
            )
        entries = self._take_entries()
        if self._interpreter is not None and self._persistent and not self._told:
            self._tell()
        mode = _checked_mode(unconnected_gradients)
        targets = [_target(leaf) for leaf in flatten(target)]
        flat_sources = flatten(sources)
        weights = [
            tf.ones_like(leaf) if weight is None and isinstance(leaf, Variable) else weight
            for leaf, weight in zip(flatten(target), _weights(output_gradients, len(targets)))
        ]
        pairs = [(t, w) for t, w in zip(targets, weights) if differentiable(t)]
        keys = [_source(leaf) for leaf in flat_sources]
        found = backprop(entries, [t for t, _ in pairs], [w for _, w in pairs], keys, rows=True)
        met = self._watched.keys() | {id(t) for t in targets}
        results = [
            None if id(key) not in met and key.dtype is not resource
            else grad.slices() if type(grad) is Rows else grad
            for key, grad in zip(keys, found)
        ]  # fmt: skip
        if mode == "zero":
            results = [
                tf.zeros_like(leaf) if grad is None else grad
                for leaf, grad in zip(flat_sources, results)
            ]
        if not self._persistent:
            self._entries = None
        return pack(sources, results)

    def jacobian(
        self, target: Any, sources: Any, unconnected_gradients: Any = UnconnectedGradients.NONE,
        parallel_iterations: Any = None, experimental_use_pfor: bool = True,
    ) -> Any:  # fmt: skip
        """Derivative of every element of `target` by every element of the sources.

        Args:
            target: tensor of a known number of elements.
            sources: tensor, variable or structure of them.
            unconnected_gradients: "none" or "zero".
            parallel_iterations, experimental_use_pfor: accepted.

        Returns:
            For each source a tensor of shape `target.shape + source.shape`.

        Raises:
            RuntimeError: if a tape that is not persistent is used twice.
            ValueError: if the target's shape is not known.
        """
        from engine.autodiff.jacobian import jacobian

        return jacobian(self, target, sources, unconnected_gradients, experimental_use_pfor)

    def batch_jacobian(
        self, target: Any, source: Any, unconnected_gradients: Any = UnconnectedGradients.NONE,
        parallel_iterations: Any = None, experimental_use_pfor: bool = True,
    ) -> Any:  # fmt: skip
        """Jacobian of each row of `target` by the same row of `source`.

        Args:
            target: tensor of shape `[b, y1, ...]`.
            source: tensor of shape `[b, x1, ...]`.
            unconnected_gradients: "none" or "zero".
            parallel_iterations, experimental_use_pfor: accepted.

        Returns:
            A tensor of shape `[b, y1, ..., x1, ...]`, zeros where unconnected.

        Raises:
            ValueError: if the first sizes differ or are not known.
        """
        from engine.autodiff.jacobian import batch_jacobian

        return batch_jacobian(self, target, source, unconnected_gradients)

    def _tell(self) -> None:
        """Warn that the gradient's ops are recorded too."""
        import logging

        self._told = True
        logging.getLogger("engine").warning(
            "Calling GradientTape.gradient on a persistent tape inside its context is "
            "significantly less efficient than calling it outside the context (it causes the "
            "gradient ops to be recorded on the tape, leading to increased CPU and memory usage). "
            "Only call GradientTape.gradient inside the context if you actually want to trace the "
            "gradient in order to compute higher order derivatives."
        )

    def _take_entries(self) -> list[Entry]:
        if self._entries is None:
            raise RuntimeError("A non-persistent GradientTape can only be used to compute one set "
                               "of gradients (or jacobians)")  # fmt: skip
        if self._interpreter is not None and not self._persistent:
            self._stop()
        return self._entries


def _checked_mode(mode: Any) -> str:
    value = getattr(mode, "value", mode)
    if value not in ("none", "zero"):
        raise ValueError(f"Unknown value for unconnected_gradients: {mode!r}")
    return str(value)


def _target(leaf: Any) -> Any:
    if isinstance(leaf, (int, float, complex)):
        raise AttributeError(f"{type(leaf).__name__!r} object has no attribute 'dtype'")
    return leaf.handle if isinstance(leaf, Variable) else convert_to_tensor(leaf)


def _source(leaf: Any) -> Any:
    if isinstance(leaf, Variable):
        return leaf.handle
    if hasattr(leaf, "handle"):
        return leaf.handle
    if not isinstance(leaf, Tensor):
        raise AttributeError(f"{type(leaf).__name__!r} object has no attribute 'dtype'")
    return leaf


def _weights(output_gradients: Any, count: int) -> list[Any]:
    if output_gradients is None:
        return [None] * count
    return [convert_to_tensor(weight) for weight in flatten(output_gradients)]


def _variable_of(handle: Any) -> Any:
    return Variable.of_handle(handle)
