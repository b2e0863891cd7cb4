"""Public names by attribute, as gradients and other injected code see them: `tf.math.exp`."""

from __future__ import annotations

from typing import Any

from engine.ir.op import PUBLIC


class Namespace:
    """A public namespace; attributes are looked up among the public names when first used.

    Args:
        prefix: dotted path with a dot at its end, or empty for the root.
    """

    def __init__(self, prefix: str = "") -> None:
        self.__dict__["_prefix"] = prefix

    def __getattr__(self, name: str) -> Any:
        found = find_public(self._prefix + name)
        self.__dict__[name] = found
        return found

    def __dir__(self) -> list[str]:
        return sorted(members(self._prefix))

    def __repr__(self) -> str:
        return f"<namespace tf.{self._prefix[:-1]}>" if self._prefix else "<namespace tf>"


def find_public(path: str) -> Any:
    """What the public name `path` stands for. Raises AttributeError where there is none."""
    if PUBLIC.declare(path):
        return PUBLIC[path]
    if any(name.startswith(path + ".") for name in PUBLIC.where):
        return Namespace(path + ".")
    from engine.ops import load

    load()
    if path in PUBLIC:
        return PUBLIC[path]
    if any(name.startswith(path + ".") for name in PUBLIC):
        return Namespace(path + ".")
    raise AttributeError(f"module 'engine' has no attribute {path!r}")


def members(prefix: str) -> set[str]:
    """Names directly below a prefix such as ``"math."``."""
    from engine.ops import load

    load()
    return {name[len(prefix) :].split(".", 1)[0] for name in PUBLIC if name.startswith(prefix)}


tf = Namespace()
"""The root: what gradient functions receive."""
