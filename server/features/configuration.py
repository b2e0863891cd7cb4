"""Settings: asked for where the client answers, taken from notifications where it does not."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from lsprotocol import types

from server.feature import feature

if TYPE_CHECKING:
    from server.session import Session

_log = logging.getLogger(__name__)
_SECTION = "graphlens"


@feature(types.INITIALIZED)
async def initialized(session: Session, params: object) -> None:
    """Registers what cannot be announced, then asks for the settings."""
    registrations = []
    if session.client.registers_watchers:
        watchers = [
            types.FileSystemWatcher(glob_pattern=pattern)
            for pattern in ("**/pyproject.toml", "**/*.py")
        ]
        registrations.append(
            types.Registration(
                id="graphlens-files",
                method=types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                register_options=types.DidChangeWatchedFilesRegistrationOptions(watchers),
            )
        )
    if session.client.registers_configuration:
        registrations.append(
            types.Registration(
                id="graphlens-configuration",
                method=types.WORKSPACE_DID_CHANGE_CONFIGURATION,
                register_options=types.DidChangeConfigurationRegistrationOptions(section=_SECTION),
            )
        )
    if registrations:
        session.spawn(
            session.server.client_register_capability_async(types.RegistrationParams(registrations))
        )
    await read_settings(session)


async def read_settings(session: Session) -> None:
    """Asks for the settings: the user's own, and those of each folder."""
    if not session.client.answers_configuration:
        return
    folders = list(session.server.workspace.folders.values())
    items = [types.ConfigurationItem(section=_SECTION)]
    items += [types.ConfigurationItem(scope_uri=one.uri, section=_SECTION) for one in folders]
    try:
        answers = await asyncio.wait_for(
            session.server.workspace_configuration_async(types.ConfigurationParams(items)), 10
        )
    except (Exception, asyncio.TimeoutError) as error:
        _log.warning("the client did not answer its settings: %s", error)
        return
    if answers and answers[0] is not None:
        session.settings.set_everywhere(plain(answers[0]))
    for folder, answer in zip(folders, answers[1:], strict=False):
        if answer is not None:
            session.settings.set_folder(folder.uri, plain(answer))
    session.settings_changed()


@feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
async def did_change_configuration(
    session: Session, params: types.DidChangeConfigurationParams
) -> None:
    """Takes new settings, or asks for them."""
    if session.client.answers_configuration:
        await read_settings(session)
        return
    session.settings.set_everywhere(plain(params.settings))
    session.settings_changed()


@feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
async def did_change_folders(
    session: Session, params: types.DidChangeWorkspaceFoldersParams
) -> None:
    """Folders have come or gone."""
    for folder in params.event.removed:
        session.settings.remove_folder(folder.uri)
    await read_settings(session)
    session.settings_changed()


@feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
async def did_change_files(session: Session, params: types.DidChangeWatchedFilesParams) -> None:
    """A `pyproject.toml` or a module that is not open has changed on disk."""
    changed = [change.uri for change in params.changes if session.document(change.uri) is None]
    if changed:
        session.settings_changed()


def plain(value: object) -> object:
    """JSON as dicts and lists, whatever the reader made of it."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    as_dict = getattr(value, "_asdict", None)
    if callable(as_dict):
        return plain(as_dict())
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
