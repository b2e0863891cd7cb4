"""Starts the analysis process; imports little, so that it can be the first thing that happens."""

from __future__ import annotations

import json
import subprocess
import sys

from server.environment import clean_environment, neutral_folder, own_root

__all__ = ["spawn"]


def spawn() -> subprocess.Popen[bytes]:
    """A new analysis process; it warms up by itself."""
    script = own_root() / "server" / "analysis" / "__main__.py"
    return subprocess.Popen(
        [sys.executable, "-I", "-B", str(script), json.dumps(sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=neutral_folder(),
        env=clean_environment(),
        bufsize=0,
    )
