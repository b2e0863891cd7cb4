"""No text can crash, hang or blind the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conversation import Conversation

GOOD = "import engine as tf\n\n@tf.function\ndef good(x):\n    print(x)\n    return x\n"
HEAD = "import engine as tf\n\n@tf.function\n"

TEXTS = {
    "empty": "",
    "only_a_mark": "\ufeff",
    "mark": "\ufeff" + GOOD,
    "crlf": GOOD.replace("\n", "\r\n"),
    "cr": GOOD.replace("\n", "\r"),
    "mixed_line_ends": GOOD.replace("\n", "\r\n", 2).replace("\n", "\r", 1),
    "tabs_and_spaces": HEAD + "def f(x):\n\tif x:\n        return x\n",
    "form_feed": "\x0c" + GOOD + "\x0c",
    "line_separators": GOOD.replace("print", "pr\u2028int"),
    "nul": GOOD.replace("print", "pr\0int"),
    "surrogate": GOOD.replace("x)", "'\ud800')"),
    "astral": GOOD.replace("print(x)", "print('\U0001f600', x)"),
    "right_to_left": GOOD.replace("good", "\u05d0\u05d1\u05d2"),
    "combining": GOOD.replace("good", "go\u0301od"),
    "bidi_controls": GOOD.replace("print(x)", "print('\u202e\u2066', x)"),
    "bad_cookie": "# coding: nonsense\n" + GOOD,
    "syntax_error": "import engine as tf\ndef f(:\n    pass\n" + GOOD,
    "unclosed": GOOD + "x = (((((",
    "unterminated_text": GOOD + 'x = """abc',
    "bad_indentation": HEAD + "def f(x):\nreturn x\n",
    "generator": HEAD + "def f(x):\n    yield x\n" + GOOD,
    "async": HEAD + "async def f(x):\n    await x\n" + GOOD,
    "async_generator": HEAD + "async def f(x):\n    yield x\n" + GOOD,
    "lambdas_on_a_line": "import engine as tf\nf, g = map(tf.function, [lambda x: x, lambda: 1])\n",
    "nothing_but_decorators": HEAD * 3,
    "match": HEAD + "def f(x):\n    match x:\n        case {'a': [1, *_]}:\n            return x\n",
    "walrus_and_star": HEAD + "def f(*a, **k):\n    if (n := len(a)) > 1:\n        return n\n",
    "nested_definitions": HEAD + "def f(x):\n" + "".join(
        f"{'    ' * depth}def g{depth}(x):\n" for depth in range(1, 40)
    ) + "    " * 40 + "return x\n",
    "deep_unary": "x = " + "-" * 5000 + "1\n",
    "deep_brackets": "x = " + "[" * 5000 + "]" * 5000 + "\n",
    "very_deep": "x = " + "(" * 50000 + ")" * 50000 + "\n",
    "long_sum": HEAD + "def f(x):\n    return " + " + ".join(["x"] * 900) + "\n",
    "very_long_sum": HEAD + "def f(x):\n    return " + "+".join(["x"] * 3000) + "\n",
    "long_elif": HEAD + "def f(x):\n    if x > 0:\n        pass\n" + "".join(
        f"    elif x > {n}:\n        pass\n" for n in range(1000)
    ),
    "long_line": "x = '" + "a" * 1_000_000 + "'\n",
    "many_lines": "\n" * 200_000,
    "many_functions": "import engine as tf\n" + "".join(
        f"@tf.function\ndef f{n}(x):\n    return x + {n}\n" for n in range(1000)
    ),
    "many_findings": HEAD + "def f(x):\n" + "    print(x)\n" * 3000 + "    return x\n",
    "redefinition": (HEAD + "def f(x):\n    return f(x)\n") * 20,
    "self_import": "import self_import\nfrom self_import import *\nimport engine as tf\n" + GOOD,
    "star_arguments": HEAD + "def f(*, x=f'{1!r:>{2}}'):\n    return x\n",
    "invalid_escape": HEAD + "def f(x):\n    return '\\d' + x\n",
    "huge_number": HEAD + "def f(x):\n    return x + " + "9" * 5000 + "\n",
    "control_characters": "".join(map(chr, range(1, 32))) + GOOD,
}  # fmt: skip


@pytest.fixture(scope="module")
def one_server() -> Iterator[Conversation]:
    from conversation import MODERN, Conversation

    with Conversation() as conversation:
        conversation.initialize(MODERN, {"settings": {"debounce": 0}})
        yield conversation


@pytest.mark.parametrize("name", TEXTS)
def test_every_text_is_answered(one_server: Conversation, name: str) -> None:
    server = one_server
    uri = f"file:///nowhere/{name}.py"
    document = {"textDocument": {"uri": uri}}
    text = TEXTS[name]
    server.open(uri, text)
    report = server.call("textDocument/diagnostic", document)
    assert report["kind"] == "full"
    for finding in report["items"]:
        assert finding["message"]
        assert finding["range"]["start"]["line"] <= finding["range"]["end"]["line"]
    everything = {
        "start": {"line": 0, "character": 0},
        "end": {"line": 10**6, "character": 0},
    }
    asked = [
        server.ask("textDocument/hover", server.at(uri, 3, 5)),
        server.ask("textDocument/hover", server.at(uri, 10**6, 10**6)),
        server.ask("textDocument/codeLens", document),
        server.ask("textDocument/documentSymbol", document),
        server.ask("textDocument/inlayHint", {**document, "range": everything}),
        server.ask("textDocument/semanticTokens/full", document),
        server.ask(
            "textDocument/codeAction",
            {**document, "range": everything, "context": {"diagnostics": []}},
        ),
        server.ask("graphlens/functions", document),
        server.ask("graphlens/graphCode", {**document, "position": {"line": 3, "character": 5}}),
        server.ask("graphlens/graphCode", {**document, "function": "f", "view": "readable"}),
    ]
    for number in asked:
        assert "error" not in server.reply(number), server.reply(number)
    assert server.call("graphlens/debugText", {"uri": uri}) == text
    server.close_document(uri)
    assert healthy(server)


def healthy(server: Conversation) -> bool:
    """Whether an ordinary text is still answered as it should be."""
    uri = "file:///nowhere/healthy.py"
    server.open(uri, GOOD)
    report = server.call("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    server.close_document(uri)
    return [finding["code"] for finding in report["items"]] == ["GR201"]


def test_what_is_broken_is_said_and_the_rest_is_still_checked(one_server: Conversation) -> None:
    codes = findings(one_server, TEXTS["syntax_error"])
    assert "GR001" in codes
    assert "GR201" in codes


def test_there_are_at_most_500_findings(one_server: Conversation) -> None:
    codes = findings(one_server, TEXTS["many_findings"])
    assert len(codes) <= 501


def test_an_unsupported_function_says_why(one_server: Conversation) -> None:
    server, uri = one_server, "file:///nowhere/why.py"
    server.open(uri, TEXTS["generator"])
    answer = server.call("graphlens/graphCode", {"textDocument": {"uri": uri}, "function": "f"})
    reason, *rest = answer["text"].splitlines()
    assert reason.startswith("#")
    assert "generator" in reason
    assert "    yield x" in rest  # it runs as it is written
    server.close_document(uri)


def test_broken_text_keeps_the_last_good_graph_code(one_server: Conversation) -> None:
    server, uri = one_server, "file:///nowhere/last_good.py"
    params: dict[str, Any] = {"textDocument": {"uri": uri}, "function": "good"}
    server.open(uri, GOOD)
    good = server.call("graphlens/graphCode", params)
    assert (good["stale"], good["message"]) == (False, None)
    server.change(uri, 2, {"text": GOOD.replace("def good(x):", "def good(x:")})
    stale = server.call("graphlens/graphCode", params)
    assert stale["uri"] == good["uri"]
    assert stale["stale"] is True
    assert stale["text"] == "# Last good version: the file has errors now.\n" + good["text"]
    server.change(uri, 3, {"text": GOOD})
    assert server.call("graphlens/graphCode", params)["text"] == good["text"]
    server.close_document(uri)


def findings(server: Conversation, text: str) -> list[str]:
    uri = "file:///nowhere/findings.py"
    server.open(uri, text)
    report = server.call("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    server.close_document(uri)
    return [finding["code"] for finding in report["items"]]
