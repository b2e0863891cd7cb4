"""`tf.train.Example` and what it is made of: the records of data files."""

from __future__ import annotations

from typing import ClassVar

from engine.ir.op import public
from engine.train.messages import Field, Message


@public("train.BytesList")
class BytesList(Message):
    """Byte strings: `value`."""

    FIELDS: ClassVar[dict[str, Field]] = {"value": Field(1, "bytes")}


@public("train.FloatList")
class FloatList(Message):
    """Numbers in single precision: `value`."""

    FIELDS: ClassVar[dict[str, Field]] = {"value": Field(1, "float")}


@public("train.Int64List")
class Int64List(Message):
    """Integers of 64 bits: `value`."""

    FIELDS: ClassVar[dict[str, Field]] = {"value": Field(1, "int64")}


@public("train.Feature")
class Feature(Message):
    """One of `bytes_list`, `float_list` and `int64_list`."""

    FIELDS: ClassVar[dict[str, Field]] = {
        "bytes_list": Field(1, "one", BytesList),
        "float_list": Field(2, "one", FloatList),
        "int64_list": Field(3, "one", Int64List),
    }
    ONEOF: ClassVar[str] = "kind"


@public("train.Features")
class Features(Message):
    """Features by name: `feature`."""

    FIELDS: ClassVar[dict[str, Field]] = {"feature": Field(1, "map", Feature)}


@public("train.Example")
class Example(Message):
    """A record of data: `features`."""

    FIELDS: ClassVar[dict[str, Field]] = {"features": Field(1, "one", Features)}


@public("train.FeatureList")
class FeatureList(Message):
    """The steps of a sequence: `feature`."""

    FIELDS: ClassVar[dict[str, Field]] = {"feature": Field(1, "list", Feature)}


@public("train.FeatureLists")
class FeatureLists(Message):
    """Sequences by name: `feature_list`."""

    FIELDS: ClassVar[dict[str, Field]] = {"feature_list": Field(1, "map", FeatureList)}


@public("train.SequenceExample")
class SequenceExample(Message):
    """A record of sequences: what holds for all of it, `context`, and `feature_lists`."""

    FIELDS: ClassVar[dict[str, Field]] = {
        "context": Field(1, "one", Features),
        "feature_lists": Field(2, "one", FeatureLists),
    }
