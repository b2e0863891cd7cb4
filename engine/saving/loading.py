"""`tf.saved_model.load`: objects made again from variables and traced functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.ir.dtypes import as_dtype
from engine.ir.op import public
from engine.ir.structure import is_nested
from engine.objects.trackable import Trackable
from engine.objects.variable import Variable, init_scope
from engine.saving.encoding import Decoder
from engine.saving.functions import RestoredFunction, read_concrete, read_rule
from engine.saving.graphs import read_graph
from engine.saving.saved_model import read_files
from engine.tracing.binding import input_tensor


class _UserObject(Trackable):
    """A loaded object: attributes and functions as they were, without the class.

    Attributes:
        signatures: functions by signature name, on the root.
    """


def _callable_class() -> type[_UserObject]:
    """A class of its own for an object that can be called."""

    class _UserObjectWithCall(_UserObject):
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            return vars(self)["__call__"](*args, **kwargs)

    _UserObjectWithCall.__name__ = _UserObjectWithCall.__qualname__ = "_UserObject"
    return _UserObjectWithCall


class Signature:
    """A function of keyword tensors that answers a dictionary.

    Attributes:
        inputs: names of its arguments.
    """

    def __init__(self, concrete: Any, names: list[str]) -> None:
        self._concrete, self.inputs = concrete, names

    @property
    def structured_input_signature(self) -> Any:
        """No positional arguments, and specs by name."""
        from engine.ir.spec import TensorSpec

        leaves = self._concrete.call.leaves
        return (), {n: TensorSpec(t.dims, t.dtype, n) for n, t in zip(self.inputs, leaves)}

    @property
    def structured_outputs(self) -> Any:
        """Specs of the results by name."""
        from engine.ir.spec import TensorSpec

        found = _named(self._concrete.structured_outputs)
        return {name: TensorSpec(t.dims, t.dtype, name) for name, t in found.items()}

    def __call__(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The results by name. Raises TypeError for other arguments than `inputs`."""
        if args and len(self.inputs) == len(args) == 1:
            kwargs = {self.inputs[0]: args[0]}
        elif args or kwargs.keys() != set(self.inputs):
            raise TypeError(
                "Binding inputs to tf.function failed: signatures are called with keyword "
                f"arguments {self.inputs}, got {len(args)} positional ones and {sorted(kwargs)}."
            )
        concrete = self._concrete
        values = [input_tensor(concrete, i, kwargs[name]) for i, name in enumerate(self.inputs)]
        return _named(concrete.call_flat(values))

    def __repr__(self) -> str:
        return f"<ConcreteFunction signature_wrapper({', '.join(self.inputs)}) at 0x{id(self):X}>"


def _named(result: Any) -> dict[str, Any]:
    if isinstance(result, Mapping):
        return dict(result)
    items = list(result) if is_nested(result) else [result]
    return {f"output_{i}": item for i, item in enumerate(items)}


class _SignatureMap(Mapping[str, Signature]):
    """Signatures by name."""

    def __init__(self, signatures: dict[str, Signature]) -> None:
        self._signatures = signatures

    def __getitem__(self, name: str) -> Signature:
        return self._signatures[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._signatures)

    def __len__(self) -> int:
        return len(self._signatures)

    def __repr__(self) -> str:
        return f"_SignatureMap({self._signatures})"


@public("saved_model.load")
def load(export_dir: Any, tags: Any = None, options: Any = None) -> Any:
    """The object that `tf.saved_model.save` wrote: its variables, parts and functions.

    Args:
        export_dir: the folder.
        tags, options: accepted.

    Raises:
        OSError: if there is none in the folder.
        ValueError: if the files are none of ours.
    """
    data, arrays = read_files(export_dir)
    decode = Decoder(arrays)
    decode.graph = lambda graph: read_graph(graph, decode)
    decode.function = lambda rule: read_rule(rule, decode)
    objects = [_empty(item, decode) for item in data["objects"]]
    for i in reversed(range(len(objects))):
        objects[i] = _filled(objects[i], data["objects"][i], objects)
    for made, item in zip(objects, data["objects"]):
        for name, function in item.get("functions", {}).items():
            object.__setattr__(made, name, RestoredFunction(function, decode, objects))
    root = objects[0]
    signatures = {
        name: Signature(read_concrete(item["concrete"], decode, objects), item["keyword"])
        for name, item in data["signatures"].items()
    }
    object.__setattr__(root, "signatures", _SignatureMap(signatures))
    return root


def _empty(item: Any, decode: Decoder) -> Any:
    kind = item["kind"]
    if kind == "variable":
        value = decode(item["value"])
        with init_scope():
            return Variable(
                value if value.ndim else value[()], trainable=item["trainable"], name=item["name"],
                dtype=as_dtype(item["dtype"]), shape=decode(item["dims"]),
            )  # fmt: skip
    if kind in ("dict", "list", "tuple"):
        return {} if kind == "dict" else []
    return (_callable_class() if "__call__" in item["functions"] else _UserObject)()


def _filled(made: Any, item: Any, objects: list[Any]) -> Any:
    """With its parts; tuples are made now: their parts come behind them in the list."""
    parts = item.get("children", {})
    if item["kind"] == "dict":
        made.update({name: objects[number] for name, number in parts.items()})
    elif item["kind"] in ("list", "tuple"):
        ordered = sorted(parts.items(), key=lambda pair: int(pair[0]))
        made.extend(objects[number] for _, number in ordered)
        return tuple(made) if item["kind"] == "tuple" else made
    elif item["kind"] == "object":
        for name, number in parts.items():
            object.__setattr__(made, name, objects[number])
    return made
