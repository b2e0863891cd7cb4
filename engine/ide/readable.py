"""The readable view of a function: as its author wrote it, with what becomes of each line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.ide.snapshot import GraphCode

if TYPE_CHECKING:
    from engine.ide.snapshot import Snapshot

__all__ = ["readable_code"]


def readable_code(snapshot: Snapshot, qualname: str) -> GraphCode:
    """The function with a note at each branch and loop; a comment that says why not, if need be."""
    from engine.conversion.readable import Place, readable
    from engine.ide.graph_code import unchanged_code
    from engine.ide.hints import flow_lines
    from engine.syntax.errors import ConversionError

    unchanged = unchanged_code(snapshot, qualname)
    if unchanged is not None:
        return unchanged
    info = next((one for one in snapshot.functions if one.qualname == qualname), None)
    facts = snapshot.facts if info is None else snapshot.facts_at(info.name_span.start)
    lines = flow_lines(facts) if facts is not None else {}
    known = {line: Place.GRAPH if staged else Place.PYTHON for line, staged in lines.items()}
    try:
        made = readable(snapshot.text, snapshot.path, qualname, known, snapshot.parsed)
    except (ConversionError, RecursionError) as error:
        reasons = str(error).splitlines() or ["it is nested too deeply"]
        return GraphCode("".join(f"# {line}\n" for line in reasons), ok=False)
    return GraphCode(made.text, made.line_map)
