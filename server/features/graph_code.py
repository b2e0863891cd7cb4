"""Show graph code: a virtual document beside the source, in step with edits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from engine.ide.snapshot import GraphCode
from server.analysis.client import AnalysisError, Stale
from server.feature import command, feature, listener
from server.features.explain import markdown, page_of
from server.places import Place, find, place_of_arguments, place_of_params, position_of
from server.translate import read
from server.transport.protocol import invalid
from server.views import SCHEME, VIEWS, View, Views, ViewText

if TYPE_CHECKING:
    from server.session import Facts, Session

GRAPH_CODE = "graphlens/graphCode"
MAP_POSITION = "graphlens/mapPosition"
CHANGED = "graphlens/graphCodeChanged"


def views(session: Session) -> Views:
    """The session's virtual documents."""
    found: Views = session.room("views", Views)
    return found


@feature(types.INITIALIZED)
async def register_content(session: Session, params: object) -> None:
    """Offers the virtual documents to clients that read such; pygls cannot announce it."""
    if session.client.reads_content:
        await session.server.client_register_capability_async(
            types.RegistrationParams(
                [
                    types.Registration(
                        id="graphlens-content",
                        method=types.WORKSPACE_TEXT_DOCUMENT_CONTENT,
                        register_options=types.TextDocumentContentRegistrationOptions([SCHEME]),
                    )
                ]
            )
        )


@feature(types.WORKSPACE_TEXT_DOCUMENT_CONTENT)
async def content(
    session: Session, params: types.TextDocumentContentParams
) -> types.TextDocumentContentResult:
    """The text of a virtual document."""
    if rule := re.match(rf"{SCHEME}:/{{1,3}}rules/(GR\d+)\.md$", params.uri):
        page = await page_of(session, rule[1])
        text = markdown(page) if page else f"There is no rule {rule[1]}.\n"
        return types.TextDocumentContentResult(text)
    view = views(session).by_uri(params.uri) or await _revived(session, params.uri)
    if view is None:
        return types.TextDocumentContentResult(
            "# This view belongs to a document that is not open. Show it again from its source.\n"
        )
    shown = await refresh(session, view)
    return types.TextDocumentContentResult(shown.text)


async def _revived(session: Session, uri: str) -> View | None:
    """A view that an earlier run of the server made: ids are the same each time."""
    for program in session.open_programs():
        facts = await session.facts(program.key)
        for function in facts.functions if facts else ():
            for kind in VIEWS:
                view = views(session).get(program.key, function.qualname, kind)
                if view.id in uri:
                    return view
    return None


@feature(GRAPH_CODE)
async def graph_code(session: Session, params: Any) -> dict[str, Any] | None:
    """A view of a function, as plain JSON for every client."""
    place = place_of_params(params)
    return await show(session, place, params.get("view"))


@command("graphlens.showGraphCode")
async def show_graph_code(session: Session, *arguments: Any) -> dict[str, Any] | None:
    """Answers a view and, unless the client opens documents itself, opens it."""
    place = place_of_arguments(arguments)
    answer = await show(session, place, arguments[2] if len(arguments) > 2 else None)
    if answer is None:
        session.server.window_show_message(
            types.ShowMessageParams(
                types.MessageType.Info, "Graphlens: there is no traced function here."
            )
        )
    elif _opens_here(session):
        session.spawn(_open(session, answer["uri"]))
    return answer


def _opens_here(session: Session) -> bool:
    client = session.client
    return client.shows_documents and client.reads_content and not client.opens_documents


async def _open(session: Session, uri: str) -> None:
    await session.server.window_show_document_async(
        types.ShowDocumentParams(uri=uri, take_focus=False)
    )


async def show(session: Session, place: Place, kind: Any) -> dict[str, Any] | None:
    """The view of the function at a place; None without one."""
    kind = "code" if kind is None else kind
    if kind not in VIEWS:
        raise invalid(f"a view is one of {', '.join(VIEWS)}")
    view: View | None = None
    found = await find(session, place)
    if found is not None:
        facts, function = found
        view = views(session).get(facts.program.key, function.qualname, kind)
    elif place.qualname is not None and session.program(place.uri) is not None:
        # The text may be broken just now: a view that was good before is still shown.
        known = [one for one in views(session).of_source(place.uri) if one.last_good is not None]
        view = next((v for v in known if (v.function, v.kind) == (place.qualname, kind)), None)
    if view is None:
        return None
    shown = await refresh(session, view)
    return {
        "uri": view.uri,
        "title": view.title,
        "languageId": view.language,
        "text": shown.text,
        "source": view.source,
        "function": view.function,
        "version": shown.version,
        "stale": shown.stale,
        "message": shown.message,
        "lineMap": [list(pair) for pair in shown.line_map],
    }


async def refresh(session: Session, view: View) -> ViewText:
    """The text of a view for the newest text of its source."""
    for _ in range(20):
        program = session.program(view.source)
        if program is None:
            return _last_good(view, "the document is closed")
        if view.kind not in ("code", "readable"):
            text = session.runs.view_text(program, view.function, view.kind)
            view.show(text)
            return text
        try:
            job = "graph_code" if view.kind == "code" else "readable_code"
            answer = await session.analysis.ask(program, job, view.function, urgency=0)
        except Stale:
            continue
        except AnalysisError as error:
            return _last_good(view, str(error))
        code = read(answer, GraphCode)
        if not code.ok:
            return _last_good(view, code.text.strip().removeprefix("#").strip(), code.text)
        text = ViewText(code.text, code.line_map, program.version)
        view.show(text)
        return text
    return _last_good(view, "the text keeps changing")


def _last_good(view: View, reason: str, explanation: str = "") -> ViewText:
    if view.last_good is None:
        text = ViewText(explanation or f"# No graph code: {reason}\n", message=reason)
    else:
        note = "# Last good version: the file has errors now.\n"
        moved = tuple((made + 1, line) for made, line in view.last_good.line_map)
        text = ViewText(
            note + view.last_good.text, moved, view.last_good.version, stale=True, message=reason
        )
    view.show(text)
    return text


@listener("analysed")
def follow_edits(session: Session, facts: Facts) -> None:
    """Brings the views of a changed document up to date."""
    follow_edits_of(session, facts.program.key)


@listener("reconfigured")
def follow_settings(session: Session) -> None:
    """Brings all views up to date: a setting says what of a traced graph is shown."""
    for program in session.open_programs():
        follow_edits_of(session, program.key)


def follow_edits_of(session: Session, key: str) -> None:
    """The same by key."""
    of_source = views(session).of_source(key)
    if of_source:
        session.spawn(_follow(session, of_source))


async def _follow(session: Session, of_source: list[View]) -> None:
    for view in of_source:
        before = view.shown
        text = await refresh(session, view)
        if before is not None and before.text != text.text:
            announce(session, view)


def announce(session: Session, view: View) -> None:
    """Tells the client that a view's text has changed."""
    if session.client.reads_content:
        session.server.workspace_text_document_content_refresh(
            types.TextDocumentContentRefreshParams(view.uri)
        )
    else:
        session.server.protocol.notify_plain(CHANGED, {"uri": view.uri})


@feature(MAP_POSITION)
async def map_position(session: Session, params: Any) -> dict[str, Any] | None:
    """From a line of a view to its source, or from a line of a source to its view."""
    if not isinstance(params, dict) or not isinstance(params.get("uri"), str):
        raise invalid("uri must be a text")
    line = position_of(params.get("position")).line
    view = views(session).by_uri(params["uri"])
    if view is not None:
        return _to_source(session, view, line)
    program = session.program(params["uri"])
    for known in views(session).of_source(program.key) if program else ():
        for made, source_line in known.shown.line_map if known.shown else ():
            if source_line == line:
                return {"uri": known.uri, "range": _line_range(made)}
    return None


def _to_source(session: Session, view: View, line: int) -> dict[str, Any] | None:
    if view.shown is None:
        return None
    earlier = [pair for pair in view.shown.line_map if pair[0] <= line]
    if not earlier:
        return None
    program = session.program(view.source)
    source_line = earlier[-1][1]
    if program is not None and len(program.parts) > 1:
        from engine.base.source import SourceFile, Span

        start = SourceFile(program.path, program.text).offset(source_line, 0)
        place = program.location(Span(start, start))
        return {"uri": place.uri, "range": _line_range(place.range.start.line)}
    return {"uri": view.source, "range": _line_range(source_line)}


def _line_range(line: int) -> dict[str, Any]:
    start = {"line": line, "character": 0}
    return {"start": start, "end": start}
