"""Tensors: eager ones hold a value, symbolic ones are outputs of graph nodes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from engine.base.errors import OperatorNotAllowedInGraphError
from engine.base.tracebacks import hide_engine_frames, with_users_frames
from engine.ir.dtypes import DType, string, variant
from engine.ir.shapes import Dims, TensorShape, as_dims, bracketed, merge, show

if TYPE_CHECKING:
    from engine.ir.graph import Node


LARGE = 1 << 18
"""Bytes from which on an array's memory is worth using again."""

hand_out: list[Callable[[Any, bool], Any]] = [lambda array, dying: array.copy()]
"""(large array, does its tensor end here?) -> an array for the user; executors install theirs."""


class _Counted:
    """Tells how often an object is held that ends with a call of its method, as in `f(x).g()`."""

    def count(self) -> int:
        """References, seen from inside."""
        return sys.getrefcount(self)


def _count_of_dying() -> int:
    """What `sys.getrefcount(self)` answers in a method of an object that ends with the call.

    It depends on the interpreter; -1 where an object that lives on may give the same number.
    """
    held = _Counted()
    dying, alive = _Counted().count(), held.count()
    return dying if dying < alive else -1


_DYING = _count_of_dying()


class Tensor:
    """An array of elements of one dtype; `EagerTensor` or `SymbolicTensor`.

    Attributes:
        dtype: element type.
        dims: raw shape: sizes (None: unknown), or None where even the rank is unknown.
        shape: the same as a `TensorShape`.
    """

    __slots__ = ()
    __array_priority__ = 100

    if TYPE_CHECKING:
        dtype: DType
        dims: Dims

        def __add__(self, other: Any) -> Tensor: ...
        def __radd__(self, other: Any) -> Tensor: ...
        def __sub__(self, other: Any) -> Tensor: ...
        def __rsub__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __rmul__(self, other: Any) -> Tensor: ...
        def __truediv__(self, other: Any) -> Tensor: ...
        def __rtruediv__(self, other: Any) -> Tensor: ...
        def __floordiv__(self, other: Any) -> Tensor: ...
        def __mod__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...
        def __matmul__(self, other: Any) -> Tensor: ...
        def __neg__(self) -> Tensor: ...
        def __abs__(self) -> Tensor: ...
        def __invert__(self) -> Tensor: ...
        def __and__(self, other: Any) -> Tensor: ...
        def __or__(self, other: Any) -> Tensor: ...
        def __xor__(self, other: Any) -> Tensor: ...
        def __lt__(self, other: Any) -> Tensor: ...
        def __le__(self, other: Any) -> Tensor: ...
        def __gt__(self, other: Any) -> Tensor: ...
        def __ge__(self, other: Any) -> Tensor: ...
        def __getitem__(self, key: Any) -> Tensor: ...
        def __int__(self) -> int: ...
        def __iter__(self) -> Iterator[Tensor]: ...
        def numpy(self) -> Any: ...

    @property
    def shape(self) -> TensorShape:
        return TensorShape.of(self.dims)

    def get_shape(self) -> TensorShape:
        return TensorShape.of(self.dims)

    @property
    def ndim(self) -> int:
        if self.dims is None:
            raise ValueError("Cannot take the length of shape with unknown rank.")
        return len(self.dims)

    @property
    def rank(self) -> int | None:  # used by engine code; `tf.rank` is the op
        return None if self.dims is None else len(self.dims)

    def ref(self) -> TensorReference:
        """A hashable stand-in, equal for the same tensor; `deref()` gives the tensor back."""
        return TensorReference(self)

    experimental_ref = ref

    def __hash__(self) -> int:
        raise TypeError("Tensor is unhashable. Instead, use tensor.ref() as the key.")

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        return self

    def __copy__(self) -> Tensor:
        return self


class TensorReference:
    """Hashes and compares by the identity of what it refers to."""

    __slots__ = ("_wrapped",)

    def __init__(self, wrapped: Any) -> None:
        self._wrapped = wrapped

    def deref(self) -> Any:
        return self._wrapped

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TensorReference) and self._wrapped is other._wrapped

    def __hash__(self) -> int:
        return id(self._wrapped)

    def __repr__(self) -> str:
        return f"<Reference wrapping {self._wrapped!r}>"


class _OfArrays:
    """An attribute that arrays have and tensors do not: the message says what to do."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        raise AttributeError(
            f"{(owner or type(instance)).__name__} object has no attribute '{self._name}'. \n"
            "        If you are looking for numpy-related methods, please run the following:\n"
            "        tf.experimental.numpy.experimental_enable_numpy_behavior()\n      "
        )


for _name in ("T", "astype", "ravel", "transpose", "reshape", "clip", "size", "tolist", "data"):
    _made = _OfArrays()
    _made.__set_name__(Tensor, _name)
    setattr(Tensor, _name, _made)


class EagerTensor(Tensor):
    """A tensor with a value: a numpy scalar (rank 0), an array, or `bytes` (a scalar string)."""

    __slots__ = ("__weakref__", "_value", "assign", "dtype")

    def __init__(self, value: Any, dtype: DType) -> None:
        self._value = value
        self.dtype = dtype

    @property
    def dims(self) -> Dims:  # type: ignore[override]
        try:
            return self._value.shape
        except AttributeError:
            return ()

    @property
    def device(self) -> str:
        kind, number = "CPU", 0
        if hasattr(self._value, "__cuda_array_interface__"):
            kind, number = "GPU", int(self._value.device.id)
        return f"/job:localhost/replica:0/task:0/device:{kind}:{number}"

    @property
    def name(self) -> str:
        raise AttributeError("Tensor.name is undefined when eager execution is enabled.")

    @property
    def op(self) -> Any:
        raise AttributeError("Tensor.op is undefined when eager execution is enabled.")

    @property
    def graph(self) -> Any:
        raise AttributeError("Tensor.graph is undefined when eager execution is enabled.")

    def numpy(self) -> Any:
        """The value: a numpy scalar, a copy of the array, or `bytes`."""
        value = self._value
        if self.dtype is variant:
            return value
        if hasattr(value, "__cuda_array_interface__"):
            return value.get()[()]
        if not getattr(value, "ndim", 0):
            return value
        if value.nbytes < LARGE:
            return value.copy()
        return hand_out[0](value, sys.getrefcount(self) <= _DYING)

    def _numpy(self) -> Any:
        return self._value

    @with_users_frames
    def set_shape(self, shape: object) -> None:
        """Check that the value fits `shape`. Raises ValueError where it does not."""
        if not TensorShape(shape).is_compatible_with(self.shape):
            raise ValueError(
                f"Tensor's shape {show(self.dims)} is not compatible with supplied shape "
                f"{show(as_dims(shape))}."
            )

    @with_users_frames
    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        import numpy

        value = self.numpy() if hasattr(self._value, "__cuda_array_interface__") else self._value
        array = numpy.asarray(value, dtype=object if self.dtype is string else None)
        if dtype is not None and array.dtype != dtype:
            return array.astype(dtype)
        if copy:
            return array.copy()
        view = array.view()
        view.flags.writeable = False  # arrays and tensors may share their values
        return view

    @with_users_frames
    def __len__(self) -> int:
        if not self.dims:
            raise TypeError("Scalar tensor has no `len()`")
        return len(self._value)

    @with_users_frames
    def __iter__(self) -> Iterator[Tensor]:
        if not self.dims:
            raise TypeError("Cannot iterate over a scalar tensor.")
        return (self[i] for i in range(len(self._value)))

    def __bool__(self) -> bool:
        try:
            value = self._value
            return bool(value) if getattr(value, "size", 1) else False
        except Exception as error:
            hide_engine_frames(error)
            raise

    def _scalar(self) -> Any:
        """The value. Raises TypeError where it is no single number."""
        if self.dims:
            raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
        return self._value

    @with_users_frames
    def __int__(self) -> int:
        value = self._scalar()
        return int(value.real if self.dtype.is_complex else value)

    @with_users_frames
    def __float__(self) -> float:
        value = self._scalar()
        return float(value.real if self.dtype.is_complex else value)

    @with_users_frames
    def __complex__(self) -> complex:
        return complex(self._scalar())

    @with_users_frames
    def __index__(self) -> int:
        return self._value.__index__()

    def __round__(self, digits: int = 0) -> Any:
        return self.astype  # type: ignore[attr-defined] # raises: as in TensorFlow

    @with_users_frames
    def __format__(self, spec: str) -> str:
        return self._value.__format__(spec)

    @with_users_frames
    def eval(self, feed_dict: Any = None, session: Any = None) -> Any:
        raise NotImplementedError(
            "eval is not supported when eager execution is enabled, is .numpy() what you're "
            "looking for?"
        )

    def consumers(self) -> Any:
        raise NotImplementedError("Tensor.consumers is undefined when eager execution is enabled.")

    def __reduce__(self) -> tuple[Any, ...]:
        from engine.ir.convert import convert_to_tensor

        return convert_to_tensor, (self._value, self.dtype.name)

    def __dir__(self) -> list[str]:
        return [name for name in object.__dir__(self) if not name.startswith("_Tensor")]

    def _text(self, is_repr: bool) -> str:
        if self.dtype.kind == "V":
            return "<unprintable>"
        if self.dims:
            return repr(self._value) if is_repr else str(self._value)
        if self.dtype is string:
            return repr(self._value)
        return repr(self._value.item()) if is_repr else str(self._value)

    def __repr__(self) -> str:
        return (
            f"<tf.Tensor: shape={self.shape}, dtype={self.dtype.name}, "
            f"numpy={_own_line(self._text(True))}>"
        )

    def __str__(self) -> str:
        text = _own_line(self._text(False))
        return f"tf.Tensor({text}, shape={self.shape}, dtype={self.dtype.name})"


def _own_line(text: str) -> str:
    """Text of several lines starts on a line of its own."""
    return "\n" + text if "\n" in text else text


class SymbolicTensor(Tensor):
    """Output `index` of `node`: known by dtype and shape only."""

    __slots__ = ("__dict__", "__weakref__", "assign", "dims", "dtype", "index", "node")

    def __init__(self, node: Node, index: int, dtype: DType, dims: Dims) -> None:
        self.node = node
        self.index = index
        self.dtype = dtype
        self.dims = dims

    @property
    def name(self) -> str:
        return f"{self.node.name}:{self.index}"

    @property
    def op(self) -> Node:
        return self.node

    @property
    def graph(self) -> Any:
        return self.node.owner

    @property
    def device(self) -> str:
        """Name of the device that was asked for; empty: any."""
        return self.node.device

    @property
    def value_index(self) -> int:
        return self.index

    def set_shape(self, shape: object) -> None:
        """Note what is known of the shape. Raises ValueError where it contradicts."""
        try:
            self.dims = merge(self.dims, as_dims(shape))
        except ValueError:
            raise ValueError(
                f"Dimension mismatch: shape {bracketed(self.dims)} cannot be set to "
                f"{bracketed(as_dims(shape))}."
            ) from None

    def consumers(self) -> list[Node]:
        return [node for node in self.graph.nodes if any(x is self for x in node.inputs)]

    def _refuse(self, task: str) -> Any:
        raise OperatorNotAllowedInGraphError(
            f"{task} is not allowed. You can attempt the following resolutions to the problem: If "
            "you are running in Graph mode, use Eager execution mode or decorate this function "
            "with @tf.function. If you are using AutoGraph, you can try decorating this function "
            "with @tf.function. If that does not work, then you may be using an unsupported "
            "feature or your source code may not be visible to AutoGraph."
        )

    def __bool__(self) -> bool:
        self._refuse("Using a symbolic `tf.Tensor` as a Python `bool`")
        return False

    def __iter__(self) -> Iterator[Tensor]:
        self._refuse("Iterating over a symbolic `tf.Tensor`")
        return iter(())

    def __len__(self) -> int:
        raise TypeError(
            f"len is not well defined for a symbolic Tensor ({self.name}). Please call "
            "`x.shape` rather than `len(x)` for shape information."
        )

    def __contains__(self, item: object) -> bool:
        raise TypeError(
            "`in` is not defined for a symbolic tensor: use tf.reduce_any(tf.equal(tensor, item))"
        )

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise NotImplementedError(
            f"Cannot convert a symbolic tf.Tensor ({self.name}) to a numpy array. This error may "
            "indicate that you're trying to pass a Tensor to a NumPy call, which is not supported."
        )

    def __float__(self) -> float:
        raise TypeError("float() argument must be a string or a real number, not 'SymbolicTensor'")

    def __int__(self) -> int:
        raise TypeError(
            "int() argument must be a string, a bytes-like object or a real number, not "
            "'SymbolicTensor'"
        )

    def __round__(self, digits: int = 0) -> Any:
        raise AttributeError("'SymbolicTensor' object has no attribute '__round__': use tf.round")

    def __repr__(self) -> str:
        return f"<tf.Tensor {self.name!r} shape={self.shape} dtype={self.dtype.name}>"

    def __str__(self) -> str:
        shape = "" if self.dims is None else f" shape={self.shape},"
        return f'Tensor("{self.name}",{shape} dtype={self.dtype.name})'


Tensors = Sequence[Tensor]
"""Annotates the input of an op that is a list of tensors."""
