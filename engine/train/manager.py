"""`tf.train.CheckpointManager`: the newest checkpoints of a folder."""

from __future__ import annotations

import os
from typing import Any

from engine.ir.op import public
from engine.train.checkpoint import (
    Checkpoint,
    all_checkpoints,
    latest_checkpoint,
    note_latest,
)


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
        self._kept: list[str] = all_checkpoints(self._directory)

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
        self._kept = [*(old for old in self._kept if old != prefix), prefix]
        while self._most is not None and len(self._kept) > self._most:
            old = self._kept.pop(0)
            if os.path.exists(f"{old}.npz"):
                os.unlink(f"{old}.npz")
        note_latest(prefix, self._kept)
        return prefix

    def restore_or_initialize(self) -> str | None:
        """Restore the newest checkpoint where there is one; its prefix."""
        latest = self.latest_checkpoint
        if latest is not None:
            self._checkpoint.restore(latest)
        return latest


class CheckpointState:
    """What a folder's note says: the newest checkpoint and all of them.

    Attributes:
        model_checkpoint_path: prefix of the newest.
        all_model_checkpoint_paths: prefixes, oldest first.
    """

    def __init__(self, model_checkpoint_path: str, all_model_checkpoint_paths: list[str]) -> None:
        self.model_checkpoint_path = model_checkpoint_path
        self.all_model_checkpoint_paths = all_model_checkpoint_paths

    def __repr__(self) -> str:
        lines = [f'model_checkpoint_path: "{self.model_checkpoint_path}"']
        lines += [f'all_model_checkpoint_paths: "{p}"' for p in self.all_model_checkpoint_paths]
        return "\n".join(lines) + "\n"


@public("train.get_checkpoint_state")
def get_checkpoint_state(checkpoint_dir: str, latest_filename: str | None = None) -> Any:
    """What the folder's note says, or None where there is none."""
    newest = latest_checkpoint(checkpoint_dir, latest_filename)
    if newest is None:
        return None
    return CheckpointState(newest, all_checkpoints(os.fspath(checkpoint_dir)) or [newest])
