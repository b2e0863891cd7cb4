"""The language server: Graphlens in an editor."""

__all__ = ["__version__"]

__version__ = "0.1.0"
