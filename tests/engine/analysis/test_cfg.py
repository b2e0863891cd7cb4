"""Who may follow whom."""

import gast

from engine.analysis.cfg import control_flow
from engine.syntax.unparse import unparse


def graph(body: str):
    text = "def f(x):\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    node = gast.parse(text).body[0]
    return node, control_flow(node)[node]


def edges(cfg) -> set[tuple[str, str]]:
    names = [
        "args" if isinstance(tree, gast.arguments) else unparse(tree).split("\n")[0]
        for tree in cfg.trees
    ]
    return {(names[one], names[two]) for one, nexts in enumerate(cfg.following) for two in nexts}


def test_straight_line() -> None:
    _, cfg = graph("a = 1\nb = 2")
    assert edges(cfg) == {("args", "a = 1"), ("a = 1", "b = 2")}


def test_branches_join() -> None:
    _, cfg = graph("if x:\n    a = 1\nb = 2")
    assert {("x", "a = 1"), ("x", "b = 2"), ("a = 1", "b = 2")} <= edges(cfg)


def test_loops_go_back_and_out() -> None:
    _, cfg = graph("while x:\n    a = 1\nb = 2")
    assert {("x", "a = 1"), ("a = 1", "x"), ("x", "b = 2")} <= edges(cfg)


def test_break_and_continue() -> None:
    _, cfg = graph("for i in x:\n    if i:\n        break\n    continue\nb = 2")
    found = edges(cfg)
    assert ("break", "b = 2") in found
    assert ("continue", "x") in found
    assert ("break", "continue") not in found


def test_return_and_raise_leave() -> None:
    node, cfg = graph("if x:\n    return 1\nraise E")
    exits = {unparse(cfg.trees[number]) for number in cfg.exits}
    assert exits == {"return 1", "raise E"}
    assert isinstance(node, gast.FunctionDef)


def test_finally_is_passed_on_the_way_out() -> None:
    _, cfg = graph("try:\n    return 1\nfinally:\n    a = 1\nb = 2")
    found = edges(cfg)
    assert ("return 1", "a = 1") in found
    assert ("a = 1", "b = 2") not in found


def test_raise_enters_the_handlers_around_it() -> None:
    _, cfg = graph("try:\n    raise E\nexcept A:\n    b = 1\nc = 1")
    assert {("raise E", "b = 1"), ("b = 1", "c = 1")} <= edges(cfg)


def test_statements_know_where_they_are_entered_and_left() -> None:
    node, cfg = graph("a = 1\nwhile x:\n    if a:\n        b = 1\nc = 1")
    loop = node.body[1]
    assert {unparse(cfg.trees[n]) for n in cfg.entering[loop]} == {"a = 1"}
    assert {unparse(cfg.trees[n]) for n in cfg.leaving[loop]} == {"c = 1"}
    assert {unparse(cfg.trees[n]) for n in cfg.leaving[loop.body[0]]} == {"x"}


def test_nested_functions_have_graphs_of_their_own() -> None:
    tree = gast.parse("def f():\n    def g():\n        return 1\n    return (lambda: 2)")
    graphs = control_flow(tree)
    assert sorted(type(node).__name__ for node in graphs) == [
        "FunctionDef", "FunctionDef", "Lambda",
    ]  # fmt: skip


def test_with_and_match() -> None:
    _, cfg = graph("with a as b:\n    c = 1\nmatch x:\n    case 1:\n        d = 1\ne = 1")
    found = edges(cfg)
    assert ("a as b", "c = 1") in found
    assert ("d = 1", "e = 1") in found
    assert any(target == "e = 1" and source != "d = 1" for source, target in found)
