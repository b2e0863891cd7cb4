"""Converting trees, texts and functions."""

import inspect
import linecache
import pathlib
import re
import subprocess
import sys

import pytest

from engine.conversion.api import convert, to_code, to_graph
from engine.conversion.constructs.function import is_autograph_artifact
from engine.conversion.convert import convert_tree, graph_code
from engine.conversion.options import Feature, options_for
from engine.syntax.errors import (
    ConversionError,
    InaccessibleSourceError,
    UnsupportedLanguageElementError,
)
from engine.syntax.parse import parse


def load(text: str, path: str, **names):
    linecache.cache[path] = (len(text), None, text.splitlines(True), path)
    exec(compile(text, path, "exec"), names)
    return names


def test_the_rewriting_half_loads_no_tensor_and_no_numpy() -> None:
    program = (
        "import sys; from engine.conversion.convert import graph_code; "
        "graph_code('def f(x):\\n  if x: x = 1\\n  return x', 'a.py', 'f').source_map; "
        "print([m for m in sys.modules if m == 'numpy' or m.startswith(('engine.ops', "
        "'engine.executors', 'engine.tracing', 'engine.ir'))])"
    )
    root = pathlib.Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=root
    )
    assert done.stdout.strip() == "[]"


def test_the_users_tree_is_left_alone() -> None:
    import gast

    parsed = parse("def f(x):\n    if x:\n        x = 1\n    return x\n")
    function = parsed.tree.body[0]
    before = gast.dump(function)
    convert_tree(function, parsed.source)
    assert gast.dump(function) == before


def test_names_of_the_module_are_not_taken() -> None:
    text = "def if_body(): pass\ndef f(x):\n    if x: y = 1\n    return 2\n"
    code = graph_code(text, "a.py", "f").text
    assert "def if_body_1():" in code


def test_methods_and_inner_functions_by_qualified_name() -> None:
    text = "class A:\n    def m(self): pass\n\ndef o():\n    def i(): pass\n"
    assert graph_code(text, "a.py", "A.m").name == "tf__m"
    assert graph_code(text, "a.py", "o.<locals>.i").name == "tf__i"


def test_functions_in_other_blocks_are_found() -> None:
    text = "try:\n    def f(): return 1\nexcept E:\n    def f(): return 2\n"
    assert "= 2" in graph_code(text, "a.py", "f").text


def test_what_cannot_be_found_or_converted_is_named() -> None:
    with pytest.raises(ConversionError, match=r"a\.py: there is no function 'g'"):
        graph_code("def f(): pass\n", "a.py", "g")
    with pytest.raises(UnsupportedLanguageElementError, match="generators"):
        graph_code("def f():\n    yield 1\n", "a.py", "f")
    with pytest.raises(ConversionError, match="AsyncFunctionDef"):
        graph_code("async def f(): pass\n", "a.py", "f")
    with pytest.raises(UnsupportedLanguageElementError, match="line 2"):
        graph_code("def f(x):\n    for i in x: pass\n    else: pass\n", "a.py", "f")


def test_the_rest_of_a_broken_file() -> None:
    text = "def broken(:\n    pass\n\ndef f(x):\n    return x\n"
    assert graph_code(text, "a.py", "f").name == "tf__f"


def sample(a, b=2, *args, c=3, **kwargs):
    """Doc."""
    total = a + b + c + sum(args) + sum(kwargs.values())
    if total > 100:
        total = 100
    return total


def test_signatures_defaults_and_documentation_are_kept() -> None:
    made = to_graph(sample)
    assert made.__name__ == "tf__sample"
    assert made.__doc__ == "Doc."
    assert (made.__defaults__, made.__kwdefaults__) == ((2,), {"c": 3})
    assert made(1) == 6
    assert made(1, 1, 1, c=1, d=1) == 5
    assert made(1000) == 100
    assert inspect.signature(convert(sample)) == inspect.signature(sample)


def test_closure_cells_are_shared() -> None:
    count = 0

    def step(by):
        nonlocal count
        if by > 0:
            count += by
        return count

    made = to_graph(step)
    assert made(2) == 2
    assert count == 2
    count = 10
    assert made(1) == 11


def test_globals_are_those_of_the_function() -> None:
    names = load("def f():\n    return x\n", "<globals>", x=1)
    made = to_graph(names["f"])
    assert made() == 1
    names["x"] = 2
    assert made() == 2
    assert "ag__" not in names


def test_conversion_is_done_once_per_code() -> None:
    def outer():
        def inner(x):
            return x

        return inner

    assert to_graph(outer()).__code__ is to_graph(outer()).__code__


def test_lambdas_methods_and_objects() -> None:
    class Scale:
        def __init__(self, by):
            self.by = by

        def __call__(self, x):
            return x * self.by

        def method(self, x):
            return self(x) + 1

        @classmethod
        def make(cls, x):
            return cls(x).by

        @staticmethod
        def plain(x):
            return x

    scale = Scale(3)
    assert convert(scale)(2) == 6
    assert convert(scale.method)(2) == 7
    assert convert(Scale.make)(2) == 2
    assert convert(Scale.plain)(2) == 2
    assert convert(lambda x, y=1: x + y)(2) == 3
    assert to_graph(scale.method)(scale, 2) == 7


def test_super_and_class() -> None:
    class A:
        def m(self, x):
            return x

    class B(A):
        def m(self, x):
            y = super().m(x) + super(B, self).m(1)  # noqa: UP008
            return y, __class__.__name__

    assert convert(B().m)(2) == (3, "B")


def test_code_of_a_lambda_and_a_docstring() -> None:
    text = to_code(lambda x: x + 1)
    assert text.startswith("tf__lam = lambda x: ag__.with_function_scope(lambda lscope: x + 1,")
    assert to_code(sample).split("\n")[1] == '    """Doc."""'


def test_optional_features() -> None:
    def f(x):
        values = []
        values.append(x)
        last = values.pop()
        values[0] = 1
        assert x == 1, "no"
        print(values[0])
        return last

    code = to_code(f, experimental_optional_features=Feature.ALL).replace("lambda :", "lambda:")
    assert "optional_features=(ag__.Feature.ALL,)" in code
    assert "values = ag__.new_list([])" in code
    assert "values = ag__.list_append(ag__.ld(values), ag__.ld(x))" in code
    assert re.search(r"values, values_1\)? = ag__\.list_pop\(ag__\.ld\(values\), None,", code)
    assert "values = ag__.set_item(ag__.ld(values), 0, 1)" in code
    assert "ag__.assert_stmt(ag__.eq(ag__.ld(x), 1), lambda: 'no')" in code
    assert "ag__.converted_call(ag__.ld(print), (ag__.get_item(ag__.ld(values), 0," in code


def test_options_of_called_functions() -> None:
    options = options_for(recursive=False, features=(Feature.LISTS,))
    inner = options.call_options()
    assert not inner.internal_convert_user_code
    assert not inner.user_requested
    assert Feature.all_but(Feature.LISTS) == tuple(
        one for one in Feature if one not in (Feature.ALL, Feature.LISTS)
    )
    assert inner.uses(Feature.LISTS)
    assert not inner.uses(Feature.NAME_SCOPES)


def test_functions_without_source_are_refused_with_a_reason() -> None:
    names: dict = {}
    exec("def f(x): return x", names)
    with pytest.raises(InaccessibleSourceError, match="source code of function 'f'"):
        to_code(names["f"])
    with pytest.raises(ConversionError, match="expose a __code__ object"):
        to_graph(3)


def test_converted_functions_are_artifacts() -> None:
    assert is_autograph_artifact(convert(sample))
    assert is_autograph_artifact(to_graph(sample))
    assert not is_autograph_artifact(sample)


def test_deep_nesting_does_not_break_the_walkers() -> None:
    chain = " + ".join(["x"] * 1200)
    text = f"def f(x):\n    return {chain}\n"
    assert load(text, "<deep>")["f"](1) == 1200
    assert graph_code(text, "<deep>", "f").text.count("ag__.ld(x)") == 1200
    elifs = "".join(f"    elif x == {i}:\n        y = {i}\n" for i in range(1, 90))
    text = f"def f(x):\n    if x == 0:\n        y = 0\n{elifs}    return y\n"
    function = load(text, "<elifs>")["f"]
    assert convert(function)(42) == 42


def test_positions_are_the_users() -> None:
    def f(x):
        if x:
            y = 1
            raise ValueError("here")
        return y

    try:
        to_graph(f)(1)
    except ValueError as error:
        traceback = error.__traceback__
        while traceback.tb_next is not None:
            traceback = traceback.tb_next
        assert traceback.tb_lineno == f.__code__.co_firstlineno + 3
        assert traceback.tb_frame.f_code.co_filename == __file__
        assert traceback.tb_frame.f_code.co_name == "f"
