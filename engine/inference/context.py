"""Under which circumstances a piece of code runs: in a trace, converted, in which block."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.inference.module import Module
    from engine.inference.values import Function, Value

__all__ = ["Born", "Context", "Entry", "Loop", "Origin", "Region", "Scope", "Staging"]


class Staging:
    """How a function is staged: where that is written, and with which options.

    Attributes:
        node: The decorator, or the call that stages the function.
        module: The module that `node` is in.
        kind: `function` for `tf.function`; else who stages it: `keras`, `map`, ...
        autograph: Whether Python control flow is converted.
        options: The keyword arguments given, by name.
    """

    __slots__ = ("autograph", "kind", "module", "node", "options")

    def __init__(
        self,
        node: ast.AST,
        module: Module,
        kind: str = "function",
        autograph: bool = True,
        options: dict[str, Value] | None = None,
    ) -> None:
        self.node = node
        self.module = module
        self.kind = kind
        self.autograph = autograph
        self.options = options or {}


class Origin(Enum):
    """How a trace is known of."""

    CALL = "call"
    """By a call in the program that tells its arguments."""
    BLIND = "blind"
    """Nobody in the file calls it, or with arguments of which nothing is known."""
    EXAMPLE = "example"
    """By an `# example:` comment alone."""


class Entry:
    """One way into a trace: a staged function with the values it is traced with.

    Attributes:
        origin: How it is known of; a trace within one that is known by an example, too, is.
        example: The call in the comment.
    """

    __slots__ = ("depth", "example", "function", "number", "origin", "outer", "staging")

    def __init__(
        self,
        number: int,
        function: Function | None,
        staging: Staging,
        outer: Entry | None,
        origin: Origin = Origin.CALL,
        example: ast.Call | None = None,
    ) -> None:
        self.number = number
        self.function = function
        self.staging = staging
        self.outer = outer
        self.origin = origin
        self.example = example

    @property
    def qualname(self) -> str:
        """The name of the function that is traced."""
        return self.function.qualname if self.function else ""


class Region:
    """A block that becomes a part of the graph: an arm or body of staged control flow.

    Attributes:
        kind: `if`, `while`, `for`; `function` for a branch handed to `tf.cond` and the like,
            `body` for a function that `tf.while_loop` and the like repeat.
        node: The statement, expression or call.
        arm: 0 for the body, 1 for the `else`.
        outer: The region around this one, also beyond the function.
    """

    __slots__ = ("arm", "kind", "node", "outer")

    def __init__(self, kind: str, node: ast.AST, arm: int, outer: Region | None) -> None:
        self.kind = kind
        self.node = node
        self.arm = arm
        self.outer = outer

    @property
    def is_loop(self) -> bool:
        """Whether the block may run several times."""
        return self.kind in ("for", "while", "body")


class Loop:
    """A loop that Python itself runs."""

    __slots__ = ("count", "node", "outer", "over")

    def __init__(
        self, node: ast.AST, count: int | None, over: Value | None, outer: Loop | None
    ) -> None:
        self.node = node
        self.count = count
        self.over = over
        self.outer = outer


class Context:
    """The circumstances of a piece of code; never changed, `with_` makes another one.

    Attributes:
        module: The module the code stands in.
        function: The function it is part of, None at module level.
        entry: The trace it runs in; None in eager code.
        converted: Whether AutoGraph has converted the function.
        reason: Why it has not.
        region: The innermost staged block around it, also beyond the function.
        loop: The innermost Python loop around it, within the function.
        guard: Whether it runs only the first time (`if self.x is None:` and the like).
        caller: The context of the call that led here.
        call: That call.
        caught: Whether a `try` with handlers is around it.
    """

    __slots__ = (
        "call",
        "caller",
        "caught",
        "converted",
        "entry",
        "function",
        "guard",
        "loop",
        "module",
        "reason",
        "region",
        "unsure",
    )

    def __init__(self, module: Module) -> None:
        self.module = module
        self.function: Function | None = None
        self.entry: Entry | None = None
        self.converted = False
        self.reason = ""
        self.region: Region | None = None
        self.loop: Loop | None = None
        self.guard = False
        self.caller: Context | None = None
        self.call: ast.AST | None = None
        self.caught = False
        self.unsure = False

    def with_(self, **changes: object) -> Context:
        """The same circumstances but for some."""
        made = object.__new__(Context)
        for slot in self.__slots__:
            setattr(made, slot, changes[slot] if slot in changes else getattr(self, slot))
        return made

    @property
    def staged(self) -> bool:
        """Whether the code runs while a graph is being made."""
        return self.entry is not None

    @property
    def trace(self) -> int:
        """The number of the trace the code runs in, 0 in eager code."""
        return self.entry.number if self.entry else 0

    def in_region(self, node: ast.AST) -> bool:
        """Whether some staged block of this statement is around the code."""
        return any(region.node is node for region in self.regions())

    def regions(self) -> Iterator[Region]:
        """The staged blocks around the code, innermost first."""
        region = self.region
        while region is not None:
            yield region
            region = region.outer

    def callers(self) -> Iterator[Context]:
        """The contexts of the calls that led here, innermost first."""
        context = self.caller
        while context is not None:
            yield context
            context = context.caller

    @property
    def depth(self) -> int:
        """How many calls led here."""
        return sum(1 for _ in self.callers())


class Born:
    """Where and when an object came into being."""

    __slots__ = ("context", "node")

    def __init__(self, context: Context, node: ast.AST | None) -> None:
        self.context = context
        self.node = node


class Scope:
    """The names of a module or of one call of a function, and what they may stand for.

    Attributes:
        names: What each bound name may be.
        maybe: Names that are bound on some ways only.
        outer: The scope around it, where free names are looked up.
        trace: The number of the trace that the call runs in, 0 for eager code.
    """

    __slots__ = ("globals_", "is_class", "maybe", "module", "names", "nonlocals", "outer", "trace")

    def __init__(self, module: Module, outer: Scope | None, is_class: bool = False) -> None:
        self.module = module
        self.outer = outer
        self.is_class = is_class
        self.names: dict[str, Value] = {}
        self.maybe: set[str] = set()
        self.globals_: set[str] = set()
        self.nonlocals: set[str] = set()
        self.trace = 0
