"""Snippets with holes."""

import gast

from engine.syntax.template import constant, quote, quote_expression
from engine.syntax.unparse import unparse


def at(text: str) -> gast.AST:
    return gast.parse(text).body[0]


def test_expressions_names_and_lists() -> None:
    made = quote_expression(
        "ag__.f(X, (Y,), NAME)", X=quote_expression("a + b"), Y=[constant(1), constant(2)], NAME="z"
    )
    assert unparse(made) == "ag__.f(a + b, (1, 2), z)"


def test_statements_take_the_place_of_a_hole() -> None:
    made = quote("def F(ARG):\n    BODY\n    return ARG", F="g", ARG="x", BODY=at("y = x"))
    assert unparse(made) == "def g(x):\n    y = x\n    return x"


def test_an_empty_list_leaves_nothing() -> None:
    assert unparse(quote("BODY\nx = 1", BODY=[])) == "x = 1"


def test_new_nodes_take_a_position_on_one_line() -> None:
    node = at("call(a,\n     b)")
    made = quote_expression("ag__.f(X)", at=node, X="y")
    assert (made.lineno, made.end_lineno) == (1, 1)
    assert made.func.value.lineno == 1


def test_the_same_snippet_can_be_used_twice() -> None:
    first = quote_expression("f(X)", X="a")
    second = quote_expression("f(X)", X="b")
    assert (unparse(first), unparse(second)) == ("f(a)", "f(b)")


def test_words_that_are_no_holes_stay() -> None:
    assert unparse(quote("try:\n    raise E\nexcept:\n    X = 1", X="y")) == (
        "try:\n    raise E\nexcept:\n    y = 1"
    )
