"""Names of expressions, and fresh names."""

import ast

import gast

from engine.syntax.names import Namer, NameTable, bound_at_top, dotted_name


def expression(text: str) -> gast.AST:
    return gast.parse(text).body[0].value


def test_dotted_names() -> None:
    assert dotted_name(expression("tf.math.exp")) == "tf.math.exp"
    assert dotted_name(expression("f().x")) is None


def test_names_of_attributes_and_items() -> None:
    table = NameTable()
    names = [table.of(expression(text)) for text in ["x", "x.y", "x['k']", "x[0].z", "x[i.j]"]]
    assert names == ["x", "x.y", "x['k']", "x[0].z", "x[i.j]"]
    assert table.support("x[i.j]") == {"x", "i"}
    assert table.owners("x[0].z") == {"x", "x[0]"}


def test_computed_things_have_no_name() -> None:
    table = NameTable()
    for text in ["f(x).y", "x[f(1)]", "x[1:2]", "x[-1]", "x[...]", "x[1, 2]"]:
        assert table.of(expression(text)) is None


def test_fresh_names_are_numbered() -> None:
    namer = Namer({"loop_body"})
    assert namer.fresh("get_state") == "get_state"
    assert namer.fresh("get_state") == "get_state_1"
    assert namer.fresh("loop_body") == "loop_body_1"
    assert namer.fresh("break_", {"break_"}) == "break__1"
    assert namer.fresh("x_3", {"x"}) == "x_4"


def test_names_bound_at_the_top() -> None:
    text = (
        "import a.b, c as d\nfrom e import f\ndef g(): h = 1\nclass I: j = 1\nfor k in l: m = n\n"
    )
    assert bound_at_top(ast.parse(text)) == {"a", "d", "f", "g", "I", "k", "m"}
