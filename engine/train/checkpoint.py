"""Checkpoints: the variables of an object graph in one `.npz` file, written atomically."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.base.errors import NotFoundError
from engine.ir.op import public
from engine.objects.variable import Variable

_SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"
_LIMIT = 64 * 1024**3
"""Bytes that a checkpoint may unpack to: a damaged or hostile file must not fill the memory."""


def tracked(
    root: Any, path: str = "", seen: set[int] | None = None
) -> Iterator[tuple[str, Variable]]:
    """The variables below an object, with the path of attributes that leads to each."""
    seen = set() if seen is None else seen
    if isinstance(root, Variable):
        yield path, root
        return
    if id(root) in seen:
        return
    seen.add(id(root))
    for name, value in _children(root):
        yield from tracked(value, f"{path}/{name}" if path else name, seen)


def _children(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [(str(key), item) for key, item in sorted(value.items(), key=lambda kv: str(kv[0]))]
    if isinstance(value, (list, tuple)):
        return [(str(i), item) for i, item in enumerate(value)]
    names = getattr(value, "__checkpoint_children__", None)
    if names is not None:
        return list(names())
    if type(value).__module__ in ("builtins", "numpy") or isinstance(value, type):
        return []
    attributes = getattr(value, "__dict__", {})
    return sorted(
        (name, item)
        for name, item in attributes.items()
        if not name.startswith("__")
        and (isinstance(item, (Variable, list, tuple, dict)) or hasattr(item, "__dict__"))
    )


def _write(prefix: str, arrays: dict[str, Any]) -> str:
    """Write `prefix.npz` in one step: a reader sees the old file or the new one."""
    target = f"{prefix}.npz"
    folder = os.path.dirname(os.path.abspath(target))
    os.makedirs(folder, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez(stream, **{key.replace("/", "\\"): value for key, value in arrays.items()})
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
    return prefix


def _read(prefix: str) -> dict[str, Any]:
    """The arrays of a checkpoint.

    Raises:
        NotFoundError: if there is no such file.
        ValueError: if it is no checkpoint, or unpacks to too much.
    """
    target = f"{prefix}.npz"
    if not os.path.exists(target):
        raise NotFoundError(
            None, None, f"Unsuccessful TensorSliceReader constructor: Failed to find any matching "
            f"files for {prefix}",
        )  # fmt: skip
    try:
        with zipfile.ZipFile(target) as archive:
            if sum(item.file_size for item in archive.infolist()) > _LIMIT:
                raise ValueError(f"{target} unpacks to more than {_LIMIT} bytes")
        with np.load(target, allow_pickle=False) as data:
            return {key.replace("\\", "/"): data[key] for key in data.files}
    except (zipfile.BadZipFile, OSError) as error:
        raise ValueError(f"{target} is no checkpoint: {error}") from error


def _array(variable: Variable) -> Any:
    value = variable.numpy()
    if variable.dtype.name == "string":
        return np.asarray(value, dtype="S")
    return np.asarray(value)


class Status:
    """What was restored, for checks afterwards.

    Attributes:
        missing: paths of variables without a value in the file.
        unused: paths in the file without a variable.
    """

    def __init__(self, missing: list[str], unused: list[str]) -> None:
        self.missing = missing
        self.unused = unused

    def assert_consumed(self) -> Status:
        """Raises AssertionError unless file and objects agree entirely."""
        if self.missing or self.unused:
            raise AssertionError(
                f"Unresolved object(s) in checkpoint: missing {self.missing}, unused {self.unused}"
            )
        return self

    def assert_existing_objects_matched(self) -> Status:
        """Raises AssertionError if a variable has no value in the file."""
        if self.missing:
            raise AssertionError(f"No values in the checkpoint for: {', '.join(self.missing)}")
        return self

    def assert_nontrivial_match(self) -> Status:
        """Accepted."""
        return self

    def expect_partial(self) -> Status:
        """Accepted: nothing is warned of."""
        return self

    def run_restore_ops(self, session: Any = None) -> None:
        """Accepted: values are restored at once."""


@public("train.Checkpoint")
class Checkpoint:
    """Saves and restores the variables of objects, found through their attributes.

    Args:
        root: an object whose variables are saved under their own paths.
        kwargs: further objects by name.
    """

    def __init__(self, root: Any = None, **kwargs: Any) -> None:
        self.root = root
        for name, value in kwargs.items():
            setattr(self, name, value)
        self._names = list(kwargs)
        self.save_counter = Variable(0, dtype="int64", trainable=False, name="save_counter")

    def _tracked(self) -> dict[str, Variable]:
        found: dict[str, Variable] = {}
        if self.root is not None:
            found.update(tracked(self.root))
        for name in self._names:
            found.update(tracked(getattr(self, name), name))
        return found

    def write(self, file_prefix: str, options: Any = None) -> str:
        """Write the values to `file_prefix.npz`; the prefix."""
        arrays = {path + _SUFFIX: _array(v) for path, v in self._tracked().items()}
        return _write(os.fspath(file_prefix), arrays)

    def save(self, file_prefix: str, options: Any = None) -> str:
        """Write to `file_prefix-N.npz`, with N counted up, and note it as the folder's latest."""
        self.save_counter.assign_add(1)
        prefix = f"{os.fspath(file_prefix)}-{int(self.save_counter)}"
        arrays = {path + _SUFFIX: _array(v) for path, v in self._tracked().items()}
        arrays["save_counter" + _SUFFIX] = _array(self.save_counter)
        _write(prefix, arrays)
        note_latest(prefix)
        return prefix

    def read(self, save_path: str, options: Any = None) -> Status:
        """Give the variables the values of a checkpoint.

        Raises:
            NotFoundError: if there is no such checkpoint.
            ValueError: if a shape differs.
        """
        arrays = _read(os.fspath(save_path))
        missing = []
        variables = self._tracked()
        for path, variable in variables.items():
            value = arrays.pop(path + _SUFFIX, None)
            if value is None:
                missing.append(path)
            else:
                variable.assign(value)
        counter = arrays.pop("save_counter" + _SUFFIX, None)
        if counter is not None:
            self.save_counter.assign(counter)
        return Status(missing, [key.removesuffix(_SUFFIX) for key in arrays])

    def restore(self, save_path: Any, options: Any = None) -> Status:
        """As `read`; nothing is done where `save_path` is None."""
        return Status([], []) if save_path is None else self.read(save_path)


def note_latest(prefix: str) -> None:
    """Write down which checkpoint of the folder is the latest."""
    path = os.path.join(os.path.dirname(os.path.abspath(prefix)), "checkpoint")
    with open(path + ".tmp", "w", encoding="utf-8") as stream:
        stream.write(f'model_checkpoint_path: "{os.path.basename(prefix)}"\n')
    os.replace(path + ".tmp", path)


@public("train.latest_checkpoint")
def latest_checkpoint(checkpoint_dir: str, latest_filename: str | None = None) -> str | None:
    """Prefix of the newest checkpoint saved in a folder, or None."""
    path = os.path.join(os.fspath(checkpoint_dir), latest_filename or "checkpoint")
    try:
        with open(path, encoding="utf-8") as stream:
            first = stream.readline()
    except OSError:
        return None
    name = first.partition('"')[2].rpartition('"')[0]
    return os.path.join(os.fspath(checkpoint_dir), name) if name else None


@public("train.list_variables")
def list_variables(ckpt_dir_or_file: str) -> list[tuple[str, list[int]]]:
    """Names and shapes of the values in a checkpoint."""
    arrays = _read(os.fspath(ckpt_dir_or_file))
    found = [(key, list(value.shape)) for key, value in sorted(arrays.items())]
    return [("_CHECKPOINTABLE_OBJECT_GRAPH", []), *found]


@public("train.load_variable")
def load_variable(ckpt_dir_or_file: str, name: str) -> Any:
    """One value of a checkpoint, as an array. Raises NotFoundError where it is missing."""
    arrays = _read(os.fspath(ckpt_dir_or_file))
    if name not in arrays:
        raise NotFoundError(None, None, f"Key {name} not found in checkpoint")
    return arrays[name]


@public("train.CheckpointManager")
class CheckpointManager:
    """Keeps the newest checkpoints of a folder.

    Args:
        checkpoint: what to save.
        directory: the folder.
        max_to_keep: how many; None: all.
        checkpoint_name: start of the file names.
    """

    def __init__(
        self, checkpoint: Checkpoint, directory: str, max_to_keep: int | None,
        checkpoint_name: str = "ckpt", **kwargs: Any,
    ) -> None:  # fmt: skip
        if max_to_keep is not None and max_to_keep <= 0:
            raise ValueError("Expected a positive integer or `None` for `max_to_keep`, got "
                             f"{max_to_keep}.")  # fmt: skip
        self._checkpoint, self._directory = checkpoint, os.fspath(directory)
        self._most, self._name = max_to_keep, checkpoint_name
        found = latest_checkpoint(self._directory)
        self._kept: list[str] = [found] if found else []

    @property
    def checkpoint(self) -> Checkpoint:
        """What is saved."""
        return self._checkpoint

    @property
    def directory(self) -> str:
        """The folder."""
        return self._directory

    @property
    def checkpoints(self) -> list[str]:
        """Prefixes of the checkpoints kept, oldest first."""
        return list(self._kept)

    @property
    def latest_checkpoint(self) -> str | None:
        """Prefix of the newest one, or None."""
        return self._kept[-1] if self._kept else None

    def save(self, checkpoint_number: int | None = None, **kwargs: Any) -> str:
        """Save, and delete what is too old; the new prefix."""
        if checkpoint_number is not None:
            self._checkpoint.save_counter.assign(int(checkpoint_number) - 1)
        prefix = self._checkpoint.save(os.path.join(self._directory, self._name))
        self._kept.append(prefix)
        while self._most is not None and len(self._kept) > self._most:
            old = self._kept.pop(0)
            if os.path.exists(f"{old}.npz"):
                os.unlink(f"{old}.npz")
        return prefix

    def restore_or_initialize(self) -> str | None:
        """Restore the newest checkpoint where there is one; its prefix."""
        latest = self.latest_checkpoint
        if latest is not None:
            self._checkpoint.restore(latest)
        return latest
