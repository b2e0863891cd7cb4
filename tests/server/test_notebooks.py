"""Notebooks: the cells are one program in order, a finding is on its cell."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from conversation import MODERN, Conversation

from tests.chance import chance

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = int(os.environ.get("GRAPHLENS_NOTEBOOK_ROUNDS", "200"))
NOTEBOOK = "file:///nowhere/book.ipynb"
CELLS = [
    "import engine as tf\n",
    "%matplotlib inline\n!ls\nfiles = !ls\n",
    "@tf.function\ndef step(x):\n    print(x)\n    return x\n",
    "%%bash\necho 'not Python' && exit\n",
    "step?\nstep(tf.constant(1))",
    "@tf.function\ndef two(x):\n    print('a', x); print('b')\n    return step(x)\n",
    "v = tf.Variable(1.)\n",
    "",
    "@tf.function\ndef three(x):\n    if x > 0:\n        y = 1\n    return y\n",
]


class Notebook:
    """A notebook in an editor."""

    def __init__(self, server: Conversation, uri: str, texts: list[str]) -> None:
        self.server, self.uri, self.version, self.count = server, uri, 1, 0
        self.cells: list[tuple[str, str, int]] = []
        documents = []
        for text in texts:
            cell = self._new(text)
            self.cells.append(cell)
            documents.append(self._item(cell))
        server.notify(
            "notebookDocument/didOpen",
            {
                "notebookDocument": {
                    "uri": uri,
                    "notebookType": "jupyter-notebook",
                    "version": 1,
                    "cells": [{"kind": 2, "document": cell[0]} for cell in self.cells],
                },
                "cellTextDocuments": documents,
            },
        )

    def _new(self, text: str) -> tuple[str, str, int]:
        self.count += 1
        name = self.uri.rpartition("/")[2]
        return (f"vscode-notebook-cell:/nowhere/{name}#c{self.count}", text, 1)

    def _item(self, cell: tuple[str, str, int]) -> dict[str, Any]:
        return {"uri": cell[0], "languageId": "python", "version": cell[2], "text": cell[1]}

    def _change(self, cells: dict[str, Any]) -> None:
        self.version += 1
        self.server.notify(
            "notebookDocument/didChange",
            {
                "notebookDocument": {"uri": self.uri, "version": self.version},
                "change": {"cells": cells},
            },
        )

    def replace(self, start: int, count: int, texts: list[str]) -> None:
        new = [self._new(text) for text in texts]
        gone = self.cells[start : start + count]
        self.cells[start : start + count] = new
        array = {"start": start, "deleteCount": count}
        self._change(
            {
                "structure": {
                    "array": {**array, "cells": [{"kind": 2, "document": c[0]} for c in new]},
                    "didOpen": [self._item(cell) for cell in new],
                    "didClose": [{"uri": cell[0]} for cell in gone],
                }
            }
        )

    def move(self, start: int, to: int) -> None:
        cell = self.cells.pop(start)
        self._array(start, 1, [])
        self.cells.insert(to, cell)
        self._array(to, 0, [cell])

    def _array(self, start: int, count: int, cells: list[tuple[str, str, int]]) -> None:
        listed = [{"kind": 2, "document": cell[0]} for cell in cells]
        array = {"start": start, "deleteCount": count, "cells": listed}
        self._change({"structure": {"array": array}})

    def edit(self, index: int, text: str) -> None:
        uri, _, version = self.cells[index]
        self.cells[index] = (uri, text, version + 1)
        identifier = {"uri": uri, "version": version + 1}
        self._change({"textContent": [{"document": identifier, "changes": [{"text": text}]}]})

    def findings(self) -> list[tuple[int, int, str]]:
        """(cell, line, code) of each finding."""
        found = []
        for index, (uri, _, _) in enumerate(self.cells):
            report = self.server.call("textDocument/diagnostic", {"textDocument": {"uri": uri}})
            found += [
                (index, one["range"]["start"]["line"], one["code"]) for one in report["items"]
            ]
        return found

    def close(self) -> None:
        self.server.notify(
            "notebookDocument/didClose",
            {
                "notebookDocument": {"uri": self.uri},
                "cellTextDocuments": [{"uri": cell[0]} for cell in self.cells],
            },
        )


@pytest.fixture(scope="module")
def server() -> Iterator[Conversation]:
    capabilities = {
        **MODERN,
        "notebookDocument": {"synchronization": {"dynamicRegistration": True}},
    }
    with Conversation() as conversation:
        result = conversation.initialize(
            capabilities, {"trusted": True, "settings": {"debounce": 0}}
        )
        assert result["capabilities"]["notebookDocumentSync"]
        yield conversation


def test_findings_are_on_their_cells(server: Conversation) -> None:
    book = Notebook(server, NOTEBOOK, CELLS)
    found = book.findings()
    assert (2, 2, "GR201") in found
    assert (5, 2, "GR201") in found
    assert all(code.startswith("GR") for _, _, code in found)
    assert not [one for one in found if one[2] == "GR001"], "magics are tolerated"
    book.close()


def test_the_order_of_cells_is_the_order_of_the_program(server: Conversation) -> None:
    texts = ["@tf.function\ndef f(x):\n    print(x)\n", "import engine as tf\n"]
    book = Notebook(server, "file:///nowhere/order.ipynb", texts)
    assert [code for _, _, code in book.findings() if code == "GR201"] == []
    book.move(1, 0)
    assert (1, 2, "GR201") in book.findings()
    book.close()


def test_features_work_in_cells(server: Conversation) -> None:
    book = Notebook(server, "file:///nowhere/features.ipynb", CELLS)
    cell = book.cells[2][0]
    document = {"textDocument": {"uri": cell}}
    hover = server.call("textDocument/hover", server.at(cell, 1, 5))
    assert "tf__step" in hover["contents"]["value"]
    assert hover["range"]["start"] == {"line": 1, "character": 4}
    lenses = server.call("textDocument/codeLens", document)
    assert {lens["range"]["start"]["line"] for lens in lenses} == {1}
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}
    actions = server.call(
        "textDocument/codeAction", {**document, "range": whole, "context": {"diagnostics": []}}
    )
    edit = server.call("codeAction/resolve", actions[0])["edit"]["documentChanges"][0]
    assert edit["textDocument"]["uri"] == cell
    assert edit["edits"][0]["range"]["start"] == {"line": 2, "character": 4}
    answer = server.call(
        "graphlens/run", {**document, "function": "step", "arguments": ["tf.constant(1)"]}, 60
    )
    assert answer["ok"] is True, answer["error"]
    assert answer["result"]["data"] == 1
    book.close()


def test_random_edits_equal_a_fresh_notebook(server: Conversation) -> None:
    """Whatever moves, comes and goes: the findings are those of the cells as they are now."""
    source = chance("random_edits_equal_a_fresh_notebook")
    book = Notebook(server, "file:///nowhere/random.ipynb", list(CELLS))
    for round_number in range(ROUNDS):
        size = len(book.cells)
        choice = source.randrange(4)
        if choice == 0 and size:
            book.edit(source.randrange(size), source.choice(CELLS))
        elif choice == 1 and size > 1:
            book.move(source.randrange(size), source.randrange(size - 1))
        elif choice == 2:
            book.replace(source.randrange(size + 1), 0, [source.choice(CELLS)])
        elif size > 3:
            book.replace(source.randrange(size - 1), source.randint(1, 2), [])
        if round_number % 20 == 19:
            texts = [text for _, text, _ in book.cells]
            fresh = Notebook(server, f"file:///nowhere/fresh{round_number}.ipynb", texts)
            assert book.findings() == fresh.findings(), texts
            fresh.close()
    book.close()
