"""Run a case and describe what it answered, as plain JSON."""

from __future__ import annotations

import contextlib
import io
import logging
import math
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tests.conformance.case import Case, tf

Capture = Callable[[], "contextlib.AbstractContextManager[Callable[[], tuple[str, str]]]"]


@contextlib.contextmanager
def captured_text() -> Iterator[Callable[[], tuple[str, str]]]:
    """Collects what is written to `sys.stdout` and `sys.stderr`; advice in the log is left out."""
    out, err = io.StringIO(), io.StringIO()
    logging.disable(logging.CRITICAL)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            yield lambda: (out.getvalue(), err.getvalue())
    finally:
        logging.disable(logging.NOTSET)


def observe(case: Case, capture: Capture = captured_text) -> list[dict[str, Any]]:
    """What each call of a case returns, raises and prints."""
    answers = []
    for call in case.start():
        answer: dict[str, Any] = {}
        with capture() as written:
            try:
                answer["value"] = describe(call())
            except Exception as error:  # whatever it raises is the answer
                answer["raises"] = type(error).__name__
                answer["message"] = clean(str(error))
            out, err = written()
        if case.printed:
            answer.update({key: text for key, text in (("out", out), ("err", err)) if text})
        answers.append(answer)
    return answers


def clean(message: str) -> str:
    """An exception's message without what changes between machines."""
    message = re.sub(r'File "[^"]*[/\\]([^"/\\]+)"', r'File "\1"', message)
    message = re.sub(r"0x[0-9a-f]{6,}", "0x0", message)
    return of_any_python(message)[:2000]


def of_any_python(text: str) -> str:
    """A text without what Python says in another way from 3.12 on."""
    return text.replace("a required keyword-only argument", "a required argument")


def describe(value: Any) -> Any:
    """A value as JSON: tensors by kind, dtype, shape and elements, containers by their parts."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return of_any_python(value)
    if isinstance(value, (np.ndarray, np.generic)):
        return tensor("numpy", value.dtype.name, value.shape, np.asarray(value))
    if isinstance(value, int):
        return {"int": value}
    if isinstance(value, (float, complex, bytes)):
        return {type(value).__name__: element(value)}
    if isinstance(value, (list, tuple)):
        kind = type(value).__name__
        kind = kind if kind in ("list", "tuple") or hasattr(value, "_fields") else "list"
        return {kind: [describe(part) for part in value]}
    if isinstance(value, dict) or hasattr(value, "items"):
        return {"dict": {str(key): describe(part) for key, part in value.items()}}
    return describe_object(value)


def describe_object(value: Any) -> Any:
    """A tensor, a variable, or something known by its repr or its class."""
    if isinstance(value, tf.Variable):
        array = value.numpy()
        return tensor("variable", value.dtype.name, np.shape(array), np.asarray(array))
    if isinstance(value, tf.Tensor):
        if not hasattr(value, "numpy"):
            return {"symbolic": repr(value)}
        array = np.asarray(value.numpy())
        return tensor("tensor", value.dtype.name, tuple(value.shape), array)
    if isinstance(value, (tf.DType, tf.TensorShape, tf.TensorSpec)):
        return {"repr": repr(value)}
    if isinstance(value, type):
        return {"class": value.__name__}
    return {"object": type(value).__name__}


def tensor(kind: str, dtype: str, shape: Any, array: np.ndarray[Any, Any]) -> dict[str, Any]:
    """The description of anything that has elements."""
    if array.dtype.name in ("bfloat16", "float16"):
        array = array.astype(np.float32)
    values = [element(item) for item in array.ravel().tolist()]
    return {kind: dtype, "shape": list(shape), "values": values}


def element(item: Any) -> Any:
    """One element as JSON: no NaN, no infinity, no bytes."""
    if isinstance(item, complex):
        return [element(item.real), element(item.imag)]
    if isinstance(item, float) and not math.isfinite(item):
        return str(item)
    if isinstance(item, bytes):
        return item.decode("latin-1")
    return item
