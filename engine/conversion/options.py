"""What a conversion is asked to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

__all__ = ["STANDARD", "ConversionOptions", "Feature", "options_for"]


class Feature(Enum):
    """Optional parts of the conversion (`tf.autograph.experimental.Feature`).

    Attributes:
        ALL: Everything below.
        AUTO_CONTROL_DEPS: Order stateful ops inside the function.
        ASSERT_STATEMENTS: Turn `assert` into a check in the graph.
        BUILTIN_FUNCTIONS: Turn `print` into `tf.print`.
        EQUALITY_OPERATORS: Turn `==` and `!=` into `tf.equal` and `tf.not_equal`.
        LISTS: Turn list literals, `append`, `pop` and items into operators that know graph lists.
        NAME_SCOPES: Name ops after the function they are made in.
    """

    ALL = "ALL"
    AUTO_CONTROL_DEPS = "AUTO_CONTROL_DEPS"
    ASSERT_STATEMENTS = "ASSERT_STATEMENTS"
    BUILTIN_FUNCTIONS = "BUILTIN_FUNCTIONS"
    EQUALITY_OPERATORS = "EQUALITY_OPERATORS"
    LISTS = "LISTS"
    NAME_SCOPES = "NAME_SCOPES"

    @classmethod
    def all(cls) -> tuple[Feature, ...]:
        """All features."""
        return tuple(cls)

    @classmethod
    def all_but(cls, exclude: Feature | Iterable[Feature]) -> tuple[Feature, ...]:
        """All features but some."""
        left_out = {exclude} if isinstance(exclude, Feature) else set(exclude)
        return tuple(one for one in cls if one not in left_out and one is not cls.ALL)


@dataclass(frozen=True)
class ConversionOptions:
    """The settings of one conversion.

    Attributes:
        recursive: Whether functions that are called are converted too.
        user_requested: Whether the user asked for this very function.
        optional_features: Features that are on.
        internal_convert_user_code: Whether user code is converted at all.
    """

    recursive: bool = False
    user_requested: bool = False
    optional_features: frozenset[Feature] = field(default_factory=frozenset)
    internal_convert_user_code: bool = True

    def __post_init__(self) -> None:
        features: Any = self.optional_features
        if isinstance(features, Feature):
            features = (features,)
        object.__setattr__(self, "optional_features", frozenset(features or ()))
        parts = (self.recursive, self.user_requested, self.optional_features,
                 self.internal_convert_user_code)  # fmt: skip
        object.__setattr__(self, "_hash", hash(parts))

    def __hash__(self) -> int:
        return self._hash  # type: ignore[attr-defined]

    def uses(self, feature: Feature) -> bool:
        """Whether a feature is on."""
        return Feature.ALL in self.optional_features or feature in self.optional_features

    def call_options(self) -> ConversionOptions:
        """The options for functions that this one calls."""
        return ConversionOptions(self.recursive, False, self.optional_features, self.recursive)

    def source(self) -> str:
        """The expression that makes equal options in generated code."""
        if self == STANDARD:
            return "ag__.STD"
        listed = sorted(self.optional_features, key=lambda one: one.value)
        names = ", ".join(f"ag__.{one}" for one in listed)
        features = f"({names},)" if len(listed) == 1 else f"({names})"
        return (
            f"ag__.ConversionOptions(recursive={self.recursive}, "
            f"user_requested={self.user_requested}, optional_features={features}, "
            f"internal_convert_user_code={self.internal_convert_user_code})"
        )


STANDARD = ConversionOptions(recursive=True)
"""Options of functions that converted code calls; `ag__.STD` in generated code."""


def options_for(
    recursive: bool = True,
    user_requested: bool = True,
    features: Feature | Iterable[Feature] | None = None,
) -> ConversionOptions:
    """The options of a conversion that the user asks for."""
    if isinstance(features, Feature):
        features = (features,)
    return ConversionOptions(recursive, user_requested, frozenset(features or ()))
