"""`tf.io.gfile`: files of this machine by TensorFlow's names."""

from __future__ import annotations

import glob as globbing
import os
import shutil
from collections.abc import Iterator
from typing import Any

from engine.base.errors import AlreadyExistsError, NotFoundError
from engine.ir.op import public


def _text(path: Any) -> str:
    return os.fsdecode(os.fspath(path))


@public("io.gfile.exists")
def exists(path: Any) -> bool:
    """Is there a file or folder of that name?"""
    return os.path.exists(_text(path))


@public("io.gfile.isdir")
def isdir(path: Any) -> bool:
    """Is it a folder?"""
    return os.path.isdir(_text(path))


@public("io.gfile.listdir")
def listdir(path: Any) -> list[str]:
    """The names in a folder. Raises NotFoundError where there is none."""
    try:
        return os.listdir(_text(path))
    except FileNotFoundError:
        raise NotFoundError(None, None, f"Could not find directory {_text(path)}") from None


@public("io.gfile.glob")
def glob(pattern: Any) -> list[str]:
    """The names that fit one or several patterns with `*` and `?`."""
    patterns = [pattern] if isinstance(pattern, (str, bytes, os.PathLike)) else pattern
    return [path for item in patterns for path in sorted(globbing.glob(_text(item)))]


@public("io.gfile.makedirs")
def makedirs(path: Any) -> None:
    """Make a folder, and those around it."""
    os.makedirs(_text(path), exist_ok=True)


@public("io.gfile.mkdir")
def mkdir(path: Any) -> None:
    """Make a folder in one that exists."""
    try:
        os.mkdir(_text(path))
    except FileNotFoundError as error:
        raise NotFoundError(None, None, f"{_text(path)}; {error.strerror}") from None


@public("io.gfile.remove")
def remove(path: Any) -> None:
    """Delete a file. Raises NotFoundError where there is none."""
    try:
        os.remove(_text(path))
    except FileNotFoundError as error:
        raise NotFoundError(None, None, f"{_text(path)}; {error.strerror}") from None


@public("io.gfile.rmtree")
def rmtree(path: Any) -> None:
    """Delete a folder and all in it. Raises NotFoundError where there is none."""
    try:
        shutil.rmtree(_text(path))
    except FileNotFoundError as error:
        raise NotFoundError(None, None, f"{_text(path)}; {error.strerror}") from None


def _check_free(path: str, overwrite: bool) -> None:
    if not overwrite and os.path.exists(path):
        raise AlreadyExistsError(None, None, f"file already exists: {path}")


@public("io.gfile.copy")
def copy(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Copy a file. Raises AlreadyExistsError unless `overwrite` where the target exists."""
    _check_free(_text(dst), overwrite)
    shutil.copyfile(_text(src), _text(dst))


@public("io.gfile.rename")
def rename(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Rename a file. Raises AlreadyExistsError unless `overwrite` where the target exists."""
    _check_free(_text(dst), overwrite)
    os.replace(_text(src), _text(dst))


@public("io.gfile.join")
def join(path: Any, *paths: Any) -> str:
    """One name of several parts."""
    return os.path.join(_text(path), *[_text(item) for item in paths])


@public("io.gfile.walk")
def walk(top: Any, topdown: bool = True) -> Iterator[tuple[str, list[str], list[str]]]:
    """All folders below one: name, folders in it, files in it."""
    return os.walk(_text(top), topdown)


@public("io.gfile.GFile")
class GFile:
    """An open file.

    Args:
        name: of the file.
        mode: as for Python's `open`.
    """

    def __init__(self, name: Any, mode: str = "r") -> None:
        self.name = _text(name)
        self.mode = mode
        encoding = None if "b" in mode else "utf-8"
        try:
            self._file: Any = open(self.name, mode, encoding=encoding)  # noqa: SIM115
        except FileNotFoundError as error:
            raise NotFoundError(None, None, f"{self.name}; {error.strerror}") from None

    def __enter__(self) -> GFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._file)

    def read(self, n: int = -1) -> Any:
        """The next `n` characters or bytes (-1: all)."""
        return self._file.read(n)

    def readline(self) -> Any:
        """The next line."""
        return self._file.readline()

    def readlines(self) -> list[Any]:
        """All lines."""
        return self._file.readlines()

    def write(self, file_content: Any) -> None:
        """Write text or bytes."""
        self._file.write(file_content)

    def seek(self, offset: int, whence: int = 0) -> None:
        """Go to a place."""
        self._file.seek(offset, whence)

    def tell(self) -> int:
        """The place."""
        return int(self._file.tell())

    def size(self) -> int:
        """Bytes of the file."""
        return os.path.getsize(self.name)

    def flush(self) -> None:
        """Write out what is held back."""
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
