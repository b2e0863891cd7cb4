"""The source of function objects."""

import functools
import linecache

import pytest

from engine.syntax import functions
from engine.syntax.errors import InaccessibleSourceError
from engine.syntax.functions import file_of, parse_function
from engine.syntax.unparse import unparse


def deco(f):
    @functools.wraps(f)
    def wrapper(*args):
        return f(*args)

    return wrapper


@deco
@deco
def decorated(x):
    return x


def load(text: str, path: str) -> dict:
    linecache.cache[path] = (len(text), None, text.splitlines(True), path)
    namespace: dict = {}
    exec(compile(text, path, "exec"), namespace)
    return namespace


def test_a_function() -> None:
    def f(a, b=2):
        return a

    found = parse_function(f)
    assert found.tree().name == "f"
    assert found.source.path == __file__


def test_the_wrapper_not_what_it_wraps() -> None:
    assert parse_function(decorated).tree().name == "wrapper"


def test_a_method() -> None:
    class A:
        def m(self):
            return 1

    assert parse_function(A().m).tree().name == "m"


def test_lambdas_on_a_shared_line_are_told_apart_by_their_parameters() -> None:
    fs = [lambda x: x + 1, lambda y: y + 1, lambda x, *, k: x, lambda *x: x]
    assert [unparse(parse_function(f).tree().body) for f in fs] == ["x + 1", "y + 1", "x", "x"]


def test_nested_lambdas() -> None:
    f = [lambda x: lambda y: y * 2][0]
    assert unparse(parse_function(f).tree().body) == "lambda y: y * 2"
    assert unparse(parse_function(f(1)).tree().body) == "y * 2"


def test_a_lambda_of_several_lines() -> None:
    f = [
        lambda x: (
            lambda y: y
        )(x)
    ][0]  # fmt: skip
    assert unparse(parse_function(f).tree().body) == "(lambda y: y)(x)"


@pytest.mark.parametrize(
    "f",
    [
        [lambda x: x + 1, lambda x: x + 2][0],
        [lambda x: x + 1, lambda x: x + 1][0],
        [lambda: "a", lambda: "b"][0],
        (lambda x: lambda x: x * 2)(1),
    ],
)
def test_lambdas_of_equal_parameters_on_one_line_are_refused(f) -> None:
    with pytest.raises(InaccessibleSourceError, match="line of its own"):
        parse_function(f)


def test_no_source_says_what_to_do() -> None:
    namespace: dict = {}
    exec("def f(): pass", namespace)
    with pytest.raises(InaccessibleSourceError, match=r"'f'.*Define it in a file"):
        parse_function(namespace["f"])
    with pytest.raises(InaccessibleSourceError, match="no Python source"):
        parse_function(len)


def test_a_file_that_changed_is_noticed() -> None:
    f = load("def f():\n    return 1\n", "<changes>")["f"]
    assert parse_function(f).tree().name == "f"
    load("x = 1\n\ndef g():\n    return 1\n", "<changes>")
    with pytest.raises(InaccessibleSourceError, match="file has changed"):
        parse_function(f)


def test_a_file_is_read_once() -> None:
    assert parse_function(deco).file is parse_function(load).file


def test_trees_are_not_shared() -> None:
    assert parse_function(deco).tree() is not parse_function(deco).tree()


def test_equal_texts_share_what_is_known_of_them() -> None:
    text = "def f(x):\n    return x\n"
    first, second = load(text, "<cell 1>")["f"], load(text, "<cell 2>")["f"]
    assert file_of(first).text is file_of(second).text
    assert [parse_function(f).source.path for f in (first, second)] == ["<cell 1>", "<cell 2>"]


def test_old_files_are_forgotten() -> None:
    for i in range(300):
        parse_function(load(f"def f():\n    return {i}\n", f"<many {i}>")["f"])
    assert len(functions._files) <= functions._KEPT
    assert len(functions._texts) <= functions._KEPT
