"""Dtype policies: in what dtype layers compute, and in what dtype they keep their weights."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from engine.ir.dtypes import DType, as_dtype
from engine.ir.op import PUBLIC, public

_MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}
_FLOATX = ["float32"]


@public("keras.DTypePolicy", "keras.FloatDTypePolicy", "keras.dtype_policies.DTypePolicy",
        "keras.mixed_precision.Policy", "keras.mixed_precision.DTypePolicy")  # fmt: skip
class DTypePolicy:
    """What a layer computes in, and what its weights are.

    Args:
        name: of a dtype, for both; or "mixed_float16" or "mixed_bfloat16": then weights are
            float32.

    Raises:
        ValueError: for other names.
    """

    quantization_mode = None

    def __init__(self, name: str = "float32") -> None:
        if not isinstance(name, str):
            raise TypeError(f"'name' must be a string, such as 'mixed_float16'. Received: name="
                            f"{name} (of type {type(name)})")  # fmt: skip
        self._name = name
        try:
            self._compute = as_dtype(_MIXED.get(name, name))
            self._variable = as_dtype("float32" if name in _MIXED else name)
        except TypeError:
            raise ValueError(
                f"Cannot convert '{name}' to a mixed precision DTypePolicy. Valid policies include "
                "'mixed_float16', 'mixed_bfloat16', and the name of any float dtype such as "
                "'float32'."
            ) from None

    @property
    def name(self) -> str:
        return self._name

    @property
    def compute_dtype(self) -> str:
        """Name of the dtype of inputs and results."""
        return self._compute.name

    @property
    def variable_dtype(self) -> str:
        """Name of the dtype of weights."""
        return self._variable.name

    def get_config(self) -> dict[str, Any]:
        """Arguments that make an equal policy."""
        return {"name": self._name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> DTypePolicy:
        """A policy from what `get_config` answered."""
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other._name == self._name

    def __hash__(self) -> int:
        return hash(self._name)

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self._name}">'


_chosen: list[DTypePolicy] = []


def dtype_policy() -> DTypePolicy:
    """The policy of layers that are given none."""
    return _chosen[0] if _chosen else DTypePolicy(_FLOATX[0])


def set_dtype_policy(policy: Any) -> None:
    """Choose the policy of layers that are given none.

    Args:
        policy: a policy, its name or its configuration.

    Raises:
        ValueError: if there is no such policy.
    """
    _chosen[:] = [policy_of(policy)]


for _room in ("keras.mixed_precision", "keras.config"):
    PUBLIC[f"{_room}.dtype_policy"] = dtype_policy
    PUBLIC[f"{_room}.set_dtype_policy"] = set_dtype_policy
PUBLIC["keras.mixed_precision.global_policy"] = dtype_policy
PUBLIC["keras.mixed_precision.set_global_policy"] = set_dtype_policy


@public("keras.backend.floatx", "keras.config.floatx")
def floatx() -> str:
    """The dtype of weights where no policy was chosen."""
    return _FLOATX[0]


@public("keras.backend.set_floatx", "keras.config.set_floatx")
def set_floatx(value: str) -> None:
    """Choose the dtype of weights: "bfloat16", "float16", "float32" or "float64".

    Raises:
        ValueError: for other dtypes.
    """
    accepted = {"bfloat16", "float16", "float32", "float64"}
    if value not in accepted:
        raise ValueError(f"Unknown `floatx` value: {value}. Expected one of {accepted}")
    _FLOATX[0] = str(value)


def policy_of(value: Any) -> DTypePolicy:
    """The policy that a `dtype` argument stands for: a dtype, a name, a configuration, or None."""
    if value is None:
        return dtype_policy()
    if isinstance(value, DTypePolicy):
        return value
    if isinstance(value, dict):
        return DTypePolicy(value["config"]["name"])
    return DTypePolicy(value if isinstance(value, str) else as_dtype(value).name)


class _Autocast(threading.local):
    """The dtype that weights are read in, in this thread; None: their own."""

    dtype: DType | None = None


autocast = _Autocast()


@contextmanager
def _cast_to(dtype: DType | None) -> Iterator[None]:
    before, autocast.dtype = autocast.dtype, dtype
    try:
        yield
    finally:
        autocast.dtype = before


_AS_THEY_ARE = nullcontext()


def reading(layer: Any) -> AbstractContextManager[None]:
    """A block in which weights are read in the dtype that a layer computes in.

    It begins at a layer that computes in another dtype than its weights have; every layer inside
    says anew what it computes in.
    """
    policy: DTypePolicy = layer.dtype_policy
    if autocast.dtype is None and policy._compute is policy._variable:
        return _AS_THEY_ARE
    casts = layer.autocast and policy._compute.is_floating
    return _cast_to(policy._compute if casts else None)
