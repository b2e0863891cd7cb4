"""One traced version of a function: a graph with its captures, and how to call it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from engine.executors.devices import GPU_USED
from engine.executors.eager import wrap
from engine.executors.executor import Executable, executable, placed_executable
from engine.executors.placement import wanted_gpu
from engine.ir.graph import Graph, claim_name
from engine.ir.interpreter import current
from engine.ir.shapes import TensorShape
from engine.ir.spec import TensorSpec
from engine.ir.structure import (
    composite_parts,
    flatten,
    like,
    map_structure,
    pack,
    sorted_keys,
)
from engine.ir.tensor import EagerTensor, Tensor
from engine.ops.control import call_op
from engine.tracing.binding import Binding, parameter_kinds
from engine.tracing.signature import describe

_numbers = count(1)


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
        self.name = f"__inference_{name}_{next(_numbers)}".encode()
        self.variables = variables
        self._structure = structure
        self._single = structure is True
        self._program: Executable | None = None
        self._binding: Binding | None = None
        self.gpu: int | None = None
        self._captured_values: tuple[Any, ...] | None = None
        self.guarding = 0  # attempts at a short cut for its calls

    # -- description -----------------------------------------------------------------------

    @property
    def inputs(self) -> list[Any]:
        """Placeholders of the arguments, then of the captures."""
        return list(self.graph.inputs)

    @property
    def input_labels(self) -> list[str]:
        """A keyword for each traced input: its parameter's name, or its spec's."""
        taken: dict[str, int] = {}
        return [claim_name(name, taken) for name in self.graph.input_names[: len(self.call.leaves)]]

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
        args = tuple(_specs(v, n) for n, _, v in parameter_kinds(call)[: len(call.args)])
        return args, {k: _specs(v, k) for k, v in call.kwargs.items()}

    @property
    def structured_outputs(self) -> Any:
        """The symbolic results in the structure that the function returns."""
        return self.packed(self.graph.outputs)

    @property
    def output_shapes(self) -> Any:
        """Shapes of the results, in their structure."""
        return map_structure(
            lambda t: TensorShape(None) if t is None else t.shape, self.structured_outputs
        )

    @property
    def output_dtypes(self) -> Any:
        """Dtypes of the results, in their structure."""
        return map_structure(lambda t: None if t is None else t.dtype, self.structured_outputs)

    def pretty_printed_signature(self, verbose: bool = True) -> str:
        """The signature, for people."""
        leaves = iter(self.call.leaves)
        shown = [
            (name, kind.name, describe(_with_leaves(value, leaves)))
            for name, kind, value in parameter_kinds(self.call)
        ]
        result = describe(self.structured_outputs)
        if not verbose:
            return f"{self._arguments(shown)} -> {result}"
        lines = ["Input Parameters:"]
        lines += [f"  {name} ({kind}): {text}" for name, kind, text in shown]
        lines += ["Output Type:", f"  {result}", "Captures:"]
        lines += [f"  {id(t)}: {describe(t)}" for t in self.captures] or ["  None"]
        return "\n".join(lines)

    @staticmethod
    def _arguments(shown: list[tuple[str, str, str]]) -> str:
        parts, before = [], ""
        for name, kind, text in [*shown, ("", "", "")]:
            if before == "POSITIONAL_ONLY" and kind != before:
                parts.append("/")
            if kind == "KEYWORD_ONLY" and kind != before:
                parts.append("*")
            parts += [f"{name}: {text}"] if name else []
            before = kind
        return f"({', '.join(parts)})"

    # -- calling ---------------------------------------------------------------------------

    def program(self) -> Executable:
        """The compiled graph."""
        if self._program is None:
            self._program = executable(self.graph)
            self.gpu = wanted_gpu(self.graph)
        return self._program

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call with arguments like those it was traced with, or with tensors for its inputs.

        Raises:
            TypeError: if the arguments fit neither way.
            InvalidArgumentError: if a tensor has another dtype.
        """
        if self._binding is None:
            self._binding = Binding(self)
        return self.call_flat(self._binding.tensors(args, kwargs))

    def call_flat(self, leaves: list[Any]) -> Any:
        """Call with the tensors of the traced inputs, in order."""
        it: Any = current()
        if not it.eager:
            results = it.apply(call_op.op, (*leaves, *self.captures), {"graph": self.graph})
        elif it.tapes:
            from engine.autodiff.calls import taped_call

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


def _specs(value: Any, path: str) -> Any:
    """Specs named by their place, as TensorFlow shows them."""
    if isinstance(value, (Tensor, TensorSpec)):
        return TensorSpec(value.shape, value.dtype, getattr(value, "_name", None) or path)
    if hasattr(type(value), "__composite_spec__"):
        return value.__composite_spec__()
    if isinstance(value, Mapping):
        items = [_specs(value[k], f"{path}_{k}") for k in sorted_keys(value)]
        return like(value, items)
    if isinstance(value, (list, tuple)):
        labels = getattr(value, "_fields", range(len(value)))
        return like(value, [_specs(item, f"{path}_{k}") for k, item in zip(labels, value)])
    return value


def _with_leaves(value: Any, leaves: Iterator[Any]) -> Any:
    """`value` with its tensors as traced (perhaps with more general shapes)."""

    def one(leaf: Any) -> Any:
        return next(leaves) if isinstance(leaf, (Tensor, TensorSpec)) else leaf

    return map_structure(one, value)
