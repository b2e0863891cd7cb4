"""`graphlens check` as a user has it: files, formats, fixes, settings, exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.cli.app import app

PRINTING = "import tensorflow as tf\n\n\n@tf.function\ndef f(x):\n    print(x)\n    return x\n"
CLEAN = "import tensorflow as tf\n\n\n@tf.function\ndef f(x):\n    return x\n"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GRAPHLENS_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.py").write_text(PRINTING)
    (tmp_path / "clean.py").write_text(CLEAN)
    return tmp_path


def run(*arguments: str, text: str | bytes | None = None):
    return CliRunner().invoke(app, ["check", *arguments], input=text)


def codes(*arguments: str) -> list[str]:
    result = run("--output-format", "json", *arguments)
    return [finding["code"] for finding in json.loads(result.stdout)]


def test_findings_end_with_1_and_clean_files_with_0(project: Path):
    assert run("model.py").exit_code == 1
    assert run("clean.py").exit_code == 0
    assert run("--exit-zero", "model.py").exit_code == 0


def test_what_does_not_exist_ends_with_2_and_says_so(project: Path):
    result = run("nothing.py")
    assert result.exit_code == 2
    assert "nothing.py" in result.stderr


def test_text_shows_the_line_and_how_to_mend_it(project: Path):
    out = run(".").stdout
    assert "model.py:6:5" in out
    assert "    print(x)" in out
    assert "^^^^^^^^" in out
    assert "fix: Use `tf.print`" in out
    assert "`f` is staged here (model.py:4:2)" in out
    assert "\x1b" not in out


def test_concise_is_one_line_a_finding(project: Path):
    lines = run("--output-format", "concise", ".").stdout.splitlines()
    assert lines[0].startswith("model.py:6:5: GR201 [*] `print`")


def test_json_has_places_from_1_and_the_fix(project: Path):
    (finding,) = json.loads(run("--output-format", "json", ".").stdout)
    assert finding["location"] == {"row": 6, "column": 5}
    assert finding["fix"]["applicability"] == "safe"
    assert finding["fix"]["edits"][0]["content"] == "tf.print"


def test_sarif_names_the_rule_and_the_region(project: Path):
    (ran,) = json.loads(run("--output-format", "sarif", ".").stdout)["runs"]
    assert ran["tool"]["driver"]["rules"][0]["id"] == "GR201"
    region = ran["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"]) == (6, 5)


def test_github_gitlab_and_junit(project: Path):
    assert run("--output-format", "github", ".").stdout.startswith("::warning title=GR201")
    (quality,) = json.loads(run("--output-format", "gitlab", ".").stdout)
    assert quality["location"] == {"path": "model.py", "lines": {"begin": 6, "end": 6}}
    suites = ElementTree.fromstring(run("--output-format", "junit", ".").stdout)
    assert suites.attrib["failures"] == "1"


def test_select_ignore_and_extend_select(project: Path):
    assert codes("--select", "GR3", ".") == []
    assert codes("--select", "GR2", ".") == ["GR201"]
    assert codes("--ignore", "GR201", ".") == []
    assert codes("--ignore", "GR2", "--extend-select", "GR201", ".") == ["GR201"]
    assert run("--select", "X1", ".").exit_code == 2


def test_fix_mends_the_file_and_diff_only_shows_it(project: Path):
    diff = run("--fix", "--diff", ".").stdout
    assert "-    print(x)\n+    tf.print(x)\n" in diff
    assert (project / "model.py").read_text() == PRINTING
    assert run("--fix", ".").exit_code == 0
    assert (project / "model.py").read_text() == PRINTING.replace("print(", "tf.print(")


def test_unsafe_fixes_are_made_only_when_asked_for(project: Path):
    text = "import tensorflow as tf\n\n\n@tf.function\ndef f(x):\n    return x.numpy()\n"
    (project / "model.py").write_text(text)
    run("--fix", ".")
    assert (project / "model.py").read_text() == text
    run("--fix", "--unsafe-fixes", ".")
    assert (project / "model.py").read_text() == text.replace(".numpy()", "")


def test_fixes_keep_encoding_line_ends_and_comments(project: Path):
    text = PRINTING.replace("(x)\n    ret", "(x)  # größe\n    ret").replace("\n", "\r\n")
    (project / "model.py").write_bytes(b"# -*- coding: latin-1 -*-\r\n" + text.encode("latin-1"))
    run("--fix", ".")
    after = (project / "model.py").read_bytes().decode("latin-1")
    assert after.endswith(text.replace("print(x)", "tf.print(x)"))


def test_what_can_be_fixed_is_summed_up_as_by_ruff(project: Path):
    (project / "model.py").write_text(
        PRINTING + "\n\n@tf.function\ndef g(x):\n    return x.numpy()\n"
    )
    assert run(".").stdout.endswith(
        "\n\nFound 2 findings.\n[*] 1 fixable with `--fix` (1 more with `--unsafe-fixes`).\n"
    )
    after = run("--fix", ".")
    assert "Found 2 findings (1 fixed, 1 remaining)." in after.stdout
    assert "No fixes available (1 with `--unsafe-fixes`)." in after.stdout
    assert run("--quiet", "--output-format", "concise", ".").stdout.count("\n") == 1
    assert run("--fix-only", "--unsafe-fixes", ".").exit_code == 0
    assert run(".").stdout == "All checks passed!\n"


def test_diff_counts_what_it_would_fix(project: Path):
    result = run("--diff", ".")
    assert result.exit_code == 1
    assert result.stderr == "Would fix 1 finding.\n"
    assert run("--diff", "clean.py").exit_code == 0


def test_statistics_as_json(project: Path):
    counted = json.loads(run("--statistics", "--output-format", "json", ".").stdout)
    assert counted == [{"code": "GR201", "name": "python-print", "count": 1, "fixable": 1}]


def test_a_report_goes_into_a_file(project: Path):
    result = run("--output-format", "json", "-o", "out/report.json", ".")
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(json.loads((project / "out" / "report.json").read_text())) == 1


def test_statistics_count_by_code(project: Path):
    assert "1\tGR201\t[*] python-print" in run("--statistics", ".").stdout


def test_standard_input_with_a_name(project: Path):
    result = run("--stdin-filename", "other.py", "--output-format", "concise", "-", text=PRINTING)
    assert result.exit_code == 1
    assert result.stdout.startswith("other.py:6:5")
    mended = run("--fix", "-", text=PRINTING)
    assert mended.stdout == PRINTING.replace("print(", "tf.print(")


def test_a_name_for_the_standard_input_is_enough(project: Path):
    assert run("--stdin-filename", "a.py", text=PRINTING).exit_code == 1
    mended = run("--stdin-filename", "a.py", "--fix", text=PRINTING.encode("utf-16"))
    assert mended.stdout_bytes == PRINTING.encode("utf-16"), "what cannot be read comes back"
    latin = b"# coding: latin-1\n# \xe9\n" + PRINTING.encode()
    mended = run("--stdin-filename", "a.py", "--fix", text=latin)
    assert mended.stdout_bytes == latin.replace(b"print(", b"tf.print(")


def test_codes_that_no_rule_has_are_errors_with_a_suggestion(project: Path):
    result = run("--select", "GR999", ".")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "there is no rule 'GR999'; did you mean GR" in result.stderr
    assert "its code is GR201" in run("--ignore", "python-print", ".").stderr
    (project / "pyproject.toml").write_text('[tool.graphlens.per-file-ignores]\n"*" = ["GR998"]\n')
    result = run(".")
    assert result.exit_code == 2
    assert "pyproject.toml: there is no rule 'GR998'" in result.stderr


def test_each_file_has_the_settings_of_its_nearest_project(project: Path):
    for name, rule in (("one", "GR201"), ("two", "GR301")):
        (project / name).mkdir()
        (project / name / "model.py").write_text(PRINTING)
        config = f'[tool.graphlens]\nignore = ["{rule}"]\n'
        (project / name / "pyproject.toml").write_text(config)
    found = json.loads(run("--output-format", "json", "one", "two").stdout)
    assert [Path(one["filename"]).parent.name for one in found] == ["two"]
    assert codes("--isolated", "one", "two") == ["GR201", "GR201"]
    assert codes("--config", "one/pyproject.toml", "one", "two") == []
    assert run("--config", "none.toml", ".").exit_code == 2
    assert run("--config", "one/pyproject.toml", "--isolated", ".").exit_code == 2


def test_settings_of_the_project(project: Path):
    config = project / "pyproject.toml"
    config.write_text('[tool.graphlens]\nignore = ["GR201"]\n')
    assert codes(".") == []
    config.write_text('[tool.graphlens.per-file-ignores]\n"model.py" = ["GR2"]\n')
    assert codes(".") == []
    config.write_text('[tool.graphlens.severity]\nGR201 = "error"\n')
    assert json.loads(run("--output-format", "json", ".").stdout)[0]["severity"] == "error"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[tool.graphlens]\nignroe = ["GR201"]\n', 2, "did you mean `ignore`"),
        ('[tool.graphlens]\nignore = ["print"]\n', 2, "is no code"),
        ("[tool.graphlens]\nkeras = 4\n", 2, "must be 2 or 3"),
        ("[tool.graphlens\n", 1, "no TOML"),
    ],
)
def test_mistakes_in_the_settings_are_errors(project: Path, text: str, line: int, words: str):
    (project / "pyproject.toml").write_text(text)
    result = run(".")
    assert result.exit_code == 2
    assert f"pyproject.toml:{line}: " in result.stderr
    assert words in result.stderr


def test_gitignore_and_hidden_folders_are_left_out(project: Path):
    (project / ".git").mkdir()
    (project / ".gitignore").write_text("generated/\n")
    for folder in ("generated", ".venv", "node_modules", "package"):
        (project / folder).mkdir()
        (project / folder / "one.py").write_text(PRINTING)
    listed = run("--show-files", ".").stdout.split()
    assert listed == ["clean.py", "model.py", str(Path("package") / "one.py")]


def test_what_is_named_is_checked_although_it_is_excluded(project: Path):
    (project / ".git").mkdir()
    (project / ".gitignore").write_text("generated/\nnotes.py\n")
    for folder in ("generated", "build"):
        (project / folder).mkdir()
        (project / folder / "one.py").write_text(PRINTING)
    assert run("--show-files", "generated").stdout.split() == [str(Path("generated", "one.py"))]
    assert run("--show-files", "build").stdout.split() == [str(Path("build", "one.py"))]
    assert run("--show-files", "build/one.py").stdout.split() == ["build/one.py"]
    assert run("--show-files", "--force-exclude", "build/one.py").stdout == ""
    everything = run("--show-files", "--no-respect-gitignore", ".").stdout.split()
    assert everything == ["clean.py", str(Path("generated", "one.py")), "model.py"]
    assert run("--show-files", "--exclude", "model.py", "--extend-exclude", "g*", ".").stdout == (
        f"{Path('build', 'one.py')}\nclean.py\n"
    )


def test_the_nearest_gitignore_decides(project: Path):
    (project / ".git").mkdir()
    (project / ".gitignore").write_text("*.py\n")
    (project / "package").mkdir()
    (project / "package" / ".gitignore").write_text("!kept.py\n")
    (project / "package" / "kept.py").write_text(PRINTING)
    (project / "package" / "left.py").write_text(PRINTING)
    assert run("--show-files", ".").stdout.split() == [str(Path("package", "kept.py"))]


def test_nothing_to_check_is_said(project: Path):
    (project / "empty").mkdir()
    result = run("empty")
    assert result.exit_code == 0
    assert "no Python file was found" in result.stderr


def test_suppressions_and_unused_ones(project: Path):
    silenced = PRINTING.replace("print(x)\n", "print(x)  # graphlens: ignore[GR201]\n")
    (project / "model.py").write_text(silenced)
    assert codes("model.py") == []
    (project / "model.py").write_text(PRINTING.replace("print(x)\n", "print(x)  # noqa: GR201\n"))
    assert codes("model.py") == []
    (project / "clean.py").write_text(CLEAN.replace("return x", "return x  # noqa: GR201"))
    assert codes("clean.py") == ["GR004"]
    run("--fix", "clean.py")
    assert (project / "clean.py").read_text() == CLEAN


def test_words_behind_an_unused_suppression_stay_a_comment(project: Path):
    for comment, left in (
        ("# noqa: GR201 because it is fine", "  # because it is fine"),
        ("# graphlens: ignore[GR201]: slow", "  # : slow"),
        ("# graphlens: ignore[return 1", "  # [return 1"),
        ("# noqa: GR201  # type: ignore", "  # type: ignore"),
        ("# said before # noqa: GR201", "  # said before"),
    ):
        (project / "clean.py").write_text(CLEAN.replace("return x", f"return x  {comment}"))
        run("--fix", "clean.py")
        after = (project / "clean.py").read_text()
        assert after == CLEAN.replace("return x", f"return x{left}")


def test_add_noqa_silences_everything(project: Path):
    assert "Added 1 comment" in run("--add-noqa", ".").stdout
    assert codes(".") == []
    assert "# graphlens: ignore[GR201]" in (project / "model.py").read_text()


def test_add_noqa_keeps_the_program(project: Path):
    text = PRINTING.replace(
        "    print(x)\n",
        '    print("""\n  text\n""", x)\n    print(x) \\\n        ; print(x)  # noqa: E702\n'
        "    print(x)  # graphlens: ignore[GR202]\n",
    )
    (project / "model.py").write_text(text)
    assert "Added 3 comments" in run("--add-noqa", "model.py").stdout
    after = (project / "model.py").read_text()
    assert compile(after, "model.py", "exec")
    assert '""", x)  # graphlens: ignore[GR201]\n' in after
    assert "# noqa: E702  # graphlens: ignore[GR201]\n" in after
    assert "# graphlens: ignore[GR202, GR201]\n" in after
    assert codes("model.py") == []


def test_add_noqa_in_a_notebook(project: Path):
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": PRINTING}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (project / "book.ipynb").write_text(json.dumps(notebook, indent=2))
    run("--add-noqa", "book.ipynb")
    after = (project / "book.ipynb").read_text()
    assert "print(x)  # graphlens: ignore[GR201]" in json.loads(after)["cells"][0]["source"]
    assert after.startswith('{\n  "cells"'), "the indentation stays"
    assert codes("book.ipynb") == []


def test_magics_of_notebooks_are_no_syntax_errors(project: Path):
    lines = [
        "%time x = 1",
        "!ls",
        "files = !ls",
        "y = %time 3",
        "tf.cond?",
        "# why?",
        "z = (1",
        "% 2)",
    ]
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": "\n".join(lines)}
    hidden = {"cell_type": "code", "metadata": {}, "outputs": [], "source": "%%bash\nif then else"}
    notebook = {"cells": [cell, hidden], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (project / "book.ipynb").write_text(json.dumps(notebook))
    assert codes("book.ipynb") == []


def test_notebooks_are_checked_by_cell_and_mended_in_place(project: Path):
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# text"]},
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": ["%matplotlib inline\n", "import tensorflow as tf"],
        },
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": ["@tf.function\n", "def f(x):\n", "    print(x)\n", "    return x"],
        },
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path = project / "book.ipynb"
    path.write_text(json.dumps(notebook, indent=1))
    out = run("--output-format", "concise", "book.ipynb").stdout
    assert out.startswith("book.ipynb:cell 3:3:5: GR201")
    run("--fix", "book.ipynb")
    after = json.loads(path.read_text())
    assert after["cells"][2]["source"][2] == "    tf.print(x)\n"
    assert after["cells"][1]["source"] == cells[1]["source"]


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"import tensorflow as tf\ndef f(:\n    pass\n", "GR001", "rest of the file"),
        (b"# -*- coding: klingon -*-\n", "GR003", "klingon"),
        (b"import tensorflow\nx = '\xff'\n", "GR003", "save the file as UTF-8"),
    ],
)
def test_bad_files_are_one_finding_that_explains(project: Path, data: bytes, code: str, words: str):
    (project / "bad.py").write_bytes(data)
    (finding,) = json.loads(run("--output-format", "json", "bad.py").stdout)
    assert finding["code"] == code
    assert words in finding["message"]


def test_the_rest_of_a_broken_file_is_still_checked(project: Path):
    (project / "bad.py").write_text(PRINTING + "\n\ndef broken(:\n    pass\n")
    assert codes("bad.py") == ["GR201", "GR001"]


def test_empty_files_and_byte_order_marks(project: Path):
    (project / "empty.py").write_bytes(b"")
    (project / "bom.py").write_bytes(b"\xef\xbb\xbf" + PRINTING.encode())
    assert codes("empty.py") == []
    assert codes("bom.py") == ["GR201"]


@pytest.mark.parametrize("form", ["text", "concise"])
def test_what_a_file_holds_does_not_steer_the_terminal(project: Path, form: str):
    (project / "model.py").write_text(
        PRINTING.replace("print(x)", "s = 'a\x1b[2J\u202eb'; print(x)")
    )
    (project / "a\x1b]0;b\x07.py").write_text(PRINTING)
    out = run("--output-format", form, ".").stdout
    assert not {"\x1b", "\u202e", "\x07"} & set(out)
    assert "a\\x1b]0;b\\x07.py:6:5" in out
    if form == "text":
        line = next(i for i, text in enumerate(out.splitlines()) if "\\u202e" in text)
        shown, marks = out.splitlines()[line : line + 2]
        assert shown[marks.index("^") :].startswith("print(x)"), "the mark is under its code"


def test_the_same_run_twice_says_the_same(project: Path):
    first = run("--output-format", "json", ".").stdout
    assert run("--output-format", "json", ".").stdout == first
    (project / "model.py").write_text(CLEAN)
    assert codes(".") == []


def test_a_change_of_an_imported_file_counts(project: Path):
    (project / "model.py").write_text(
        "import tensorflow as tf\nfrom helper import make\n\n\n@tf.function\ndef f(x):\n"
        "    if make(x):\n        raise ValueError('x')\n    return x\n"
    )
    helper = project / "helper.py"
    helper.write_text("def make(x):\n    return False\n")
    assert codes("model.py") == []
    helper.write_text(
        "import tensorflow as tf\n\n\ndef make(x):\n    return tf.reduce_any(x > 0)\n"
    )
    assert codes("model.py") == ["GR309"]


def test_many_files_are_checked_in_several_processes(project: Path):
    for number in range(20):
        (project / f"part{number:02}.py").write_text(PRINTING + "# a long file\n" * 1000)
    found = json.loads(run("--output-format", "json", "--no-cache", ".").stdout)
    names = [Path(finding["filename"]).name for finding in found]
    assert names == sorted(names)
    assert len(names) == 21


def test_findings_in_another_file_are_shown_there(project: Path):
    (project / "model.py").write_text(
        "import tensorflow as tf\nfrom helper import show\n\n\n@tf.function\ndef f(x):\n"
        "    return show(x)\n"
    )
    (project / "helper.py").write_text("def show(x):\n    print(x)\n    return x\n")
    for _ in range(2):  # the second time from the cache
        (finding,) = json.loads(run("--output-format", "json", ".").stdout)
        assert Path(finding["filename"]).name == "helper.py"
        assert finding["location"]["row"] == 2
    (project / "helper.py").write_text("def show(x):\n    print(x)  # noqa: GR201\n    return x\n")
    assert codes(".") == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
def test_an_interrupted_run_ends_with_its_processes(project: Path):
    for number in range(400):
        (project / f"part{number:03}.py").write_text(PRINTING * 30)
    command = [sys.executable, "-m", "engine.cli", "check", "--no-cache", "."]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as running:
        while not children_of(running.pid) and running.poll() is None:
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        output = running.communicate(timeout=120)[0]
    assert running.returncode in (130, 0, 1), output
    if running.returncode == 130:
        assert b"Traceback" not in output
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)


def children_of(pid: int) -> bool:
    try:
        return bool(Path(f"/proc/{pid}/task/{pid}/children").read_text())
    except OSError:
        return True
