"""What happens while a module is interpreted; the rules listen to these."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.inference.context import Context, Entry, Staging
    from engine.inference.values import Function, Value


class Event:
    """Something that happens at a node under some circumstances."""

    __slots__ = ("context", "node")

    def __init__(self, node: ast.AST, context: Context) -> None:
        self.node = node
        self.context = context


class Called(Event):
    """A call of something that is not the user's: `name` is its symbol, `builtins.print`,
    `list.append`, `tensor.numpy`, `variable.assign` ...
    """

    __slots__ = ("args", "kwargs", "name", "receiver", "result")
    node: ast.Call

    def __init__(
        self,
        node: ast.AST,
        context: Context,
        name: str,
        args: list[Value],
        kwargs: dict[str, Value],
        receiver: Value | None,
    ) -> None:
        super().__init__(node, context)
        self.name = name
        self.args = args
        self.kwargs = kwargs
        self.receiver = receiver
        self.result: Value | None = None

    def argument(self, position: int, keyword: str) -> Value | None:
        """An argument by position or keyword."""
        if keyword in self.kwargs:
            return self.kwargs[keyword]
        return self.args[position] if position < len(self.args) else None


class UserCalled(Event):
    """A call of a function of the user's."""

    __slots__ = ("args", "function", "kwargs")
    node: ast.Call

    def __init__(
        self,
        node: ast.AST,
        context: Context,
        function: Function,
        args: list[Value],
        kwargs: dict[str, Value],
    ) -> None:
        super().__init__(node, context)
        self.function = function
        self.args = args
        self.kwargs = kwargs


class Tested(Event):
    """A value is asked whether it is true: `kind` says by what (`if`, `while`, `and`, `assert`,
    `in`, `min`, `bool`, `comprehension` ...), `converted` whether a tensor may be asked there.
    """

    __slots__ = ("converted", "kind", "value")

    def __init__(
        self, node: ast.AST, context: Context, kind: str, value: Value, converted: bool
    ) -> None:
        super().__init__(node, context)
        self.kind = kind
        self.value = value
        self.converted = converted


class Iterated(Event):
    """A value is iterated: `kind` says by what (`for`, `unpack`, `star`, `comprehension`, or the
    name of a builtin), `converted` whether a tensor may be iterated there.
    """

    __slots__ = ("converted", "kind", "value", "wanted")

    def __init__(
        self, node: ast.AST, context: Context, kind: str, value: Value, converted: bool
    ) -> None:
        super().__init__(node, context)
        self.kind = kind
        self.value = value
        self.converted = converted
        self.wanted: int | None = None


class Stored(Event):
    """A value is stored: `kind` is `attribute`, `item`, `global` or `nonlocal`.

    `outlives` is false where the name stored to belongs to a call within the same trace; `missing`
    says that a dict surely has no entry of that key yet.
    """

    __slots__ = (
        "augmented", "index", "kind", "missing", "name", "old", "outlives", "target", "value"
    )  # fmt: skip

    def __init__(
        self,
        node: ast.AST,
        context: Context,
        kind: str,
        name: str,
        value: Value,
        target: Value | None = None,
        old: Value | None = None,
        augmented: str = "",
    ) -> None:
        super().__init__(node, context)
        self.kind = kind
        self.name = name
        self.value = value
        self.target = target
        self.old = old
        self.augmented = augmented
        self.index: Value | None = None
        self.outlives = True
        self.missing = False


class Bound(Event):
    """A name of a function that is traced is bound to a value; editors show its dtype and shape."""

    __slots__ = ("name", "value")

    def __init__(self, node: ast.AST, context: Context, name: str, value: Value) -> None:
        super().__init__(node, context)
        self.name = name
        self.value = value


class Formatted(Event):
    """A value becomes a part of a string: `how` is `f-string`, `str`, `repr`, `format`, `%`."""

    __slots__ = ("how", "inside", "spec", "value")

    def __init__(
        self, node: ast.AST, context: Context, how: str, value: Value, spec: str, inside: str
    ) -> None:
        super().__init__(node, context)
        self.how = how
        self.value = value
        self.spec = spec
        self.inside = inside


class Branched(Event):
    """A staged `if` has been gone through: what each arm bound, and how it ended."""

    __slots__ = ("after", "arms", "before", "ends", "maybe", "scope_names", "test")

    def __init__(self, node: ast.AST, context: Context, test: Value) -> None:
        super().__init__(node, context)
        self.test = test
        self.before: dict[str, Value] = {}
        self.maybe: frozenset[str] = frozenset()
        self.arms: list[dict[str, Value]] = []
        self.ends: list[str] = []
        self.after: frozenset[str] = frozenset()


class Handed(Event):
    """Functions have been gone through for `tf.cond` (kind `cond`: what each of the two gives) or
    for `tf.while_loop` (kind `while_loop`: what the loop starts with, and what a turn gives).
    """

    __slots__ = ("first", "kind", "second")

    def __init__(
        self, node: ast.AST, context: Context, kind: str, first: Value, second: Value
    ) -> None:
        super().__init__(node, context)
        self.kind = kind
        self.first = first
        self.second = second


class Looped(Event):
    """A staged loop has been gone through: what was bound before it, and after one turn.

    `after` holds the names that the next turn or what follows the loop reads.
    """

    __slots__ = ("after", "before", "first", "kind", "value")

    def __init__(self, node: ast.AST, context: Context, kind: str, value: Value) -> None:
        super().__init__(node, context)
        self.kind = kind
        self.value = value
        self.before: dict[str, Value] = {}
        self.first: dict[str, Value] = {}
        self.after: frozenset[str] = frozenset()


class PythonLooped(Event):
    """A loop that Python runs, with the number of turns where it is known."""

    __slots__ = ("calls", "count", "ops", "value")

    def __init__(self, node: ast.AST, context: Context, count: int | None, value: Value) -> None:
        super().__init__(node, context)
        self.count = count
        self.value = value
        self.ops = 0
        self.calls = 0


class Jumped(Event):
    """`return`, `break` or `continue`; `loop` is the loop that it leaves."""

    __slots__ = ("kind", "loop", "staged_if", "staged_loop")

    def __init__(self, node: ast.AST, context: Context, kind: str) -> None:
        super().__init__(node, context)
        self.kind = kind
        self.loop: ast.AST | None = None
        self.staged_loop = False
        self.staged_if = False


class Raised(Event):
    """A `raise` statement."""

    __slots__ = ()


class Returned(Event):
    """A staged function returns a value to its caller outside the trace."""

    __slots__ = ("function", "value")

    def __init__(self, node: ast.AST, context: Context, function: Function, value: Value) -> None:
        super().__init__(node, context)
        self.function = function
        self.value = value


class Staged(Event):
    """A function is staged: by a decorator, or by a call such as `tf.function(f)`."""

    __slots__ = ("decorator", "staging", "value")

    def __init__(
        self, node: ast.AST, context: Context, staging: Staging, value: Value, decorator: bool
    ) -> None:
        super().__init__(node, context)
        self.staging = staging
        self.value = value
        self.decorator = decorator


class Entered(Event):
    """A staged function is called, from eager code or from another trace."""

    __slots__ = ("args", "entry", "function", "kwargs")
    node: ast.Call

    def __init__(
        self,
        node: ast.AST,
        context: Context,
        function: Function,
        args: list[Value],
        kwargs: dict[str, Value],
    ) -> None:
        super().__init__(node, context)
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.entry: Entry | None = None


class Computed(Event):
    """`left op right`, also for comparisons (`==`, `is`, `in` ...) and `left op= right`."""

    __slots__ = ("left", "operator", "right")

    def __init__(
        self, node: ast.AST, context: Context, operator: str, left: Value, right: Value
    ) -> None:
        super().__init__(node, context)
        self.operator = operator
        self.left = left
        self.right = right


class Subscripted(Event):
    """`value[index]` is read."""

    __slots__ = ("index", "value")

    def __init__(self, node: ast.AST, context: Context, value: Value, index: Value) -> None:
        super().__init__(node, context)
        self.value = value
        self.index = index


class AttributeRead(Event):
    """`value.name` is read."""

    __slots__ = ("name", "value")

    def __init__(self, node: ast.AST, context: Context, value: Value, name: str) -> None:
        super().__init__(node, context)
        self.value = value
        self.name = name


class Dropped(Event):
    """The value of an expression statement is not used; `call` is what was called."""

    __slots__ = ("call", "value")

    def __init__(self, node: ast.AST, context: Context, value: Value, call: Called | None) -> None:
        super().__init__(node, context)
        self.value = value
        self.call = call


class Recursed(Event):
    """A function calls itself, perhaps through others."""

    __slots__ = ("args", "function")

    def __init__(
        self, node: ast.AST, context: Context, function: Function, args: list[Value]
    ) -> None:
        super().__init__(node, context)
        self.function = function
        self.args = args


class GivenUp(Event):
    """AutoGraph cannot convert a function that is called where it would be."""

    __slots__ = ("function", "why")

    def __init__(self, node: ast.AST, context: Context, function: Function, why: str) -> None:
        super().__init__(node, context)
        self.function = function
        self.why = why


class Read(Event):
    """A name of an outer scope is read, or an attribute of an object from outside."""

    __slots__ = ("kind", "name", "target", "value")

    def __init__(
        self,
        node: ast.AST,
        context: Context,
        kind: str,
        name: str,
        value: Value,
        target: Value | None = None,
    ) -> None:
        super().__init__(node, context)
        self.kind = kind
        self.name = name
        self.value = value
        self.target = target


class Tried(Event):
    """A `try` with handlers has been gone through; `staged` is staged control flow inside it."""

    __slots__ = ("staged",)

    def __init__(self, node: ast.AST, context: Context, staged: list[ast.AST]) -> None:
        super().__init__(node, context)
        self.staged = staged


class Mismatched(Event):
    """A public function is called with dtypes and shapes that it raises on; `reason` says why."""

    __slots__ = ("name", "reason")

    def __init__(self, node: ast.AST, context: Context, name: str, reason: str) -> None:
        super().__init__(node, context)
        self.name = name
        self.reason = reason
