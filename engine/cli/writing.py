"""Put new content into a user's file: whole or not at all, and never outside of what was named."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

__all__ = ["leads_out", "replace_file"]


def leads_out(path: Path, named: Sequence[str]) -> bool:
    """Whether a file is a link to a place outside of the files and folders that were named.

    What a folder holds was perhaps written by someone else: a link in it must not make a fix
    change a file elsewhere. A link that is named itself may lead anywhere.
    """
    if not path.is_symlink() or str(path) in named:
        return False
    target = path.resolve()
    tops = [Path(each).resolve() for each in named]
    return not any(top == target or top in target.parents for top in tops)


def replace_file(path: Path, data: bytes) -> None:
    """Gives a file new content in one step; its mode stays, and so does a link to it.

    Raises:
        OSError: The file may not be written. It is as it was.
    """
    target = path.resolve()
    status = target.stat()
    if not os.access(target, os.W_OK):
        raise PermissionError(13, "Permission denied", str(path))
    if status.st_nlink > 1 or not _may_stand_in(target, status):
        target.write_bytes(data)  # another file in its place would be another file to others
        return
    import tempfile

    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, stat.S_IMODE(status.st_mode))
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _may_stand_in(target: Path, status: os.stat_result) -> bool:
    """Whether a new file of ours may take the place of one: same owner, and the folder lets us."""
    if not os.access(target.parent, os.W_OK):
        return False
    return not hasattr(os, "geteuid") or os.geteuid() == status.st_uid
