"""Executors: a graph becomes a callable on arrays."""
