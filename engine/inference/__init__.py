"""What a module's expressions are, from its text alone: staged or Python, which dtype and shape."""
