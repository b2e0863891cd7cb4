"""The server's own requests, and those about a whole workspace, asked by pytest-lsp."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from samples import CODE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_lsp import LanguageClient

    Open = Callable[..., str]

pytestmark = pytest.mark.asyncio(loop_scope="module")


def plain(answer: Any) -> Any:
    """An answer with dictionaries where pygls makes tuples with names."""
    if hasattr(answer, "_asdict"):
        return {name: plain(value) for name, value in answer._asdict().items()}
    return [plain(one) for one in answer] if isinstance(answer, (list, tuple)) else answer


async def ask(client: LanguageClient, method: str, params: Any = None) -> Any:
    return plain(await client.protocol.send_request_async(method, params))


def place(uri: str, function: str = "step", **more: Any) -> dict[str, Any]:
    return {"textDocument": {"uri": uri}, "function": function, **more}


TENSORS = ["tf.constant(3)"]


async def test_functions(client: LanguageClient, opened: Open) -> None:
    answer = await ask(client, "graphlens/functions", {"textDocument": {"uri": opened()}})
    assert [one["qualname"] for one in answer["functions"]] == ["step", "make"]
    assert answer["version"] == 1


async def test_graph_code_and_its_places(client: LanguageClient, opened: Open) -> None:
    uri = opened()
    code = await ask(client, "graphlens/graphCode", place(uri, view="code"))
    assert "def tf__step(x):" in code["text"]
    generated = next(n for n, line in enumerate(code["text"].splitlines()) if "if_stmt" in line)
    at = {"uri": code["uri"], "position": {"line": generated, "character": 0}}
    there = await ask(client, "graphlens/mapPosition", at)
    assert (there["uri"], there["range"]["start"]["line"]) == (uri, 6)
    back = await ask(
        client, "graphlens/mapPosition", {"uri": uri, "position": there["range"]["start"]}
    )
    assert back["uri"] == code["uri"]


async def test_the_graph_exists_after_a_trace(client: LanguageClient, opened: Open) -> None:
    uri = opened()
    assert await ask(client, "graphlens/graph", place(uri)) is None
    traced = await ask(client, "graphlens/run", place(uri, mode="trace", arguments=TENSORS))
    assert traced["ok"], traced["error"]
    assert traced["result"] is None
    assert len(traced["traces"]) == 1
    graph = await ask(client, "graphlens/graph", place(uri, stage="before"))
    assert {"input", "output"} & {node["kind"] for node in graph["nodes"]}
    assert graph["edges"]


async def test_a_run_is_answered_with_its_result(client: LanguageClient, opened: Open) -> None:
    run = await ask(client, "graphlens/run", place(opened(), arguments=TENSORS))
    assert run["ok"], run["error"]
    assert run["result"]["kind"] == "tensor"
    assert {piece["phase"] for piece in run["printed"]} >= {"tracing"}


async def test_an_explanation(client: LanguageClient) -> None:
    page = await ask(client, "graphlens/explain", {"code": "GR201"})
    assert page["code"] == "GR201"
    assert "tf.print" in page["markdown"]
    assert await ask(client, "graphlens/explain", {"code": "GR999"}) is None


async def test_the_status_and_the_report(client: LanguageClient, opened: Open) -> None:
    uri = opened("secret_word = 1\n")
    assert await ask(client, "graphlens/debugText", {"uri": uri}) == "secret_word = 1\n"
    status = await ask(client, "graphlens/status")
    assert (status["health"], status["trusted"]) == ("ok", True)
    report = await ask(client, "graphlens/debugReport")
    assert "secret_word" not in report["text"]
    assert status["version"] in report["text"]
    assert (await ask(client, "graphlens/debugCounts"))["documents"] >= 1


async def test_workspace_diagnostics_are_off_until_wanted(client: LanguageClient) -> None:
    report = await client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams([]))
    assert list(report.items) == []


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("graphlens/run", place("file:///nowhere/not_open.py")),
        ("graphlens/run", {"textDocument": {"uri": 5}, "function": "step"}),
        ("graphlens/graph", {"function": "step"}),
        ("graphlens/graphCode", {"textDocument": {}}),
        ("graphlens/mapPosition", {"uri": "file:///a.py", "position": {"line": -1}}),
        ("graphlens/explain", {"code": 7}),
        ("graphlens/functions", {"textDocument": None}),
    ],
)
async def test_parameters_that_do_not_fit(client: LanguageClient, method: str, params: Any) -> None:
    with pytest.raises(JsonRpcException) as raised:
        await ask(client, method, params)
    assert raised.value.code == -32602


async def test_bad_options_of_a_run(client: LanguageClient, opened: Open) -> None:
    for more in ({"mode": "x"}, {"export": "pdf"}, {"arguments": "1"}, {"arguments": [1]}):
        with pytest.raises(JsonRpcException) as raised:
            await ask(client, "graphlens/run", place(opened(CODE), **more))
        assert raised.value.code == -32602
