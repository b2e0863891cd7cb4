"""Hover: the rule's help on a finding, the graph code on a traced function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from engine.ide.snapshot import HoverContent
from server.analysis.client import AnalysisError, Stale
from server.feature import feature
from server.markdown import MAX_HOVER, fence, prose, visible
from server.translate import read

if TYPE_CHECKING:
    from server.session import Session


@feature(types.TEXT_DOCUMENT_HOVER)
async def hover(session: Session, params: types.HoverParams) -> types.Hover | None:
    """What is known about the place under the pointer."""
    uri = params.text_document.uri
    for _ in range(5):
        program = session.program(uri)
        offset = program.offset(uri, params.position) if program else None
        if program is None or offset is None:
            return None
        try:
            answer = await session.analysis.ask(program, "hover", offset, urgency=0)
        except Stale:
            continue
        except AnalysisError:
            return None
        if answer is None:
            return None
        content = read(answer, HoverContent)
        if content.kind == "code" and not session.settings.options(uri).hover_graph_code:
            return None
        place = program.location(content.span)
        shown = as_plain_text(content) if session.client.plain_hovers else as_markdown(content)
        return types.Hover(shown, place.range if place.uri == uri else None)
    return None


def as_markdown(content: HoverContent) -> types.MarkupContent:
    """The content as Markdown in which nothing the user wrote is markup."""
    parts = [f"**{prose(content.title)}**"]
    if content.kind == "code":
        parts.append(fence(cut(content.text), "python"))
    else:
        parts.append(prose(cut(content.text)))
    if content.url.startswith("https://"):
        parts.append(f"[Read more]({content.url})")
    return types.MarkupContent(types.MarkupKind.Markdown, "\n\n".join(parts))


def as_plain_text(content: HoverContent) -> types.MarkupContent:
    """The content for a client that shows text as it is."""
    text = f"{visible(content.title)}\n\n{visible(cut(content.text))}"
    return types.MarkupContent(types.MarkupKind.PlainText, text)


def cut(text: str, limit: int = MAX_HOVER - 400) -> str:
    """A long text, cut at a line end, with a word on where the rest is."""
    if len(text) <= limit:
        return text
    head = text[:limit].rpartition("\n")[0] or text[:limit]
    return head + "\n# … cut here: “Graphlens: Show Graph Code” shows all of it"
