"""Functions -> converted functions: what `tf.function` and `tf.autograph` are made of."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

from engine.conversion.constructs.function import autograph_artifact, is_autograph_artifact
from engine.conversion.constructs.loop_options import set_loop_options
from engine.conversion.control_status import ControlStatus, Status, control_status, do_not_convert
from engine.conversion.options import ConversionOptions, Feature, options_for
from engine.ir.op import public
from engine.syntax.errors import ConversionError

__all__ = ["convert", "tf_convert", "to_code", "to_graph"]

Features = Feature | Iterable[Feature] | None

public("autograph.experimental.do_not_convert")(do_not_convert)
public("autograph.experimental.set_loop_options")(set_loop_options)
public("autograph.experimental.Feature")(Feature)
public("__internal__.autograph.control_status_ctx")(control_status)


def convert(
    function: Callable[..., Any], options: ConversionOptions | None = None
) -> Callable[..., Any]:
    """A function that runs `function` converted, and what it calls too.

    Args:
        function: A function, method, lambda, `functools.partial` or callable object.
        options: What is asked for; by default what `tf.function` asks for.

    Returns:
        A function with the same parameters. Errors that it raises name the user's lines.
    """
    wanted = options or options_for()

    def converted(*args: Any, **kwargs: Any) -> Any:
        from engine.conversion.calls import converted_call
        from engine.conversion.errors import in_user_code

        target: Any = function
        bound = getattr(function, "_bound", None)
        if bound is not None:
            target = bound()
        with in_user_code(), ControlStatus(Status.UNSPECIFIED):
            return converted_call(target, args, kwargs, options=wanted)

    if inspect.isfunction(function) or inspect.ismethod(function):
        functools.update_wrapper(converted, function)
    return autograph_artifact(converted)


@public("__internal__.autograph.tf_convert")
def tf_convert(
    f: Callable[..., Any],
    ctx: ControlStatus | None = None,
    convert_by_default: bool = True,
    user_requested: bool = False,
) -> Callable[..., Any]:
    """Convert a function that user code handed to the engine, if the user's code is converted.

    For functions of functions, such as `tf.map_fn` or a layer's `call`: the engine's own code is
    not converted, so what it calls would not be either.

    Args:
        f: The user's function.
        ctx: The status of the code that handed it over; by default that of the code that runs now.
        convert_by_default: What to do where nobody said anything.
        user_requested: Whether the user asked for the conversion of this function.
    """
    if is_autograph_artifact(f):
        return f
    status = ctx if ctx is not None else control_status()
    if status.status is Status.DISABLED:
        return do_not_convert(f)
    if status.status is Status.UNSPECIFIED and not convert_by_default:
        return f
    wanted = options_for(user_requested=user_requested)

    def converted(*args: Any, **kwargs: Any) -> Any:
        from engine.conversion.calls import converted_call

        with ControlStatus(status.status, status.options):
            return converted_call(f, args, kwargs, options=wanted)

    if inspect.isfunction(f) or inspect.ismethod(f):
        functools.update_wrapper(converted, f)
    return autograph_artifact(converted)


def _plain(entity: Any) -> FunctionType:
    """The Python function behind what a user may hand over.

    Raises:
        ConversionError: If there is none.
    """
    target = entity.__func__ if inspect.ismethod(entity) else entity
    if not isinstance(target, FunctionType):
        raise ConversionError(
            f"converting {entity!r}: ValueError: Cannot apply autograph to a function that doesn't "
            "expose a __code__ object. If this is a @tf.function, try passing f.python_function "
            "instead."
        )
    return target


@public("autograph.to_graph")
def to_graph(
    entity: Callable[..., Any],
    recursive: bool = True,
    experimental_optional_features: Features = None,
) -> Callable[..., Any]:
    """The converted form of a function.

    Args:
        entity: A function; of a method, the function that takes `self` is answered.
        recursive: Whether what it calls is converted too.
        experimental_optional_features: Optional parts of the conversion.

    Raises:
        ConversionError: If it is no Python function, or cannot be converted; the message names
            file, line and reason.
    """
    from engine.conversion.compiled import converted_function

    function = _plain(entity)
    options = options_for(recursive, True, experimental_optional_features)
    return autograph_artifact(_located(converted_function, function, options))


@public("autograph.to_code")
def to_code(
    entity: Callable[..., Any],
    recursive: bool = True,
    experimental_optional_features: Features = None,
) -> str:
    """The source of the converted form of a function.

    Args:
        entity: A function or method.
        recursive: Whether what it calls is converted too.
        experimental_optional_features: Optional parts of the conversion.

    Raises:
        ConversionError: If it is no Python function, or cannot be converted; the message names
            file, line and reason.
    """
    from engine.conversion.compiled import factory_of

    function = _plain(entity)
    options = options_for(recursive, True, experimental_optional_features)
    return _located(factory_of, function, options).source.text


def _located(make: Callable[..., Any], function: FunctionType, options: ConversionOptions) -> Any:
    try:
        return make(function, options)
    except ConversionError as error:
        code = function.__code__
        place = f"{code.co_filename}:{code.co_firstlineno}"
        if place in str(error):
            raise
        raise type(error)(f"converting {function.__qualname__} ({place}): {error}") from None


@public("autograph.trace")
def trace(*args: Any) -> None:
    """Print the arguments while the function around is traced; nothing when the graph runs."""
    print(*args)


@public("autograph.set_verbosity")
def set_verbosity(level: int, alsologtostdout: bool = False) -> None:
    """Say how much the conversion tells about itself.

    Args:
        level: 0 for warnings alone; more for more.
        alsologtostdout: Whether it is printed too.
    """
    import logging

    logger = logging.getLogger("graphlens.autograph")
    logger.setLevel(logging.WARNING if level <= 0 else logging.DEBUG)
    if alsologtostdout:
        logger.addHandler(logging.StreamHandler(sys.stdout))
