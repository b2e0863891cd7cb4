"""`tf.Module`: an object that knows the variables it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from engine.ir.op import public
from engine.ir.structure import is_nested, sorted_keys
from engine.objects.scopes import NameScope
from engine.objects.trackable import Trackable
from engine.objects.variable import Variable

_VALID = re.compile(r"^[A-Za-z_]\w*$")


def snake_case(name: str) -> str:
    """`DenseLayer` becomes `dense_layer`."""
    spaced = re.sub(r"((?<=[a-z0-9])[A-Z]|(?!^)(?<!_)[A-Z](?=[a-z]))", r"_\1", name)
    return spaced.lower()


@public("Module")
class Module(Trackable):
    """Base of objects that hold variables and other modules in their attributes.

    Args:
        name: default: the class name in snake case.

    Raises:
        ValueError: if `name` is no Python identifier.
    """

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = snake_case(type(self).__name__)
        if not _VALID.match(name):
            raise ValueError(f"{name!r} is not a valid module name. Module names must be valid "
                             "Python identifiers (e.g. a valid class name).")  # fmt: skip
        self._name = name
        self._name_scope = _ModuleScope(name)

    @property
    def name(self) -> str:
        """The module's name."""
        return self._name

    @property
    def name_scope(self) -> Any:
        """A name scope for the module's variables and ops."""
        return self._name_scope

    @property
    def variables(self) -> tuple[Any, ...]:
        """All variables of the module and of the modules it holds."""
        return tuple(_unique(_walk(self, lambda v: isinstance(v, Variable), set())))

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        """Those that gradient tapes watch."""
        return tuple(v for v in self.variables if v.trainable)

    @property
    def non_trainable_variables(self) -> tuple[Any, ...]:
        """Those that gradient tapes do not watch."""
        return tuple(v for v in self.variables if not v.trainable)

    @property
    def submodules(self) -> tuple[Any, ...]:
        """All modules below this one."""
        found = _walk(self, lambda v: isinstance(v, Module), set())
        return tuple(_unique(found))

    @staticmethod
    def with_name_scope(method: Callable[..., Any]) -> Callable[..., Any]:
        """Decorator: run a method inside the module's name scope."""
        import functools

        @functools.wraps(method)
        def scoped(self: Module, *args: Any, **kwargs: Any) -> Any:
            with self.name_scope:
                return method(self, *args, **kwargs)

        return scoped


class _ModuleScope(NameScope):
    """The name scope of a module; its name ends with a slash."""

    @property
    def name(self) -> str:
        """The prefix."""
        return f"{self._name}/"


def _unique(items: Iterator[Any]) -> list[Any]:
    seen: set[int] = set()
    out = []
    for item in items:
        if id(item) not in seen:
            seen.add(id(item))
            out.append(item)
    return out


def _walk(module: Any, wanted: Callable[[Any], bool], seen: set[int]) -> Iterator[Any]:
    """What `module` holds, its own first, then what its parts hold."""
    seen.add(id(module))
    parts = []
    ignored = getattr(module, "_TF_MODULE_IGNORED_PROPERTIES", ())
    attributes = vars(module)
    for key in sorted(attributes):
        if key in ignored or key == "_name_scope":
            continue
        for leaf in _leaves(attributes[key]):
            if wanted(leaf):
                yield leaf
            if isinstance(leaf, Module) and id(leaf) not in seen:
                parts.append(leaf)
    for part in parts:
        if id(part) not in seen:
            yield from _walk(part, wanted, seen)


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        try:
            keys = sorted_keys(value)
        except TypeError:
            keys = list(value)
        for key in keys:
            yield from _leaves(value[key])
    elif isinstance(value, (list, tuple)) and is_nested(value):
        for item in value:
            yield from _leaves(item)
    else:
        yield value
