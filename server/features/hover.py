"""Hover: a rule's help on a finding, graph code and traces on a function, a value elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from engine.base.visible import visible
from engine.ide.answers import ValueInfo
from engine.ide.rules import RulePage
from server.analysis.client import AnalysisError, Stale
from server.feature import feature
from server.markdown import MAX_HOVER, fence, prose
from server.translate import read

if TYPE_CHECKING:
    from engine.base.diagnostics import Diagnostic
    from engine.base.source import Span
    from engine.ide.snapshot import FunctionInfo
    from server.session import Facts, Session

_TRACES = 5
_READABLE = 1500


@feature(types.TEXT_DOCUMENT_HOVER)
async def hover(session: Session, params: types.HoverParams) -> types.Hover | None:
    """What is known about the place under the pointer."""
    uri = params.text_document.uri
    for _ in range(5):
        facts = await session.facts_now(uri)
        offset = facts.program.offset(uri, params.position) if facts else None
        if facts is None or offset is None:
            return None
        try:
            return await _hover(session, facts, uri, offset)
        except Stale:
            continue
        except AnalysisError:
            return None
    return None


async def _hover(session: Session, facts: Facts, uri: str, offset: int) -> types.Hover | None:
    touching = [one for one in facts.diagnostics if one.span.start <= offset <= one.span.end]
    if touching:
        finding = min(touching, key=lambda one: (len(one.span), one.code))
        return _shown(session, facts, uri, finding.span, await _help(session, facts, finding))
    for function in facts.functions:
        if function.name_span.start <= offset <= function.name_span.end:
            if not session.settings.options(uri).hover_graph_code:
                return None
            parts = await _function(session, facts, function)
            return _shown(session, facts, uri, function.name_span, parts)
    answer = await session.analysis.ask(facts.program, "value_at", offset, urgency=1)
    if answer is None:
        return None
    value = read(answer, ValueInfo)
    return _shown(session, facts, uri, value.span, [_value(value)])


async def rule_page(session: Session, facts: Facts, code: str) -> RulePage | None:
    """The page of a rule; asked for once."""
    pages: dict[str, RulePage | None] = session.room("rule pages", dict)
    if code not in pages:
        answer = await session.analysis.ask(facts.program, "rule_page", code, urgency=0)
        pages[code] = None if answer is None else read(answer, RulePage)
    return pages[code]


async def _help(session: Session, facts: Facts, finding: Diagnostic) -> list[Any]:
    page = await rule_page(session, facts, finding.code)
    parts: list[Any] = [f"`{finding.code}` {finding.name}", finding.message]
    if page is not None:
        parts.append(page.docs)
    if finding.url.startswith("https://"):
        parts.append(("link", finding.url))
    return parts


async def _function(session: Session, facts: Facts, function: FunctionInfo) -> list[Any]:
    """Signatures, the traces so far, the readable view, the graph code."""
    told = await _told(session, facts, function)
    blocks = ["\n".join(told["signatures"]), _traces(session, facts, function)]
    if not function.converted:  # what AutoGraph would write never runs
        title = f"`{function.qualname}` runs unchanged while it is traced: {function.reason}"
        return [title, *(("code", cut(block)) for block in blocks if block)]
    title = f"Graph code of `{function.qualname}`"
    parts: list[Any] = [title, *(("code", block) for block in blocks if block)]
    if told["readable"]:
        blocks.append(cut(told["readable"], _READABLE))
        parts += ["What becomes of each line:", ("code", blocks[-1])]
    if len(parts) > 1:
        parts.append("As AutoGraph writes it:")
    left = MAX_HOVER - 600 - sum(len(block) for block in blocks)
    return [*parts, ("code", cut(told["code"], max(400, left)))]


def _traces(session: Session, facts: Facts, function: FunctionInfo) -> str:
    """The traces of the last run, newest last, and why each retrace happened."""
    told = session.runs.told(facts.program, function.qualname)
    traces = told.answer.get("traces", []) if told else []
    if not traces:
        return ""
    lines = [f"# traced {len(traces)} time{'s' if len(traces) > 1 else ''}"]
    for trace in traces[-_TRACES:]:
        why = f"  # {trace['reason']}" if trace.get("reason") else ""
        lines.append(f"{function.qualname.rpartition('.')[2]}{trace['signature']}{why}")
    return "\n".join(lines)


async def _told(session: Session, facts: Facts, function: FunctionInfo) -> dict[str, Any]:
    """What the text tells; while keys are pressed elsewhere in it, that of a moment ago."""
    known: dict[tuple[str, str], tuple[str, dict[str, Any]]] = session.room("hovered", dict)
    key = (facts.program.key, function.qualname)
    own_text = facts.program.text[function.span.start : function.span.end]
    if not facts.fresh and key in known and known[key][0] == own_text:
        return known[key][1]
    told: dict[str, Any] = await session.analysis.ask(
        facts.program, "function_help", function.qualname, urgency=0
    )
    if len(known) > 100:
        known.clear()
    known[key] = (own_text, told)
    return told


def _value(value: ValueInfo) -> str:
    if value.stage == "graph":
        kind = f"a tensor of the graph: `{value.text}`" if value.text else "a tensor of the graph"
        said = (
            ", with the arguments of the `# example:` comment"
            if value.assumed and value.text
            else ""
        )
        return f"`{value.name}` is {kind}{said}"
    return f"`{value.name}` is Python's: it is fixed while the function is traced"


def _shown(
    session: Session, facts: Facts, uri: str, span: Span, parts: list[Any]
) -> types.Hover | None:
    place = facts.program.location(span)
    make = _plain if session.client.plain_hovers else _markdown
    return types.Hover(make(parts), place.range if place.uri == uri else None)


def _markdown(parts: list[Any]) -> types.MarkupContent:
    """Parts as Markdown in which nothing the user wrote is markup; the first is the title."""
    shown = []
    for index, part in enumerate(parts):
        if isinstance(part, str):
            shown.append(f"**{prose(part)}**" if index == 0 and len(parts) > 1 else prose(part))
        elif part[0] == "code":
            shown.append(fence(part[1], "python"))
        else:
            shown.append(f"[Read more]({part[1]})")
    return types.MarkupContent(types.MarkupKind.Markdown, "\n\n".join(shown))


def _plain(parts: list[Any]) -> types.MarkupContent:
    """Parts for a client that shows text as it is."""
    texts = [visible(part if isinstance(part, str) else part[1]) for part in parts]
    return types.MarkupContent(types.MarkupKind.PlainText, "\n\n".join(texts))


def cut(text: str, limit: int = MAX_HOVER - 1000) -> str:
    """A long text, cut at a line end, with a word on where the rest is."""
    if len(text) <= limit:
        return text
    head = text[:limit].rpartition("\n")[0] or text[:limit]
    return head + "\n# … cut here: “Graphlens: Show Graph Code” shows all of it"
