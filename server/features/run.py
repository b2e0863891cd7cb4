"""Trace and run: on an explicit act, in a trusted workspace, in the worker process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from server.feature import command, feature, listener
from server.features.diagnostics import document_changed
from server.places import Place, find, place_of_arguments, place_of_params
from server.progress import progress
from server.transport.protocol import invalid

if TYPE_CHECKING:
    from server.programs import Program
    from server.session import Session

_MODES = ("run", "trace")
_EXPORTS = ("", "onnx")
_MAX_ARGUMENTS = 100
_MAX_ARGUMENT_TEXT = 100_000


@feature("graphlens/run")
async def run(session: Session, params: Any) -> dict[str, Any]:
    """Runs or traces a function."""
    place = place_of_params(params)
    mode = params.get("mode", "run")
    if mode not in _MODES:
        raise invalid("mode must be run or trace")
    texts = _texts(params.get("arguments"))
    export = params.get("export", "")
    if export not in _EXPORTS:
        raise invalid("export must be onnx")
    return await _run(session, place, texts, mode, params.get("timing") is True, export)


@command("graphlens.run")
async def run_command(session: Session, *arguments: Any) -> dict[str, Any]:
    """Runs a function: `[uri, position or name, argument texts]`."""
    place = place_of_arguments(arguments)
    return await _run(session, place, _texts(arguments[2] if len(arguments) > 2 else None), "run")


@command("graphlens.trace")
async def trace_command(session: Session, *arguments: Any) -> dict[str, Any]:
    """Traces a function: `[uri, position or name, argument texts]`."""
    place = place_of_arguments(arguments)
    return await _run(session, place, _texts(arguments[2] if len(arguments) > 2 else None), "trace")


def _texts(value: Any) -> list[str] | None:
    if value is None:
        return None
    fits = isinstance(value, list) and len(value) <= _MAX_ARGUMENTS
    if not fits or not all(
        isinstance(one, str) and len(one) <= _MAX_ARGUMENT_TEXT for one in value
    ):
        raise invalid("arguments must be a list of texts")
    return list(value)


async def _run(
    session: Session,
    place: Place,
    texts: list[str] | None,
    mode: str,
    timing: bool = False,
    export: str = "",
) -> dict[str, Any]:
    found = await find(session, place)
    if found is None:
        raise invalid("there is no traced function here")
    facts, function = found
    if texts is None:
        texts = await _default_arguments(session, facts.program, function.qualname)
    title = f"{'Tracing' if mode == 'trace' else 'Running'} {function.qualname}"
    runs, name = session.runs, function.qualname
    work = session.spawn(runs.run(facts.program, name, texts, mode, timing, export))
    async with progress(session, title, session.runs.interrupt):
        try:
            return dict(await asyncio.shield(work))
        except asyncio.CancelledError:
            session.runs.interrupt()
            raise


async def _default_arguments(session: Session, program: Program, qualname: str) -> list[str]:
    """Those of the last run, else of the first `# example:` comment, else none."""
    told = session.runs.told(program, qualname)
    if told is not None and told.arguments:
        return told.arguments
    signature = await session.analysis.ask(program, "signature", qualname, urgency=0)
    examples = signature["examples"] if signature else []
    return list(examples[0]) if examples else []


@command("graphlens.interrupt")
async def interrupt(session: Session, *arguments: Any) -> bool:
    """Stops what is running."""
    return session.runs.interrupt()


@command("graphlens.restartWorker")
async def restart_worker(session: Session, *arguments: Any) -> None:
    """Ends the worker; the next run starts a new one."""
    await asyncio.to_thread(session.runs.restart)


@command("graphlens.clearTraces")
async def clear_traces(session: Session, *arguments: Any) -> None:
    """Forgets what runs have told, of one document or of all."""
    uri = arguments[0] if arguments else None
    if uri is not None and not isinstance(uri, str):
        raise invalid("the argument must be a document's uri")
    program = session.program(uri) if uri is not None else None
    session.runs.clear(program.key if program is not None else uri)


@feature("graphlens/trustGranted")
async def trust_granted(session: Session, params: object) -> None:
    """The user trusts the workspace from now on."""
    session.trusted = True
    session.happened("status")
    if session.client.refreshes_lenses and session.started:
        session.server.workspace_code_lens_refresh(None)


@feature("graphlens/interpreterChanged")
async def interpreter_changed(session: Session, params: Any) -> None:
    """Another Python for the worker from now on."""
    interpreter = params.get("interpreter") if isinstance(params, dict) else None
    if isinstance(interpreter, str):
        session.runs.interpreter = interpreter
        await asyncio.to_thread(session.runs.restart)


@listener("told")
def told(session: Session, program: Program | None, function: str, answer: dict[str, Any]) -> None:
    """After a run: its error becomes a diagnostic, lenses and hints show its traces."""
    client = session.client
    if session.started and client.refreshes_lenses:
        session.server.workspace_code_lens_refresh(None)
    if session.started and client.pulls_diagnostics and client.refreshes_diagnostics:
        session.server.workspace_diagnostic_refresh(None)
    for open_program in session.open_programs() if program is None else [program]:
        document_changed(session, open_program.key)
        _follow_views(session, open_program.key)
    if program is not None:
        session.server.protocol.notify_plain(
            "graphlens/traced",
            {
                "textDocument": {"uri": program.key},
                "function": function,
                "traces": len(answer.get("traces", ())),
                "retraces": max(0, len(answer.get("traces", ())) - 1),
            },
        )


def _follow_views(session: Session, key: str) -> None:
    from server.features.graph_code import follow_edits_of

    follow_edits_of(session, key)
