"""`graphlens graph --format`: each form is sound, stands alone, and escapes what users wrote."""

from __future__ import annotations

import json
import random
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from engine.cli.app import app
from engine.cli.pictures import Form, draw
from engine.cli.pictures.layout import Placed, place

SVG = "{http://www.w3.org/2000/svg}"
PROGRAM = """
import engine as tf

v = tf.Variable(0.0)


@tf.function
def step(x, n):
    for i in tf.range(n):
        if tf.reduce_sum(x) > 0.0:
            x = x * 2.0
        else:
            x = x - 1.0
    v.assign(tf.reduce_sum(x))
    tf.print('a <b> & "c" \\\\ `d` {e} #f', v)
    return x
"""
DRAWN = [form for form in Form if form not in (Form.TEXT, Form.ONNX)]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("program") / "model.py"
    path.write_text(PROGRAM)
    return path


@pytest.fixture(scope="module")
def picture(program: Path) -> dict[str, Any]:
    return json.loads(run(program, "json").stdout)


def run(program: Path, form: str, *more: str):
    arguments = ["graph", f"{program}:step", "-a", "float32[3]", "-a", "int32[]", "-f", form]
    return CliRunner().invoke(app, [*arguments, *more])


def node(name: str, label: str = "Op", kind: str = "op", **graphs: Any) -> dict[str, Any]:
    return {
        "id": name, "op": label, "label": label, "kind": kind, "dtype": "float32", "shape": "[3]",
        "source": {"path": "/a & b/<c>.py", "line": 4}, "attributes": {"value": label},
        "graphs": graphs,
    }  # fmt: skip


def edge(start: str, end: str, kind: str = "data") -> dict[str, str]:
    return {"from": start, "to": end, "kind": kind, "label": "float32[3]"}


def graph_of(nodes: list[Any], edges: list[Any], name: str = "g") -> dict[str, Any]:
    return {"name": name, "nodes": nodes, "edges": edges, "outputs": []}


NASTY = ["<script>alert(1)</script>", '"];} x [label="', "]]>", "`${1}`", "\x00\x1b\u202e", "a|b\\",
         "<!-- -->", "&amp;", "%%{init: {}}%%", "漢字 🎉", "end", ""]  # fmt: skip


def test_json_holds_nodes_with_their_graphs(picture: dict[str, Any]):
    loops = [one for one in picture["nodes"] if one["op"] == "While"]
    assert [sorted(one["graphs"]) for one in loops] == [["body", "test"]]
    assert any(one["kind"] == "control" for one in picture["edges"])


def test_svg_has_a_group_for_the_loop_and_one_for_the_branch(program: Path):
    root = ElementTree.fromstring(run(program, "svg").stdout)
    groups = [g.get("data-op") for g in root.iter(f"{SVG}g") if g.get("class") == "group"]
    assert groups == ["While", "If"]
    parts = [text.text for text in root.iter(f"{SVG}text") if text.get("class") == "part"]
    assert parts == ["test", "body", "then_branch", "else_branch"]
    labels = {text.text for text in root.iter(f"{SVG}text") if text.get("class") == "label"}
    assert "float32[3]" in labels
    assert any(path.get("class") == "edge control" for path in root.iter(f"{SVG}path"))


def test_dot_has_clusters_and_dashed_edges(program: Path):
    text = run(program, "dot").stdout
    assert text.count("subgraph ") == 6
    assert text.count("{") == text.count("}")
    assert "style=dashed" in text
    assert 'label="float32[3]"' in text


def test_mermaid_has_subgraphs_and_dotted_edges(program: Path):
    text = run(program, "mermaid").stdout
    assert text.startswith("flowchart TD\n")
    assert text.count("subgraph ") == text.count("end\n") == 6
    assert " -.-> " in text
    assert '-->|"float32[3]"|' in text


def test_pictures_after_the_passes_are_smaller(program: Path):
    before, after = (
        json.loads(run(program, "json", *more).stdout) for more in ((), ("--optimized",))
    )
    assert len(after["nodes"]) < len(before["nodes"])


def test_what_nothing_needs_is_drawn_when_asked_for(tmp_path: Path):
    path = tmp_path / "model.py"
    path.write_text(PROGRAM.replace("    return x\n", "    tf.sin(x)\n    return x\n"))
    for form in ("text", "svg", "dot", "mermaid", "html"):
        used, whole = run(path, form), run(path, form, "--unused")
        assert ("Sin" in used.stdout, "Sin" in whole.stdout) == (False, True)
        said = used.stdout if form == "text" else used.stderr
        assert "that nothing needs" in said
        assert "that nothing needs" not in whole.stdout + whole.stderr
    told = json.loads(run(path, "json").stdout)
    assert [node["unused"] for node in told["nodes"] if node["op"] == "Sin"] == [True]


def test_a_picture_goes_into_a_file(program: Path, tmp_path: Path):
    result = run(program, "html", "-o", str(tmp_path / "graph.html"))
    assert (result.exit_code, result.stdout) == (0, "")
    assert (tmp_path / "graph.html").read_text().startswith("<!DOCTYPE html>")
    assert run(program, "html", "-o", str(tmp_path / "no" / "graph.html")).exit_code == 2


@pytest.mark.parametrize("form", DRAWN)
def test_forms_fetch_nothing(form: Form, picture: dict[str, Any]):
    text = draw(form, picture).replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|//\w|@import|<link|<img|url\((?!#)", text)


@pytest.mark.parametrize("word", NASTY)
def test_words_of_users_become_no_markup(word: str):
    made = graph_of(
        [node(f"%0{word}", word, "constant"), node("%1")], [edge(f"%0{word}", "%1")], word
    )
    root = ElementTree.fromstring(draw(Form.SVG, made))
    kinds = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert kinds <= {"svg", "title", "style", "defs", "marker", "path", "rect", "text", "g"}
    assert "<script>alert" not in draw(Form.HTML, made)
    body = draw(Form.DOT, made)
    assert re.sub(r'"(?:[^"\\]|\\.)*"', "", body).count("[") == 3 + 2 + 1
    mermaid = draw(Form.MERMAID, made)
    assert len(mermaid.splitlines()) == 4
    assert mermaid.count('"') == 6


def boxes_are_apart(placed: Placed) -> None:
    for one in placed.boxes:
        assert -0.01 <= one.x <= placed.width - one.width + 0.01
        assert -0.01 <= one.y <= placed.height - one.height + 0.01
        for other in placed.boxes:
            apart = (
                one is other
                or one.x + one.width <= other.x + 0.01
                or other.x + other.width <= one.x + 0.01
                or one.y + one.height <= other.y + 0.01
                or other.y + other.height <= one.y + 0.01
            )
            assert apart, (one.node["id"], other.node["id"])
        for _, left, top, inner in one.inner:
            assert left + inner.width <= one.width
            assert top + inner.height <= one.height
            boxes_are_apart(inner)


@pytest.mark.parametrize("seed", range(25))
def test_boxes_never_overlap(seed: int):
    boxes_are_apart(place(random_graph(random.Random(seed), 2, "")))


def random_graph(chance: random.Random, depth: int, prefix: str) -> dict[str, Any]:
    nodes: list[Any] = []
    edges: list[Any] = []
    for number in range(chance.randint(0, 12)):
        name = f"{prefix}%{number}"
        inner = {}
        if depth and chance.random() < 0.3:
            inner = {
                part: random_graph(chance, depth - 1, f"{name}/{part}/")
                for part in ("test", "body")
            }
        nodes.append(node(name, "Op" * chance.randint(1, 9), **inner))
        for _ in range(chance.randint(0, 3) if number else 0):
            start = f"{prefix}%{chance.randrange(number)}"
            edges.append(edge(start, name, chance.choice(["data", "control"])))
    return graph_of(nodes, edges)


def test_a_graph_without_nodes_or_with_a_circle_is_drawn():
    for form in DRAWN:
        assert draw(form, graph_of([], []))
        assert draw(form, graph_of([node("a"), node("b")], [edge("a", "b"), edge("b", "a")]))


def test_thousands_of_nodes_are_drawn():
    nodes = [node(f"%{number}") for number in range(2_000)]
    edges = [edge(f"%{max(0, n - 1 - n % 7)}", f"%{n}") for n in range(1, 2_000)]
    assert draw(Form.SVG, graph_of(nodes, edges)).count("<rect") == 2_001


def test_bad_input_of_graph_is_explained(program: Path, monkeypatch: pytest.MonkeyPatch):
    assert run(program, "gif").exit_code == 2
    missing = CliRunner().invoke(app, ["graph", f"{program}:nothing"])
    assert missing.exit_code == 2
    assert "nothing" in missing.stderr
    monkeypatch.setitem(__import__("sys").modules, "grandalf.graphs", None)
    result = run(program, "svg")
    assert result.exit_code == 2
    assert "pip install 'graphlens[picture]'" in result.stderr
    assert run(program, "dot").exit_code == 0
