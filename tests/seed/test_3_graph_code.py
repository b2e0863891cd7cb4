"""Section 3: seeing the graph code."""

from __future__ import annotations

import ast
import re

import numpy as np

import engine as tf


@tf.function
def add(a, b):
    return a + b


def positive_square(x):
    if x > 0:
        x = x * x
    return x


def tanh_loop(x):
    while tf.reduce_sum(x) > 1:
        x = tf.tanh(x)
    return x


def total(items):
    result = 0
    for item in items:
        result += item
    return result


def in_order(text, *patterns):
    """Do the patterns follow each other in the text? Answers the first one missing, or None."""
    at = 0
    for pattern in patterns:
        match = re.compile(pattern).search(text, at)
        if match is None:
            return pattern
        at = match.end()
    return None


def test_3_1_to_code_of_a_function():
    code = tf.autograph.to_code(add.python_function)
    missing = in_order(
        code,
        r"def tf__add\(a, b\):",
        r"with ag__\.FunctionScope\('add', 'fscope', ",
        r"do_return = False",
        r"retval_ = ag__\.UndefinedReturnValue\(\)",
        r"try:",
        r"do_return = True",
        r"retval_ = \(?ag__\.ld\(a\) \+ ag__\.ld\(b\)\)?",
        r"except:",
        r"do_return = False",
        r"raise",
        r"return fscope\.ret\(retval_, do_return\)",
    )
    assert missing is None, code


def test_3_2_to_code_of_an_if():
    code = tf.autograph.to_code(positive_square)
    missing = in_order(
        code,
        r"def get_state\(\):\s+return \(x,\)",
        r"def set_state\(vars_\):\s+nonlocal x",
        r"def if_body\(\):",
        r"x = \(?ag__\.ld\(x\) \* ag__\.ld\(x\)\)?",
        r"def else_body\(\):",
        r"ag__\.if_stmt\(\(?ag__\.ld\(x\) > 0\)?, if_body, else_body, get_state, set_state, "
        r"\('x',\), 1\)",
    )
    assert missing is None, code


def test_3_3_to_code_of_a_while():
    code = tf.autograph.to_code(tanh_loop)
    assert "def loop_body():" in code
    assert "def loop_test():" in code
    assert re.search(
        r"ag__\.while_stmt\(loop_test, loop_body, get_state, set_state, \('x',\), \{\}\)", code
    ), code
    assert "ag__.converted_call(ag__.ld(tf).tanh, (ag__.ld(x),), None, fscope)" in code
    assert "ag__.converted_call(ag__.ld(tf).reduce_sum, (ag__.ld(x),), None, fscope)" in code


def test_3_4_to_code_of_a_for():
    code = tf.autograph.to_code(total)
    assert "def loop_body(itr):" in code
    assert re.search(
        r"ag__\.for_stmt\(ag__\.ld\(items\), None, loop_body, get_state, set_state, "
        r"\('result',\), \{'iterate_names': 'item'\}\)",
        code,
    ), code


def test_3_4_a_for_with_break_has_an_extra_test():
    def first_negative(items):
        found = 0
        for item in items:
            if item < 0:
                found = item
                break
        return found

    code = tf.autograph.to_code(first_negative)
    assert "def extra_test():" in code
    assert re.search(
        r"ag__\.for_stmt\(ag__\.ld\(items\), extra_test, loop_body, get_state_1, set_state_1, ",
        code,
    )


def test_3_5_the_text_shown_gives_the_same_result():
    from engine.conversion.ag import ag__

    arguments = {
        positive_square: [(tf.constant(3.0),), (tf.constant(-3.0),)],
        tanh_loop: [(tf.constant([1.0, 2.0, 3.0]),)],
        total: [(tf.constant([1, 2, 3]),), ([1, 2],)],
    }
    for function, cases in arguments.items():
        code = tf.autograph.to_code(function)
        namespace = {"ag__": ag__, "tf": tf}
        exec(compile(code, "shown.py", "exec"), namespace)
        shown = namespace[f"tf__{function.__name__}"]
        for args in cases:
            in_graph = tf.function(function)(*args)
            from_text = tf.function(shown, autograph=False)(*args)
            np.testing.assert_array_equal(np.asarray(in_graph), np.asarray(from_text))


def test_3_5_every_line_maps_back_to_the_user_line():
    from engine.ide.snapshot import Snapshot

    text = (
        "import engine as tf\n"
        "\n"
        "@tf.function\n"
        "def f(x):\n"
        "    if x > 0:\n"
        "        x = x * x\n"
        "    return x\n"
    )
    snapshot = Snapshot("mapped.py", text)
    (function,) = snapshot.functions
    shown = snapshot.graph_code(function.qualname)
    assert shown.ok
    assert ast.parse(shown.text)
    lines = shown.text.splitlines()
    for generated, user in {
        "x = ag__.ld(x)": 5,
        "ag__.if_stmt(": 4,
        "retval_ = ag__.ld": 6,
    }.items():
        (number,) = [i for i, line in enumerate(lines) if generated in line]
        assert shown.user_line(number) == user, lines[number]
    for number, line in enumerate(lines):
        if line.strip():
            assert shown.user_line(number) in (2, 3, 4, 5, 6), line


def test_3_6_the_same_code_without_running_the_file(tmp_path):
    from engine.ide.snapshot import Snapshot

    text = (
        "import engine as tf\n"
        "raise SystemExit('this file must not be run')\n"
        "\n"
        "@tf.function\n"
        "def add(a, b):\n"
        "    return a + b\n"
    )
    snapshot = Snapshot(str(tmp_path / "never_run.py"), text)
    (function,) = snapshot.functions
    shown = snapshot.graph_code(function.qualname).text
    assert shown.strip() == tf.autograph.to_code(add.python_function).strip()
