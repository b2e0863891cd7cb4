"""Public functions of ops: source generated at the first call, one per signature.

The public function starts as a stub; its first call writes and compiles the real body and swaps
the code object, so that importing hundreds of ops costs little and calling one costs no detour.
"""

from __future__ import annotations

import inspect
import types
from typing import TYPE_CHECKING, Any, cast

from engine.ir.interpreter import _current, current

if TYPE_CHECKING:
    from engine.ir.op import Op, OpFunction, Parameter


def _stub(*args, **kwargs):  # type: ignore[no-untyped-def]
    return _materialise(*args, **kwargs)  # type: ignore[name-defined]  # noqa: F821


def install_stub(op: Op) -> OpFunction:
    """The public function of `op`."""
    scope: dict[str, Any] = {"__builtins__": __builtins__, "__name__": op.infer.__module__}
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


def _swap_code(function: types.FunctionType, op: Op) -> None:
    from engine.ir import convert
    from engine.ir.tensor import EagerTensor

    scope = function.__globals__
    scope.update(_op=op, _current=_current.get, _first=current, _Eager=EagerTensor,
                 _inputs=convert.op_inputs, _type=type)  # fmt: skip
    signature = op.signature
    defaults = {}
    for i, parameter in enumerate(signature.parameters.values()):
        if parameter.default is not inspect.Parameter.empty:
            scope[f"_default{i}"] = parameter.default
            defaults[parameter.name] = f"_default{i}"
    source = wrapper_source(op, defaults)
    namespace: dict[str, Any] = {}
    exec(compile(source, f"<op {op.name}>", "exec"), scope, namespace)  # noqa: S102
    made = namespace["wrapper"]
    function.__code__ = made.__code__
    function.__defaults__ = made.__defaults__
    function.__kwdefaults__ = made.__kwdefaults__


def wrapper_source(op: Op, defaults: dict[str, str]) -> str:
    """Python source of the public function."""
    arguments = []
    for parameter in op.signature.parameters.values():
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and "*" not in arguments:
            arguments.append("*")
        default = defaults.get(parameter.name)
        arguments.append(parameter.name + (f"={default}" if default else ""))
    has_name = "name" in op.signature.parameters
    lines = [f"def wrapper({', '.join(arguments)}):"]
    lines += ["    try: it = _current()", "    except LookupError: it = _first()"]
    attrs = "{" + ", ".join(f"{key!r}: {key}" for key in op.attr_names) + "}"
    name = "name" if has_name else "None"
    inputs = op.parameters
    if inputs and all(not p.variadic and not p.optional for p in inputs):
        if len({str(p.group) for p in inputs}) == 1 and isinstance(inputs[0].group, str):
            lines += _fast_path(op, inputs, attrs, has_name)
        passed = ", ".join(p.name for p in inputs)
        lines.append(f"    return it.apply(_op, _inputs(_op, it, ({passed},)), {attrs}, {name})")
    else:
        passed = ", ".join(p.name for p in inputs) + ("," if inputs else "")
        lines.append(f"    return it.apply(_op, _inputs(_op, it, ({passed})), {attrs}, {name})")
    return "\n".join(lines) + "\n"


def _fast_path(op: Op, inputs: tuple[Parameter, ...], attrs: str, has_name: bool) -> list[str]:
    """All inputs are eager already and agree in dtype: no conversion needed."""
    if op.allowed:
        return []
    first = inputs[0].name
    test = ["it.eager", f"_type({first}) is _Eager"]
    for p in inputs[1:]:
        test += [f"_type({p.name}) is _Eager", f"{p.name}.dtype is {first}.dtype"]
    passed = ", ".join(p.name for p in inputs)
    name = "name" if has_name else "None"
    return [f"    if {' and '.join(test)}:", f"        return it.apply(_op, ({passed},), {attrs}, {name})"]
