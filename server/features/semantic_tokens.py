"""Semantic tokens: what runs in the graph and what in Python, told by modifiers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from server.analysis.client import AnalysisError, Stale
from server.feature import feature

if TYPE_CHECKING:
    from server.programs import Program
    from server.session import Session

LEGEND = types.SemanticTokensLegend(
    token_types=["variable", "function"], token_modifiers=["graph", "python"]
)


@feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, LEGEND)
async def semantic_tokens(
    session: Session, params: types.SemanticTokensParams
) -> types.SemanticTokens | None:
    """The tokens of a document."""
    uri = params.text_document.uri
    if not session.settings.options(uri).semantic_tokens:
        return None
    for _ in range(20):
        program = session.program(uri)
        if program is None:
            return None
        try:
            flat = await session.analysis.ask(program, "stages")
        except Stale:
            continue
        except AnalysisError:
            return None
        return types.SemanticTokens(data=encoded(program, uri, flat))
    return None


def encoded(program: Program, uri: str, flat: list[list[int]]) -> list[int]:
    """Five numbers for each token, its place relative to the one before, as the protocol has it."""
    data: list[int] = []
    line, character = 0, 0
    for start, end, in_graph, is_call in flat:
        part = program.part_at(start)
        if part.document.uri != uri:
            continue
        first = part.document.position(start - part.start)
        last = part.document.position(end - part.start)
        if first.line != last.line:
            continue
        before = character if first.line == line else 0
        data += [
            first.line - line,
            first.character - before,
            last.character - first.character,
            is_call,
            1 if in_graph else 2,
        ]
        line, character = first.line, first.character
    return data
