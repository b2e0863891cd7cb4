"""Settings for all tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from engine.base.tracebacks import FILTERING

FILTERING[0] = False  # a test that fails shows where in the engine

settings.register_profile(
    "default",
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile(
    "nightly", settings.get_profile("default"), max_examples=2000, derandomize=False
)
settings.load_profile("default")
