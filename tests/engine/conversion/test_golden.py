"""The generated code is what TensorFlow generates, function by function."""

import ast
import inspect
import pathlib
import re
import sys

import pytest

from engine.conversion.api import to_code
from engine.conversion.convert import graph_code
from engine.syntax.errors import ConversionError

from . import cases, more_cases

HERE = pathlib.Path(__file__).parent

# TensorFlow fails on the text that it has generated for these; the functions are sound.
BETTER = {"doconly", "ell"}
# TensorFlow calls the annotation's function with a scope that does not exist there.
DIFFERENT = {"decorated"}


def recorded() -> dict[str, str]:
    found = {}
    for part in (HERE / "recorded_code.txt").read_text().split("##### ")[1:]:
        name, _, text = part.partition("\n")
        found[name] = text.rstrip()
    return found


RECORDED = recorded()


def normalised(text: str) -> list[str]:
    """TensorFlow keeps these names in sets: their order changes from run to run.

    Python 3.10 writes parentheses around tuples that are assigned to, later ones do not.
    """
    if sys.version_info < (3, 11):
        text = ast.unparse(ast.parse(text))
    lines: list[str] = []
    undefined: list[str] = []
    # Python 3.10 writes `lambda : x`; quotes of f-strings changed in 3.12.
    text = text.replace("lambda :", "lambda:").replace('"', "'").replace("\\'", "'")
    for line in text.rstrip().split("\n"):
        declaration = re.match(r"( *(?:nonlocal|global) )(.*)$", line)
        if declaration:
            names = ", ".join(sorted(declaration[2].split(", ")))
            line = declaration[1] + names
        if re.match(r" *\w+ = ag__\.Undefined\(", line):
            undefined.append(line)
            continue
        lines += sorted(undefined)
        undefined = []
        lines.append(line)
    return lines


def module_of(name: str):
    return cases if hasattr(cases, name.split(".")[0]) else more_cases


def text_of(name: str) -> tuple[str, str]:
    path = module_of(name).__file__
    return pathlib.Path(path).read_text(), path


def function_named(name: str):
    found = module_of(name)
    for part in name.split("."):
        found = inspect.getattr_static(found, part)
    return found


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_generated_code_is_tensorflows(name: str) -> None:
    expected = RECORDED[name]
    if expected.startswith("REFUSED") and name not in BETTER:
        with pytest.raises(ConversionError, match=r"cases\.py"):
            to_code(function_named(name))
        return
    made = to_code(function_named(name))
    if name in BETTER or name in DIFFERENT:
        assert made.startswith(f"def tf__{name}(")
        return
    assert normalised(made) == normalised(expected)


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_text_and_function_object_give_the_same(name: str) -> None:
    text, path = text_of(name)
    try:
        made = to_code(function_named(name))
    except ConversionError:
        with pytest.raises(ConversionError):
            graph_code(text, path, name)
        return
    assert graph_code(text, path, name).text == made


def test_each_generated_line_has_a_users_line() -> None:
    for name, expected in RECORDED.items():
        if expected.startswith("REFUSED"):
            continue
        text, path = text_of(name)
        code = graph_code(text, path, name)
        filled = {i for i, line in enumerate(code.text.splitlines()) if line.strip()}
        mapped = {made for made, _ in code.source_map}
        assert filled - mapped == set(), name
        function = function_named(name)
        first = function.__code__.co_firstlineno - 1
        last = first + len(inspect.getsourcelines(function)[0])
        assert all(first <= line < last for _, line in code.source_map), name
