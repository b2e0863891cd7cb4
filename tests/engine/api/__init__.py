"""Tests of `engine.api`."""
