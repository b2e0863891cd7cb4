"""The `ag__` of generated code: every operator, imported when it is first used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["ag__"]

_WHERE = {
    "constructs.assert_": ("assert_stmt",),
    "constructs.boolean": ("and_", "eq", "not_", "not_eq", "or_"),
    "constructs.for_loop": ("for_stmt",),
    "constructs.function": (
        "FunctionScope", "autograph_artifact", "is_autograph_artifact", "with_function_scope",
    ),
    "constructs.if_expression": ("if_exp",),
    "constructs.if_statement": ("if_stmt",),
    "constructs.lists": (
        "GetItemOpts", "ListPopOpts", "ListStackOpts", "get_item", "list_append", "list_pop",
        "list_stack", "new_list", "set_item",
    ),
    "constructs.return_": ("UndefinedReturnValue",),
    "constructs.variable": ("Undefined", "ld", "ldu"),
    "constructs.while_loop": ("while_stmt",),
    "calls": ("converted_call",),
    "options": ("ConversionOptions", "Feature"),
}  # fmt: skip


class Operators:
    """The namespace that generated code calls its operators through."""

    def __getattr__(self, name: str) -> Any:
        for module, names in _WHERE.items():
            if name in names:
                value = getattr(import_module(f"engine.conversion.{module}"), name)
                break
        else:
            if name != "STD":
                raise AttributeError(f"generated code has no operator '{name}'")
            value = import_module("engine.conversion.options").STANDARD
        setattr(self, name, value)
        return value

    def __repr__(self) -> str:
        return "<the operators of generated code>"


ag__ = Operators()
