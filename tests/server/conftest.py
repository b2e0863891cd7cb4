"""Server processes for the tests."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from conversation import Conversation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def start() -> Iterator[Callable[..., Conversation]]:
    """Starts servers that are ended after the test."""
    started: list[Conversation] = []

    def make(*arguments: str, **options: object) -> Conversation:
        started.append(Conversation(*arguments, **options))
        return started[-1]

    yield make
    for conversation in started:
        if conversation.process.poll() is None:
            conversation.process.kill()
        conversation.end()


@pytest.fixture
def server(start: Callable[..., Conversation]) -> Conversation:
    """A fresh server, not initialized."""
    return start()
