"""dtype and shape of what public functions give, by the very inference of the op registry."""

from __future__ import annotations

from engine.inference.arithmetic import spec_of
from engine.inference.binding import Arguments
from engine.inference.values import Const, Container, Dims, Library, Python, Tensor, Value

__all__ = ["creation_spec", "dims_of_value", "dtype_of_value", "inferred_spec"]

_FILLED = ("zeros", "ones", "empty", "fill")
_SAMPLERS = ("tf.random.normal", "tf.random.uniform", "tf.random.truncated_normal")
_LIKE = ("zeros_like", "ones_like", "identity", "stop_gradient")


def dtype_of_value(value: Value | None) -> str | None:
    """The dtype that a `dtype=` argument names."""
    if isinstance(value, Library) and value.kind == "dtype":
        return {"half": "float16", "double": "float64"}.get(value.name, value.name)
    if isinstance(value, Const) and isinstance(value.value, str):
        return value.value
    return None


def dims_of_value(value: Value | None) -> Dims | None:
    """The shape that a `shape=` argument names."""
    if isinstance(value, Const) and isinstance(value.value, int):
        return (value.value,)
    if isinstance(value, Container) and value.items is not None:
        dims: list[int | None] = []
        for item in value.items:
            known = isinstance(item, Const) and isinstance(item.value, int)
            dims.append(item.value if known and isinstance(item, Const) else None)
        return tuple(dims)
    return None


def creation_spec(arguments: Arguments) -> tuple[str | None, Dims | None]:
    """Dtype and shape of `tf.constant(...)`, `tf.Variable(...)` and the like."""
    if not arguments.positional and "initial_value" not in arguments.keywords:
        return dtype_of_value(arguments.keywords.get("dtype")), None
    value: Value | None = arguments.keywords.get("initial_value")
    if arguments.positional:
        value = arguments.positional[0]
    wanted = arguments.keywords.get("dtype")
    if wanted is None and len(arguments.positional) > 1:
        wanted = arguments.positional[1]
    given = dtype_of_value(wanted)
    if value is None:
        return given, None
    dtype, dims = _literal(value)
    if wanted is not None and given is None and not _is_none(wanted):
        # Some dtype is asked for that cannot be told from the text.
        dtype = None
    shape = dims_of_value(arguments.keywords.get("shape"))
    return given or dtype, shape if shape is not None else dims


def _literal(value: Value) -> tuple[str | None, Dims | None]:
    if isinstance(value, Container) and value.kind in ("list", "tuple"):
        if value.items is None or not value.items:
            return None, None
        parts = [_literal(item) for item in value.items]
        dtypes = {dtype for dtype, _ in parts}
        inner = {dims for _, dims in parts}
        dtype = dtypes.pop() if len(dtypes) == 1 else _widest(dtypes)
        one = inner.pop() if len(inner) == 1 else None
        return dtype, None if one is None else (len(value.items), *one)
    if isinstance(value, (Tensor, Const, Python, Library)):
        dtype, dims, _ = spec_of(value)
        return dtype, dims
    return None, None


def _widest(dtypes: set[str | None]) -> str | None:
    return "float32" if dtypes <= {"int32", "float32"} else None


def inferred_spec(name: str, arguments: Arguments) -> tuple[str | None, Dims | None]:
    """Dtype and shape of the tensor that a public function gives; None for what is not known."""
    short = name.rsplit(".", maxsplit=1)[-1]
    first = arguments.positional[0] if arguments.positional else None
    keywords = arguments.keywords
    if name in ("tf.constant", "tf.convert_to_tensor"):
        return creation_spec(arguments)
    if name in ("numpy.array", "numpy.asarray"):
        dtype, dims = creation_spec(arguments)
        if "dtype" not in keywords and len(arguments.positional) < 2:
            dtype = _of_numpy(dtype, first)
        return dtype, dims
    if short in _FILLED or name in _SAMPLERS:
        wanted = keywords.get("dtype")
        at = 3 if name in _SAMPLERS else 1
        if wanted is None and short != "fill" and len(arguments.positional) > at:
            wanted = arguments.positional[at]
        dtype = dtype_of_value(wanted)
        default = "float64" if name.startswith("numpy.") else "float32"
        if short == "fill" or (wanted is not None and dtype is None):
            default = ""
        return dtype or default or None, dims_of_value(first or keywords.get("shape"))
    if name == "tf.cast":
        wanted = arguments.positional[1] if len(arguments.positional) > 1 else keywords.get("dtype")
        return dtype_of_value(wanted), spec_of(first)[1] if first is not None else None
    if name == "tf.range":
        return _range_spec(arguments)
    if name == "tf.shape":
        dims = spec_of(first)[1] if first is not None else None
        return _counted(arguments), None if dims is None else (len(dims),)
    if name in ("tf.size", "tf.rank"):
        return _counted(arguments), ()
    if short in _LIKE and first is not None:
        dtype, dims, _ = spec_of(first)
        wanted = keywords.get("dtype")
        if wanted is None and short.endswith("s_like") and len(arguments.positional) > 1:
            wanted = arguments.positional[1]
        return (dtype if wanted is None else dtype_of_value(wanted)), dims
    return None, None


def _of_numpy(dtype: str | None, value: Value | None) -> str | None:
    """The dtype that numpy gives what Python's numbers would be in a tensor."""
    if isinstance(value, (Tensor, Library)) or getattr(value, "dtype", None) is not None:
        return dtype
    if isinstance(value, Container) and not _is_plain(value):
        return None
    return {"float32": "float64", "int32": "int64"}.get(dtype or "", dtype)


def _is_plain(value: Value) -> bool:
    """Whether it is a Python number, or a collection of such."""
    if isinstance(value, Container):
        return value.items is not None and all(_is_plain(item) for item in value.items)
    return isinstance(value, Const) or (isinstance(value, Python) and value.dtype is None)


def input_spec(arguments: Arguments) -> tuple[str | None, Dims | None]:
    """Dtype and shape of `keras.Input(...)`, with the size of the batch in front."""
    keywords = arguments.keywords
    dtype = dtype_of_value(keywords.get("dtype")) or "float32"
    unsure = len(arguments.positional) > 2 or (
        "dtype" in keywords and dtype_of_value(keywords["dtype"]) is None
    )
    given = arguments.positional[0] if arguments.positional else keywords.get("shape")
    inner = dims_of_value(given)
    batch = keywords.get("batch_size")
    size = batch.value if isinstance(batch, Const) and isinstance(batch.value, int) else None
    dims = None if inner is None or "tensor" in keywords else (size, *inner)
    return None if unsure else dtype, dims


def _range_spec(arguments: Arguments) -> tuple[str | None, Dims | None]:
    wanted = arguments.keywords.get("dtype")
    dtypes = {spec_of(value)[0] for value in arguments.positional}
    numbers = [v.value for v in arguments.positional if isinstance(v, Const)]
    dims: Dims | None = (None,)
    if len(numbers) == len(arguments.positional) and all(type(n) is int for n in numbers):
        if 1 <= len(numbers) <= 3 and (len(numbers) < 3 or numbers[2]):
            dims = (len(range(*numbers)),)
    dtype = dtypes.pop() if len(dtypes) == 1 else None
    return (dtype if wanted is None else dtype_of_value(wanted)), dims


def _counted(arguments: Arguments) -> str | None:
    """The dtype of `tf.shape` and `tf.size`, which may be asked for."""
    wanted = arguments.keywords.get("out_type")
    if wanted is None and len(arguments.positional) > 1:
        wanted = arguments.positional[1]
    return "int32" if wanted is None else dtype_of_value(wanted)


def _is_none(value: Value) -> bool:
    return isinstance(value, Const) and value.value is None
