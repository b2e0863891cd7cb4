"""docs/protocol.md says what the server does: names, settings, commands and shapes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conversation import MODERN, Conversation

from engine.base.discover import import_all
from server import features
from server.feature import COMMANDS, FEATURES
from server.settings import EditorOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "protocol.md").read_text()
URI = "file:///nowhere/page.py"
CODE = """import engine as tf

@tf.function
def step(x):
    if tf.reduce_sum(x) > 0:
        x = x + 1
    return x
"""


def section(title: str) -> str:
    return PAGE.split(f"## {title}")[1].split("\n## ")[0]


def fields(name: str) -> set[str]:
    """The keys of `Name = { key: type, ... }` on the page, of its own level."""
    text = re.search(rf"\b{name}\s+= \{{", PAGE)
    assert text is not None, name
    depth, found, rest = 0, set(), PAGE[text.end() - 1 :]
    for match in re.finditer(r"[{\[(]|[}\])]|(\w+)\??:", rest):
        token = match[0]
        if token in "{[(":
            depth += 1
        elif token in "}])":
            depth -= 1
            if depth == 0:
                break
        elif depth == 1:
            found.add(match[1])
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[Conversation]:
    with Conversation() as conversation:
        conversation.initialize(MODERN, {"trusted": True, "settings": {"debounce": 0}})
        conversation.open(URI, CODE)
        yield conversation


def test_every_message_is_on_the_page() -> None:
    import_all(features)
    own = {one.method for one in FEATURES if one.method.startswith("graphlens/")}
    told = set(re.findall(r"`(graphlens/\w+)`", PAGE))
    sent = {"graphlens/output", "graphlens/traced", "graphlens/graphCodeChanged"}
    assert told == own | sent


def test_every_command_is_on_the_page() -> None:
    import_all(features)
    assert set(re.findall(r"^\| `(graphlens\.\w+)`", section("Commands"), re.MULTILINE)) == set(
        COMMANDS
    )


def test_every_setting_is_on_the_page() -> None:
    rows = re.findall(r"^\| (`[^|]+`) +\| ([^|]+)", section("Settings"), re.MULTILINE)
    names = {name for keys, _ in rows for name in re.findall(r"`([^`]+)`", keys)}
    assert len(names - {"select", "ignore", "severity"}) == len(vars(EditorOptions()))
    other: dict[str, Any] = {
        "diagnosticMode": "workspace", "debounce": 7, "run.timeout": 7, "run.memory": 77,
        "worker.interpreter": "/x", "worker.engine": "tensorflow", "graph.unusedNodes": True,
    }  # fmt: skip
    for name in names - {"select", "ignore", "severity"}:
        changed = EditorOptions.of({name: other.get(name, False)})
        assert changed != EditorOptions(), name


def test_the_shape_of_graph_code(server: Conversation) -> None:
    answer = server.call("graphlens/graphCode", {"textDocument": {"uri": URI}, "function": "step"})
    assert set(answer) == fields("GraphCode")


def test_the_shape_of_functions(server: Conversation) -> None:
    answer = server.call("graphlens/functions", {"textDocument": {"uri": URI}})
    (function,) = answer["functions"]
    assert set(function) == fields("Function")
    assert set(function["parameters"][0]) == fields("Parameter")


def test_the_shapes_of_a_run_and_its_graph(server: Conversation) -> None:
    document = {"textDocument": {"uri": URI}, "function": "step"}
    params = {**document, "arguments": ["tf.constant([1.])"]}
    assert "exported" not in server.call("graphlens/run", params)
    answer = server.call("graphlens/run", {**params, "export": "onnx"})
    assert answer["ok"], answer["error"]
    assert set(answer["exported"]) == {"format", "data", "problem"}
    assert {*answer, "notes"} == fields("Run")
    assert set(answer["result"]) == fields("Value")
    assert set(answer["traces"][0]) == fields("Trace")
    graph = server.call("graphlens/graph", {**document, "stage": "before"})
    assert set(graph) == fields("Graph")
    assert set(graph["nodes"][0]) == fields("Node")
    assert set(graph["edges"][0]) == fields("Edge")
    failed = server.call("graphlens/run", {**document, "arguments": ["1 +"]})
    assert set(failed["error"]) == fields("Error")


def test_the_shape_of_the_status(server: Conversation) -> None:
    assert set(server.call("graphlens/status")) == fields("Status")


def test_explanations(server: Conversation) -> None:
    page = server.call("graphlens/explain", {"code": "GR201"})
    assert set(page) == {"code", "name", "markdown", "href"}
    assert "tf.print" in page["markdown"]
    assert server.call("graphlens/explain", {"code": "GR999"}) is None
    text = server.call("workspace/textDocumentContent", {"uri": "graphlens-graph:/rules/GR201.md"})[
        "text"
    ]
    assert text == page["markdown"]


def test_the_debug_report_has_no_source(server: Conversation) -> None:
    text = server.call("graphlens/debugReport")["text"]
    assert "graphlens" in text
    assert "step" not in text
    assert "nowhere" not in text
