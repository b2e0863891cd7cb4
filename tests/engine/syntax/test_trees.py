"""The quick ways between `ast` and `gast` agree with gast's own."""

import ast
import pathlib
import sys

import gast
import pytest

from engine.syntax.trees import copy_tree, from_python, into_python, to_python
from engine.syntax.unparse import line_map, unparse

ROOT = pathlib.Path(__file__).parents[3]
FILES = sorted((ROOT / "engine" / "analysis").glob("*.py"))
FILES += [pathlib.Path(ast.__file__), pathlib.Path(gast.__file__)]
SNIPPETS = [
    "def f(a, /, b=1, *c, d, e=2, **g): pass",
    "async def f():\n    async with a as b: pass\n    async for c in d: await e",
    "match x:\n  case [1, *rest] if y: pass\n  case {'a': b, **c}: pass\n  case A(d, e=f): pass",
    "try:\n    pass\nexcept A as e:\n    raise B from e\nexcept:\n    pass",
    "x: int = 1\nprint(f'{x!r:>{w}}', *a, **b)\ny[1:2, ..., None] = z",
    "@a\nclass C(B, metaclass=M):\n    x = [*y]\n    del z",
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_files_round_trip(path: pathlib.Path) -> None:
    text = path.read_text()
    tree = ast.parse(text)
    made = from_python(tree)
    assert gast.dump(made) == gast.dump(gast.ast_to_gast(tree))
    assert ast.dump(to_python(made), include_attributes=True) == ast.dump(
        tree, include_attributes=True
    )


@pytest.mark.parametrize("text", SNIPPETS)
def test_snippets_round_trip(text: str) -> None:
    tree = ast.parse(text)
    made = from_python(tree)
    assert gast.dump(made) == gast.dump(gast.ast_to_gast(tree))
    back = to_python(made)
    assert ast.dump(back, include_attributes=True) == ast.dump(tree, include_attributes=True)
    compile(back, "<text>", "exec")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters came with Python 3.12")
def test_type_parameters() -> None:
    tree = ast.parse("def f[T: int, *U, **P](x: T) -> T: return x\ntype A[T] = list[T]")
    back = to_python(from_python(tree))
    compile(back, "<text>", "exec")
    assert ast.unparse(back) == ast.unparse(tree)


def test_a_copy_shares_no_node() -> None:
    tree = from_python(ast.parse("if a:\n    b = [c.d, e[0]]"))
    made = copy_tree(tree)
    mine = {id(node) for node in gast.walk(tree) if not isinstance(node, gast.expr_context)}
    theirs = {id(node) for node in gast.walk(made) if not isinstance(node, gast.expr_context)}
    assert not mine & theirs
    assert gast.dump(made) == gast.dump(tree)


def test_lines_of_generated_text() -> None:
    text = "if a:\n\n    b = 1\nelse:\n    # note\n    c = 2\n"
    tree = from_python(ast.parse(text)).body[0]
    assert unparse(tree) == "if a:\n    b = 1\nelse:\n    c = 2"
    assert line_map(tree, unparse(tree)) == ((0, 0), (1, 2), (2, 5), (3, 5))


@pytest.mark.parametrize("text", SNIPPETS)
def test_snippets_change_in_place(text: str) -> None:
    tree = ast.parse(text)
    made = into_python(from_python(tree))
    assert ast.dump(made, include_attributes=True) == ast.dump(tree, include_attributes=True)
    compile(made, "<made>", "exec")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_files_change_in_place(path: pathlib.Path) -> None:
    tree = ast.parse(path.read_text())
    made = into_python(from_python(tree))
    assert ast.dump(made, include_attributes=True) == ast.dump(tree, include_attributes=True)


def test_changing_in_place_leaves_shared_contexts_alone() -> None:
    first, second = gast.parse("a = b"), gast.parse("c = d")
    second.body[0].value.ctx = first.body[0].value.ctx
    assert isinstance(into_python(first), ast.Module)
    assert isinstance(second.body[0].value.ctx, gast.Load)
    assert ast.unparse(into_python(second)) == "c = d"
