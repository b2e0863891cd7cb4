"""Tests of `engine.tracing`."""
