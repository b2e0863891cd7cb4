"""Tests of `engine.objects`."""
