"""Liveness, definitions, and the facts that bundle them."""

import gast

from engine.analysis.closures import captures
from engine.analysis.facts import Facts


def facts_of(body: str, parameters: str = "x") -> tuple[Facts, gast.FunctionDef]:
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    node = gast.parse(f"def f({parameters}):\n{lines}").body[0]
    return Facts(node), node


def test_live_around_a_branch() -> None:
    facts, node = facts_of("a = 1\nif x:\n    a = 2\n    b = a\nreturn a")
    flow = facts.flow(node)
    branch = node.body[1]
    assert flow.live_in(branch.test) == {"x", "a"}
    assert flow.live_out(branch) == {"a"}


def test_live_through_a_loop() -> None:
    facts, node = facts_of("while x:\n    x = y\n    y = z\nreturn 1")
    assert facts.flow(node).live_in(node.body[0].test) == {"x", "y", "z"}


def test_defined_before_a_statement() -> None:
    facts, node = facts_of("if x:\n    a = 1\ndel x\nwhile a:\n    b = 1")
    assert facts.flow(node).defined_in(node.body[2]) == {"a"}


def test_loop_targets_are_defined_after_the_loop() -> None:
    facts, node = facts_of("for i in x:\n    a = 1\nif x:\n    pass")
    assert facts.flow(node).defined_in(node.body[1]) == {"x", "i", "a"}


def test_what_functions_need_stays_live() -> None:
    facts, node = facts_of("def g():\n    return y\ny = 1\nif x:\n    y = 2\ng()")
    flow = facts.flow(node)
    assert "y" in flow.live_out(node.body[2])


def test_closures_of_outer_functions_reach_inner_ones() -> None:
    text = "def g():\n    return y\ndef h():\n    if x:\n        y = 1\n    z = 2"
    facts, node = facts_of(text)
    flow = facts.flow(node.body[1], around=node)
    assert "y" in flow.live_out(node.body[1].body[0])


def test_definitions_that_reach_a_use() -> None:
    facts, node = facts_of("a = 1\nif x:\n    a = 2\nb = a")
    reaching = facts.flow(node).definitions[node.body[2]]
    assert reaching["a"] == {node.body[0], node.body[1].body[0]}
    assert reaching["x"] == {node.args}
    assert "b" not in reaching


def test_each_definition_reaches_until_its_own_name_is_bound_again() -> None:
    facts, node = facts_of("a = 1\nx = 2\nb = a\ndel a\nreturn x", parameters="x, y")
    definitions = facts.flow(node).definitions
    first, second, third, fourth, last = node.body
    assert definitions[second] == {"x": {node.args}, "y": {node.args}, "a": {first}}
    assert definitions[third] == {"x": {second}, "y": {node.args}, "a": {first}}
    assert definitions[fourth] == {"x": {second}, "y": {node.args}, "a": {first}, "b": {third}}
    assert definitions[last] == {"x": {second}, "y": {node.args}, "b": {third}}


def test_unreached_code_has_no_definitions() -> None:
    facts, node = facts_of("return 1\nb = x")
    assert facts.flow(node).definitions[node.body[1]] == {}


def test_captures() -> None:
    facts, node = facts_of("y = 1\ndef g(z):\n    return y + z + w\nh = lambda: x")
    found = captures(facts.activity, node)
    assert found[node.body[1]] == {"y"}
    assert found[node.body[2].value] == {"x"}
