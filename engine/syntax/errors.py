"""What can go wrong between a function and its converted form."""

from __future__ import annotations

__all__ = [
    "AutoGraphError",
    "ConversionError",
    "InaccessibleSourceError",
    "StagingError",
    "UnsupportedLanguageElementError",
]


class AutoGraphError(Exception):
    """Base class of all errors of the conversion."""


class ConversionError(AutoGraphError):
    """A function could not be rewritten."""


class InaccessibleSourceError(ConversionError, ValueError):
    """The source text of a function cannot be read, or does not belong to it any more."""


class UnsupportedLanguageElementError(ConversionError, NotImplementedError):
    """A function uses a piece of Python that is not converted."""


class StagingError(AutoGraphError):
    """Converted code raised while it was traced, and the error cannot carry a new message."""
