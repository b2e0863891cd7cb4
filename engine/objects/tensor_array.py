"""`tf.TensorArray`: a list of tensors that loops can write and read."""

from __future__ import annotations

from typing import Any

from engine.base.errors import InvalidArgumentError, OutOfRangeError
from engine.ir.convert import convert_to_tensor
from engine.ir.dtypes import DType, as_dtype, int32
from engine.ir.interpreter import current
from engine.ir.op import public
from engine.ir.shapes import Dims, TensorShape, as_dims, compatible, show
from engine.ir.static_value import get_static_value
from engine.ir.tensor import Tensor
from engine.ops import tensor_list
from engine.ops.namespace import tf


@public("TensorArray")
class TensorArray:
    """A list of tensors of one dtype. Every writing method answers a new array.

    Args:
        dtype: of the elements.
        size: number of elements, int32 scalar.
        dynamic_size: may writing past the end make it longer?
        clear_after_read: accepted.
        tensor_array_name, handle, colocate_with_first_write_call, name: accepted.
        flow: list value to wrap.
        infer_shape: must all elements have the shape of the first?
        element_shape: shape of the elements.
    """

    def __init__(
        self, dtype: Any, size: Any = None, dynamic_size: bool | None = None,
        clear_after_read: bool | None = None, tensor_array_name: Any = None, handle: Any = None,
        flow: Any = None, infer_shape: bool = True, element_shape: Any = None,
        colocate_with_first_write_call: bool = True, name: Any = None,
    ) -> None:  # fmt: skip
        self._dtype = as_dtype(dtype)
        self._dynamic = bool(dynamic_size)
        self._infer = infer_shape
        self._shape: list[Dims] = [as_dims(element_shape)]
        self._clear = clear_after_read is not False
        self._read: set[int] = set()
        self._count: int | None = None
        if flow is None:
            if size is None:
                raise ValueError("Argument `size` must be provided if handle is not provided.")
            length = convert_to_tensor(size, int32)
            known = get_static_value(length)
            if known is not None and not self._dynamic:
                self._count = int(known)
            flow = tensor_list.list_reserve(length)
        self._flow: Tensor = flow

    # -- what it is ------------------------------------------------------------------------

    @property
    def dtype(self) -> DType:
        """Of the elements."""
        return self._dtype

    @property
    def dynamic_size(self) -> bool:
        """May it grow?"""
        return self._dynamic

    @property
    def element_shape(self) -> TensorShape:
        """Shape of the elements, as far as known."""
        return TensorShape.of(self._element)

    @property
    def _element(self) -> Dims:
        return self._shape[0]

    @property
    def flow(self) -> Tensor:
        """The list value."""
        return self._flow

    @property
    def handle(self) -> Any:
        return None

    def __composite_parts__(self) -> list[Tensor]:
        return [self._flow]

    def __composite_like__(self, parts: list[Tensor]) -> TensorArray:
        return self._with(parts[0])

    def _with(self, flow: Any, element: Any = "same") -> TensorArray:
        made = object.__new__(TensorArray)
        made._dtype = self._dtype
        made._dynamic = self._dynamic
        made._infer = self._infer
        made._shape = self._shape if element == "same" else [element]
        made._clear = self._clear
        made._read = self._read
        made._count = self._count
        made._flow = flow
        return made

    def identity(self) -> TensorArray:
        """The same array."""
        return self._with(tf.identity(self._flow))

    def size(self, name: str | None = None) -> Tensor:
        """How many elements, as an int32 scalar."""
        return tensor_list.list_length(self._flow)

    # -- elements --------------------------------------------------------------------------

    def read(self, index: Any, name: str | None = None) -> Tensor:
        """The element at `index`. Raises InvalidArgumentError outside the array."""
        at = convert_to_tensor(index, int32)
        if current().eager:
            self._check_cleared(int(at._value))  # type: ignore[attr-defined]
            length = len(self._flow._value)  # type: ignore[attr-defined]
            if not 0 <= int(at._value) < length:  # type: ignore[attr-defined]
                raise OutOfRangeError(
                    None, None,
                    f"Tried to read from index {int(at._value)} but array size is: {length} ",  # type: ignore[attr-defined]
                )  # fmt: skip
        return tensor_list.list_get(
            self._flow, at, dtype=self._dtype, dims=self._element, zero=True
        )

    def _check_cleared(self, index: int) -> None:
        """Outside of graphs, what was read is let go of, unless the array was told to keep it."""
        if not self._clear:
            return
        if index in self._read:
            raise InvalidArgumentError(
                None, None,
                f"Could not read index {index} twice because it was cleared after a previous read "
                "(perhaps try setting clear_after_read = false?)",
            )  # fmt: skip
        self._read.add(index)

    def write(self, index: Any, value: Any, name: str | None = None) -> TensorArray:
        """The array with `value` at `index`.

        Raises:
            ValueError: if the dtype or shape of `value` does not fit.
        """
        tensor = self._checked(value)
        at = convert_to_tensor(index, int32)
        if current().eager:
            length = len(self._flow._value)  # type: ignore[attr-defined]
            number = int(at._value)  # type: ignore[attr-defined]
            if number < 0 or (number >= length and not self._dynamic):
                raise OutOfRangeError(
                    None, None, f"Tried to write to index {number} but array is not resizeable and "
                    f"size is: {length} ",
                )  # fmt: skip
        flow = tensor_list.list_set(self._flow, at, tensor, grow=self._dynamic)
        if self._infer and self._element is None:
            self._shape[0] = tensor.dims  # known to all arrays that this one comes from
        made = self._with(flow)
        if current().eager:  # TensorFlow's eager arrays change in place
            self._flow = flow
            self._read.discard(int(at._value))  # type: ignore[attr-defined]
        return made

    def _checked(self, value: Any) -> Tensor:
        tensor = convert_to_tensor(value, dtype_hint=self._dtype)
        if tensor.dtype is not self._dtype:
            raise ValueError(
                f"TensorArray dtype is {self._dtype.name} but Op is trying to write dtype "
                f"{tensor.dtype.name}"
            )
        if self._infer and not compatible(tensor.dims, self._element):
            raise ValueError(
                f"Incompatible shape for value ({show(tensor.dims)}), expected "
                f"({show(self._element)})"
            )
        return tensor

    # -- the whole -------------------------------------------------------------------------

    def stack(self, name: str | None = None) -> Tensor:
        """All elements along a new first axis."""
        return tensor_list.list_stack(
            self._flow, dtype=self._dtype, dims=self._element, count=self._count
        )

    def gather(self, indices: Any, name: str | None = None) -> Tensor:
        """The elements at `indices`, along a new first axis."""
        return tf.gather(self.stack(), indices)

    def concat(self, name: str | None = None) -> Tensor:
        """All elements joined along their first axis."""
        return tensor_list.list_concat(self._flow, dtype=self._dtype, dims=self._element)

    def unstack(self, value: Any, name: str | None = None) -> TensorArray:
        """An array of the rows of `value`."""
        tensor = convert_to_tensor(value, dtype_hint=self._dtype)
        element = None if tensor.dims is None else tensor.dims[1:]
        made = self._with(tensor_list.list_from_tensor(tensor), element)
        made._count = None if tensor.dims is None or self._dynamic else tensor.dims[0]
        return made

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> TensorArray:
        """The array with the rows of `value` at `indices`."""
        made = self
        tensor = convert_to_tensor(value, dtype_hint=self._dtype)
        places = convert_to_tensor(indices, int32)
        count = places.dims[0] if places.dims else None
        if count is None:
            raise ValueError("scatter needs a known number of indices")
        for i in range(count):
            made = made.write(places[i], tensor[i])
        return made

    def split(self, value: Any, lengths: Any, name: str | None = None) -> TensorArray:
        """An array of pieces of `value` with the given lengths."""
        tensor = convert_to_tensor(value, dtype_hint=self._dtype)
        flow = tensor_list.list_split_lengths(tensor, convert_to_tensor(lengths, int32))
        element = None if tensor.dims is None else (None, *tensor.dims[1:])
        return self._with(flow, element)

    def close(self, name: str | None = None) -> None:
        """Accepted; nothing needs closing."""

    def grad(self, source: Any, flow: Any = None, name: Any = None) -> Any:
        raise NotImplementedError("TensorArray.grad is not supported; use tf.GradientTape.")

    def mark_used(self) -> None:
        """Accepted."""
