"""One traced version of a function: a graph with its captures, and how to call it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.autodiff.calls import taped_call
from engine.base.errors import InvalidArgumentError
from engine.executors.devices import GPU_USED
from engine.executors.eager import wrap
from engine.executors.executor import Executable, executable, placed_executable
from engine.executors.placement import wanted_gpu
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import resource
from engine.ir.graph import Graph
from engine.ir.interpreter import current
from engine.ir.spec import TensorSpec
from engine.ir.structure import (
    composite_parts,
    flatten,
    is_nested,
    like,
    map_structure,
    pack,
    sorted_keys,
)
from engine.ir.tensor import EagerTensor, Tensor
from engine.ops.control import call_op
from engine.tracing.signature import describe


class ConcreteFunction:
    """A function traced for one signature.

    Attributes:
        graph: as traced.
        captures: outer tensors (and variables' resources) that it takes as further inputs.
        call: the arguments it was traced with.
        structured_outputs: what it returns, with specs in place of tensors.
        used: the captures, and small outer tensors that are embedded as constants.
        variables: all variables that it uses.
    """

    def __init__(
        self, graph: Graph, captures: list[Any], call: Any, structure: Any, name: str,
        variables: tuple[Any, ...] = (),
    ) -> None:  # fmt: skip
        self.graph = graph
        self.captures = captures
        self.used = captures
        self.call = call.without_objects()
        self.name = name
        self.variables = variables
        self._structure = structure
        self._single = structure is True
        self._program: Executable | None = None
        self.gpu: int | None = None
        self._captured_values: tuple[Any, ...] | None = None
        self.guarding = 0  # attempts at a short cut for its calls

    # -- description -----------------------------------------------------------------------

    @property
    def inputs(self) -> list[Any]:
        """Placeholders of the arguments, then of the captures."""
        return list(self.graph.inputs)

    @property
    def outputs(self) -> list[Any]:
        """The flat symbolic results."""
        return list(self.graph.outputs)

    @property
    def captured_inputs(self) -> list[Any]:
        """Outer tensors and resources of variables that the function uses.

        Small tensors among them are embedded in the graph; the others are further inputs.
        """
        return list(self.used)

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        """The trainable ones among `variables`."""
        return tuple(v for v in self.variables if v.trainable)

    @property
    def structured_input_signature(self) -> tuple[Any, dict[str, Any]]:
        """Specs of the positional and of the keyword arguments."""
        call = self.call
        args = [_specs(v, n) for v, n in zip(call.args, call.names)]
        args += [_specs(v, f"args_{i}") for i, v in enumerate(call.args)][len(args) :]
        return tuple(args), {k: _specs(v, k) for k, v in call.kwargs.items()}

    @property
    def structured_outputs(self) -> Any:
        """The symbolic results in the structure that the function returns."""
        return self.packed(self.graph.outputs)

    @property
    def output_shapes(self) -> Any:
        """Shapes of the results, in their structure."""
        return map_structure(lambda t: None if t is None else t.shape, self.structured_outputs)

    @property
    def output_dtypes(self) -> Any:
        """Dtypes of the results, in their structure."""
        return map_structure(lambda t: None if t is None else t.dtype, self.structured_outputs)

    def pretty_printed_signature(self, verbose: bool = True) -> str:
        """The signature, for people."""
        call = self.call
        leaves = iter(call.leaves)
        labels = [(n, "POSITIONAL_OR_KEYWORD", v) for n, v in zip(call.names, call.args)]
        labels += [(n, "KEYWORD_ONLY", v) for n, v in call.kwargs.items()]
        shown = [(n, kind, describe(_with_leaves(v, leaves))) for n, kind, v in labels]
        result = describe(self.structured_outputs)
        if not verbose:
            return f"{self._arguments(shown)} -> {result}"
        lines = ["Input Parameters:"]
        lines += [f"  {name} ({kind}): {text}" for name, kind, text in shown] or ["  None"]
        lines += ["Output Type:", f"  {result}", "Captures:"]
        lines += [f"  {id(t)}: {describe(t)}" for t in self.captures] or ["  None"]
        return "\n".join(lines)

    @staticmethod
    def _arguments(shown: list[tuple[str, str, str]]) -> str:
        parts, starred = [], False
        for name, kind, text in shown:
            if kind == "KEYWORD_ONLY" and not starred:
                parts.append("*")
                starred = True
            parts.append(f"{name}: {text}")
        return f"({', '.join(parts)})"

    # -- calling ---------------------------------------------------------------------------

    def program(self) -> Executable:
        """The compiled graph."""
        if self._program is None:
            self._program = executable(self.graph)
            self.gpu = wanted_gpu(self.graph)
        return self._program

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call with tensors for the traced inputs, positionally or by name.

        Raises:
            TypeError: if an input is missing or of another dtype.
        """
        return self.call_flat(self._bind(args, kwargs))

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        """Input tensors of a call, by the function's parameters or by the flat inputs' names."""
        call = self.call
        given = dict(zip(call.names, args))
        given.update((k, v) for k, v in kwargs.items() if k in call.names or k in call.kwargs)
        order = [*call.names[: len(call.args)], *call.kwargs]
        traced = [*call.args, *call.kwargs.values()]
        flat = dict(zip([t.node.name_hint for t in self.graph.inputs], call.leaves))
        values: list[Any] = []
        for name, old in zip(order, traced):
            if name in given:
                values += self._argument(given[name], old, name)
            elif not _input_leaves(old):
                continue
            else:
                values += self._by_flat_name(name, old, kwargs, flat, args)
        return [
            self._input(value, placeholder) for value, placeholder in zip(values, self.graph.inputs)
        ]

    def _argument(self, value: Any, old: Any, name: str) -> list[Any]:
        leaves = _input_leaves(old)
        if not leaves:
            if value != old and value is not old:
                raise TypeError(
                    f"Binding inputs to tf.function failed due to `Can not cast {value!r} to "
                    f"{describe(old)}`. Received {name}={value!r} for signature: "
                    f"{self.pretty_printed_signature(verbose=False)}."
                )
            return []
        given = _input_leaves(value, everything=len(leaves) > 0)
        if len(given) != len(leaves):
            raise TypeError(
                f"Binding inputs to tf.function failed due to `{name}` having {len(given)} tensors "
                f"where {len(leaves)} were traced."
            )
        return given

    def _by_flat_name(
        self, name: str, old: Any, kwargs: dict[str, Any], flat: dict[Any, Any], args: Any
    ) -> list[Any]:
        found = []
        for leaf in _input_leaves(old):
            label = next((key for key, value in flat.items() if value is leaf), name)
            if label not in kwargs:
                raise TypeError(
                    f"Binding inputs to tf.function failed due to `missing a required argument: "
                    f"{name!r}`. Received args: {args} and kwargs: {kwargs} for signature: "
                    f"{self.pretty_printed_signature(verbose=False)}.\nFallback to flat signature "
                    f"also failed due to: {self.name}({', '.join(map(str, flat))}) missing "
                    f"required arguments: {label}."
                )
            found.append(kwargs[label])
        return found

    def _input(self, value: Any, placeholder: Any) -> Any:
        if placeholder.dtype is resource:
            return getattr(value, "handle", value)
        tensor = convert_to_tensor(value, dtype_hint=placeholder.dtype)
        if tensor.dtype is not placeholder.dtype:
            raise InvalidArgumentError(
                None, None, f"cannot compute {self.name} as input was expected to be a "
                f"{placeholder.dtype.name} tensor but is a {tensor.dtype.name} tensor",
            )  # fmt: skip
        return tensor

    def call_flat(self, leaves: list[Any]) -> Any:
        """Call with the tensors of the traced inputs, in order."""
        it: Any = current()
        if not it.eager:
            results = it.apply(call_op.op, (*leaves, *self.captures), {"graph": self.graph})
        elif it.tapes:
            results = taped_call(it, self.graph, (*leaves, *self.captures))
        else:
            program = self._program or self.program()
            captured = self._captured_values
            if captured is None:
                captured = self._captured_values = tuple(t._value for t in self.captures)
            given = (*[t._value for t in leaves], *captured)
            if GPU_USED[0] or it.gpu is not None or self.gpu is not None:
                gpu = self.gpu if it.gpu is None else it.gpu
                program = placed_executable(self.graph, given, gpu)
            values = it.run(program, *given)
            results = tuple([EagerTensor(v, o.dtype) if getattr(v, "shape", ()) or o.dims == ()
                             else wrap(v) for v, o in zip(values, self.graph.outputs)])  # fmt: skip
        return self.packed(results)

    def packed(self, results: Sequence[Any]) -> Any:
        """Flat results in the structure that the Python function returned."""
        if self._single:
            return results[0]
        following = iter(results)

        def one(mark: Any) -> Any:
            if mark is None:
                return None
            if mark is True:
                return next(following)
            return mark.__composite_like__([next(following) for _ in composite_parts(mark)])

        return pack(self._structure, [one(mark) for mark in flatten(self._structure)])

    def __repr__(self) -> str:
        text = self.pretty_printed_signature(verbose=False)
        return f"<ConcreteFunction {text} at 0x{id(self):X}>"

    def __str__(self) -> str:
        return f"ConcreteFunction {self.pretty_printed_signature()}"


def _input_leaves(value: Any, everything: bool = False) -> list[Any]:
    """The leaves of an argument that are inputs of the graph."""
    if everything and not is_nested(value):
        return [value]
    return [
        leaf for leaf in flatten(value, expand_composites=True)
        if isinstance(leaf, (Tensor, TensorSpec)) or hasattr(type(leaf), "__tf_tensor__")
        or (everything and leaf is not None and not isinstance(leaf, str))
    ]  # fmt: skip


def _specs(value: Any, path: str) -> Any:
    """Specs named by their place, as TensorFlow shows them."""
    if isinstance(value, (Tensor, TensorSpec)):
        return TensorSpec(value.shape, value.dtype, getattr(value, "_name", None) or path)
    if isinstance(value, Mapping):
        items = [_specs(value[k], f"{path}_{k}") for k in sorted_keys(value)]
        return like(value, items)
    if isinstance(value, (list, tuple)):
        return like(value, [_specs(item, f"{path}_{i}") for i, item in enumerate(value)])
    return value


def _with_leaves(value: Any, leaves: Iterator[Any]) -> Any:
    """`value` with its tensors as traced (perhaps with more general shapes)."""

    def one(leaf: Any) -> Any:
        return next(leaves) if isinstance(leaf, (Tensor, TensorSpec)) else leaf

    return map_structure(one, value)
