"""Test arguments from the samples that ops declare, such as ``("float32[3,4](0.2,3)", 1)``."""

from __future__ import annotations

import ast
import re
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

import engine as tf
from engine.api import names
from engine.ir.op import OPS, Op

SPEC = re.compile(r"^(\w+)\[([\d,]*)\](?:\(([^,]+),([^)]+)\)|:(.+))?$")
KEYWORD = re.compile(r"^(\w+)=(.+)$")


def cases() -> Iterator[tuple[str, int]]:
    """Every sample of every op."""
    names.load_core()
    for name in sorted(OPS):
        for i in range(len(OPS[name].samples)):
            yield name, i


def array(text: str, generator: Any, widen: bool) -> Any:
    """The array that a specification asks for.

    ``"float32[3,4]"`` are random numbers, ``"float32[3,4](0.2,3)"`` some between 0.2 and 3,
    ``"int32[2]:[0,2]"`` the ones given.
    """
    found = SPEC.match(text)
    assert found is not None
    kind, sizes, low, high, given = found.groups()
    dims = tuple(int(n) for n in sizes.split(",")) if sizes else ()
    wide = {"float32": "float64", "float16": "float64", "complex64": "complex128"}
    kind = wide.get(kind, kind) if widen else kind
    if given is not None:
        return np.array(ast.literal_eval(given), dtype=kind).reshape(dims)
    if kind == "bool":
        return np.asarray(generator.random(dims) < 0.5)
    if kind == "string":
        return np.asarray(generator.choice([b"a", b"bc", b""], size=dims), dtype=object)
    dtype = np.dtype(kind)
    ends = {"i": (-5, 5), "u": (0, 5)}.get(dtype.kind, (-2, 2))
    if low is not None:
        ends = (float(low), float(high))
    if dtype.kind in "iu":
        return generator.integers(np.ceil(ends[0]), ends[1] + 1, size=dims).astype(dtype)
    values = generator.uniform(*ends, size=dims)
    if dtype.kind == "c":
        values = values + 1j * generator.uniform(*ends, size=dims)
    return np.asarray(values).astype(dtype)


class Sample:
    """The arguments of one call.

    Attributes:
        op: what is called.
        arguments: with tensors where the sample has specifications.
        tensors: those tensors, in order.
    """

    def __init__(self, name: str, index: int, widen: bool = False) -> None:
        self.op: Op = OPS[name]
        self.generator = np.random.default_rng(zlib.crc32(f"{name} {index}".encode()))
        self.widen = widen
        self.tensors: list[Any] = []
        self.keywords: dict[str, Any] = {}
        self.arguments = []
        for item in self.op.samples[index]:
            keyword = KEYWORD.match(item) if isinstance(item, str) else None
            if keyword is None:
                self.arguments.append(self._argument(item))
            else:
                self.keywords[keyword[1]] = ast.literal_eval(keyword[2])

    def _argument(self, item: Any) -> Any:
        if isinstance(item, str) and SPEC.match(item):
            made = tf.constant(array(item, self.generator, self.widen))
            self.tensors.append(made)
            return made
        if isinstance(item, (list, tuple)):
            return type(item)(self._argument(part) for part in item)
        return item

    def call(self, *tensors: Any) -> list[Any]:
        """The outputs, with other tensors in the places of the sample's."""
        remaining = iter(tensors)

        def place(item: Any) -> Any:
            if any(item is known for known in self.tensors):
                return next(remaining)
            if isinstance(item, (list, tuple)):
                return type(item)(place(part) for part in item)
            return item

        found = self.op.function(*[place(item) for item in self.arguments], **self.keywords)
        if found is None:
            return []
        return list(found) if isinstance(found, tuple) else [found]
