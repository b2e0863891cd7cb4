"""Converted code does what plain Python does, as long as no tensor is about."""

import itertools
import linecache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.conversion.api import convert, to_code, to_graph
from engine.conversion.convert import graph_code

from .programs import programs

counter = itertools.count()


class Box(dict):
    v = 0


def helper(x, y):
    return x - y if x > y else y - x


def loaded(text: str):
    """The function of a program's text, with a source that can be found."""
    path = f"<program {next(counter)}>"
    linecache.cache[path] = (len(text), None, text.splitlines(True), path)
    namespace = {"helper": helper}
    exec(compile(text, path, "exec"), namespace)
    return namespace["program"]


def outcome(function, a: int, b: int):
    """What a call answers, raises and leaves behind."""
    log: list[int] = []
    box = Box(k=0)
    try:
        result = function(a, b, log, box)
    except (NameError, TypeError, ValueError, RuntimeError) as error:
        # Python says NameError of names that a nested function captures; converted code meets the
        # placeholder of an unbound name in `a += c`, and says TypeError, as TensorFlow's does.
        unbound = isinstance(error, NameError) or "'Undefined'" in str(error)
        return "unbound" if unbound else type(error).__name__, log, dict(box), box.v
    return result, log, dict(box), box.v


def check(text: str, a: int, b: int) -> None:
    function = loaded(text)
    expected = outcome(function, a, b)
    assert outcome(to_graph(function), a, b) == expected
    assert outcome(convert(function), a, b) == expected


@given(programs(), st.integers(-2, 6), st.integers(-2, 6))
@settings(max_examples=200, deadline=None)
def test_converted_programs_do_what_python_does(text: str, a: int, b: int) -> None:
    check(text, a, b)


@pytest.mark.slow
@given(programs(), st.integers(-2, 6), st.integers(-2, 6))
@settings(max_examples=3000, deadline=None)
def test_many_converted_programs_do_what_python_does(text: str, a: int, b: int) -> None:
    check(text, a, b)


@given(programs())
@settings(max_examples=60, deadline=None)
def test_shown_code_is_what_runs(text: str) -> None:
    """The text alone, executed with the operators at hand, behaves like the original."""
    from engine.conversion.ag import ag__

    function = loaded(text)
    code = to_code(function)
    assert graph_code(text, function.__code__.co_filename, "program").text == code
    namespace = {"helper": helper, "ag__": ag__}
    exec(compile(code, "<shown>", "exec"), namespace)
    assert outcome(namespace["tf__program"], 1, 2) == outcome(function, 1, 2)
