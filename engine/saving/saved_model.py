"""`tf.saved_model.save` and `load`."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.ir.op import PUBLIC, public
from engine.objects.object_graph import children, variable_of, walk
from engine.objects.trackable import Trackable
from engine.saving.encoding import Encoder
from engine.saving.functions import write_concrete, write_function, write_rule
from engine.saving.graphs import write_graph
from engine.tracing.concrete import ConcreteFunction
from engine.tracing.function import Function

FILE, VALUES = "saved_model.json", os.path.join("variables", "variables.npz")
LIMIT = 64 * 1024**3


@public("saved_model.SaveOptions")
class SaveOptions:
    """Accepted: gradients of the user's own are saved where they can be."""

    def __init__(self, **kwargs: Any) -> None:
        self.__dict__.update(kwargs)


@public("saved_model.LoadOptions")
class LoadOptions:
    """Accepted."""

    def __init__(self, **kwargs: Any) -> None:
        self.__dict__.update(kwargs)


@public("saved_model.save")
def save(obj: Any, export_dir: Any, signatures: Any = None, options: Any = None) -> None:
    """Write an object's variables and traced functions, to be loaded without its Python code.

    Args:
        obj: a `tf.Module`, `tf.train.Checkpoint` or Keras model.
        export_dir: folder, made where it is missing.
        signatures: function with an input signature, traced version, or a dictionary of them.
        options: accepted.

    Raises:
        ValueError: if `obj` is no object that holds state.
        AssertionError: if a function uses a variable that `obj` does not hold.
        NotImplementedError: if a function holds Python code (`tf.py_function`).
    """
    if not isinstance(obj, Trackable):
        raise ValueError(
            "Expected an object of type `Trackable`, such as `tf.Module` or a subclass of the "
            f"`Trackable` class, for export. Got {obj} with type {type(obj)}."
        )
    data, arrays = _Saver(obj, signatures).write()
    folder = os.fspath(export_dir)
    os.makedirs(os.path.join(folder, "variables"), exist_ok=True)
    os.makedirs(os.path.join(folder, "assets"), exist_ok=True)
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    _replace(os.path.join(folder, VALUES), stream.getvalue())
    _replace(os.path.join(folder, FILE), json.dumps(data).encode())


def _replace(path: str, content: bytes) -> None:
    with open(f"{path}.tmp", "wb") as stream:
        stream.write(content)
    os.replace(f"{path}.tmp", path)


@public("saved_model.contains_saved_model")
def contains_saved_model(export_dir: Any) -> bool:
    """Is there a saved model in the folder?"""
    return os.path.exists(os.path.join(os.fspath(export_dir), FILE))


class _Saver:
    """Writes one object."""

    def __init__(self, root: Any, signatures: Any) -> None:
        self.root = root
        self.signatures = signatures
        self.encode = Encoder()
        self.encode.graph = lambda graph: write_graph(graph, self.encode)
        self.found = list(walk(root))
        self.numbers = {id(value): number for _, number, value in self.found}
        for _, number, value in self.found:
            variable = variable_of(value)
            if variable is not None:
                self.numbers[id(variable)] = number

    def number(self, variable: Any) -> int:
        """The number of a captured variable among the objects."""
        found = self.numbers.get(id(variable))
        if found is None:
            raise AssertionError(
                "Tried to export a function which references an 'untracked' resource. TensorFlow "
                "objects (e.g. tf.Variable) captured by functions must be 'tracked' by assigning "
                "them to an attribute of a tracked object or assigned to an attribute of the main "
                f"object directly. The variable is {variable!r}."
            )
        return found

    def write(self) -> tuple[Any, dict[str, Any]]:
        """JSON, and arrays by name."""
        functions = {id(value): list(_functions(value)) for _, _, value in self.found}
        signatures = self._signatures(functions[id(self.root)])
        objects = [self._object(value, functions[id(value)]) for _, _, value in self.found]
        written = {
            name: {"concrete": write_concrete(c, self._with_rules(c), self.number),
                   "keyword": list(_input_names(c))}
            for name, c in signatures.items()
        }  # fmt: skip
        data = {"format": "graphlens-saved-model", "version": 1, "objects": objects,
                "signatures": written}  # fmt: skip
        return data, self.encode.arrays

    def _object(self, value: Any, functions: list[tuple[str, Any]]) -> Any:
        variable = variable_of(value)
        if variable is not None:
            return {
                "kind": "variable", "name": variable._name, "trainable": variable.trainable,
                "value": self.encode(np.asarray(variable.numpy())), "dtype": variable.dtype.name,
                "dims": self.encode(variable.dims),
            }  # fmt: skip
        kind = next((k.__name__ for k in (dict, list, tuple) if isinstance(value, k)), "object")
        parts = {name: self.numbers[id(part)] for name, part in children(value)}
        made = {
            name: write_function(f, self._with_rules(*f._list_all_concrete_functions()),
                                 self.number)
            for name, f in functions
        }  # fmt: skip
        return {"kind": kind, "children": parts, "functions": made,
                "class": type(value).__name__}  # fmt: skip

    def _with_rules(self, *concretes: ConcreteFunction) -> Encoder:
        """The encoder, knowing the shapes that the gradient rules of these graphs take."""
        shapes: dict[int, Any] = {}

        def collect(graph: Any) -> None:
            for node in graph.nodes:
                rule = node.attrs.get("rule")
                if rule is not None:
                    shapes[id(rule)] = [(t.dtype, t.dims) for t in node.outputs]
                for _, inner in node.graphs:
                    collect(inner)

        for concrete in concretes:
            collect(concrete.graph)

        def function(value: Any) -> Any:
            if id(value) not in shapes:
                return None
            return write_rule(value, self.encode, shapes[id(value)]) or {"graph": None}

        self.encode.function = function
        return self.encode

    def _signatures(self, own: list[tuple[str, Function]]) -> dict[str, ConcreteFunction]:
        given = self.signatures
        if given is None:
            return self._default_signature(own)
        if not isinstance(given, dict):
            given = {"serving_default": given}
        return {name: _signature(function) for name, function in given.items()}

    def _default_signature(self, own: list[tuple[str, Function]]) -> dict[str, ConcreteFunction]:
        exported = getattr(self.root, "_default_signature", None)
        if exported is not None:
            function = exported()
            return {} if function is None else {"serving_default": function}
        with_specs = [f for _, f in own if f.input_signature is not None]
        if len(own) == 1 and len(with_specs) == 1:
            return {"serving_default": with_specs[0].get_concrete_function()}
        return {}


def _signature(function: Any) -> ConcreteFunction:
    if isinstance(function, ConcreteFunction):
        return function
    if isinstance(function, Function):
        if function.input_signature is not None:
            return function.get_concrete_function()
        known = function._list_all_concrete_functions()
        if len(known) == 1:
            return known[0]
    raise ValueError(
        f"Expected a TensorFlow function for which to generate a signature, but got {function}. "
        "Only `tf.functions` with an input signature or concrete functions can be used as a "
        "signature."
    )


def _input_names(concrete: ConcreteFunction) -> list[str]:
    count = len(concrete.call.leaves)
    return [str(t.node.name_hint) for t in concrete.graph.inputs[:count]]


def _functions(value: Any) -> Iterator[tuple[str, Function]]:
    """The traced functions among an object's attributes and methods, by name."""
    if not isinstance(value, Trackable):
        return
    seen = set()
    for name in dir(type(value)):
        if isinstance(_raw(type(value), name), Function):
            seen.add(name)
    seen |= {name for name, item in vars(value).items() if isinstance(item, Function)}
    for name in sorted(seen):
        function = getattr(value, name)
        if not isinstance(function, Function):
            continue
        if function.input_signature is not None and not function._list_all_concrete_functions():
            function.get_concrete_function()
        yield name, function


def _raw(owner: type, name: str) -> Any:
    for base in owner.__mro__:
        if name in vars(base):
            return vars(base)[name]
    return None


def read_files(export_dir: Any) -> tuple[Any, dict[str, Any]]:
    """JSON and arrays of a saved model.

    Raises:
        OSError: if there is none in the folder.
        ValueError: if a file is none of ours, or unpacks to too much.
    """
    folder = os.fspath(export_dir)
    if not contains_saved_model(folder):
        raise OSError(
            f"SavedModel file does not exist at: {folder}{os.sep}"
            f"{{saved_model.pbtxt|saved_model.pb|{FILE}}}"
        )
    try:
        with open(os.path.join(folder, FILE), encoding="utf-8") as stream:
            data = json.load(stream)
        path = os.path.join(folder, VALUES)
        with zipfile.ZipFile(path) as archive:
            if sum(item.file_size for item in archive.infolist()) > LIMIT:
                raise ValueError(f"{path} unpacks to more than {LIMIT} bytes")
        with np.load(path, allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
    except (zipfile.BadZipFile, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{folder} holds no saved model of this library: {error}") from error
    if not isinstance(data, dict) or data.get("format") != "graphlens-saved-model":
        raise ValueError(f"{folder} holds no saved model of this library")
    return data, arrays


PUBLIC["saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY"] = "serving_default"
