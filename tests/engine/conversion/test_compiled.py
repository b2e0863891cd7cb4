"""Converted functions of equal texts: shared, but each with its own file, cells and defaults."""

import linecache
import traceback

import pytest

import engine as tf
from engine.conversion.compiled import factory_of, is_converted_code
from engine.conversion.options import options_for

TEXT = """
def make(k):
    def f(x, step={step}):
        while x < k:
            x = x + step
        if x > 100:
            raise ValueError('too large')
        return x
    return f
"""


def load(path: str, step: int = 1) -> dict:
    text = TEXT.format(step=step)
    linecache.cache[path] = (len(text), None, text.splitlines(True), path)
    namespace: dict = {}
    exec(compile(text, path, "exec"), namespace)
    return namespace


def test_equal_code_in_equal_texts_is_converted_once() -> None:
    first, second = load("<one>")["make"](10), load("<two>")["make"](20)
    one, two = factory_of(first, options_for()), factory_of(second, options_for())
    assert one is not two
    assert one.source.tree is two.source.tree
    assert tf.autograph.to_code(first) == tf.autograph.to_code(second)
    assert two.source.source.path == "<two>"


def test_each_has_its_own_cells_and_defaults() -> None:
    first, second = load("<three>")["make"](10), load("<four>")["make"](20)
    second.__defaults__ = (7,)
    assert tf.autograph.to_graph(first)(0) == 10
    assert tf.autograph.to_graph(second)(0) == 21


def test_errors_name_the_file_that_the_function_came_from() -> None:
    assert tf.autograph.to_graph(load("<five>")["make"](10))(0) == 10
    f = load("<six>")["make"](1000)
    with pytest.raises(ValueError, match="too large") as caught:
        tf.autograph.to_graph(f)(0)
    files = [frame.filename for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert "<six>" in files
    assert "<five>" not in files


def test_code_of_every_file_counts_as_converted() -> None:
    load_one = tf.autograph.to_graph(load("<seven>")["make"](1))
    load_two = tf.autograph.to_graph(load("<eight>")["make"](1))
    for made, path in ((load_one, "<seven>"), (load_two, "<eight>")):
        assert is_converted_code(made.__code__)
        assert made.__code__.co_filename == path
        inner = [one for one in made.__code__.co_consts if hasattr(one, "co_code")]
        assert inner
        assert all(is_converted_code(one) and one.co_filename == path for one in inner)


def test_another_text_is_another_conversion() -> None:
    first, second = load("<nine>", 1)["make"](10), load("<ten>", 2)["make"](10)
    one, two = factory_of(first, options_for()), factory_of(second, options_for())
    assert one.source.tree is not two.source.tree
