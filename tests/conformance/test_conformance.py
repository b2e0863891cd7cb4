"""Every case: the engine answers what TensorFlow answered, save for the known gaps."""

from __future__ import annotations

import numpy as np
import pytest

from engine.executors import numpy_executor
from tests.conformance import answers
from tests.conformance.case import load
from tests.conformance.compare import differences
from tests.conformance.observe import observe

CASES = load()
ANSWERS = answers.read()
GAPS = answers.known_gaps()


SHOWS_NUMPY = {"ops_more::float_formats"}
"""Cases that show how numpy writes numbers: the answers are of one that writes 1e10 as `1e+10`."""


# The two ways in which the numpy executor runs a graph, by the number of runs before it compiles.
TIERS = {"calls": 1 << 60, "source": 0}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("name", CASES)
def test_case(name, tier, monkeypatch):
    monkeypatch.setattr(numpy_executor, "_FIRST_RUNS", TIERS[tier])
    if name in SHOWS_NUMPY and str(np.float32(1e10)) != "1e+10":
        pytest.skip(f"numpy {np.__version__} writes numbers in another way")
    assert name in ANSWERS, "record it: see tools/record_conformance.py"
    found = differences(CASES[name], ANSWERS[name], observe(CASES[name]))
    if name in GAPS:
        assert found, "passes now: run `python -m tests.conformance --write-gaps`"
    else:
        assert not found, "\n".join(found)


def test_there_are_at_least_400_cases():
    assert len(CASES) >= 400


def test_answers_and_gaps_name_cases():
    assert set(ANSWERS) == set(CASES)
    assert set(CASES) >= GAPS
