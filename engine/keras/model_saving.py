"""Models and their weights on disk: `.keras` archives and `.weights.h5` files.

Weights are arrays in numpy's `.npz` format (no pickle), whatever the file's ending is; a `.keras`
file is a zip archive of the configuration as JSON and the weights. Files are written in one step.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
from typing import Any

import numpy as np

from engine.ir.op import public
from engine.keras import configs

_LIMIT = 64 * 1024**3


class Saved:
    """The part of models that saves and loads them."""

    def save_weights(self, filepath: Any, overwrite: bool = True, **kwargs: Any) -> None:
        """Write all weights to a file that ends in `.weights.h5`.

        Raises:
            ValueError: for another ending.
        """
        path = os.fspath(filepath)
        if not path.endswith(".weights.h5"):
            raise ValueError(f"The filename must end in `.weights.h5`. Received: filepath={path}")
        if not self.built:  # type: ignore[attr-defined]
            raise ValueError(
                "You are saving a model that has not yet been built. Try building the model first "
                "by calling it on some data or by using `build()`."
            )
        _check_free(path, overwrite)
        _write(path, _packed(self.weights))  # type: ignore[attr-defined]

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
        """Take all weights from a file that `save_weights` or `save` wrote.

        Raises:
            ValueError: if there is no such file, or its weights are not this model's.
        """
        path = os.fspath(filepath)
        if not os.path.exists(path):
            raise FileNotFoundError(f"[Errno 2] Unable to open file: no such file: {path!r}")
        data = _read_member(path, "model.weights.npz") if path.endswith(".keras") else _bytes(path)
        _unpack(self, data, skip_mismatch)

    def save(self, filepath: Any, overwrite: bool = True, **kwargs: Any) -> None:
        """Write configuration, weights and what `compile` was told to a `.keras` file.

        Raises:
            ValueError: for another ending.
            NotImplementedError, TypeError: for a layer without a plain configuration.
        """
        path = os.fspath(filepath)
        if not path.endswith((".keras", ".h5")):
            raise ValueError(
                "Invalid filepath extension for saving. Please add either a `.keras` extension for "
                "the native Keras format (recommended) or a `.h5` extension. Use "
                "`model.export(filepath)` if you want to export a SavedModel for use with "
                f"TFLite/TFServing/etc. Received: filepath={path}."
            )
        _check_free(path, overwrite)
        config = configs.serialize(self)
        config["compile_config"] = _compile_config(self)
        config["build_config"] = _shapes(self)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr(
                "metadata.json", json.dumps({"format": "graphlens-keras", "version": 1})
            )
            archive.writestr("config.json", json.dumps(config))
            archive.writestr("model.weights.npz", _packed(self.weights))  # type: ignore[attr-defined]
        _write(path, stream.getvalue())

    def export(self, filepath: Any, format: str = "tf_saved_model", **kwargs: Any) -> None:
        """Write a SavedModel. Raises ValueError for other formats."""
        from engine.ops.namespace import tf

        if format != "tf_saved_model":
            raise ValueError(f"Unrecognized format={format}. Only 'tf_saved_model' is known.")
        holder = tf.Module(name="exported")
        holder._model = self
        holder.serve = self._default_signature()
        if holder.serve is None:
            raise ValueError("The model must be built, with one input, to be exported.")
        tf.saved_model.save(holder, os.fspath(filepath), signatures=holder.serve)

    def _default_signature(self) -> Any:
        """The traced call on inputs of the shape that the model was built for, or None."""
        shape = _shapes(self) or getattr(self, "input_shape", None)
        if not self.built or not shape or isinstance(shape[0], (list, tuple)):  # type: ignore[attr-defined]
            return None
        from engine.ops.namespace import tf

        spec = tf.TensorSpec([None, *shape[1:]], self.dtype, name="inputs")  # type: ignore[attr-defined]
        model: Any = self

        def serve(inputs: Any) -> Any:
            return model(inputs)

        return tf.function(serve, input_signature=[spec]).get_concrete_function()

    def to_json(self, **kwargs: Any) -> str:
        """The configuration as JSON."""
        return json.dumps(configs.serialize(self), **kwargs)


@public("keras.models.save_model")
def save_model(model: Any, filepath: Any, overwrite: bool = True, **kwargs: Any) -> None:
    """As `model.save`."""
    model.save(filepath, overwrite=overwrite, **kwargs)


@public("keras.models.load_model")
def load_model(filepath: Any, custom_objects: Any = None, compile: bool = True,
               safe_mode: bool = True) -> Any:  # fmt: skip
    """The model that `save` wrote.

    Args:
        filepath: of a `.keras` file.
        custom_objects: classes and functions by name, besides the registered ones.
        compile: compile it as it was?
        safe_mode: accepted: nothing in a file is run in any case.

    Raises:
        ValueError: if there is no such file, or it is none of ours.
        TypeError: for a class that is not known.
    """
    path = os.fspath(filepath)
    if not os.path.exists(path):
        raise ValueError(f"File not found: filepath={path}. Please ensure the file is an "
                         "accessible `.keras` zip file.")  # fmt: skip
    config = json.loads(_read_member(path, "config.json"))
    model = configs.deserialize(config, custom_objects)
    shape = config.get("build_config")
    if not model.built and shape is not None:
        model.build([tuple(s) for s in shape] if isinstance(shape[0], list) else tuple(shape))
    if model.built:
        _unpack(model, _read_member(path, "model.weights.npz"), False)
    told = config.get("compile_config")
    if compile and told:
        given = {key: configs.deserialize(value, custom_objects) for key, value in told.items()}
        model.compile(**given)
    return model


@public("keras.models.model_from_json")
def model_from_json(json_string: str, custom_objects: Any = None) -> Any:
    """A model, with new weights, from what `to_json` answered."""
    return configs.deserialize(json.loads(json_string), custom_objects)


@public("keras.models.clone_model")
def clone_model(
    model: Any, input_tensors: Any = None, clone_function: Any = None, **kw: Any
) -> Any:
    """An equal model with new weights. `clone_function` makes each layer of a `Sequential`."""
    if clone_function is not None and hasattr(model, "_stack"):
        return type(model)([clone_function(layer) for layer in model._stack], name=model.name)
    return configs.deserialize(configs.serialize(model))


def _compile_config(model: Any) -> Any:
    told = getattr(model, "_compile_config", None)
    if told is None:
        return None
    try:
        return {key: configs.serialize(value) for key, value in told.items()}
    except (TypeError, NotImplementedError):
        return None


def _shapes(model: Any) -> Any:
    return getattr(model, "_called_shapes", None)


def _check_free(path: str, overwrite: bool) -> None:
    if os.path.exists(path) and not overwrite:
        raise OSError(f"{path} exists already; pass overwrite=True to replace it.")


def _packed(weights: list[Any]) -> bytes:
    stream = io.BytesIO()
    arrays = {f"{i:05d}|{v.path.replace('/', '|')}": np.asarray(v.numpy())
              for i, v in enumerate(weights)}  # fmt: skip
    np.savez(stream, **arrays)  # type: ignore[arg-type]
    return stream.getvalue()


def _unpack(model: Any, data: bytes, skip: bool) -> None:
    with np.load(io.BytesIO(data), allow_pickle=False) as found:
        arrays = [found[name] for name in sorted(found.files)]
    weights = model.weights
    if len(arrays) != len(weights):
        raise ValueError(
            f"A total of {len(arrays)} weights are in the file, but the model '{model.name}' has "
            f"{len(weights)}. Has it been built?"
        )
    for variable, value in zip(weights, arrays):
        if tuple(variable.shape) != value.shape:
            if skip:
                continue
            raise ValueError(f"Shape mismatch: {variable.path} has shape {tuple(variable.shape)}, "
                             f"the file has {value.shape}.")  # fmt: skip
        variable.assign(value)


def _bytes(path: str) -> bytes:
    if os.path.getsize(path) > _LIMIT:
        raise ValueError(f"{path} has more than {_LIMIT} bytes")
    with open(path, "rb") as stream:
        return stream.read()


def _read_member(path: str, name: str) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(name).file_size > _LIMIT:
                raise ValueError(f"{path} unpacks to more than {_LIMIT} bytes")
            return archive.read(name)
    except (zipfile.BadZipFile, KeyError) as error:
        raise ValueError(f"{path} is no model that this library has saved: {error}") from error


def _write(path: str, data: bytes) -> None:
    """A reader sees the old file or the new one."""
    folder = os.path.dirname(os.path.abspath(path))
    handle, temporary = tempfile.mkstemp(dir=folder, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
