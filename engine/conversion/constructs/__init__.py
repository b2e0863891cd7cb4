"""One Python construct per file: its rewrite, and the operator that the rewritten code calls."""
