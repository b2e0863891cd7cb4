"""Ops: one declaration each, holding inference, kernel, gradient, effects, docs and samples.

`@op("math.softplus", "nn.softplus")` over an inference function makes a public function. The
function's parameters annotated `Tensor` are inputs (`Tensors`: a list of them, `Tensor | None`: an
optional one), a parameter called `name` names the node, all others are attributes::

    @op("math.softplus", "nn.softplus", dtypes={"T": FLOATING}, samples=[("float32[3,4]",)])
    def softplus(features: Tensor, name: str | None = None) -> TensorSpec:
        return spec(features.dtype, features.dims)

    @softplus.kernel
    def _(xp, features):
        return xp.logaddexp(features, 0)

    @softplus.gradient
    def _(tf, node, grad):
        return grad * tf.sigmoid(node.inputs[0])
"""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol, TypeVar, cast

from engine.base.tracebacks import with_users_frames
from engine.ir.dtypes import DType
from engine.ir.wrapper import install_stub

F = TypeVar("F", bound=Callable[..., Any])

PURE, READ, WRITE, IO, RANDOM, GRAPHS = "", "read", "write", "io", "random", "graphs"
"""Effects. READ and WRITE concern the resource inputs; IO nodes keep their order and always run;
GRAPHS: those of the graphs among the attributes; RANDOM nodes draw from hidden state: they are
never merged, but may be dropped."""


class Parameter:
    """One input of an op: its name and the group of inputs that share its dtype."""

    __slots__ = ("group", "name", "optional", "variadic")

    def __init__(
        self, name: str, group: str | DType | None, variadic: bool, optional: bool
    ) -> None:
        self.name = name
        self.group = group
        self.variadic = variadic
        self.optional = optional


class Op:
    """What one kind of node means.

    Attributes:
        name: first public name, for example ``"math.softplus"``.
        type: TensorFlow's name of the kind of node, for example ``"Softplus"``.
        infer: (input tensors or specs, attributes) -> spec, tuple of specs, or None.
        compute: (xp, input arrays, attributes) -> array, tuple of arrays, or None.
        backward: (tf, node, output gradients) -> input gradients (None: no gradient).
        effect: one of PURE, READ, WRITE, IO, RANDOM.
        expression: Python source of the kernel for generated code, for example ``"{0} + {1}"``.
        ufunc: name of the numpy ufunc that does the same and takes `out`.
        bind: (xp, attrs, input specs, output specs) -> callable on arrays, where specialising pays.
        value_dependent: does `infer` look at values of constant inputs?
        first_decides: does the first input alone decide the dtype, whatever the others are?
        answers_tuple: do its kernels answer a tuple, even of one array (as `infer` says)?
        samples: argument lists, such as ``("float32[3,4]",)``, which tests run everywhere.
    """

    __slots__ = (
        "allowed", "answers_tuple", "attr_names", "backward", "bind", "compute", "defaults",
        "doc", "effect", "elementwise", "exports", "expression", "first_decides", "function",
        "infer", "infer_cache", "name", "name_hint", "parameters", "samples", "signature", "type",
        "ufunc", "value_dependent",
    )  # fmt: skip

    def __init__(self, name: str, exports: tuple[str, ...], type: str, infer: Any) -> None:
        self.name = name
        self.exports = exports
        self.type = type
        self.name_hint = type
        self.infer = infer
        self.doc = infer.__doc__ or ""
        self.compute: Callable[..., Any] | None = None
        self.backward: Callable[..., Any] | None = None
        self.bind: Callable[..., Any] | None = None
        self.effect = PURE
        self.expression: str | None = None
        self.ufunc: str | None = None
        self.elementwise = False
        self.value_dependent = False
        self.first_decides = False
        self.answers_tuple = False
        self.samples: tuple[Any, ...] = ()
        self.allowed: Mapping[str, Collection[DType]] = {}
        self.defaults: Mapping[str, DType] = {}
        self.infer_cache: dict[Any, Any] = {}
        self.parameters: tuple[Parameter, ...] = ()
        self.attr_names: tuple[str, ...] = ()
        self.signature: inspect.Signature = inspect.Signature()
        self.function: OpFunction = cast("OpFunction", None)

    @property
    def stateful(self) -> bool:
        return self.effect != PURE

    def __repr__(self) -> str:
        return f"<Op {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return find_op, (self.name,)


class OpFunction(Protocol):
    """The public function of an op, with decorators that complete the op."""

    op: Op
    __name__: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...

    def kernel(self, compute: F) -> F:
        """Register (xp, *arrays, **attrs) -> array(s)."""

    def gradient(self, backward: F) -> F:
        """Register (tf, node, *grads) -> one gradient, or a tuple with one per input."""

    def binder(self, bind: F) -> F:
        """Register (xp, attrs, input_specs, output_specs) -> callable on arrays."""


class Registry(dict[str, Any]):
    """What modules declare, by name; a name that is looked up gets its module imported.

    Args:
        section: dictionary of `engine.ir.index` that says where names are declared.
    """

    def __init__(self, section: str) -> None:
        super().__init__()
        self._section = section
        self._where: dict[str, str] | None = None

    @property
    def where(self) -> dict[str, str]:
        """The module of each name in the index."""
        if self._where is None:
            from engine.ir import index

            modules: dict[str, str] = getattr(index, self._section)
            self._where = {n: module for module, text in modules.items() for n in text.split()}
        return self._where

    def __setitem__(self, name: str, value: Any) -> None:
        own = name.startswith("raw.")  # for the engine alone
        super().__setitem__(name, value if own else with_users_frames(value))

    def __missing__(self, name: str) -> Any:
        if not self.declare(name):
            raise KeyError(name)
        return dict.__getitem__(self, name)

    def declare(self, name: str) -> bool:
        """Import the module that the index gives for a name; is the name known now?

        A module that another thread is importing is waited for: its names are known before all
        that belongs to them is.
        """
        module = self.where.get(name)
        if module is not None:
            try:
                importlib.import_module(module)
            except ModuleNotFoundError as error:
                if error.name != module:
                    raise  # else: the index is older than the folder
        return name in self


OPS: Registry = Registry("OPS")
"""All ops by their first public name."""

PUBLIC: Registry = Registry("PUBLIC")
"""All public names (`"math.add"`) with the functions, classes and values they stand for."""


def find_op(name: str) -> Op:
    """The op with that first public name. Raises KeyError where there is none."""
    return OPS[name]


def op(
    name: str,
    *aliases: str,
    type: str | None = None,
    hint: str | None = None,
    groups: Mapping[str, str | DType | None] | None = None,
    dtypes: Mapping[str, Collection[DType]] | None = None,
    defaults: Mapping[str, DType] | None = None,
    effect: str = PURE,
    samples: Sequence[Any] = (),
    value_dependent: bool = False,
) -> Callable[[Callable[..., Any]], OpFunction]:
    """Declare an op; the decorated function is its inference.

    Args:
        name: public name without `tf.`; `aliases` are further ones. A name that begins with `raw.`
            is for the engine alone.
        type: TensorFlow's name of the op; by default the function's name in CamelCase.
        hint: base of node names, by default `type`.
        groups: input name -> group of inputs with one dtype (default ``"T"``), a fixed dtype, or
            None: any dtype.
        dtypes: group -> dtypes that it allows.
        defaults: group -> dtype of Python numbers where nothing else decides.
        effect: see `Op`.
        samples: see `Op`.
        value_dependent: see `Op`.
    """

    def declare(infer: Callable[..., Any]) -> OpFunction:
        exports = (name, *aliases)
        made = Op(name, exports, type or _camel(infer.__name__), infer)
        made.name_hint = hint or made.type
        made.effect = effect
        made.samples = tuple(samples)
        made.value_dependent = value_dependent
        made.allowed = dtypes or {}
        made.defaults = defaults or {}
        _read_signature(made, groups or {})
        if any(parameter.variadic for parameter in made.parameters):
            made.infer = _regrouped(infer, made.parameters)
        if name in OPS:
            raise ValueError(f"op {name!r} is declared twice")
        OPS[name] = made
        function = install_stub(made)
        made.function = function
        for export in exports:
            PUBLIC[export] = function
        return function

    return declare


def public(*names: str) -> Callable[[Any], Any]:
    """Give a function or class made of other ops its public names.

    Tracebacks of what it raises end at the user's line that called it.
    """

    def export(value: Any) -> Any:
        if not all(name.startswith("raw.") for name in names):
            value = with_users_frames(value)
        for name in names:
            PUBLIC[name] = value
        return value

    return export


def _read_signature(made: Op, groups: Mapping[str, str | DType | None]) -> None:
    made.signature = inspect.signature(made.infer)
    made.answers_tuple = str(made.signature.return_annotation).startswith("tuple")
    parameters = []
    attrs = []
    for key, parameter in made.signature.parameters.items():
        annotation = str(parameter.annotation).replace(" ", "")
        base = annotation.removesuffix("|None")
        if base in ("Tensor", "Tensors"):
            optional = annotation.endswith("|None")
            group = groups.get(key, "T")
            parameters.append(Parameter(key, group, base == "Tensors", optional))
        elif key != "name":
            attrs.append(key)
    made.parameters = tuple(parameters)
    made.attr_names = tuple(attrs)


def _regrouped(infer: Any, parameters: tuple[Parameter, ...]) -> Any:
    """`infer` called with flat inputs, as all ops are; lists share what single inputs leave."""
    lists = sum(parameter.variadic for parameter in parameters)

    @functools.wraps(infer)
    def infer_flat(*inputs: Any, **attrs: Any) -> Any:
        if any(type(item) is list for item in inputs):
            inputs = tuple(x for item in inputs for x in (item if type(item) is list else (item,)))
        length = (len(inputs) - (len(parameters) - lists)) // lists
        grouped: list[Any] = []
        start = 0
        for parameter in parameters:
            if parameter.variadic:
                grouped.append(inputs[start : start + length])
                start += length
            else:
                grouped.append(inputs[start])
                start += 1
        return infer(*grouped, **attrs)

    return infer_flat


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def attrs_key(attrs: Mapping[str, Any]) -> Any:
    """A hashable key of attributes; None where some value has none."""
    key = tuple(attrs.values())
    try:
        hash(key)
    except TypeError:
        return None
    return key
