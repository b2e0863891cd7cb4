"""What editors ask of one version of one file."""

from __future__ import annotations

from engine.base.options import Settings
from engine.ide.snapshot import Snapshot
from engine.lint.fixes import apply_edits

TEXT = """\
import tensorflow as tf


def helper(x):
    print("größe", x)
    return x


class Model(tf.Module):
    @tf.function(autograph=False)
    def plain(self, x):
        return helper(x)


@tf.function
def step(x):
    if tf.reduce_sum(x) > 0:
        return helper(x)
    return -x


def eager(x):
    print(x)
    return x
"""


def test_functions_say_who_stages_them():
    functions = {info.qualname: info for info in Snapshot("a.py", TEXT).functions}
    assert list(functions) == ["helper", "Model.plain", "step"]
    assert functions["helper"].kind == "called"
    assert set(functions["helper"].entry) == {"Model.plain", "step"}
    assert functions["step"].kind == "decorated"
    assert functions["step"].converted
    assert not functions["Model.plain"].converted
    step = functions["step"]
    assert TEXT[step.name_span.start : step.name_span.end] == "step"
    assert TEXT[step.span.start : step.span.end].startswith("@tf.function\ndef step")


def test_diagnostics_come_once_with_the_way_from_the_entry():
    (finding,) = Snapshot("a.py", TEXT).diagnostics
    assert finding.code == "GR201"
    assert TEXT[finding.span.start : finding.span.end] == 'print("größe", x)'
    assert finding.notes[0].message == "`helper` is called here while tracing"
    assert finding.notes[-1].message.endswith("is staged here")


def test_settings_count():
    assert Snapshot("a.py", TEXT, Settings(ignore=("GR201",))).diagnostics == ()


def test_hover_on_a_finding_is_the_rule_and_on_a_function_its_code():
    snapshot = Snapshot("a.py", TEXT)
    rule = snapshot.hover(TEXT.index('print("'))
    assert rule is not None
    assert rule.kind == "rule"
    assert rule.title == "GR201 python-print"
    assert "tf.print" in rule.text
    code = snapshot.hover(TEXT.index("step(x)") + 1)
    assert code is not None
    assert code.kind == "code"
    assert code.text.startswith("def tf__step(x):")
    assert snapshot.hover(TEXT.index("eager")) is None


def test_graph_code_has_the_users_lines():
    code = Snapshot("a.py", TEXT).graph_code("step")
    assert code.ok
    line = next(i for i, text in enumerate(code.text.splitlines()) if "ag__.if_stmt" in text)
    assert TEXT.splitlines()[code.user_line(line) or 0].strip().startswith("if tf.reduce_sum")
    assert not Snapshot("a.py", TEXT).graph_code("nothing").ok


def test_fix_all_makes_the_safe_fixes():
    snapshot = Snapshot("a.py", TEXT)
    mended = apply_edits(TEXT, snapshot.fix_all())
    assert mended == TEXT.replace('print("größe"', 'tf.print("größe"')
    assert Snapshot("a.py", mended).diagnostics == ()
    assert Snapshot("a.py", mended).fix_all() == ()


def test_symbols_have_their_public_name():
    snapshot = Snapshot("a.py", "from tensorflow import nn as n\ny = n.relu(1)\n")
    symbol = snapshot.symbol_at(snapshot.text.index("n.relu") + 3)
    assert symbol is not None
    assert (symbol.name, symbol.symbol) == ("n.relu", "tf.nn.relu")
    assert snapshot.symbol_at(len(snapshot.text)) is None


def test_any_text_is_answered():
    for text in (
        "",
        "\n",
        "def f(:",
        "import tensorflow\n\0",
        "x = (" * 300,
        "import engine\n\ud800",
    ):
        snapshot = Snapshot("untitled:1", text)
        assert len(snapshot.diagnostics) <= 1
        assert snapshot.functions == ()
        assert snapshot.hover(0) is None or snapshot.diagnostics
