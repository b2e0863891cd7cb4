"""Tests of `engine.keras`."""
