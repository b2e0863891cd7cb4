"""One traced version of a function: a graph with its captures, and how to call it."""

from __future__ import annotations

from typing import Any

from engine.autodiff.calls import taped_call
from engine.executors.eager import wrap
from engine.executors.executor import Executable, executable
from engine.ir.convert import convert_to_tensor
from engine.ir.graph import Graph
from engine.ir.interpreter import current
from engine.ir.spec import TensorSpec, spec
from engine.ir.structure import flatten, pack
from engine.ir.tensor import EagerTensor, Tensor
from engine.ops.control import call_op


class ConcreteFunction:
    """A function traced for one signature.

    Attributes:
        graph: as traced.
        captures: outer tensors (and variables' resources) that it takes as further inputs.
        call: the arguments it was traced with.
        structured_outputs: what it returns, with specs in place of tensors.
        variables: all variables that it uses.
    """

    def __init__(
        self, graph: Graph, captures: list[Any], call: Any, structure: Any, name: str,
        variables: tuple[Any, ...] = (),
    ) -> None:  # fmt: skip
        self.graph = graph
        self.captures = captures
        self.call = call
        self.name = name
        self.variables = variables
        self._structure = structure
        self._kept = [leaf is not None for leaf in flatten(structure)]
        self._single = structure is True
        self._program: Executable | None = None
        self._captured_values: tuple[Any, ...] | None = None

    # -- description -----------------------------------------------------------------------

    @property
    def inputs(self) -> list[Any]:
        return list(self.graph.inputs)

    @property
    def outputs(self) -> list[Any]:
        return list(self.graph.outputs)

    @property
    def captured_inputs(self) -> list[Any]:
        return list(self.captures)

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        return tuple(v for v in self.variables if v.trainable)

    @property
    def structured_input_signature(self) -> tuple[Any, dict[str, Any]]:
        return _specs(self.call.args), {k: _specs(v) for k, v in self.call.kwargs.items()}

    @property
    def structured_outputs(self) -> Any:
        specs = iter(spec(t.dtype, t.dims) for t in self.graph.outputs)
        return pack(self._structure, [next(specs) if keep else None for keep in self._kept])

    @property
    def output_shapes(self) -> Any:
        shapes = iter(t.shape for t in self.graph.outputs)
        return pack(self._structure, [next(shapes) if keep else None for keep in self._kept])

    @property
    def output_dtypes(self) -> Any:
        dtypes = iter(t.dtype for t in self.graph.outputs)
        return pack(self._structure, [next(dtypes) if keep else None for keep in self._kept])

    # -- calling ---------------------------------------------------------------------------

    def program(self) -> Executable:
        """The compiled graph."""
        if self._program is None:
            self._program = executable(self.graph)
        return self._program

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call with tensors for the traced inputs, positionally or by name.

        Raises:
            TypeError: if an input is missing or of another dtype.
        """
        return self.call_flat(self._bind(args, kwargs))

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        given = flatten([a for a in args if a is not None]) if args else []
        given = [v for v in given if isinstance(v, Tensor) or not _is_literal(v, self.call)]
        names = self.call.paths
        values: list[Any] = list(given[: len(names)])
        for name in names[len(values) :]:
            if name not in kwargs:
                raise TypeError(
                    f"{self.name}({', '.join(names)}) missing required arguments: {name}."
                )
            values.append(kwargs[name])
        out = []
        for value, placeholder in zip(values, self.graph.inputs):
            tensor = convert_to_tensor(value, dtype_hint=placeholder.dtype)
            if tensor.dtype is not placeholder.dtype:
                raise TypeError(
                    f"Binding inputs to tf.function failed: {tensor!r} has dtype "
                    f"{tensor.dtype.name}, but {placeholder.dtype.name} was traced."
                )
            out.append(tensor)
        return out

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
            values = it.run(program, *[t._value for t in leaves], *captured)
            results = tuple([EagerTensor(v, o.dtype) if getattr(v, "shape", ()) or o.dims == ()
                             else wrap(v) for v, o in zip(values, self.graph.outputs)])  # fmt: skip
        return self.packed(results)

    def packed(self, results: tuple[Any, ...]) -> Any:
        """Flat results in the structure that the Python function returned."""
        if self._single:
            return results[0]
        leaves = iter(results)
        return pack(self._structure, [next(leaves) if keep else None for keep in self._kept])

    def __repr__(self) -> str:
        return f"<ConcreteFunction {self.name} at 0x{id(self):X}>"


def _is_literal(value: Any, call: Any) -> bool:
    return value is None or isinstance(value, (str, bool))


def _specs(value: Any) -> Any:
    def one(leaf: Any) -> Any:
        if isinstance(leaf, (Tensor, TensorSpec)):
            return TensorSpec(leaf.shape, leaf.dtype)
        return leaf

    return pack(value, [one(leaf) for leaf in flatten(value)])


