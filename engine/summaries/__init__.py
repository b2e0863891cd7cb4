"""`tf.summary` and `tf.profiler`: event files for TensorBoard, and profiles of Python code."""

from __future__ import annotations
