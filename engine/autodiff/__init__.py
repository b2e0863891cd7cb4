"""Derivatives of graphs and of recorded op calls."""
