"""Tests of `engine.summaries`."""
