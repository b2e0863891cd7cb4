"""Things that users hold besides tensors."""
