"""Tests of `engine.train`."""
