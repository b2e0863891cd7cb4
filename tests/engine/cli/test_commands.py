"""`show`, `graph`, `run`, `explain` and `--version`."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.cli.app import app
from engine.cli.arguments import expression
from engine.lint.rule import all_rules

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


def run(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def test_show_one_function_or_all():
    one = run("show", f"{EXAMPLES / 'sign.py'}:sign")
    assert one.exit_code == 0
    assert one.stdout.startswith("def tf__sign(x):")
    assert "ag__.if_stmt(" in one.stdout
    everything = run("show", str(EXAMPLES / "sign.py")).stdout
    assert "def tf__sign(x):" in everything
    assert "def tf__square_if_positive(x):" in everything


def test_show_says_what_is_missing():
    missing = run("show", f"{EXAMPLES / 'sign.py'}:nothing")
    assert missing.exit_code == 2
    assert "no function 'nothing' in this file; it has sign" in missing.stderr
    assert "did you mean sign?" in run("show", f"{EXAMPLES / 'sign.py'}:sing").stderr
    assert run("show", "nowhere.py").exit_code == 2


def test_graph_traces_without_running():
    result = run("graph", f"{EXAMPLES / 'relu_layer.py'}:relu_layer", "--arg", "float32[2,1]")
    assert result.exit_code == 0
    kinds = [word for word in ("MatMul", "AddV2", "Relu") if f"= {word}(" in result.stdout]
    assert kinds == ["MatMul", "AddV2", "Relu"]


def test_graph_writes_a_model_or_says_why_not(tmp_path: Path):
    pytest.importorskip("onnx")
    target, file = f"{EXAMPLES / 'relu_layer.py'}:relu_layer", tmp_path / "model.onnx"
    made = run("graph", target, "--arg", "float32[2,1]", "--format", "onnx", "-o", str(file))
    assert made.exit_code == 0, made.output
    assert b"MatMul" in file.read_bytes()
    assert run("graph", target, "--arg", "float32[2,1]", "--format", "onnx").exit_code == 2
    target, file = f"{EXAMPLES / 'print_tracing.py'}:twice", tmp_path / "other.onnx"
    refused = run("graph", target, "--arg", "1", "--format", "onnx", "-o", str(file))
    assert refused.exit_code == 2
    assert "print_tracing.py:9" in refused.stderr.replace("\n", "")
    assert not file.exists()


def test_run_shows_what_is_printed_when_and_the_result():
    target = f"{EXAMPLES / 'print_tracing.py'}:twice"
    result = run("run", target, "--arg", "tf.constant(2)", "--no-graph")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "printed while tracing:"
    assert lines[1].startswith("  Traced with Tensor(")
    assert lines[2:4] == ["printed while running:", "  Executed with 2"]
    assert lines[-2:] == ["result:", "  4  int32[]"]


def test_run_of_what_fails_shows_the_error_and_ends_with_1():
    result = run("run", f"{EXAMPLES / 'dangerous_variable.py'}:bad", "--arg", "1.0")
    assert result.exit_code == 1
    assert "ValueError" in result.stderr


def test_what_cannot_be_run_as_asked_ends_with_2(tmp_path: Path):
    target = f"{EXAMPLES / 'sign.py'}:sign"
    wrong = run("run", target, "-a", "float32[3")
    assert (wrong.exit_code, wrong.stderr) == (2, "graphlens: float32[3: this is no expression\n")
    assert run("run", f"{EXAMPLES / 'sign.py'}:sing").exit_code == 2
    assert run("run", target, "--seconds", "0").exit_code == 2
    broken = tmp_path / "broken.py"
    broken.write_text("import engine as tf\nx = (\n")
    result = run("show", str(broken))
    assert result.exit_code == 2
    assert f"{broken}:2: '(' was never closed" in result.stderr


def test_a_deadline_is_said(tmp_path: Path):
    path = tmp_path / "endless.py"
    path.write_text("import engine as tf\n\n\ndef f():\n    while True:\n        pass\n")
    result = run("run", f"{path}:f", "--seconds", "1")
    assert result.exit_code == 1
    assert result.stderr.endswith("graphlens: stopped after 1 s; --seconds gives it more time\n")


def test_run_wants_a_function():
    assert run("run", str(EXAMPLES / "sign.py")).exit_code == 2


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("3", "3"),
        ("tf.constant(2.0)", "tf.constant(2.0)"),
        ("[1.0, 2.0]", "tf.constant([1.0, 2.0])"),
        ("['a']", "['a']"),
        ("float32[3]=[1,2,3]", "tf.constant([1,2,3], dtype=tf.float32, shape=[3])"),
        ("x=int32[2,2]", "x=tf.zeros([2, 2], dtype=tf.int32)"),
        ("float32[]=1.5", "tf.constant(1.5, dtype=tf.float32, shape=[])"),
        ("values[0]", "values[0]"),
    ],
)
def test_arguments(text: str, meant: str):
    assert expression(text) == meant


def test_explain_a_rule_by_code_or_name():
    by_code = run("explain", "gr201")
    assert by_code.exit_code == 0
    assert by_code.stdout.startswith("# GR201 python-print")
    assert run("explain", "python-print").stdout == by_code.stdout


def test_explain_lists_all_rules_and_suggests():
    listed = run("explain").stdout
    assert all(rule.code in listed and rule.name in listed for rule in all_rules())
    wrong = run("explain", "GR999")
    assert wrong.exit_code == 2
    assert "did you mean" in wrong.stderr


def test_version():
    assert run("--version").stdout.startswith("graphlens ")


def test_a_misspelt_command_or_option_is_answered_with_the_nearest():
    result = run("chek")
    assert result.exit_code == 2
    assert "No such command 'chek'. Did you mean 'check'?" in result.stderr
    assert run("zzz").exit_code == 2
    option = run("check", "--no-cash")
    assert option.exit_code == 2
    assert "--no-cache" in option.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell):
    result = run("completion", shell)
    assert result.exit_code == 0
    assert "_GRAPHLENS_COMPLETE" in result.stdout
    assert run("completion", "basic").exit_code == 2


def test_the_help_names_every_command():
    text = run("--help").stdout
    for command in ("check", "show", "graph", "run", "explain", "lsp", "completion"):
        assert run(command, "-h").exit_code == 0
        assert f"\n  {command} " in text
