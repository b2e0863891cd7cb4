"""Exceptions of the engine; the numbered ones are public as `tf.errors`."""

from __future__ import annotations

from typing import Any


class OperatorNotAllowedInGraphError(TypeError):
    """A symbolic tensor was used where Python needs a value."""


class InaccessibleTensorError(ValueError):
    """A tensor was used outside the function or block that it belongs to."""


class OpError(Exception):
    """An op failed while running.

    Attributes:
        node_def: text of the failing node, or None.
        op: the failing node, or None.
        message: what went wrong.
        error_code: number of the kind of error.
    """

    def __init__(self, node_def: Any, op: Any, message: str, error_code: int, *args: Any) -> None:
        super().__init__()
        self._node_def = node_def
        self._op = op
        self._message = message
        self._error_code = error_code
        self._payloads = args[0] if args and isinstance(args[0], dict) else {}

    @property
    def message(self) -> str:
        return self._message

    @property
    def op(self) -> Any:
        return self._op

    @property
    def node_def(self) -> Any:
        return self._node_def

    @property
    def error_code(self) -> int:
        return self._error_code

    @property
    def experimental_payloads(self) -> dict[Any, Any]:
        return self._payloads

    def __str__(self) -> str:
        return self._message

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (None, None, self._message, self._error_code)


class _Coded(OpError):
    """An error of a kind that has a number of its own."""

    code = 2

    def __init__(self, node_def: Any, op: Any, message: str, *args: Any) -> None:
        super().__init__(node_def, op, message, self.code, *args)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (None, None, self._message)


class CancelledError(_Coded):
    """The work was called off."""

    code = 1


class UnknownError(_Coded):
    """Something failed that has no kind of its own."""

    code = 2


class InvalidArgumentError(_Coded):
    """A value does not fit the op: shape, index, dtype or content."""

    code = 3


class DeadlineExceededError(_Coded):
    """The time ran out."""

    code = 4


class NotFoundError(_Coded):
    """A file, key or other named thing is missing."""

    code = 5


class AlreadyExistsError(_Coded):
    """What should be made is there already."""

    code = 6


class PermissionDeniedError(_Coded):
    """The caller may not do this."""

    code = 7


class ResourceExhaustedError(_Coded):
    """Memory or another resource ran out."""

    code = 8


class FailedPreconditionError(_Coded):
    """The system is not in a state for this op, such as an uninitialised variable."""

    code = 9


class AbortedError(_Coded):
    """The work was broken off, often because of a race."""

    code = 10


class OutOfRangeError(_Coded):
    """An iteration went past the end."""

    code = 11


class UnimplementedError(_Coded):
    """The op does not do this."""

    code = 12


class InternalError(_Coded):
    """An invariant of the engine is broken."""

    code = 13


class UnavailableError(_Coded):
    """A service does not answer now."""

    code = 14


class DataLossError(_Coded):
    """Data is lost or damaged."""

    code = 15


class UnauthenticatedError(_Coded):
    """The caller is not known."""

    code = 16


CODES = {
    "OK": 0, "CANCELLED": 1, "UNKNOWN": 2, "INVALID_ARGUMENT": 3, "DEADLINE_EXCEEDED": 4,
    "NOT_FOUND": 5, "ALREADY_EXISTS": 6, "PERMISSION_DENIED": 7, "RESOURCE_EXHAUSTED": 8,
    "FAILED_PRECONDITION": 9, "ABORTED": 10, "OUT_OF_RANGE": 11, "UNIMPLEMENTED": 12,
    "INTERNAL": 13, "UNAVAILABLE": 14, "DATA_LOSS": 15, "UNAUTHENTICATED": 16,
}  # fmt: skip
"""Numbers of the kinds of errors, by their names in `tf.errors`."""
