"""Checks at run time: assertions of values, and of being finite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.base.errors import InvalidArgumentError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import FLOATING, bool_, float16, float64
from engine.ir.interpreter import current
from engine.ir.op import IO, op, public
from engine.ir.spec import TensorSpec, spec
from engine.ir.static_value import known_value
from engine.ir.tensor import EagerTensor, Tensor, Tensors


def summary(value: Any, limit: int) -> str:
    """The first `limit` elements of an array, as assertion messages of graphs show them."""
    from engine.ops.printing import element_text

    flat = value.reshape(-1) if hasattr(value, "reshape") else [value]
    shown = flat[: len(flat) if limit < 0 else limit]
    texts = [_text(element_text, item) for item in shown]
    more = "..." if 0 <= limit < len(flat) else ""
    return "[" + " ".join(texts) + more + "]"


def _text(element_text: Any, item: Any) -> str:
    return item.decode("utf-8", "replace") if isinstance(item, bytes) else element_text(item)


@op("raw.assert", type="Assert", groups={"condition": bool_, "data": None}, effect=IO)
def assert_op(
    condition: Tensor, data: Tensors, summarize: int = 3, name: str | None = None
) -> None:
    """Stop with the values of `data` unless `condition` holds."""


@assert_op.kernel
def _assert_kernel(xp: Any, condition: Any, *data: Any, summarize: int = 3) -> None:
    if not bool(condition):
        shown = " ".join(summary(value, summarize) for value in data)
        raise InvalidArgumentError(None, None, f"assertion failed: {shown}")


def _recorded(condition: Any, data: list[Any], summarize: Any, name: str | None) -> Any:
    """Record an assertion; its node, to depend on."""
    return assert_op(condition, data, 3 if summarize is None else int(summarize), name)


def nothing(name: str) -> Any:
    """What an assertion that is known to hold answers: in graphs a node that does nothing."""
    from engine.ops.namespace import tf

    if current().eager:
        return None
    with tf.name_scope(name):
        return tf.no_op(name="static_checks_determined_all_ok")


def _eager_text(value: Any, limit: Any) -> str:
    limit = 3 if limit is None else int(limit)
    if not isinstance(value, Tensor):
        return str(value.encode()) if isinstance(value, str) else str(value)
    array = known_value(value)
    flat = list(array.reshape(-1)) if hasattr(array, "reshape") else [array]
    shown = flat if limit < 0 else flat[:limit]
    return ", ".join([str(item) for item in shown] + (["..."] if len(shown) < len(flat) else []))


@public("debugging.Assert", "Assert")
def Assert(condition: Any, data: Any, summarize: Any = None, name: str | None = None) -> Any:
    """Stop with InvalidArgumentError unless `condition` holds.

    Args:
        condition: bool, or bool tensor (in graphs: all its elements must hold).
        data: list of tensors and texts to show.
        summarize: how many elements of each to show; 3 by default, negative: all.
        name: of the node.

    Returns:
        None; in graphs the node.

    Raises:
        InvalidArgumentError: if the condition does not hold (in graphs: when they run).
    """
    from engine.ops.namespace import tf

    if current().eager:
        if not condition:
            shown = "\n".join(_eager_text(item, summarize) for item in data)
            raise InvalidArgumentError(
                None, None, f"Expected '{condition!s}' to be true. Summarized data: {shown}"
            )
        return None
    if not data:
        raise ValueError("Attr 'T' of 'Assert' Op passed list of length 0 less than minimum 1.")
    held = convert_to_tensor(condition, dtype=bool_)
    if held.dims != ():
        held = tf.reduce_all(held)
    return _recorded(held, [convert_to_tensor(item) for item in data], summarize, name)


@op("debugging.check_numerics", type="CheckNumerics", dtypes={"T": FLOATING}, effect=IO,
    samples=[("float32[3]", "text")])  # fmt: skip
def check_numerics(tensor: Tensor, message: str, name: str | None = None) -> TensorSpec:
    """`tensor`, or a stop where it holds nan or infinity.

    Args:
        tensor: tensor of floats.
        message: start of the error's text.
        name: of the node.

    Raises:
        InvalidArgumentError: if an element is nan or infinite.
    """
    return spec(tensor.dtype, tensor.dims)


@check_numerics.kernel
def _check_numerics_kernel(xp: Any, x: Any, message: str) -> Any:
    if not xp.isfinite(x).all():
        found = []
        if xp.isinf(x).any():
            found.append("Inf")
        if xp.isnan(x).any():
            found.append("NaN")
        raise InvalidArgumentError(
            None, None, f"{message} : Tensor had {' and '.join(found)} values"
        )
    return x


@check_numerics.gradient
def _check_numerics_gradient(tf: Any, node: Any, grad: Tensor) -> Tensor:
    return check_numerics(grad, "Not a number (NaN) or infinity (Inf) values detected in gradient.")


@public("debugging.assert_all_finite")
def assert_all_finite(x: Any, message: str, name: str | None = None) -> Tensor:
    """`x`, or a stop where it holds nan or infinity; as `tf.debugging.check_numerics`.

    Args:
        x: tensor of floats.
        message: start of the error's text.
        name: of the node.
    """
    return check_numerics(x, message, name)


# -- comparisons


def _failed(message: Any, lines: list[str]) -> InvalidArgumentError:
    return InvalidArgumentError(None, None, "\n".join(([message] if message else []) + lines))


def _first(array: Any, limit: int) -> Any:
    return array.reshape(-1)[:limit]


def _difference(x: Any, y: Any, held: Any, symbol: str, summarize: Any) -> list[str]:
    """The lines of a failed comparison of two arrays."""
    limit = 3 if summarize is None else int(summarize) if summarize >= 0 else 10**9
    lines = [f"Condition x {symbol} y did not hold."]
    if x.shape == y.shape and x.shape:
        wrong = ~held
        where = [list(map(int, index)) for index in zip(*wrong.nonzero())]
        count = min(limit, len(where))
        shown = "\n ".join("[" + " ".join(map(str, index)) + "]" for index in where[:count])
        lines += [
            f"Indices of first {count} different values:", f"[{shown}]",
            "Corresponding x values:", str(x[wrong][:count]),
            "Corresponding y values:", str(y[wrong][:count]),
        ]  # fmt: skip
    first_x, first_y = _first(x, limit), _first(y, limit)
    lines += [f"First {len(first_x)} elements of x:", str(first_x)]
    lines += [f"First {len(first_y)} elements of y:", str(first_y)]
    return lines


def _named(tensor: Any, letter: str) -> str:
    return f"{letter} ({tensor.name}) = " if not isinstance(tensor, EagerTensor) else f"{letter} = "


def _compare(
    symbol: str, test: str, x: Any, y: Any, message: Any, summarize: Any, name: str | None
) -> Any:
    from engine.ops.namespace import tf

    x, y = convert_to_tensor(x), convert_to_tensor(y)
    function = getattr(tf.math, test)
    if current().eager:
        held = function(x, y)
        if bool(tf.reduce_all(held)):
            return None
        arrays = [known_value(item) for item in (x, y, held)]
        raise _failed(message, _difference(arrays[0], arrays[1], arrays[2], symbol, summarize))
    if x is y and test in ("equal", "less_equal", "greater_equal"):
        return nothing(name or f"assert_{test}")
    condition = tf.reduce_all(function(x, y))
    known_x, known_y = known_value(x), known_value(y)
    head = f"Condition x {symbol} y did not hold element-wise:"
    if known_x is not None and known_y is not None:
        held = known_value(_eagerly(function, x, y))
        if bool(held.all()):
            return nothing(name or f"assert_{test}")
        raise _failed(message, [head, _named(x, "x"), str(known_x), _named(y, "y"), str(known_y)])
    data = [message or "", head, _named(x, "x"), x, _named(y, "y"), y]
    return _recorded(condition, data, summarize, name)


def _eagerly(function: Callable[..., Any], *tensors: Tensor) -> Any:
    """Call a function on the known values of tensors."""
    from engine.ir.interpreter import interpreting

    it: Any = current()
    while not it.eager:
        it = it.outer
    with interpreting(it):
        values = [it.constant(known_value(item), item.dtype) for item in tensors]
        return function(*values)


def _declare_comparison(base: str, symbol: str, test: str, says: str, *aliases: str) -> None:
    def check(
        x: Any, y: Any, message: Any = None, summarize: Any = None, name: str | None = None
    ) -> Any:
        return _compare(symbol, test, x, y, message, summarize, name)

    check.__name__ = check.__qualname__ = f"assert_{base}"
    check.__doc__ = f"""Stop unless {says}, element by element.

    Args:
        x: tensor.
        y: tensor of the same dtype; the shapes broadcast.
        message: start of the error's text.
        summarize: how many elements to show; 3 by default, negative: all.
        name: of the node.

    Returns:
        None; in graphs the node.

    Raises:
        InvalidArgumentError: if it does not hold (in graphs: when they run, or at once where
            both values are known).
    """
    public(f"debugging.assert_{base}", *aliases)(check)


_declare_comparison("equal", "==", "equal", "x equals y", "assert_equal")
_declare_comparison("less", "<", "less", "x is less than y", "assert_less")
_declare_comparison("less_equal", "<=", "less_equal", "x is at most y")
_declare_comparison("greater", ">", "greater", "x is greater than y", "assert_greater")
_declare_comparison("greater_equal", ">=", "greater_equal", "x is at least y")


@public("debugging.assert_none_equal")
def assert_none_equal(
    x: Any, y: Any, summarize: Any = None, message: Any = None, name: str | None = None
) -> Any:
    """Stop if x equals y anywhere; arguments (in another order) as `assert_equal`."""
    return _compare("!=", "not_equal", x, y, message, summarize, name)


# -- signs


_SIGNS = {"greater": "positive", "less": "negative", "greater_equal": "non_negative",
          "less_equal": "non_positive"}  # fmt: skip


def _against_zero(
    x: Any, test: str, symbol: str, message: Any, summarize: Any, name: str | None
) -> Any:
    from engine.ops.namespace import tf

    x = convert_to_tensor(x)
    head = f"Condition x {symbol} 0 did not hold element-wise:"
    start = f"{message}.  " if message else ""

    def against(tensor: Tensor) -> Any:
        return getattr(tf.math, test)(tensor, convert_to_tensor(0, tensor.dtype))

    condition = tf.reduce_all(against(x))
    if not current().eager:
        known = known_value(x)
        if known is not None:
            if bool(known_value(_eagerly(against, x)).all()):
                return nothing(name or f"assert_{_SIGNS[test]}")
            raise _failed(message, [head, _named(x, "x"), str(known)])
        data = [start, head, _named(x, "x"), x]
        return _recorded(condition, data, summarize, name)
    if bool(condition):
        return None
    limit = 3 if summarize is None else int(summarize)
    flat = known_value(x).reshape(-1)
    listed = [str(item) for item in (flat if limit < 0 else flat[:limit])]
    listed += ["..."] if 0 <= limit < len(flat) else []
    shown = listed if x.shape.rank else listed[0]
    raise InvalidArgumentError(
        None, None, f"{start}\n{head}\nx (shape={x.shape} dtype={x.dtype.name}) = \n{shown}"
    )


def _declare_sign(base: str, test: str, symbol: str, says: str) -> None:
    def check(x: Any, message: Any = None, summarize: Any = None, name: str | None = None) -> Any:
        return _against_zero(x, test, symbol, message, summarize, name)

    check.__name__ = check.__qualname__ = f"assert_{base}"
    check.__doc__ = f"""Stop unless all elements are {says}.

    Args:
        x: real tensor.
        message: start of the error's text.
        summarize: how many elements to show; 3 by default, negative: all.
        name: of the node.

    Returns:
        None; in graphs the node.

    Raises:
        InvalidArgumentError: if an element is not (in graphs: when they run).
    """
    public(f"debugging.assert_{base}")(check)


_declare_sign("positive", "greater", ">", "positive")
_declare_sign("negative", "less", "<", "negative")
_declare_sign("non_negative", "greater_equal", ">=", "zero or positive")
_declare_sign("non_positive", "less_equal", "<=", "zero or negative")


@public("debugging.assert_near")
def assert_near(
    x: Any, y: Any, rtol: Any = None, atol: Any = None, message: Any = None,
    summarize: Any = None, name: str | None = None,
) -> Any:  # fmt: skip
    """Stop unless |x - y| < atol + rtol |y|, element by element.

    Args:
        x: tensor of floats or complex numbers.
        y: tensor of the same dtype; the shapes broadcast.
        rtol: relative tolerance; by default 10 times the dtype's spacing at 1.
        atol: absolute tolerance, with the same default.
        message: start of the error's text.
        summarize: how many elements to show.
        name: of the node.

    Returns:
        None; in graphs the node.

    Raises:
        InvalidArgumentError: if it does not hold (in graphs: when they run).
    """
    from engine.ops.namespace import tf

    x = convert_to_tensor(x)
    y = convert_to_tensor(y, dtype=x.dtype)
    real = x.dtype.real_dtype
    if real.kind != "f":
        raise ValueError(f"data type {real.as_numpy_dtype!r} not inexact")
    spacing = {float64: 2.220446049250313e-16, float16: 9.765625e-4}.get(real, 1.1920929e-07)
    tolerance = [
        convert_to_tensor(10 * spacing if item is None else item, dtype=real)
        for item in (rtol, atol)
    ]
    near = tf.abs(x - y) < tolerance[1] + tolerance[0] * tf.abs(y)
    condition = tf.reduce_all(near)
    head = f"x and y not equal to tolerance rtol = {tolerance[0]!s}, atol = {tolerance[1]!s}"
    names = [
        f"{letter} (shape={item.shape} dtype={item.dtype.name}) = " if current().eager
        else _named(item, letter) for letter, item in (("x", x), ("y", y))
    ]  # fmt: skip
    data = [message or "", head, names[0], x, names[1], y]
    return Assert(condition, data, summarize, name)
