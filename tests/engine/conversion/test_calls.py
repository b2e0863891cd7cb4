"""What converted code calls: converted, or left alone."""

import collections
import functools
import logging
import re
import sys

import pytest

from engine.conversion.allowlist import is_allowed, is_library, is_unsupported
from engine.conversion.api import convert, tf_convert
from engine.conversion.calls import converted_call
from engine.conversion.compiled import is_converted_code
from engine.conversion.constructs.function import FunctionScope
from engine.conversion.control_status import (
    ControlStatus,
    Status,
    call_with_unspecified_conversion_status,
    control_status,
    do_not_convert,
)
from engine.conversion.options import STANDARD


def running_converted() -> bool:
    """Whether the caller's code was made by conversion."""
    frame = sys._getframe(1)
    while frame.f_code.co_filename != __file__:
        frame = frame.f_back
    return is_converted_code(frame.f_code)


running_converted.autograph_info__ = None


def helper():
    return running_converted()


def test_called_functions_are_converted() -> None:
    assert not helper()
    assert convert(lambda: helper())()


def test_partials_methods_objects_and_wrappers_are_converted() -> None:
    class A:
        def m(self):
            return running_converted()

        def __call__(self):
            return running_converted()

        @staticmethod
        def s():
            return running_converted()

    def wrap(f):
        @functools.wraps(f)
        def w():
            return f(), running_converted()

        return w

    def user():
        a = A()
        return [a.m(), a(), A.s(), functools.partial(helper)(), functools.partial(A.m, a)()]

    assert convert(user)() == [True] * 5
    assert convert(lambda: wrap(helper)())() == (True, True)


def test_functions_defined_inside_are_converted_with_their_function() -> None:
    def user():
        def inner():
            return running_converted()

        return inner(), (lambda: running_converted())()

    assert convert(user)() == (True, True)


def test_what_is_left_alone() -> None:
    cached = functools.lru_cache(helper)
    assert convert(lambda: cached())() is False
    assert convert(lambda: do_not_convert(helper)())() is False
    point = collections.namedtuple("point", "x y")
    assert convert(lambda: point(1, 2))() == (1, 2)
    assert convert(lambda: re.sub("a", "b", "aaa"))() == "bbb"
    for sealed in (dict, collections.OrderedDict, cached, re.compile):
        assert is_unsupported(sealed)
    for library in ("engine.ops.math", "numpy.linalg", "json", "os"):
        assert is_library(library)
    assert not is_library("functools")
    assert not is_library("tests.engine")


def test_generators_and_test_cases_are_allowed() -> None:
    import unittest

    def generator():
        yield 1

    class Case(unittest.TestCase):
        def test_it(self):
            pass

    assert is_allowed(generator)
    assert is_allowed(Case("test_it").test_it)
    assert not is_allowed(helper)
    assert convert(lambda: list(generator()))() == [1]


def test_do_not_convert_holds_for_what_is_called() -> None:
    @do_not_convert
    def outer():
        return helper(), control_status().status

    assert convert(lambda: outer())() == (False, Status.DISABLED)
    assert do_not_convert()(helper)() is False


def test_control_status() -> None:
    assert control_status().status is Status.UNSPECIFIED
    with ControlStatus(Status.DISABLED):
        assert control_status().status is Status.DISABLED
        assert call_with_unspecified_conversion_status(lambda: control_status().status)() is (
            Status.UNSPECIFIED
        )
        assert converted_call(helper, (), None, options=STANDARD) is False
    assert control_status().status is Status.UNSPECIFIED


def test_functions_handed_to_the_engine() -> None:
    assert tf_convert(helper)()
    assert not tf_convert(helper, ControlStatus(Status.DISABLED))()
    assert not tf_convert(helper, convert_by_default=False)()
    ready = convert(helper)
    assert tf_convert(ready) is ready


def test_a_scope_or_options_are_needed() -> None:
    with pytest.raises(ValueError, match="scope or options"):
        converted_call(helper, (), None)
    scope = FunctionScope("f", "fscope", STANDARD)
    assert converted_call(helper, (), {}, scope)


def test_what_cannot_be_converted_runs_as_it_is_with_one_warning(caplog) -> None:
    def unsupported(x):
        for _ in [1]:
            pass
        else:
            x = x + 1
        return x

    with caplog.at_level(logging.WARNING, "graphlens.autograph"):
        assert convert(lambda: unsupported(1))() == 2
        assert convert(lambda: unsupported(2))() == 3
    assert len(caplog.records) == 1
    message = caplog.records[0].getMessage()
    assert "AutoGraph could not transform" in message
    assert "run it as-is" in message
    assert "for/else" in message
    assert __file__ in message


def test_strict_conversion_raises(monkeypatch) -> None:
    monkeypatch.setenv("AUTOGRAPH_STRICT_CONVERSION", "1")

    def unsupported(x):
        while x:
            x = 0
        else:
            x = 1
        return x

    with pytest.raises(NotImplementedError, match="while/else"):
        converted_call(unsupported, (1,), None, options=STANDARD)


def test_dynamic_code_runs_as_it_is(caplog) -> None:
    names: dict = {}
    exec("def f(x):\n    return x + 1", names)
    assert convert(lambda: names["f"](1))() == 2
    assert not caplog.records


def test_code_without_source_warns(caplog) -> None:
    names: dict = {}
    exec(compile("def f(x):\n    return x + 1", "<nowhere>", "exec"), names)
    assert convert(lambda: names["f"](1))() == 2
    assert "source code" in caplog.records[0].getMessage()


def test_builtins_see_the_users_frame() -> None:
    def user(a):
        b = 2
        if a:
            c = eval("a + b")
        return c, sorted(set(locals()) & {"a", "b", "c"}), globals()["__name__"]

    assert convert(user)(1) == (3, ["a", "b", "c"], __name__)


def test_builtins_of_python_values() -> None:
    def user():
        return (
            abs(-1), float("1.5"), int("ff", 16), int(2.5), len([1]), list(range(1, 6, 2)),
            list(enumerate("a", 1)), list(zip([1], [2])), list(map(str, [1])),
            list(filter(None, [0, 1])), any([0]), all([1]), sorted([2, 1], reverse=True),
            sorted([2, -3], key=abs), next(iter([])  , 7), max(1, 2), min([1]), sum([1]),
        )  # fmt: skip

    assert convert(user)() == user()


def test_objects_say_what_builtins_do_with_them() -> None:
    class Many:
        def _autograph_len_(self):
            return 42

        def _autograph_map_(fn, *iterables):  # noqa: N805
            return fn, len(iterables)

        def _autograph_zip_(*iterables):
            return len(iterables)

        def _autograph_for_(self, test, body, get_state, set_state, names, options):
            body(1)
            body(2)

    def user(m):
        total = 0
        for i in m:
            total += i
        return len(m), map(helper, m, m)[1], zip(m, m), total

    assert convert(user)(Many()) == (42, 2, 2, 3)
