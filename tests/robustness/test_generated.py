"""T4: generated programs. Ours give the same as graphs and eagerly; any program gets answers."""

from __future__ import annotations

import linecache
import math
from collections.abc import Callable
from itertools import count as counting
from typing import Any

import hypothesmith
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import engine
from tests.chance import chance
from tests.robustness.features import check_text
from tests.robustness.programs import program_text
from tests.robustness.scale import count

_serial = counting()
_ARGUMENTS = ((2, -3, 0.5, -1.5), (-1, 4, 2.0, 0.25))


def load(text: str) -> Callable[..., Any]:
    """The traced function of a program."""
    name = f"<generated {next(_serial)}>"
    text = text.replace("import tensorflow as tf", "import engine as tf")
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, name, "exec"), namespace)
    traced: Callable[..., Any] = namespace["program"]
    return traced


def outcome(run: Callable[..., Any], arguments: tuple[Any, ...]) -> list[float] | str:
    """The numbers, or the kind of refusal."""
    a, b, x, y = arguments
    tensors = (engine.constant(a), engine.constant(b), engine.constant(x), engine.constant(y))
    try:
        return [float(part) for part in run(*tensors)]
    except Exception as error:
        return type(error).__name__


def test_our_programs_mean_the_same_as_graphs_and_eagerly() -> None:
    source = chance("programs")
    refused = 0
    tried = count(80, 20_000)
    for _ in range(tried):
        text = program_text(source)
        traced = load(text)
        for arguments in _ARGUMENTS:
            eager = outcome(traced.python_function, arguments)
            graph = outcome(traced, arguments)
            if isinstance(eager, list) and isinstance(graph, list):
                same = all(
                    math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-4)
                    or (math.isnan(one) and math.isnan(other))
                    for one, other in zip(eager, graph, strict=True)
                )
                assert same, (arguments, eager, graph, text)
            else:
                assert eager == graph or isinstance(eager, list), (eager, graph, text)
                refused += 1
    assert refused < tried // 2


def test_our_programs_through_all_features() -> None:
    source = chance("program features")
    for _ in range(count(100, 180_000)):
        text = program_text(source, source.choice((1, 2, 3)))
        try:
            check_text(text, source)
        except Exception:
            print(text)
            raise


def test_foreign_programs_through_all_features() -> None:
    @settings(max_examples=count(25, 5_000), deadline=None, suppress_health_check=list(HealthCheck))
    @given(text=hypothesmith.from_grammar(), source=st.randoms(use_true_random=False))
    def run(text: str, source: Any) -> None:
        check_text(f"import tensorflow as tf\n{text}", source)

    run()
