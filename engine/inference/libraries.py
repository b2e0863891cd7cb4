"""Calls of what the user did not write: public functions, library objects, methods."""

from __future__ import annotations

import ast

from engine.inference import handed
from engine.inference.binding import Arguments
from engine.inference.builtin_calls import call_builtin
from engine.inference.context import Staging
from engine.inference.definitions import STAGERS, stage, staging_of
from engine.inference.events import Called, Mismatched
from engine.inference.library_tables import NUMPY_SCALARS, RESULTS
from engine.inference.machine import Frame, Machine
from engine.inference.methods import call_method
from engine.inference.registry import Refused, ask
from engine.inference.specs import (
    creation_spec,
    dims_of_value,
    dtype_of_value,
    inferred_spec,
    input_spec,
)
from engine.inference.values import (
    NONE,
    UNKNOWN,
    Const,
    Container,
    Function,
    Library,
    Python,
    Stage,
    Tensor,
    Unknown,
    Value,
)

__all__ = ["call_library", "call_symbol", "note"]

_OP_FAMILIES = frozenset(
    [
        "math", "linalg", "nn", "image", "signal", "strings", "random", "bitwise", "sparse",
        "dtypes", "audio", "quantization", "sets", "io",
    ]
)  # fmt: skip
_COLLECTIONS = {
    "collections.deque": "deque",
    "collections.defaultdict": "dict",
    "collections.Counter": "dict",
}
_FIXED_IN_A_TRACE = {"tf.executing_eagerly": False, "tf.inside_function": True}
_DECORATORS = (
    "tf.autograph.experimental.do_not_convert",
    "tf.autograph.do_not_convert",
    "functools.lru_cache",
    "tf.py_function",
    "tf.numpy_function",
)


def note(
    machine: Machine,
    name: str,
    arguments: Arguments,
    node: ast.AST,
    frame: Frame,
    receiver: Value | None = None,
) -> Called:
    """Notes a call of something that is not the user's."""
    event = Called(node, frame.context, name, arguments.positional, arguments.keywords, receiver)
    frame.last_call = event
    machine.emit(event)
    return event


def call_symbol(
    machine: Machine, name: str, arguments: Arguments, node: ast.AST, frame: Frame
) -> Value:
    """The value of calling a public function or class."""
    event = note(machine, name, arguments, node, frame)
    if name.startswith("builtins."):
        result = call_builtin(machine, name[9:], arguments, node, frame)
    else:
        result = _known_call(machine, name, arguments, node, frame)
    if isinstance(result, Refused):
        if frame.context.staged:
            machine.emit(Mismatched(node, frame.context, name, result.reason))
        result = Tensor(frame.context.staged, node=node)
    event.result = result
    frame.last_call = event
    return result


def _known_call(
    machine: Machine, name: str, arguments: Arguments, node: ast.AST, frame: Frame
) -> Value:
    if name in _COLLECTIONS:
        made = Container(_COLLECTIONS[name], [], None, frame.born(node), [])
        factory = arguments.positional[0] if arguments.positional else None
        kind = getattr(factory, "name", "").removeprefix("builtins.")
        if name == "collections.defaultdict" and kind in ("list", "set", "dict"):
            # Whatever is asked for is there.
            made.forget_items()
            made.element = Container(kind, None, UNKNOWN, frame.born(node))
        return made
    if name in STAGERS:
        staging = staging_of(node, arguments, frame)
        function = arguments.positional[0] if arguments.positional else None
        function = arguments.keywords.get("func", function)
        if function is None or (isinstance(function, Const) and function.value is None):
            return Library("staging", "", frame.born(node), staging)
        return stage(machine, node, function, staging, frame)
    if name in _DECORATORS and not any(isinstance(v, Function) for v in arguments.positional):
        if not arguments.positional or name == "functools.lru_cache":
            return Library("decorator", name)
    if name == "functools.partial":
        return _partial(arguments, frame, node)
    if name in ("functools.wraps", "functools.update_wrapper"):
        return Library("wraps")
    if name.endswith("do_not_convert") and arguments.positional:
        return _unconverted(arguments.positional[0])
    taken = handed.hand_over(machine, name, arguments, node, frame)
    if taken is not None:
        return taken
    return _result(name, arguments, node, frame)


def _partial(arguments: Arguments, frame: Frame, node: ast.AST) -> Value:
    if not arguments.positional:
        return UNKNOWN
    callee, rest = arguments.positional[0], arguments.positional[1:]
    if isinstance(callee, Function) and callee.staging is None:
        made = callee.copy()
        before = made.fixed or ([], {})
        made.fixed = ([*before[0], *rest], {**before[1], **arguments.keywords})
        return made
    return Library(
        "partial", "", frame.born(node), (callee, Arguments(rest, dict(arguments.keywords)))
    )


def _unconverted(value: Value) -> Value:
    if isinstance(value, Function):
        made = value.copy()
        made.convert = False
        return made
    return value


def _result(name: str, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
    kind = result_kind(name)
    staged = frame.context.staged
    if staged and name in _FIXED_IN_A_TRACE:
        return Const(_FIXED_IN_A_TRACE[name])
    if kind in ("tensor", "tensors", "pair", "triple") and name.startswith("tf."):
        asked = ask(name[3:], arguments.positional, arguments.keywords, staged)
        if asked is not None and not arguments.open:
            return asked
    if kind == "tensor":
        dtype, dims = inferred_spec(name, arguments)
        weak = False
        return Tensor(staged, dtype, dims, node, weak)
    if kind in ("pair", "triple"):
        return Container("tuple", [Tensor(staged, node=node)] * (2 if kind == "pair" else 3))
    if kind == "clipped":
        return Container("tuple", [Container("list", None, Tensor(staged)), Tensor(staged)])
    if kind == "tensors":
        return Container("list", None, Tensor(staged, node=node), frame.born(node))
    if kind == "parsed":
        return Container("dict", None, Tensor(staged, node=node), frame.born(node))
    if kind == "flat":
        return Container("list", None, UNKNOWN, frame.born(node))
    if kind == "op":
        return Library("op", name)
    if kind == "none":
        return NONE
    if kind.startswith("varying "):
        return Python(kind[8:], varying=True)
    if kind in ("int", "float", "str", "bool", "python"):
        dtype = name[6:] if name.startswith("numpy.") and name[6:] in NUMPY_SCALARS else None
        return Python("" if kind == "python" else kind, dtype=dtype)
    if kind == "ndarray":
        return _array(name, arguments)
    if kind == "shape":
        return Python("shape")
    if kind == "iterating":
        return Container("iterator", None, UNKNOWN, frame.born(node))
    if kind == "?":
        return _derived(arguments, staged)
    made = Library(kind, name, frame.born(node))
    if kind == "keras tensor":
        made.dtype, made.dims = input_spec(arguments)
    if kind == "variable":
        made.dtype, made.dims = creation_spec(arguments)
    if kind == "spec":
        made.dims = dims_of_value(
            arguments.positional[0] if arguments.positional else arguments.keywords.get("shape")
        )
        given = arguments.keywords.get("dtype")
        if given is None and len(arguments.positional) > 1:
            given = arguments.positional[1]
        made.dtype = dtype_of_value(given) if given is not None else "float32"
    if kind == "dataset":
        made.data = _dataset_element(name, arguments)
    return made


def _derived(arguments: Arguments, staged: bool) -> Value:
    values = [*arguments.positional, *arguments.keywords.values()]
    if staged and any(value.stage is Stage.STAGED for value in values):
        return Unknown("derived")
    return UNKNOWN


def _array(name: str, arguments: Arguments) -> Value:
    dtype, dims = inferred_spec(name, arguments)
    return Python("ndarray", dtype=dtype, dims=dims)


def _dataset_element(name: str, arguments: Arguments) -> Value | None:
    if name.endswith(".range"):
        return Tensor(False, "int64", ())
    if name.endswith(".from_tensor_slices") and arguments.positional:
        return _slices(arguments.positional[0])
    if name.endswith(".from_tensors") and arguments.positional:
        return arguments.positional[0]
    if name.endswith(("TFRecordDataset", "TextLineDataset", "list_files")):
        return Tensor(False, "string", ())
    return None


def _slices(value: Value) -> Value | None:
    if isinstance(value, Container) and value.kind in ("tuple", "dict") and value.items is not None:
        parts = [_slices(item) or UNKNOWN for item in value.items]
        return Container(value.kind, parts, None, None, value.keys)
    if isinstance(value, (Tensor, Python, Container)):
        dtype, dims = creation_spec(Arguments([value], {}))
        return Tensor(False, dtype, dims[1:] if dims else None)
    return None


# What else than ops the names of the first version start with: graphs, sessions, switches.
_NOT_OPS = (
    "get_", "is_", "has_", "enable", "disable", "set_", "executing", "control_", "resource_",
    "global_", "local_", "trainable_", "model_", "add_", "reset_", "placeholder", "tables_",
    "initialize", "variable", "op_scope", "container", "colocate", "report_", "moving_average",
    "layers.", "nn.rnn_cell.", "nn.dynamic", "nn.static", "nn.bidirectional", "nn.raw_rnn",
    "data.", "flags.", "app.", "graph_util.", "resource_loader.", "test.", "saved_model.",
    "logging.", "manip.", "wrap_", "device", "fixed_size", "make_template", "no_regularizer",
)  # fmt: skip


def result_kind(name: str) -> str:
    """The word of the tables for what a public name gives when it is called."""
    if name in RESULTS:
        return RESULTS[name]
    if name.startswith("tf.compat.v1.") and not name[13:].startswith(_NOT_OPS):
        return result_kind(f"tf.{name[13:]}")
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        prefix = ".".join(parts[:length]) + "."
        if prefix in RESULTS:
            kind = RESULTS[prefix]
            is_function = parts[-1][:1].islower() and not parts[-1].startswith(("from_", "get"))
            if kind in ("loss", "metric", "activation") and is_function and "_" in parts[-1]:
                return "tensor"
            if kind == "loss" and is_function:
                return "tensor"
            return kind
    if name.startswith("tf.") and parts[-1].startswith(("get_", "is_", "has_", "enable_")):
        return "?"
    if name.startswith("tf.") and parts[-1][:1].islower():
        return "tensor" if len(parts) == 2 or parts[1] in _OP_FAMILIES else "?"
    return "?"


# Layers that give something else than one tensor, or may.
_OTHER_RESULTS = (
    "LSTM", "GRU", "RNN", "SimpleRNN", "Bidirectional", "MultiHeadAttention", "Attention", "Lambda",
    "TimeDistributed", "StackedRNNCells", "LSTMCell", "GRUCell", "SimpleRNNCell", "TFSMLayer",
    "AdditiveAttention", "Wrapper", "ConvLSTM2D", "DenseFeatures",
)  # fmt: skip


def _object_result(callee: Library, node: ast.AST, frame: Frame) -> Value:
    """What a model, layer, loss or metric gives when it is called."""
    staged = frame.context.staged
    last = callee.name.rsplit(".", 1)[-1]
    sure = callee.kind in ("loss", "metric", "schedule")
    if callee.kind == "layer" and callee.name.startswith("tf.keras.layers."):
        sure = last not in _OTHER_RESULTS
    if callee.kind == "model" and last == "Sequential":
        sure = True
    if sure:
        return Tensor(staged, node=node)
    return Unknown("derived") if staged else UNKNOWN


def call_library(
    machine: Machine, callee: Library, arguments: Arguments, node: ast.AST, frame: Frame
) -> Value:
    """The value of calling an object of a library, or one of its methods."""
    if callee.kind == "method":
        owner = callee.data
        assert isinstance(owner, Value)
        return call_method(machine, owner, callee.name, arguments, node, frame)
    if callee.kind == "staging" and isinstance(callee.data, Staging) and arguments.positional:
        return stage(machine, node, arguments.positional[0], callee.data, frame)
    if callee.kind == "partial":
        function, fixed = callee.data
        merged = Arguments(
            [*fixed.positional, *arguments.positional],
            {**fixed.keywords, **arguments.keywords},
            arguments.open,
        )
        return machine.call(function, merged, node, frame)
    if callee.kind == "wraps":
        return arguments.positional[0] if arguments.positional else UNKNOWN
    if callee.kind == "gradient function":
        return machine.call(callee.data, arguments, node, frame)
    if callee.kind in ("layer", "model", "metric", "loss", "schedule"):
        event = note(machine, f"{callee.kind}.__call__", arguments, node, frame, callee)
        result = _object_result(callee, node, frame)
        if any(isinstance(v, Library) and v.kind == "keras tensor" for v in arguments.positional):
            result = Library("keras tensor")
        event.result = result
        return result
    if callee.kind == "staged":
        values = [*arguments.positional, *arguments.keywords.values()]
        note(machine, "staged.__call__", arguments, node, frame, callee)
        return Unknown("derived") if frame.context.staged and values else UNKNOWN
    if callee.kind == "dtype":
        return Python()
    return UNKNOWN
