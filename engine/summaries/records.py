"""Event files: records with checksums around protocol buffers, written by hand."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from engine.base.protobuf import field
from engine.ir.dtypes import DType


def event(step: int, content: bytes) -> bytes:
    """An event of now."""
    return field(1, time.time()) + field(2, step) + content


def tensor_proto(value: Any, dtype: DType) -> bytes:
    """A tensor as a protocol buffer."""
    array = np.asarray(value)
    sizes = b"".join(field(2, field(1, int(size))) for size in array.shape)
    head = field(1, int(dtype)) + field(2, sizes)
    if dtype.name == "string":
        return head + b"".join(field(8, item) for item in array.ravel().tolist())
    return head + field(4, array.tobytes())


def metadata(plugin: str, description: str | None, kind: int) -> bytes:
    """What tells TensorBoard how to show a value. `kind`: 1 scalar, 2 tensor, 3 blob."""
    told = field(1, field(1, plugin) + field(2, b""))
    return told + (field(3, description) if description else b"") + field(4, kind)


def summary_value(tag: str, value: Any, dtype: DType, about: bytes) -> bytes:
    """The summary of one value."""
    return field(
        5, field(1, field(1, tag) + field(8, tensor_proto(value, dtype)) + field(9, about))
    )


def graph_def(graph: Any) -> bytes:
    """A graph's nodes with their ops and inputs."""
    return b"".join(field(1, _node(node)) for node in graph.as_graph_def().node)


def _node(node: Any) -> bytes:
    return field(1, node.name) + field(2, node.op) + b"".join(field(3, i) for i in node.input)


def png(image: Any) -> bytes:
    """An image `[height, width, channels]` of uint8 as PNG."""
    import zlib

    height, width, channels = image.shape
    rows = b"".join(b"\x00" + image[i].tobytes() for i in range(height))
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunks(
        [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    )


def _chunks(parts: Iterable[tuple[bytes, bytes]]) -> bytes:
    import zlib

    return b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )
