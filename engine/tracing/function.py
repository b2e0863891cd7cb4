"""`tf.function`: a Python function that is traced into graphs, one for each signature."""

from __future__ import annotations

import functools
import threading
import weakref
from collections.abc import Callable
from typing import Any

from engine.base.tracebacks import hide_engine_frames
from engine.ir.op import public
from engine.ir.shapes import Dims, at_least_as_specific, relax
from engine.ir.spec import TensorSpec
from engine.tracing.attributes import check_attributes
from engine.tracing.concrete import ConcreteFunction
from engine.tracing.guards import MISS, Guard, extended
from engine.tracing.parameters import Parameters, check_fits, check_input_signature
from engine.tracing.retracing import detector_of
from engine.tracing.signature import Call
from engine.tracing.trace import trace

_EAGERLY = [False]


@public("config.run_functions_eagerly")
def run_functions_eagerly(run_eagerly: bool) -> None:
    """Run decorated functions as plain Python (True), or as graphs (False, the default)."""
    _EAGERLY[0] = bool(run_eagerly)


@public("config.functions_run_eagerly")
def functions_run_eagerly() -> bool:
    """Do decorated functions run as plain Python?"""
    return _EAGERLY[0]


class Function:
    """A traced function: callable like the Python function it wraps.

    Attributes:
        python_function: what was decorated.
        options: of the decorator.
    """

    def __init__(self, python_function: Callable[..., Any], **options: Any) -> None:
        if not callable(python_function):
            raise TypeError(f"{python_function!r} is not a callable object")
        self.python_function = python_function
        self.options = options
        self._name = getattr(python_function, "__name__", type(python_function).__name__)
        self._input_signature = check_input_signature(options.get("input_signature"))
        if self._input_signature is not None:
            check_fits(python_function, self._input_signature)
        self._lock = threading.RLock()
        self._methods: weakref.WeakKeyDictionary[Any, Function] = weakref.WeakKeyDictionary()
        self._forget()
        functools.update_wrapper(self, python_function, updated=())

    def _forget(self) -> None:
        self._cache: dict[Any, ConcreteFunction] = {}
        self._general: dict[Any, list[ConcreteFunction]] = {}
        self._concretes: list[ConcreteFunction] = []
        self._parameters: Parameters | None = None
        self._created: list[Any] = []
        self._traces = 0
        self._detector = detector_of(self.python_function)
        self._guards: tuple[Guard, ...] = ()

    @property
    def name(self) -> str:
        """Name of the Python function."""
        return self._name

    @property
    def input_signature(self) -> Any:
        """Specs given to the decorator, or None."""
        from engine.ir.structure import map_structure

        return map_structure(
            lambda leaf: getattr(leaf, "__composite_spec__", lambda: leaf)(), self._input_signature
        )

    @property
    def function_spec(self) -> Parameters:
        """The parameters."""
        return self._bound_parameters()

    # -- calling ---------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the graph for these arguments, tracing it first where there is none yet."""
        try:
            for guard in self._guards:
                result = guard(args, kwargs)
                if result is not MISS:
                    return result
            if _EAGERLY[0]:
                return self.python_function(*args, **kwargs)
            return self._called(args, kwargs)
        except Exception as error:
            hide_engine_frames(error)
            raise

    def _called(self, args: Any, kwargs: Any) -> Any:
        concrete, call = self._concrete(args, kwargs)
        try:
            result = concrete.call_flat(call.leaves)
        except AttributeError:
            _refuse_specs(call.leaves)
            raise
        self._guards = extended(self._guards, concrete, args, kwargs, call.leaves, _EAGERLY,
                                self._detector)  # fmt: skip
        return result

    def _bound_parameters(self) -> Parameters:
        if self._parameters is None:
            function = self.python_function
            bound = isinstance(function, BoundMethod)
            self._parameters = Parameters(
                function.__func__ if isinstance(function, BoundMethod) else function,
                bound, self._input_signature,
            )  # fmt: skip
        return self._parameters

    def _concrete(
        self, args: Any, kwargs: Any, called: bool = True
    ) -> tuple[ConcreteFunction, Call]:
        """The trace for these arguments; `called`: they are those of a call, not a question."""
        parameters = self._parameters or self._bound_parameters()
        args, kwargs = parameters.bind(args, kwargs)
        call = Call(args, kwargs, parameters.names)
        if self._input_signature is not None:
            call = self._as_signature(call, called)
        key = (call.skeleton, call.dims)
        concrete = self._cache.get(key)
        if concrete is not None:
            if called:
                self._detector.called()
            return concrete, call
        with self._lock:
            concrete = self._cache.get(key) or self._fitting(call)
            if concrete is None:
                concrete = self._trace(call, called)
            self._cache[key] = concrete
        return concrete, call

    def _as_signature(self, call: Call, called: bool) -> Call:
        """With an input signature all calls share the trace of its specs."""
        from engine.ir.structure import composite_parts, flatten

        call = call.unnamed()
        parts = [part for leaf in flatten(self._input_signature) for part in composite_parts(leaf)]
        specs = [part for part in parts if isinstance(part, TensorSpec)]
        key = (call.skeleton, tuple(leaf.dims for leaf in specs[: len(call.leaves)]))
        if key not in self._cache and len(specs) <= len(call.leaves):
            names = [spec._name for spec in specs]
            general = call.with_dims((*key[1], *call.dims[len(specs) :]), names)
            with self._lock:
                if key not in self._cache:
                    self._cache[key] = self._trace(general, called)
        return call

    def _fitting(self, call: Call) -> ConcreteFunction | None:
        """A trace for more general shapes that this call fits; the narrowest such."""
        found: ConcreteFunction | None = None
        for concrete in self._general.get(call.skeleton, ()):
            if all(map(at_least_as_specific, call.dims, concrete.call.dims)) and (
                found is None or all(map(at_least_as_specific, concrete.call.dims, found.call.dims))
            ):
                found = concrete
        return found

    def _trace(self, call: Call, called: bool) -> ConcreteFunction:
        before = self._concretes[-1].call if self._concretes else None
        if self.options.get("reduce_retracing"):
            call = self._generalized(call)
        if any(leaf.dims != dims for leaf, dims in zip(call.leaves, call.dims)):
            call = call.with_dims(call.dims)  # rows of ragged tensors have any number of values
        concrete, created = trace(self.python_function, call, self._name, self.options,
                                  creation_allowed=not self._created)  # fmt: skip
        self._traces += 1
        if created:
            # a function that makes variables must not make them again: trace it once more
            self._created = created
            concrete, _ = trace(self.python_function, call, self._name, self.options,
                                creation_allowed=False)  # fmt: skip
            self._traces += 1
        self._keep(concrete, call)
        if called:
            self._detector.traced(self.python_function, before, call)
        return concrete

    def _keep(self, concrete: ConcreteFunction, call: Call) -> None:
        """A trace for named specs serves tensors too."""
        self._concretes.append(concrete)
        for one in dict.fromkeys((call, call.unnamed())):
            self._cache.setdefault((one.skeleton, one.dims), concrete)
            if any(dims is None or None in dims for dims in one.dims):
                self._general.setdefault(one.skeleton, []).append(concrete)

    def _generalized(self, call: Call) -> Call:
        """Sizes that differ from those of earlier traces become unknown."""
        dims: tuple[Dims, ...] = call.dims
        for concrete in self._concretes:
            if concrete.call.skeleton == call.skeleton:
                dims = tuple(map(relax, dims, concrete.call.dims))
        return call if dims == call.dims else call.with_dims(dims)

    def get_concrete_function(self, *args: Any, **kwargs: Any) -> ConcreteFunction:
        """The trace for these arguments; specs may stand for tensors.

        Without arguments where there is an input signature: the trace of the signature.
        """
        if self._input_signature is not None and not args and not kwargs:
            args = self._input_signature
        try:
            concrete, _ = self._concrete(args, kwargs, called=False)
        except Exception as error:
            hide_engine_frames(error)
            raise
        return concrete

    def experimental_get_tracing_count(self) -> int:
        """How often the Python function was traced."""
        return self._traces

    def pretty_printed_concrete_signatures(self, verbose: bool = True) -> str:
        """The signatures of all traces."""
        return "\n\n".join(c.pretty_printed_signature(verbose) for c in self._concretes)

    def _list_all_concrete_functions(self) -> list[ConcreteFunction]:
        return list(self._concretes)

    def experimental_get_compiler_ir(self, *args: Any, **kwargs: Any) -> Any:
        """The text of the optimised graph for these arguments, as a function of a stage's name."""
        concrete = self.get_concrete_function(*args, **kwargs)
        return lambda stage="hlo", device_name=None, platform_name=None: str(concrete.graph)

    # -- as a method -----------------------------------------------------------------------

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        try:
            known = self._methods.get(instance)
        except TypeError:
            return Function(BoundMethod(self.python_function, instance), **self.options)
        if known is None:
            known = Function(BoundMethod(self.python_function, instance), **self.options)
            self._methods[instance] = known
        return known

    def __reduce__(self) -> Any:
        return _remade, (self.python_function, self.options)

    def __repr__(self) -> str:
        return f"<engine.tracing.function.Function object at 0x{id(self):x}>"


def _refuse_specs(leaves: list[Any]) -> None:
    """Raises ValueError where an argument only describes a tensor."""
    for leaf in leaves:
        if isinstance(leaf, TensorSpec):
            raise ValueError(
                f"Attempt to convert a value ({leaf!r}) with an unsupported type ({type(leaf)}) to "
                "a Tensor. A spec describes a tensor: use get_concrete_function to trace for it."
            ) from None


def _remade(python_function: Callable[..., Any], options: dict[str, Any]) -> Function:
    return Function(python_function, **options)


class BoundMethod:
    """A method that holds its instance weakly, so that a cache does not keep it alive."""

    def __init__(self, function: Callable[..., Any], instance: Any) -> None:
        functools.update_wrapper(self, function, updated=())
        del self.__wrapped__  # type: ignore[attr-defined]
        self.__func__ = function
        try:
            self._instance: Callable[[], Any] = weakref.ref(instance)
        except TypeError:
            self._instance = lambda: instance

    @property
    def __self__(self) -> Any:
        return self._instance()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.__func__(self._instance(), *args, **kwargs)


@public("function")
def function(
    func: Callable[..., Any] | None = None, input_signature: Any = None, autograph: bool = True,
    jit_compile: bool | None = None, reduce_retracing: bool = False,
    experimental_implements: Any = None, experimental_autograph_options: Any = None,
    experimental_attributes: Any = None, experimental_relax_shapes: bool | None = None,
    experimental_compile: bool | None = None, experimental_follow_type_hints: bool | None = None,
) -> Any:  # fmt: skip
    """Make a Python function run as a graph.

    Args:
        func: the function; None: a decorator is answered.
        input_signature: specs of its arguments; then it is traced once.
        autograph: convert Python control flow on tensors into the graph's.
        jit_compile: accepted.
        reduce_retracing: trace for more general shapes where shapes vary.
        experimental_implements, experimental_autograph_options, experimental_attributes,
            experimental_relax_shapes, experimental_compile, experimental_follow_type_hints:
            as in TensorFlow; accepted. `experimental_attributes` is a dict.

    Returns:
        A `Function`.

    Raises:
        TypeError: if `func` is not callable or `input_signature` holds no specs.
        ValueError: if functions have no attribute of a name in `experimental_attributes`.
    """
    check_attributes(experimental_attributes)
    options = {
        "input_signature": input_signature, "autograph": autograph, "jit_compile": jit_compile,
        "reduce_retracing": reduce_retracing or bool(experimental_relax_shapes),
        "autograph_options": experimental_autograph_options,
    }  # fmt: skip

    def decorate(inner: Callable[..., Any]) -> Function:
        return Function(inner, **options)

    return decorate if func is None else decorate(func)
