"""Every request of plain LSP, asked by pytest-lsp over stdio."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from samples import CODE, edited

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_lsp import LanguageClient

    Open = Callable[..., str]

pytestmark = pytest.mark.asyncio(loop_scope="module")


def document(uri: str) -> types.TextDocumentIdentifier:
    return types.TextDocumentIdentifier(uri)


def line_range(line: int, start: int = 0, end: int = 1) -> types.Range:
    return types.Range(types.Position(line, start), types.Position(line, end))


async def findings(client: LanguageClient, uri: str) -> list[types.Diagnostic]:
    report = await client.text_document_diagnostic_async(
        types.DocumentDiagnosticParams(document(uri))
    )
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    return list(report.items)


async def actions(
    client: LanguageClient, uri: str, line: int, only: list[str] | None = None
) -> dict[str, types.CodeAction]:
    answer = await client.text_document_code_action_async(
        types.CodeActionParams(
            document(uri),
            line_range(line, 4, 5),
            types.CodeActionContext(diagnostics=[], only=only),  # type: ignore[arg-type]
        )
    )
    return {action.title: action for action in answer or []}


async def test_diagnostics(client: LanguageClient, opened: Open) -> None:
    found = await findings(client, opened())
    by_code = {one.code: one for one in found}
    printed, made = by_code["GR201"], by_code["GR101"]
    assert printed.range == line_range(4, 4, 27)
    assert printed.severity == types.DiagnosticSeverity.Warning
    assert printed.source == "graphlens"
    assert printed.code_description is not None
    assert "GR201" in printed.code_description.href
    assert made.range.start.line == 13
    assert made.severity == types.DiagnosticSeverity.Error
    assert made.related_information
    assert made.related_information[0].location.range.start.line == 11


async def test_unchanged_findings_are_said_to_be_so(client: LanguageClient, opened: Open) -> None:
    uri = opened()
    ask = client.text_document_diagnostic_async
    first = await ask(types.DocumentDiagnosticParams(document(uri)))
    again = await ask(
        types.DocumentDiagnosticParams(document(uri), previous_result_id=first.result_id)
    )
    assert again.kind == "unchanged"
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(2, uri),
            [types.TextDocumentContentChangeWholeDocument("x = 1\n")],
        )
    )
    changed = await ask(
        types.DocumentDiagnosticParams(document(uri), previous_result_id=first.result_id)
    )
    assert (changed.kind, list(changed.items)) == ("full", [])


async def test_hover_on_a_finding_is_the_rule_s_help(client: LanguageClient, opened: Open) -> None:
    hover = await client.text_document_hover_async(
        types.HoverParams(document(opened()), types.Position(4, 6))
    )
    assert hover is not None
    assert "GR201" in hover.contents.value
    assert "`tf.print`" in hover.contents.value
    assert hover.range == line_range(4, 4, 27)


async def test_hover_on_a_function_is_its_graph_code(client: LanguageClient, opened: Open) -> None:
    hover = await client.text_document_hover_async(
        types.HoverParams(document(opened()), types.Position(3, 5))
    )
    assert hover is not None
    assert hover.contents.kind == types.MarkupKind.Markdown
    assert "```python\n" in hover.contents.value
    assert "ag__.if_stmt" in hover.contents.value


@pytest.mark.parametrize(
    ("head", "body", "why"),
    [
        ("@tf.function(autograph=False)\n", "return x", "autograph=False"),
        ("@tf.function\n@tf.autograph.experimental.do_not_convert\n", "return x", "do_not_convert"),
        ("@tf.function\n", "yield x", "a generator is not converted"),
        ("@tf.function\n", "return (y := x) + y", "`:=` keeps the function from being converted"),
    ],
)
async def test_hover_on_a_function_that_runs_unchanged_says_so_and_why(
    client: LanguageClient, opened: Open, head: str, body: str, why: str
) -> None:
    text = f"import engine as tf\n\n\n{head}def plain(x):\n    {body}\n"
    line = text[: text.index("def plain")].count("\n")
    uri = opened(text)
    hover = await client.text_document_hover_async(
        types.HoverParams(document(uri), types.Position(line, 5))
    )
    assert hover is not None
    shown = hover.contents.value
    assert "runs unchanged while it is traced" in shown
    assert why in shown.replace("\\", "")
    assert "ag__" not in shown
    for view in ("code", "readable"):
        params = {"textDocument": {"uri": uri}, "function": "plain", "view": view}
        code = await client.protocol.send_request_async("graphlens/graphCode", params)
        said, *rest = code.text.splitlines()
        assert said.removeprefix("# ").removesuffix(".") == shown.splitlines()[0].strip("*")
        assert rest == text.splitlines()[3:]
        assert list(code.lineMap[0]) == [1, 3]


async def test_hover_between_things_is_nothing(client: LanguageClient, opened: Open) -> None:
    uri = opened("x = 1\n\n")
    params = types.HoverParams(document(uri), types.Position(1, 0))
    assert await client.text_document_hover_async(params) is None


async def test_quick_fix(client: LanguageClient, opened: Open) -> None:
    uri = opened()
    action = (await actions(client, uri, 4))["Use `tf.print`"]
    assert action.edit is None
    assert action.is_preferred is True
    resolved = await client.code_action_resolve_async(action)
    assert resolved.edit is not None
    fixed = edited(CODE, resolved.edit)
    assert fixed == CODE.replace("    print(", "    tf.print(")
    assert "GR201" not in {one.code for one in await findings(client, opened(fixed))}


async def test_a_fix_follows_the_text(client: LanguageClient, opened: Open) -> None:
    """An action offered for an older text makes no edit for a place that moved."""
    uri = opened()
    action = (await actions(client, uri, 4))["Use `tf.print`"]
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(2, uri),
            [types.TextDocumentContentChangeWholeDocument("\n" + CODE)],
        )
    )
    assert (await client.code_action_resolve_async(action)).edit is None


async def test_suppressing_a_finding(client: LanguageClient, opened: Open) -> None:
    action = (await actions(client, opened(), 4))["Ignore GR201 on this line"]
    edit = (await client.code_action_resolve_async(action)).edit
    assert edit is not None
    silenced = edited(CODE, edit)
    assert silenced.splitlines()[4].endswith("x)  # graphlens: ignore[GR201]")
    codes = {one.code for one in await findings(client, opened(silenced))}
    assert codes == {"GR101"}


async def test_suppressing_joins_a_comment_that_is_there(
    client: LanguageClient, opened: Open
) -> None:
    text = CODE.replace('x)\n    tf.print("E', 'x)  # graphlens: ignore[GR999]\n    tf.print("E')
    action = (await actions(client, opened(text), 4))["Ignore GR201 on this line"]
    edit = (await client.code_action_resolve_async(action)).edit
    assert edit is not None
    assert edited(text, edit).splitlines()[4].endswith("# graphlens: ignore[GR999, GR201]")


@pytest.mark.parametrize(
    ("head", "silenced_head"),
    [
        ("", "# graphlens: ignore-file[GR201]\n"),
        ("#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n",
         "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n# graphlens: ignore-file[GR201]\n"),
        ("# graphlens: ignore-file[GR999]\n", "# graphlens: ignore-file[GR999, GR201]\n"),
    ],
)  # fmt: skip
async def test_suppressing_a_finding_in_the_file(
    client: LanguageClient, opened: Open, head: str, silenced_head: str
) -> None:
    text = head + CODE
    line = 4 + head.count("\n")
    action = (await actions(client, opened(text), line))["Ignore GR201 in this file"]
    edit = (await client.code_action_resolve_async(action)).edit
    assert edit is not None
    silenced = edited(text, edit)
    assert silenced == silenced_head + CODE
    codes = {one.code for one in await findings(client, opened(silenced))}
    assert "GR201" not in codes


async def test_fix_all(client: LanguageClient, opened: Open) -> None:
    text = CODE + "\n\n@tf.function\ndef more(x):\n    print(1)\n    print(x)\n    return x\n"
    found = await actions(client, opened(text), 0, ["source.fixAll.graphlens"])
    (action,) = found.values()
    edit = (await client.code_action_resolve_async(action)).edit
    assert edit is not None
    fixed = edited(text, edit)
    assert fixed.count("    tf.print(") == 4
    assert await actions(client, opened(fixed), 0, ["source.fixAll"]) == {}
    assert await actions(client, opened(text), 0, ["refactor"]) == {}


async def test_code_lenses(client: LanguageClient, opened: Open) -> None:
    lenses = await client.text_document_code_lens_async(types.CodeLensParams(document(opened())))
    assert lenses
    assert all(lens.command is None for lens in lenses)
    commands = [(await client.code_lens_resolve_async(lens)).command for lens in lenses]
    shown = [(one.title, one.arguments[1]) for one in commands if one and one.arguments]
    assert shown == [
        ("Graph code", "step"), ("Trace", "step"), ("Run…", "step"),
        ("Graph code", "make"), ("Trace", "make"), ("Run…", "make"),
    ]  # fmt: skip


async def test_document_symbols(client: LanguageClient, opened: Open) -> None:
    symbols = await client.text_document_document_symbol_async(
        types.DocumentSymbolParams(document(opened()))
    )
    assert [symbol.name for symbol in symbols or ()] == ["step", "make"]


async def test_the_virtual_document(client: LanguageClient, opened: Open) -> None:
    uri = opened()
    answer = await client.workspace_execute_command_async(
        types.ExecuteCommandParams("graphlens.showGraphCode", [uri, "step"])
    )
    assert answer["uri"].startswith("graphlens-graph:/")
    assert "nowhere" not in answer["uri"]
    content = await client.workspace_text_document_content_async(
        types.TextDocumentContentParams(answer["uri"])
    )
    assert content.text == answer["text"]
    assert "def tf__step(x):" in content.text
    unknown = await client.workspace_text_document_content_async(
        types.TextDocumentContentParams("graphlens-graph:/../../etc/passwd")
    )
    assert unknown.text.startswith("# This view belongs to a document that is not open")


async def test_from_generated_code_to_the_source(client: LanguageClient, opened: Open) -> None:
    uri = opened()
    answer = await client.workspace_execute_command_async(
        types.ExecuteCommandParams("graphlens.showGraphCode", [uri, "step"])
    )
    generated = answer["text"].splitlines()
    line = next(i for i, text in enumerate(generated) if "ag__.if_stmt" in text)
    place = await client.text_document_definition_async(
        types.DefinitionParams(document(answer["uri"]), types.Position(line, 0))
    )
    assert place.uri == uri
    assert place.range.start.line == 6


async def test_commands_check_their_arguments(client: LanguageClient, opened: Open) -> None:
    for name in ("graphlens.showGraphCode", "graphlens.run", "graphlens.fixAll"):
        for arguments in ([], [5], [{}], ["file:///x.py", 5], ["file:///x.py", {"line": -1}]):
            if name == "graphlens.fixAll" and arguments[:1] == ["file:///x.py"]:
                continue
            with pytest.raises(JsonRpcException) as raised:
                await client.workspace_execute_command_async(
                    types.ExecuteCommandParams(name, arguments)
                )
            assert raised.value.code == -32602, (name, arguments)


SHAPES = """import engine as tf

@tf.function
def shapes(x, training=False):
    z = tf.zeros([3, 2])
    if tf.reduce_sum(x) > 0:
        w = z * 2.0
    else:
        w = z
    for i in range(3):
        w = w + 1.0
    for j in tf.range(3):
        w = w + 1.0
    if training:
        w = w + 1.0
    return w
"""


async def test_inlay_hints(client: LanguageClient, opened: Open) -> None:
    uri = opened(SHAPES)
    whole = types.Range(types.Position(0, 0), types.Position(99, 0))
    hints = await client.text_document_inlay_hint_async(types.InlayHintParams(document(uri), whole))
    shown = {(hint.position.line, str(hint.label)) for hint in hints or ()}
    assert (4, ": float32[3,2]") in shown
    assert (5, "graph cond") in shown
    assert (9, "unrolled ×3") in shown
    assert (11, "graph loop") in shown
    assert (13, "Python") in shown
    (flow,) = [hint for hint in hints or () if hint.label == "graph cond"]
    assert flow.tooltip is None
    assert (await client.inlay_hint_resolve_async(flow)).tooltip
    some = types.Range(types.Position(4, 0), types.Position(4, 99))
    fewer = await client.text_document_inlay_hint_async(types.InlayHintParams(document(uri), some))
    assert {hint.position.line for hint in fewer or ()} == {4}


async def test_semantic_tokens(client: LanguageClient, opened: Open) -> None:
    uri = opened(SHAPES)
    tokens = await client.text_document_semantic_tokens_full_async(
        types.SemanticTokensParams(document(uri))
    )
    assert tokens is not None
    line = column = 0
    found = set()
    text = SHAPES.splitlines()
    for at in range(0, len(tokens.data), 5):
        down, right, length, kind, modifier = tokens.data[at : at + 5]
        line, column = line + down, right if down else column + right
        found.add((line, text[line][column : column + length], kind, modifier))
    assert (4, "zeros", 1, 1) in found
    assert (4, "z", 0, 1) in found
    assert (9, "i", 0, 2) in found
    assert (9, "range", 1, 2) in found


async def test_hover_on_a_value(client: LanguageClient, opened: Open) -> None:
    uri = opened(SHAPES)
    on_tensor = await client.text_document_hover_async(
        types.HoverParams(document(uri), types.Position(4, 4))
    )
    assert on_tensor is not None
    assert "float32[3,2]" in on_tensor.contents.value
    on_python = await client.text_document_hover_async(
        types.HoverParams(document(uri), types.Position(9, 8))
    )
    assert on_python is not None
    assert "Python" in on_python.contents.value


async def test_the_readable_view(client: LanguageClient, opened: Open) -> None:
    answer = await client.workspace_execute_command_async(
        types.ExecuteCommandParams(
            "graphlens.showGraphCode", [opened(SHAPES), "shapes", "readable"]
        )
    )
    assert "def shapes(x, training=False):" in answer["text"]
    assert "ag__" not in answer["text"]


async def test_an_answer_while_typing_is_moved_along(client: LanguageClient, opened: Open) -> None:
    """The lens of a function below an insertion is where the function is now."""
    uri = opened()
    params = types.CodeLensParams(document(uri))
    before = await client.text_document_code_lens_async(params)
    insertion = types.Range(types.Position(1, 0), types.Position(1, 0))
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(2, uri),
            [types.TextDocumentContentChangePartial(insertion, "\n\n\n")],
        )
    )
    after = await client.text_document_code_lens_async(params)
    lines = [[lens.range.start.line for lens in lenses or ()] for lenses in (before, after)]
    assert lines[1] == [line + 3 for line in lines[0]]
