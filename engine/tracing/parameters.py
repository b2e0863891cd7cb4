"""The parameters of a decorated function: binding of calls, and input signatures."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from engine.ir.spec import TensorSpec
from engine.ir.structure import is_nested, map_structure, pack
from engine.objects.variable import Variable
from engine.tracing.binding import cast_argument, same_object
from engine.tracing.signature import Names, describe

_KINDS = inspect.Parameter
_STARS: dict[Any, str] = {_KINDS.VAR_POSITIONAL: "*", _KINDS.VAR_KEYWORD: "**"}


class Parameters:
    """The parameters of a Python function.

    Args:
        function: the function.
        bound: leave out its first parameter (a method's `self`).
        input_signature: specs that arguments must fit.

    Raises:
        TypeError: if the input signature does not fit the parameters.
    """

    def __init__(
        self, function: Callable[..., Any], bound: bool = False, input_signature: Any = None
    ) -> None:
        self.signature = _signature(function, bound)
        self.names = _positional(self.signature)
        self.count = len(self.names)
        self.simple = self.count == len(self.signature.parameters)
        self.specs = input_signature
        if input_signature is not None:
            _check_signature(input_signature, self.signature, self.names)

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
        """Positional and keyword-only arguments, with defaults filled in.

        Raises:
            TypeError: if the call does not fit.
        """
        if self.specs is None and not kwargs and self.simple and len(args) == self.count:
            return args, kwargs
        given = (args, kwargs)
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise self.refusal(str(error), given) from None
        bound.apply_defaults()
        if self.specs is None:
            return bound.args, bound.kwargs
        return self._cast(bound, given)

    def _cast(self, bound: inspect.BoundArguments, given: Any) -> tuple[Any, Any]:
        """Arguments as the input signature wants them; those it does not name keep their default.

        Raises:
            TypeError: where one does not fit.
        """
        args = list(bound.args)
        if len(args) != max(len(self.specs), len(self.names)):
            many = len(args) > len(self.specs)
            reason = "too many positional arguments" if many else "missing a required argument"
            raise self.refusal(reason, given)
        for i, spec in enumerate(self.specs):
            args[i] = self._fit(args[i], spec, given)
        unnamed = [*self.names[len(self.specs) :], *bound.kwargs]
        for name, value in bound.arguments.items():
            default = self.signature.parameters[name].default
            if name in unnamed and not same_object(value, default):
                raise self.refusal(f"Can not cast {value!r} to Literal[{default!r}]", given)
        return tuple(args), bound.kwargs

    def _fit(self, value: Any, spec: Any, given: Any) -> Any:
        composite = hasattr(type(spec), "__composite_parts__")
        if not is_nested(spec) and not isinstance(spec, TensorSpec) and not composite:
            return value
        found: list[Any] = []
        try:
            cast_argument(value, spec, found)
        except TypeError as error:
            raise self.refusal(str(error), given) from None
        return value if composite else pack(spec, found)

    def refusal(self, reason: str, given: Any) -> TypeError:
        """What is raised where a call does not fit."""
        return TypeError(
            f"Binding inputs to tf.function failed due to `{reason}`. Received args: {given[0]} "
            f"and kwargs: {given[1]} for signature: {self.text()}."
        )

    def text(self) -> str:
        """The parameters as messages print them."""
        parts = []
        starred = False
        for i, p in enumerate(self.signature.parameters.values()):
            if p.kind is _KINDS.KEYWORD_ONLY and not starred:
                parts.append("*")
                starred = True
            label = _STARS.get(p.kind, "") + p.name
            starred = starred or p.kind is _KINDS.VAR_POSITIONAL
            if self.specs is not None and i < len(self.specs):
                label += f": {describe(self.specs[i])}"
            elif p.default is not _KINDS.empty:
                label += "=<captured_default_value>"
            parts.append(label)
        return f"({', '.join(parts)})"


def _positional(signature: inspect.Signature) -> Names:
    kinds = [p.kind for p in signature.parameters.values()]
    names = Names(
        p.name for p in signature.parameters.values()
        if p.kind in (_KINDS.POSITIONAL_ONLY, _KINDS.POSITIONAL_OR_KEYWORD)
    )  # fmt: skip
    variadic = _KINDS.VAR_POSITIONAL in kinds
    for p in signature.parameters.values():
        if p.kind is _KINDS.VAR_POSITIONAL:
            names.variadic = p.name
    names.positional_only = len(names) if variadic else kinds.count(_KINDS.POSITIONAL_ONLY)
    return names


def _signature(function: Callable[..., Any], bound: bool) -> inspect.Signature:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return inspect.Signature(
            [_KINDS("args", _KINDS.VAR_POSITIONAL), _KINDS("kwargs", _KINDS.VAR_KEYWORD)]
        )
    if not bound:
        return signature
    parameters = list(signature.parameters.values())
    if parameters and parameters[0].kind in (_KINDS.POSITIONAL_ONLY, _KINDS.POSITIONAL_OR_KEYWORD):
        parameters = parameters[1:]
    return signature.replace(parameters=parameters)


def _check_signature(specs: Any, signature: inspect.Signature, names: list[str]) -> None:
    extra = len(specs) - len(names)
    parameters = signature.parameters
    variadic = any(p.kind is _KINDS.VAR_POSITIONAL for p in parameters.values())
    if extra > 0 and not variadic:
        raise TypeError(f"input_signature contains {extra} extra type constraints.")
    for name in names[len(specs) :]:
        if parameters[name].default is _KINDS.empty:
            raise TypeError(f"input_signature missing type constraint for {name}")
    for p in parameters.values():
        if p.kind is _KINDS.KEYWORD_ONLY and p.default is _KINDS.empty:
            raise TypeError(
                f"Since input_signature is defined, keyword-only parameter `{p.name}` must have a "
                "default value"
            )


def check_fits(function: Callable[..., Any], specs: Any) -> None:
    """Raises TypeError where an input signature does not fit a function's parameters.

    A first parameter called `self` gets no spec: it is an instance, as of any method.
    """
    first = next(iter(_signature(function, False).parameters), None)
    signature = _signature(function, bound=first == "self")
    _check_signature(specs, signature, _positional(signature))


def check_input_signature(specs: Any) -> Any:
    """The signature as a tuple of specs.

    Raises:
        TypeError: if it is no list or tuple, or holds what is no spec.
    """
    if specs is None:
        return None
    if not isinstance(specs, (tuple, list)):
        raise TypeError(f"input_signature must be either a tuple or a list, got {type(specs)}.")

    def one(leaf: Any) -> Any:
        if isinstance(leaf, Variable):
            return TensorSpec(leaf.shape, leaf.dtype)
        if hasattr(type(leaf), "__composite_of__"):
            return leaf.__composite_of__()
        if hasattr(leaf, "dtype") and hasattr(leaf, "shape"):
            return leaf
        raise TypeError(
            "input_signature must be a possibly nested sequence of TensorSpec objects, got "
            f"invalid args [{leaf!r}] with types [{type(leaf)}]."
        )

    return tuple(map_structure(one, list(specs)))
