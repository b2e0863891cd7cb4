"""`tf.function`: a Python function that is traced into graphs, one for each signature."""

from __future__ import annotations

import functools
import threading
import weakref
from collections.abc import Callable
from typing import Any

from engine.ir.op import public
from engine.tracing.concrete import ConcreteFunction
from engine.tracing.signature import Call, Parameters
from engine.tracing.trace import trace

_EAGERLY = threading.local()


@public("config.run_functions_eagerly")
def run_functions_eagerly(run_eagerly: bool) -> None:
    """Run decorated functions as plain Python (True), or as graphs (False, the default)."""
    _EAGERLY.on = bool(run_eagerly)


@public("config.functions_run_eagerly")
def functions_run_eagerly() -> bool:
    """Do decorated functions run as plain Python?"""
    return getattr(_EAGERLY, "on", False)


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
        self._name = options.get("name") or getattr(python_function, "__name__", "function")
        self._cache: dict[Any, ConcreteFunction] = {}
        self._lock = threading.RLock()
        self._parameters: Parameters | None = None
        self._variables_created = False
        self._traces = 0
        self._methods: weakref.WeakKeyDictionary[Any, Function] = weakref.WeakKeyDictionary()
        functools.update_wrapper(self, python_function, updated=())

    # -- calling ---------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the graph for these arguments, tracing it first where there is none yet."""
        if functions_run_eagerly():
            return self.python_function(*args, **kwargs)
        concrete, leaves = self._concrete(args, kwargs)
        return concrete.call_flat(leaves)

    def _concrete(self, args: Any, kwargs: Any) -> tuple[ConcreteFunction, list[Any]]:
        if self._parameters is None:
            self._parameters = Parameters(self.python_function)
        args, kwargs = self._parameters.bind(args, kwargs)
        call = Call(args, kwargs, self._parameters.names)
        key = call.key
        concrete = self._cache.get(key)
        if concrete is None:
            with self._lock:
                concrete = self._cache.get(key)
                if concrete is None:
                    concrete = self._trace(call)
                    self._cache[key] = concrete
        return concrete, call.leaves

    def _trace(self, call: Call) -> ConcreteFunction:
        self._traces += 1
        concrete, created = trace(self.python_function, call, self._name, self.options,
                                  creation_allowed=not self._variables_created)  # fmt: skip
        if created:
            # a function that makes variables must not make them again: trace it once more
            self._variables_created = True
            self._keep = created
            self._traces += 1
            concrete, _ = trace(self.python_function, call, self._name, self.options,
                                creation_allowed=False)  # fmt: skip
        return concrete

    def get_concrete_function(self, *args: Any, **kwargs: Any) -> ConcreteFunction:
        """The trace for these arguments; specs may stand for tensors."""
        concrete, _ = self._concrete(args, kwargs)
        return concrete

    def experimental_get_tracing_count(self) -> int:
        """How often the Python function was traced."""
        return self._traces

    # -- as a method -----------------------------------------------------------------------

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        try:
            known = self._methods.get(instance)
        except TypeError:
            return self._bound_to(instance)
        if known is None:
            known = self._bound_to(instance)
            self._methods[instance] = known
        return known

    def _bound_to(self, instance: Any) -> Function:
        method = BoundMethod(self.python_function, instance)
        return Function(method, **self.options)

    def __repr__(self) -> str:
        return f"<engine.tracing.function.Function object at 0x{id(self):x}>"


class BoundMethod:
    """A method that holds its instance weakly, so that a cache does not keep it alive."""

    def __init__(self, function: Callable[..., Any], instance: Any) -> None:
        self.__func__ = function
        self._instance = weakref.ref(instance)
        functools.update_wrapper(self, function)
        self.__wrapped__ = self._bound()

    def _bound(self) -> Callable[..., Any]:
        return self.__func__.__get__(self._instance())  # type: ignore[no-any-return,attr-defined]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._bound()(*args, **kwargs)


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
            as in TensorFlow; accepted.

    Returns:
        A `Function`.
    """
    options = {
        "input_signature": input_signature, "autograph": autograph, "jit_compile": jit_compile,
        "reduce_retracing": reduce_retracing or bool(experimental_relax_shapes),
    }  # fmt: skip

    def decorate(inner: Callable[..., Any]) -> Function:
        return Function(inner, **options)

    return decorate if func is None else decorate(func)
