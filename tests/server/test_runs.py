"""Trace and run through the server: results, views, pictures, errors, trust, faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conversation import Conversation

URI = "file:///nowhere/run.py"
CODE = """\
import engine as tf

@tf.function
def step(x, scale=2):
    print("Traced with", x)
    tf.print("Executed with", x)
    if tf.reduce_sum(x) > 0:
        x = x * scale
    return x

# example: plain(tf.constant([1., 2.]))
@tf.function
def plain(x):
    return tf.tanh(x)

@tf.function
def fails(x):
    y = tf.reshape(x, [2, 2])
    return tf.matmul(y, tf.zeros([3, 3]))

@tf.function
def wrong(x):
    return undefined_name + x

class Model:
    @tf.function
    def call(self, x):
        return x + 1
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Conversation]:
    from conversation import MODERN, Conversation

    with Conversation() as conversation:
        conversation.initialize(MODERN, {"trusted": True, "settings": {"debounce": 0}})
        conversation.open(URI, CODE)
        yield conversation


def run(server: Conversation, function: str, *arguments: str, **more: Any) -> dict[str, Any]:
    params = {"textDocument": {"uri": URI}, "function": function, "arguments": list(arguments)}
    return server.call("graphlens/run", {**params, **more})


def printed(server: Conversation) -> list[str]:
    """What user code has printed so far."""
    told = [n["params"] for n in server.notifications if n["method"] == "graphlens/output"]
    return [one["text"] for one in told]


def test_a_run(server: Conversation) -> None:
    answer = run(server, "step", "tf.constant([1., 2.])", "scale=3", timing=True)
    assert answer["ok"] is True, answer["error"]
    assert answer["result"]["dtype"] == "float32"
    assert answer["result"]["shape"] == [2]
    assert answer["result"]["data"] == [3.0, 6.0]
    assert answer["result"]["plot"] == "line"
    phases = [(piece["phase"], piece["text"].split()[0]) for piece in answer["printed"]]
    assert phases == [("tracing", "Traced"), ("running", "Executed")]
    assert answer["timing"]["graph"] > 0
    assert answer["timing"]["eager"] > 0
    assert len(answer["traces"]) == 1
    assert "float32[2]" in answer["signature"]
    told = [n["params"] for n in server.notifications if n["method"] == "graphlens/output"]
    assert {one["id"] for one in told if "Traced" in one["text"]} == {answer["id"]}


def test_another_argument_is_another_trace_and_says_why(server: Conversation) -> None:
    run(server, "step", "tf.constant([1., 2.])", "scale=3")
    answer = run(server, "step", "tf.constant([1., 2., 3.])", "scale=3")
    reasons = [trace["reason"] for trace in answer["traces"]]
    assert reasons[0] is None
    assert "float32[2]" in reasons[-1]
    assert "float32[3]" in reasons[-1]
    lenses = server.call("textDocument/codeLens", {"textDocument": {"uri": URI}})
    titles = [server.call("codeLens/resolve", lens)["command"]["title"] for lens in lenses]
    assert any("traces" in title and "retrace" in title for title in titles)
    hover = server.call("textDocument/hover", server.at(URI, 3, 5))
    assert "traced" in hover["contents"]["value"]


def test_a_trace_gives_the_views_and_the_picture(server: Conversation) -> None:
    answer = run(server, "plain", "tf.constant([1., 2.])", mode="trace")
    assert answer["ok"] is True
    assert answer["result"] is None
    document = {"textDocument": {"uri": URI}, "function": "plain"}
    for view, part in (("traced", "Tanh"), ("optimized", "Tanh"), ("python", "def run(")):
        shown = server.call("graphlens/graphCode", {**document, "view": view})
        assert part in shown["text"]
        assert (shown["stale"], shown["message"]) == (False, None)
        assert [13] == sorted({source for _, source in shown["lineMap"]})
    for stage in ("before", "after"):
        picture = server.call("graphlens/graph", {**document, "stage": stage})
        kinds = {node["op"]: node for node in picture["nodes"]}
        assert kinds["Tanh"]["source"] == {"uri": URI, "line": 13}
        assert kinds["Placeholder"]["kind"] == "input"
        assert {edge["kind"] for edge in picture["edges"]} == {"data"}


def test_graphs_inside_are_in_the_picture(server: Conversation) -> None:
    run(server, "step", "tf.constant([1., 2.])", "scale=3")
    picture = server.call(
        "graphlens/graph", {"textDocument": {"uri": URI}, "function": "step", "stage": "before"}
    )
    (choice,) = [node for node in picture["nodes"] if node["graphs"]]
    assert len(choice["graphs"]) == 2
    ids = [node["id"] for graph in choice["graphs"].values() for node in graph["nodes"]]
    assert len({*ids, *(node["id"] for node in picture["nodes"])}) == len(ids) + len(
        picture["nodes"]
    )


def test_what_was_not_traced_says_so(server: Conversation) -> None:
    document = {"textDocument": {"uri": URI}, "function": "wrong"}
    shown = server.call("graphlens/graphCode", {**document, "view": "traced"})
    assert "not traced yet" in shown["message"]
    assert server.call("graphlens/graph", document) is None


def test_an_example_gives_the_arguments(server: Conversation) -> None:
    """Until there was a run, whose arguments are offered then."""
    server.call("workspace/executeCommand", {"command": "graphlens.clearTraces"})
    params = {"textDocument": {"uri": URI}}
    functions = server.call("graphlens/functions", params)["functions"]
    by_name = {function["qualname"]: function for function in functions}
    assert by_name["plain"]["examples"] == [["tf.constant([1.0, 2.0])"]]
    step = by_name["step"]["parameters"]
    assert [(one["name"], one["default"]) for one in step] == [("x", None), ("scale", "2")]
    assert [one["name"] for one in by_name["Model.call"]["parameters"]] == ["x"]
    answer = server.call(
        "workspace/executeCommand", {"command": "graphlens.run", "arguments": [URI, "plain"]}, 60
    )
    assert answer["ok"] is True
    assert answer["arguments"] == ["tf.constant([1.0, 2.0])"]


def test_a_method(server: Conversation) -> None:
    assert run(server, "Model.call", "1")["result"]["data"] == 2


def test_an_error_becomes_a_diagnostic_on_the_user_s_line(server: Conversation) -> None:
    answer = run(server, "wrong", "1.")
    assert answer["ok"] is False
    assert answer["error"]["type"] == "NameError"
    assert answer["error"]["frames"][-1]["line"] == 22
    assert "engine/" not in answer["error"]["text"]
    report = server.call("textDocument/diagnostic", {"textDocument": {"uri": URI}})
    (raised,) = [one for one in report["items"] if one["code"] == "run"]
    assert raised["range"]["start"]["line"] == 22
    assert "undefined_name" in raised["message"]
    run(server, "plain", "1.")
    report = server.call("textDocument/diagnostic", {"textDocument": {"uri": URI}})
    assert not [one for one in report["items"] if one["code"] == "run"]


def test_an_error_while_the_graph_runs_names_the_line(server: Conversation) -> None:
    answer = run(server, "fails", "tf.constant([1., 2., 3.])")
    assert answer["ok"] is False
    assert answer["error"]["frames"][-1]["line"] in (17, 18)


@pytest.mark.parametrize("text", ["1 +", "*a", "1, 2", "**k", "undefined_thing", "1/0", ""])
def test_wrong_arguments_are_told(server: Conversation, text: str) -> None:
    answer = run(server, "plain", text)
    assert answer["error"]["kind"] == "arguments"
    assert answer["error"]["message"]


def test_hovers_are_answered_while_user_code_hangs(server: Conversation) -> None:
    """And the interrupt stops it, and the next run works."""
    uri = "file:///nowhere/hangs.py"
    code = (
        "import engine as tf\n@tf.function\ndef f(x):\n"
        "    print('hanging')\n    while True:\n        pass\n"
    )
    server.open(uri, code)
    asked = server.ask(
        "graphlens/run", {"textDocument": {"uri": uri}, "function": "f", "arguments": ["1"]}
    )
    server.wait(lambda: [one for one in printed(server) if "hanging" in one])
    for _ in range(20):
        assert server.call("textDocument/hover", server.at(uri, 2, 4)) is not None
    assert server.call("workspace/executeCommand", {"command": "graphlens.interrupt"}) is True
    answer = server.reply(asked)["result"]
    assert answer["error"]["kind"] == "interrupted"
    assert run(server, "plain", "1.")["ok"] is True
    server.close_document(uri)


def test_cancelling_the_request_stops_the_run(server: Conversation) -> None:
    uri = "file:///nowhere/cancelled.py"
    server.open(uri, "import engine as tf, time\n@tf.function\ndef f(x):\n    time.sleep(3600)\n")
    asked = server.ask(
        "graphlens/run", {"textDocument": {"uri": uri}, "function": "f", "arguments": ["1"]}
    )
    server.wait(lambda: server.call("graphlens/status")["worker"] == "running")
    server.notify("$/cancelRequest", {"id": asked})
    assert server.reply(asked)["error"]["code"] == -32800
    server.wait(lambda: server.call("graphlens/status")["worker"] == "idle")
    server.close_document(uri)


def test_a_changed_text_starts_from_nothing(server: Conversation) -> None:
    """The process that was started ahead has run nothing of the text before."""
    uri = "file:///nowhere/fresh.py"
    code = (
        "import engine as tf\nseen = []\n\n@tf.function\ndef f():\n"
        "    seen.append(1)\n    return tf.constant(len(seen))\n"
    )
    params = {"textDocument": {"uri": uri}, "function": "f", "arguments": []}
    server.open(uri, code)
    assert server.call("graphlens/run", params)["result"]["data"] == 1
    for version in range(2, 5):
        server.change(uri, version, {"text": code + f"# {version}\n"})
        answer = server.call("graphlens/run", params)
        assert (answer["result"]["data"], len(answer["traces"])) == (1, 1)
        again = server.call("graphlens/run", params)
        assert (again["result"]["data"], len(again["traces"])) == (1, 1)
    server.close_document(uri)


def test_an_interrupt_while_a_process_is_being_started(server: Conversation) -> None:
    uri = "file:///nowhere/early.py"
    server.open(uri, "import engine as tf\n@tf.function\ndef f():\n    while True:\n        pass\n")
    params = {"textDocument": {"uri": uri}, "function": "f", "arguments": []}
    for _ in range(4):
        asked = server.ask("graphlens/run", params)
        server.wait(lambda: server.call("graphlens/status")["worker"] == "running")
        server.call("workspace/executeCommand", {"command": "graphlens.interrupt"})
        assert server.reply(asked)["result"]["error"]["kind"] == "interrupted"
    server.close_document(uri)


def test_restarting_and_clearing(server: Conversation) -> None:
    run(server, "plain", "1.")
    server.call("workspace/executeCommand", {"command": "graphlens.clearTraces"})
    document = {"textDocument": {"uri": URI}, "function": "plain"}
    assert server.call("graphlens/graph", document) is None
    server.call("workspace/executeCommand", {"command": "graphlens.restartWorker"})
    assert server.call("graphlens/status")["worker"] == "off"
    assert run(server, "plain", "1.")["ok"] is True


def test_tensorflow_is_replaced_and_that_is_said(server: Conversation) -> None:
    uri = "file:///nowhere/tensorflow_user.py"
    code = (
        "import tensorflow as tf\nfrom tensorflow.keras import layers\n"
        "@tf.function\ndef f(x):\n    return tf.nn.relu(x)\n"
    )
    server.open(uri, code)
    answer = server.call(
        "graphlens/run",
        {"textDocument": {"uri": uri}, "function": "f", "arguments": ["[-1., 1.]"]},
        60,
    )
    assert answer["substituted"] is True
    assert answer["engine"].startswith("graphlens")
    server.close_document(uri)


def progress(server: Conversation) -> list[str]:
    return [
        n["params"]["value"]["kind"] for n in server.notifications if n["method"] == "$/progress"
    ]


def test_a_progress_is_shown_and_ended(server: Conversation, tmp_path: Path) -> None:
    uri = "file:///nowhere/progress.py"
    gate = tmp_path / "gate"
    code = (
        "import engine as tf, os, time\n@tf.function\ndef f(x):\n"
        f"    while not os.path.exists({str(gate)!r}):\n        time.sleep(0.01)\n    return x\n"
    )
    server.open(uri, code)
    before = progress(server)
    params = {"textDocument": {"uri": uri}, "function": "f", "arguments": ["1"]}
    asked = server.ask("graphlens/run", params)
    server.wait(lambda: progress(server).count("begin") > before.count("begin"))
    gate.touch()
    assert server.reply(asked)["result"]["ok"] is True
    server.wait(lambda: progress(server).count("begin") == progress(server).count("end"))
    server.close_document(uri)
