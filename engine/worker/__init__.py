"""User code in a process of its own; `protocol` and `client` need the standard library only."""
