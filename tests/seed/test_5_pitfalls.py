"""Section 5: pitfalls, each of them also a finding in the editor."""

from __future__ import annotations

import textwrap

import pytest

import engine as tf
from engine.base.diagnostics import Severity
from engine.base.options import Settings
from engine.ide.snapshot import Snapshot


def findings(code, part=""):
    """The findings on a text (which is never run) whose name contains `part`."""
    snapshot = Snapshot("file.py", "import engine as tf\n" + textwrap.dedent(code))
    return [finding for finding in snapshot.diagnostics if part in finding.name]


def line_of(code, finding):
    """The 1-based line of a finding in `code` as written in the test, without the import."""
    snapshot = Snapshot("file.py", "import engine as tf\n" + textwrap.dedent(code))
    return snapshot.source.position(finding.span.start)[0]


def test_5_1_python_print_once_tf_print_always(capfd):
    @tf.function
    def f(x):
        print("Traced with", x)
        tf.print("Executed with", x)

    for _ in range(5):
        f(2)
    captured = capfd.readouterr()
    assert captured.out.splitlines() == ["Traced with 2"]
    assert captured.err.splitlines() == ["Executed with 2"] * 5


def test_5_1_the_editor_flags_print_and_offers_tf_print():
    code = """
    @tf.function
    def f(x):
        print("Traced with", x)
        tf.print("Executed with", x)
    """
    (finding,) = findings(code, "print")
    assert line_of(code, finding) == 4
    assert finding.fix is not None
    assert any("tf.print" in edit.text for edit in finding.fix.edits)


def test_5_2_a_variable_made_inside():
    @tf.function
    def bad(x):
        v = tf.Variable(1.0)
        return v.assign_add(x)

    with pytest.raises(ValueError, match="(?i)variable") as caught:
        bad(1.0)
    message = str(caught.value)
    assert "first call" in message
    assert "test_5_pitfalls.py" in message
    line = bad.python_function.__code__.co_firstlineno + 2
    assert f":{line}" in message or f"line {line}" in message
    assert "outside" in message or "__init__" in message, "the message points to the fix"


def test_5_2_the_editor_flags_it_and_offers_to_move_the_creation_out():
    code = """
    @tf.function
    def bad(x):
        v = tf.Variable(1.0)
        return v.assign_add(x)
    """
    (finding,) = findings(code, "variable")
    assert line_of(code, finding) == 4
    assert finding.fix is not None
    assert any("tf.Variable(1.0)" in edit.text for edit in finding.fix.edits)


def test_5_3_a_variable_declared_outside():
    v = tf.Variable(1.0)

    @tf.function
    def good(x):
        return v.assign_add(x)

    assert good(1.0).numpy() == 2.0
    assert good(1).numpy() == 3.0
    code = """
    v = tf.Variable(1.0)

    @tf.function
    def good(x):
        return v.assign_add(x)
    """
    assert findings(code, "variable") == []


def test_5_4_a_name_defined_in_one_branch_only():
    @tf.function
    def f(x):
        if x > 0:
            y = 1
        return y

    with pytest.raises(
        ValueError, match="'y' must also be initialized in the else branch"
    ) as caught:
        f(tf.constant(1))
    assert "test_5_pitfalls.py" in str(caught.value)
    assert "if x > 0" in str(caught.value)


def test_5_4_the_editor_flags_it_first():
    code = """
    @tf.function
    def f(x):
        if tf.reduce_sum(x) > 0:
            y = 1
        return y
    """
    named = [
        finding
        for finding in findings(code)
        if "'y'" in finding.message or "`y`" in finding.message
    ]
    assert named
    assert {line_of(code, finding) for finding in named} <= {4, 5, 6}


@pytest.mark.parametrize(
    ("header", "body", "becomes"),
    [
        ("if tf.reduce_sum(x) > 0:", "x = -x", "graph cond"),
        ("while tf.reduce_sum(x) > 0:", "x = x - 1", "graph while"),
        ("for i in tf.range(3):", "x = x + i", "graph loop"),
    ],
)
def test_5_5_what_becomes_of_control_flow_on_tensors(header, body, becomes):
    code = f"@tf.function\ndef f(x):\n    {header}\n        {body}\n    return x\n"
    snapshot = Snapshot("file.py", "import engine as tf\n" + code)
    told = [hint for hint in snapshot.hints if snapshot.source.position(hint.offset)[0] == 3]
    assert [hint.label for hint in told if hint.kind == "flow"] == [becomes]
    # As a finding it is information, and off unless it is asked for: code is full of it.
    asked = Snapshot(snapshot.path, snapshot.text, Settings(extend_select=("GR314",)))
    named = [finding for finding in asked.diagnostics if finding.code == "GR314"]
    assert [finding.severity for finding in named] == [Severity.INFO]
    assert findings(code, "staged-condition") == []


@pytest.mark.parametrize(
    "code",
    [
        "@tf.function(autograph=False)\n"
        "def f(x):\n    if tf.reduce_sum(x) > 0:\n        x = -x\n    return x\n",
        "@tf.autograph.experimental.do_not_convert\n"
        "def g(x):\n    if tf.reduce_sum(x) > 0:\n        x = -x\n    return x\n"
        "@tf.function\ndef f(x):\n    return g(x)\n",
    ],
    ids=["autograph=False", "do_not_convert"],
)
def test_5_5_control_flow_that_is_not_converted_is_an_error(code):
    errors = [finding for finding in findings(code) if finding.severity is Severity.ERROR]
    assert len(errors) == 1


def test_5_5_not_converted_fails_when_run():
    @tf.function(autograph=False)
    def f(x):
        if x > 0:
            return x
        return -x

    with pytest.raises(tf.errors.OperatorNotAllowedInGraphError, match="bool"):
        f(tf.constant(1))


def test_5_6_stateful_ops_run_in_the_order_of_the_code(capfd):
    v = tf.Variable(0)

    @tf.function
    def f(x):
        tf.print("start", v)
        v.assign(x)
        tf.print("assigned", v)
        if x > 1:
            v.assign_add(10)
            tf.print("branch", v)
        for i in tf.range(2):
            v.assign_add(i)
            tf.print("loop", v)
        v.assign(v * 2)
        tf.print("end", v)
        return v.read_value()

    assert f(tf.constant(5)).numpy() == 32
    expected = ["start 0", "assigned 5", "branch 15", "loop 15", "loop 16", "end 32"]
    assert capfd.readouterr().err.splitlines() == expected
