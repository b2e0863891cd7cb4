"""`keras.Variable`: a variable with a path, as layers, metrics and optimizers hold them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import DType, as_dtype, float32
from engine.ir.interpreter import current, interpreting
from engine.ir.op import public
from engine.ir.shapes import TensorShape, compatible
from engine.ir.tensor import EagerTensor, Tensor
from engine.keras import naming, policies
from engine.objects.variable import Variable, eager_interpreter, init_scope


@public("keras.Variable")
class KerasVariable:
    """A named state of a layer, metric or optimizer. It is no `tf.Variable`: `value` holds one.

    Args:
        initializer: a value, or a function (shape, dtype) -> value; then `shape` is needed.
        shape: of the value.
        dtype: of the value; default float32 (of an integer value: int32).
        trainable: do tapes watch it?
        autocast: read it in the dtype that the layer computes in.
        aggregation, synchronization, kwargs: accepted.
        name: default "variable".

    Raises:
        ValueError: if `name` holds a slash, or `shape` is missing.
    """

    __array_priority__ = 100

    def __init__(
        self, initializer: Any, shape: Any = None, dtype: Any = None, trainable: bool = True,
        autocast: bool = True, aggregation: Any = None, synchronization: Any = "auto",
        name: str | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        name = name or naming.unique_name("variable")
        if not isinstance(name, str) or "/" in name:
            raise ValueError("Argument `name` must be a string and cannot contain character `/`. "
                             f"Received: name={name}")  # fmt: skip
        self._name = name
        self._path = naming.path_of(name)
        self.regularizer: Any = None
        self.constraint: Any = None
        self._trainable = bool(trainable)
        self._autocast = autocast
        self.initializer = initializer
        with interpreting(eager_interpreter()):
            first = _first_value(initializer, shape, dtype)
        with init_scope():
            self._value = Variable(first, trainable=self._trainable, name=name, dtype=first.dtype)
        self._value._name = self._path

    # -- what it is ------------------------------------------------------------------------

    @property
    def value(self) -> Any:
        """The `tf.Variable` that holds the value; in layers of mixed dtypes the value cast."""
        return self._value if policies.autocast.dtype is None else self._read()

    def _read(self) -> Any:
        """The variable, or the value in the dtype that the layer being called computes in."""
        kind = policies.autocast.dtype
        if kind is None or not self._autocast or not self._value.dtype.is_floating:
            return self._value
        from engine.ops.namespace import tf

        return self._value if self._value.dtype is kind else tf.cast(self._value, kind)

    @property
    def handle(self) -> Any:
        """The resource that stands for the variable in graphs."""
        return self._value.handle

    @property
    def name(self) -> str:
        return self._name

    @property
    def path(self) -> str:
        """The name with those of the layers around it."""
        return self._path

    @property
    def _shared_name(self) -> str:
        return self._path.replace("/", "_")

    @property
    def dtype(self) -> str:
        """Name of the dtype."""
        kind = policies.autocast.dtype
        casts = kind is not None and self._autocast and self._value.dtype.is_floating
        return kind.name if kind is not None and casts else self._value.dtype.name

    @property
    def shape(self) -> TensorShape:
        return self._value.shape

    @property
    def ndim(self) -> int:
        return len(self._value.shape)

    @property
    def trainable(self) -> bool:
        """Do tapes watch it?"""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)

    @property
    def device(self) -> str:
        return self._value.device

    def __tf_tensor__(self, dtype: DType | None = None, name: str | None = None) -> Tensor:
        if policies.autocast.dtype is not None:
            return convert_to_tensor(self._read(), dtype)
        return self._value.__tf_tensor__(dtype, name)

    def __checkpoint_variable__(self) -> Variable:
        return self._value

    def numpy(self) -> Any:
        """The present value as a numpy value."""
        return self._value.numpy()

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self._value.__array__(dtype)

    # -- writing ---------------------------------------------------------------------------

    def assign(self, value: Any) -> Tensor:
        """Give it a new value; the value as a tensor. Raises ValueError for another shape."""
        tensor = self._fitting(value)
        self._value.assign(tensor)
        return tensor

    def assign_add(self, value: Any) -> Tensor:
        """Add; the new value as a tensor."""
        return self.assign(self._value.value() + self._fitting(value, broadcast=True))

    def assign_sub(self, value: Any) -> Tensor:
        """Subtract; the new value as a tensor."""
        return self.assign(self._value.value() - self._fitting(value, broadcast=True))

    def _fitting(self, value: Any, broadcast: bool = False) -> Tensor:
        kind = self._value.dtype
        tensor = convert_to_tensor(value)
        if tensor.dtype is not kind:
            from engine.ops.namespace import tf

            tensor = tf.cast(tensor, kind)
        if not broadcast and not compatible(tensor.dims, self._value.dims):
            raise ValueError(
                "The shape of the target variable and the shape of the target value in "
                f"`variable.assign(value)` must match. variable.shape={self.shape}, Received: "
                f"value.shape={tensor.shape}. Target variable: {self!r}"
            )
        return tensor

    # -- as a tensor -----------------------------------------------------------------------

    def __getitem__(self, key: Any) -> Any:
        return convert_to_tensor(self)[key]

    def __iter__(self) -> Iterator[Tensor]:
        return iter(convert_to_tensor(self))

    def __bool__(self) -> bool:
        return bool(self._value)

    def __int__(self) -> int:
        return int(self._value)

    def __float__(self) -> float:
        return float(self._value)

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        head = f"<Variable path={self._path}, shape={_tuple(self.shape)}, dtype={self.dtype}"
        if not current().eager:
            return head + ">"
        held = EagerTensor(self._value._storage.read(), self._value.dtype).numpy()
        text = str(held) if self.ndim or self.dtype == "string" else str(held.item())
        return f"{head}, value={text}>"


def _tuple(shape: Any) -> str:
    sizes = tuple(shape.as_list())
    return str(sizes)


def _first_value(initializer: Any, shape: Any, dtype: Any) -> Any:
    if callable(initializer) and not isinstance(initializer, Tensor):
        if shape is None:
            raise ValueError("When creating a Variable from an initializer, the `shape` argument "
                             f"should be specified. Received: initializer={initializer} and "
                             f"shape={shape}")  # fmt: skip
        kind = float32 if dtype is None else as_dtype(dtype)
        return convert_to_tensor(initializer(tuple(shape), dtype=kind), kind)
    value = convert_to_tensor(initializer)
    if dtype is not None and value.dtype is not as_dtype(dtype):
        from engine.ops.namespace import tf

        value = tf.cast(value, as_dtype(dtype))
    return value


def raw(variable: Any) -> Any:
    """The `tf.Variable` of a Keras variable; a `tf.Variable` itself."""
    return variable._value if isinstance(variable, KerasVariable) else variable


def _forward(symbol: str) -> Callable[..., Any]:
    def operator(self: KerasVariable, *args: Any) -> Any:
        return getattr(convert_to_tensor(self), symbol)(*args)

    operator.__name__ = symbol
    return operator


for _symbol in ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "floordiv",
                "rfloordiv", "mod", "rmod", "pow", "rpow", "matmul", "rmatmul", "lt", "le", "gt",
                "ge", "eq", "ne", "neg", "abs", "invert", "and", "rand", "or", "ror", "xor",
                "rxor"):  # fmt: skip
    setattr(KerasVariable, f"__{_symbol}__", _forward(f"__{_symbol}__"))
KerasVariable.__name__ = KerasVariable.__qualname__ = "Variable"  # as Keras calls it
