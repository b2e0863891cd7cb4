"""What a module's expressions are, from its text alone: staged or Python, of which dtype and shape."""
