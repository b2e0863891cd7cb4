"""`tf.test`: a `unittest.TestCase` that compares tensors, arrays and structures of them."""

# ruff: noqa: PT009

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import unittest
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from engine.base.errors import OpError
from engine.ir.op import public
from engine.ir.structure import map_structure


class _Session:
    """What old tests run tensors with: they have their values already."""

    def run(self, fetches: Any, feed_dict: Any = None) -> Any:
        """The values of tensors in any structure."""
        return evaluate(fetches)


def evaluate(tensors: Any) -> Any:
    """Tensors, variables and functions without arguments, in any structure, as arrays."""

    def one(value: Any) -> Any:
        if callable(value) and not hasattr(value, "numpy"):
            return evaluate(value())
        return value.numpy() if hasattr(value, "numpy") else value

    return map_structure(one, tensors)


@public("test.TestCase")
class TestCase(unittest.TestCase):
    """Base class of tests; the comparisons take tensors, variables, arrays and numbers."""

    # -- values ----------------------------------------------------------------------------

    def evaluate(self, tensors: Any) -> Any:
        """Tensors in any structure as arrays."""
        return evaluate(tensors)

    def _array(self, value: Any) -> np.ndarray[Any, Any]:
        return np.asarray(evaluate(value))

    @contextlib.contextmanager
    def session(self, *args: Any, **kwargs: Any) -> Iterator[_Session]:
        """A block with something that has `run`."""
        yield _Session()

    cached_session = session

    def test_session(self, *args: Any, **kwargs: Any) -> Any:
        """As `session`; loaders of tests take it for a test, which is skipped."""
        if self.id().endswith(".test_session"):
            self.skipTest("Not a test.")
        return self.session()

    def get_temp_dir(self) -> str:
        """A folder that is removed after the test."""
        if not hasattr(self, "_folder"):
            self._folder = tempfile.mkdtemp()
            import shutil

            self.addCleanup(shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder

    def create_tempfile(self, content: str = "") -> Any:
        """A new file, with an attribute `full_path`."""
        path = os.path.join(self.get_temp_dir(), f"file{len(os.listdir(self.get_temp_dir()))}")
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
        return type("TempFile", (), {"full_path": path})()

    # -- equality --------------------------------------------------------------------------

    def assertAllEqual(self, a: Any, b: Any, msg: Any = None) -> None:
        """Equal shapes and elements; NaN equals NaN."""
        left, right = self._array(a), self._array(b)
        self.assertEqual(left.shape, right.shape, self._shapes(left, right, msg))
        np.testing.assert_array_equal(left, _like_bytes(right, left), err_msg=str(msg or ""))

    def assertNotAllEqual(self, a: Any, b: Any, msg: Any = None) -> None:
        """Not all elements are equal."""
        self._refuted(lambda: self.assertAllEqual(a, b), msg or "the two values are equal")

    def assertAllClose(
        self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, msg: Any = None
    ) -> None:
        """Equal structures and shapes, elements within `atol + rtol * abs(b)`."""
        if isinstance(a, Mapping):
            self.assertEqual(set(a), set(b), msg)
            for key in a:
                self.assertAllClose(a[key], b[key], rtol, atol, msg)
            return
        try:
            left, right = self._array(a), self._array(b)
        except ValueError:  # ragged: compare the parts
            left = right = np.empty(0, object)
        if left.dtype == object and isinstance(a, (list, tuple)):
            self.assertEqual(len(a), len(b), msg)
            for one, other in zip(a, b):
                self.assertAllClose(one, other, rtol, atol, msg)
            return
        self.assertEqual(left.shape, right.shape, self._shapes(left, right, msg))
        np.testing.assert_allclose(left, right, rtol, atol, err_msg=str(msg or ""))

    def assertAllCloseAccordingToType(
        self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6,
        float_rtol: float = 1e-6, float_atol: float = 1e-6, half_rtol: float = 1e-3,
        half_atol: float = 1e-3, bfloat16_rtol: float = 1e-2, bfloat16_atol: float = 1e-2,
        msg: Any = None,
    ) -> None:  # fmt: skip
        """As `assertAllClose`, less strict for dtypes of few bits."""
        kinds = {self._array(a).dtype.name, self._array(b).dtype.name}
        for name, wider in (
            ("float32", (float_rtol, float_atol)), ("float16", (half_rtol, half_atol)),
            ("bfloat16", (bfloat16_rtol, bfloat16_atol)),
        ):  # fmt: skip
            if name in kinds:
                rtol, atol = max(rtol, wider[0]), max(atol, wider[1])
        self.assertAllClose(np.float64(self._array(a)), np.float64(self._array(b)), rtol, atol, msg)

    def assertNotAllClose(self, a: Any, b: Any, msg: Any = None, **tolerance: float) -> None:
        """Some elements differ."""
        close = lambda: self.assertAllClose(a, b, **tolerance)  # noqa: E731
        self._refuted(close, msg or "the two values are close at all elements")

    def assertNDArrayNear(self, ndarray1: Any, ndarray2: Any, err: float, msg: Any = None) -> None:
        """The distance of two arrays is less than `err`."""
        distance = np.linalg.norm((self._array(ndarray1) - self._array(ndarray2)).ravel())
        self.assertLess(distance, err, msg)

    def assertArrayNear(self, farray1: Any, farray2: Any, err: float, msg: Any = None) -> None:
        """Each pair of elements differs by at most `err`."""
        self.assertEqual(len(farray1), len(farray2), msg)
        for one, other in zip(farray1, farray2):
            self.assertNear(float(one), float(other), err, msg)

    def assertNear(self, f1: float, f2: float, err: float, msg: Any = None) -> None:
        """Two numbers differ by at most `err`."""
        self.assertTrue(f1 == f2 or abs(f1 - f2) <= err, msg or f"{f1} != {f2} +/- {err}")

    def _refuted(self, check: Callable[[], None], message: Any) -> None:
        try:
            check()
        except AssertionError:
            return
        raise AssertionError(message)

    @staticmethod
    def _shapes(left: Any, right: Any, msg: Any) -> str:
        text = f"Shape mismatch: expected {left.shape}, got {right.shape}."
        return f"{text} {msg}" if msg else text

    # -- elements --------------------------------------------------------------------------

    def assertAllGreater(self, a: Any, comparison_target: Any) -> None:
        """All elements are greater."""
        self.assertGreater(self._array(a).min(), comparison_target)

    def assertAllLess(self, a: Any, comparison_target: Any) -> None:
        """All elements are less."""
        self.assertLess(self._array(a).max(), comparison_target)

    def assertAllGreaterEqual(self, a: Any, comparison_target: Any) -> None:
        """All elements are greater or equal."""
        self.assertGreaterEqual(self._array(a).min(), comparison_target)

    def assertAllLessEqual(self, a: Any, comparison_target: Any) -> None:
        """All elements are less or equal."""
        self.assertLessEqual(self._array(a).max(), comparison_target)

    def assertAllInRange(
        self, target: Any, lower_bound: Any, upper_bound: Any,
        open_lower_bound: bool = False, open_upper_bound: bool = False,
    ) -> None:  # fmt: skip
        """All elements lie between two bounds."""
        values = self._array(target)
        low = values > lower_bound if open_lower_bound else values >= lower_bound
        high = values < upper_bound if open_upper_bound else values <= upper_bound
        self.assertTrue(np.all(low & high), f"{values} leaves [{lower_bound}, {upper_bound}]")

    def assertAllInSet(self, target: Any, expected_set: Any) -> None:
        """All elements belong to a set."""
        found = set(self._array(target).ravel().tolist())
        self.assertTrue(found <= set(expected_set), f"{found} is no subset of {expected_set}")

    # -- shapes and dtypes -----------------------------------------------------------------

    def assertShapeEqual(self, input_a: Any, input_b: Any, msg: Any = None) -> None:
        """Two arrays or tensors have the same shape."""
        self.assertEqual(tuple(input_a.shape), tuple(input_b.shape), msg)

    def assertDTypeEqual(self, target: Any, expected_dtype: Any) -> None:
        """A value has a dtype."""
        self.assertEqual(np.dtype(self._array(target).dtype), np.dtype(expected_dtype))

    # -- errors ----------------------------------------------------------------------------

    @contextlib.contextmanager
    def assertRaisesWithPredicateMatch(
        self, exception_type: Any, expected_err_re_or_predicate: Any
    ) -> Iterator[None]:
        """A block that raises an error whose text matches, or that a predicate holds of."""
        wanted = expected_err_re_or_predicate
        try:
            yield
        except exception_type as error:
            fits = wanted(error) if callable(wanted) else re.search(wanted, str(error))
            self.assertTrue(fits, f"{error!r} does not match {wanted!r}")
        else:
            self.fail(f"{exception_type.__name__} not raised")

    def assertRaisesOpError(self, expected_err_re_or_predicate: Any) -> Any:
        """A block that raises an op's error."""
        return self.assertRaisesWithPredicateMatch(OpError, expected_err_re_or_predicate)

    # -- containers ------------------------------------------------------------------------

    def assertEmpty(self, container: Any, msg: Any = None) -> None:
        """A container without elements."""
        self.assertEqual(len(container), 0, msg)

    def assertNotEmpty(self, container: Any, msg: Any = None) -> None:
        """A container with elements."""
        self.assertNotEqual(len(container), 0, msg)

    def assertLen(self, container: Any, expected_len: int, msg: Any = None) -> None:
        """A container of a certain length."""
        self.assertEqual(len(container), expected_len, msg)

    def assertSameElements(self, expected: Any, actual: Any, msg: Any = None) -> None:
        """The same elements, whatever their order and number."""
        self.assertEqual(set(expected), set(actual), msg)

    def assertStartsWith(self, actual: str, expected_start: str, msg: Any = None) -> None:
        """A text with a certain beginning."""
        self.assertTrue(actual.startswith(expected_start), msg or f"{actual!r} {expected_start!r}")

    def assertBetween(self, value: Any, minv: Any, maxv: Any, msg: Any = None) -> None:
        """A value that is not outside two bounds."""
        self.assertTrue(minv <= value <= maxv, msg or f"{value} leaves [{minv}, {maxv}]")


def _like_bytes(values: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> Any:
    """Texts are compared as bytes where the other side has bytes."""
    if values.dtype.kind != "U" or other.dtype.kind not in "OS":
        return values
    return np.char.encode(values, "utf-8").astype(object)


@public("test.main")
def main(argv: list[str] | None = None) -> None:
    """Run the tests of the main module."""
    unittest.main(argv=argv)
