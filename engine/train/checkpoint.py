"""Checkpoints: the variables of an object graph in one `.npz` file, written atomically."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from typing import Any

import numpy as np

from engine.base.errors import NotFoundError
from engine.ir.dtypes import as_dtype
from engine.ir.op import public
from engine.objects.object_graph import (
    Match,
    Node,
    children,
    is_trackable,
    saved,
    variable_of,
    walk,
)
from engine.objects.trackable import ListWrapper, Trackable
from engine.objects.variable import Variable, init_scope

_LIMIT = 64 * 1024**3
"""Bytes that a checkpoint may unpack to: a damaged or hostile file must not fill the memory."""
_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"


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
            None,
            None,
            f"Error when restoring from checkpoint or SavedModel at {prefix}: Unsuccessful "
            f"TensorSliceReader constructor: Failed to find any matching files for {prefix}\n"
            "Please double-check that the path is correct. You may be missing the checkpoint "
            "suffix (e.g. the '-1' in 'path/to/ckpt-1').",
        )
    try:
        with zipfile.ZipFile(target) as archive:
            if sum(item.file_size for item in archive.infolist()) > _LIMIT:
                raise ValueError(f"{target} unpacks to more than {_LIMIT} bytes")
        with np.load(target, allow_pickle=False) as data:
            return {key.replace("\\", "/"): data[key] for key in data.files}
    except (zipfile.BadZipFile, OSError) as error:
        raise ValueError(f"{target} is no checkpoint: {error}") from error


def _nodes(values: dict[str, Any]) -> list[Node]:
    """The saved graph of objects, taken out of the values.

    Raises:
        ValueError: if the file has none.
    """
    text = values.pop(_GRAPH, None)
    if text is None:
        raise ValueError("The file has no object graph: it is no checkpoint of this library.")
    return list(json.loads(bytes(text.item()).decode()))


class CheckpointLoadStatus:
    """What was restored, for checks afterwards."""

    def __init__(self, match: Match, root: Any) -> None:
        self._match, self._root = match, root

    def _unused(self) -> list[str]:
        match = self._match
        return [node["key"] for i, node in enumerate(match.nodes)
                if node["key"] is not None and i not in match.used]  # fmt: skip

    def _missing(self) -> list[str]:
        """Variables without a value; `write` counts nothing, so the counter may be missing."""
        return [
            path
            for path, _, value in walk(self._root)
            if variable_of(value) is not None
            and id(value) not in self._match.seen
            and path != "save_counter"
        ]

    def assert_consumed(self) -> CheckpointLoadStatus:
        """Raises AssertionError unless file and objects agree entirely."""
        unused = self._unused()
        if unused:
            name = unused[0].split("/.ATTRIBUTES")[0]
            raise AssertionError(
                f"Unresolved object in checkpoint (root).{name.replace('/', '.')}: no object took "
                f"its value. Values without an object: {unused}"
            )
        return self.assert_existing_objects_matched()

    def assert_existing_objects_matched(self) -> CheckpointLoadStatus:
        """Raises AssertionError if a variable has no value in the file."""
        missing = self._missing()
        if missing:
            raise AssertionError(
                f"No checkpointed value found for the variables at: {', '.join(missing)}"
            )
        return self

    def assert_nontrivial_match(self) -> CheckpointLoadStatus:
        """Raises AssertionError if nothing but the root was matched."""
        if len(self._match.seen) <= 1:
            raise AssertionError("Nothing except the root object matched a checkpointed value.")
        return self

    def expect_partial(self) -> CheckpointLoadStatus:
        """Accepted: nothing is warned of."""
        return self

    def run_restore_ops(self, session: Any = None) -> None:
        """Accepted: values are restored at once."""

    initialize_or_restore = run_restore_ops


class InitializationOnlyStatus(CheckpointLoadStatus):
    """Nothing was restored: there was no checkpoint."""

    def __init__(self) -> None:
        super().__init__(Match([], {}), None)

    def assert_consumed(self) -> CheckpointLoadStatus:
        """Raises AssertionError: there was no checkpoint."""
        raise AssertionError("No checkpoint specified (save_path=None); nothing is being restored.")

    assert_existing_objects_matched = assert_nontrivial_match = assert_consumed


@public("train.Checkpoint")
class Checkpoint(Trackable):
    """Saves and restores the variables of objects, found through their attributes.

    Args:
        root: an object whose variables are saved under their own paths.
        kwargs: further objects by name.

    Raises:
        ValueError: for an object that holds no state that checkpoints know.
    """

    _root: Any
    _counter: Variable | None

    def __init__(self, root: Any = None, **kwargs: Any) -> None:
        self.__dict__.update(_root=root, _counter=None)
        for name, value in kwargs.items():
            if not is_trackable(value):
                raise ValueError(
                    f"`Checkpoint` was expecting {name} to be a trackable object (an object "
                    f"derived from `Trackable`), got {value}. If you believe this object should be "
                    "trackable (i.e. it is part of the TensorFlow Python API and manages state), "
                    "please open an issue."
                )
            setattr(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, ListWrapper(value) if type(value) is list else value)

    def __checkpoint_children__(self) -> list[tuple[str, Any]]:
        own = [(name, value) for name, value in vars(self).items()
               if name not in ("_root", "_counter", "_waiting")]  # fmt: skip
        counter = [] if self._counter is None else [("save_counter", self._counter)]
        return [*(children(self._root) if self._root is not None else ()), *own, *counter]

    @property
    def save_counter(self) -> Variable:
        """How often `save` was called."""
        if self._counter is not None:
            return self._counter
        with init_scope():
            made = Variable(0, dtype="int64", trainable=False, name="save_counter")
        self.__dict__["_counter"] = made
        self._attached("save_counter", made)
        return made

    def write(self, file_prefix: str, options: Any = None) -> str:
        """Write the values to `file_prefix.npz`; the prefix."""
        nodes, values = saved(self)
        values[_GRAPH] = np.asarray(json.dumps(nodes).encode(), dtype="S")
        return _write(os.fspath(file_prefix), values)

    def save(self, file_prefix: str, options: Any = None) -> str:
        """Write to `file_prefix-N.npz`, with N counted up, and note it as the folder's latest."""
        self.save_counter.assign_add(1)
        prefix = f"{os.fspath(file_prefix)}-{int(self.save_counter)}"
        self.write(prefix)
        note_latest(prefix)
        return prefix

    def read(self, save_path: str, options: Any = None) -> CheckpointLoadStatus:
        """Give the variables the values of a checkpoint; those made later get theirs then.

        Raises:
            NotFoundError: if there is no such checkpoint.
            ValueError: if a shape differs.
        """
        values = _read(os.fspath(save_path))
        match = Match(_nodes(values), values)
        match.give(self, 0)
        if self._root is not None:
            match.seen.pop(id(self._root), None)
            match.give(self._root, 0)
        return CheckpointLoadStatus(match, self)

    def restore(self, save_path: Any, options: Any = None) -> CheckpointLoadStatus:
        """As `read`; nothing is done where `save_path` is None."""
        if save_path is None:
            return InitializationOnlyStatus()
        values = self.read(save_path)
        self.save_counter  # noqa: B018 - made now, it takes its saved value
        return values

    def sync(self) -> None:
        """Wait for nothing: files are written at once."""


def note_latest(prefix: str, kept: list[str] | None = None) -> None:
    """Write down which checkpoint of the folder is the latest."""
    path = os.path.join(os.path.dirname(os.path.abspath(prefix)), "checkpoint")
    with open(path + ".tmp", "w", encoding="utf-8") as stream:
        name = os.path.basename(prefix)
        stream.write(f'model_checkpoint_path: "{name}"\n')
        for old in kept if kept is not None else [prefix]:
            stream.write(f'all_model_checkpoint_paths: "{os.path.basename(old)}"\n')
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


def all_checkpoints(folder: str) -> list[str]:
    """Prefixes of the checkpoints that the folder's note lists and that are there."""
    try:
        with open(os.path.join(folder, "checkpoint"), encoding="utf-8") as stream:
            lines = [line for line in stream if line.startswith("all_model_checkpoint_paths")]
    except OSError:
        return []
    paths = [os.path.join(folder, line.split('"')[1]) for line in lines if line.count('"') == 2]
    return [path for path in paths if os.path.exists(f"{path}.npz")]


@public("train.list_variables")
def list_variables(ckpt_dir_or_file: str) -> list[tuple[str, list[int]]]:
    """Names and shapes of the values in a checkpoint."""
    shapes = load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map()
    return sorted(shapes.items())


@public("train.load_variable")
def load_variable(ckpt_dir_or_file: str, name: str) -> Any:
    """One value of a checkpoint, as an array. Raises NotFoundError where it is missing."""
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name)


class CheckpointReader:
    """The values in a checkpoint, by name."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def get_tensor(self, name: str) -> Any:
        """A value, as numpy has it. Raises NotFoundError where it is missing."""
        if name not in self._values:
            raise NotFoundError(None, None, f"Key {name} not found in checkpoint")
        return self._values[name][()]

    def has_tensor(self, name: str) -> bool:
        """Is there such a value?"""
        return name in self._values

    def get_variable_to_shape_map(self) -> dict[str, list[int]]:
        """Shapes by name."""
        return {name: list(value.shape) for name, value in self._values.items()}

    def get_variable_to_dtype_map(self) -> dict[str, Any]:
        """Dtypes by name."""
        return {name: as_dtype("string" if value.dtype.kind == "S" else value.dtype.name)
                for name, value in self._values.items()}  # fmt: skip


@public("train.load_checkpoint")
def load_checkpoint(ckpt_dir_or_file: str) -> CheckpointReader:
    """A reader of a checkpoint, or of the newest one of a folder.

    Raises:
        ValueError: if a folder has none.
        NotFoundError: if there is no such checkpoint.
    """
    path = os.fspath(ckpt_dir_or_file)
    if os.path.isdir(path):
        found = latest_checkpoint(path)
        if found is None:
            raise ValueError(f"Couldn't find 'checkpoint' file or checkpoints in given directory "
                             f"{path}")  # fmt: skip
        path = found
    return CheckpointReader(_read(path))
