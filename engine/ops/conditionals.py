"""Public conditionals: `tf.cond`, `tf.case` and `tf.switch_case`, over any structure of tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.ir.convert import convert_to_tensor
from engine.ir.graph import Node
from engine.ir.interpreter import current
from engine.ir.op import public
from engine.ir.structure import assert_same_structure, composite_parts, flatten, map_structure, pack
from engine.ir.tensor import Tensor
from engine.ops.control import _staged_branches, case_op, cond_op
from engine.ops.namespace import tf

_SAME = "must have the same number, type, and overall structure of return values"


@public("cond")
def public_cond(
    pred: Any, true_fn: Callable[[], Any] | None = None,
    false_fn: Callable[[], Any] | None = None, name: str | None = None,
) -> Any:  # fmt: skip
    """`true_fn()` where `pred` holds, else `false_fn()`.

    Args:
        pred: bool scalar. Outside of graphs any value that Python can test; in a graph a tensor.
        true_fn: takes nothing; answers a tensor or a structure of tensors.
        false_fn: the same; must answer the same structure and dtypes.
        name: of the node.

    Raises:
        TypeError: if a branch is not callable, the branches' results differ in structure or dtypes,
            or `pred` is a Python bool in a graph.
        AssertionError: if the branches answer different numbers of values.
        InvalidArgumentError: if `pred`, in a graph, is no bool.
    """
    for label, function in (("true_fn", true_fn), ("false_fn", false_fn)):
        if not callable(function):
            raise TypeError(f"'{label}' must be callable.")
    assert true_fn is not None
    assert false_fn is not None
    it: Any = current()
    if it.eager:
        return true_fn() if _truth(pred) else false_fn()
    if isinstance(pred, bool):
        raise TypeError("pred must not be a Python bool", pred)
    test = it.own(convert_to_tensor(pred))
    if test.dims is None or (test.dims and all(size in (1, None) for size in test.dims)):
        test = tf.reshape(test, ())
    branches, labels = [true_fn, false_fn], ["true_fn", "false_fn"]
    return _structured_branches(
        cond_op.op, test, branches, ["cond_true", "cond_false"], labels, "tf.cond"
    )


def _truth(pred: Any) -> bool:
    if pred is None:
        raise ValueError(
            "Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) to a "
            "Tensor."
        )
    return bool(pred)


def _opened(leaf: Any) -> Any:
    """A sparse or ragged tensor, rows or a `TensorArray` as the list of its tensors."""
    return composite_parts(leaf) if hasattr(type(leaf), "__composite_parts__") else leaf


class _Branches:
    """What the branches of one conditional answered, compared when all are known."""

    def __init__(self, test: Tensor, labels: Sequence[str], function: str) -> None:
        self.test = test
        self.labels = labels
        self.function = function
        self.structures: list[Any] = []
        self.kept: list[list[bool]] = []
        self.results: list[Any] = []

    def flat(self, function: Callable[[], Any], last: bool) -> Callable[[], list[Any]]:
        """The branch as a function that answers its tensors."""

        def run() -> list[Any]:
            self.results.append(map_structure(self._value, function()))
            result = map_structure(_opened, self.results[-1])
            leaves = flatten(result)
            self.structures.append(map_structure(lambda leaf: leaf is None, result))
            self.kept.append([leaf is not None for leaf in leaves])
            if last:
                self.check()
            return [leaf for leaf in leaves if leaf is not None]

        return run

    def _value(self, leaf: Any) -> Any:
        """A node without results stands for the condition, which says when it has run."""
        return tf.identity(self.test) if isinstance(leaf, Node) else leaf

    def check(self) -> None:
        """Raises AssertionError, ValueError or TypeError where the results differ."""
        counts = [len(row) for row in self.kept]
        if len(set(counts)) > 1:
            raise AssertionError(
                f"{self.labels[0]} and the other branches of {self.function} {_SAME}: they return "
                f"{counts} values"
            )
        tensors = [sum(row) for row in self.kept]
        for label, other, count in zip(self.labels[1:], self.structures[1:], tensors[1:]):
            both = f"{self.labels[0]} and {label} arguments to {self.function} {_SAME}"
            if count != tensors[0]:
                raise ValueError(
                    f"Lengths of branch outputs of cond must match.\nlen(graphs[0].outputs): "
                    f"{tensors[0]}\nlen(graphs[1].outputs): {count}\n{both}: one returns None "
                    "where another does not."
                )
            try:
                assert_same_structure(self.structures[0], other)
            except (TypeError, ValueError) as error:
                raise TypeError(f"{both}.\n\n{error}") from None
            if flatten(other) != flatten(self.structures[0]):
                raise TypeError(f"{both}: one returns None where another does not.")


def _structured_branches(
    kind: Any, test: Tensor, functions: Sequence[Callable[[], Any]], names: Sequence[str],
    labels: Sequence[str], caller: str,
) -> Any:  # fmt: skip
    branches = _Branches(test, labels, caller)
    count = len(functions)
    wrapped = [branches.flat(function, i + 1 == count) for i, function in enumerate(functions)]
    results = iter(_staged_branches(kind, test, wrapped, names))
    leaves = [next(results) if keep else None for keep in branches.kept[0]]
    return pack(branches.results[0], leaves, expand_composites=True)


@public("switch_case")
def switch_case(
    branch_index: Any, branch_fns: Any, default: Callable[[], Any] | None = None,
    name: str = "switch_case",
) -> Any:  # fmt: skip
    """Call the function with the given number.

    Args:
        branch_index: int32 scalar.
        branch_fns: list of functions, or pairs of number and function, or a dict.
        default: called where no number fits (otherwise the last function is).
        name: of the node.

    Raises:
        TypeError: if an entry is not callable or `branch_index` is no int32 tensor.
        ValueError: if there are no functions, or the numbers are not 0, 1, 2, ...
    """
    functions = _branch_list(branch_fns)
    index = _branch_index(branch_index)
    if default is not None:
        count = len(functions)
        outside = tf.logical_or(index < 0, index >= count)
        index = tf.where(outside, tf.cast(count, index.dtype), index)
        functions = [*functions, default]
    it: Any = current()
    if it.eager:
        number = int(index)
        return functions[number if 0 <= number < len(functions) else -1]()
    names = [f"branch_{i}" for i in range(len(functions))]
    labels = [f"branches[{i}]" for i in range(len(functions))]
    return _structured_branches(
        case_op.op, it.own(index), functions, names, labels, "tf.switch_case"
    )


def _branch_index(value: Any) -> Any:
    if not isinstance(value, Tensor) and not hasattr(type(value), "__tf_tensor__"):
        raise TypeError(f"'branch_index' must be a Tensor, got {type(value)}")
    index = convert_to_tensor(value)
    if not index.dtype.is_integer:
        raise TypeError(f"'branch_index' must be an integer Tensor, got {index.dtype}")
    if index.dtype.name != "int32" and not current().eager:
        raise TypeError(
            f"Input 'branch_index' of 'StatelessCase' Op has type {index.dtype.name} that does not "
            "match expected type of int32."
        )
    return index


def _branch_list(branch_fns: Any) -> list[Callable[[], Any]]:
    if not branch_fns:
        raise ValueError("Must provide at least one item in 'branch_fns'")
    if isinstance(branch_fns, dict):
        pairs = sorted(branch_fns.items())
    elif all(isinstance(item, tuple) for item in branch_fns):
        pairs = sorted(branch_fns, key=lambda pair: pair[0])
    else:
        pairs = list(enumerate(branch_fns))
    if [key for key, _ in pairs] != list(range(len(pairs))):
        raise ValueError(
            f"branch indices (keys) must form contiguous range of [0 to {len(pairs)}) but found "
            f"{{{','.join(str(key) for key, _ in pairs)}}}"
        )
    for _, function in pairs:
        if not callable(function):
            raise TypeError("branch_fns must be a list of callables")
    return [function for _, function in pairs]


@public("case")
def case(
    pred_fn_pairs: Any, default: Callable[[], Any] | None = None, exclusive: bool = False,
    strict: bool = False, name: str = "case",
) -> Any:  # fmt: skip
    """The result of the first function whose condition holds.

    Args:
        pred_fn_pairs: pairs of bool scalar and function of no arguments.
        default: called where no condition holds; without it one has to.
        exclusive: at most one condition may hold.
        strict: accepted.
        name: of the node.

    Raises:
        TypeError: if the pairs are no pairs of bool tensor and function.
        ValueError: if there are no pairs.
        InvalidArgumentError: if no condition holds and there is no default.
    """
    pairs = list(pred_fn_pairs.items()) if isinstance(pred_fn_pairs, dict) else list(pred_fn_pairs)
    if not pairs:
        raise ValueError("tf.case needs at least one pair of a condition and a function")
    for pair in pairs:
        _check_pair(pair)
    rest = default if default is not None else _none_holds(*pairs.pop())
    if exclusive and len(pairs) > 1:  # where there is no default the last condition is not asked
        conditions = [condition for condition, _ in pairs]
        held = tf.reduce_sum(tf.cast(tf.stack(conditions), "int32"))
        names = ", ".join("?" if current().eager else tensor.name for tensor in conditions)
        text = f"Input error: exclusive=True: more than 1 conditions ({names}) evaluated as True:"
        tf.debugging.Assert(held <= 1, [text, *conditions])
    for condition, function in reversed(pairs):
        rest = _choice(condition, function, rest)
    return rest()


def _check_pair(pair: Any) -> None:
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise TypeError(
            "Each entry in pred_fn_pairs must be a pair of a bool tensor and a callable. Received "
            f"{pair!r}."
        )
    condition, function = pair
    if not isinstance(condition, Tensor) and not hasattr(type(condition), "__tf_tensor__"):
        raise TypeError(f"pred must be a Tensor, got: {condition!r}")
    if condition.dtype.name != "bool":
        raise TypeError(f"pred must be Tensor of type bool: {condition!r}")
    if not callable(function):
        raise TypeError(f"fn for pred {condition!r} must be callable.")


def _none_holds(condition: Any, function: Callable[[], Any]) -> Callable[[], Any]:
    """The last function, called only where its condition holds."""

    def checked() -> Any:
        tf.debugging.Assert(condition, ["Input error: None of conditions evaluated as True:"])
        return function()

    return checked


def _choice(condition: Any, function: Any, otherwise: Any) -> Callable[[], Any]:
    return lambda: public_cond(condition, function, otherwise)
