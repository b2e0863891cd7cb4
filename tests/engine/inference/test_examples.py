"""`# example:` comments tell of arguments, and what is found by them says so."""

from __future__ import annotations

import os
import random
import re

import pytest

from engine.base.diagnostics import Diagnostic
from engine.ide.signatures import call_signatures
from engine.ide.snapshot import Snapshot
from engine.ide.stages import value_at
from engine.lint.rule import all_rules

HEAD = "import engine as tf\n\n\n"
STEP = "@tf.function\ndef step(x, w):\n    y = tf.matmul(x, w)\n    return y\n"
FITS = "# example: step(tf.ones((2, 3)), w=tf.ones((3, 4)))\n"
CLASHES = "# example: step(tf.ones((2, 3)), tf.ones((5, 4)))\n"
SAID = "# example:"


def snapshot(text: str) -> Snapshot:
    return Snapshot("a.py", HEAD + text)


def labels(text: str) -> list[str]:
    return [hint.label for hint in snapshot(text).hints]


def findings(text: str) -> list[Diagnostic]:
    return list(snapshot(text).diagnostics)


def test_an_example_tells_shapes_where_no_call_does() -> None:
    assert labels(STEP) == []
    made = snapshot(FITS + STEP)
    (hint,) = made.hints
    assert hint.label == "float32[2,4]"
    assert SAID in hint.tooltip
    value = value_at(made, made.text.index("return y") + 7)
    assert value is not None
    assert (value.text, value.assumed) == ("float32[2,4]", True)
    (signature,) = call_signatures(made, "step")
    assert signature.startswith("step(x: float32[2,3], w: float32[3,4]) -> float32[2,4]  #")
    assert signature.endswith("# by the example")


@pytest.mark.parametrize(
    "text",
    [
        STEP.replace("    y =", "    # Example: step(tf.ones((2, 3)), tf.ones((3, 4)))\n    y ="),
        "size = (2, 3)\n\n\n# example: step(tf.ones(size), tf.ones((3, 4)))\n" + STEP,
        "class Net:\n    def __init__(self):\n        self.k = 1\n\n"
        "    # example: Net().step(tf.ones((2, 3)), tf.ones((3, 4)))\n"
        "    @tf.function\n    def step(self, x, w):\n"
        "        y = tf.matmul(x, w)\n        return y\n",
    ],
)
def test_where_and_how_an_example_may_be_written(text: str) -> None:
    assert labels(text) == ["float32[2,4]"]


@pytest.mark.parametrize(
    "comment",
    [
        "# example: other(tf.ones((2, 3)), tf.ones((3, 4)))",
        "# example: step(tf.ones((2, 3))",
        "# example: step(unknown, names)",
        "# example: step(tf.ones((2, 3)))",
        "# example: step(1, 2, 3)",
        "# example: step(tf.ones((2, 3)), tf.ones((3, 4)), training=True)",
        "# example: step(*parts)",
        "# an example of step(tf.ones((2, 3)), tf.ones((3, 4)))",
    ],
)
def test_what_is_no_call_of_the_function_tells_nothing(comment: str) -> None:
    text = f"{comment}\n{STEP}"
    assert labels(text) == []
    assert findings(text) == []


def test_a_finding_by_an_example_says_so_and_where() -> None:
    assert findings(FITS + STEP) == []
    made = snapshot(CLASHES + STEP)
    (found,) = made.diagnostics
    assert found.code == "GR705"
    assert "With the arguments of the `# example:` comment" in found.message
    note = found.notes[-1]
    assert made.text[note.span.start : note.span.end] == CLASHES.strip().removeprefix("# example: ")


def test_a_finding_that_needs_no_example_does_not_speak_of_one() -> None:
    text = FITS + STEP.replace("    return y", "    print(y)\n    return y")
    (found,) = findings(text)
    assert found.code == "GR201"
    assert SAID not in found.message
    assert findings(text.replace(FITS, ""))[0].message == found.message


def test_calls_in_the_program_count_more() -> None:
    text = f"{FITS}{STEP}\n\nstep(tf.ones((7, 3)), tf.ones((3, 1)))\n"
    made = snapshot(text)
    (hint,) = made.hints
    assert (hint.label, SAID in hint.tooltip) == ("float32[7,1]", False)


def test_calls_that_tell_nothing_count_less() -> None:
    """As of a loop in a function that is called from elsewhere."""
    text = f"{FITS}{STEP}\n\ndef fit(images, weights):\n    step(images, weights)\n"
    assert labels(text) == ["float32[2,4]"]
    assert findings(text) == []


def test_several_examples_are_several_ways_to_look() -> None:
    text = "@tf.function\ndef step(n):\n    made = tf.zeros([n])\n    return made\n"
    assert findings("# example: step(1)\n# example: step(2)\n" + text) == []
    assert labels("# example: step(1)\n# example: step(2)\n" + text) == ["float32[1] | float32[2]"]


def test_what_an_example_makes_is_not_looked_at() -> None:
    text = "# example: step(tf.matmul(tf.ones((2, 3)), tf.ones((4, 5))), tf.ones((3, 4)))\n"
    assert findings(text + STEP) == []


def test_helpers_are_told_too() -> None:
    text = (
        "def helper(v):\n    doubled = v * 2.0\n    return doubled\n\n\n"
        "# example: step(tf.ones((2, 3)))\n@tf.function\ndef step(x):\n    return helper(x)\n"
    )
    assert labels(text) == ["float32[2,3]"]


ARGUMENTS = [
    "tf.ones((2, 3))", "tf.constant(1)", "3", "[1.0, 2.0]", "None", "True", "'a'", "np.ones(3)",
    "tf.zeros([4], tf.int32)", "(tf.ones(2), 1)", "{'a': tf.ones(3)}", "x", "lambda v: v",
]  # fmt: skip
_DEFINITION = re.compile(r"(\s*)def (\w+)\((.*)\)")


def with_examples(text: str, source: random.Random) -> str:
    """A program with a comment above each function, with arguments by chance."""
    lines = []
    for line in text.split("\n"):
        found = _DEFINITION.match(line)
        if found is not None:
            count = len([part for part in found[3].split(",") if part.strip(" self")])
            given = ", ".join(source.choice(ARGUMENTS) for _ in range(count))
            lines.append(f"{found[1]}# example: {found[2]}({given})")
        lines.append(line)
    return "\n".join(lines)


def test_examples_take_no_finding_away_and_add_what_speaks_of_them() -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    source = random.Random(seed)
    known = [text for rule in all_rules() for text in (*(e.bad for e in rule.bad), *rule.good)]
    for _ in range(60 * int(os.environ.get("GRAPHLENS_SOAK", "1"))):
        text = with_examples(source.choice(known), source)
        without = Snapshot("a.py", text.replace("# example:", "# nothing:"))
        places = {(found.code, found.span) for found in without.diagnostics}
        told = Snapshot("a.py", text).diagnostics
        assert places <= {(found.code, found.span) for found in told}, text
        for found in told:
            assert (found.code, found.span) in places or SAID in found.message, text
