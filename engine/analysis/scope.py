"""What a piece of code does with names."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Scope"]

Names = set[str]


@dataclass(eq=False)
class Scope:
    """The names that a statement, a block or a function touches.

    Names are plain (`x`) or composite (`x.y`, `x[0]`, `x['k']`).

    Attributes:
        parent: The code around this one.
        isolated: Whether this is a scope of Python's (a function or class body), so that what it
            binds is not bound around it.
        read: Names whose value is used.
        modified: Names that get a value.
        deleted: Names in a `del`.
        bound: Names that belong to this scope: modified, deleted, parameters.
        globals: Names declared `global`.
        nonlocals: Names declared `nonlocal`.
        params: Parameters.
        annotations: Names read in type annotations.
        attributes: The words after the dots of names that are read.
        hidden: Names that end with this scope although it is no scope of Python's: `e` of
            `except E as e`.
    """

    parent: Scope | None = None
    isolated: bool = False
    read: Names = field(default_factory=set)
    modified: Names = field(default_factory=set)
    deleted: Names = field(default_factory=set)
    bound: Names = field(default_factory=set)
    globals: Names = field(default_factory=set)
    nonlocals: Names = field(default_factory=set)
    params: Names = field(default_factory=set)
    annotations: Names = field(default_factory=set)
    attributes: Names = field(default_factory=set)
    hidden: Names = field(default_factory=set)

    @property
    def free(self) -> Names:
        """Names that are read here and belong to the code around."""
        return self.read - self.bound

    def reserved(self) -> Names:
        """Every word in use here and in the code around: a fresh name must be none of them."""
        found: Names = set()
        scope: Scope | None = self
        while scope is not None:
            found |= scope.read
            found |= scope.bound
            found |= scope.attributes
            scope = scope.parent
        return found

    def close(self) -> None:
        """Tell the scope around; done once, when all of this scope has been seen."""
        parent = self.parent
        if parent is None:
            return
        parent.attributes |= self.attributes
        if self.isolated:
            parent.read |= self.read - self.bound
            parent.annotations |= self.annotations - self.bound
            return
        parent.read |= self.read - self.hidden
        parent.modified |= self.modified - self.hidden
        parent.bound |= self.bound - self.hidden
        parent.globals |= self.globals
        parent.nonlocals |= self.nonlocals
        parent.annotations |= self.annotations
