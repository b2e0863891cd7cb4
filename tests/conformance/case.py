"""How a case is written: one function, one decorator.

    @case
    def reduce_sum_of_ints():
        return tf.reduce_sum(tf.constant([1, 2, 3]))

    @case(match="must also be initialized")        # part of TensorFlow's message, a pattern
    def name_in_one_branch(): ...

    @traced(3, -3)                                 # tf.function, called with each tensor in turn
    def absolute(x):
        return x if x > 0 else -x

    @traced((1, 2), raw(5))                        # a tuple: several arguments; raw: not a tensor
    def f(a, b=1): ...

What a case returns or raises, and what it prints, is its answer. `tf` is the engine, or
TensorFlow when `tools/record_conformance.py` records.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

BACKEND = os.environ.get("GRAPHLENS_CONFORMANCE_BACKEND", "engine")
FOLDER = Path(__file__).parent

tf: Any = importlib.import_module(BACKEND)


Calls = Callable[[], "tuple[Callable[[], Any], ...]"]


@dataclass(frozen=True)
class Case:
    """One small program.

    Attributes:
        name: `group::function`.
        start: makes what to run, one answer each, anew for each observation.
        rtol: relative tolerance of floating-point values; None: by dtype.
        match: pattern that the message of every exception raised must contain.
        printed: whether what is printed belongs to the answer.
    """

    name: str
    start: Calls
    rtol: float | None = None
    match: str = ""
    printed: bool = True


@dataclass(frozen=True)
class Raw:
    """Arguments that stay Python values."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)


CASES: dict[str, Case] = {}


def raw(*args: Any, **kwargs: Any) -> Raw:
    """Arguments for `traced` that are passed as they are."""
    return Raw(args, kwargs)


def add(function: Callable[..., Any], start: Calls, **options: Any) -> None:
    """Enter a case in `CASES`; a name can be used once."""
    name = f"{function.__module__.rpartition('.')[2]}::{function.__name__}"
    if name in CASES and function.__module__ != "__main__":
        raise ValueError(f"two cases are called {name}")
    CASES[name] = Case(name, start, **options)


def case(function: Callable[[], Any] | None = None, **options: Any) -> Any:
    """A case: the function is called without arguments."""

    def enter(function: Callable[[], Any]) -> Callable[[], Any]:
        add(function, lambda: (function,), **options)
        return function

    return enter if function is None else enter(function)


def traced(*arguments: Any, **options: Any) -> Any:
    """A case: `tf.function` of the function, called once for each of `arguments`."""

    def enter(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(staged: Any, argument: Any) -> Any:
            if isinstance(argument, Raw):
                return staged(*argument.args, **argument.kwargs)
            values = argument if isinstance(argument, tuple) else (argument,)
            return staged(*[tf.constant(value) for value in values])

        def start() -> tuple[Callable[[], Any], ...]:
            staged = tf.function(function)
            return tuple(partial(call, staged, argument) for argument in arguments)

        add(function, start, **options)
        return function

    return enter


def load() -> dict[str, Case]:
    """All cases, from every module of `cases/`."""
    for path in sorted((FOLDER / "cases").glob("*.py")):
        if path.stem != "__init__":
            load_group(path.stem)
    return CASES


def load_group(group: str) -> ModuleType:
    """Import one module of `cases/`."""
    return importlib.import_module(f"tests.conformance.cases.{group}")
