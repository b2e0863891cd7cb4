"""Types of gast: the nodes of one syntax tree for all versions of Python."""

import ast as _ast
from collections.abc import Iterator
from typing import Any

class AST(_ast.AST):
    lineno: int
    col_offset: int
    end_lineno: int | None
    end_col_offset: int | None
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __getattr__(self, name: str) -> Any: ...  # fields of a node whose class is not known yet

class operator(AST): ...
class Add(operator): ...
class boolop(AST): ...
class And(boolop): ...
class stmt(AST): ...

class AnnAssign(stmt):
    target: expr
    annotation: Any
    value: Any
    simple: Any

class Assert(stmt):
    test: expr
    msg: Any

class Assign(stmt):
    targets: list[expr]
    value: Any
    type_comment: str | None

class AsyncFor(stmt):
    target: expr
    iter: expr
    body: list[Any]
    orelse: list[Any]
    type_comment: str | None

class AsyncFunctionDef(stmt):
    name: str
    args: arguments
    body: list[Any]
    decorator_list: list[Any]
    returns: Any
    type_comment: str | None
    type_params: Any

class AsyncWith(stmt):
    items: list[withitem]
    body: list[Any]
    type_comment: str | None

class expr(AST): ...

class Attribute(expr):
    value: Any
    attr: str
    ctx: expr_context

class AugAssign(stmt):
    target: expr
    op: operator
    value: Any

class expr_context(AST): ...
class AugLoad(expr_context): ...
class AugStore(expr_context): ...

class Await(expr):
    value: Any

class BinOp(expr):
    left: expr
    op: operator
    right: expr

class BitAnd(operator): ...
class BitOr(operator): ...
class BitXor(operator): ...

class BoolOp(expr):
    op: boolop
    values: list[Any]

class Break(stmt): ...

class Call(expr):
    func: expr
    args: list[expr]
    keywords: list[keyword]

class ClassDef(stmt):
    name: str
    bases: list[expr]
    keywords: list[keyword]
    body: list[Any]
    decorator_list: list[Any]
    type_params: Any

class Compare(expr):
    left: expr
    ops: list[cmpop]
    comparators: list[expr]

class Constant(expr):
    value: Any
    kind: str | None

class Continue(stmt): ...
class Del(expr_context): ...

class Delete(stmt):
    targets: list[expr]

class Dict(expr):
    keys: Any
    values: list[Any]

class DictComp(expr):
    key: Any
    value: Any
    generators: list[comprehension]

class Div(operator): ...
class cmpop(AST): ...
class Eq(cmpop): ...
class excepthandler(AST): ...

class ExceptHandler(excepthandler):
    type: Any
    name: str | None
    body: list[Any]

class Exec(stmt):
    body: list[Any]
    globals: Any
    locals: Any

class Expr(stmt):
    value: Any

class mod(AST): ...

class Expression(mod):
    body: expr

class FloorDiv(operator): ...

class For(stmt):
    target: expr
    iter: expr
    body: list[Any]
    orelse: list[Any]
    type_comment: str | None

class FormattedValue(expr):
    value: Any
    conversion: Any
    format_spec: Any

class FunctionDef(stmt):
    name: str
    args: arguments
    body: list[Any]
    decorator_list: list[Any]
    returns: Any
    type_comment: str | None
    type_params: Any

class FunctionType(mod):
    argtypes: Any
    returns: Any

class GeneratorExp(expr):
    elt: expr
    generators: list[comprehension]

class Global(stmt):
    names: list[str]

class Gt(cmpop): ...
class GtE(cmpop): ...

class If(stmt):
    test: expr
    body: list[Any]
    orelse: list[Any]

class IfExp(expr):
    test: expr
    body: expr
    orelse: expr

class Import(stmt):
    names: list[alias]

class ImportFrom(stmt):
    module: str | None
    names: list[alias]
    level: int

class In(cmpop): ...

class Interactive(mod):
    body: list[Any]

class Interpolation(expr):
    value: Any
    str: Any
    conversion: Any
    format_spec: Any

class unaryop(AST): ...
class Invert(unaryop): ...
class Is(cmpop): ...
class IsNot(cmpop): ...

class JoinedStr(expr):
    values: list[Any]

class LShift(operator): ...

class Lambda(expr):
    args: arguments
    body: expr

class List(expr):
    elts: list[Any]
    ctx: expr_context

class ListComp(expr):
    elt: expr
    generators: list[comprehension]

class Load(expr_context): ...
class Lt(cmpop): ...
class LtE(cmpop): ...
class MatMult(operator): ...

class Match(stmt):
    subject: Any
    cases: list[match_case]

class pattern(AST): ...

class MatchAs(pattern):
    pattern: Any
    name: str | None

class MatchClass(pattern):
    cls: Any
    patterns: Any
    kwd_attrs: Any
    kwd_patterns: Any

class MatchMapping(pattern):
    keys: Any
    patterns: Any
    rest: str | None

class MatchOr(pattern):
    patterns: Any

class MatchSequence(pattern):
    patterns: Any

class MatchSingleton(pattern):
    value: Any

class MatchStar(pattern):
    name: str | None

class MatchValue(pattern):
    value: Any

class Mod(operator): ...

class Module(mod):
    body: list[Any]
    type_ignores: Any

class Mult(operator): ...

class Name(expr):
    id: str
    ctx: expr_context
    annotation: Any
    type_comment: str | None

class NamedExpr(expr):
    target: expr
    value: Any

class Nonlocal(stmt):
    names: list[str]

class Not(unaryop): ...
class NotEq(cmpop): ...
class NotIn(cmpop): ...
class Or(boolop): ...
class Param(expr_context): ...
class type_param(AST): ...

class ParamSpec(type_param):
    name: str
    default_value: Any

class Pass(stmt): ...
class Pow(operator): ...

class Print(stmt):
    dest: Any
    values: list[Any]
    nl: Any

class RShift(operator): ...

class Raise(stmt):
    exc: Any
    cause: Any

class Repr(expr):
    value: Any

class Return(stmt):
    value: Any

class Set(expr):
    elts: list[Any]

class SetComp(expr):
    elt: expr
    generators: list[comprehension]

class slice(AST): ...

class Slice(slice):
    lower: Any
    upper: Any
    step: Any

class Starred(expr):
    value: Any
    ctx: expr_context

class Store(expr_context): ...
class Sub(operator): ...

class Subscript(expr):
    value: Any
    slice: Any
    ctx: expr_context

class Suite(mod):
    body: list[Any]

class TemplateStr(expr):
    values: list[Any]

class Try(stmt):
    body: list[Any]
    handlers: list[ExceptHandler]
    orelse: list[Any]
    finalbody: list[Any]

class TryStar(stmt):
    body: list[Any]
    handlers: list[ExceptHandler]
    orelse: list[Any]
    finalbody: list[Any]

class Tuple(expr):
    elts: list[Any]
    ctx: expr_context

class TypeAlias(stmt):
    name: expr
    type_params: Any
    value: Any

class TypeIgnore(AST):
    lineno: Any
    tag: Any

class TypeVar(type_param):
    name: str
    bound: Any
    default_value: Any

class TypeVarTuple(type_param):
    name: str
    default_value: Any

class UAdd(unaryop): ...
class USub(unaryop): ...

class UnaryOp(expr):
    op: unaryop
    operand: expr

class While(stmt):
    test: expr
    body: list[Any]
    orelse: list[Any]

class With(stmt):
    items: list[withitem]
    body: list[Any]
    type_comment: str | None

class Yield(expr):
    value: Any

class YieldFrom(expr):
    value: Any

class alias(AST):
    name: str
    asname: str | None

class arguments(AST):
    args: list[expr]
    posonlyargs: Any
    vararg: Any
    kwonlyargs: Any
    kw_defaults: Any
    kwarg: Any
    defaults: list[expr]

class comprehension(AST):
    target: expr
    iter: expr
    ifs: Any
    is_async: Any

class keyword(AST):
    arg: str | None
    value: Any

class match_case(AST):
    pattern: Any
    guard: Any
    body: list[Any]

class type_ignore(TypeIgnore): ...

class withitem(AST):
    context_expr: expr
    optional_vars: Any

class NodeVisitor:
    def visit(self, node: Any) -> Any: ...
    def generic_visit(self, node: Any) -> Any: ...

class NodeTransformer(NodeVisitor):
    def generic_visit(self, node: Any) -> Any: ...

def parse(*args: Any, **kwargs: Any) -> Module: ...
def unparse(gast_obj: Any) -> str: ...
def ast_to_gast(node: _ast.AST) -> Any: ...
def gast_to_ast(node: Any) -> Any: ...
def walk(node: Any) -> Iterator[Any]: ...
def dump(
    node: Any,
    annotate_fields: bool = ...,
    include_attributes: bool = ...,
    indent: int | str | None = ...,
    show_empty: bool = ...,
) -> str: ...
def copy_location(new_node: Any, old_node: Any) -> Any: ...
def fix_missing_locations(node: Any) -> Any: ...
def increment_lineno(node: Any, n: int = ...) -> Any: ...
def iter_fields(node: Any) -> Iterator[tuple[str, Any]]: ...
def iter_child_nodes(node: Any) -> Iterator[Any]: ...
def get_docstring(node: Any, clean: bool = ...) -> str | None: ...
def literal_eval(node_or_string: Any) -> Any: ...
