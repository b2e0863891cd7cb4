"""What statements and blocks do with names."""

import gast

from engine.analysis.activity import activity


def function(text: str) -> gast.FunctionDef:
    return gast.parse(text).body[0]


def of_first(text: str):
    """The scope of the first statement of `def f(): ...`."""
    node = function("def f(x):\n    " + text)
    return activity(node).statement[node.body[0]]


def test_assignment() -> None:
    scope = of_first("a, b.c = d + e[0]")
    assert scope.modified == {"a", "b.c"}
    assert scope.read == {"b", "d", "e", "e[0]"}


def test_augmented_assignment_reads_its_target() -> None:
    scope = of_first("a.b += 1")
    assert scope.modified == {"a.b"}
    assert scope.read == {"a", "a.b"}


def test_comprehension_variables_stay_inside() -> None:
    scope = of_first("y = [i.j + k for i in l if i]")
    assert scope.read == {"k", "l"}
    assert scope.modified == {"y"}


def test_lambdas_read_where_they_stand() -> None:
    scope = of_first("y = lambda a, b=c: a + d")
    assert scope.read == {"c", "d"}


def test_del_and_import() -> None:
    assert of_first("del y, z.w").deleted == {"y", "z.w"}
    assert of_first("import a.b, c as d").modified == {"a", "d"}


def test_declarations() -> None:
    assert of_first("global g").globals == {"g"}
    node = function("def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2")
    scopes = activity(node)
    assert scopes.body[node.body[1]].nonlocals == {"x"}
    assert scopes.function[node.body[1]].free == set()


def test_annotations_are_reads_of_their_own_kind() -> None:
    scope = of_first("y: int = z")
    assert scope.read == {"int", "z"}
    assert scope.annotations == {"int"}


def test_blocks() -> None:
    node = function("def f(x):\n    if x:\n        y = 1\n    else:\n        z = x.w")
    scopes = activity(node)
    branch = node.body[0]
    assert scopes.body[branch].bound == {"y"}
    assert scopes.orelse[branch].read == {"x", "x.w"}
    assert scopes.body[node].modified == {"y", "z"}
    assert scopes.function[node].params == set()
    assert scopes.statement[node.args].params == {"x"}


def test_for_binds_its_target_with_its_iterable() -> None:
    node = function("def f(x):\n    for i, j in x:\n        y = i")
    scopes = activity(node)
    loop = node.body[0]
    assert scopes.statement[loop.iter].modified == {"i", "j"}
    assert scopes.iterate[loop].bound == {"i", "j"}
    assert scopes.body[loop].bound == {"y"}


def test_exception_variables_end_with_their_handler() -> None:
    node = function("def f():\n    try:\n        a = 1\n    except E as e:\n        b = e")
    assert activity(node).body[node].modified == {"a", "b"}


def test_nested_functions_read_what_they_capture() -> None:
    node = function("def f(x):\n    def g(y, z=w):\n        return x + y")
    scopes = activity(node)
    inner = node.body[0]
    assert scopes.statement[inner].read == {"w"}
    assert scopes.function[inner].free == {"x"}
    assert scopes.body[node].read == {"w", "x"}


def test_constructors_of_local_classes_change_self() -> None:
    text = "def f():\n    class A:\n        def __init__(self):\n            self.x = 1"
    node = function(text)
    init = node.body[0].body[0]
    assert activity(node).body[init].modified == {"self", "self.x"}


def test_words_in_use() -> None:
    node = function("def f(x):\n    y = x.get_state\n    def g():\n        return z")
    scopes = activity(node)
    words = scopes.body[node.body[1]].reserved()
    assert {"x", "get_state", "z", "y"} <= words


def test_match_captures() -> None:
    node = function("def f(x):\n    match x:\n        case [a, *b]:\n            c = a")
    assert {"a", "b", "c"} <= activity(node).body[node].modified
