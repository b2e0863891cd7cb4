"""Variables: tensors that keep their value between calls."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from engine.base.tracebacks import hide_engine_frames
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import DType, as_dtype, resource
from engine.ir.interpreter import Interpreter, current, interpreting
from engine.ir.op import PUBLIC, public
from engine.ir.shapes import TensorShape, as_dims, compatible, show
from engine.ir.spec import TensorSpec
from engine.ir.tensor import EagerTensor, SymbolicTensor, Tensor, TensorReference
from engine.ops import state
from engine.ops.namespace import tf


def eager_interpreter(it: Interpreter | None = None) -> Interpreter:
    """The eager interpreter around the current one: where variables live."""
    found: Any = it or current()
    while not found.eager:
        found = found.outer
    return found


@public("init_scope")
def init_scope() -> Any:
    """A context that lifts what is done inside out of the function being traced."""
    return interpreting(eager_interpreter())


TRACING: ContextVar[Any] = ContextVar("graphlens_tracing", default=None)
"""Records the function being traced: variables made meanwhile, even in `init_scope`, are its."""


@public("Variable")
class Variable:
    """A tensor that keeps its value between calls.

    Args:
        initial_value: value, tensor, or function of no arguments that answers one.
        trainable: do gradient tapes watch it by themselves? Default: yes.
        validate_shape: False: the shape may change with every assignment.
        caching_device: accepted.
        name: default "Variable".
        variable_def, import_scope, constraint, synchronization, aggregation: as in TensorFlow;
            only `constraint` is kept.
        dtype: of the value; by default the initial value's.
        shape: what holds of every value's shape; by default the initial value's.

    Raises:
        ValueError: if there is no initial value, or inside a function that was traced before.
    """

    __array_priority__ = 100

    def __new__(cls, *args: Any, **kwargs: Any) -> Variable:
        """Plain variables are of the class that TensorFlow names in messages."""
        return object.__new__(ResourceVariable if cls is Variable else cls)

    def __init__(
        self, initial_value: Any = None, trainable: bool | None = None,
        validate_shape: bool = True, caching_device: Any = None, name: str | None = None,
        variable_def: Any = None, dtype: Any = None, import_scope: Any = None,
        constraint: Any = None, synchronization: Any = None, aggregation: Any = None,
        shape: Any = None, experimental_enable_variable_lifting: bool = True,
    ) -> None:  # fmt: skip
        if initial_value is None:
            raise ValueError(
                "The `initial_value` arg to `tf.Variable` must be specified except when you are "
                "not providing a `variable_def`. You provided neither."
            )
        it: Any = current()
        wanted = None if dtype is None else as_dtype(dtype)
        value = _initial(initial_value, wanted, it)
        dims = value.dims if shape is None else as_dims(shape)
        if shape is None and not validate_shape:
            dims = None
        if shape is not None and not compatible(value.dims, dims):
            raise ValueError(
                "In this `tf.Variable` creation, the initial value's shape "
                f"({show(value.dims)}) is not compatible with the explicitly supplied `shape` "
                f"argument ({'None' if dims is None else list(dims)})."
            )
        self._name = _scoped(name or "Variable")
        trainable = True if trainable is None else bool(trainable)
        storage = state.Storage(
            value._value, value.dtype, dims, trainable and _trains(value.dtype), self._name
        )
        self._trainable = trainable
        self._storage = storage
        storage.owner = weakref.ref(self)
        self._handle = EagerTensor(storage, resource)
        self._constraint = constraint
        tracing = it if not it.eager else TRACING.get()
        if tracing is not None:
            tracing.variable_created(self)

    @staticmethod
    def of_handle(handle: EagerTensor) -> Variable | None:
        """The variable that a resource stands for, while it lives."""
        owner = handle._value.owner
        return None if owner is None else owner()

    def over(self, handle: Any) -> Variable:
        """A stand-in for this variable inside a graph, over a placeholder of its resource."""
        made = object.__new__(type(self))
        made._name, made._trainable = self._name, self._trainable
        made._storage, made._constraint = self._storage, self._constraint
        made._handle = handle
        return made

    # -- what it is ------------------------------------------------------------------------

    @property
    def handle(self) -> EagerTensor:
        """The resource that stands for the variable in graphs."""
        return self._handle

    @property
    def dtype(self) -> DType:
        return self._storage.dtype

    @property
    def shape(self) -> TensorShape:
        return TensorShape.of(self._storage.dims)

    @property
    def dims(self) -> Any:
        return self._storage.dims

    def get_shape(self) -> TensorShape:
        return self.shape

    @property
    def name(self) -> str:
        """Name with `:0`, as TensorFlow has it."""
        return self._name if self._name == "UnreadVariable" else f"{self._name}:0"

    @property
    def _shared_name(self) -> str:
        return self._name

    @property
    def trainable(self) -> bool:
        return self._trainable

    @property
    def device(self) -> str:
        return "/job:localhost/replica:0/task:0/device:CPU:0"

    @property
    def constraint(self) -> Any:
        return self._constraint

    @property
    def synchronization(self) -> Any:
        """When copies on several devices are made equal."""
        return tf.VariableSynchronization.AUTO

    @property
    def aggregation(self) -> Any:
        """How updates from several devices combine."""
        return tf.VariableAggregation.NONE

    @property
    def op(self) -> Any:
        if current().eager:
            raise AttributeError("Tensor.op is undefined when eager execution is enabled.")
        return self._handle

    @property
    def graph(self) -> Any:
        raise AttributeError("Tensor.graph is undefined when eager execution is enabled.")

    initializer = None

    # -- reading ---------------------------------------------------------------------------

    def value(self) -> Tensor:
        """The present value, as a tensor."""
        storage = self._storage
        dims = storage.dims
        return state.read_variable(self._handle, storage.dtype, dims)

    def read_value(self) -> Tensor:
        """The present value; in a graph, read at this place of the program."""
        return self.value()

    def __tf_tensor__(self, dtype: DType | None = None, name: str | None = None) -> Tensor:
        if dtype is not None and dtype is not self.dtype:
            raise ValueError(
                f"Incompatible type conversion requested to type {dtype.name!r} for variable of "
                f"type {self.dtype.name!r} (Variable: {self!r})"
            )
        return self.value()

    def numpy(self) -> Any:
        """The present value as a numpy value. Raises NotImplementedError inside a graph."""
        if not current().eager:
            raise NotImplementedError("numpy() is only available when eager execution is enabled.")
        return EagerTensor(self._storage.read(), self.dtype).numpy()

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        if not current().eager:
            raise NotImplementedError(
                f"Cannot convert a symbolic tf.Tensor ({self.name}) to a numpy array."
            )
        return EagerTensor(self._storage.read(), self.dtype).__array__(dtype)

    def eval(self, session: Any = None) -> Any:
        raise RuntimeError("This operation is not supported when eager execution is enabled.")

    def load(self, value: Any, session: Any = None) -> None:
        """The old way to give it a new value."""
        self.assign(value)

    @property
    def initial_value(self) -> Tensor:
        raise RuntimeError("This property is not supported when eager execution is enabled.")

    def is_initialized(self, name: str | None = None) -> Tensor:
        return convert_to_tensor(self._storage.value is not None)

    # -- writing ---------------------------------------------------------------------------

    def assign(self, value: Any, use_locking: bool = False, name: str | None = None,
               read_value: bool = True) -> Variable:  # fmt: skip
        """Give it a new value.

        Raises:
            ValueError: if the value's dtype or shape does not fit.
        """
        try:
            tensor = convert_to_tensor(value, self.dtype)
            if not compatible(tensor.dims, self._storage.dims):
                raise ValueError(
                    f"Cannot assign value to variable ' {self.name}': Shape mismatch.The variable "
                    f"shape {self.shape}, and the assigned value shape {tensor.shape} are "
                    "incompatible."
                )
            state.assign_variable(self._handle, tensor)
            return self._written() if read_value else self._unread()
        except Exception as error:
            hide_engine_frames(error)
            raise

    def assign_add(self, delta: Any, use_locking: bool = False, name: str | None = None,
                   read_value: bool = True) -> Variable:  # fmt: skip
        """Add `delta`; dtype and shape as `assign`."""
        try:
            state.assign_add_variable(self._handle, self._fitting(delta))
            return self._written() if read_value else self._unread()
        except Exception as error:
            hide_engine_frames(error)
            raise

    def assign_sub(self, delta: Any, use_locking: bool = False, name: str | None = None,
                   read_value: bool = True) -> Variable:  # fmt: skip
        """Subtract `delta`; dtype and shape as `assign`."""
        try:
            state.assign_sub_variable(self._handle, self._fitting(delta))
            return self._written() if read_value else self._unread()
        except Exception as error:
            hide_engine_frames(error)
            raise

    def _written(self) -> Variable:
        """What assignments answer: the same variable, under the name TensorFlow gives it."""
        made = self.over(self._handle)
        made._name = "UnreadVariable"
        return made

    def _unread(self) -> Any:
        """What assignments answer where the new value is not wanted."""
        return None if current().eager else current().nodes[-1]  # type: ignore[attr-defined]

    def _fitting(self, delta: Any) -> Tensor:
        from engine.base.errors import InvalidArgumentError
        from engine.ir.shapes import broadcast

        tensor = convert_to_tensor(delta, self.dtype)
        mine = self._storage.dims
        try:
            result = broadcast(mine, tensor.dims)
        except ValueError:
            result = ()
        if mine is not None and tensor.dims is not None and not compatible(result, mine):
            text = (f"Cannot update variable with shape {list(mine)} using a Tensor with shape "
                    f"{list(tensor.dims)}, shapes must be equal.")  # fmt: skip
            if current().eager:
                raise InvalidArgumentError(None, None, f"{text} [Op:AssignAddVariableOp]")
            raise ValueError(text)
        return tensor

    def _scatter(self, sparse_delta: Any, how: str) -> Variable:
        indices, values = sparse_delta.indices, sparse_delta.values
        state.scatter_variable(self._handle, indices, convert_to_tensor(values, self.dtype), how)
        return self._written()

    def scatter_add(
        self, sparse_delta: Any, use_locking: bool = False, name: Any = None
    ) -> Variable:
        return self._scatter(sparse_delta, "add")

    def scatter_sub(
        self, sparse_delta: Any, use_locking: bool = False, name: Any = None
    ) -> Variable:
        return self._scatter(sparse_delta, "sub")

    def scatter_update(
        self, sparse_delta: Any, use_locking: bool = False, name: Any = None
    ) -> Variable:
        return self._scatter(sparse_delta, "update")

    batch_scatter_update = scatter_update

    def scatter_mul(
        self, sparse_delta: Any, use_locking: bool = False, name: Any = None
    ) -> Variable:
        return self._scatter(sparse_delta, "mul")

    def scatter_div(
        self, sparse_delta: Any, use_locking: bool = False, name: Any = None
    ) -> Variable:
        return self._scatter(sparse_delta, "div")

    def scatter_min(
        self, sparse_delta: Any, use_locking: bool = False, name: Any = None
    ) -> Variable:
        return self._scatter(sparse_delta, "min")

    def scatter_max(
        self, sparse_delta: Any, use_locking: bool = False, name: Any = None
    ) -> Variable:
        return self._scatter(sparse_delta, "max")

    def _scatter_nd(self, indices: Any, updates: Any, how: str) -> Variable:
        state.scatter_nd_variable(
            self._handle, convert_to_tensor(indices), convert_to_tensor(updates, self.dtype), how
        )
        return self._written()

    def scatter_nd_update(self, indices: Any, updates: Any, name: Any = None) -> Variable:
        return self._scatter_nd(indices, updates, "update")

    def scatter_nd_add(self, indices: Any, updates: Any, name: Any = None) -> Variable:
        return self._scatter_nd(indices, updates, "add")

    def scatter_nd_sub(self, indices: Any, updates: Any, name: Any = None) -> Variable:
        return self._scatter_nd(indices, updates, "sub")

    def sparse_read(self, indices: Any, name: str | None = None) -> Tensor:
        return tf.gather(self, indices)

    def gather_nd(self, indices: Any, name: str | None = None) -> Tensor:
        return tf.gather_nd(self, indices)

    def count_up_to(self, limit: int) -> Tensor:
        value = self.value()
        self.assign_add(1)
        return value

    # -- as a tensor -----------------------------------------------------------------------

    def __getitem__(self, key: Any) -> Any:
        part = self.value()[key]
        if isinstance(part, (EagerTensor, SymbolicTensor)):
            part.assign = lambda value, name=None: self._assign_part(key, value)  # type: ignore[union-attr]
        return part

    def _assign_part(self, key: Any, value: Any) -> Variable:
        items = key if isinstance(key, tuple) else (key,)
        frozen = tuple(
            ("slice", item.start, item.stop, item.step) if isinstance(item, slice) else item
            for item in items
        )
        state.assign_slice(self._handle, convert_to_tensor(value, self.dtype), key=frozen)
        return self._written()

    def set_shape(self, shape: Any) -> None:
        if not compatible(as_dims(shape), self._storage.dims):
            raise ValueError(f"Shapes {show(as_dims(shape))} and {self.shape} are incompatible")
        self._storage.dims = as_dims(shape)

    def __iter__(self) -> Iterator[Tensor]:
        return iter(self.value())

    def __bool__(self) -> bool:
        return bool(self.value())

    def __int__(self) -> int:
        return int(self.value())

    def __float__(self) -> float:
        return float(self.value())  # type: ignore[arg-type]

    def __complex__(self) -> complex:
        return complex(self.value())  # type: ignore[call-overload]

    def ref(self) -> TensorReference:
        return TensorReference(self)

    experimental_ref = ref

    def __hash__(self) -> int:
        raise TypeError("Variable is unhashable. Instead, use variable.ref() as the key. "
                        f"(Variable: {self!r})")  # fmt: skip

    def __iadd__(self, other: Any) -> Any:
        raise RuntimeError("`variable += value` with `tf.Variable`s is not supported. Use "
                           "`variable.assign_add(value)` to modify the variable, or `out = "
                           "variable + value` if you need to get a new output Tensor.")  # fmt: skip

    def __isub__(self, other: Any) -> Any:
        raise RuntimeError("`variable -= value` with `tf.Variable`s is not supported. Use "
                           "`variable.assign_sub(value)` to modify the variable, or `out = "
                           "variable * value` if you need to get a new output Tensor.")  # fmt: skip

    def __imul__(self, other: Any) -> Any:
        raise RuntimeError("`var *= value` with `tf.Variable`s is not supported. Use `var.assign("
                           "var * value)` to modify the variable, or `out = var * value` if you "
                           "need to get a new output Tensor.")  # fmt: skip

    __itruediv__ = __ifloordiv__ = __ipow__ = __imul__

    def __reduce__(self) -> tuple[Any, ...]:
        return Variable, (self.numpy(), self._trainable, True, None, self._name)

    def __deepcopy__(self, memo: dict[int, Any]) -> Variable:
        made = Variable(self.numpy(), self._trainable, name=self._name, dtype=self.dtype)
        memo[id(self)] = made
        return made

    def __repr__(self) -> str:
        head = f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}"
        if not current().eager:
            return head + ">"
        text = EagerTensor(self._storage.value, self.dtype)._text(True)
        newline = "\n" if "\n" in text and self.shape.rank else ""
        return f"{head}, numpy={newline}{text}>"

    __str__ = __repr__

    @property
    def _spec(self) -> TensorSpec:
        return TensorSpec(self.shape, self.dtype)


class ResourceVariable(Variable):
    """What `tf.Variable(...)` makes."""


def _scoped(name: str) -> str:
    """The name with the prefix of the name scope in force."""
    scope = tf.raw.current_scope()
    return f"{scope}/{name}" if scope else name


def _trains(dtype: DType) -> bool:
    return dtype.is_floating or dtype.is_complex


def _initial(initial_value: Any, dtype: DType | None, it: Any) -> Any:
    """The initial value as an eager tensor, lifted out of a graph under construction."""
    with interpreting(eager_interpreter(it)):
        if callable(initial_value) and not isinstance(initial_value, (Tensor, Variable)):
            initial_value = initial_value()
        if isinstance(initial_value, SymbolicTensor):
            initial_value = it.lift(initial_value)
        if isinstance(initial_value, (Tensor, Variable)) and dtype is not None:
            return convert_to_tensor(initial_value, dtype)
        return convert_to_tensor(initial_value, dtype)


def _forward(symbol: str) -> Callable[..., Any]:
    def operator(self: Variable, *args: Any) -> Any:
        try:
            if args and args[0] is None and symbol in ("__eq__", "__ne__"):
                convert_to_tensor(None)  # refused
            return getattr(self.value(), symbol)(*args)
        except Exception as error:
            hide_engine_frames(error)
            raise

    operator.__name__ = symbol
    return operator


for _symbol in ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "floordiv",
                "rfloordiv", "mod", "rmod", "pow", "rpow", "matmul", "rmatmul", "lt", "le", "gt",
                "ge", "eq", "ne", "neg", "abs", "invert", "and", "rand", "or", "ror", "xor",
                "rxor"):  # fmt: skip
    setattr(Variable, f"__{_symbol}__", _forward(f"__{_symbol}__"))

PUBLIC["raw.Variable"] = Variable
