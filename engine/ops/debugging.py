"""Checks while tracing: of ranks, shapes and dtypes; switches of the namespace `tf.debugging`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from engine.base.tracebacks import FILTERING
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import as_dtype, int32
from engine.ir.op import public
from engine.ir.static_value import known_value
from engine.ir.tensor import EagerTensor, Tensor
from engine.ops.assertions import Assert, nothing


def _name(x: Any) -> str:
    return "" if isinstance(x, EagerTensor) else str(x.name)


def _prefix(message: Any) -> str:
    return f"{message}.  " if message else ""


def _static_rank(rank: Any) -> Any:
    if isinstance(rank, Tensor) and rank.dtype is not int32:
        raise TypeError(f"tensor must be of type {int32!r}; got {rank.dtype!r}")
    found = known_value(rank) if isinstance(rank, Tensor) else rank
    if found is None:
        return None
    if getattr(found, "ndim", 0) or isinstance(found, (list, tuple)):
        raise ValueError("Rank must be a scalar.")
    if isinstance(found, float) or not hasattr(found, "__index__"):
        raise TypeError(f"Must be integer type, but got {rank!r}")
    return int(found)


def _check_rank(x: Any, rank: Any, test: str, says: str, message: Any, name: str | None) -> Any:
    from engine.ops.namespace import tf

    x = convert_to_tensor(x)
    wanted = _static_rank(rank)
    if x.dims is not None and wanted is not None:
        holds = len(x.dims) == wanted if test == "equal" else len(x.dims) >= wanted
        if not holds:
            raise ValueError(f"{_prefix(message)}Tensor {_name(x)} must have rank {says}{wanted}.  "
                             f"Received rank {len(x.dims)}, shape {x.shape}")  # fmt: skip
        return nothing(name or f"assert_rank{'' if test == 'equal' else '_at_least'}")
    condition = getattr(tf.math, test)(tf.rank(x), rank)
    data = [_prefix(message), f"Tensor {_name(x)} must have rank {says}", rank,
            "Received shape: ", tf.shape(x)]  # fmt: skip
    return Assert(condition, data, name=name)


@public("debugging.assert_rank", "assert_rank")
def assert_rank(x: Any, rank: Any, message: Any = None, name: str | None = None) -> Any:
    """Stop unless `x` has the given rank.

    Args:
        x: tensor.
        rank: number or scalar integer tensor.
        message: start of the error's text.
        name: of the node.

    Returns:
        None; in graphs a node.

    Raises:
        ValueError: if it has another rank.
        InvalidArgumentError: the same, where only the running graph knows.
    """
    return _check_rank(x, rank, "equal", "", message, name)


@public("debugging.assert_rank_at_least")
def assert_rank_at_least(x: Any, rank: Any, message: Any = None, name: str | None = None) -> Any:
    """Stop unless `x` has at least the given rank; arguments and errors as `assert_rank`."""
    return _check_rank(x, rank, "greater_equal", "at least ", message, name)


@public("debugging.assert_rank_in")
def assert_rank_in(
    x: Any, ranks: Sequence[Any], message: Any = None, name: str | None = None
) -> Any:
    """Stop unless `x` has one of the given ranks; arguments and errors as `assert_rank`."""
    from engine.ops.namespace import tf

    x = convert_to_tensor(x)
    wanted = [_static_rank(rank) for rank in ranks]
    if x.dims is not None and None not in wanted:
        if len(x.dims) not in wanted:
            raise ValueError(
                f"{_prefix(message)}Tensor {_name(x)} must have rank in "
                f"{tuple(wanted)}.  Received rank {len(x.dims)}, shape {x.shape}"
            )
        return nothing(name or "assert_rank_in")
    condition = tf.reduce_any(tf.equal(tf.rank(x), tf.stack(list(ranks))))
    data = [_prefix(message), f"Tensor {_name(x)} must have rank in", *ranks,
            "Received shape: ", tf.shape(x)]  # fmt: skip
    return Assert(condition, data, name=name)


@public("debugging.assert_scalar")
def assert_scalar(tensor: Any, message: Any = None, name: str | None = None) -> None:
    """Stop unless `tensor` is a scalar.

    Args:
        tensor: tensor.
        message: start of the error's text.
        name: makes no difference.

    Raises:
        ValueError: if its rank is not 0.
    """
    x = convert_to_tensor(tensor)
    if x.dims != ():
        where = f" for {_name(x)}" if _name(x) else ""
        raise ValueError(f"{message or ''}Expected scalar shape{where}, saw shape: {x.shape}.")


@public("debugging.assert_type")
def assert_type(tensor: Any, tf_type: Any, message: Any = None, name: str | None = None) -> None:
    """Stop unless `tensor` has the given dtype.

    Args:
        tensor: tensor.
        tf_type: dtype.
        message: start of the error's text.
        name: makes no difference.

    Raises:
        TypeError: if it has another dtype.
    """
    wanted = as_dtype(tf_type)
    x = convert_to_tensor(tensor)
    if x.dtype is not wanted:
        said = f"{message}  " if message else ""
        raise TypeError(f"{said}{_name(x) or 'tensor'} must be of type {wanted!r}; got {x.dtype!r}")


@public("debugging.assert_integer")
def assert_integer(x: Any, message: Any = None, name: str | None = None) -> None:
    """Stop unless `x` has an integer dtype.

    Args:
        x: tensor.
        message: start of the error's text.
        name: makes no difference.

    Raises:
        TypeError: if it has another dtype.
    """
    x = convert_to_tensor(x)
    if not x.dtype.is_integer:
        where = _name(x) or "tensor"
        raise TypeError(
            f'{_prefix(message)}Expected "x" to be integer type.  Found: {where} of dtype {x.dtype}'
        )


@public("debugging.assert_same_float_dtype")
def assert_same_float_dtype(tensors: Any = None, dtype: Any = None) -> Any:
    """The common float dtype of tensors.

    Args:
        tensors: list of tensors; None entries are skipped.
        dtype: the dtype they should have.

    Returns:
        The dtype; float32 where nothing decides.

    Raises:
        ValueError: if they differ, or are no floats.
    """
    found = None if dtype is None else as_dtype(dtype)
    first: Any = None
    for item in tensors or ():
        if item is None:
            continue
        if found is None:
            found, first = item.dtype, item
        elif item.dtype is not found:
            like = f" as {first}" if first is not None else ""
            raise ValueError(
                f"{_name(item) or item}, type={item.dtype}, must be of the same type "
                f"({found}){like}."
            )
    if found is None:
        return as_dtype("float32")
    if not found.is_floating:
        raise ValueError(f"Expected floating point type, got {found}.")
    return found


@public("debugging.is_numeric_tensor")
def is_numeric_tensor(tensor: Any) -> bool:
    """Is it a tensor of numbers (floats, integers or complex)?

    Args:
        tensor: anything.
    """
    return isinstance(tensor, Tensor) and tensor.dtype.is_numeric


@public("debugging.assert_proper_iterable")
def assert_proper_iterable(values: Any) -> None:
    """Stop unless `values` is an iterable of tensors, and no tensor, array or text itself.

    Args:
        values: anything.

    Raises:
        TypeError: if it is none.
    """
    if isinstance(values, (Tensor, str, bytes)) or hasattr(values, "__array_interface__"):
        raise TypeError(
            f'Expected argument "values" to be a "proper" iterable.  Found: {type(values)}'
        )
    if not isinstance(values, Iterable):
        raise TypeError(f'Expected argument "values" to be iterable.  Found: {type(values)}')


# -- shapes


def _sizes(shape: Any) -> tuple[list[Any], list[Any]]:
    """What a shape asks of the axes at the front, and of those at the back (after `...`)."""
    if isinstance(shape, str):
        shape = [shape] if shape != "." else []
    items = list(shape) if isinstance(shape, (list, tuple)) else [shape]
    if items and items[0] in (Ellipsis, "..."):
        return [], items[1:]
    if items and items[-1] in (Ellipsis, "..."):
        return items[:-1], [Ellipsis]
    return items, []


@public("debugging.assert_shapes")
def assert_shapes(
    shapes: Any, data: Any = None, summarize: Any = None, message: Any = None,
    name: str | None = None,
) -> None:  # fmt: skip
    """Stop unless tensors have the given shapes, where equal letters stand for equal sizes.

    Args:
        shapes: dictionary or list of pairs of a tensor and its shape: numbers, letters ("N") for
            any size, None for no check, and `...` at the front or the back for more axes.
        data: what to show if a check fails while the graph runs.
        summarize: how many elements to show.
        message: start of the error's text.
        name: of the nodes.

    Raises:
        ValueError: if a shape differs.
        InvalidArgumentError: the same, where only the running graph knows.
    """
    from engine.ops.namespace import tf

    pairs = list(shapes.items()) if isinstance(shapes, dict) else list(shapes)
    known: dict[Any, tuple[Any, str]] = {}
    said = _prefix(message)
    for item, shape in pairs:
        x = convert_to_tensor(item.deref() if hasattr(item, "deref") else item)
        what = _name(x) or f"shape={x.shape} dtype={x.dtype.name}"
        front, back = _sizes(shape)
        if x.dims is None:
            _check_dynamic_rank(tf, x, front, back, what, said)
            continue
        rank, exact = len(x.dims), not back
        wanted = front + [size for size in back if size is not Ellipsis]
        if (rank != len(wanted)) if exact else (rank < len(wanted)):
            least = "" if exact else "at least "
            raise ValueError(f"{said}Tensor {what} must have rank {least}{len(wanted)}.  Received "
                             f"rank {rank}, shape {x.shape}")  # fmt: skip
        offset = 0 if front or exact else rank - len(wanted)
        for axis, size in enumerate(wanted, offset):
            _check_size(tf, x, axis, size, what, known, (said, data, summarize))


def _check_dynamic_rank(
    tf: Any, x: Tensor, front: list[Any], back: list[Any], what: str, said: str
) -> None:
    """Check rank and given sizes of a tensor whose rank only the running graph knows."""
    wanted = front + [size for size in back if size is not Ellipsis]
    test = tf.greater_equal if back else tf.equal
    least = "at least " if back else ""
    text = f"{said}Tensor {what} must have rank {least}{len(wanted)}."
    Assert(test(tf.rank(x), len(wanted)), [text, "Received shape:", tf.shape(x)])
    offset = tf.rank(x) - len(wanted) if back and not front else 0
    for axis, size in enumerate(wanted):
        if isinstance(size, int):
            text = f"{said}Tensor {what} dimension {axis} must have size {size}."
            real = tf.shape(x)[offset + axis]
            Assert(tf.equal(real, size), [text, "Received shape:", tf.shape(x)])


def _check_size(
    tf: Any, x: Tensor, axis: int, size: Any, what: str, known: dict[Any, tuple[Any, str]],
    report: tuple[str, Any, Any],
) -> None:  # fmt: skip
    assert x.dims is not None
    if size is None or size == ".":
        return
    said, data, summarize = report
    real: Any = x.dims[axis] if x.dims[axis] is not None else tf.shape(x)[axis]
    source = "Specified explicitly."
    wanted = size
    if isinstance(size, str):
        if size not in known:
            known[size] = (real, f"Specified by tensor {what} dimension {axis}.")
            return
        wanted, source = known[size]
    text = f"{said}{source}  Tensor {what} dimension {axis} must have size {wanted}."
    if isinstance(real, int) and isinstance(wanted, int):
        if real != wanted:
            raise ValueError(f"{text}  Received size {real}, shape {x.shape}")
        return
    shown = data if data is not None else [text, "Received shape:", tf.shape(x)]
    Assert(tf.equal(real, wanted), shown, summarize)


# -- switches

_state = {"placement": False}


@public("debugging.enable_traceback_filtering")
def enable_traceback_filtering() -> None:
    """Leave the engine's own frames out of tracebacks (the default)."""
    FILTERING[0] = True


@public("debugging.disable_traceback_filtering")
def disable_traceback_filtering() -> None:
    """Show the engine's own frames in tracebacks."""
    FILTERING[0] = False


@public("debugging.is_traceback_filtering_enabled")
def is_traceback_filtering_enabled() -> bool:
    """Are the engine's own frames left out of tracebacks?"""
    return FILTERING[0]


@public("debugging.set_log_device_placement")
def set_log_device_placement(enabled: bool) -> None:
    """Note whether placements of ops on devices should be logged.

    Args:
        enabled: should they?
    """
    _state["placement"] = bool(enabled)


@public("debugging.get_log_device_placement")
def get_log_device_placement() -> bool:
    """What `set_log_device_placement` was told last."""
    return _state["placement"]
