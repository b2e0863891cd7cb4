"""Tests of engine.saving."""
