"""The virtual documents of a session: ids, texts, and the lines they come from.

A URI carries an opaque id and a name to read; it is looked up here, and no path named in it is
ever opened.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import blake2s

__all__ = ["SCHEME", "VIEWS", "View", "ViewText", "Views"]

SCHEME = "graphlens-graph"
VIEWS = ("code", "readable", "traced", "optimized", "python")
_KEPT = 64
_MAX_TEXT = 2_000_000


@dataclass(frozen=True)
class ViewText:
    """What a view shows."""

    text: str
    line_map: tuple[tuple[int, int], ...] = ()
    version: int = 0
    stale: bool = False
    message: str | None = None


@dataclass
class View:
    """A virtual document: one aspect of one function of one document."""

    id: str
    source: str
    function: str
    kind: str
    shown: ViewText | None = None
    last_good: ViewText | None = None
    uri: str = field(init=False)

    def __post_init__(self) -> None:
        name = re.sub(r"[^A-Za-z0-9_.]", "_", self.function)[:60] or "function"
        ending = "py" if self.kind in ("code", "readable", "python") else "txt"
        self.uri = f"{SCHEME}:/{self.id}/{name}.{self.kind}.{ending}"

    @property
    def title(self) -> str:
        """What to call it."""
        return f"{self.function} ({self.kind})"

    @property
    def language(self) -> str:
        """The language of the text."""
        return "plaintext" if self.kind in ("traced", "optimized") else "python"

    def show(self, text: ViewText) -> bool:
        """Takes a new text; says whether it differs."""
        if len(text.text) > _MAX_TEXT:
            text = ViewText(text.text[:_MAX_TEXT], message="cut: too long to show")
        differs = self.shown is None or self.shown.text != text.text
        self.shown = text
        if not text.stale and text.message is None:
            self.last_good = text
        return differs


class Views:
    """All views that were asked for; the least used are forgotten."""

    def __init__(self) -> None:
        self._by_id: OrderedDict[str, View] = OrderedDict()

    def get(self, source: str, function: str, kind: str) -> View:
        """The view of a function; the same id each time, also in a later session."""
        digest = blake2s(f"{source}\0{function}\0{kind}".encode("utf-8", "replace"), digest_size=10)
        view_id = digest.hexdigest()
        view = self._by_id.get(view_id)
        if view is None:
            view = self._by_id[view_id] = View(view_id, source, function, kind)
            while len(self._by_id) > _KEPT:
                self._by_id.popitem(last=False)
        self._by_id.move_to_end(view_id)
        return view

    def by_uri(self, uri: str) -> View | None:
        """The view a URI names; only its id counts."""
        match = re.match(rf"{SCHEME}:/{{1,3}}([0-9a-f]{{20}})/", uri)
        return self._by_id.get(match[1]) if match else None

    def of_source(self, source: str) -> list[View]:
        """The views of a document."""
        return [view for view in self._by_id.values() if view.source == source]
