"""The interpreter that writes op calls down as nodes of a graph."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from engine.base.errors import InaccessibleTensorError
from engine.executors.graph_constants import graph_constant, graph_value
from engine.ir.dtypes import DType, resource, string, variant
from engine.ir.graph import OPERAND, Graph, Node, line_of, name_nodes
from engine.ir.interpreter import Interpreter, current, install_recorder, interpreting
from engine.ir.op import Op, attrs_key
from engine.ir.shapes import Dims
from engine.ir.spec import TensorSpec
from engine.ir.tensor import EagerTensor, SymbolicTensor, Tensor
from engine.ops.basic import constant_op, placeholder_op
from engine.tracing.effects import EffectOrder
from engine.tracing.lifting import evaluate

_ENGINE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_GUIDE = (
    "https://www.tensorflow.org/guide/function#all_outputs_of_a_tffunction_must_be_return_values"
)
_INTERNAL: dict[str, bool] = {}
_EMBEDDED_ELEMENTS = 128
"""Eager tensors up to this size become constants of the graph; larger ones become inputs."""


def user_location(within: int = 1) -> Any:
    """Code object and instruction of the nearest frame outside the engine.

    Args:
        within: how many callers of this function are the engine's for certain; looking at a
            frame makes an object of it, which is most of the cost.
    """
    frame: Any = sys._getframe(within + 1)
    while frame is not None:
        code = frame.f_code
        internal = _INTERNAL.get(code.co_filename)
        if internal is None:
            name = code.co_filename
            internal = name.startswith((_ENGINE, "<op ", "<graphlens"))
            _INTERNAL[name] = internal
        if not internal:
            return code, frame.f_lasti
        frame = frame.f_back
    return None


class Recorder:
    """A graph under construction.

    Attributes:
        name: of the function being traced.
        outer: the interpreter around it; its tensors are captured as inputs.
        nodes: recorded so far.
        inputs: placeholders of the arguments, then of the captures.
        captures: outer tensors with the placeholders that stand for them, by identity.
    """

    eager = False
    plain = False

    def __init__(self, name: str, outer: Interpreter | None = None) -> None:
        self.name = name
        self.outer: Interpreter = outer if outer is not None else current()
        self.nodes: list[Node] = []
        self.inputs: list[SymbolicTensor] = []
        self.input_names: list[str] = []
        self.captures: dict[int, tuple[Tensor, SymbolicTensor]] = {}
        self.tapes: list[Any] = []
        self.device_name = ""
        self.scopes: list[str] = []
        self.scope_names: dict[str, int] = {}
        self.control: list[Node] = []
        self.order = EffectOrder()
        self.embed_constants = True
        self.variables: list[Any] = []
        self.creation_allowed = True
        self.of_function = False
        self.argument_values: dict[int, Any] = {}
        self._names: tuple[int, dict[Node, str], dict[str, int]] = (0, {}, {})

    # -- the interpreter's side ------------------------------------------------------------

    def apply(
        self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], name: str | None = None
    ) -> Any:
        """Record one call; a symbolic tensor, a tuple of them, or the node if it has no results."""
        own: Any = inputs
        for tensor in inputs:
            if type(tensor) is not SymbolicTensor or tensor.node.owner is not self:
                own = tuple([x if x is None else self.own(x) for x in inputs])
                break
        specs = self._infer(op, own, attrs)
        hint = self._hint(op, name) if name or self.scopes else None
        node = Node(op, own, attrs, self, user_location(2), hint, self.device_name)
        self.nodes.append(node)
        if self.control:
            node.after = tuple(self.control)
        if op.effect:
            self.order.add(node)
        if specs is None:  # nothing to compute with, but something to wait for
            return node
        if type(specs) is tuple or type(specs) is list:
            result: Any = tuple(
                [SymbolicTensor(node, i, s.dtype, s.dims) for i, s in enumerate(specs)]
            )
            node.outputs = result
        else:
            result = SymbolicTensor(node, 0, specs.dtype, specs.dims)
            node.outputs = (result,)
        if self.tapes:
            for tape in self.tapes:
                tape.record(op, inputs, attrs, node.outputs)
        return result

    def _infer(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
        if op.value_dependent:
            return self._infer_now(op, inputs, attrs)
        key: Any
        if len(inputs) == 1 and inputs[0] is not None:
            key = (inputs[0].dtype, inputs[0].dims)
        elif len(inputs) == 2 and inputs[0] is not None and inputs[1] is not None:
            left, right = inputs
            key = (left.dtype, left.dims, right.dtype, right.dims)
        else:
            key = tuple([None if x is None else (x.dtype, x.dims) for x in inputs])
        if attrs:
            extra = attrs_key(attrs)
            if extra is None:
                return self._infer_now(op, inputs, attrs)
            key = (key, extra, tuple(map(type, extra)))
        found = op.infer_cache.get(key)
        if found is None:
            found = self._infer_now(op, inputs, attrs)
            if len(op.infer_cache) < 4096:
                op.infer_cache[key] = found
        return found

    def _infer_now(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
        variadic = [p.variadic for p in op.parameters]
        if True not in variadic:
            return op.infer(*inputs, **attrs)
        i = variadic.index(True)
        after = len(variadic) - i - 1
        stop = len(inputs) - after
        return op.infer(*inputs[:i], list(inputs[i:stop]), *inputs[stop:], **attrs)

    def constant(self, value: Any, dtype: DType | None = None, name: str | None = None) -> Tensor:
        """A constant node."""
        return self._constant(*graph_value(value, dtype), name or OPERAND)

    def make_constant(
        self, value: Any, dtype: DType | None, shape: Any, name: str | None = None
    ) -> Tensor:
        """The tensor of `tf.constant`: always a new node."""
        return self._constant(*graph_constant(value, dtype, shape), name)

    def _constant(self, value: Any, dtype: DType, name: str | None) -> Tensor:
        """A constant's node: it depends on nothing, whatever control dependencies are in force."""
        op, dims = constant_op.op, getattr(value, "shape", ())
        attrs = {"value": value, "dtype": dtype, "dims": dims}
        hint = self._hint(op, name) if self.scopes or name is not OPERAND else OPERAND
        node = Node(op, (), attrs, self, user_location(3), hint, self.device_name)
        made = SymbolicTensor(node, 0, dtype, dims)
        node.outputs = (made,)
        self.nodes.append(node)
        return made

    def _hint(self, op: Op, name: str | None) -> str | None:
        """The base of a node's name: inside the name scope, unless it is a whole name."""
        if name and name[-1] == "/":
            return name[:-1]
        return f"{self.scopes[-1]}/{name or op.name_hint}" if self.scopes else name

    # -- inputs ----------------------------------------------------------------------------

    def placeholder(
        self, dtype: DType, dims: Dims, name: str, extra: dict[str, Any] | None = None
    ) -> SymbolicTensor:
        """A new argument of the graph."""
        node = Node(placeholder_op.op, (), {"dtype": dtype, "dims": dims}, self, None, name)
        if extra:
            node.attrs.update(extra)
        tensor = SymbolicTensor(node, 0, dtype, dims)
        node.outputs = (tensor,)
        self.nodes.append(node)
        self.inputs.append(tensor)
        self.input_names.append(name)
        return tensor

    def own(self, tensor: Any) -> SymbolicTensor:
        """`tensor` as one of this graph: itself, a constant, or a captured input.

        Raises:
            InaccessibleTensorError: if it belongs to a graph that is not around this one.
        """
        if type(tensor) is SymbolicTensor:
            if tensor.node.owner is self:
                return tensor
            tensor = self._visible(tensor)
            if tensor.node.op is constant_op.op and id(tensor) not in self.captures:
                made = self.apply(constant_op.op, (), tensor.node.attrs)
                self.captures[id(tensor)] = (tensor, made)
        known = self.captures.get(id(tensor))
        if known is not None:
            return known[1]
        if type(tensor) is EagerTensor and self._embeds(tensor):
            value = tensor._value
            made = self.apply(
                constant_op.op, (), {"value": value, "dtype": tensor.dtype, "dims": tensor.dims}
            )
            self.captures[id(tensor)] = (tensor, made)
            return made
        return self._capture(tensor)

    def _embeds(self, tensor: EagerTensor) -> bool:
        if not self.embed_constants or tensor.dtype in (resource, variant, string):
            return tensor.dtype is string and not tensor.dims
        return getattr(tensor._value, "size", 1) <= _EMBEDDED_ELEMENTS

    def _capture(self, tensor: Any) -> SymbolicTensor:
        extra = handle_attrs(tensor) if tensor.dtype is resource else None
        inner = self.placeholder(tensor.dtype, tensor.dims, _capture_name(tensor), extra)
        self.captures[id(tensor)] = (tensor, inner)
        return inner

    def captured(self) -> list[tuple[Tensor, SymbolicTensor]]:
        """The outer tensors that became inputs, in the order of the inputs."""
        return [pair for pair in self.captures.values() if pair[1].node.op is placeholder_op.op]

    def _visible(self, tensor: SymbolicTensor) -> SymbolicTensor:
        """`tensor` itself, or what stands for it in the graphs around this one."""
        owner = tensor.node.owner
        around: Any = self.outer
        while not around.eager:
            if around is owner:
                return tensor
            resolve = getattr(around, "resolve", None)
            found = None if resolve is None else resolve(tensor)
            if found is not None:
                return found
            around = around.outer
        raise self._out_of_scope(tensor)

    def _out_of_scope(self, tensor: SymbolicTensor) -> Exception:
        """What is raised for a tensor of a graph that is not around this one."""
        owner: Any = tensor.node.owner
        message = (
            f"{tensor!r} is out of scope and cannot be used here. Use return values, explicit "
            f"Python locals or TensorFlow collections to access it.\nPlease see {_GUIDE} for more "
            f"information.\n\n{tensor!r} was defined in {getattr(owner, 'name', 'a graph')!r}"
        )
        where = tensor.node.file_line
        if where is not None:
            message += f" at {where[0]}:{where[1]}"
        around: list[Any] = [self]
        while isinstance(around[-1].outer, Recorder):
            around.append(around[-1].outer)
        inside = getattr(owner, "outer", None)
        while isinstance(inside, Recorder):
            if inside in around:
                message += f".\nThe tensor {tensor!r} cannot be accessed from {inside.name!r}."
                return InaccessibleTensorError(message)
            inside = inside.outer
        message += f".\nThe tensor {tensor!r} cannot be accessed from {self.name!r}."
        return TypeError(message)

    # -- variables -------------------------------------------------------------------------

    def root(self) -> Recorder:
        """The recorder of the function itself, around branches and loop bodies."""
        found = self
        while isinstance(found.outer, Recorder) and not found.of_function:
            found = found.outer
        return found

    def root_eager(self) -> Any:
        """The eager interpreter around all recorders."""
        found: Any = self.outer
        while not found.eager:
            found = found.outer
        return found

    def variable_created(self, variable: Any) -> None:
        """Note a variable made while tracing.

        Raises:
            ValueError: if this is not the function's first trace.
        """
        root = self.root()
        if not root.creation_allowed:
            raise ValueError(
                "tf.function only supports singleton tf.Variables created on the first call. Make "
                "sure the tf.Variable is only created once or created outside tf.function. See "
                "https://www.tensorflow.org/guide/function#creating_tfvariables for more "
                f"information.{self._blame()}"
            )
        root.variables.append(variable)

    def _blame(self) -> str:
        where = user_location()
        if where is None:
            return ""
        code, offset = where
        return (
            f"\nThe variable is created at {code.co_filename}:{line_of(code, offset)}, in "
            f"{self.root().name!r}: create it once, before the function is called."
        )

    def lift(self, tensor: SymbolicTensor) -> Any:
        """The value that `tensor` has now. Raises ValueError where it depends on an argument."""
        known: dict[int, Any] = {}
        around: Any = self
        eager: Any = self.root_eager()
        while isinstance(around, Recorder):
            known.update(around.argument_values)
            for outer, inner in around.captures.values():
                if type(outer) is EagerTensor:
                    known[id(inner)] = outer
            around = around.outer
        return evaluate(tensor, known, eager)

    # -- results ---------------------------------------------------------------------------

    def finish(self, outputs: Sequence[SymbolicTensor]) -> Graph:
        """The recorded graph."""
        graph = Graph(
            self.name, tuple(self.inputs), tuple(self.nodes), tuple(outputs),
            tuple(self.input_names),
        )  # fmt: skip
        return graph

    def names(self) -> dict[Node, str]:
        """Unique names of the nodes recorded so far."""
        count, names, taken = self._names
        name_nodes(self.nodes[count:], names, taken)
        self._names = (len(self.nodes), names, taken)
        return names

    def get_operations(self) -> list[Node]:
        return list(self.nodes)

    def subgraph(
        self, function: Callable[..., Any], specs: Sequence[TensorSpec], name: str,
        names: Sequence[str] = (),
    ) -> tuple[Recorder, list[SymbolicTensor], Any]:  # fmt: skip
        """Trace `function` over new placeholders into a recorder inside this one.

        Returns:
            The inner recorder (not finished), its argument placeholders, what `function` returned.
        """
        inner = Recorder(name, self)
        inner.device_name = self.device_name
        inner.scopes = []
        arguments = [
            inner.placeholder(s.dtype, s.dims, names[i] if i < len(names) else f"arg{i}")
            for i, s in enumerate(specs)
        ]
        with interpreting(inner):
            return inner, arguments, function(*arguments)

    def inline(self, graph: Graph, arguments: Sequence[Any]) -> list[SymbolicTensor]:
        """Copy another graph's nodes into this one; its outputs."""
        tensors: dict[int, Any] = {}
        copies: dict[Node, Node] = {}
        for inner, given in zip(graph.inputs, arguments):
            tensors[id(inner)] = self.own(given)
        placeholders = {t.node for t in graph.inputs}
        for node in graph.nodes:
            if node in placeholders:
                continue
            inputs = tuple(None if t is None else tensors[id(t)] for t in node.inputs)
            made = Node(node.op, inputs, node.attrs, self, node.where, node.name_hint, node.device)
            made.after = tuple(copies[b] for b in node.after if b in copies)
            made.outputs = tuple(
                SymbolicTensor(made, t.index, t.dtype, t.dims) for t in node.outputs
            )
            self.nodes.append(made)
            if made.op.effect:
                self.order.add(made)
            copies[node] = made
            tensors.update((id(old), new) for old, new in zip(node.outputs, made.outputs))
        return [tensors[id(t)] for t in graph.outputs]


install_recorder(Recorder)


def handle_attrs(tensor: Any) -> dict[str, Any]:
    """What a placeholder must know of the variable that its resource stands for."""
    if type(tensor) is EagerTensor:
        storage = tensor._value
        return {
            "held_dtype": getattr(storage, "dtype", None),
            "held_dims": getattr(storage, "dims", None),
            "trainable": getattr(storage, "trainable", False),
            "held_name": getattr(storage, "name", ""),
        }
    keys = ("held_dtype", "held_dims", "trainable", "held_name")
    return {key: tensor.node.attrs[key] for key in keys if key in tensor.node.attrs}


def _capture_name(tensor: Any) -> str:
    if type(tensor) is SymbolicTensor:
        return tensor.name.split(":")[0].split("/")[-1]
    return "captured"
