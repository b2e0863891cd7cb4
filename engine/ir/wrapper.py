"""Public functions of ops: source generated at the first call, one per signature.

The public function starts as a stub; its first call writes and compiles the real body and swaps
the code object, so that importing hundreds of ops costs little and calling one costs no detour.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from engine.base.tracebacks import fallback, hide_engine_frames
from engine.ir.interpreter import _current, current, new_eager

if TYPE_CHECKING:
    from engine.ir.dtypes import DType
    from engine.ir.op import Op, OpFunction, Parameter


def _stub(*args, **kwargs):  # type: ignore[no-untyped-def]
    try:
        return _materialise(*args, **kwargs)  # type: ignore[name-defined]  # noqa: F821
    except Exception as error:
        hide_engine_frames(error)
        raise


def install_stub(op: Op) -> OpFunction:
    """The public function of `op`."""
    scope: dict[str, Any] = {"__builtins__": __builtins__, "__name__": op.infer.__module__,
                             "hide_engine_frames": hide_engine_frames}  # fmt: skip
    function = types.FunctionType(_stub.__code__, scope, op.infer.__name__)

    def materialise(*args: Any, **kwargs: Any) -> Any:
        _swap_code(function, op)
        return function(*args, **kwargs)

    scope["_materialise"] = materialise
    function.__doc__ = op.doc
    function.__module__ = op.infer.__module__
    function.__qualname__ = op.infer.__qualname__
    function.__wrapped__ = op.infer  # type: ignore[attr-defined]
    function.op = op  # type: ignore[attr-defined]
    function.kernel = lambda compute: _complete(op, "compute", compute)  # type: ignore[attr-defined]
    function.gradient = lambda backward: _complete(op, "backward", backward)  # type: ignore[attr-defined]
    function.binder = lambda bind: _complete(op, "bind", bind)  # type: ignore[attr-defined]
    return cast("OpFunction", function)


def _complete(op: Op, slot: str, value: Any) -> Any:
    setattr(op, slot, value)
    return value


class Results:
    """Which dtypes an op accepts for a group of inputs, and the dtype of its result.

    Attributes:
        table: by the dtype's enum number: the result's dtype (or True, where it is not known
            beforehand), False: not accepted, None: not asked for yet.
    """

    __slots__ = ("_allowed", "_op", "table")

    def __init__(self, op: Op, group: str, known: bool) -> None:
        self._op = op if known else None
        self._allowed = op.allowed.get(group)
        self.table: list[Any] = [None] * 32

    def learn(self, dtype: DType) -> Any:
        """Fill and answer the entry of `dtype`."""
        found: Any = self._allowed is None or dtype in self._allowed
        if found and self._op is not None:
            from engine.ir.spec import spec

            count = len(self._op.parameters)
            found = self._op.infer(*[spec(dtype, ())] * count).dtype
        self.table[dtype.as_datatype_enum] = found
        return found


_FAILURES = (ValueError, TypeError, IndexError, ArithmeticError, RuntimeError, LookupError)
"""What a kernel may raise: then the long way computes again, and reports."""


def quick_parts(op: Op) -> tuple[Callable[..., Any] | None, Results | None]:
    """For element-wise ops without attributes: a callable on arrays, and the results' dtypes."""
    plain = op.elementwise and not op.effect and not op.attr_names
    groups = {str(p.group) for p in op.parameters}
    if not plain or len(groups) != 1 or not isinstance(op.parameters[0].group, str):
        return None, None
    if op.ufunc is None and op.expression is None and op.compute is None:
        return None, None
    quick: Any = new_eager().quick(op)  # type: ignore[attr-defined]
    return quick, Results(op, op.parameters[0].group, known=True)


def _swap_code(function: types.FunctionType, op: Op) -> None:
    from engine.ir import convert
    from engine.ir.tensor import EagerTensor, SymbolicTensor

    scope = function.__globals__
    quick, results = quick_parts(op)
    scope.update(_op=op, _current=_current.get, _first=current, _Eager=EagerTensor,
                 _Symbolic=SymbolicTensor, _inputs=convert.op_inputs, _type=type,
                 _new=EagerTensor.__new__, _quick=quick, _failures=_FAILURES,
                 _fallback=fallback)  # fmt: skip
    signature = op.signature
    defaults = {}
    for i, parameter in enumerate(signature.parameters.values()):
        if parameter.default is not inspect.Parameter.empty:
            scope[f"_default{i}"] = parameter.default
            defaults[parameter.name] = f"_default{i}"
    source = wrapper_source(op, defaults, scope, results)
    namespace: dict[str, Any] = {}
    exec(compile(source, f"<op {op.name}>", "exec"), scope, namespace)
    made = namespace["wrapper"]
    function.__defaults__ = made.__defaults__
    function.__kwdefaults__ = made.__kwdefaults__
    function.__code__ = made.__code__  # last: other threads may call it at any time


def wrapper_source(
    op: Op, defaults: dict[str, str], scope: dict[str, Any], results: Results | None
) -> str:
    """Python source of the public function.

    Args:
        op: the op.
        defaults: names in `scope` of the parameters' defaults.
        scope: globals of the function; receives what the source needs.
        results: dtypes of the results, where the op has a quick callable.
    """
    arguments = []
    for parameter in op.signature.parameters.values():
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and "*" not in arguments:
            arguments.append("*")
        default = defaults.get(parameter.name)
        arguments.append(parameter.name + (f"={default}" if default else ""))
    lines = [f"def wrapper({', '.join(arguments)}):"]
    lines += ["    try: it = _current()", "    except LookupError: it = _first()"]
    lines += _attr_checks(op, scope)
    attrs = "{" + ", ".join(f"{key!r}: {key}" for key in op.attr_names) + "}"
    name = "name" if "name" in op.signature.parameters else "None"
    inputs = op.parameters
    passed = ", ".join(p.name for p in inputs) + ("," if inputs else "")
    if inputs and all(not p.variadic and not p.optional for p in inputs):
        tests = _dtype_tests(op, inputs, scope, results)
        call = f"it.apply(_op, ({passed}), {attrs}, {name})"
        lines += _route(inputs, "_Eager", tests, _quick_lines(inputs, results, call))
        lines += _route(inputs, "_Symbolic", tests, [f"return {call}"])
    lines.append(f"    return it.apply(_op, _inputs(_op, it, ({passed})), {attrs}, {name})")
    shown = [
        "    except Exception as error:",
        f"        try: found = _fallback(_op, ({passed}), {attrs})",
        "        except Exception as told:",
        "            hide_engine_frames(told)",
        "            raise",
        "        if found is not NotImplemented: return found",
        "        hide_engine_frames(error)",
        "        raise",
    ]
    body = [lines[0], "    try:", *["    " + line for line in lines[1:]], *shown]
    return "\n".join(body) + "\n"


def _as_int(value: Any, name: str) -> int:
    if not isinstance(value, str):
        try:
            return int(value)
        except (ValueError, TypeError):
            pass
    raise TypeError(f"Expected int for argument '{name}' not {value!r}.")


def _as_float(value: Any, name: str) -> float:
    if not isinstance(value, str):
        try:
            return float(value)
        except (ValueError, TypeError):
            pass
    raise TypeError(f"Expected float for argument '{name}' not {value!r}.")


def _as_bool(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"Expected bool for argument '{name}' not {value!r}.")
    return value


_CHECKS = {"int": _as_int, "float": _as_float, "bool": _as_bool}


def _attr_checks(op: Op, scope: dict[str, Any]) -> list[str]:
    """Statements that convert the numbers and bools among the attributes of a public op."""
    if op.name.startswith("raw."):
        return []
    lines = []
    for key in op.attr_names:
        kind = str(op.signature.parameters[key].annotation)
        if kind in _CHECKS:
            scope[f"_as_{kind}"] = _CHECKS[kind]
            lines.append(f"    if _type({key}) is not {kind}: {key} = _as_{kind}({key}, {key!r})")
    return lines


def _route(
    inputs: tuple[Parameter, ...], kind: str, tests: list[str], body: list[str]
) -> list[str]:
    """What to do where all inputs are tensors of one kind that agree already."""
    kinds = " and ".join(f"_type({p.name}) is {kind}" for p in inputs)
    lines = [f"    if {kinds}:"]
    indent = "        "
    for test in tests:
        lines.append(indent + test)
        if test.startswith("if "):
            indent += "    "
    return lines + [indent + line for line in body]


def _dtype_tests(
    op: Op, inputs: tuple[Parameter, ...], scope: dict[str, Any], results: Results | None
) -> list[str]:
    """Statements that lead on only where the dtypes agree and are allowed."""
    tests: list[str] = []
    seen: dict[str, str] = {}
    for i, p in enumerate(inputs):
        if p.group is None:
            continue
        if not isinstance(p.group, str):
            scope[f"_fixed{i}"] = p.group
            tests.append(f"if {p.name}.dtype is _fixed{i}:")
        elif p.group in seen:
            tests.append(f"if {p.name}.dtype is {seen[p.group]}:")
        else:
            seen[p.group] = dtype = f"_d{i}"
            tests.append(f"{dtype} = {p.name}.dtype")
            if results is None and p.group not in op.allowed:
                continue
            found = results or Results(op, p.group, known=False)
            scope[f"_table{i}"], scope[f"_learn{i}"] = found.table, found.learn
            tests.append(f"r = _table{i}[{dtype}.as_datatype_enum]")
            tests.append(f"if r or (r is None and _learn{i}({dtype})):")
    return tests


def _quick_lines(inputs: tuple[Parameter, ...], results: Results | None, call: str) -> list[str]:
    if results is None:
        return [f"return {call}"]
    values = ", ".join(f"{p.name}._value" for p in inputs)
    return [
        "if r and it.plain:",
        "    try:",
        f"        v = it.run(_quick, {values})",
        "    except _failures: pass",
        "    else:",
        "        e = _new(_Eager)",
        "        e._value = v",
        "        e.dtype = r",
        "        return e",
        f"return {call}",
    ]
