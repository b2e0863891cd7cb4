"""What a command says, and its end where it could not do its work.

Without click, which takes longer to import than a file takes to be checked.
"""

from __future__ import annotations

import sys
from typing import NoReturn

__all__ = ["COULD_NOT_RUN", "FOUND", "Ended", "fail", "say"]

FOUND = 1
COULD_NOT_RUN = 2


class Ended(SystemExit):
    """The command ends here; its code is the exit code."""


def say(text: str, err: bool = False, nl: bool = True) -> None:
    """Writes to the standard output, or to the standard error."""
    stream = sys.stderr if err else sys.stdout
    stream.write(f"{text}\n" if nl else text)
    stream.flush()


def fail(message: str) -> NoReturn:
    """Says on the standard error why nothing was done, and ends with 2."""
    say(f"graphlens: {message}", err=True)
    raise Ended(COULD_NOT_RUN)
