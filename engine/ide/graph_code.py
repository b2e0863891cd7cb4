"""The graph code of a function, from the text of its file alone."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from engine.ide.snapshot import GraphCode

if TYPE_CHECKING:
    from engine.ide.snapshot import FunctionInfo, Snapshot

__all__ = ["graph_code", "unchanged_code"]


def graph_code(snapshot: Snapshot, qualname: str) -> GraphCode:
    """What really runs while a function is traced.

    That is what AutoGraph makes of it; the function as it is written, where nothing converts it
    (`tf.autograph.to_code` would show a form that never runs); a comment that says why, where
    AutoGraph cannot.
    """
    from engine.conversion.convert import graph_code as converted
    from engine.syntax.errors import ConversionError

    unchanged = unchanged_code(snapshot, qualname)
    if unchanged is not None:
        return unchanged
    try:
        parsed, source = snapshot.parsed, snapshot.source
        made = converted(source.text, source.path, qualname, parsed=parsed)
        return GraphCode(made.text, made.source_map)
    except ConversionError as error:
        return _explanation(str(error), qualname)
    except RecursionError:
        return _explanation("it is nested too deeply; split its longest expression", qualname)


def unchanged_code(snapshot: Snapshot, qualname: str) -> GraphCode | None:
    """A function that runs unchanged, with a comment that says why; None where it is converted."""
    info = next((one for one in snapshot.functions if one.qualname == qualname), None)
    return None if info is None or info.converted else _unchanged(snapshot, info)


def _unchanged(snapshot: Snapshot, info: FunctionInfo) -> GraphCode:
    source = snapshot.source
    first, last = source.position(info.span.start)[0], source.position(info.span.end)[0]
    head = f"# `{info.qualname}` runs unchanged while it is traced: {info.reason}."
    own = "\n".join(source.line(line) for line in range(first, last + 1))
    pairs = tuple((1 + line - first, line) for line in range(first, last + 1))
    return GraphCode(f"{head}\n{textwrap.dedent(own)}\n", pairs)


def _explanation(reason: str, qualname: str) -> GraphCode:
    lines = [f"There is no graph code of `{qualname}`:", *reason.splitlines()]
    return GraphCode("".join(f"# {line}\n" for line in lines), ok=False)
