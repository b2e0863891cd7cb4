"""Tests of `engine.distribute`."""
