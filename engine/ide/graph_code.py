"""The graph code of a function, from the text of its file alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.ide.snapshot import GraphCode

if TYPE_CHECKING:
    from engine.syntax.parse import Parsed

__all__ = ["graph_code"]


def graph_code(parsed: Parsed, qualname: str) -> GraphCode:
    """What AutoGraph makes of a function; where it makes nothing, a comment that says why."""
    from engine.conversion.convert import graph_code as converted
    from engine.syntax.errors import ConversionError

    try:
        source = parsed.source
        made = converted(source.text, source.path, qualname, parsed=parsed)
        return GraphCode(made.text, made.source_map)
    except ConversionError as error:
        return _explanation(str(error), qualname)
    except RecursionError:
        return _explanation("it is nested too deeply; split its longest expression", qualname)


def _explanation(reason: str, qualname: str) -> GraphCode:
    lines = [f"There is no graph code of `{qualname}`:", *reason.splitlines()]
    return GraphCode("".join(f"# {line}\n" for line in lines), ok=False)
