"""Protocol buffers as Python objects: messages with fields, written, read and shown."""

from __future__ import annotations

import operator
import struct
from collections.abc import Callable, Iterable, Iterator, MutableMapping, MutableSequence
from typing import Any, ClassVar, NamedTuple

from engine.base.protobuf import read_fields, read_varint, varint


class DecodeError(Exception):
    """Bytes are no message of that type."""


class Field(NamedTuple):
    """A field of a message: its number, and what it holds.

    Attributes:
        number: in the wire format.
        kind: "int64", "float" or "bytes": a list of them; "one": a message; "list": a list of
            messages; "map": messages by text.
        message: the type of the messages.
    """

    number: int
    kind: str
    message: Any = None


def _integer(value: Any, where: str) -> int:
    if isinstance(value, bool):
        raise TypeError(f"Field {where}: Expected an int, got a boolean.")
    number = operator.index(value)
    if not -(2**63) <= number < 2**63:
        raise ValueError(f"Value out of range: {number}")
    return number


def _single(value: Any, where: str) -> float:
    if isinstance(value, (str, bytes)):
        raise TypeError(f"must be real number, not {type(value).__name__}")
    try:
        return float(struct.unpack("<f", struct.pack("<f", float(value)))[0])
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _bytes(value: Any, where: str) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError(f"expected bytes, {type(value).__name__} found")
    return value


_CHECKS: dict[str, Callable[[Any, str], Any]] = {
    "int64": _integer, "float": _single, "bytes": _bytes,
}  # fmt: skip


class Repeated(MutableSequence[Any]):
    """A list whose items are of one kind; changes of it are told to its message."""

    def __init__(self, check: Callable[[Any], Any], changed: Callable[[], None]) -> None:
        self._items: list[Any] = []
        self._check, self._changed = check, changed

    def __getitem__(self, place: Any) -> Any:
        return self._items[place]

    def __setitem__(self, place: Any, value: Any) -> None:
        if isinstance(place, slice):
            self._items[place] = [self._check(item) for item in value]
        else:
            self._items[place] = self._check(value)

    def __delitem__(self, place: Any) -> None:
        del self._items[place]

    def __len__(self) -> int:
        return len(self._items)

    def insert(self, index: int, value: Any) -> None:
        self._items.insert(index, self._check(value))
        self._changed()

    def extend(self, values: Iterable[Any]) -> None:
        self._items.extend([self._check(item) for item in values])
        self._changed()

    def MergeFrom(self, other: Iterable[Any]) -> None:
        """Add the items of another list."""
        self.extend(other)

    def sort(self, **how: Any) -> None:
        """Sort the items in place."""
        self._items.sort(**how)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (Repeated, list)):
            return self._items == list(other)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self._items)


class RepeatedMessages(Repeated):
    """A list of messages."""

    def __init__(self, message: type[Message], changed: Callable[[], None]) -> None:
        super().__init__(lambda value: _copy(message, value), changed)
        self._message = message

    def add(self, **fields: Any) -> Any:
        """A new message at the end."""
        made = self._message(**fields)
        self._items.append(made)
        self._changed()
        return made


class MessageMap(MutableMapping[str, Any]):
    """Messages by text; one that is missing is made where it is asked for."""

    def __init__(self, message: type[Message], changed: Callable[[], None]) -> None:
        self._items: dict[str, Any] = {}
        self._message, self._changed = message, changed

    def __getitem__(self, key: str) -> Any:
        if key not in self._items:
            self._put(key, self._message())
        return self._items[key]

    def get_or_create(self, key: str) -> Any:
        """The message of a text, made if it is missing."""
        return self[key]

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def get(self, key: str, default: Any = None) -> Any:
        return self._items.get(key, default)

    def __setitem__(self, key: str, value: Any) -> None:
        raise ValueError("Direct assignment of submessage not allowed")

    def __delitem__(self, key: str) -> None:
        del self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def MergeFrom(self, other: Any) -> None:
        """Take over another map's messages."""
        for key, value in other.items():
            self._put(key, _copy(self._message, value))

    def _put(self, key: Any, value: Any) -> None:
        if not isinstance(key, str):
            raise TypeError("bad argument type for built-in operation")
        self._items[key] = value
        self._changed()

    def __repr__(self) -> str:
        return repr(self._items)


def _copy(message: type[Message], value: Any) -> Any:
    if isinstance(value, dict):
        return message(**value)
    made = message()
    made.CopyFrom(value)
    return made


class Message:
    """A message; its fields are keyword arguments and attributes.

    Raises:
        TypeError: for values of another kind.
        ValueError: for a field that it has not, or a number that does not fit.
    """

    FIELDS: ClassVar[dict[str, Field]] = {}
    ONEOF: ClassVar[str] = ""
    """Name of the group of which only one field is set; all fields are in it."""

    def __init__(self, *args: Any, **fields: Any) -> None:
        if args:
            raise TypeError("No positional arguments allowed")
        object.__setattr__(self, "_values", {})
        object.__setattr__(self, "_set", {})
        object.__setattr__(self, "_changed", lambda: None)
        for name, value in fields.items():
            self._check_name(name, ValueError)
            if value is not None:
                self._fill(name, value)

    def _fill(self, name: str, value: Any) -> None:
        field, held = self.FIELDS[name], getattr(self, name)
        if field.kind == "map":
            if not isinstance(value, (MessageMap, dict)):
                raise TypeError(f"Parameter to initialize map field must be a dict, got {value!r}")
            for key, item in value.items():
                held._put(key, _copy(field.message, item))
        elif field.kind == "one":
            if not isinstance(value, (dict, field.message)):
                raise TypeError(
                    "Parameter to initialize message field must be dict or instance of same class: "
                    f"expected {field.message} got {type(value)}."
                )
            held.CopyFrom(_copy(field.message, value))
        else:
            try:
                items = iter(value)
            except TypeError:
                raise TypeError("must assign iterable") from None
            held.extend(items)

    def _check_name(self, name: str, error: type[Exception]) -> None:
        if name not in self.FIELDS:
            raise error(f'Protocol message {type(self).__name__} has no "{name}" field.')

    def __getattr__(self, name: str) -> Any:
        field = self.FIELDS.get(name)
        if field is None:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        held = self._values.get(name)
        if held is None:
            held = self._values[name] = self._made(name, field)
        return held

    def _made(self, name: str, field: Field) -> Any:
        def changed() -> None:
            self._note(name)

        if field.kind == "map":
            return MessageMap(field.message, changed)
        if field.kind == "list":
            return RepeatedMessages(field.message, changed)
        if field.kind == "one":
            made = field.message()
            object.__setattr__(made, "_changed", changed)
            return made
        check, where = _CHECKS[field.kind], f"tensorflow.{type(self).__name__}.{name}"
        return Repeated(lambda value: check(value, where), changed)

    def _note(self, name: str) -> None:
        """A field has got a value: in a group the others lose theirs."""
        if self.ONEOF:
            for other in [other for other in self._set if other != name]:
                self.ClearField(other)
        if self.FIELDS[name].kind == "one":
            self._set[name] = True
        self._changed()

    def __setattr__(self, name: str, value: Any) -> None:
        self._check_name(name, AttributeError)
        kind = {"one": "message", "map": "map"}.get(self.FIELDS[name].kind, "repeated")
        raise AttributeError(f'Assignment not allowed to {kind} field "{name}" in protocol message '
                             "object.")  # fmt: skip

    # -- which fields are set ----------------------------------------------------------------

    def HasField(self, field_name: str) -> bool:
        """Is the message of that field set?"""
        self._check_name(field_name, ValueError)
        if self.FIELDS[field_name].kind != "one":
            raise ValueError(f'Protocol message {type(self).__name__} has no singular '
                             f'"{field_name}" field.')  # fmt: skip
        return field_name in self._set

    def WhichOneof(self, oneof_group: str) -> str | None:
        """The field of a group that is set, or None."""
        if not self.ONEOF or oneof_group != self.ONEOF:
            raise ValueError(f'Protocol message {type(self).__name__} has no "{oneof_group}" '
                             "field.")  # fmt: skip
        return next(iter(self._set), None)

    def ClearField(self, field_name: str) -> None:
        """Take a field's value away."""
        self._check_name(field_name, ValueError)
        held = self._values.pop(field_name, None)
        self._set.pop(field_name, None)
        if isinstance(held, Message):
            object.__setattr__(held, "_changed", lambda: None)

    def Clear(self) -> None:
        """Take all values away."""
        for name in self.FIELDS:
            self.ClearField(name)

    def SetInParent(self) -> None:
        """Set the message, even if it is empty."""
        self._changed()

    def IsInitialized(self) -> bool:
        """Always: no field is required."""
        return True

    def _filled(self) -> Iterator[tuple[str, Field, Any]]:
        """The fields with a value, by number."""
        for name, field in sorted(self.FIELDS.items(), key=lambda item: item[1].number):
            held = self._values.get(name)
            if held is not None and (name in self._set if field.kind == "one" else len(held)):
                yield name, field, held

    # -- other messages ------------------------------------------------------------------------

    def CopyFrom(self, other_msg: Any) -> None:
        """Become equal to another message of the same type. Raises TypeError for others."""
        if other_msg is self:
            return
        if type(other_msg) is not type(self):
            raise TypeError("Parameter to CopyFrom() must be instance of same class: expected "
                            f"{type(self)} got {type(other_msg)}.")  # fmt: skip
        self.Clear()
        self.MergeFrom(other_msg)

    def MergeFrom(self, other_msg: Any) -> None:
        """Add the values of another message of the same type. Raises TypeError for others."""
        if type(other_msg) is not type(self):
            raise TypeError("Parameter to MergeFrom() must be instance of same class: expected "
                            f"{type(self)} got {type(other_msg)}.")  # fmt: skip
        self._changed()
        for name, _, held in other_msg._filled():
            getattr(self, name).MergeFrom(held)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._content() == other._content()

    def _content(self) -> dict[str, Any]:
        return {n: dict(h) if f.kind == "map" else h for n, f, h in self._filled()}

    __hash__ = None  # type: ignore[assignment]

    # -- bytes ---------------------------------------------------------------------------------

    def SerializeToString(self, deterministic: bool = False) -> bytes:
        """The message as bytes; maps in the order of their keys if `deterministic`."""
        out = bytearray()
        for _, field, held in self._filled():
            out += _written(field, held, deterministic)
        return bytes(out)

    SerializePartialToString = SerializeToString

    def ByteSize(self) -> int:
        """How many bytes it is."""
        return len(self.SerializeToString())

    @classmethod
    def FromString(cls, s: bytes) -> Any:
        """The message that was written as bytes. Raises DecodeError if it is none."""
        made = cls()
        made.MergeFromString(s)
        return made

    def ParseFromString(self, serialized: bytes) -> int:
        """Become the message that was written as bytes. Raises DecodeError if it is none."""
        self.Clear()
        return self.MergeFromString(serialized)

    def MergeFromString(self, serialized: bytes) -> int:
        """Add what was written as bytes; answers how many. Raises DecodeError."""
        if isinstance(serialized, str):
            raise TypeError("a bytes-like object is required, not 'str'")
        names = {field.number: name for name, field in self.FIELDS.items()}
        self._changed()
        try:
            for number, value in read_fields(bytes(serialized)):
                if number in names:
                    _read(self.FIELDS[names[number]], getattr(self, names[number]), value)
        except (ValueError, TypeError, struct.error):
            raise DecodeError(f"Error parsing message with type 'tensorflow.{type(self).__name__}':"
                              " Wire format was corrupt") from None  # fmt: skip
        return len(serialized)

    def __reduce__(self) -> Any:
        return type(self).FromString, (self.SerializeToString(),)

    def __dir__(self) -> list[str]:
        own = [name for name in super().__dir__() if not name.startswith("_")]
        return [*own, *(name for name in object.__dir__(self) if name.startswith("__")),
                *self.FIELDS]  # fmt: skip

    def __deepcopy__(self, memo: Any) -> Any:
        return _copy(type(self), self)

    # -- text ----------------------------------------------------------------------------------

    def __repr__(self) -> str:
        return "".join(line + "\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        for name, field, held in self._filled():
            if field.kind in _CHECKS:
                yield from (f"{name}: {_shown(field.kind, item)}" for item in held)
            elif field.kind == "map":
                for key, item in held.items():
                    value = ["value {", *("  " + line for line in item._lines()), "}"]
                    entry = [f"key: {_shown('bytes', key.encode())}", *value]
                    yield from (f"{name} {{", *("  " + line for line in entry), "}")
            else:
                for item in [held] if field.kind == "one" else held:
                    yield from (f"{name} {{", *("  " + line for line in item._lines()), "}")


def _framed(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def _written(field: Field, held: Any, deterministic: bool) -> bytes:
    number = field.number
    if field.kind == "int64":
        return _framed(number, b"".join(map(varint, held)))
    if field.kind == "float":
        return _framed(number, struct.pack(f"<{len(held)}f", *held))
    if field.kind == "bytes":
        return b"".join(_framed(number, item) for item in held)
    if field.kind == "one":
        return _framed(number, held.SerializeToString(deterministic))
    if field.kind == "list":
        return b"".join(_framed(number, item.SerializeToString(deterministic)) for item in held)
    keys = sorted(held) if deterministic else list(held)
    entries = (
        _framed(1, k.encode()) + _framed(2, held[k].SerializeToString(deterministic)) for k in keys
    )
    return b"".join(_framed(number, entry) for entry in entries)


def packed_ints(value: Any) -> list[int]:
    """The integers of a field's value: one, or bytes of many. Raises ValueError."""
    found, at = ([value], 0) if isinstance(value, int) else ([], 0)
    while not isinstance(value, int) and at < len(value):
        number, at = read_varint(value, at)
        found.append(number)
    return [number - 2**64 if number >= 2**63 else number for number in found]


def _read(field: Field, held: Any, value: Any) -> None:
    """Add a field's value. Raises ValueError, TypeError or struct.error for a wrong one."""
    if field.kind == "int64":
        held.extend(packed_ints(value))
    elif field.kind == "float":
        held.extend(struct.unpack(f"<{len(value) // 4}f", value))
    elif field.kind == "bytes":
        held.append(value)
    elif field.kind == "one":
        held.MergeFromString(value)
    elif field.kind == "list":
        held.add().MergeFromString(value)
    else:
        entry = dict(read_fields(value))
        held._put(entry.get(1, b"").decode(), field.message.FromString(entry.get(2, b"")))


_ESCAPES = {10: "\\n", 13: "\\r", 9: "\\t", 34: '\\"', 39: "\\'", 92: "\\\\"}


def _shown(kind: str, value: Any) -> str:
    """A value as text."""
    if kind == "int64":
        return str(value)
    if kind == "bytes":
        return '"' + "".join(
            _ESCAPES.get(c) or (chr(c) if 32 <= c < 127 else f"\\{c:03o}") for c in value
        ) + '"'  # fmt: skip
    short = f"{value:.6g}"
    return short if _single(float(short), "") == value or value != value else f"{value:.9g}"
