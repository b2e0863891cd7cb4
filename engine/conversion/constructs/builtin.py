"""Python's built-in functions, which mean something for tensors and datasets too."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from engine.conversion.constructs.function import FunctionScope
from engine.conversion.staging import is_tensor, operations

__all__ = ["call_builtin", "length"]

_UNSET: Any = object()


def call_builtin(
    f: Any, args: tuple[Any, ...], kwargs: dict[str, Any] | None, scope: FunctionScope | None
) -> Any:
    """Call a built-in function for converted code.

    Args:
        f: The function.
        args: Positional arguments.
        kwargs: Keyword arguments, or None.
        scope: The scope of the calling function.
    """
    overload = _BY_IDENTITY.get(id(f))
    if overload is not None and id(f) in _FRAME:
        if scope is not None:
            return overload(args, scope)
    elif overload is not None:
        return overload(*args, **(kwargs or {}))
    return f(*args, **kwargs) if kwargs else f(*args)


def _own(value: Any, name: str) -> Callable[..., Any] | None:
    """What an object does when the function `name` is called with it, as datasets have it."""
    return getattr(type(value), name, None)


# Functions that look at the frame they are called from


def _frames(scope: FunctionScope) -> list[Any]:
    """The frames of the calling function, outermost first: its blocks have frames of their own."""
    frame: Any = sys._getframe(1)
    found: list[Any] = []
    while frame is not None:
        if frame.f_locals.get(scope.name) is scope:
            found.append(frame)
        frame = frame.f_back
    return found[::-1]


def _eval(args: tuple[Any, ...], scope: FunctionScope) -> Any:
    frames = _frames(scope)
    spaces = [frames[-1].f_globals, _merged(frames)][len(args) - 1 :]
    return eval(*args, *spaces)


def _merged(frames: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for frame in frames:
        found.update(frame.f_locals)
    return found


def _super(args: tuple[Any, ...], scope: FunctionScope) -> Any:
    if args:
        return super(*args)
    frame = _frames(scope)[0]
    code = frame.f_code
    if "__class__" not in frame.f_locals or not code.co_varnames:
        raise RuntimeError("super(): no arguments")
    return super(frame.f_locals["__class__"], frame.f_locals[code.co_varnames[0]])


def _locals(args: tuple[Any, ...], scope: FunctionScope) -> Any:
    return _merged(_frames(scope))


def _globals(args: tuple[Any, ...], scope: FunctionScope) -> Any:
    return _frames(scope)[-1].f_globals


_FRAME = {id(eval): _eval, id(super): _super, id(locals): _locals, id(globals): _globals}


# Functions of tensors


def length(value: Any) -> Any:
    """`len` of a tensor: a Python number where the shape is known, else an int32 scalar.

    Raises:
        ValueError: If it is a scalar.
    """
    dims = value.shape._dims if hasattr(value.shape, "_dims") else value.dims
    if dims and dims[0] is not None:
        return dims[0]
    tf = operations()
    if dims == ():
        raise ValueError(f"len requires a non-scalar tensor, got one of shape {tf.shape(value)}")
    return tf.shape(value)[0]


def len_(s: Any) -> Any:
    """`len`."""
    own = _own(s, "_autograph_len_")
    if own is not None:
        return own(s)
    if hasattr(type(s), "__composite_parts__") and hasattr(s, "size"):
        return s.size()
    if is_tensor(s):
        return length(s)
    return len(s)


def abs_(x: Any) -> Any:
    """`abs`."""
    own = _own(x, "_autograph_abs_")
    if own is not None:
        return own(x)
    return operations().abs(x) if is_tensor(x) else abs(x)


def float_(x: Any = 0) -> Any:
    """`float`: a float32 tensor of a tensor."""
    if not is_tensor(x):
        return float(x)
    if x.dtype.name == "string":
        return operations().strings.to_number(x, operations().float32)
    return operations().cast(x, "float32")


def int_(x: Any = 0, base: Any = _UNSET) -> Any:
    """`int`: an int32 tensor of a tensor."""
    if not is_tensor(x):
        return int(x) if base is _UNSET else int(x, base)
    if base is not _UNSET and base != 10:
        raise NotImplementedError(f"base {base} not supported for int")
    if x.dtype.name == "string":
        return operations().strings.to_number(x, operations().int32)
    return operations().cast(x, "int32")


def range_(start_or_stop: Any, stop: Any = _UNSET, step: Any = _UNSET) -> Any:
    """`range`: a tensor where one of the arguments is one; empty where `stop` comes first."""
    given = [one for one in (start_or_stop, stop, step) if one is not _UNSET]
    if not any(is_tensor(one) for one in given):
        return range(*given)
    tf = operations()
    if step is not _UNSET:
        return tf.range(start_or_stop, stop, step)
    if stop is not _UNSET:
        return tf.range(start_or_stop, tf.maximum(start_or_stop, stop))
    return tf.range(tf.maximum(start_or_stop, 0))


def sorted_(iterable: Any, key: Any = _UNSET, reverse: Any = _UNSET) -> Any:
    """`sorted`: of a vector, in the graph."""
    if not is_tensor(iterable):
        options = {"key": key, "reverse": reverse}
        return sorted(iterable, **{k: v for k, v in options.items() if v is not _UNSET})
    tf = operations()
    direction = "ASCENDING" if reverse is _UNSET else "DESCENDING"
    values = iterable if key is _UNSET else tf.vectorized_map(key, iterable)
    if values.shape.rank is not None and values.shape.rank != 1:
        raise ValueError("sort only supports only 1D tensors")
    if key is _UNSET:
        return tf.sort(values, direction=direction)
    return tf.gather(iterable, tf.argsort(values, direction=direction))


def print_(*objects: Any, **kwargs: Any) -> Any:
    """`print`, where `Feature.BUILTIN_FUNCTIONS` is on: tensors are printed by the graph."""
    if not any(is_tensor(one) for one in objects):
        return print(*objects, **kwargs)

    tensors = [one for one in objects if is_tensor(one)]

    def show(*values: Any) -> int:
        following = iter(values)
        shown = [next(following) if is_tensor(one) else one for one in objects]
        plain = [one.numpy() if is_tensor(one) else one for one in shown]
        print(
            *(one.decode() if isinstance(one, bytes) else one for one in plain),
            **{"flush": True, **kwargs},
        )
        return 0

    return operations().py_function(show, tensors, operations().int32)


# Functions of iterables: datasets have their own


def _shared(name: str, iterables: tuple[Any, ...]) -> Callable[..., Any] | None:
    """What all of several objects do alike."""
    found = {_own(one, name) for one in iterables}
    return found.pop() if len(found) == 1 else None


def enumerate_(s: Any, start: Any = 0) -> Any:
    """`enumerate`."""
    own = _own(s, "_autograph_enumerate_")
    return own(s, start) if own is not None else enumerate(s, start)


def zip_(*iterables: Any, strict: bool = False) -> Any:
    """`zip`."""
    own = _shared("_autograph_zip_", iterables) if iterables else None
    return own(*iterables) if own is not None else zip(*iterables, strict=strict)


def map_(fn: Any, *iterables: Any) -> Any:
    """`map`."""
    own = _shared("_autograph_map_", iterables) if iterables else None
    return own(fn, *iterables) if own is not None else map(fn, *iterables)


def filter_(function: Any, iterable: Any) -> Any:
    """`filter`."""
    own = _own(iterable, "_autograph_filter_")
    return own(function, iterable) if own is not None else filter(function, iterable)


def any_(iterable: Any) -> Any:
    """`any`."""
    own = _own(iterable, "_autograph_any_")
    return own(iterable) if own is not None else any(iterable)


def all_(iterable: Any) -> Any:
    """`all`."""
    own = _own(iterable, "_autograph_all_")
    return own(iterable) if own is not None else all(iterable)


def next_(iterator: Any, default: Any = _UNSET) -> Any:
    """`next`."""
    own = _own(iterator, "_autograph_next_")
    if own is not None:
        return own(iterator) if default is _UNSET else own(iterator, default)
    return next(iterator) if default is _UNSET else next(iterator, default)


_OVERLOADS: dict[Any, Callable[..., Any]] = {
    abs: abs_,
    all: all_,
    any: any_,
    enumerate: enumerate_,
    filter: filter_,
    float: float_,
    int: int_,
    len: len_,
    map: map_,
    next: next_,
    print: print_,
    range: range_,
    sorted: sorted_,
    zip: zip_,
}

_BY_IDENTITY: dict[int, Callable[..., Any]] = {
    **{id(function): overload for function, overload in _OVERLOADS.items()},
    **_FRAME,
}
