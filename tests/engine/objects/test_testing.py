"""`tf.test.TestCase` in tests like users write them."""

import unittest

import numpy as np
import pytest

import engine as tf


class Checks(tf.test.TestCase):
    def runTest(self):
        """One test object to call the comparisons of."""


CHECKS = Checks()


@pytest.mark.parametrize(
    ("method", "good", "bad"),
    [
        ("assertAllEqual", ([1, 2], tf.constant([1, 2])), ([1, 2], tf.constant([1, 3]))),
        ("assertAllEqual", (tf.constant("a"), b"a"), (tf.constant([1]), 1)),
        ("assertAllEqual", (np.nan, tf.constant(np.nan)), (tf.Variable(1), tf.constant(2))),
        ("assertNotAllEqual", ([1, 2], [1, 3]), ([1, 2], tf.constant([1, 2]))),
        ("assertAllClose", (tf.constant(1.0), 1.0000001), (tf.constant(1.0), 1.001)),
        ("assertAllClose", ({"a": [1.0]}, {"a": tf.constant([1.0])}), ({"a": [1.0]}, {"b": [1.0]})),
        ("assertAllClose", ([[1.0], [1.0, 2.0]], [[1.0], [1.0, 2.0]]), ([[1.0]], [[1.0], [2.0]])),
        ("assertAllInRange", (tf.range(3), 0, 2), (tf.range(3), 1, 2)),
        ("assertAllInSet", (tf.constant([1, 2]), {1, 2}), (tf.constant([1, 2]), {1})),
        ("assertAllGreater", (tf.range(3), -1), (tf.range(3), 0)),
        ("assertAllLess", (tf.range(3), 3), (tf.range(3), 2)),
        ("assertShapeEqual", (np.ones([2]), tf.ones([2])), (np.ones([2]), tf.ones([3]))),
        ("assertDTypeEqual", (tf.constant(1), np.int32), (tf.constant(1), np.int64)),
        ("assertNDArrayNear", (tf.ones([2]), tf.ones([2]), 0.1), ([0.0], [1.0], 0.1)),
        ("assertArrayNear", ([1.0], [1.01], 0.1), ([1.0], [2.0], 0.1)),
        ("assertLen", ([1], 1), ([1], 2)),
        ("assertEmpty", ([],), ([1],)),
    ],
)
def test_comparisons_hold_and_fail(method, good, bad):
    getattr(CHECKS, method)(*good)
    with pytest.raises(AssertionError):
        getattr(CHECKS, method)(*bad)


def test_a_users_test_case_runs():
    class Case(tf.test.TestCase):
        def test_graph_and_eager_agree(self):
            @tf.function
            def double(x):
                return x * 2 if x > 0 else x

            self.assertAllEqual(double(tf.constant(2)), 4)
            with self.cached_session() as session:
                assert session.run(tf.constant(3)) == 3
            assert self.evaluate({"a": tf.constant(1)}) == {"a": 1}

        def test_errors(self):
            with pytest.raises(ValueError, match="must also be initialized"):
                tf.function(one_branch)(tf.constant(1))
            with self.assertRaisesOpError("divis"):
                tf.function(lambda x: 1 // x)(tf.constant(0))

        def test_fails(self):
            self.assertAllEqual(tf.constant([1]), [2])

    def one_branch(x):
        if x > 0:
            y = x
        return y

    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(Case).run(result)
    assert result.testsRun == 4  # `test_session` is taken for one, and skipped
    assert result.errors == []
    assert [case.id().rpartition(".")[2] for case, _ in result.failures] == ["test_fails"]
