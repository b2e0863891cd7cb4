"""Tests of `engine.autodiff`."""
