"""Traced functions: from Python calls to graphs."""
