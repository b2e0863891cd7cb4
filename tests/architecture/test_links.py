"""Links and pictures in the pages lead somewhere."""

from __future__ import annotations

import re

from tests.architecture.repository import ROOT, read, tracked_files

LINK = re.compile(r"\]\((?!https?:|mailto:|#|command:)([^)#\s]+)")


def test_relative_links_lead_to_files():
    lost = [
        f"{path}: {target}"
        for path in tracked_files()
        if path.suffix == ".md"
        for target in LINK.findall(read(path))
        if not (ROOT / path.parent / target).exists()
    ]
    assert lost == []
