"""Documents without a file: untitled ones are run, those of virtual file systems only analysed."""

from __future__ import annotations

import pytest
from conversation import Conversation

CODE = """import engine as tf

@tf.function
def step(x):
    print("traced", x)
    return x + 1
"""


@pytest.mark.parametrize(
    ("uri", "is_run"),
    [
        ("untitled:Untitled-1", True),
        ("file:///outside/of/every/root.py", True),
        ("vscode-vfs://github/owner/repository/model.py", False),
        ("memfs:/model.py", False),
    ],
)
def test_findings_everywhere_runs_where_there_is_a_disk(uri: str, is_run: bool) -> None:
    with Conversation() as server:
        server.initialize(options={"trusted": True})
        server.open(uri, CODE)
        assert [one["code"] for one in server.published(uri)] == ["GR201"]
        params = {
            "textDocument": {"uri": uri},
            "function": "step",
            "arguments": ["tf.constant(1)"],
        }
        run = server.call("graphlens/run", params)
        assert run["ok"] is is_run
        if not is_run:
            assert run["error"]["kind"] == "failed"
            assert "running needs files on a disk" in run["error"]["message"]
        lenses = server.call("textDocument/codeLens", {"textDocument": {"uri": uri}})
        assert ("trace" in {lens["data"]["kind"] for lens in lenses}) is is_run
        code = server.call("graphlens/graphCode", params)
        assert "def tf__step(x):" in code["text"]
