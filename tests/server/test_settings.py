"""Settings: asked for, pushed, by folder; and what a folder may not say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from conversation import MODERN

from server.settings import EditorOptions, SettingsStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conversation import Conversation

CODE = "import engine as tf\n@tf.function\ndef f(x):\n    print(x)\n    return x\n"


def codes(server: Conversation, uri: str) -> list[tuple[str, int]]:
    report = server.call("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    return [(one["code"], one["severity"]) for one in report["items"]]


def test_settings_of_folders(server: Conversation, tmp_path: Path) -> None:
    """Multi-root: each folder has its own; a file outside all has the user's."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    answers: dict[Any, Any] = {
        None: {"severity": {"GR201": "error"}, "debounce": 0},
        one.as_uri(): {"ignore": ["GR2"]},
        two.as_uri(): {"severity": {"GR201": "information"}},
    }
    server.answers["workspace/configuration"] = lambda params: [
        answers[item.get("scopeUri")] for item in params["items"]
    ]
    server.initialize(MODERN, folders=[one, two])
    server.wait(lambda: any(r["method"] == "workspace/configuration" for r in server.requests))
    places = [(one / "a.py").as_uri(), (two / "a.py").as_uri(), "untitled:Untitled-1"]
    for uri in places:
        server.open(uri, CODE)
    wanted = [[], [("GR201", 3)], [("GR201", 1)]]
    server.wait(lambda: [codes(server, uri) for uri in places] == wanted)
    answers[one.as_uri()] = {}
    server.notify("workspace/didChangeConfiguration", {"settings": None})
    server.wait(lambda: codes(server, places[0]) == [("GR201", 2)])
    server.notify(
        "workspace/didChangeWorkspaceFolders",
        {"event": {"added": [], "removed": [{"uri": two.as_uri(), "name": "two"}]}},
    )
    server.wait(lambda: codes(server, places[1]) == [("GR201", 1)])


def test_a_client_that_only_pushes(server: Conversation) -> None:
    server.initialize(options={"settings": {"ignore": ["GR201"], "debounce": 0}})
    uri = "file:///nowhere/push.py"
    server.open(uri, CODE)
    assert server.published(uri, 1) == []
    server.notify("workspace/didChangeConfiguration", {"settings": {"graphlens": {"debounce": 0}}})
    server.wait(lambda: server.published(uri) != [])
    assert [one["code"] for one in server.published(uri)] == ["GR201"]


def test_hover_and_lenses_and_hints_can_be_switched_off(server: Conversation) -> None:
    settings = {
        "hover": {"graphCode": False},
        "codeLens.enabled": False,
        "inlayHints": {"shapes": False, "controlFlow": False},
        "semanticTokens": {"enabled": False},
        "debounce": 0,
    }
    capabilities = {**MODERN, "workspace": {**MODERN["workspace"], "configuration": False}}
    server.initialize(capabilities, {"settings": settings})
    uri = "file:///nowhere/off.py"
    server.open(uri, CODE)
    document = {"textDocument": {"uri": uri}}
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}
    assert server.call("textDocument/hover", server.at(uri, 2, 4)) is None
    assert server.call("textDocument/codeLens", document) == []
    assert server.call("textDocument/inlayHint", {**document, "range": whole}) == []
    assert server.call("textDocument/semanticTokens/full", document) is None


def test_a_module_that_changes_on_disk_is_read_again(
    start: Callable[..., Conversation], tmp_path: Path
) -> None:
    server = start()
    server.initialize(MODERN, {"settings": {"debounce": 0}}, folders=[tmp_path])
    helper = tmp_path / "helper.py"
    helper.write_text("def help(x):\n    return x\n")
    uri = (tmp_path / "main.py").as_uri()
    body = "@tf.function\ndef f(x):\n    return help(x)\n"
    server.open(uri, "import engine as tf\nfrom helper import help\n" + body)
    assert codes(server, uri) == []
    helper.write_text("def help(x):\n    print(x)\n    return x\n")
    server.notify(
        "workspace/didChangeWatchedFiles", {"changes": [{"uri": helper.as_uri(), "type": 2}]}
    )
    server.wait(lambda: refreshes(server) > 0)


def refreshes(server: Conversation) -> int:
    return len([r for r in server.requests if r["method"] == "workspace/diagnostic/refresh"])


def test_the_project_file(start: Callable[..., Conversation], tmp_path: Path) -> None:
    """It counts as on the command line, is read again when changed, and its mistakes are told."""
    project = tmp_path / "pyproject.toml"
    project.write_text("[tool.graphlens]\nignore = ['GR201']\n")
    server = start()
    server.initialize(MODERN, {"settings": {"debounce": 0}}, folders=[tmp_path])
    uri = (tmp_path / "main.py").as_uri()
    server.open(uri, CODE)
    assert codes(server, uri) == []
    change = {"changes": [{"uri": project.as_uri(), "type": 2}]}
    project.write_text("[tool.graphlens]\n[tool.graphlens.severity]\nGR201 = 'error'\n")
    server.notify("workspace/didChangeWatchedFiles", change)
    server.wait(lambda: codes(server, uri) == [("GR201", 1)])
    project.write_text("[tool.graphlens]\n\nignroe = ['GR201']\n")
    server.notify("workspace/didChangeWatchedFiles", change)
    (told,) = server.published(project.as_uri())
    assert told["range"]["start"]["line"] == 2
    assert "ignore" in told["message"]
    project.write_text("[tool.graphlens]\n")
    server.notify("workspace/didChangeWatchedFiles", change)
    server.wait(lambda: server.published(project.as_uri()) == [])


def test_position_encodings(start: Callable[..., Conversation]) -> None:
    code = CODE.replace("print(x)", "'é中\U0001f600'; print(x)")
    line = code.splitlines()[3]
    column = line.index("print")
    units = {
        "utf-8": len(line[:column].encode()),
        "utf-16": len(line[:column].encode("utf-16-le")) // 2,
        "utf-32": column,
    }
    for encoding, expected in units.items():
        server = start()
        capabilities = {**MODERN, "general": {"positionEncodings": [encoding, "utf-16"]}}
        result = server.initialize(capabilities, {"settings": {"debounce": 0}})
        assert result["capabilities"]["positionEncoding"] == encoding
        uri = "file:///nowhere/encoded.py"
        server.open(uri, code)
        report = server.call("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        assert report["items"][0]["range"]["start"] == {"line": 3, "character": expected}
        hover = server.call("textDocument/hover", server.at(uri, 3, expected + 1))
        assert "GR201" in hover["contents"]["value"]
        server.stop()


@pytest.mark.parametrize(
    "data",
    [
        {"debounce": "x", "select": 5, "severity": [], "run": 7, "ignore": [1, None]},
        {"debounce": -5, "severity": {"GR201": 5}, "run": {"timeout": True}},
        {"run.timeout": 1e99, "worker": {"engine": "evil", "interpreter": 5}},
    ],
)
def test_settings_that_do_not_fit_have_their_defaults(data: dict[str, Any]) -> None:
    options = EditorOptions.of(data)
    assert 0 <= options.debounce <= 2
    assert 0.1 <= options.run_seconds <= 86400
    assert options.worker_engine == "graphlens"
    assert options.worker_interpreter == ""
    rules, _ = SettingsStore(data).for_rules("file:///a.py")
    assert rules == {}
