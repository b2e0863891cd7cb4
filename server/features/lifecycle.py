"""The beginning and the end: what the client can do, trust, settings, status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from server.client_facts import ClientFacts
from server.feature import feature
from server.settings import SettingsStore
from server.transport.lifetime import is_alive, watch_client

if TYPE_CHECKING:
    from server.session import Session


@feature(types.INITIALIZE)
async def initialize(session: Session, params: types.InitializeParams) -> None:
    """Takes down what the client said about itself."""
    session.client = ClientFacts.of(params)
    session.settings = SettingsStore(session.client.settings)
    session.trusted = session.client.trusted
    session.server.protocol.on_initialized = session.start
    session.server.protocol.hidden_commands = set(session.client.commands)
    # A process id that means nothing here (the client is in another container) is not watched.
    if params.process_id and params.process_id > 0 and is_alive(params.process_id):
        session.spawn(watch_client(params.process_id, session.server.protocol.end))


@feature(types.SHUTDOWN)
async def shutdown(session: Session, params: object) -> None:
    """Ends the processes that work for us."""
    session.close()
